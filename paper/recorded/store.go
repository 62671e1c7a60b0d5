package recorded

import (
	"fmt"

	"lagrange/experiment"
)

// learned is what is found of one model.
type learned struct {
	Scored
	Others  map[string]Error // from other starts, by how these are found
	Numbers []Number         // nil: it has none
}

// part is one of the parts of a report, by its key: the equations of a recording, or what a model has learned of it.
type part struct {
	Key     string
	Row     *Row     `json:",omitempty"`
	Learned *learned `json:",omitempty"`
}

// store has the finished parts.
type store struct {
	*experiment.Store[string, part]
}

func openStore(s experiment.Settings) (*store, error) {
	parts, err := experiment.OpenStore(s.Folder, experiment.PartsFile, func(p part) string { return p.Key })
	return &store{parts}, err
}

// once is a part of a recording that was made before, or is made now.
func (t *store) once(s experiment.Settings, recording, name string, make func() (part, error)) (part, error) {
	key := fmt.Sprintln(recording, name, s.Seed, s.Steps, s.Code, s.Code.Program)
	return t.Once(key, func() (part, error) {
		p, err := make()
		p.Key = key
		return p, err
	})
}

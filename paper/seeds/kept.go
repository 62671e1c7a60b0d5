package seeds

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"lagrange/experiment"
)

// part is a finished training in a file of the experiment's folder: an interrupted run goes on after the last of them. The files are removed
// when the experiment is done.
type part struct {
	Run    experiment.Run `json:"run"`
	Case   string         `json:"case"`
	Steps  int            `json:"steps"`
	Method string         `json:"method"`
	Score  Run            `json:"score"`
}

func (c task) keptAt(s experiment.Settings, seed uint64) string {
	return filepath.Join(s.Folder, fmt.Sprintf("%s-%d.kept", c.name, seed))
}

// once runs a training, or takes it up from where a run of the same settings has left it.
func (c task) once(s experiment.Settings, seed uint64, run func() (Run, string, error)) (Run, string, error) {
	if s.Folder == "" {
		return run()
	}
	var k part
	text, err := os.ReadFile(c.keptAt(s, seed))
	if err == nil && json.Unmarshal(text, &k) == nil && k.Run == s.Run(name) && k.Case == c.name && k.Steps == c.steps && k.Score.Seed == seed {
		return k.Score, k.Method, nil
	}
	r, method, err := run()
	if err != nil {
		return r, method, err
	}
	return r, method, experiment.WriteJSON(c.keptAt(s, seed), part{s.Run(name), c.name, c.steps, method, r})
}

// forget removes what was kept of a training.
func (c task) forget(s experiment.Settings, seed uint64) {
	if s.Folder != "" {
		os.Remove(c.keptAt(s, seed)) // a file that stays is of no harm
	}
}

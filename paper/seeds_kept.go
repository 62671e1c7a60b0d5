package paper

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"lagrange/experiment"
)

// seedKept is a finished training in a file of the experiment's folder: an interrupted run goes on after the last of them. The files are removed
// when the experiment is done.
type seedKept struct {
	Run    experiment.Run `json:"run"`
	Case   string         `json:"case"`
	Steps  int            `json:"steps"`
	Method string         `json:"method"`
	Score  SeedRun        `json:"score"`
}

func (c seedCase) keptAt(s experiment.Settings, seed uint64) string {
	return filepath.Join(s.Folder, fmt.Sprintf("%s-%d.kept", c.name, seed))
}

// once runs a training, or takes it up from where a run of the same settings has left it.
func (c seedCase) once(s experiment.Settings, seed uint64, run func() (SeedRun, string, error)) (SeedRun, string, error) {
	if s.Folder == "" {
		return run()
	}
	var k seedKept
	text, err := os.ReadFile(c.keptAt(s, seed))
	if err == nil && json.Unmarshal(text, &k) == nil && k.Run == s.Run(seedsName) && k.Case == c.name && k.Steps == c.steps && k.Score.Seed == seed {
		return k.Score, k.Method, nil
	}
	r, method, err := run()
	if err != nil {
		return r, method, err
	}
	return r, method, experiment.WriteJSON(c.keptAt(s, seed), seedKept{s.Run(seedsName), c.name, c.steps, method, r})
}

// forget removes what was kept of a training.
func (c seedCase) forget(s experiment.Settings, seed uint64) {
	if s.Folder != "" {
		os.Remove(c.keptAt(s, seed)) // a file that stays is of no harm
	}
}

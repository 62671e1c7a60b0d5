package pendulum

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"lagrange/experiment"
	"lagrange/plot"
)

// part is a model of a run that is trained and measured, in a file of the experiment's folder: an interrupted run goes on after the last of
// them. The files are removed when the experiment is done.
type part struct {
	Run    experiment.Run `json:"run"`
	Model  string         `json:"model"`
	Seed   uint64         `json:"seed"`
	Score  Score          `json:"score"`
	Figure plot.Figure    `json:"figure"` // of this model alone
}

func (r *Run) keptAt(name string) string {
	return filepath.Join(r.settings.Folder, fmt.Sprintf("%s-%d.kept", name, r.seed))
}

// keep notes that a model is done.
func (r *Run) keep(name string, score Score, f *figures) error {
	if r.settings.Folder == "" {
		return nil
	}
	return experiment.WriteJSON(r.keptAt(name), part{r.settings.Run(Name), name, r.seed, score, experiment.Unbroken(f.figure())})
}

// kept takes up what keep has written for a run of the same settings, if it has.
func (r *Run) kept(name string) (k part, ok bool) {
	if r.settings.Folder == "" {
		return k, false
	}
	text, err := os.ReadFile(r.keptAt(name))
	ok = err == nil && json.Unmarshal(text, &k) == nil && k.Run == r.settings.Run(Name) && k.Model == name && k.Seed == r.seed
	return k, ok && len(k.Figure.Panels) == len(r.figures.panels())
}

// forget removes what was kept, when all is done.
func (r *Run) forget(models []Model) {
	for _, m := range models {
		if r.settings.Folder != "" {
			os.Remove(r.keptAt(m.Name)) // a file that stays is of no harm
		}
	}
}

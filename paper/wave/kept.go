package wave

import (
	"encoding/json"
	"os"
	"path/filepath"

	"lagrange/experiment"
	"lagrange/internal/file"
)

// part is a trained model in a file of the experiment's folder: an interrupted run goes on after its last finished training and ends as it
// would have. The files are removed when the experiment is done. Their numbers are θ and the learning curve.
type part struct {
	Run   experiment.Run `json:"run"`
	Model string         `json:"model"`
	Score Score          `json:"score"`
}

func (f *fit) keptAt() string { return filepath.Join(f.settings.Folder, f.model.name+".trained") }

// keep notes that the training is finished.
func (f *fit) keep() error {
	if f.settings.Folder == "" {
		return nil
	}
	h, err := json.Marshal(part{f.settings.Run(name), f.model.name, f.score})
	if err != nil {
		return err
	}
	c := file.Container{Kind: "trained", Version: 1, Header: h}
	c.Floats = append(append(append(c.Floats, f.net.Theta...), f.curve.X...), f.curve.Y...)
	return c.Save(f.keptAt())
}

// kept takes up what keep has written for a run of the same settings, if it has.
func (f *fit) kept() bool {
	if f.settings.Folder == "" {
		return false
	}
	c, err := file.Load(f.keptAt(), "trained", 1)
	var k part
	P := len(f.net.Theta)
	if err != nil || json.Unmarshal(c.Header, &k) != nil || k.Run != f.settings.Run(name) || k.Model != f.model.name || len(c.Floats) < P || (len(c.Floats)-P)%2 != 0 {
		return false // there is none, or one of another run, which is written over
	}
	n := (len(c.Floats) - P) / 2
	copy(f.net.Theta, c.Floats[:P])
	f.score, f.curve.X, f.curve.Y = k.Score, c.Floats[P:P+n:P+n], c.Floats[P+n:]
	return true
}

// forget removes what was kept, when all is done.
func (r *run) forget() {
	for _, m := range Models {
		if r.settings.Folder != "" {
			os.Remove((&fit{settings: r.settings, model: m}).keptAt()) // a file that stays is of no harm
		}
	}
}

package paper

import (
	"encoding/json"
	"os"
	"path/filepath"

	"lagrange/internal/file"
)

// waveKept is how far the training of a model has come, in a file of the experiment's folder: an interrupted run goes on after its last
// finished stage and ends as it would have. The files are removed when the experiment is done. Their numbers are θ and the learning curve.
type waveKept struct {
	Run   Run       `json:"run"`
	Model string    `json:"model"`
	Stage int       `json:"stage"` // the last one that is finished
	Steps int       `json:"steps"` // of the first stage
	Score WaveScore `json:"score"`
}

func (f *waveFit) keptAt() string { return filepath.Join(f.settings.Folder, f.name+".stage") }

// keep notes that a stage is finished.
func (f *waveFit) keep(stage, steps int) error {
	if f.settings.Folder == "" {
		return nil
	}
	h, err := json.Marshal(waveKept{f.settings.run(waveName), f.name, stage, steps, f.score})
	if err != nil {
		return err
	}
	c := file.Container{Kind: "stage", Version: 1, Header: h}
	c.Floats = append(append(append(c.Floats, f.net.Theta...), f.curve.X...), f.curve.Y...)
	return c.Save(f.keptAt())
}

// kept takes up what keep has written for a run of the same settings, and says which stage that is: 0, none.
func (f *waveFit) kept() (stage, steps int) {
	if f.settings.Folder == "" {
		return 0, 0
	}
	c, err := file.Load(f.keptAt(), "stage", 1)
	var k waveKept
	P := len(f.net.Theta)
	if err != nil || json.Unmarshal(c.Header, &k) != nil || k.Run != f.settings.run(waveName) || k.Model != f.name || len(c.Floats) < P || (len(c.Floats)-P)%2 != 0 {
		return 0, 0 // there is none, or one of another run, which is written over
	}
	n := (len(c.Floats) - P) / 2
	copy(f.net.Theta, c.Floats[:P])
	f.score, f.curve.X, f.curve.Y = k.Score, c.Floats[P:P+n:P+n], c.Floats[P+n:]
	return k.Stage, k.Steps
}

// forget removes what was kept, when all is done.
func (r *waveRun) forget() {
	for _, m := range waveModels {
		if r.settings.Folder != "" {
			os.Remove((&waveFit{settings: r.settings, name: m.name}).keptAt()) // a file that stays is of no harm
		}
	}
}

// Package paper runs the experiments of the paper (Cranmer et al. 2020): protocol, models, measurement, figures. Each
// experiment is one file.
package paper

import (
	"encoding/json"
	"io"
	"math"
	"slices"
	"time"

	"lagrange/internal/file"
	"lagrange/plot"
)

// Settings says how long to train and from which seed; give Steps or Budget.
type Settings struct {
	Steps  int           // training steps of each model
	Budget time.Duration // training time of all models together; turned into Steps, which the report names
	Seed   uint64
	Folder string // where figures and numbers go; "" = nowhere
	// On is told how training goes.
	On func(Progress)
}

// Progress is how far the training of one model has come.
type Progress struct {
	Model       string
	Step, Steps int
	Loss, Valid float64
	Left        time.Duration
}

// Score is what is measured of one model; energy errors are fractions of the system's energy scale.
type Score struct {
	AccelL1           float64 `json:"accel_l1"`
	AccelL1Median     float64 `json:"accel_l1_median"`
	EnergyErrorMean   float64 `json:"energy_error_mean"`
	EnergyErrorMedian float64 `json:"energy_error_median"`
	EnergyErrorMax    float64 `json:"energy_error_max"`
	Blowups           int     `json:"blowups"` // roll-outs that ended early, with the error there, or diverged, which counts as 100 energy scales
	Samples           int     `json:"samples"`
	Steps             int     `json:"steps"`
	Parameters        int     `json:"parameters"`
	Seconds           float64 `json:"seconds"` // of training
	NonFiniteSkipped  int     `json:"nonfinite_skipped"`
	FallbackSolves    int     `json:"fallback_solves"`
}

// Report is the result of an experiment.
type Report struct {
	System  string           `json:"system"`
	Seed    uint64           `json:"seed"`
	Seconds float64          `json:"seconds"` // all of it
	Models  map[string]Score `json:"models"`
}

// save writes report.json, figure.json (the figures as data, for `lagrange plot`) and each figure as SVG and PNG.
func save(folder string, r any, figures map[string]plot.Figure) error {
	for name, x := range map[string]any{"report.json": r, "figure.json": figures} {
		err := file.Write(folder+"/"+name, func(w io.Writer) error {
			e := json.NewEncoder(w)
			e.SetIndent("", "  ")
			return e.Encode(x)
		})
		if err != nil {
			return err
		}
	}
	for name, f := range figures {
		for _, format := range []string{".svg", ".png"} {
			if err := f.Save(folder + "/" + name + format); err != nil {
				return err
			}
		}
	}
	return nil
}

func mean(x []float64) float64 {
	s := 0.0
	for _, v := range x {
		s += v
	}
	return s / float64(len(x))
}

func median(x []float64) float64 {
	y := slices.Sorted(slices.Values(x))
	if len(y) == 0 {
		return math.NaN()
	}
	return (y[(len(y)-1)/2] + y[len(y)/2]) / 2
}

// Package paper runs the experiments of the paper (Cranmer et al. 2020): protocol, models, measurement, figures. Each
// experiment is one file.
package paper

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"slices"
	"time"

	"lagrange/internal/file"
	"lagrange/plot"
)

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
	RolloutError      float64 `json:"rollout_error"` // of the state, in units of its spread, over the first ten time units
	ValidTime         float64 `json:"valid_time"`    // until that error exceeds 0.3
	Blowups           int     `json:"blowups"`       // roll-outs that ended early, with the error there, or diverged, which counts as 100 energy scales
	Fitted
}

// Report is the result of an experiment.
type Report struct {
	System  string           `json:"system"`
	Seed    uint64           `json:"seed"`
	Seconds float64          `json:"seconds"` // all of it
	Models  map[string]Score `json:"models"`
	Runs    []Report         `json:"runs,omitempty"` // of several seeds all, the first of which is the one above
}

// save writes report.json, figure.json (the figures as data, for `lagrange plot`) and each figure as SVG and PNG.
func save(folder string, r any, figures map[string]plot.Figure) error {
	if err := writeJSON(filepath.Join(folder, "report.json"), r); err != nil {
		return err
	}
	drawn := map[string]plot.Figure{}
	for name, f := range figures {
		drawn[name] = unbroken(f)
		for _, format := range []string{".svg", ".png"} {
			if err := drawn[name].Save(filepath.Join(folder, name+format)); err != nil {
				return err
			}
		}
	}
	return writeJSON(filepath.Join(folder, "figure.json"), drawn)
}

func writeJSON(path string, x any) error {
	return file.Write(path, func(w io.Writer) error {
		e := json.NewEncoder(w)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		return e.Encode(x)
	})
}

// unbroken cuts series at points that are not finite, which JSON has no words for: the pieces have one name, and so one look.
func unbroken(f plot.Figure) plot.Figure {
	panels := slices.Clone(f.Panels)
	for i, p := range panels {
		var pieces []plot.Series
		for _, s := range p.Series {
			from := 0
			for k := range len(s.X) + 1 {
				if k < len(s.X) && finite(s.X[k]) && finite(s.Y[k]) {
					continue
				}
				if k > from || len(s.X) == 0 {
					piece := s
					piece.X, piece.Y = s.X[from:k], s.Y[from:k]
					pieces = append(pieces, piece)
				}
				from = k + 1
			}
		}
		panels[i].Series = pieces
	}
	f.Panels = panels
	return f
}

func finite(x float64) bool { return x-x == 0 }

// percent prints a fraction.
func percent(x float64) string { return fmt.Sprintf("%.3g %%", 100*x) }

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

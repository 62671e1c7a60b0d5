package fit

import (
	"fmt"
	"math"

	"lagrange/model"
	"lagrange/smooth"
)

// Shooting is the method of Record.Method for what was learned from smoothed states by a weak initialisation and
// multiple shooting.
const Shooting = "shooting"

// Identification says how a model was found in a recording whose states are smoothed.
type Identification struct {
	Positions bool                 `json:"positions_alone"` // velocities were not recorded, or not used
	Noise     []smooth.ColumnNoise `json:"noise"`
	Swing     float64              `json:"fastest_swing"`
	Half      float64              `json:"half_length"` // of the bumps of the weak form
	Ridge     float64              `json:"ridge"`
	Weak      float64              `json:"after_weak_form"` // score of held-out motion, squares in units of the noise,
	Score     float64              `json:"score"`           // and in the end
	Tried     []Tried              `json:"tried"`
	Motion    []Coefficient        `json:"coefficients,omitempty"` // of a sum of terms
	Viscous   [][]float64          `json:"viscous,omitempty"`      // C of the force −Cv, in the unit of L
	Dry       []float64            `json:"dry,omitempty"`          // of −k tanh(v/ε)
	Gains     [][]float64          `json:"gains,omitempty"`        // of each known force on each coordinate
}

// Tried is a kind of model that was tried, with its score.
type Tried struct {
	Model      string  `json:"model"`
	Parameters int     `json:"parameters"`
	Score      float64 `json:"score"`
}

// Coefficient is that of a term, of the potential or of an element (i, j) of M, in units of L.
type Coefficient struct {
	Term  string  `json:"term"`
	Of    string  `json:"of"`
	Value float64 `json:"value"`
	SD    float64 `json:"sd,omitempty"`
}

// record is what the record of a model says of it.
func (f *problem) record(x identified) *Identification {
	r := &Identification{Positions: f.measured.recorded.Trajectories[0].V == nil, Swing: f.measured.swing, Half: x.Half,
		Ridge: x.Ridge, Weak: x.Weak, Score: x.Score, Tried: x.tried}
	for _, n := range f.measured.smoothed.Findings {
		r.Noise = append(r.Noise, n.Noise...)
	}
	if spec := x.Model.Spec; len(spec.Terms) > 0 {
		var sd []float64
		if x.Shot.Covariance != nil {
			sd = x.Shot.Deviations()
		}
		at := 0
		for o, ts := range spec.Terms {
			for _, t := range ts {
				c := Coefficient{Term: spec.TermText(t), Of: listName(spec, o), Value: x.Model.Theta[at]}
				if at < len(sd) && !math.IsInf(sd[at], 0) && !math.IsNaN(sd[at]) {
					c.SD = sd[at]
				}
				r.Motion = append(r.Motion, c)
				at++
			}
		}
	}
	r.Viscous, r.Dry, r.Gains = x.Model.ForceCoefficients()
	return r
}

// listName names list o of Spec.Terms: the potential, or an element of the mass matrix.
func listName(s model.Spec, o int) string {
	if o == 0 {
		return "L"
	}
	i := 0
	for o--; o > i; i++ {
		o -= i + 1
	}
	return fmt.Sprintf("M %s %s", s.Coordinates[o].Name, s.Coordinates[i].Name)
}

package fit

import (
	"lagrange/data"
	"lagrange/eval"
	"lagrange/model"
	"lagrange/train"
)

// Record says how a model came to be: enough to train it again.
type Record struct {
	Run   string `json:"run,omitempty"` // identifies recording and settings, see Run; absent in older files
	Seed  uint64 `json:"seed"`
	Steps int    `json:"steps"`
	Plan  *Plan  `json:"plan,omitempty"` // how it was to be learned, and why; absent in older files
	// of each training that Steps counts, in their order; see Options.Like
	Paces     []Pace       `json:"plans,omitempty"`
	Batch     int          `json:"batch"`
	Rate      float64      `json:"rate"`
	Method    string       `json:"method,omitempty"` // absent: Adam
	Workers   int          `json:"workers"`
	Loss      string       `json:"loss"`
	Objective string       `json:"objective"`       // see Objectives
	Window    int          `json:"window"`          // steps of a training window
	Horizon   float64      `json:"horizon"`         // of held-out windows, and the length of blocks
	Apart     bool         `json:"apart,omitempty"` // no part of the recording was kept for testing
	Data      string       `json:"data"`            // fingerprint of the numbers it was trained on
	Options   data.Options `json:"options"`         // which columns they stood in
	// of the columns of the recording; absent in older files
	Ranges []data.Range `json:"ranges,omitempty"`
	// fingerprints of what the models were trained on from which this one went on
	Before     []string `json:"before,omitempty"`
	Seconds    float64  `json:"seconds"`    // of training and of what comes before it, without interruptions
	Validation float64  `json:"validation"` // its best validation loss
	Skipped    int      `json:"nonfinite_skipped"`
	Fallbacks  int      `json:"fallback_solves"`
	// trainings given up on the way to this one; Steps includes theirs
	Restarts []Restart `json:"restarts,omitempty"`
	// why this one would have been given up too, had there been steps left
	Doubt   string      `json:"doubt,omitempty"`
	Mass    []MassPoint `json:"mass_matrix,omitempty"`
	Stages  []Stage     `json:"stages,omitempty"`
	Formula *Formula    `json:"formula,omitempty"` // of a model from positions alone: what can be read off it
	// of such a model: what is left of the motion held out
	Residuals *train.Residuals `json:"residuals,omitempty"`
}

// Stage is a part of a training beside its steps as such: a convex initialisation or learning from estimated
// accelerations before them, or roll-outs as long as the recording after a third of them.
type Stage struct {
	Name   string  `json:"name"`
	Before float64 `json:"before"` // root mean square error, in units of scales, over the selection set
	After  float64 `json:"after"`
	// Noise says that they are of what was held out, in units of the noise of the recording.
	Noise bool `json:"noise,omitempty"`
}

// Restart is a training that was given up for one from another seed.
type Restart struct {
	Seed  uint64 `json:"seed"`
	Steps int    `json:"steps"` // after so many
	Why   string `json:"why"`
}

// MassPoint is the mass matrix at a validation since training was last resumed, over a sample of the states of
// training.
type MassPoint struct {
	Step int `json:"step"`
	eval.Mass
}

// Network is a trained network.
type Network struct {
	Record Record
	Net    *model.Model[float64]
	// of the objective Motion: of the parameters that shooting moves (P, P)
	covariance []float64
	losses     []float64 // of positions alone: logarithms of those of stretches that select, held-out ones first
}

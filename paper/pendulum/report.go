package pendulum

import (
	"lagrange/experiment/bench"
)

// Score is what is measured of one model; energy errors are fractions of the system's energy scale.
type Score struct {
	AccelL1           float64 `json:"accel_l1"`
	AccelL1Median     float64 `json:"accel_l1_median"`
	EnergyErrorMean   float64 `json:"energy_error_mean"`
	EnergyErrorMedian float64 `json:"energy_error_median"`
	EnergyErrorMax    float64 `json:"energy_error_max"`
	// of the state, in units of its spread, over the first ten time units
	RolloutError float64 `json:"rollout_error"`
	ValidTime    float64 `json:"valid_time"` // until that error exceeds 0.3
	// roll-outs that ended early, with the error there, or diverged, which counts as 100 energy scales
	Failures int `json:"blowups"`
	bench.Fitted
}

// Report is the result of an experiment.
type Report struct {
	System  string           `json:"system"`
	Seed    uint64           `json:"seed"`
	Seconds float64          `json:"seconds"` // all of it
	Models  map[string]Score `json:"models"`
	Runs    []Report         `json:"runs,omitempty"` // of several seeds all, the first of which is the one above
}

package train

import "lagrange/internal/par"

// Settings says how to train. Zero values stand for the documented defaults.
type Settings struct {
	Method string `json:"method"` // Adam, GaussNewton or Kaczmarz; default Adam
	// of GaussNewton: Normal or Kernel; default by the size of the problem
	Equations string `json:"equations,omitempty"`
	Steps     int    `json:"steps"` // must be given; see Calibrate for a budget in time
	// samples a step, at most what there are; default 256, of GaussNewton as many as its equations need
	Batch int `json:"batch"`
	// largest learning rate; default 3e-3, of Kaczmarz, where it is a share of the step, 0.5
	Rate     float64 `json:"rate"`
	Schedule string  `json:"schedule"` // see Schedules; default one-cycle
	Clip     float64 `json:"clip"`     // largest norm of the gradient; default 10; negative: none
	Seed     uint64  `json:"seed"`
	// cores; default all. The sum over shares of a batch depends on it in the last bits
	Workers int `json:"workers"`
	// steps between validations; default Steps/50, at least 1, and as many as validation takes a fifth of the time
	Validate int `json:"validate"`
	// samples of a validation, taken evenly; default all where Validate is given, else what a fifth of the time bears
	Checks int `json:"checks"`
	// Changes of Steps, in the order of their steps: those that Loop.Replan made, or those of a run that is to be
	// repeated.
	Changes []Change `json:"changes,omitempty"`
}

// Defaults fills in what is zero.
func (s Settings) Defaults() Settings {
	if s.Method == "" {
		s.Method = Adam
	}
	if s.Schedule == "" {
		s.Schedule = "one-cycle"
	}
	if s.Clip == 0 {
		s.Clip = 10
	}
	if s.Workers == 0 {
		s.Workers = par.Workers()
	}
	return s
}

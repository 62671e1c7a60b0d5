// Package fit turns a recording into trained networks: it chooses the net and the method from the recording, prepares,
// trains in stages, and gives up what is hopeless. Options says what is asked, Record what was done. Everything that
// package lagrange learns comes from here.
package fit

import (
	"math"
	"time"

	"lagrange/data"
	"lagrange/eval"
	"lagrange/model"
	"lagrange/model/graph"
	"lagrange/train"
)

// Options says what to fit and how. Zero values stand for the documented defaults.
type Options struct {
	Model      string         // one of model.Families; default "lnn"
	Hidden     []int          // default 20x2, 12x2 below 20,000 rows, 8x2 below 2000; for Adam 32x2 on windows (16x2 below 5000 rows), 64x2 on accelerations; 160 or 60 after a convex start on windows
	Head       model.Head     // of an lnn, hnn or graph; default quadratic for the first two, for Adam and graphs plain; after a convex start on windows the better one
	Activation string         // default softplus
	Friction   model.Friction // default none
	Cyclic     []string       // coordinates on which nothing depends
	Held       []string       // forces that keep a sample until the next; the others go by straight lines
	Graph      Graph          // of the model "graph"
	Loss       string         // "huber" (default), "l1" or "l2"
	Objective  string         // see Objectives; default accelerations where they are recorded, else windows
	Horizon    float64        // of held-out windows, in the recording's time unit; default 25 steps
	Window     int            // steps of a training window; default those of Horizon, at most 32
	Steps      int            // training steps; or
	Budget     time.Duration  // training time, preparation and validations included: as many steps as fit, see Record.Plans; default 60 s when both are zero
	Method     string         // one of train.Methods; default Gauss–Newton on accelerations and after a convex start on windows, else Adam; see README, "Measured"
	Batch      int            // samples a step; default ten residuals for each parameter, for Adam 128 rows, or 1024 rows in windows
	Rate       float64        // of Adam; default 1e-2 on accelerations, 5e-3 on windows
	Seed       uint64
	Ensemble   int            // networks from the seeds Seed, Seed+1, …, which share Budget and Workers; side by side
	Workers    int            // default all cores
	Columns    data.Options   // how the recording was read, so that others are read the same way
	From       []Network      `json:"-"` // the networks of a finished model to go on from: its Spec, its settings where nothing else is said, its parameters; nil: none
	Like       []Network      `json:"-"` // those of a model whose Record.Plans are repeated in place of Steps and Budget; nil: none
	Checkpoint string         `json:"-"` // file to go on from after an interruption; "" = none
	Resume     bool           `json:"-"` // go on from Checkpoint if it is there
	Every      time.Duration  `json:"-"` // between checkpoints; default 5 s
	On         func(Progress) `json:"-"` // told after every step how far it is
	Beside     *Network       `json:"-"` // the model whose baseline this is, from Baseline; nil: none
}

// Progress is how far training has come.
type Progress struct {
	Model         string
	Step, Steps   int        // of all members of an ensemble, with those given up
	Loss, Valid   float64    // of this step; of the last validation (NaN before the first)
	Mass          *eval.Mass // the mass matrix at the last validation, over a sample of the states; nil before, and without a Lagrangian
	Restarts      int        // trainings given up before this one
	Elapsed, Left time.Duration
}

// mostNewton is the number of weights up to which Gauss–Newton is the default: beyond, its equations take longer to
// solve than they save.
const mostNewton = 6000

// shape chooses the method, and the net for it. Gauss–Newton is for accelerations: on the noise of short recordings it
// was seen to end at predictions twice to three times as far off as Adam, which stops earlier on the way. A graph of
// many sites has long equations: up to so many coordinates as a convex start takes it was seen to end closer than Adam
// in a minute.
//
// Its nets are as wide as the rows bear: of 300 to 1000 rows of three systems one of 8x2 made the fraction of the error
// of one of 20x2, and of 10,000 of the triple pendulum one of 12x2 learned from seeds from which one of 20x2 did not
// (lagrange reproduce small-data, seeds).
func (s *Options) shape(set *data.Set) {
	if s.Method == "" {
		weights := 0
		for i := 1; i < len(s.Hidden); i++ {
			weights += s.Hidden[i-1] * s.Hidden[i]
		}
		s.Method = train.Adam
		if s.Objective == Accelerations && weights <= mostNewton && (s.Model != graph.Family || set.D() <= train.MostCoordinates) {
			s.Method = train.GaussNewton
		}
	}
	if s.Head == "" && model.FamilyOf(s.Model).Heads {
		s.Head = model.Plain
		if s.Method == train.GaussNewton {
			s.Head = model.Quadratic
		}
	}
	if s.Hidden == nil && s.Method == train.GaussNewton {
		switch rows := set.Rows() * s.sites(set.D()); {
		case rows < 2000:
			s.Hidden = []int{8, 8}
		case rows < 20_000:
			s.Hidden = []int{12, 12}
		default:
			s.Hidden = []int{20, 20}
		}
	}
}

// sites is how many a graph of d coordinates has, each of which is learned from; others are one.
func (s *Options) sites(d int) int {
	if s.Model != graph.Family {
		return 1
	}
	return d / max(1, s.Graph.Site)
}

// adam fills in what Adam needs.
func (s *Options) adam(set *data.Set) {
	batch, rate, hidden := max(16, 1024/s.Window), 5e-3, []int{32, 32}
	if set.Rows() < 5000 {
		hidden = []int{16, 16}
	}
	if s.Objective != Windows {
		batch, rate, hidden = 128, 1e-2, []int{64, 64}
	}
	if s.Batch == 0 {
		s.Batch = batch
	}
	if s.Rate == 0 {
		s.Rate = rate
	}
	if s.Hidden == nil {
		s.Hidden = hidden
	}
}

func (s Options) defaults(set *data.Set) Options {
	set0 := func(x *int, v int) {
		if *x == 0 {
			*x = v
		}
	}
	if s.Model == "" {
		s.Model = "lnn"
	}
	if s.Activation == "" {
		s.Activation = "softplus"
	}
	if s.Loss == "" {
		s.Loss = "huber"
	}
	if s.Horizon == 0 {
		s.Horizon = 25 * set.TypicalStep()
	}
	set0(&s.Window, min(32, max(1, int(math.Round(s.Horizon/set.TypicalStep())))))
	s.shape(set)
	if s.Method == train.Adam {
		s.adam(set)
	}
	if s.Steps == 0 && s.Budget == 0 && s.Like == nil {
		s.Budget = time.Minute
	}
	if s.Every == 0 {
		s.Every = 5 * time.Second
	}
	return s
}

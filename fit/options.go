// Package fit turns a recording into trained networks: it chooses the net and the method from the recording, prepares,
// trains in stages, and gives up what is hopeless. Options says what is asked, Record what was done. Everything that
// package lagrange learns comes from here.
package fit

import (
	"cmp"
	"fmt"
	"math"
	"time"

	"lagrange/data"
	"lagrange/eval"
	"lagrange/model"
	"lagrange/train"
)

// Options says what to fit and how. What is left at zero the plan decides (Plan): from the recording, by the table in
// thresholds.go.
type Options struct {
	Model      string         // one of model.Families
	Hidden     []int          // layers of the net
	Head       model.Head     // of families that have heads
	Activation string         // see package nn
	Friction   model.Friction // one of Frictions; zero value: auto
	Terms      []string       // of the model "terms", see model.Spec.TermsOf; nil: those of the library that serves
	Cyclic     []string       // coordinates on which nothing depends
	// forces that keep a sample until the next; the others go by straight lines; nil: those of few values or, of
	// motion, the likelier
	Held []string
	// by how much later than recorded all forces act; nil: 0, or of positions alone what the motion speaks for
	Delay     *float64
	Graph     Graph   // of the model "graph"
	Loss      string  // one of train.Penalties
	Objective string  // see Objectives
	Horizon   float64 // of held-out windows, in the recording's time unit
	Window    int     // steps of a training window
	Steps     int     // training steps; or
	// training time, preparation and validations included: as many steps as fit, see Record.Paces
	Budget   time.Duration
	Total    time.Duration `json:"-"` // of all networks that Budget is a part for; zero: it is for these alone
	Unasked  bool          `json:"-"` // nobody asked for Budget: shooting, which ends by itself, does not keep to it
	Method   string        // one of train.Methods
	Batch    int           // samples a step
	Rate     float64       // largest rate of Adam, or share of a step of Kaczmarz
	Seed     uint64
	Ensemble int // networks from the seeds Seed, Seed+1, …, which share Budget and Workers
	Workers  int // zero: all cores
	// another recording tests: of this one nothing is held out but what selects
	Apart   bool         `json:",omitempty"`
	Columns data.Options // how the recording was read, so that others are read the same way
	// of a finished model to go on from: its Spec, parameters, and settings where none are given
	From []Network `json:"-"`
	// of a model whose Record.Paces are repeated in place of Steps and Budget; nil: none
	Like       []Network      `json:"-"`
	Checkpoint string         `json:"-"` // file to go on from after an interruption; "" = none
	Resume     bool           `json:"-"` // go on from Checkpoint if it is there
	Every      time.Duration  `json:"-"` // between checkpoints
	On         func(Progress) `json:"-"` // told after every step how far it is
	Planned    func(Plan)     `json:"-"` // told the plan before the first step
	// told before the first step what is under way, and how much of it is done
	Preparing func(what string, done, all int) `json:"-"`
	climbing  bool                             // Model is one of those that are tried,
	rung      int                              // the one of this number
	rubs      model.Friction                   // that of the one before, to begin with; "": none was tried
	seen      *seen                            // of the recording; nil: it was not looked through
	Beside    *Network                         `json:"-"` // the model whose baseline this is, from Baseline; nil: none
}

// Progress is how far training has come.
type Progress struct {
	Model       string
	Stage       string  // whose loss it is: an objective, the long roll-outs, or segments of a length
	Step, Steps int     // of all members of an ensemble, with those given up
	Loss, Valid float64 // of this step; of the last validation (NaN before the first)
	// the mass matrix at the last validation, over a sample of the states; nil before, and without a Lagrangian
	Mass          *eval.Mass
	Restarts      int // trainings given up before this one
	Elapsed, Left time.Duration
}

// bound is the time that a training keeps to that would end by itself; 0: it has all the time it needs.
func (s *Options) bound() time.Duration {
	if s.Unasked {
		return 0
	}
	return s.Budget
}

// usual is the method where none was asked for, and why. Second-order steps are for accelerations; on windows those of
// Gauss–Newton are taken where a guess turns out to be good (problem.choose).
func (s *Options) usual(set *data.Set) (method, reason string) {
	switch family := model.FamilyOf(s.Model); {
	case s.Objective == Motion:
		return train.GaussNewton, "multiple shooting: the states at which segments begin are unknown, too"
	case !s.onRows():
		return train.Adam, "on windows it stops before it fits the noise"
	case !family.Netless && set.D() <= mostKaczmarz && s.own(set) <= mostWeights:
		reason = fmt.Sprintf("steps on few rows come furthest, of up to %d coordinates", mostKaczmarz)
		if s.own(set) <= mostRival && (s.Steps == 0 || s.Steps >= rivalSteps) {
			reason += fmt.Sprintf("; or gauss-newton, if that is ahead after %d steps", rivalSteps/worthSteps)
		}
		return train.Kaczmarz, reason
	case s.slow(set) > 0:
		return train.Adam, fmt.Sprintf("Gauss–Newton is too slow for more than %d parameters", s.slow(set))
	case family.Nodes && set.D() > mostNewtonSites:
		return train.Adam, fmt.Sprintf("Gauss–Newton holds too many rows of graphs of more than %d coordinates",
			mostNewtonSites)
	}
	return train.GaussNewton, "accelerations are a least-squares problem"
}

// layers are those of the net where none were asked for, and why: what the rows bear.
func (s *Options) layers(set *data.Set) (hidden []int, reason string) {
	rows := set.Rows()
	switch {
	case s.Objective != Motion:
	case model.FamilyOf(s.Model).Linear != nil:
		return []int{weakUnits}, "one layer, whose outputs the weak form solves for"
	default:
		return []int{shotUnits, shotUnits}, "all layers are shot with"
	}
	if curved(s.Method) {
		rows *= s.nodes(set.D())
		for _, w := range newtonWidths {
			if rows < w.below {
				return []int{w.units, w.units}, fmt.Sprintf("%d rows bear so many", rows)
			}
		}
	}
	switch {
	case s.Objective != Windows:
		return []int{adamUnits, adamUnits}, "the usual one of Adam"
	case rows < fewRows:
		return []int{fewWindowUnits, fewWindowUnits}, fmt.Sprintf("%d rows are less than %d", rows, fewRows)
	}
	return []int{windowUnits, windowUnits}, fmt.Sprintf("%d rows are %d or more", rows, fewRows)
}

// bestHead is the head where none was asked for.
func (s *Options) bestHead() model.Head {
	if curved(s.Method) {
		return model.Quadratic
	}
	return model.Plain
}

// curved says whether the steps of a method go by curvature: they learn a mass matrix that has to be kept positive
// definite.
func curved(method string) bool { return method == train.GaussNewton || method == train.Kaczmarz }

// natural says whether the net of a Lagrangian sees q alone, L = ½ q̇ᵀM(q)q̇ − V(q).
func (s *Options) natural(set *data.Set) bool {
	return s.dear(set) || s.Objective == Motion && s.Model == DefaultModel && s.Head == model.Quadratic
}

// dear says whether steps of Gauss–Newton are those of many coordinates with a mass matrix of many parameters.
func (s *Options) dear(set *data.Set) bool {
	return set.D() >= wideNet && s.Model == DefaultModel && s.Head == model.Quadratic &&
		s.onRows() && s.Method == train.GaussNewton &&
		s.parameters(set, model.Quadratic) >= dearParameters
}

// slow says how many parameters are too many for Gauss–Newton, if those of a net with its head are, or 0.
func (s *Options) slow(set *data.Set) int {
	P, plain := s.own(set), s.parameters(set, model.Plain)
	switch {
	case P > mostNewton:
		return mostNewton
	case P > mostQuadratic && P > 2*plain:
		return mostQuadratic
	}
	return 0
}

// own is how many parameters a net has with the head asked for, or that of second order.
func (s *Options) own(set *data.Set) int { return s.parameters(set, cmp.Or(s.Head, model.Quadratic)) }

// parameters is how many a net with a head has that learns from accelerations, without those of friction: of a graph
// that of a node, 0 of what is no net.
func (s *Options) parameters(set *data.Set, head model.Head) int {
	o := *s
	if o.Hidden == nil {
		o.Method = train.GaussNewton
		o.Hidden, _ = o.layers(set)
	}
	family := model.FamilyOf(o.Model)
	if o.Head = ""; family.Heads {
		o.Head = head
	}
	spec := o.trial()
	if !family.Nodes {
		one := spec.Coordinates[0]
		spec.Coordinates = nil
		for _, c := range set.Coordinates {
			one.Period = c.Period
			spec.Coordinates = append(spec.Coordinates, one)
		}
		for range set.Inputs {
			spec.Inputs = append(spec.Inputs, model.Input{Scale: 1})
		}
	}
	n, err := model.Params(spec)
	if err != nil {
		return 0 // what is wrong is said where the model is made
	}
	return n
}

// horizon is that of held-out windows.
func (s *Options) horizon(set *data.Set) float64 {
	if s.Horizon != 0 {
		return s.Horizon
	}
	if bare(set) && len(set.Trajectories) < data.ManyTrajectories {
		// blocks are held out: long ones, for segments within them grow, and of any phase
		longest := 0.0
		for i := range set.Trajectories {
			longest = max(longest, set.Trajectories[i].Duration())
		}
		block, step := longest/math.Ceil(data.ManyTrajectories/float64(len(set.Trajectories))), set.TypicalStep()
		return step * max(1, math.Floor(block/step*(1+1e-9))) // whole steps: a block holds as many as the next
	}
	if set.States() {
		return 1 // there are no windows
	}
	usual, most := horizonSteps*set.TypicalStep(), bears(set)
	if most < usual { // in whole steps: a block holds as many as the next
		usual = set.TypicalStep() * max(1, math.Floor(most/set.TypicalStep()*(1+1e-9)))
	} else if !set.DifferingConditions() { // of which whole ones are held out
		return usual
	}
	return set.Bearable(usual, !s.Apart)
}

// ninth is a ninth of all motion of a recording or, where whole motions are held out, the typical one.
func ninth(set *data.Set) float64 {
	var durations []float64
	all := 0.0
	for i := range set.Trajectories {
		durations = append(durations, set.Trajectories[i].Duration())
		all += set.Trajectories[i].Duration()
	}
	if len(durations) >= data.ManyTrajectories {
		return median(durations)
	}
	return all / data.ManyTrajectories
}

// bears is the longest horizon that the pieces of a recording bear: where whole ones are held out that of their median
// duration, so that half of them have a window; else a ninth of all of it, if the usual one is longer than the fifth
// that data.Set.Split asks for.
func bears(set *data.Set) float64 {
	most := ninth(set)
	if len(set.Trajectories) < data.ManyTrajectories &&
		horizonSteps*set.TypicalStep() <= most*data.ManyTrajectories/leastBlocks {
		return math.Inf(1)
	}
	return most
}

// nodes is how many a graph of d coordinates has, each of which is learned from; others are one.
func (s *Options) nodes(d int) int {
	if !model.FamilyOf(s.Model).Nodes {
		return 1
	}
	return d / max(1, s.Graph.Site)
}

func rounded(x float64) int { return int(math.Round(x)) }

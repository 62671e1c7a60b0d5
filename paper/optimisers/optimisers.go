// Package optimisers has the race of Adam and Gauss–Newton against the clock.
package optimisers

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"lagrange/experiment"
	"lagrange/experiment/bench"
	"lagrange/internal/par"
	"lagrange/model"
	"lagrange/plot"
	"lagrange/train"
)

// Experiment races the methods on seven networks.
var Experiment = experiment.Experiment{
	Name: "optimisers", Title: "Adam and Gauss–Newton against the clock",
	About: `the error on fresh states after 3, 10 and 30 seconds on one core, by Adam, by Gauss–Newton
and by steps of Kaczmarz's kind, of the same networks from the same initial guess on the same data: the
double pendulum, the relativistic particle, a ring of the wave equation, the chain of two, the planets;
and of one large network, where Gauss–Newton has the equations of its residuals. The time of
--budget is training time of all, on two cores.`,
	Full: 8*time.Minute + 30*time.Second, Quick: 60 * time.Second,
	Run: reproduce,
}

const (
	allTime, quickTime  = 480 * time.Second, 52 * time.Second
	curvePoints         = 40 // of a learning curve
	adamBatch, adamRate = 128, 1e-2
	warmUp              = 600 // steps of Adam before Gauss–Newton
)

// shares are the times at which errors are told, in units of the last.
var shares = []float64{0.1, 1. / 3, 1}

// rival is a method. Adam and Kaczmarz, whose rate falls to the end, learn for each time
// anew. Before Gauss–Newton there may be a few steps of Adam, as Fit makes them.
type rival struct {
	name string
	set  train.Settings
	warm *train.Settings
}

// rivals are the methods of a network; a large one has no room for the equations of its parameters.
func (k *race) rivals() []rival {
	adam := rival{name: "Adam", set: train.Settings{Batch: adamBatch, Rate: adamRate, Workers: 1}}
	if k.adam != nil {
		adam.set = *k.adam
	}
	newton := func(name, equations string, batch int) rival {
		return rival{name: name, set: train.Settings{Method: train.GaussNewton, Equations: equations, Batch: batch,
			Workers: 1}}
	}
	small := rival{name: "Kaczmarz", set: train.Settings{Method: train.Kaczmarz, Workers: 1}}
	if k.large {
		return []rival{adam, newton("Gauss–Newton, kernel", train.Kernel, 256), small}
	}
	both, warm := newton("Adam, then Gauss–Newton", "", k.batch), adam.set
	warm.Steps, both.warm = warmUp, &warm
	return []rival{adam, newton("Gauss–Newton", "", k.batch), both, small}
}

// heat is one training of a rival for a part of the time.
type heat struct {
	race  *race
	rival rival
	share float64
	curve []Point
	bench.Fitted
}

// Point is the least error so far after so many seconds of training.
type Point struct {
	Seconds float64 `json:"seconds"`
	Error   float64 `json:"error"`
}

// Score is what one method has made of one network: errors after each of the times, and the learning curves.
type Score struct {
	Errors       []float64 `json:"errors"`
	Curves       [][]Point `json:"curves"`
	bench.Fitted           // the longest training
}

// Report is the result of the experiment. Start is the error of the network before training.
type Report struct {
	Seed    uint64                      `json:"seed"`
	Seconds float64                     `json:"seconds"`
	Times   []float64                   `json:"times"`
	Start   map[string]float64          `json:"start"`
	Scores  map[string]map[string]Score `json:"scores"`
}

// heats are all trainings, the long ones first.
func heats(races []*race) (hs []*heat) {
	for i := range shares {
		share := shares[len(shares)-1-i]
		for _, k := range races {
			for _, r := range k.rivals() {
				if i == 0 || r.set.Method != train.GaussNewton {
					hs = append(hs, &heat{race: k, rival: r, share: share})
				}
			}
		}
	}
	return hs
}

// reproduce runs all heats, each on one core.
func reproduce(ctx context.Context, s experiment.Settings) (experiment.Result, error) {
	begin := time.Now()
	races, err := allRaces(s.Seed)
	if err != nil {
		return experiment.Result{}, err
	}
	if s.Budget == 0 {
		if s.Budget = allTime; s.Quick {
			s.Budget = quickTime
		}
	}
	hs, all := heats(races), 0.0
	for _, h := range hs {
		all += h.share
	}
	last := time.Duration(float64(s.Budget) * float64(par.Workers()) / all)
	if err := experiment.Abreast(s, "models", len(hs), func(i int) (float64, error) {
		h := hs[i]
		err := h.run(ctx, s, time.Duration(h.share*float64(last)))
		if err != nil {
			return 0, fmt.Errorf("%s, %s: %w", h.race.name, h.rival.name, err)
		}
		return h.curve[len(h.curve)-1].Error, nil
	}); err != nil {
		return experiment.Result{}, err
	}
	r := Report{Seed: s.Seed, Start: map[string]float64{}, Scores: map[string]map[string]Score{}}
	for _, x := range shares {
		r.Times = append(r.Times, x*last.Seconds())
	}
	for _, k := range races {
		r.Start[k.name], r.Scores[k.name] = k.start(), map[string]Score{}
		for _, v := range k.rivals() {
			r.Scores[k.name][v.name] = r.score(hs, k, v)
		}
	}
	r.Seconds = time.Since(begin).Seconds()
	return experiment.Result{Numbers: r, Tables: []experiment.Table{r.table(races)},
		Figures: map[string]plot.Figure{"optimisers": r.figure(races)}, Notes: r.notes(races, s)}, nil
}

// errLate ends a heat.
var errLate = errors.New("late")

// run trains a copy of the network for the time, or for the steps asked for, with the error at validations.
func (h *heat) run(ctx context.Context, s experiment.Settings, budget time.Duration) (err error) {
	m, set := h.race.net.Copy(), h.rival.set
	set.Seed, set.Steps = s.Seed, s.Steps
	timed := s.Steps == 0 && set.Method == train.GaussNewton // it has no schedule, and ends by the clock
	switch {
	case timed:
		set.Steps, set.Validate = math.MaxInt32, 2
		if h.race.large {
			set.Validate = 1
		}
	case s.Steps == 0:
		if set.Steps, err = train.Calibrate(ctx, m, h.race.learn, h.race.valid, set, budget); err != nil {
			return err
		}
		fallthrough
	default:
		set.Validate = max(1, set.Steps/curvePoints)
	}
	begin := time.Now()
	on := func(st *train.State[float64]) error {
		h.curve = append(h.curve, Point{time.Since(begin).Seconds(), h.race.error(st.BestLoss)})
		return nil
	}
	if h.rival.warm != nil {
		if err := h.warm(ctx, m, s, on); err != nil {
			return err
		}
	}
	loop := &train.Loop[float64]{Model: m, Train: h.race.learn, Valid: h.race.valid, Settings: set,
		State: train.NewState(m), On: on}
	loop.Clock = func(*train.State[float64], float64) error {
		if timed && len(h.curve) > 0 && time.Since(begin) > budget {
			return errLate
		}
		return nil
	}
	if err := loop.Run(ctx); err != nil && err != errLate {
		return err
	}
	st := loop.State
	h.Fitted = bench.Fitted{
		Steps: st.Step, Samples: st.Step * loop.Settings.Batch, Parameters: len(m.Theta),
		Seconds:          time.Since(begin).Seconds(),
		NonFiniteSkipped: st.Skipped, FallbackSolves: st.Health.Fallbacks, Equations: loop.Settings.Equations,
	}
	return nil
}

// warm makes the steps before Gauss–Newton.
func (h *heat) warm(ctx context.Context, m *model.Model[float64], s experiment.Settings,
	on func(*train.State[float64]) error) error {
	set := *h.rival.warm
	if set.Seed, set.Validate = s.Seed, set.Steps/12; s.Steps > 0 {
		set.Steps = s.Steps
	}
	loop := &train.Loop[float64]{Model: m, Train: h.race.learn, Valid: h.race.valid, Settings: set,
		State: train.NewState(m), On: on}
	return loop.Run(ctx)
}

// score collects the heats of a rival: Gauss–Newton's errors are those of its one training at the times.
func (r Report) score(hs []*heat, k *race, v rival) (s Score) {
	s.Errors = make([]float64, len(shares))
	for _, h := range hs {
		if h.race != k || h.rival.name != v.name {
			continue
		}
		if s.Curves = append(s.Curves, h.curve); h.share == 1 {
			s.Fitted = h.Fitted
		}
		for i, share := range shares {
			if v.set.Method != train.GaussNewton && share == h.share {
				s.Errors[i] = h.curve[len(h.curve)-1].Error
			}
		}
		if v.set.Method == train.GaussNewton {
			for i, t := range r.Times {
				s.Errors[i] = at(h.curve, t, r.Start[k.name])
			}
		}
	}
	return s
}

// at is the error of a curve after so many seconds: at first that before training.
func at(curve []Point, seconds, start float64) float64 {
	e := start
	for _, p := range curve {
		if p.Seconds <= seconds {
			e = p.Error
		}
	}
	return e
}

// error turns a loss into an error relative to the accelerations.
func (k *race) error(loss float64) float64 {
	if loss /= k.unit; k.square {
		loss = math.Sqrt(loss)
	}
	return bench.Capped(loss)
}

// start is the error before training.
func (k *race) start() float64 {
	return k.error(train.MeanLoss(k.valid, k.net))
}

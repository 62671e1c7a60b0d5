package train

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"lagrange/internal/par"
	"lagrange/internal/vec"
	"lagrange/model"
	"lagrange/nn"
)

// Settings says how to train. Zero values stand for the documented defaults.
type Settings struct {
	Method    string  `json:"method"`              // Adam or GaussNewton; default Adam
	Equations string  `json:"equations,omitempty"` // of GaussNewton: Normal, Kernel or Free; default by the size of the problem
	Steps     int     `json:"steps"`               // must be given; see Calibrate for a budget in time
	Batch     int     `json:"batch"`               // samples a step, at most what there are; default 256, of GaussNewton as many as its equations need
	Rate      float64 `json:"rate"`                // largest learning rate; default 3e-3
	Schedule  string  `json:"schedule"`            // see Schedules; default one-cycle
	Clip      float64 `json:"clip"`                // largest norm of the gradient; default 10; negative: none
	Seed      uint64  `json:"seed"`
	Workers   int     `json:"workers"`  // cores; default all. The sum over shares of a batch depends on it in the last bits
	Validate  int     `json:"validate"` // steps between validations; default Steps/50, at least 1, and as many as validation takes a fifth of the time
	Checks    int     `json:"checks"`   // samples of a validation, taken evenly; default all where Validate is given, else what a fifth of the time bears
	// Changes of Steps, in the order of their steps: those that Loop.Replan made, or those of a run that is to be repeated.
	Changes []Change `json:"changes,omitempty"`
}

// The methods: Adam (Kingma & Ba 2015) for any number type and size; Gauss and Newton's with the damping of Levenberg and
// Marquardt, in float64, for nets of up to some thousand parameters and, more slowly, beyond.
const (
	Adam        = "adam"
	GaussNewton = "gauss-newton"
)

// Methods lists the names of the methods.
func Methods() []string { return []string{Adam, GaussNewton} }

// Defaults fills in what is zero.
func (s Settings) Defaults() Settings {
	if s.Method == "" {
		s.Method = Adam
	}
	if s.Batch == 0 && s.Method == Adam {
		s.Batch = 256
	}
	if s.Rate == 0 {
		s.Rate = 3e-3
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

// State is everything a run needs to go on bit for bit. Step i draws its batch from a generator seeded with (Seed, i),
// so there is no other random state.
type State[T nn.Float] struct {
	Step     int     // steps done
	Theta    []T     // parameters now
	M, S     []T     // Adam's moments
	Best     []T     // parameters with the least validation loss so far
	BestLoss float64 // and that loss
	Updates  int     // steps that changed the parameters: Adam's count
	Skipped  int     // steps with a non-finite loss or gradient: they did not reach the parameters
	Damping  float64 // λ of GaussNewton
	Rejected int     // trials of it that were taken back
	Health   model.Health
	History  []Point
	Sum      float64 // of the losses since the last validation
	Count    int     // and how many they are
	Decided  int     // the step at which the caller decided how the run goes on, for the caller; 0: none yet
	Seconds  float64 // that the run has taken, for the caller
}

// Point is one validation.
type Point struct {
	Step  int     `json:"step"`
	Train float64 `json:"train"` // mean loss of the batches since the last point; 0 when all were skipped
	Valid float64 `json:"valid"`
}

// NewState starts a run from a model's parameters.
func NewState[T nn.Float](m *model.Model[T]) *State[T] {
	n := len(m.Theta)
	return &State[T]{
		Theta: append([]T(nil), m.Theta...), M: make([]T, n), S: make([]T, n),
		Best: append([]T(nil), m.Theta...), BestLoss: math.Inf(1), Damping: 1e-2,
	}
}

// Loop is a run under way.
type Loop[T nn.Float] struct {
	Model        *model.Model[T] // its parameters are those of the step; Run leaves the best ones in it
	Train, Valid Objective[T]
	Settings     Settings
	State        *State[T]
	// On, if set, is called after every validation with the state at that point; an error from it ends the run.
	On func(*State[T]) error
	// Ends, if set, is asked after that whether the run ends here, before its last step.
	Ends func(*State[T]) bool
	// Replan, if set, is asked after that how many steps the run is to have in all, unless it has had its last one; 0: as many as it was to have.
	Replan func(*State[T]) int
	// Clock is called once a step, for callers that show progress or save by the clock; an error ends the run. It sees the
	// state between steps.
	Clock func(s *State[T], loss float64) error

	team   *par.Team
	shares [][]T // of the gradient, one for each core
	passes []*Loss[T]
	valid  []*Loss[T]
	losses []float64
	sums   []float64 // of the squares of each core's span of the gradient
	batch  []int
	chunk  int // samples a pass is given at a time
	gauss  *gauss
}

// Run trains until Settings.Steps and leaves the parameters of the best validation in the model. When ctx ends first, the
// error is ctx's, and State is where to go on from.
func (l *Loop[T]) Run(ctx context.Context) error {
	if err := l.prepare(); err != nil {
		return err
	}
	defer l.release()
	if st := l.State; st.Step == 0 { // a start may be better than all that follows
		if loss := l.checks(); loss < st.BestLoss {
			st.BestLoss = loss
		}
	}
	for s := l.State; s.Step < l.Settings.Total(s.Step+1); {
		if err := ctx.Err(); err != nil {
			return err
		}
		loss := l.advance()
		if finite(loss) {
			s.Sum, s.Count = s.Sum+loss, s.Count+1
		}
		if last := l.Settings.Total(s.Step); s.Step%l.Settings.Validate == 0 || s.Step == last {
			l.validate(s.Sum / max(1, float64(s.Count)))
			s.Sum, s.Count = 0, 0
			if l.On != nil {
				if err := l.On(s); err != nil {
					return err
				}
			}
			if l.Ends != nil && s.Step < last && l.Ends(s) {
				break
			}
			if l.Replan != nil && s.Step < last {
				if n := l.Replan(s); n > 0 && n != last {
					l.Settings.Changes = append(l.Settings.Changes, Change{s.Step, max(s.Step, n)})
				}
			}
		}
		if l.Clock != nil {
			if err := l.Clock(s, loss); err != nil {
				return err
			}
		}
	}
	l.release()
	copy(l.Model.Theta, l.State.Best)
	return nil
}

func (l *Loop[T]) prepare() error {
	l.Settings = l.Settings.Defaults()
	s := &l.Settings
	if s.Steps < 1 {
		return fmt.Errorf("train: %d steps", s.Steps)
	}
	if _, err := schedule(s.Schedule); err != nil {
		return err
	}
	if l.Train.Len() == 0 || l.Valid.Len() == 0 {
		return fmt.Errorf("train: no samples to train on (%d) or to validate with (%d)", l.Train.Len(), l.Valid.Len())
	}
	if err := l.plan(); err != nil {
		return err
	}
	s.validate(l.Valid.Len())
	s.Workers = min(s.Workers, s.Batch)
	// the passes are bound to the model's parameters; while the loop runs, those of the state are the same memory
	copy(l.Model.Theta, l.State.Theta)
	l.State.Theta = l.Model.Theta
	l.shares, l.passes, l.valid = nil, nil, nil
	l.chunk = min(model.Chunk, s.Batch/s.Workers+1)
	for range s.Workers {
		l.shares = append(l.shares, make([]T, len(l.Model.Theta)))
		l.passes = append(l.passes, NewLoss(l.Train, l.Model, l.chunk))
		l.valid = append(l.valid, NewLoss(l.Valid, l.Model, l.chunk))
	}
	l.losses, l.sums, l.batch = make([]float64, s.Workers), make([]float64, s.Workers), make([]int, s.Batch)
	l.team = par.NewTeam(s.Workers)
	if g, ok := any(l).(*Loop[float64]); ok && s.Method == GaussNewton {
		l.gauss = newGauss(g)
	}
	return nil
}

// plan chooses the size of a batch.
func (l *Loop[T]) plan() error {
	s := &l.Settings
	switch s.Method {
	case Adam:
		s.Batch = min(s.Batch, l.Train.Len())
		return nil
	case GaussNewton:
		if _, ok := any(l).(*Loop[float64]); !ok {
			return fmt.Errorf("train: %s needs parameters in float64", GaussNewton)
		}
		return s.plan(len(l.Model.Theta), l.Train.Pass(l.Model, 1).Width(), l.Train.Len())
	}
	return fmt.Errorf("no method %q; there are %s and %s", s.Method, Adam, GaussNewton)
}

// release ends the goroutines and gives the state parameters of its own again.
func (l *Loop[T]) release() {
	if l.team != nil {
		l.team.Close()
		l.team = nil
		l.State.Theta = append([]T(nil), l.Model.Theta...)
	}
}

// advance makes one step of the method and returns the loss before it.
func (l *Loop[T]) advance() float64 {
	if l.gauss != nil {
		return l.gauss.step()
	}
	return l.step()
}

// step makes one of Adam's steps. Each core takes a whole share of the batch, then a span of the parameters.
func (l *Loop[T]) step() float64 {
	s, st := l.Settings, l.State
	r := rand.New(rand.NewPCG(s.Seed, uint64(st.Step)))
	for b := range l.batch {
		l.batch[b] = r.IntN(l.Train.Len())
	}
	l.team.Do(func(w int) {
		lo, hi := par.Span(s.Batch, w, s.Workers)
		clear(l.shares[w])
		l.losses[w] = 0
		for ; lo < hi; lo += l.chunk {
			l.losses[w] += l.passes[w].Of(l.batch[lo:min(lo+l.chunk, hi)], l.shares[w])
		}
	})
	loss, norm := l.gather()
	st.Step++
	if !finite(loss) || !finite(norm) {
		st.Skipped++
		return math.NaN()
	}
	c := 1 / float64(s.Batch)
	if s.Clip > 0 && norm > s.Clip {
		c *= s.Clip / norm
	}
	f, _ := schedule(s.Schedule)
	st.Updates++
	rate := s.Rate * f(s.progress(st.Step))
	l.team.Do(func(w int) {
		lo, hi := par.Span(len(st.Theta), w, s.Workers)
		vec.Adam(st.Updates, rate, 0.9, 0.999, 1e-8, c, l.shares[0][lo:hi], st.Theta[lo:hi], st.M[lo:hi], st.S[lo:hi])
	})
	return loss
}

// gather adds the shares of the gradient to the first and returns the mean loss and the norm of its gradient.
func (l *Loop[T]) gather() (loss, norm float64) {
	s := l.Settings
	l.team.Do(func(w int) {
		lo, hi := par.Span(len(l.shares[0]), w, s.Workers)
		g := l.shares[0][lo:hi]
		if s.Workers == 1 {
			l.sums[w] = vec.SumSquares(g)
		}
		for _, share := range l.shares[1:] {
			l.sums[w] = vec.AddSquares(share[lo:hi], g)
		}
	})
	sum := 0.0
	for w, p := range l.passes {
		loss, sum = loss+l.losses[w], sum+l.sums[w]
		l.State.Health.Add(*p.Health())
		*p.Health() = model.Health{}
	}
	return loss / float64(s.Batch), math.Sqrt(sum) / float64(s.Batch)
}

// validate evaluates the validation loss and keeps the best parameters.
func (l *Loop[T]) validate(train float64) {
	st := l.State
	loss := l.checks()
	st.History = append(st.History, Point{Step: st.Step, Train: train, Valid: loss})
	if loss < st.BestLoss {
		st.BestLoss = loss
		copy(st.Best, st.Theta)
	}
}

// checks is the mean loss over the samples of a validation, on all cores.
func (l *Loop[T]) checks() float64 {
	n, all := l.Settings.Checks, l.Valid.Len()
	l.team.Do(func(w int) {
		lo, hi := par.Span(n, w, len(l.valid))
		l.losses[w] = 0
		index := make([]int, 0, l.chunk)
		for lo < hi {
			index = index[:0]
			for ; lo < hi && len(index) < l.chunk; lo++ {
				index = append(index, lo*all/n)
			}
			l.losses[w] += l.valid[w].Of(index, nil)
		}
	})
	sum := 0.0
	for _, x := range l.losses {
		sum += x
	}
	return sum / float64(n)
}

func finite(x float64) bool { return x-x == 0 }

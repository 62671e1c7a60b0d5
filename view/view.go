// Package view computes what people look at: a recording, the motions that learned models predict of it, beside the
// true system where it is a known one, their errors, and what to think of them in sentences. Everything is a value that
// JSON carries; package page shows it.
package view

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"

	"lagrange"
	"lagrange/data"
	"lagrange/mech"
	"lagrange/ode"
	"lagrange/smooth"
)

// Named is a model under the name that the page calls it by.
type Named struct {
	Name    string
	Path    string // of its file; "": none
	Model   *lagrange.Model
	History []HistoryLine // of its training; nil: not known
}

// Scene is what is looked at: models of one system, and a recording of it. Its methods may be called from several
// goroutines.
type Scene struct {
	title    string
	models   []Named
	recorded *data.Set // as it was read; nil: none
	states   *data.Set // the same with the velocities that motions begin with
	smoothed bool      // these are estimated
	truth    mech.System
	drawing  Drawing
	columns  *data.Set // coordinates and inputs

	measuring sync.Mutex // of what takes long, and is found once:
	measured  *Horizon
	scores    map[scored]lagrange.Evaluation
}

// scored is what an evaluation on the recording is of.
type scored struct {
	model   *lagrange.Model
	horizon float64
}

// New checks that models and recording belong together. draw says how the mechanism looks, see ParseDrawing; empty: by
// the names of the coordinates. There has to be a model or a recording.
func New(ctx context.Context, title string, models []Named, recorded *data.Set, draw string) (*Scene, error) {
	s := &Scene{title: title, models: models, recorded: recorded, states: recorded, columns: recorded,
		scores: map[scored]lagrange.Evaluation{}}
	if recorded == nil {
		s.columns = models[0].Model.Columns()
	}
	for _, m := range models {
		if a, b := described(m.Model.Columns()), described(s.columns); a != b {
			return nil, fmt.Errorf("%s is a model of %s, beside %s: they cannot be looked at together", m.Name, a, b)
		}
	}
	if recorded != nil {
		if recorded.States() {
			return nil, fmt.Errorf("the recording holds states on their own, and no motion to look at")
		}
		if err := s.estimate(ctx); err != nil {
			return nil, err
		}
		s.truth = truthOf(ctx, s.states)
	}
	var err error
	if s.drawing, err = ParseDrawing(draw, s.columns); err != nil {
		return nil, err
	}
	if draw == "" && len(models) > 0 {
		s.drawing.sites(models[0].Model.Spec().Nodes)
	}
	return s, nil
}

// described lists coordinates and inputs.
func described(s *data.Set) string {
	var names []string
	for _, c := range s.Coordinates {
		names = append(names, c.Name)
	}
	text := strings.Join(names, ", ")
	if len(s.Inputs) > 0 {
		text += " under " + strings.Join(s.Inputs, ", ")
	}
	return text
}

// estimate smooths a recording that lacks velocities, or whose noise one of the models knows of.
func (s *Scene) estimate(ctx context.Context) error {
	need := !s.recorded.RecordedVelocities()
	for _, m := range s.models {
		if need {
			break
		}
		start, err := m.Model.StartOf(ctx, s.recorded)
		if err != nil {
			return err
		}
		need = start != lagrange.Recorded
	}
	if !need {
		return nil
	}
	r, err := smooth.Set(ctx, s.recorded, 0)
	if err != nil {
		return fmt.Errorf("the velocities of the recording cannot be estimated: %w", err)
	}
	s.states, s.smoothed = r.Set, true
	return nil
}

// truthOf is the built-in system whose coordinates have the same names and which moves as the recording does; nil:
// none.
func truthOf(ctx context.Context, set *data.Set) mech.System {
	if set.M() > 0 || set.D() == 0 || len(set.Trajectories) == 0 {
		return nil
	}
	systems := mech.Systems()
	for _, name := range []string{"chain", "wave"} {
		if y, err := mech.Lookup(fmt.Sprintf("%s-%d", name, set.D())); err == nil {
			systems = append(systems, y)
		}
	}
	for _, y := range systems {
		called := func(a mech.Coordinate, b data.Coordinate) bool { return a.Name == b.Name }
		same := slices.EqualFunc(y.About().Coordinates, set.Coordinates, called)
		if _, many := y.(mech.Parametrised); same && !many && follows(ctx, y, set) {
			return y
		}
	}
	return nil
}

// follows says whether the velocities of a system from the first row of a recording differ from those that were
// recorded by less than a twentieth of what these change by.
func follows(ctx context.Context, y mech.System, set *data.Set) bool {
	const share = 0.05
	d, t := set.D(), &set.Trajectories[0]
	n := min(t.Len(), max(10, min(200, t.Len()/10)))
	path, err := solve(ctx, y, t.Q[:d], t.V[:d], t.T[:n])
	if err != nil || n < 3 {
		return false
	}
	var off, change float64
	for i := range n * d {
		off = math.Hypot(off, path.V[i]-t.V[i])
		change = math.Hypot(change, t.V[i]-t.V[i%d])
	}
	return off < share*change
}

// tolerance is that of roll-outs that are looked at: errors are well below the width of a line, also after they have
// grown a thousandfold.
const tolerance = 1e-7

// solve integrates a true system.
func solve(ctx context.Context, y mech.System, q, v, times []float64) (data.Trajectory, error) {
	d := y.Dim()
	field := func(_ float64, x, dx []float64) {
		copy(dx[:d], x[d:])
		y.Accel(x[:d], x[d:], dx[d:])
	}
	r, err := ode.Solve(ctx, field, slices.Concat(q, v), times, ode.Options{RTol: tolerance, ATol: tolerance})
	t := data.Trajectory{T: times[:r.N]}
	for k := range r.N {
		x := r.X[2*k*d : 2*(k+1)*d]
		t.Q, t.V = append(t.Q, x[:d]...), append(t.V, x[d:]...)
	}
	return t, err
}

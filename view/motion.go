package view

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sort"
	"sync"
	"time"

	"lagrange"
	"lagrange/data"
	"lagrange/ode"
)

// Motion is several paths from one start.
type Motion struct {
	Title string  `json:"title"`
	Span  float64 `json:"span"`
	Start Start   `json:"start"`
	Paths []Path  `json:"paths"`
	// EnergyName says whose energy it is that paths have.
	EnergyName string `json:"energy_name,omitempty"`
	Mass       *Mass  `json:"mass,omitempty"` // along the path of the first model
	// Beyond are spans of time in which what was recorded or, from a start set by hand, what the first model predicts
	// is outside of what that model has learned from.
	Beyond []Numbers `json:"beyond,omitempty"`
}

// The kinds of paths.
const (
	Recorded = "recorded"
	True     = "true"
	Learned  = "learned"
	Baseline = "baseline"
)

// Path is one of them.
type Path struct {
	Name string    `json:"name"`
	Kind string    `json:"kind"`
	T    Numbers   `json:"t"`
	Q    []Numbers `json:"q"` // by coordinate
	V    []Numbers `json:"v"`
	SDQ  []Numbers `json:"sd_q,omitempty"` // of an ensemble, its standard deviation
	SDV  []Numbers `json:"sd_v,omitempty"`
	// Energy is that of the first model, and TrueEnergy that of the true system, along the path.
	Energy     Numbers `json:"energy,omitempty"`
	TrueEnergy Numbers `json:"true_energy,omitempty"`
	Problem    string  `json:"problem,omitempty"` // why it ends early
}

// Bounds of what is computed for one picture.
const (
	mostRows   = 2000   // of a recording that are followed at once
	denseRows  = 1000   // points of a path, so that curves have no corners
	mostValues = 120000 // points times coordinates
	mostFiner  = 20     // points between two rows
	patience   = 3 * time.Second
)

// rows are the first and the last row of what is shown of trajectory i from a time on; span 0: as much as is shown at
// once.
func (s *Scene) rows(i int, from, span float64) (lo, hi int) {
	t := &s.states.Trajectories[i]
	lo = min(sort.SearchFloat64s(t.T, from), t.Len()-2)
	hi = t.Len() - 1
	if span > 0 {
		hi = sort.SearchFloat64s(t.T, t.T[lo]+span*(1+1e-9)) - 1
	}
	most := max(2, min(mostRows, mostValues/s.columns.D()))
	return lo, max(lo+1, min(hi, lo+most-1))
}

// Follow has a recorded trajectory from a time on, and what each model predicts from the row there.
func (s *Scene) Follow(ctx context.Context, i int, from, span float64) (Motion, error) {
	t, ok := s.trajectory(i)
	if !ok {
		return Motion{}, fmt.Errorf("there is no trajectory %d", i+1)
	}
	if t.Len() < 2 {
		return Motion{}, fmt.Errorf("trajectory %s has one row: there is no motion to look at", t.ID)
	}
	d, m := s.columns.D(), s.columns.M()
	lo, hi := s.rows(i, from, span)
	piece := t.Slice(d, m, lo, hi+1)
	start := Start{piece.Q[:d], piece.V[:d], piece.U[:min(m, len(piece.U))]}
	out := Motion{Title: "trajectory " + t.ID, Span: piece.Duration(), Start: start,
		Paths: []Path{s.path(Recorded, Recorded, piece, nil)}, Beyond: s.beyond(&piece)}
	fine := s.finer(piece)
	if s.truth != nil {
		path, err := solve(ctx, s.truth, start.Q, start.V, fine.T)
		out.Paths = append(out.Paths, s.path("true "+s.truth.Name(), True, path, err))
	}
	one := *s.states
	one.Trajectories = []data.Trajectory{fine}
	return s.with(ctx, out, func(ctx context.Context, k *lagrange.Model) (path, sd data.Trajectory, err error) {
		o := lagrange.RolloutOptions{RTol: tolerance, ATol: tolerance}
		if k.Ensemble != nil {
			mean, dev, err := k.Ensemble.RolloutSet(ctx, &one, o)
			if mean == nil {
				return path, sd, err
			}
			return mean.Trajectories[0], dev.Trajectories[0], err
		}
		set, err := k.RolloutSet(ctx, &one, o)
		if set == nil {
			return path, sd, err
		}
		return set.Trajectories[0], sd, err
	})
}

// From has what each model, and the true system, make of a start.
func (s *Scene) From(ctx context.Context, x Start, span float64) (Motion, error) {
	d, m := s.columns.D(), s.columns.M()
	if len(x.U) == 0 {
		x.U = make(Numbers, m)
	}
	if len(x.Q) != d || len(x.V) != d || len(x.U) != m {
		return Motion{}, fmt.Errorf("a start has %d coordinates, as many velocities and %d inputs", d, m)
	}
	if !(span > 0) || math.IsInf(span, 0) {
		return Motion{}, fmt.Errorf("the time to follow is above 0")
	}
	n := min(denseRows, max(2, mostValues/d))
	times := make([]float64, n+1)
	for i := range times {
		times[i] = span * float64(i) / float64(n)
	}
	out := Motion{Title: "from your start", Span: span, Start: x}
	if s.truth != nil {
		path, err := solve(ctx, s.truth, x.Q, x.V, times)
		out.Paths = append(out.Paths, s.path("true "+s.truth.Name(), True, path, err))
	}
	return s.with(ctx, out, func(ctx context.Context, k *lagrange.Model) (path, sd data.Trajectory, err error) {
		o := lagrange.RolloutOptions{RTol: tolerance, ATol: tolerance}
		if k.Ensemble != nil {
			return k.Ensemble.Rollout(ctx, x.Q, x.V, x.U, times, o)
		}
		path, err = k.Rollout(ctx, x.Q, x.V, x.U, times, o)
		return path, sd, err
	})
}

// with adds the paths of all models and of the baseline of the first, which are found side by side.
func (s *Scene) with(ctx context.Context, out Motion,
	roll func(context.Context, *lagrange.Model) (path, sd data.Trajectory, err error)) (Motion, error) {
	within, done := context.WithTimeout(ctx, patience)
	defer done()
	type one struct {
		name, kind string
		m          *lagrange.Model
	}
	var all []one
	for i, k := range s.models {
		all = append(all, one{"learned " + k.Name, Learned, k.Model})
		if b := k.Model.Baseline; b != nil && i == 0 {
			all = append(all, one{Baseline, Baseline, b})
		}
	}
	paths := make([]Path, len(all))
	var g sync.WaitGroup
	for i, k := range all {
		g.Go(func() {
			path, sd, err := roll(within, k.m)
			paths[i] = s.path(k.name, k.kind, path, err)
			if i == 0 {
				out.Mass = s.masses(path)
				if len(out.Paths) == 0 || out.Paths[0].Kind != Recorded {
					out.Beyond = s.beyond(&path)
				}
			}
			if sd.Q != nil {
				d := s.columns.D()
				paths[i].SDQ, paths[i].SDV = columns(sd.Q, d, mostCurves), columns(sd.V, d, mostCurves)
			}
		})
	}
	g.Wait()
	out.Paths = append(out.Paths, paths...)
	if len(s.models) > 0 && out.Paths[0].Energy != nil {
		out.EnergyName = s.models[0].Name
	}
	return out, ctx.Err()
}

// path is a trajectory as it is drawn.
func (s *Scene) path(name, kind string, t data.Trajectory, err error) Path {
	d := s.columns.D()
	p := Path{Name: name, Kind: kind, T: t.T, Q: columns(t.Q, d, d), V: columns(t.V, d, velocities(d))}
	var f *ode.Failure
	switch {
	case errors.As(err, &f):
		p.Problem = fmt.Sprintf("it cannot be followed beyond t = %.4g: %s", f.Time, f.Reason)
	case errors.Is(err, context.DeadlineExceeded):
		p.Problem = "it takes too long to follow: ask for less time"
	case err != nil:
		p.Problem = err.Error()
	}
	s.energies(&p, t)
	return p
}

// velocities is how many a path has: where there are many, as many as are drawn as curves.
func velocities(d int) int {
	if d <= 24 {
		return d
	}
	return mostCurves
}

// energies follows the learned energy, and the true one, along a path.
func (s *Scene) energies(p *Path, t data.Trajectory) {
	d, m := s.columns.D(), s.columns.M()
	if len(t.V) == 0 || d > 64 {
		return
	}
	for n := range t.T {
		q, v := t.Q[n*d:(n+1)*d], t.V[n*d:(n+1)*d]
		if s.truth != nil {
			p.TrueEnergy = append(p.TrueEnergy, s.truth.Energy(q, v))
		}
		if len(s.models) == 0 || len(t.U) < (n+1)*m {
			continue
		}
		if E, ok := s.models[0].Model.Energy(q, v, t.U[n*m:(n+1)*m]); ok {
			p.Energy = append(p.Energy, E)
		}
	}
}

// finer puts points between the rows of a trajectory. Its inputs there are those that roll-outs have; its states stand
// still, as only the first is read.
func (s *Scene) finer(t data.Trajectory) data.Trajectory {
	d, m, n := s.columns.D(), s.columns.M(), t.Len()
	k := max(1, min(mostFiner, denseRows/(n-1), mostValues/d/(n-1)))
	f := data.Trajectory{ID: t.ID, File: t.File, Line: t.Line}
	u := make([]float64, m)
	for i := range n {
		for j := range k {
			if i == n-1 && j > 0 {
				break
			}
			at := t.T[i]
			if j > 0 {
				at += (t.T[i+1] - t.T[i]) * float64(j) / float64(k)
			}
			f.T, f.Q, f.V = append(f.T, at), append(f.Q, t.Q[i*d:(i+1)*d]...), append(f.V, t.V[i*d:(i+1)*d]...)
			if m > 0 {
				s.between(float64(j)/float64(k), t.U, i, u)
				f.U = append(f.U, u...)
			}
		}
	}
	return f
}

// between are the inputs at a fraction of the interval after row i.
func (s *Scene) between(c float64, U []float64, i int, u []float64) {
	m := len(u)
	u0 := U[i*m : (i+1)*m]
	if c == 0 || len(s.models) == 0 {
		copy(u, u0)
		return
	}
	s.models[0].Model.Spec().Between(c, u0, U[(i+1)*m:(i+2)*m], u)
}

package view

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sort"

	"lagrange"
	"lagrange/data"
)

// Horizon is how the error of predictions grows: roll-outs from starts spread over the recording, held against it.
type Horizon struct {
	Starts int
	Own    bool    // the recording is one that the first model has learned from
	T      Numbers // since the start
	Of     []Growth
}

// Growth is that of one model: the error at each time over the starts, as a share of the spread of the recorded motion.
type Growth struct {
	Name, Kind   string
	Median, Most Numbers // half of the starts lie below, and nine of ten
	// Holds is the time until which half of the predictions stay within a tenth of the spread, First that at which the
	// first leaves it; the whole span where that does not happen.
	Holds, First float64
	ends         []data.Trajectory // what each start led to
}

// tenth is the share of the spread beyond which a prediction is said to hold no more.
const tenth = 0.1

const (
	mostStarts = 24
	mostTimes  = 300 // rows of a prediction
)

// horizon is that of the scene, found once.
func (s *Scene) horizon(ctx context.Context) (h *Horizon, err error) {
	s.measuring.Lock()
	defer s.measuring.Unlock()
	if s.measured == nil {
		s.measured, err = s.spread(ctx)
	}
	return s.measured, err
}

// spread rolls out from starts all over the recording.
func (s *Scene) spread(ctx context.Context) (*Horizon, error) {
	pieces := s.starts()
	N := len(pieces.Trajectories)
	if N == 0 {
		return nil, fmt.Errorf("the recording is too short to hold predictions against it")
	}
	shortest := pieces.Trajectories[0].Duration()
	for i := range pieces.Trajectories {
		shortest = min(shortest, pieces.Trajectories[i].Duration())
	}
	h := &Horizon{Starts: N, Own: s.states.Fingerprint() == s.models[0].Model.Record.Data}
	for i := range mostTimes {
		h.T = append(h.T, shortest*float64(i+1)/mostTimes)
	}
	add := func(name, kind string, ends []data.Trajectory) {
		g := Growth{Name: name, Kind: kind, ends: ends}
		s.grow(h, &g, pieces)
		h.Of = append(h.Of, g)
	}
	for i, k := range s.models {
		for m := k.Model; m != nil; m = m.Baseline {
			name, kind := "learned "+k.Name, Learned
			if m != k.Model {
				name, kind = Baseline, Baseline
			}
			if kind == Baseline && i > 0 {
				break // there is one for all
			}
			within, done := context.WithTimeout(ctx, 10*patience)
			set, err := m.RolloutSet(within, pieces, lagrange.RolloutOptions{RTol: tolerance, ATol: tolerance})
			done()
			if ctx.Err() != nil || set == nil { // else what was not followed in time counts as wrong
				return nil, errors.Join(ctx.Err(), err)
			}
			add(name, kind, set.Trajectories)
		}
	}
	var still []data.Trajectory
	d := s.columns.D()
	for _, t := range pieces.Trajectories {
		c := data.Trajectory{T: t.T}
		for n := range t.T {
			for k := range d {
				c.Q = append(c.Q, t.Q[k]+t.V[k]*(t.T[n]-t.T[0]))
			}
		}
		still = append(still, c)
	}
	add("constant velocity", "", still)
	return h, nil
}

// starts are pieces of the recording to be predicted from their first row. Without inputs they have only as many rows
// as are looked at; with inputs all, up to the most that are followed at once.
func (s *Scene) starts() *data.Set {
	d, m := s.columns.D(), s.columns.M()
	out, all := *s.states, s.states.Trajectories
	out.Trajectories = nil
	each := max(1, mostStarts/len(all))
	every := max(1, len(all)/mostStarts)
	for i := 0; i < len(all); i += every {
		t := &all[i]
		rows := t.Len()
		if each > 1 {
			rows = t.Len() * 2 / (each + 1) // pieces overlap by half
		}
		most := mostRows
		if m == 0 {
			most = 20 * mostTimes
		}
		if rows = min(rows, most); rows < 3 || len(out.Trajectories) >= mostStarts {
			continue
		}
		for j := range each {
			lo := 0
			if each > 1 {
				lo = (t.Len() - rows) * j / (each - 1)
			}
			p := t.Slice(d, m, lo, lo+rows)
			if m == 0 {
				p = thinRows(p, d, rows/mostTimes+1)
			}
			out.Trajectories = append(out.Trajectories, p)
		}
	}
	return &out
}

// thinRows keeps one row of several.
func thinRows(t data.Trajectory, d, every int) data.Trajectory {
	o := data.Trajectory{ID: t.ID, File: t.File, Line: t.Line}
	for n := 0; n < t.Len(); n += every {
		o.T = append(o.T, t.T[n])
		o.Q, o.V = append(o.Q, t.Q[n*d:(n+1)*d]...), append(o.V, t.V[n*d:(n+1)*d]...)
	}
	return o
}

// grow fills in the errors at the times of h: e² is the mean over coordinates of ((q̂ − q)/spread)², differences of
// angles on the circle; a prediction that has ended is wrong by any measure.
func (s *Scene) grow(h *Horizon, g *Growth, pieces *data.Set) {
	size, _ := s.sizes()
	d := s.columns.D()
	g.Holds, g.First = h.T[len(h.T)-1], h.T[len(h.T)-1]
	held, whole := true, true
	for _, at := range h.T {
		errs := make([]float64, 0, h.Starts)
		for i := range pieces.Trajectories {
			t, p := &pieces.Trajectories[i], &g.ends[i]
			n := min(sort.SearchFloat64s(t.T, t.T[0]+at*(1-1e-9)), t.Len()-1)
			if n >= p.Len() {
				errs = append(errs, math.Inf(1))
				continue
			}
			e := 0.0
			for k, c := range s.columns.Coordinates {
				x := p.Q[n*d+k] - t.Q[n*d+k]
				if c.Period > 0 {
					x = math.Remainder(x, c.Period)
				}
				e += x * x / (size[k] * size[k]) / float64(d)
			}
			errs = append(errs, math.Sqrt(e))
		}
		median := quantile(errs, 0.5)
		g.Median, g.Most = append(g.Median, median), append(g.Most, quantile(errs, 0.9))
		if held && !(median <= tenth) {
			held, g.Holds = false, at
		}
		if whole && !(quantile(errs, 1) <= tenth) {
			whole, g.First = false, at
		}
	}
}

// plot draws the growth.
func (h *Horizon) plot(s *Scene) Plot {
	p := Plot{Name: "horizon", Title: "How the error grows", X: label("time since the start", s.columns.TimeUnit()),
		Y: "error / spread", Log: true,
		Says: fmt.Sprintf("From %d starts: half of the errors lie below the line, nine of ten below the dashed one; "+
			"errors are divided by the spread of the recorded motion. At 1 a prediction is no better than a guess.",
			h.Starts)}
	if h.Own {
		p.Says += " The model has learned from parts of this recording: a new one tells more."
	}
	for _, g := range h.Of {
		p.Series = append(p.Series, Series{Name: g.Name, Kind: g.Kind, X: h.T, Y: g.Median})
		if g.Kind == Learned {
			p.Series = append(p.Series, Series{Name: g.Name + ", nine of ten", Kind: g.Kind, Dash: true, X: h.T,
				Y: g.Most})
		}
	}
	return p
}

// foretold holds what the first model and the baseline predict, a horizon of training ahead, against what was recorded
// then, for each of the first coordinates.
func (h *Horizon) foretold(s *Scene) (plots []Plot) {
	pieces, d := s.starts(), s.columns.D()
	ahead := min(s.models[0].Model.Record.Horizon, h.T[len(h.T)-1])
	for k, c := range s.columns.Coordinates[:min(d, 3)] {
		p := Plot{Name: "foretold-" + c.Name, Title: "Predicted against recorded: " + c.Name, Points: true,
			X: "recorded " + label(c.Name, c.Unit), Y: "predicted " + label(c.Name, c.Unit),
			Says: fmt.Sprintf("Every point is a prediction up to %.3g %s ahead. On the diagonal it is right.", ahead,
				s.columns.TimeUnit())}
		least, most := math.Inf(1), math.Inf(-1)
		for _, g := range h.Of {
			if g.Kind == "" {
				continue
			}
			r := Series{Name: g.Name, Kind: g.Kind}
			for i := range pieces.Trajectories {
				t, e := &pieces.Trajectories[i], &g.ends[i]
				in := min(sort.SearchFloat64s(t.T, t.T[0]+ahead*(1+1e-9)), e.Len())
				for n := 1; n < in; n += in/40 + 1 {
					x, y := t.Q[n*d+k], e.Q[n*d+k]
					r.X, r.Y = append(r.X, x), append(r.Y, y)
					least, most = min(least, x), max(most, x)
				}
			}
			p.Series = append(p.Series, r)
		}
		p.Series = append([]Series{{Name: "right", Dash: true, X: Numbers{least, most}, Y: Numbers{least, most}}},
			p.Series...)
		plots = append(plots, p)
	}
	return plots
}

package relativity

import (
	"context"
	"math"

	"lagrange/experiment/bench"
	"lagrange/model"
	"lagrange/ode"
	"lagrange/plot"
	"lagrange/train"
)

// figures collects what is drawn: one fall, the error against the speed, learning curves.
type figures struct {
	fresh                   *States
	motion, errors, learned []plot.Series
}

// The fall that is drawn: against the field from −0.9 of the speed of light.
const fallField, fallSpeed, fallTime = 8.0, -0.9, 2.0

func newFigures(fresh *States) *figures {
	// p = p₀ + g t; v by bisection, since p grows with v
	f, t := &figures{fresh: fresh}, bench.Grid(fallTime, 0.02)
	truth := plot.Series{Name: "true", X: t}
	for _, t := range t {
		p := momentum(fallSpeed) + fallField*t
		lo, hi := -1.0, 1.0
		for range 60 {
			if v := (lo + hi) / 2; momentum(v) < p {
				lo = v
			} else {
				hi = v
			}
		}
		truth.Y = append(truth.Y, lo)
	}
	f.motion = []plot.Series{truth}
	return f
}

// momentum is v (1 − v²)^(−3/2).
func momentum(v float64) float64 { return v * math.Pow((1-v)*(1+v), -1.5) }

// add draws a model's part.
func (f *figures) add(ctx context.Context, m Model, net *model.Model[float64], history []train.Point) {
	f.motion = append(f.motion, f.fall(ctx, m, net))
	f.errors = append(f.errors, f.bySpeed(m, net))
	f.learned = append(f.learned, bench.LearningCurve(m.title, history, bench.Steps))
}

// fall is q̇(t) of a model, read off its field: beside q may stand v or p.
func (f *figures) fall(ctx context.Context, m Model, net *model.Model[float64]) plot.Series {
	s, tape, g := plot.Series{Name: m.title}, net.Tape(1), []float64{fallField}
	field := func(_ float64, x, dx []float64) {
		tape.Field(x, g, dx)
		dx[0] /= m.shrunk
	}
	x, t := []float64{0, fallSpeed}, f.motion[0].X
	if m.Canonical {
		x[1] = momentum(fallSpeed)
	}
	// a motion whose integration fails is drawn as far as it went
	r, _ := ode.Solve(ctx, field, x, t, ode.Options{RTol: 1e-8, ATol: 1e-8})
	dx := make([]float64, 2)
	for i := range r.N {
		v := r.X[2*i+1]
		if m.Canonical {
			field(0, r.X[2*i:2*i+2], dx)
			v = dx[0]
		}
		s.X, s.Y = append(s.X, t[i]), append(s.Y, v)
	}
	return s
}

// bySpeed is the mean of |q̇ − q̇*| + |q̈ − q̈*| over samples of about the same speed.
func (f *figures) bySpeed(m Model, net *model.Model[float64]) plot.Series {
	const bins = 24
	low, high := 1e-5, 1.0 // of 1 − |v|
	var sum, count [bins]float64
	f.fresh.errors(m, net, func(i int, velocity, accel float64) {
		k := min(bins-1, max(0, int(bins*math.Log((1-math.Abs(f.fresh.v[i]))/low)/math.Log(high/low))))
		sum[k], count[k] = sum[k]+velocity+accel, count[k]+1
	})
	s := plot.Series{Name: m.title}
	for k := range bins {
		if count[k] > 0 {
			s.X = append(s.X, low*math.Pow(high/low, (float64(k)+0.5)/bins))
			s.Y = append(s.Y, sum[k]/count[k])
		}
	}
	return s
}

func (f *figures) all() map[string]plot.Figure {
	return map[string]plot.Figure{"relativity": {
		Title: "Relativistic particle in a uniform field, c = 1", Columns: 1, Width: 16,
		Panels: []plot.Panel{
			{Title: "A fall against the field g = 8", XLabel: "t", YLabel: "q̇", Series: f.motion},
			{Title: "Error against the speed", XLabel: "1 − |q̇|", YLabel: "mean |Δq̇| + |Δq̈|", LogX: true, LogY: true,
				Series: f.errors},
			{Title: "Learning", XLabel: "step", YLabel: "validation loss", LogX: true, LogY: true, Series: f.learned},
		},
	}}
}

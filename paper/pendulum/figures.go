package pendulum

import (
	"math"

	"lagrange/experiment/bench"
	"lagrange/mech"
	"lagrange/ode"
	"lagrange/plot"
	"lagrange/train"
)

// figures collects what is drawn.
type figures struct {
	system mech.System
	curves []plot.Series
	energy []plot.Series
	errors []plot.Series
	motion [3][]plot.Series // both angles over time, and the first with its velocity
}

// learning adds a learning curve.
func (f *figures) learning(name string, history []train.Point) {
	f.curves = append(f.curves, bench.LearningCurve(name, history, bench.Steps))
}

// shownTimes are those of the motions that are drawn: later a chaotic motion tells nothing.
const shownTimes = 101

// paths adds the energy error of all starts, as its mean, with those that have diverged
// at that error, the median error of the state, and the first motion beside the true one.
func (f *figures) paths(name string, times []float64, r *Run, paths []ode.Result) {
	d, scale := f.system.Dim(), f.system.About().EnergyScale
	E := plot.Series{Name: name, X: times, Y: make([]float64, len(times))}
	for k := range times {
		for i, p := range paths {
			x, e := r.starts[2*i*d:2*(i+1)*d], bench.Diverged
			if k < p.N {
				y := p.X[2*k*d : 2*(k+1)*d]
				if now := math.Abs(f.system.Energy(y[:d], y[d:])-f.system.Energy(x[:d],
					x[d:])) / scale; now < bench.Diverged {
					e = now
				}
			}
			E.Y[k] += e / starts
		}
	}
	f.energy = append(f.energy, E)
	all := make([][]float64, len(paths))
	for i, p := range paths {
		all[i] = stateErrors(d, p, r.truth[i], r.spread)
	}
	S := plot.Series{Name: name, X: times[1:shownTimes]} // at 0 there is none
	for k := 1; k < shownTimes; k++ {
		now := make([]float64, len(all))
		for i, e := range all {
			now[i] = e[k]
		}
		S.Y = append(S.Y, bench.Median(now))
	}
	f.errors = append(f.errors, S)
	f.add(name, times[:min(shownTimes, paths[0].N)], paths[0].X, d)
}

func (f *figures) add(name string, times, x []float64, d int) {
	for i := range f.motion {
		s := plot.Series{Name: name, X: times}
		if i == 2 {
			s.X = nil
		}
		for k := range times {
			if i == 2 {
				s.X, s.Y = append(s.X, x[2*k*d]), append(s.Y, x[2*k*d+d])
			} else {
				s.Y = append(s.Y, x[2*k*d+i])
			}
		}
		f.motion[i] = append(f.motion[i], s)
	}
}

// panels are where the series stand, in the order of the figure.
func (f *figures) panels() []*[]plot.Series {
	return []*[]plot.Series{&f.motion[0], &f.motion[1], &f.motion[2], &f.errors, &f.energy, &f.curves}
}

// join adds a figure of the same panels.
func (f *figures) join(g plot.Figure) {
	for i, to := range f.panels() {
		*to = append(*to, g.Panels[i].Series...)
	}
}

// figure composes the figure.
func (f *figures) figure() plot.Figure {
	return plot.Figure{
		Title: "Double pendulum: learned from accelerations", Columns: 2,
		Panels: []plot.Panel{
			{Title: "First angle, one start", XLabel: "t [s]", YLabel: "θ₁ [rad]", Series: f.motion[0]},
			{Title: "Second angle", XLabel: "t [s]", YLabel: "θ₂ [rad]", Series: f.motion[1]},
			{Title: "Phase portrait", XLabel: "θ₁ [rad]", YLabel: "ω₁ [rad/s]", Series: f.motion[2]},
			{Title: "Error of the state, median of 40 starts", XLabel: "t [s]", YLabel: "error / spread", LogY: true,
				Series: f.errors},
			{Title: "Energy error, mean of 40 starts", XLabel: "t [s]", YLabel: "|E − E₀| / 29.4", LogY: true,
				Series: f.energy},
			{Title: "Learning", XLabel: "step", YLabel: "validation loss", LogY: true, Series: f.curves},
		},
	}
}

package recorded

import (
	"math"
	"testing"

	"lagrange"
	"lagrange/data"
	"lagrange/experiment/known"
	"lagrange/fit"
	"lagrange/model"
)

// Windows to choose a start by are a horizon long, lie in one stretch of what is learned from, with rows before them,
// and are about as many as there may be where there is room.
func TestInside(t *testing.T) {
	r := recording{horizon: 0.5}
	stretch := func(n int) (w data.Trajectory) {
		for k := range n {
			w.T = append(w.T, 3+0.02*float64(k))
		}
		return w
	}
	cases := []struct{ rows, least, most int }{{36, 0, 0}, {38, 0, 0}, {39, 1, 1}, {51, 3, 3}, {5001, 48, 52}}
	for _, c := range cases {
		p := parts{learn: &data.Set{Trajectories: []data.Trajectory{stretch(9), stretch(c.rows)}}}
		ws := r.inside(p)
		if len(ws) < c.least || len(ws) > c.most {
			t.Errorf("%d rows have %d windows, from %d to %d are wanted", c.rows, len(ws), c.least, c.most)
		}
		for _, w := range ws {
			if h := w.T[w.last] - w.T[w.first]; math.Abs(h-0.5) > 1e-9 || w.first < 12 || len(w.T) != c.rows {
				t.Errorf("of %d rows a window begins at %d of %d and lasts %g s", c.rows, w.first, len(w.T), h)
			}
		}
	}
}

// Starts are chosen by motion that was learned from, whatever the motion is that is to be predicted: through a model,
// unless the filter is worse than none.
func TestChoose(t *testing.T) {
	folder := recordingsFolder(t)
	if testing.Short() {
		t.Skip("it takes seconds")
	}
	r := recordings[2]
	p, err := r.read(t.Context(), folder)
	if err != nil {
		t.Fatal(err)
	}
	m, err := lagrange.Fit(t.Context(), p.all, fit.Options{Seed: 1, Model: "terms", Friction: model.NoFriction,
		Horizon: r.horizon, Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	noise, err := m.Noise(t.Context(), p.learn)
	if err != nil {
		t.Fatal(err)
	}
	p.windows = []window{{Recording: known.Recording{}}} // no choice looks at them
	how, err := r.choose(t.Context(), m, p, noise)
	if err != nil || how != through {
		t.Errorf("starts of a model that predicts are %q: %v", how, err)
	}
	noise.Process[0] *= 1e3 // a filter that knows no velocity
	if how, err = r.choose(t.Context(), m, p, noise); err != nil || how != filtered {
		t.Errorf("starts of a filter that knows no velocity are %q: %v", how, err)
	}
}

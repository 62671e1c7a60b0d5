package train

import (
	"math"
	"math/rand/v2"
	"testing"

	"lagrange/model"
	"lagrange/ode"
)

// motions has a model move from N random starts through rows uneven in time, under forces, and measures its positions
// with noise (and its velocities, where velocities says so). The smoothed states are the true ones with errors of
// deviation sd.
func motions(m *model.Model[float64], N, rows int, sigma, sd float64, velocities bool,
	seed uint64) (o *Measured, truth [][]float64) {
	r := rand.New(rand.NewPCG(seed, 2))
	d, M := m.Spec.D(), m.Spec.M()
	n := 2 * d
	o = &Measured{D: d, M: M}
	for range N {
		roll := model.NewRollout(m.Spec, m.Tape(1), ode.RK4.Tableau, 1, rows-1)
		e := Measurement{T: make([]float64, rows), U: normal(r, rows*M), SD: make([]float64, rows*n)}
		h := make([]float64, rows-1)
		for k := range h {
			h[k] = 0.02 + 0.03*r.Float64()
			e.T[k+1] = e.T[k] + h[k]
		}
		roll.Run(normal(r, n), h, e.U)
		var x []float64
		for k := range rows {
			x = append(x, roll.State(k)...)
		}
		for j := range n {
			e.Sigma = append(e.Sigma, sigma)
			if j >= d && !velocities {
				e.Sigma[j] = 0
			}
		}
		for i, x := range x {
			e.Y = append(e.Y, x+sigma*r.NormFloat64())
			if i%n >= d && !velocities {
				e.Y[i] = math.NaN()
			}
			e.X, e.SD[i] = append(e.X, x+sd*r.NormFloat64()), sd
		}
		o.Of, truth = append(o.Of, e), append(truth, x)
	}
	return o, truth
}

// Segments cover each stretch without a gap, side by side, and joining them two by two ends with whole stretches.
func TestSegments(t *testing.T) {
	gap := make([]bool, 30)
	gap[0], gap[11], gap[13] = true, true, true // stretches of 1, 11, 2 and 16 rows
	times := make([]float64, 30)
	for k := range times {
		times[k] = float64(k)
	}
	e := Measurement{T: times, Gap: gap, X: make([]float64, 60), Sigma: make([]float64, 2)}
	for k := range 30 {
		e.X[2*k] = float64(k)
	}
	o := &Measured{D: 1, Of: []Measurement{e, {T: times[:3], X: e.X[:6], Sigma: e.Sigma}}}
	s := o.Segments(3)
	x := o.Smoothed(s)
	for range 4 {
		at := map[int]int{}
		for i, a := range s {
			if x[2*i] != float64(a.First) {
				t.Fatalf("the segment from row %d starts at %v", a.First, x[2*i])
			}
			if a.steps() < 2 {
				t.Fatalf("%+v has less than two steps", a)
			}
			for k := a.First; k < a.Last; k++ {
				at[a.Of*100+k]++
				if a.Of == 0 && gap[k] {
					t.Fatalf("%+v spans a gap", a)
				}
			}
			if next := i+1 < len(s) && s[i+1].Of == a.Of && s[i+1].First == a.Last; next != a.Chained {
				t.Fatalf("%+v and what follows it", a)
			}
		}
		if len(at) != 10+15+2 {
			t.Fatalf("%d steps are covered; want 27", len(at))
		}
		s, x = o.Longer(s, x)
	}
	if len(s) != 3 {
		t.Errorf("%d segments are left; want 3", len(s))
	}
}

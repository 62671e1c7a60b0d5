package filter

import (
	"math"
	"math/rand/v2"
	"testing"
)

// Filtered rows do not depend on what comes later, and of a linear system they are those of least squares.
func TestRows(t *testing.T) {
	const w, N, first = 2.5, 30, 6
	m, noise := oscillator(t, w), Noise{Sigma: []float64{0.1, 0.3}, Process: []float64{0.4}}
	o := linearMotion(rand.New(rand.NewPCG(7, 8)), w, N)
	o.Prior = []float64{1, 0}
	var seen []float64
	see := func(_ int, x, _ []float64) { seen = append(seen, x...) }
	if err := Rows(t.Context(), m, noise, o, first, see); err != nil {
		t.Fatal(err)
	}
	if len(seen) != 2*(N-first) {
		t.Fatalf("%d numbers", len(seen))
	}
	early := o
	early.X = append([]float64(nil), o.X...)
	copy(early.X, o.Prior) // dense takes the first state for the prior
	for k := first; k < N; k++ {
		x, P := dense(early, w, noise, k+1)
		for i := range 2 {
			got, want, sd := seen[2*(k-first)+i], x.AtVec(2*k+i), math.Sqrt(P.At(2*k+i, 2*k+i))
			if math.Abs(got-want) > 1e-7*sd {
				t.Errorf("row %d: %v, want %v", k, got, want)
			}
		}
	}
}

// The likeliest process noise is about that of the motion: white accelerations of a known density.
func TestLikeliest(t *testing.T) {
	const w, step, density = 2.5, 0.05, 0.3
	m, r := oscillator(t, w), rand.New(rand.NewPCG(9, 9))
	noise := Noise{Sigma: []float64{0.002, 0}}
	var rs []Measured
	for range 3 {
		o := Measured{SD: []float64{1, 3}}
		x, v := 1.0, 0.0
		for k := range 400 {
			o.T, o.U = append(o.T, step*float64(k)), append(o.U, 0)
			o.Y, o.X = append(o.Y, x+0.002*r.NormFloat64(), math.NaN()), append(o.X, x, v)
			for range 50 {
				h := step / 50
				v += -w*w*x*h + density*math.Sqrt(h)*r.NormFloat64()
				x += v * h
			}
		}
		rs = append(rs, o)
	}
	p, err := Likeliest(t.Context(), m, noise, rs, step)
	if err != nil {
		t.Fatal(err)
	}
	if !(p[0] > density/1.3 && p[0] < density*1.3) {
		t.Errorf("process noise %v, want about %v", p[0], density)
	}
}

package known

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// pushed is an oscillator q̈ = −k q − c q̇ + g u, with two recordings of it at uneven times.
func pushed() (*Equations, []Recording) {
	e := &Equations{D: 1, M: 1, Steps: 4, Accel: func(q, v, u, p, a []float64) {
		a[0] = -p[0]*q[0] - p[1]*v[0] + p[2]*u[0]
	}}
	r := rand.New(rand.NewPCG(1, 2))
	var rs []Recording
	for range 2 {
		w, at := Recording{}, 0.0
		for range 60 {
			w.T, w.U = append(w.T, at), append(w.U, r.NormFloat64())
			at += 0.02 + 0.06*r.Float64()
		}
		for k, x := range e.Roll([]float64{2, 0.1, 1.5}, []float64{r.NormFloat64(), r.NormFloat64()}, w.T, w.U) {
			if k%2 == 0 {
				w.Y = append(w.Y, x)
			}
		}
		rs = append(rs, w)
	}
	return e, rs
}

// The fit finds the numbers that made exact recordings, from segments and from whole ones.
func TestFitFindsTheNumbers(t *testing.T) {
	e, rs := pushed()
	p := []float64{1, 0, 1}
	var segments []*Segment
	for _, T := range []float64{0.5, 1, 100} {
		segments = e.Cut(rs, T, segments)
		cost, err := e.Fit(t.Context(), segments, p)
		if err != nil || cost > 1e-12 {
			t.Fatal(cost, err)
		}
		for j, want := range []float64{2, 0.1, 1.5} {
			if math.Abs(p[j]-want) > 1e-5 {
				t.Errorf("segments of %g: number %d is %g, not %g", T, j, p[j], want)
			}
		}
	}
	if len(segments) != 2 || len(segments[0].T) != 60 {
		t.Errorf("%d segments for two recordings", len(segments))
	}
}

// Under a force that goes by straight lines a roll-out has the error of its order; under a held force it is a chain of
// motions under constant ones.
func TestRollUnderForces(t *testing.T) {
	e, rs := pushed()
	p, x, w := []float64{2, 0.1, 1.5}, []float64{1, 0}, rs[0]
	last := func(steps int) float64 {
		e.Steps = steps
		X := e.Roll(p, x, w.T, w.U)
		return X[len(X)-2]
	}
	exact := last(64)
	if ratio := (last(2) - exact) / (last(4) - exact); math.Abs(ratio-16) > 2 {
		t.Errorf("half the step makes the error 1/%g", ratio)
	}
	e.Held, e.Steps = true, 4
	y := x
	for k := 1; k < len(w.T); k++ {
		y = e.Roll(p, y, w.T[k-1:k+1], []float64{w.U[k-1], w.U[k-1]})[2:]
	}
	X := e.Roll(p, x, w.T, w.U)
	if got := X[len(X)-2:]; math.Abs(got[0]-y[0])+math.Abs(got[1]-y[1]) > 1e-13 {
		t.Errorf("under held forces %v, under constant ones %v", got, y)
	}
}

// The step with the starts eliminated is that of the dense equations of all unknowns.
func TestStepIsDense(t *testing.T) {
	const lambda = 0.1
	e, rs := pushed()
	segments := e.Cut(rs, 0.9, nil)
	p := []float64{1.1, 0.3, 0.2}
	P, n := len(p), 2*e.D
	N := P + n*len(segments)
	G, g := mat.NewDense(N, N, nil), mat.NewVecDense(N, nil)
	for k, w := range segments {
		e.linearise(w, p)
		J := mat.NewDense(len(w.r), N, nil)
		for i := range w.r {
			for j := range P {
				J.Set(i, j, w.Jp[i*P+j])
			}
			for j := range n {
				J.Set(i, P+k*n+j, w.Jx[i*n+j])
			}
		}
		var JJ mat.Dense
		var Jr mat.VecDense
		JJ.Mul(J.T(), J)
		Jr.MulVec(J.T(), mat.NewVecDense(len(w.r), w.r))
		G.Add(G, &JJ)
		g.AddVec(g, &Jr)
	}
	for i := range N {
		G.Set(i, i, G.At(i, i)*(1+lambda))
	}
	var want mat.VecDense
	if err := want.SolveVec(G, g); err != nil {
		t.Fatal(err)
	}
	dp, starts := step(segments, P, lambda)
	for j, x := range dp {
		if w := want.AtVec(j); math.Abs(x-w) > 1e-7*(math.Abs(w)+mat.Norm(&want, 2)) {
			t.Errorf("step of number %d: %g, by the dense equations %g", j, x, w)
		}
	}
	for k, w := range segments {
		starts(w, dp)
		for i := range n {
			if got, d := w.X[i]-w.z[i], want.AtVec(P+k*n+i); math.Abs(got-d) > 1e-7*(math.Abs(d)+mat.Norm(&want, 2)) {
				t.Errorf("step of segment %d, number %d: %g, by the dense equations %g", k, i, got, d)
			}
		}
	}
}

// Deviations of fitted numbers are those that the numbers have from one noise to another, be it white or the same over
// all of a segment.
func TestCovariance(t *testing.T) {
	e, rs := pushed()
	rs = append(rs, rs...)
	r := rand.New(rand.NewPCG(5, 6))
	for name, alike := range map[string]float64{"white": 0, "alike": 0.05} {
		var sum, squares, said [3]float64
		const draws = 60
		for range draws {
			segments := e.Cut(rs, 0.5, nil)
			for _, g := range segments {
				y, drift := slices.Clone(g.Y), alike*r.NormFloat64()
				for k := range y {
					y[k] += 0.01*r.NormFloat64() + drift*math.Sin(6*(g.T[k]-g.T[0]))
				}
				g.Y = y
			}
			p := []float64{2, 0.1, 1.5}
			if _, err := e.Fit(t.Context(), segments, p); err != nil {
				t.Fatal(err)
			}
			C := e.Covariance(segments, p)
			for j, x := range p {
				sum[j], squares[j], said[j] = sum[j]+x/draws, squares[j]+x*x/draws, said[j]+C[j*4]/draws
			}
		}
		for j := range sum {
			is := math.Sqrt(squares[j] - sum[j]*sum[j])
			t.Logf("%s, number %d: ± %.3g, and ± %.3g is said", name, j, is, math.Sqrt(said[j]))
			if ratio := math.Sqrt(said[j]) / is; math.Abs(math.Log(ratio)) > math.Log(1.4) {
				t.Errorf("%s: number %d varies by %g, and ± %g is said", name, j, is, math.Sqrt(said[j]))
			}
		}
	}
}

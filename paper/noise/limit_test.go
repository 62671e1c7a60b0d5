package noise

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
)

func draw(s *system, sigma float64, seed uint64) (ms, test []motion) {
	r := rand.New(rand.NewPCG(seed, 1))
	return s.motions(r, s.recordings/2, s.T/2, sigma), s.motions(r, 20, 1, 0)
}

// Without noise the fit finds the parameters that made the recording, from segments and from whole recordings.
func TestParametersFromExactPositions(t *testing.T) {
	for _, s := range systems {
		ms, test := draw(s, 0, 1)
		yardstick, limit, err := s.limits(t.Context(), ms, test, 1)
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range []Known{yardstick, limit} {
			for j, p := range k.Parameters {
				if math.Abs(p-s.p[j]) > 1e-5*s.p[j] {
					t.Errorf("%s: %s is %.9g, not %g", s.name, s.parameters[j], p, s.p[j])
				}
			}
			if e := k.Error[2].RMS; !(e < 1e-5) {
				t.Errorf("%s: predictions are %g off after a second", s.name, e)
			}
		}
	}
}

// With noise the estimated σ is that of the noise, the error grows with it in proportion, and whole recordings tell more than
// segments.
func TestErrorsFollowTheNoise(t *testing.T) {
	s := systems[0]
	errors := map[float64][2]float64{}
	for _, sigma := range []float64{1e-4, 1e-3} {
		ms, test := draw(s, sigma, 2)
		yardstick, limit, err := s.limits(t.Context(), ms, test, 1)
		if err != nil {
			t.Fatal(err)
		}
		n := float64(len(ms) * len(ms[0].Y))
		if ratio := limit.Sigma / sigma; math.Abs(ratio-1) > 4/math.Sqrt(2*n) {
			t.Errorf("σ is %g, not %g", limit.Sigma, sigma)
		}
		errors[sigma] = [2]float64{yardstick.Error[2].Median, limit.Error[2].Median}
		if !(limit.Error[2].Median < yardstick.Error[2].Median/3) {
			t.Errorf("σ = %g: whole recordings leave %g, segments %g", sigma, limit.Error[2].Median, yardstick.Error[2].Median)
		}
	}
	for k := range 2 {
		if ratio := errors[1e-3][k] / errors[1e-4][k]; math.Abs(ratio-10) > 0.5 {
			t.Errorf("ten times the noise makes %g times the error", ratio)
		}
	}
}

// The step with the starts eliminated is that of the dense equations of all unknowns.
func TestStepIsDense(t *testing.T) {
	const lambda = 0.1
	s := systems[2]
	ms, _ := draw(s, 0.01, 3)
	segments := s.cut(ms[:2], 100, nil)
	p := []float64{1.1, 0.28, 0.52, 9, 0.3, 0.03}
	P, n := len(p), 2*s.d()
	N := P + n*len(segments)
	G, g := mat.NewDense(N, N, nil), mat.NewVecDense(N, nil)
	for k, w := range segments {
		s.linearise(w, p)
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
			t.Errorf("step of %s: %g, by the dense equations %g", s.parameters[j], x, w)
		}
	}
	for k, w := range segments {
		starts(w, dp)
		for i := range n {
			if got, d := w.x[i]-w.z[i], want.AtVec(P+k*n+i); math.Abs(got-d) > 1e-7*(math.Abs(d)+mat.Norm(&want, 2)) {
				t.Errorf("step of segment %d, number %d: %g, by the dense equations %g", k, i, got, d)
			}
		}
	}
}

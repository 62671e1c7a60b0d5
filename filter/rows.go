package filter

import (
	"context"
	"math"
	"slices"

	"lagrange/model"
)

// Rows filters a recorded motion and calls see with the state and covariance (2d, 2d) at each row from the given one
// on, each estimated from that row and those before it alone. The rows up to the first one are smoothed together,
// since a filter that begins with velocities of which nothing is known has no state that its f could be made linear
// about; r.X says where they are about. The error is ctx's.
func Rows(ctx context.Context, m *model.Model[float64], noise Noise, r Measured, first int,
	see func(row int, x, P []float64)) error {
	f, n := New(m, noise), 2*m.Spec.D()
	u := func(k int) []float64 { return r.U[k*len(f.u) : (k+1)*len(f.u)] }
	_, err := Smooth(ctx, m, noise, r.until(first+1, n, len(f.u)), func(row int, x, P []float64) {
		if row == first {
			f.Set(r.T[first], x, P, u(first))
		}
	})
	if err != nil {
		return err
	}
	see(first, f.State(), f.Covariance())
	for k := first + 1; k < len(r.T); k++ {
		if k%64 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		f.Step(r.T[k], r.Y[k*n:(k+1)*n], u(k))
		see(k, f.State(), f.Covariance())
	}
	return nil
}

// until is the motion up to a row.
func (r Measured) until(rows, n, m int) Measured {
	r.T, r.Y, r.U, r.X = r.T[:rows], r.Y[:rows*n], r.U[:rows*m], r.X[:rows*n]
	return r
}

// Process is searched between these times Accel √step, of what a coordinate's accelerations are.
const leastProcess, mostProcess = 1e-6, 1

// Likeliest is the process noise with which what was measured in the recorded motions is likeliest, given that of the
// measurements: accelerations that are white, of the same share of Spec's Accel in each coordinate. Its unit is that
// of Noise.Process. step is the typical time between rows. The error is ctx's.
func Likeliest(ctx context.Context, m *model.Model[float64], noise Noise, rs []Measured,
	step float64) ([]float64, error) {
	process := func(log float64) (p []float64) {
		for _, c := range m.Spec.Coordinates {
			p = append(p, math.Exp(log)*c.Accel*math.Sqrt(step))
		}
		return p
	}
	deviance := func(log float64) float64 {
		noise.Process = process(log)
		f, sum := New(m, noise), 0.0
		for _, r := range rs {
			if ctx.Err() == nil {
				sum += f.deviate(r)
			}
		}
		if math.IsNaN(sum) {
			return math.Inf(1)
		}
		return sum
	}
	best, least := math.Log(leastProcess), math.Inf(1)
	look := func(log float64) {
		if d := deviance(log); d < least {
			best, least = log, d
		}
	}
	const decade = math.Ln10
	for log := math.Log(leastProcess); log <= math.Log(mostProcess)+1e-9; log += decade {
		look(log)
	}
	for by := decade / 2; by > 0.2; by /= 2 {
		at := best
		look(max(at-by, math.Log(leastProcess)))
		look(at + by)
	}
	return process(best), ctx.Err()
}

// deviate is −2 log likelihood of a motion, from its second half on, when the filter has forgotten how it began.
func (f *Filter) deviate(r Measured) float64 {
	m, n, before := len(f.u), f.n, 0.0
	f.Begin(r.T[0], r.X, r.SD, r.U[:m])
	f.Correct(r.Y)
	for k := 1; k < len(r.T); k++ {
		f.Step(r.T[k], r.Y[k*n:(k+1)*n], r.U[k*m:(k+1)*m])
		if k == len(r.T)/2 {
			before = f.deviance
		}
	}
	if slices.ContainsFunc(f.x, math.IsNaN) {
		return math.NaN()
	}
	return f.deviance - before
}

package pendulum

import (
	"context"
	"math"

	"lagrange/experiment/bench"
	"lagrange/model"
	"lagrange/ode"
)

// AccelL1 is the error of the accelerations of a model over the fresh states.
func (r *Run) AccelL1(m *model.Model[float64], c bench.Network) (mu, med float64) {
	return bench.StateL1(r.System, m, c.Canonical, r.Fresh)
}

// energy rolls the starts out to t = 100 and scores the true energy
// there against that at the start, and the motion against the true one.
func (r *Run) energy(ctx context.Context, m *model.Model[float64], c bench.Network, score *Score, f *figures) error {
	n, scale := 2*r.System.Dim(), r.System.About().EnergyScale
	d, times, errs := n/2, bench.Grid(duration, reporting), make([]float64, starts)
	paths, failed, err := bench.Motions(ctx, r.System, m, c.Canonical, r.starts, times, 0)
	if err != nil {
		return err
	}
	for i, p := range paths {
		x, end := r.starts[i*n:(i+1)*n], p.X[(p.N-1)*n:p.N*n]
		errs[i] = math.Abs(r.System.Energy(end[:d], end[d:])-r.System.Energy(x[:d], x[d:])) / scale
		if !(errs[i] < bench.Diverged) { // or NaN
			errs[i], failed[i] = bench.Diverged, true
		}
		score.EnergyErrorMax = max(score.EnergyErrorMax, errs[i])
		if failed[i] {
			score.Failures++
		}
	}
	score.EnergyErrorMean, score.EnergyErrorMedian = bench.Mean(errs), bench.Median(errs)
	score.RolloutError, score.ValidTime = r.rightness(paths, times)
	f.paths(c.Name, times, r, paths)
	return nil
}

const (
	tolerated = 0.3  // error of the state, in units of the spread, up to which a prediction counts as right
	early     = 10.0 // time over which the roll-out error is taken: later a chaotic motion tells nothing
	worst     = 2.0  // largest error of a state: two that have nothing in common are about √2 apart
)

// rightness is the median over starts of the root mean square error over the
// first ten time units, and of the time up to which the error is tolerated.
func (r *Run) rightness(paths []ode.Result, times []float64) (rollout, valid float64) {
	var errs, until []float64
	for i, p := range paths {
		e := stateErrors(r.System.Dim(), p, r.truth[i], r.spread)
		sum, right, last := 0.0, true, 0.0
		for k, t := range times {
			if right = right && e[k] <= tolerated; right {
				last = t
			}
			if t <= early {
				sum += e[k] * e[k] / (early/reporting + 1)
			}
		}
		errs, until = append(errs, math.Sqrt(sum)), append(until, last)
	}
	return bench.Median(errs), bench.Median(until)
}

// stateErrors are the distances of states, as places and velocities of the bobs in the plane, in units of the spread.
func stateErrors(d int, p ode.Result, truth []float64, spread float64) []float64 {
	e := make([]float64, len(truth)/(2*d))
	for k := range e {
		if e[k] = worst; k < p.N {
			sum := 0.0
			a, b := bench.Bobs(p.X[2*d*k:2*d*(k+1)]), bench.Bobs(truth[2*d*k:2*d*(k+1)])
			for i := range a {
				sum += (a[i] - b[i]) * (a[i] - b[i])
			}
			if x := math.Sqrt(sum) / spread; x < worst {
				e[k] = x
			}
		}
	}
	return e
}

// spread is the root mean square distance of the states of motions from their mean, as bobs in the plane.
func spread(motions [][]float64, d int) float64 {
	mu, square, n := make([]float64, 4*d), 0.0, 0.0
	for _, x := range motions {
		for k := 0; k < len(x); k += 2 * d {
			for i, z := range bench.Bobs(x[k : k+2*d]) {
				mu[i], square = mu[i]+z, square+z*z
			}
			n++
		}
	}
	for _, m := range mu {
		square -= m * m / n
	}
	return math.Sqrt(square / n)
}

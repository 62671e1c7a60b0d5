package paper

import (
	"context"
	"errors"
	"math"

	"lagrange/model"
	"lagrange/ode"
	"lagrange/train"
)

// accelL1 returns mean and median over states of Σᵢ |aᵢ − aᵢ*|.
func accelL1(m *model.Model[float64], o *train.Accelerations[float64]) (mu, med float64) {
	const chunk = 256
	d := m.Spec.D()
	tape, xdot := m.Tape(chunk), make([]float64, chunk*2*d)
	errs := make([]float64, o.N)
	for lo := 0; lo < o.N; lo += chunk {
		hi := min(lo+chunk, o.N)
		tape.Field(o.X[lo*2*d:hi*2*d], nil, xdot[:(hi-lo)*2*d])
		for k := lo; k < hi; k++ {
			for i := range d {
				errs[k] += math.Abs(xdot[(k-lo)*2*d+d+i] - o.A[k*d+i])
			}
		}
	}
	return mean(errs), median(errs)
}

// canonicalL1 is accelL1 of a Hamiltonian on (q, p): q̈ is the derivative of its q̇ along its own field, by central differences.
func (r *pendulumRun) canonicalL1(m *model.Model[float64]) (mu, med float64) {
	const chunk, h = 256, 1e-5
	o, n := r.fresh, 2*r.system.Dim()
	d, X := n/2, toMomenta(r.system, o.X)
	tape := m.Tape(chunk)
	f, x, plus, minus := make([]float64, chunk*n), make([]float64, chunk*n), make([]float64, chunk*n), make([]float64, chunk*n)
	errs := make([]float64, o.N)
	for lo := 0; lo < o.N; lo += chunk {
		at := X[lo*n : min(lo+chunk, o.N)*n]
		tape.Field(at, nil, f[:len(at)])
		for sign, y := range map[float64][]float64{1: plus, -1: minus} {
			for i, v := range at {
				x[i] = v + sign*h*f[i]
			}
			tape.Field(x[:len(at)], nil, y[:len(at)])
		}
		for i := range at {
			if i%n < d {
				k := lo + i/n
				errs[k] += math.Abs((plus[i]-minus[i])/(2*h) - o.A[k*d+i%n])
			}
		}
	}
	return mean(errs), median(errs)
}

// energy rolls the starts out to t = 100 and scores the true energy there against that at the start, and the motion against the true one.
func (r *pendulumRun) energy(ctx context.Context, m *model.Model[float64], c pendulumModel, score *Score) error {
	n, scale := 2*r.system.Dim(), r.system.About().EnergyScale
	d, x0 := n/2, r.starts
	if c.canonical {
		x0 = toMomenta(r.system, x0)
	}
	errs, paths, blown := make([]float64, starts), make([]ode.Result, starts), make([]bool, starts)
	fails := make([]error, starts)
	times := grid(duration, reporting)
	ode.Together(starts, n, model.Chunk, field(m), func(i int, f ode.Field) {
		res, err := ode.Solve(ctx, f, x0[i*n:(i+1)*n], times, ode.Options{RTol: 1e-8, ATol: 1e-8})
		var b *ode.Blowup
		if blown[i] = errors.As(err, &b); err != nil && !blown[i] {
			fails[i] = err
			return
		}
		if c.canonical {
			res.X = toVelocities(r.system, res.X)
		}
		x, end := r.starts[i*n:(i+1)*n], res.X[(res.N-1)*n:res.N*n]
		errs[i] = math.Abs(r.system.Energy(end[:d], end[d:])-r.system.Energy(x[:d], x[d:])) / scale
		if !(errs[i] < diverged) { // or NaN
			errs[i], blown[i] = diverged, true
		}
		paths[i] = res
	})
	if err := errors.Join(fails...); err != nil {
		return err
	}
	for i := range errs {
		score.EnergyErrorMax = max(score.EnergyErrorMax, errs[i])
		if blown[i] {
			score.Blowups++
		}
	}
	score.EnergyErrorMean, score.EnergyErrorMedian = mean(errs), median(errs)
	score.RolloutError, score.ValidTime = r.rightness(paths, times)
	r.figures.paths(c.name, times, r, paths)
	return nil
}

const (
	tolerated = 0.3  // error of the state, in units of the spread, up to which a prediction counts as right
	early     = 10.0 // time over which the roll-out error is taken: later a chaotic motion tells nothing
	worst     = 2.0  // largest error of a state: two that have nothing in common are about √2 apart
)

// rightness is the median over starts of the root mean square error over the first ten time units, and of the time up to which the
// error is tolerated.
func (r *pendulumRun) rightness(paths []ode.Result, times []float64) (rollout, valid float64) {
	var errs, until []float64
	for i, p := range paths {
		e := stateErrors(r.system.Dim(), p, r.truth[i], r.spread)
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
	return median(errs), median(until)
}

// stateErrors are the distances of states, as places and velocities of the bobs in the plane, in units of the spread.
func stateErrors(d int, p ode.Result, truth []float64, spread float64) []float64 {
	e := make([]float64, len(truth)/(2*d))
	for k := range e {
		if e[k] = worst; k < p.N {
			sum := 0.0
			a, b := bobs(p.X[2*d*k:2*d*(k+1)]), bobs(truth[2*d*k:2*d*(k+1)])
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
			for i, z := range bobs(x[k : k+2*d]) {
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

// grid returns 0, dt, … up to duration.
func grid(duration, dt float64) []float64 {
	n := int(math.Round(duration/dt)) + 1
	t := make([]float64, n)
	for i := range t {
		t[i] = duration * float64(i) / float64(n-1)
	}
	return t
}

package paper

import (
	"context"
	"math"

	"lagrange/model"
	"lagrange/ode"
	"lagrange/train"
)

// accelErrors returns mean and median over states X of Σᵢ |aᵢ − aᵢ*|, a* the rows of A; accel writes the accelerations of some rows x.
func accelErrors(m *model.Model[float64], X, A []float64, accel func(t model.Tape[float64], x, a []float64)) (mu, med float64) {
	const chunk = 256
	d := m.Spec.D()
	tape, rows, errs := m.Tape(chunk), make([]float64, chunk*d), make([]float64, len(A)/d)
	for lo := 0; lo < len(errs); lo += chunk {
		hi := min(lo+chunk, len(errs))
		a := rows[:(hi-lo)*d]
		accel(tape, X[lo*2*d:hi*2*d], a)
		for i, x := range a {
			errs[lo+i/d] += math.Abs(x - A[lo*d+i])
		}
	}
	return mean(errs), median(errs)
}

// accelL1 is the error of the accelerations of a model on (q, v).
func accelL1(m *model.Model[float64], o *train.Accelerations[float64]) (mu, med float64) {
	d := m.Spec.D()
	return accelErrors(m, o.X, o.A, func(t model.Tape[float64], x, a []float64) {
		xdot := make([]float64, len(x))
		t.Field(x, nil, xdot)
		for k := 0; k < len(a); k += d {
			copy(a[k:k+d], xdot[2*k+d:])
		}
	})
}

// accelL1 is the error of the accelerations of a model over the fresh states.
func (r *pendulumRun) accelL1(m *model.Model[float64], c pendulumModel) (mu, med float64) {
	if c.canonical {
		return r.canonicalL1(m)
	}
	return accelL1(m, r.fresh)
}

// canonicalL1 is that of a Hamiltonian on (q, p): q̈ is the derivative of its q̇ along its own field, by central differences.
func (r *pendulumRun) canonicalL1(m *model.Model[float64]) (mu, med float64) {
	const h = 1e-5
	d := r.system.Dim()
	return accelErrors(m, toMomenta(r.system, r.fresh.X), r.fresh.A, func(t model.Tape[float64], x, a []float64) {
		f, y, xdot := make([]float64, len(x)), make([]float64, len(x)), make([]float64, len(x))
		t.Field(x, nil, f)
		clear(a)
		for _, sign := range []float64{1, -1} {
			for i, v := range x {
				y[i] = v + sign*h*f[i]
			}
			t.Field(y, nil, xdot)
			for i := range a {
				a[i] += sign * xdot[i/d*2*d+i%d]
			}
		}
		for i := range a {
			a[i] /= 2 * h
		}
	})
}

// energy rolls the starts out to t = 100 and scores the true energy there against that at the start, and the motion against the true one.
func (r *pendulumRun) energy(ctx context.Context, m *model.Model[float64], c pendulumModel, score *Score, f *pendulumFigures) error {
	n, scale := 2*r.system.Dim(), r.system.About().EnergyScale
	d, times, errs := n/2, grid(duration, reporting), make([]float64, starts)
	paths, blown, err := motions(ctx, r.system, m, c.canonical, r.starts, times, 0)
	if err != nil {
		return err
	}
	for i, p := range paths {
		x, end := r.starts[i*n:(i+1)*n], p.X[(p.N-1)*n:p.N*n]
		errs[i] = math.Abs(r.system.Energy(end[:d], end[d:])-r.system.Energy(x[:d], x[d:])) / scale
		if !(errs[i] < diverged) { // or NaN
			errs[i], blown[i] = diverged, true
		}
		score.EnergyErrorMax = max(score.EnergyErrorMax, errs[i])
		if blown[i] {
			score.Blowups++
		}
	}
	score.EnergyErrorMean, score.EnergyErrorMedian = mean(errs), median(errs)
	score.RolloutError, score.ValidTime = r.rightness(paths, times)
	f.paths(c.name, times, r, paths)
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

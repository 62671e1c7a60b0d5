package bench

import (
	"math"

	"lagrange/model"
	"lagrange/train"
)

// accelErrors returns mean and median over states X of Σᵢ |aᵢ − aᵢ*|,
// a* the rows of A; accel writes the accelerations of some rows x.
func accelErrors(m *model.Model[float64], X, A []float64, accel func(t model.Tape[float64], x, a []float64)) (mu,
	med float64) {
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
	return Mean(errs), Median(errs)
}

// AccelL1 is the error of the accelerations of a model on (q, v).
func AccelL1(m *model.Model[float64], o *train.Accelerations[float64]) (mu, med float64) {
	d := m.Spec.D()
	return accelErrors(m, o.X, o.A, func(t model.Tape[float64], x, a []float64) {
		xdot := make([]float64, len(x))
		t.Field(x, nil, xdot)
		for k := 0; k < len(a); k += d {
			copy(a[k:k+d], xdot[2*k+d:])
		}
	})
}

// StateL1 is the error of the accelerations of a model on (q, v), or on (q, p) if canonical, over states (q, v).
func StateL1(b body, m *model.Model[float64], canonical bool, o *train.Accelerations[float64]) (mu, med float64) {
	if canonical {
		return canonicalL1(b, m, o)
	}
	return AccelL1(m, o)
}

// canonicalL1 is that of a Hamiltonian on (q, p): q̈ is the
// derivative of its q̇ along its own field, by central differences.
func canonicalL1(b body, m *model.Model[float64], o *train.Accelerations[float64]) (mu, med float64) {
	const h = 1e-5
	d := b.Dim()
	return accelErrors(m, ToMomenta(b, o.X), o.A, func(t model.Tape[float64], x, a []float64) {
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

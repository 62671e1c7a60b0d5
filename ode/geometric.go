package ode

import "math"

// Verlet is the method of Störmer and Verlet for states (q, v): kick, drift, kick, one evaluation of the field a step,
//
//	v½ = v + h/2 a(t, q, v),   q ← q + h v½,   v ← v½ + h/2 a(t + h, q, v½ + h/2 a(t, ·)).
//
// It reads a in the second half of the field and takes q̇ = v for granted. For a(t, q) it is symplectic,
// time-reversible and of order 2 (Hairer, Lubich, Wanner 2006, Section I.1.4). A force that depends on v (friction, or
// any Lagrangian whose mass matrix depends on q) is taken at the predicted velocity: the order stays 2, but the method
// is then neither symplectic nor reversible, its energy may drift, and Midpoint in (q, p) or an adaptive method is the
// better choice.
var Verlet = Method{
	Name:    "verlet",
	Title:   "Störmer–Verlet, symplectic for forces a(q), order 2, fixed step",
	Order:   2,
	advance: kick,
	pairs:   true,
}

func kick(s *stepper, h float64) error {
	d, a := s.Dim/2, s.k[0]
	if !s.fresh {
		s.eval(s.t, s.x, a)
		s.fresh = true
	}
	for lo := 0; lo < len(s.x); lo += s.Dim {
		for i := lo; i < lo+d; i++ {
			v := s.x[i+d] + h/2*a[i+d]
			s.y[i], s.y[i+d], s.w[i+d] = s.x[i]+h*v, v+h/2*a[i+d], v
		}
	}
	s.eval(s.t+h, s.y, a)
	for lo := d; lo < len(s.x); lo += s.Dim {
		for i := lo; i < lo+d; i++ {
			s.y[i] = s.w[i] + h/2*a[i]
		}
	}
	return nil
}

// Midpoint is the implicit midpoint rule, symplectic for Hamiltonian fields in (q, p), time-reversible and of order 2,
//
//	y = x + h k,   k = f(t + h/2, (x + y)/2),
//
// (Hairer, Lubich, Wanner 2006, Section VI.3.1). k is found by fixed-point iteration from the last step's k, until it
// moves y by less than 8 units of round-off of every state, or no longer less than before and below 1e-8 (the floor of
// a field in single precision). It contracts while h/2 times the Lipschitz constant of f is below 1; a step without
// convergence in 100 iterations is a Failure.
var Midpoint = Method{
	Name:    "midpoint",
	Title:   "implicit midpoint, symplectic in (q, p), order 2, fixed step",
	Order:   2,
	advance: midpoint,
}

func midpoint(s *stepper, h float64) error {
	const ε, floor, most = 8 * 0x1p-52, 1e-8, 100
	k, w := s.k[0], s.w
	if !s.fresh {
		s.eval(s.t, s.x, k)
		s.fresh = true
	}
	last := math.Inf(1)
	for range most {
		copy(w, k)
		shift(w, s.x, h/2)
		s.k[0], s.k[1] = s.k[1], s.k[0]
		s.eval(s.t+h/2, w, s.k[0])
		δ := s.moved(h)
		k = s.k[0]
		if δ <= ε || δ >= last && δ <= floor {
			copy(s.y, k)
			shift(s.y, s.x, h)
			return nil
		}
		if math.IsNaN(δ) {
			return s.stop(s.bad(k), NotFinite, "the field is not finite")
		}
		last = δ
	}
	return s.stop(s.worst, NoConvergence, "the implicit midpoint step does not converge; a smaller step will")
}

// moved returns |h| |k_0 − k_1| / (|x| + |h| |k_0|) in the largest component of a state, the largest over the batch.
func (s *stepper) moved(h float64) (δ float64) {
	h = math.Abs(h)
	for b := 0; b < len(s.x)/s.Dim; b++ {
		var change, size float64
		for i := b * s.Dim; i < (b+1)*s.Dim; i++ {
			k := s.k[0][i]
			change, size = max(change, h*math.Abs(k-s.k[1][i])), max(size, math.Abs(s.x[i])+h*math.Abs(k))
		}
		if change == 0 {
			continue
		}
		r := change / size
		if !(r <= δ) {
			δ, s.worst = r, b
		}
		if math.IsNaN(r) {
			break
		}
	}
	return δ
}

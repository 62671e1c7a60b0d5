package invariant

import (
	"math"
)

// named gives an invariant the name that people know it by.
func (f *search) named(l level, at []int, c []float64, x *Invariant) {
	one, q, angles := true, false, true
	W, antisymmetric := make([]float64, f.d*f.d), true // of C = Σ W_ij q_i p_j
	for k, y := range c {
		if y == 0 {
			continue
		}
		g := f.lib.functions[at[k]]
		of := f.lib.q[g.q]
		one, q = one && len(g.p) == 1, q || g.q > 0 || g.V
		if len(g.p) != 1 {
			continue
		}
		angles = angles && f.Coordinates[g.p[0]].Period > 0
		if of.of < 0 {
			antisymmetric = false
		} else if g.q > 0 {
			W[of.of*f.d+g.p[0]] = x.Terms[terms(c[:k])].Value
		}
	}
	for i := range f.d {
		for j := range f.d {
			antisymmetric = antisymmetric && math.Abs(W[i*f.d+j]+W[j*f.d+i]) < 0.1
		}
	}
	switch {
	case l.energy:
		x.Name = "energy"
	case l.momenta == 2:
		f.quadratic(x)
	case one && !q && angles:
		x.Name = "angular momentum"
		f.turns = append(f.turns, f.turn(x, nil))
	case one && !q:
		x.Name = "momentum"
	case one && antisymmetric:
		x.Name = "angular momentum"
		f.turns = append(f.turns, f.turn(x, W))
		if plane := f.planes(); plane != nil {
			f.turns = append(f.turns, f.turn(x, plane))
		}
	default:
		x.Name = "linear in momenta"
	}
}

// planes turns the points (x, y) of all pairs of coordinates: where states do not differ in all directions, an angular
// momentum may be written with a part of the coordinates that turn.
func (f *search) planes() []float64 {
	if f.d%2 == 1 {
		return nil
	}
	W := make([]float64, f.d*f.d)
	for i := 0; i < f.d; i += 2 {
		W[i*f.d+i+1], W[(i+1)*f.d+i] = 1, -1
	}
	return W
}

// turn is the motion of states by one radian that goes with an angular momentum: of the angles whose momenta it has, or
// of the plane, δq_j = Σ q_i W_ij.
func (f *search) turn(x *Invariant, W []float64) func(x []float64, by float64) []float64 {
	d := f.d
	if W == nil {
		w := make([]float64, d)
		for i := range d {
			for _, t := range x.Terms {
				if t.Text == f.lib.momentum(i) {
					w[i] = t.Value * f.Coordinates[i].Period / (2 * math.Pi)
				}
			}
		}
		return func(x []float64, by float64) []float64 {
			y := append([]float64(nil), x...)
			for i := range w {
				y[i] += by * w[i]
			}
			return y
		}
	}
	return func(x []float64, by float64) []float64 {
		y := append([]float64(nil), x...)
		z := append([]float64(nil), x...)
		for k := 1; k < 30; k++ { // the series of exp(by W)
			for _, half := range [][]float64{z[:d], z[d:]} {
				was := append([]float64(nil), half...)
				for j := range d {
					half[j] = 0
					for i := range d {
						half[j] += was[i] * W[i*d+j] * by / float64(k)
					}
				}
			}
			for i, dy := range z {
				y[i] += dy
			}
		}
		return y
	}
}

// scale multiplies an invariant.
func (x *Invariant) scale(by float64) {
	for k := range x.Terms {
		x.Terms[k].Value *= by
	}
	was := x.Value
	x.Value = func(state []float64) float64 { return by * was(state) }
}

// quadratic names a function that is quadratic in momenta: an energy has the sign of its part with velocities, a vector
// turns as one, C(R_α x) + C(R_−α x) = 2 cos α C(x), and a tensor of second order twice as fast.
func (f *search) quadratic(x *Invariant) {
	x.Name = "quadratic in momenta"
	n, n2, low, high := min(states, f.check.N), 2*f.d, math.Inf(1), math.Inf(-1)
	rest := make([]float64, n2)
	for b := range n {
		at := f.check.x[b*n2 : (b+1)*n2]
		copy(rest, at[:f.d])
		T := x.Value(at) - x.Value(rest)
		low, high = min(low, T), max(high, T)
	}
	if f.Energy == nil && low*high > 0 {
		x.Name = "energy"
		x.scale(1 / (2 * x.Terms[0].Value))
		return
	}
	for _, turned := range f.turns {
		for order, name := range []string{1: "Laplace–Runge–Lenz vector", 2: "tensor of second order"} {
			left, size := 0.0, 0.0
			for b := 0; b < n && order > 0; b++ {
				at := f.check.x[b*n2 : (b+1)*n2]
				C := x.Value(at)
				y := x.Value(turned(at, 1)) + x.Value(turned(at, -1)) - 2*math.Cos(float64(order))*C
				left, size = left+y*y, size+C*C
			}
			if order > 0 && left < 0.01*size {
				x.Name = name
				return
			}
		}
	}
}

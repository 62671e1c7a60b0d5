package formula

import (
	"context"
	"errors"
	"math"

	"gonum.org/v1/gonum/mat"

	"lagrange/model"
)

// Conditions says how far a field q̈ = a(q, v) is from the motion of some Lagrangian with a mass matrix g(q) that is a
// sum of terms, by the conditions of Helmholtz [Douglas1941],
//
//	sym(g a_v) + ġ = 0,   skew(g a_q) − ½ d/dt skew(g a_v) = 0,   sym(X) = ½ (X + Xᵀ),   skew(X) = X − Xᵀ.
//
// Friction −Cv leaves −C of the first, and is found as a constant. Defects are what is left of the conditions, relative
// to g a_v, g a_q and their likes that they are made of; 1 where no g is positive.
type Conditions struct {
	Defect   float64 `json:"defect"`
	Friction float64 `json:"with_friction"` // defect beside viscous friction
	// Rates are C_ii over the mean of g_ii, per unit of time.
	Rates []float64 `json:"rates,omitempty"`
	// Magnetic is the size of what skew(g a_v) has beside the part of g, B_ij = skew(g a_v)_ij + 2 Σ (∂_j g_ik −
	// ∂_i g_jk) v_k, relative to the same: L has terms that are linear in v.
	Magnetic float64 `json:"magnetic"`
}

// conditions are the conditions at states, linear in the coefficients of the terms of g and in the elements of C.
type conditions struct {
	spec    model.Spec // coordinates, and the terms
	field   func(x, xdot []float64)
	d, N    int
	x       []float64
	T       float64     // in which velocities change
	scale   []float64   // of x (2d)
	rows    [][]float64 // of each coefficient: the conditions
	parts   [][]float64 // of each term of g: what they are made of
	linear  [][]float64 // and B,
	means   [][]float64 // and the mean of g_ii scale² (d)
	unknown int         // terms of g
}

// Helmholtz looks at states (N, 2d) of a field, with the default terms of coordinates for the mass matrix.
func Helmholtz(ctx context.Context, coordinates []model.Coordinate, field func(x, xdot []float64),
	states []float64) (r Conditions, err error) {
	c := &conditions{field: field, d: len(coordinates), x: states}
	c.spec = model.Spec{Family: "terms", Activation: "softplus", Coordinates: readable(coordinates)}
	c.spec.Terms = c.spec.DefaultTerms()
	c.spec.Terms[0] = nil
	c.N = len(states) / (2 * c.d)
	c.measure()
	if err := c.fill(ctx); err != nil {
		return r, err
	}
	if c.N < 60 || c.N*c.d < 3*c.unknown {
		return r, errors.New("too few states for the conditions of Helmholtz")
	}
	β := c.least(c.unknown)
	if β == nil { // no mass matrix is positive
		return Conditions{Defect: 1, Friction: 1}, nil
	}
	size := norm(c.parts, β)
	r.Defect, r.Friction, r.Magnetic = norm(c.rows, β)/size, norm(c.rows, β)/size, norm(c.linear, β)/size
	if β = c.least(len(c.rows)); β == nil {
		return r, nil
	}
	g := β[:c.unknown]
	r.Friction, r.Magnetic = norm(c.rows, β)/norm(c.parts, g), norm(c.linear, g)/norm(c.parts, g)
	n := c.unknown
	for i := range c.d {
		mean := 0.0
		for k, y := range c.means {
			mean += β[k] * y[i]
		}
		r.Rates = append(r.Rates, β[n]/(mean*c.T))
		n += c.d - i
	}
	return r, nil
}

// norm is |Σ β_k column_k|.
func norm(columns [][]float64, β []float64) float64 {
	sum := make([]float64, len(columns[0]))
	for k, b := range β {
		for i, y := range columns[k] {
			sum[i] += b * y
		}
	}
	return math.Sqrt(dot(sum, sum))
}

// measure sets the scales of states and time.
func (c *conditions) measure() {
	n := 2 * c.d
	mean, square, accel, dx := make([]float64, n), make([]float64, n), make([]float64, c.d), make([]float64, n)
	for b := range c.N {
		c.field(c.x[b*n:(b+1)*n], dx)
		for i, y := range c.x[b*n : (b+1)*n] {
			mean[i] += y / float64(c.N)
			square[i] += y * y / float64(c.N)
		}
		for i := range c.d {
			accel[i] += dx[c.d+i] * dx[c.d+i] / float64(c.N)
		}
	}
	c.scale = make([]float64, n)
	rate := 0.0
	for i := range n {
		if c.scale[i] = math.Sqrt(square[i] - mean[i]*mean[i]); !(c.scale[i] > 0) {
			c.scale[i] = 1
		}
	}
	for i := range c.d {
		if v := square[c.d+i]; v > 0 {
			rate = max(rate, accel[i]/v)
		}
	}
	if c.T = 1; rate > 0 {
		c.T = 1 / math.Sqrt(rate)
	}
}

// slopes are ∂a_i/∂x_j for d of the x_j, from the first on (d, d), by central differences.
func (c *conditions) slopes(x []float64, first int) []float64 {
	d := c.d
	y, up, down, out := append([]float64(nil), x...), make([]float64, 2*d), make([]float64, 2*d), make([]float64, d*d)
	for j := range d {
		h := 1e-4 * c.scale[first+j]
		y[first+j] = x[first+j] + h
		c.field(y, up)
		y[first+j] = x[first+j] - h
		c.field(y, down)
		y[first+j] = x[first+j]
		for i := range d {
			out[i*d+j] = (up[d+i] - down[d+i]) / (2 * h)
		}
	}
	return out
}

// fill sets the rows.
func (c *conditions) fill(ctx context.Context) error {
	n := 2 * c.d
	h := 1e-3 * c.T
	masses := newMasses(c.spec)
	c.unknown = masses.terms()
	c.rows = make([][]float64, c.unknown+c.d*(c.d+1)/2)
	c.parts, c.linear = make([][]float64, c.unknown), make([][]float64, c.unknown)
	for range c.unknown {
		c.means = append(c.means, make([]float64, c.d))
	}
	dx, at := make([]float64, n), make([]float64, n)
	for b := range c.N {
		if err := ctx.Err(); err != nil {
			return err
		}
		x := c.x[b*n : (b+1)*n]
		c.field(x, dx)
		var M [3][][]float64
		var av [3][]float64
		for s, step := range []float64{0, h, -h} {
			for i := range at {
				at[i] = x[i] + step*dx[i]
			}
			M[s], av[s] = masses.at(at), c.slopes(at, c.d)
		}
		aq := c.slopes(x, 0)
		for k := range c.unknown {
			c.state(k, [3][]float64{M[0][k], M[1][k], M[2][k]}, av, aq, h)
		}
		c.beside(masses, x, av[0], M[0])
		c.friction()
	}
	return nil
}

// state adds the rows of a state of term k of g, M at the state and after and before it, in units of the scales and T.
func (c *conditions) state(k int, M, av [3][]float64, aq []float64, h float64) {
	d := c.d
	X, after, before := times(d, M[0], av[0]), times(d, M[1], av[1]), times(d, M[2], av[2])
	Y := times(d, M[0], aq)
	for i := range d {
		si := c.scale[d+i]
		c.means[k][i] += M[0][i*d+i] * si * si / float64(c.N)
		for j := i; j < d; j++ {
			unit := si * c.scale[d+j] * c.T
			sym, slope := (X[i*d+j]+X[j*d+i])/2*unit, (M[1][i*d+j]-M[2][i*d+j])/(2*h)*unit
			c.rows[k] = append(c.rows[k], sym+slope)
			c.parts[k] = append(c.parts[k], slope)
		}
		for j := range d {
			unit := si * c.scale[d+j] * c.T
			c.parts[k] = append(c.parts[k], X[i*d+j]*unit, Y[i*d+j]*unit*c.T)
		}
		for j := i + 1; j < d; j++ {
			unit := si * c.scale[d+j] * c.T
			skew := (Y[i*d+j] - Y[j*d+i]) * unit * c.T
			slope := (after[i*d+j] - after[j*d+i] - before[i*d+j] + before[j*d+i]) / (4 * h) * unit * c.T
			c.rows[k] = append(c.rows[k], skew-slope)
			c.parts[k] = append(c.parts[k], slope)
		}
	}
}

// beside adds B at a state.
func (c *conditions) beside(masses *masses, x, av []float64, M [][]float64) {
	d, y := c.d, append([]float64(nil), x...)
	slopes := make([][][]float64, d) // ∂_j g of each term
	for j := range d {
		h := 1e-4 * c.scale[j]
		y[j] = x[j] + h
		up := masses.at(y)
		y[j] = x[j] - h
		slopes[j] = masses.at(y)
		y[j] = x[j]
		for k, m := range slopes[j] {
			for i := range m {
				m[i] = (up[k][i] - m[i]) / (2 * h)
			}
		}
	}
	for k, m := range M {
		X := times(d, m, av)
		for i := range d {
			for j := i + 1; j < d; j++ {
				B := X[i*d+j] - X[j*d+i]
				for l, v := range x[d:] {
					B += 2 * (slopes[j][k][i*d+l] - slopes[i][k][j*d+l]) * v
				}
				c.linear[k] = append(c.linear[k], B*c.scale[d+i]*c.scale[d+j]*c.T)
			}
		}
	}
}

// friction adds the rows of a state of the elements of C, i ≤ j.
func (c *conditions) friction() {
	k := c.unknown
	for i := range c.d {
		for j := i; j < c.d; j++ {
			for m := range c.d {
				for n := m; n < c.d; n++ {
					y := 0.0
					if m == i && n == j {
						y = 1
					}
					c.rows[k] = append(c.rows[k], y)
				}
				for range c.d - m - 1 {
					c.rows[k] = append(c.rows[k], 0)
				}
			}
			k++
		}
	}
}

// times is the product of two matrices (d, d).
func times(d int, A, B []float64) []float64 {
	C := make([]float64, d*d)
	for i := range d {
		for k := range d {
			for j := range d {
				C[i*d+j] += A[i*d+k] * B[k*d+j]
			}
		}
	}
	return C
}

// least minimises what is left over the first so many coefficients, with Σ g_ii scale² of the mean 1; nil where g is
// then not positive on its diagonal.
func (c *conditions) least(n int) []float64 {
	G, at := mat.NewSymDense(n, nil), make([]int, n)
	for i := range n {
		at[i] = i
		for j := range i + 1 {
			G.SetSym(i, j, dot(c.rows[i], c.rows[j]))
		}
	}
	e := equations{d: c.d, refs: make([]float64, c.d), scale: 1, means: append([][]float64(nil), c.means...)}
	for i := range e.refs {
		e.refs[i] = 1 / float64(c.d)
	}
	for len(e.means) < n {
		e.means = append(e.means, make([]float64, c.d))
	}
	for _, y := range e.means {
		sum := 0.0
		for _, x := range y {
			sum += x
		}
		e.trace = append(e.trace, sum)
	}
	return e.solve(G, at)
}

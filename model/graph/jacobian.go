package graph

import (
	"lagrange/internal/lin"
	"lagrange/nn"
)

// AccelRows implements model.AccelJacobian: of r − M a, which M⁻¹ turns into the change of a, coordinate i has the
// derivatives that the few terms and the node it stands in bring. So D rows of P parameters cost what the terms of a
// state cost, and P solutions, where one VJP for each would cost the square of D.
func (e *tape[T]) AccelRows(J []T) {
	for _, c := range e.kinds {
		e.termRows(c, J)
	}
	e.forceRows(J)
	for b := range e.B {
		e.divide(b, J)
	}
}

// jacobian is the memory of AccelRows.
type jacobian[T nn.Float] struct {
	rows   []T       // of a chunk of terms (chunk, P of its kind)
	dv, du []T       // of a node, which nobody reads
	r, x   []float64 // (D), a column and its solution, where there is no band
}

// jacobian returns the memory, made when it is first asked for.
func (e *tape[T]) jacobian() *jacobian[T] {
	if e.jacobi == nil {
		D := e.t.D()
		e.jacobi = &jacobian[T]{dv: make([]T, e.t.Dim), du: make([]T, e.each), r: make([]float64, D),
			x: make([]float64, D)}
	}
	return e.jacobi
}

// row is that of coordinate g of state b in J (D, B, P).
func (e *tape[T]) row(J []T, g, b int) []T {
	P := len(e.theta)
	return J[(g*e.B+b)*P:][:P]
}

// termRows adds ∂(r − M a)_i/∂θ of the terms of kind c, for one of their coordinates after the other.
func (e *tape[T]) termRows(c *kind[T], J []T) {
	p, P, n, w := c.back[0], c.hi-c.lo, e.B*c.Len(), e.jacobian()
	e.of = unit
	defer func() { e.of = balance }()
	most := len(p.H) / (p.x.K * p.x.K)
	for lo := 0; lo < n; lo += most {
		hi := min(n, lo+most)
		if len(w.rows) < (hi-lo)*P {
			w.rows = make([]T, most*P)
		}
		for e.local = range c.k {
			rows := w.rows[:(hi-lo)*P]
			clear(rows)
			e.reverse(c, p, lo, hi, nn.Gradient[T]{Data: rows, Stride: P})
			for s := lo; s < hi; s++ {
				if b, index := c.term(s); index[e.local] >= 0 {
					to := e.row(J, int(index[e.local]), b)[c.lo:c.hi]
					for j, x := range rows[(s-lo)*P : (s-lo+1)*P] {
						to[j] += x
					}
				}
			}
		}
	}
}

// forceRows adds those of what acts at the nodes.
func (e *tape[T]) forceRows(J []T) {
	if e.forces == nil {
		return
	}
	w, mu := e.jacobian(), e.node
	for b := range e.B {
		for i := range e.t.Nodes {
			v, u := e.force(b, i)
			for j := range mu {
				clear(mu)
				mu[j] = 1
				e.forces.VJP(v, u, mu, e.row(J, i*e.t.Dim+j, b), w.dv, w.du)
			}
		}
	}
}

// divide solves M X = J for all parameters of state b at once, or where M has no band for one after the other.
func (e *tape[T]) divide(b int, J []T) {
	s, D := e.solver, e.t.D()
	if s.band != nil && s.how[b] == positive {
		at := make([][]T, D) // the rows in the order of the band
		for g, k := range e.t.place {
			at[k] = e.row(J, g, b)
		}
		lin.SolveRows(s.band[b], at)
		return
	}
	w := e.jacobian()
	for p := range e.theta {
		for g := range D {
			w.r[g] = float64(e.row(J, g, b)[p])
		}
		s.solve(b, w.r, w.x)
		for g, x := range w.x {
			e.row(J, g, b)[p] = T(x)
		}
	}
}

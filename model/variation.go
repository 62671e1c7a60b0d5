package model

import (
	"lagrange/internal/vec"
	"lagrange/nn"
)

// Variation is what a model with a Lagrangian knows of its action: on batches of states x (B, 2d), rows (q, v), under
// inputs u (B, m).
type Variation[T nn.Float] interface {
	// Vary writes g = (L_q + F, L_v), with F the forces that the model has itself, to g (B, 2d), and unless H is nil
	// ∂g/∂x to H (B, 2d, 2d). The first call allocates; what else is known of a batch remains that of the last Field.
	Vary(x, u, g, H []T)
}

// variation is a scalar part with memory for its gradient, and another one for its Hessian along the 2d numbers of a
// state.
type variation[T nn.Float] struct {
	first, second gradient[T]
	row, scratch  []T // unit vector (d); parameter gradient and du, which nobody reads
}

// gradient is a scalar part without components beside its value, and its streams with k tangents.
type gradient[T nn.Float] struct {
	L                nn.Part[T]
	x, xbar, y, ybar *nn.Streams[T]
}

func newGradient[T nn.Float](batch, k int, L nn.Part[T]) gradient[T] {
	return gradient[T]{
		L: L, x: nn.NewStreams[T](batch, k, L.In(), 0), xbar: nn.NewAdjoint[T](batch, L.In(), 0),
		y: nn.NewStreams[T](batch, k, 1, 0), ybar: nn.NewAdjoint[T](batch, 1, 0),
	}
}

// Vary implements Variation: 2 products of a layer for the gradient, 2d + 2 with second derivatives.
func (e *eulerLagrange[T]) Vary(x, u, g, H []T) {
	n, B := 2*e.d, len(x)/(2*e.d)
	if e.varied == nil {
		most := len(e.kind)
		e.varied = &variation[T]{
			first: newGradient(most, 0, e.compose(0, 0)), second: newGradient(most, n, e.compose(n, 0)),
			row: make([]T, e.d), scratch: make([]T, e.params+e.m),
		}
	}
	w := &e.varied.first
	if H != nil {
		w = &e.varied.second
	}
	for _, s := range []*nn.Streams[T]{w.x, w.xbar, w.y, w.ybar} {
		s.Resize(B)
	}
	for b := range B {
		r := w.x.Row(0, b)
		copy(r, x[b*n:(b+1)*n])
		for j, k := range e.systemParams {
			r[n+j] = u[b*e.m+k]
		}
		for k := range w.x.K {
			t := w.x.Row(1+k, b)
			clear(t)
			t[k] = 1
		}
		w.ybar.Row(0, b)[0] = 1
	}
	clear(H)
	w.L.Forward(w.x, w.y)
	w.L.Reverse(w.ybar, w.xbar, H, nn.Gradient[T]{})
	for b := range B {
		copy(g[b*n:(b+1)*n], w.xbar.Row(0, b))
		v, u := x[b*n+e.d:(b+1)*n], u[b*e.m:(b+1)*e.m]
		e.forces.Add(v, u, g[b*n:b*n+e.d])
		if H != nil {
			e.bent(v, u, H[b*n*n:(b+1)*n*n])
		}
		if !vec.Finite(g[b*n : (b+1)*n]) {
			e.health.NonFinite++
		}
	}
}

// bent makes of the upper triangle of L's second derivatives those of g: symmetric but for the forces, F_v.
func (e *eulerLagrange[T]) bent(v, u, H []T) {
	d, n, w := e.d, 2*e.d, e.varied
	for i := range n {
		for j := range i {
			H[i*n+j] = H[j*n+i]
		}
	}
	for i := range d {
		w.row[i] = 1
		e.forces.VJP(v, u, w.row, w.scratch, H[i*n+d:(i+1)*n], w.scratch[e.params:])
		w.row[i] = 0
	}
}

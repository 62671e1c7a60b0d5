package train

import (
	"lagrange/internal/par"
	"lagrange/internal/vec"
	"lagrange/nn"
)

// gradient is that of the loss of a batch, found by all cores.
type gradient[T nn.Float] interface {
	// find returns the sum dθ over the samples and its square, and leaves the losses with the loop.
	find() (dtheta []T, square float64)
	// spans visits the parameters whose derivatives core w was the last to touch.
	spans(w int, visit func(lo, hi int))
}

func newGradient[T nn.Float](l *Loop[T]) gradient[T] {
	if l.Settings.Workers > 1 && len(l.Model.Theta) >= rowwiseParameters {
		if r, ok := newRowwise(l); ok {
			return r
		}
	}
	return newCopies(l)
}

// copies has each core add the gradients of its share of the batch to a dθ of its own.
type copies[T nn.Float] struct {
	loop    *Loop[T]
	dtheta  [][]T
	squares []float64
}

func newCopies[T nn.Float](l *Loop[T]) *copies[T] {
	c := &copies[T]{loop: l, squares: make([]float64, l.Settings.Workers)}
	for range l.Settings.Workers {
		c.dtheta = append(c.dtheta, make([]T, len(l.Model.Theta)))
	}
	return c
}

func (c *copies[T]) find() (dtheta []T, square float64) {
	l, s := c.loop, c.loop.Settings
	l.team.Do(func(w int) {
		lo, hi := par.Span(s.Batch, w, s.Workers)
		clear(c.dtheta[w])
		l.losses[w] = 0
		for ; lo < hi; lo += l.chunk {
			l.losses[w] += l.passes[w].Of(l.batch[lo:min(lo+l.chunk, hi)], c.dtheta[w])
		}
	})
	l.team.Do(func(w int) {
		c.spans(w, func(lo, hi int) {
			g := c.dtheta[0][lo:hi]
			if s.Workers == 1 {
				c.squares[w] = vec.SumSquares(g)
			}
			for _, share := range c.dtheta[1:] {
				c.squares[w] = vec.AddSquares(share[lo:hi], g)
			}
		})
	})
	return c.dtheta[0], total(c.squares)
}

func (c *copies[T]) spans(w int, visit func(lo, hi int)) {
	visit(par.Span(len(c.dtheta[0]), w, len(c.dtheta)))
}

// rowwise has each core push its share of the batch through the net, and then find some rows of each dW for the samples
// of all cores, so that there is one dθ, of which a core touches its rows only. It serves accelerations of models whose
// parameters are all weights and biases of layers: their gradient is one sweep, which leaves the layers' streams.
type rowwise[T nn.Float] struct {
	loop    *Loop[T]
	passes  []*accelerationPass[T]
	dtheta  []T
	layers  [][]nn.Product[T] // what the last sweep of each core has left; none where it had no samples
	squares []float64
}

// rowwiseParameters is from how many parameters on that is faster than a copy of dθ for each core.
const rowwiseParameters = 100_000

func newRowwise[T nn.Float](l *Loop[T]) (r *rowwise[T], ok bool) {
	P, workers := len(l.Model.Theta), l.Settings.Workers
	r = &rowwise[T]{loop: l, dtheta: make([]T, P), layers: make([][]nn.Product[T], workers),
		squares: make([]float64, workers)}
	for _, pass := range l.passes {
		p, is := pass.Pass.(*accelerationPass[T])
		if !is || parametersOf(p) != P {
			return nil, false
		}
		r.passes = append(r.passes, p)
	}
	return r, true
}

// find takes a chunk of each core's share at a time.
func (r *rowwise[T]) find() (dtheta []T, square float64) {
	l, s := r.loop, r.loop.Settings
	clear(l.losses)
	most := (s.Batch + s.Workers - 1) / s.Workers // samples of a core
	for at := 0; at < most; at += l.chunk {
		l.team.Do(func(w int) {
			lo, hi := par.Span(s.Batch, w, s.Workers)
			r.push(w, l.batch[min(lo+at, hi):min(lo+at+l.chunk, hi)])
		})
		l.team.Do(func(w int) { r.add(w, at == 0, at+l.chunk >= most) })
	}
	return r.dtheta, total(r.squares)
}

// push is the sweep of core w.
func (r *rowwise[T]) push(w int, batch []int) {
	r.layers[w] = r.layers[w][:0]
	if len(batch) == 0 {
		return
	}
	loss, slopes := r.loop.passes[w].slopes(batch)
	r.loop.losses[w] += loss
	r.passes[w].Pull(slopes, nil)
	r.passes[w].Layers(func(p nn.Product[T]) { r.layers[w] = append(r.layers[w], p) })
}

// add finds the rows of core w, or adds to them, and after the last chunk their square.
func (r *rowwise[T]) add(w int, first, last bool) {
	r.squares[w] = 0
	layer := 0
	r.spans(w, func(lo, hi int) {
		g := r.dtheta[lo:hi]
		if first {
			clear(g)
		}
		for _, of := range r.layers {
			if len(of) > 0 {
				p := of[layer]
				p.AddRows((lo-p.At)/p.Out, (hi-p.At)/p.Out, g)
			}
		}
		if last {
			r.squares[w] += vec.SumSquares(g)
		}
		layer++
	})
}

func (r *rowwise[T]) spans(w int, visit func(lo, hi int)) {
	r.passes[w].Layers(func(p nn.Product[T]) {
		lo, hi := par.Span(p.In+1, w, len(r.passes))
		visit(p.At+lo*p.Out, p.At+hi*p.Out)
	})
}

package graph

import (
	"lagrange/model"
	"lagrange/nn"
)

// variation is the memory of Vary: states and inputs, and for each kind of terms a pass for first derivatives and one
// for second ones.
type variation[T nn.Float] struct {
	x, u    []T
	passes  [][2]*pass[T]
	scratch []T // parameter gradient and du, which nobody reads
}

func (e *tape[T]) newVariation() *variation[T] {
	w := &variation[T]{x: make([]T, len(e.x)), u: make([]T, len(e.u)), scratch: make([]T, len(e.theta)+e.each)}
	for _, c := range e.kinds {
		most := min(model.Chunk, max(1, len(e.L)*c.Len()))
		p := [2]*pass[T]{}
		for second := range p {
			p[second] = newPass[T](c.density, e.theta[c.lo:c.hi], most, second*2*c.k, 0)
		}
		w.passes = append(w.passes, p)
	}
	return w
}

// Vary implements model.Variation: the derivatives of all terms are added up, second ones in a full matrix. It runs on
// one core.
func (e *tape[T]) Vary(x, u, g, H []T) {
	if e.varied == nil {
		e.varied = e.newVariation()
	}
	w := e.varied
	copy(w.x, x)
	copy(w.u, u)
	// where a pass finds its states; what is known of the last Field stays with its own
	e.x, w.x, e.u, w.u = w.x, e.x, w.u, e.u
	defer func() { e.x, w.x, e.u, w.u = w.x, e.x, w.u, e.u }()
	clear(g)
	clear(H)
	for i, c := range e.kinds {
		p, N := w.passes[i][0], len(x)/(2*e.t.D())*c.Len()
		if H != nil {
			p = w.passes[i][1]
		}
		for lo := 0; lo < N; lo += model.Chunk {
			e.vary(c, p, lo, min(lo+model.Chunk, N), g, H)
		}
	}
	if e.forces != nil {
		e.varyForces(g, H)
	}
}

// varyForces adds what acts at the nodes to g, and its slopes in v to H.
func (e *tape[T]) varyForces(g, H []T) {
	D, dim, w := e.t.D(), e.t.Dim, e.varied
	clear(e.node)
	for s := range len(g) / (2 * D) * e.t.Nodes {
		b, i := s/e.t.Nodes, s%e.t.Nodes
		v, u := e.force(b, i)
		at := 2*b*D + i*dim
		e.forces.Add(v, u, g[at:at+dim])
		for j := 0; j < dim && H != nil; j++ {
			e.node[j] = 1
			e.forces.VJP(v, u, e.node, w.scratch, H[(at+j)*2*D+D+i*dim:][:dim], w.scratch[len(e.theta):])
			e.node[j] = 0
		}
	}
}

// vary adds the derivatives of the terms lo … hi.
func (e *tape[T]) vary(c *kind[T], p *pass[T], lo, hi int, g, H []T) {
	k, K, D := c.k, p.x.K, e.t.D()
	p.begin(hi - lo)
	for i := range hi - lo {
		e.state(c, p.x.Row(0, i), lo+i)
		for j := range K {
			t := p.x.Row(1+j, i)
			clear(t)
			t[j] = 1
		}
		p.ybar.Row(0, i)[0] = 1
	}
	p.ell.Forward(p.x, p.y)
	p.ell.Reverse(p.ybar, p.xbar, p.H, nn.Gradient[T]{})
	for i := range hi - lo {
		b, index := c.term(lo + i)
		place := func(j int) int { // of number j of the term's (q, v) in the state; -1: held fast
			if g := int(index[j%k]); g >= 0 {
				return g + j/k*D
			}
			return -1
		}
		for j, d := range p.xbar.Row(0, i)[:2*k] {
			if at := place(j); at >= 0 {
				g[2*b*D+at] += d
			}
		}
		for r := range K {
			for s := range K {
				if at, to := place(r), place(s); at >= 0 && to >= 0 {
					H[(2*b*D+at)*2*D+to] += p.H[(i*K+min(r, s))*K+max(r, s)]
				}
			}
		}
	}
}

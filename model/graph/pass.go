package graph

import (
	"lagrange/model"
	"lagrange/nn"
)

// pass is a density with the memory of one chunk of terms.
type pass[T nn.Float] struct {
	ell              nn.Part[T]
	x, xbar, y, ybar *nn.Streams[T]
	dir              nn.Directions[T]
	H                []T // (chunk, K, K)
}

// newPass makes a pass of n terms with K tangents and so many components.
func newPass[T nn.Float](s model.Spec, theta []T, n, K, components int) *pass[T] {
	ell := model.Density(s, theta, n, K, components)
	return &pass[T]{
		ell: ell,
		x:   nn.NewStreams[T](n, K, ell.In(), components), xbar: nn.NewAdjoint[T](n, ell.In(), components),
		y: nn.NewStreams[T](n, K, 1, components), ybar: nn.NewAdjoint[T](n, 1, components),
		dir: nn.Directions[T]{S: make([]T, n*K), T: make([]T, n*K)},
		H:   make([]T, n*K*K),
	}
}

// begin makes room for n terms.
func (p *pass[T]) begin(n int) {
	for _, s := range []*nn.Streams[T]{p.x, p.xbar, p.y, p.ybar} {
		s.Resize(n)
	}
	clear(p.H[:n*p.x.K*p.x.K])
}

// gather copies the numbers of a term from those of all coordinates.
func gather[T nn.Float](index []int32, all, row []T) {
	for i, g := range index {
		if g >= 0 {
			row[i] = all[g]
		} else {
			row[i] = 0
		}
	}
}

// term returns the number of the state that term s of the long batch belongs to, and its indices.
func (c *kind[T]) term(s int) (b int, index []int32) {
	n := c.Len()
	a := s % n
	return s / n, c.Index[a*c.k : (a+1)*c.k]
}

// state fills a row x with (q, v, attributes, system parameters) of term s.
func (e *tape[T]) state(c *kind[T], x []T, s int) {
	D := e.t.D()
	b, index := c.term(s)
	gather(index, e.x[2*b*D:(2*b+1)*D], x)
	gather(index, e.x[(2*b+1)*D:(2*b+2)*D], x[c.k:])
	for j, u := range c.Attributes[s%c.Len()*c.m : (s%c.Len()+1)*c.m] {
		x[2*c.k+j] = T(u)
	}
	copy(x[2*c.k+c.m:], e.u[(b+1)*e.m-e.systemParams:(b+1)*e.m])
}

// sweep finds ℓ, ℓ_v, ℓ_q − ℓ_vq v and ℓ_vv for the terms lo … hi, by the tangents e₁ … e_k in the slots of v and (v,
// 0).
func (e *tape[T]) sweep(c *kind[T], p *pass[T], lo, hi int) {
	k, n := c.k, hi-lo
	p.begin(n)
	for i := range n {
		e.state(c, p.x.Row(0, i), lo+i)
		model.MassTangents(k, p.x, i)
		p.ybar.Row(0, i)[0] = 1
	}
	p.ell.Forward(p.x, p.y)
	p.ell.Reverse(p.ybar, p.xbar, p.H, nn.Gradient[T]{})
	for i := range n {
		f, g, H := c.found[(lo+i)*c.width:][:c.width], p.xbar.Row(0, i), p.H[i*(k+1)*(k+1):]
		f[0] = p.y.Row(0, i)[0]
		copy(f[1:], g[k:2*k])
		h := f[1+2*k:]
		for j := range k {
			f[1+k+j] = g[j] - H[j*(k+1)+k]
			h = h[copy(h, H[j*(k+1)+j:j*(k+1)+k]):]
		}
	}
}

// reverse adds ∂ℓ_st/∂θ of the terms lo … hi to dθ, for the parts that aim has set, and leaves their gradients of q, v
// and the system parameters.
func (e *tape[T]) reverse(c *kind[T], p *pass[T], lo, hi int, dtheta nn.Gradient[T]) {
	k, n := c.k, hi-lo
	p.begin(n)
	for i := range n {
		e.state(c, p.x.Row(0, i), lo+i)
		e.aim(c, p, i, lo+i)
		p.dir.S[2*i], p.dir.S[2*i+1], p.dir.T[2*i], p.dir.T[2*i+1] = 1, 0, 0, 1
		p.ybar.Row(0, i)[0] = 1
		p.ybar.Row(nn.S, i)[0], p.ybar.Row(nn.T, i)[0], p.ybar.Row(nn.ST, i)[0] = 0, 0, 0
	}
	p.ell.Forward(p.x, p.y)
	p.ell.Reverse(p.ybar, p.xbar, p.H, nn.Gradient[T]{})
	p.x.Combine(p.dir)
	p.ell.Mixed(p.dir, p.x, p.y)
	p.ell.MixedReverse(p.ybar, p.xbar, dtheta)
	for i := range n {
		f, g, gt := c.found[(lo+i)*c.width:][:c.width], p.xbar.Row(nn.ST, i), p.xbar.Row(nn.T, i)
		for j := range k {
			f[j], f[k+j] = g[j], g[k+j]+gt[j]
		}
		copy(f[2*k:], g[2*k+c.m:])
	}
}

// quantity is what a tape takes the gradient of.
type quantity int

const (
	balance  quantity = iota // μᵀ(r − M a)
	massForm                 // wᵀM w, with w in the place of μ
	slopes                   // w·L_v + z·L_q
	unit                     // that of the balance of one coordinate of each term, μ = e_i
)

// aim sets s and t, which are the tangents, and st of row i to those of term s. For the gradient of the balance ℓ_st is
// the mixed part of ℓ(x + s(v, a) − t(0, μ) + st(μ, 0)) (doc/theory.md), for that of the mass form of ℓ(x + s(0, w) +
// t(0, w)), for that of the slopes of ℓ(x + st(z, w)).
func (e *tape[T]) aim(c *kind[T], p *pass[T], i, term int) {
	k, D := c.k, e.t.D()
	s, t, st := p.x.Row(1, i), p.x.Row(2, i), p.x.Row(nn.ST, i)
	b, index := c.term(term)
	clear(s)
	clear(t)
	clear(st)
	switch e.of {
	case massForm:
		gather(index, e.muT[b*D:], s[k:])
		copy(t[k:2*k], s[k:])
		return
	case slopes:
		gather(index, e.z[b*D:], st)
		gather(index, e.w[b*D:], st[k:])
		return
	}
	copy(s, p.x.Row(0, i)[k:2*k])
	gather(index, e.aT[b*D:], s[k:])
	if e.of == unit {
		st[e.local] = 1
	} else {
		gather(index, e.muT[b*D:], st)
	}
	for j, m := range st[:k] {
		t[k+j] = -m
	}
}

package model

import "lagrange/nn"

// chain is the composition state x → features → net → head, where the head also sees the state: its input is
// (l, x) with l the outputs of the net. It implements nn.Part, and so can stand in a larger composition.
type chain[T nn.Float] struct {
	features, net, head nn.Part[T]
	phi, phibar         *nn.Streams[T] // features φ
	lx, lxbar           *nn.Streams[T] // (l, x)
	l, lbar, s, sbar    nn.Streams[T]  // views: the two halves of lx
}

func newChain[T nn.Float](features, net, head nn.Part[T], batch, k, components int) *chain[T] {
	if features.Out() != net.In() || head.In() != net.Out()+features.In() {
		panic("model: features, net and head do not fit one another")
	}
	return &chain[T]{
		features: features, net: net, head: head,
		phi:    nn.NewStreams[T](batch, k, net.In(), components),
		phibar: nn.NewAdjoint[T](batch, net.In(), components),
		lx:     nn.NewStreams[T](batch, k, head.In(), components),
		lxbar:  nn.NewAdjoint[T](batch, head.In(), components),
	}
}

func (c *chain[T]) In() int  { return c.features.In() }
func (c *chain[T]) Out() int { return c.head.Out() }

// Forward implements nn.Part.
func (c *chain[T]) Forward(x, y *nn.Streams[T]) {
	for _, s := range []*nn.Streams[T]{c.phi, c.phibar, c.lx, c.lxbar} {
		s.Resize(x.Batch)
	}
	n := c.net.Out()
	c.l.View(c.lx, 0, n)
	c.s.View(c.lx, n, n+x.Cols)
	c.lbar.View(c.lxbar, 0, n)
	c.sbar.View(c.lxbar, n, n+x.Cols)
	c.features.Forward(x, c.phi)
	c.net.Forward(c.phi, &c.l)
	c.copy(x, 0, x.K)
	c.head.Forward(c.lx, y)
}

// Reverse implements nn.Part.
func (c *chain[T]) Reverse(ybar, xbar *nn.Streams[T], H []T, g nn.Gradient[T]) {
	c.head.Reverse(ybar, c.lxbar, H, g)
	c.net.Reverse(&c.lbar, c.phibar, H, g)
	c.features.Reverse(c.phibar, xbar, H, g)
	c.add(xbar, 0, 0)
}

// Mixed implements nn.Part.
func (c *chain[T]) Mixed(d nn.Directions[T], x, y *nn.Streams[T]) {
	c.features.Mixed(d, x, c.phi)
	c.net.Mixed(d, c.phi, &c.l)
	c.copy(x, -x.Components, nn.S)
	c.head.Mixed(d, c.lx, y)
}

// MixedReverse implements nn.Part.
func (c *chain[T]) MixedReverse(ybar, xbar *nn.Streams[T], g nn.Gradient[T]) {
	c.head.MixedReverse(ybar, c.lxbar, g)
	c.net.MixedReverse(&c.lbar, c.phibar, g)
	c.features.MixedReverse(c.phibar, xbar, g)
	c.add(xbar, -xbar.Components, nn.S)
}

// Products implements nn.Layered, of the net.
func (c *chain[T]) Products(visit func(nn.Product[T])) { products(c.net, visit) }

// copy hands blocks lo…hi of the state to the head.
func (c *chain[T]) copy(x *nn.Streams[T], lo, hi int) {
	for k := lo; k <= hi; k++ {
		for b := range x.Batch {
			copy(c.s.Row(k, b), x.Row(k, b))
		}
	}
}

// add adds the head's own adjoints of the state to those that came through the features.
func (c *chain[T]) add(xbar *nn.Streams[T], lo, hi int) {
	for k := lo; k <= hi; k++ {
		for b := range xbar.Batch {
			r := xbar.Row(k, b)
			for i, v := range c.sbar.Row(k, b) {
				r[i] += v
			}
		}
	}
}

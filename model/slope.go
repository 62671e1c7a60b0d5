package model

import "lagrange/nn"

// Slopes is what a model with a Lagrangian knows of how its first derivatives hang on its parameters: what the weak
// form of its equations of motion is made of (train.WeakInitialisation).
type Slopes[T nn.Float] interface {
	// SlopesVJP follows Field or Force, for the same batch: it adds ∂(w·L_v + z·(L_q + F))/∂θ to dθ, as Tape.VJP does,
	// for directions w and z (B, d), with F the forces that the model has itself.
	SlopesVJP(w, z, dtheta []T)
}

// SlopesVJP implements Slopes: w·L_v + z·L_q is the mixed part of L(x + st(z, w)).
func (e *eulerLagrange[T]) SlopesVJP(w, z, dtheta []T) {
	d, g := e.d, nn.GradientOf(dtheta, e.params, e.x.Batch)
	clear(e.dir.S)
	clear(e.dir.T)
	for b := range e.x.Batch {
		v, u := e.x.Row(0, b)[d:2*d], e.u[b*e.m:(b+1)*e.m]
		e.forces.VJP(v, u, z[b*d:(b+1)*d], g.Of(b), e.unread[:d], e.unread[d:])
		x := e.x.Row(nn.ST, b)
		clear(x)
		copy(x, z[b*d:(b+1)*d])
		copy(x[d:], w[b*d:(b+1)*d])
		e.ybar.Row(nn.S, b)[0], e.ybar.Row(nn.T, b)[0], e.ybar.Row(nn.ST, b)[0] = 0, 0, 0
	}
	e.x.Combine(e.dir)
	e.L.Mixed(e.dir, e.x, e.y)
	e.L.MixedReverse(e.ybar, e.xbar, g)
}

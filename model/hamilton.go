package model

import (
	"lagrange/internal/vec"
	"lagrange/nn"
)

// hamilton is the field q̇ = H_p, ṗ = −H_q + Q of a scalar part H(q, p) and forces Q(q̇, u) (Greydanus et al. 2019).
// The momenta p stand in the place of the velocities; with q̇ given as p it is the non-canonical case. The part gives H
// in units of E.
type hamilton[T nn.Float] struct {
	d, m, params     int
	systemParams     []int // their places in u; in x they follow the state
	E                T
	H                nn.Part[T]
	forces           Forces[T]
	x, xbar, y, ybar *nn.Streams[T]
	u                []T // (B, m) of the last Field
	nu               []T // (d)
	health           Health
}

func newHamilton[T nn.Float](d, m, params int, systemParams []int, batch int, E T, H nn.Part[T],
	forces Forces[T]) *hamilton[T] {
	return &hamilton[T]{
		d: d, m: m, params: params, systemParams: systemParams, E: E, H: H, forces: forces,
		x: nn.NewStreams[T](batch, 0, H.In(), nn.Dual), xbar: nn.NewAdjoint[T](batch, H.In(), nn.Dual),
		y: nn.NewStreams[T](batch, 0, 1, nn.Dual), ybar: nn.NewAdjoint[T](batch, 1, nn.Dual),
		u: make([]T, batch*m), nu: make([]T, d),
	}
}

// Health implements Tape.
func (e *hamilton[T]) Health() *Health { return &e.health }

// Field implements Tape: value and gradient of H, 2 products of a layer.
func (e *hamilton[T]) Field(x, u, xdot []T) {
	d, B := e.d, len(x)/(2*e.d)
	for _, s := range []*nn.Streams[T]{e.x, e.xbar, e.y, e.ybar} {
		s.Resize(B)
	}
	copy(e.u, u)
	for b := range B {
		r := e.x.Row(0, b)
		copy(r, x[2*b*d:2*(b+1)*d])
		for j, k := range e.systemParams {
			r[2*d+j] = u[b*e.m+k]
		}
		e.ybar.Row(0, b)[0] = e.E
	}
	e.H.Forward(e.x, e.y)
	e.H.Reverse(e.ybar, e.xbar, nil, nn.Gradient[T]{})
	for b := range B {
		r := xdot[2*b*d : 2*(b+1)*d]
		copy(r, e.qdot(b))
		for i, Hq := range e.xbar.Row(0, b)[:d] {
			r[d+i] = -Hq
		}
		e.forces.Add(e.qdot(b), e.u[b*e.m:(b+1)*e.m], r[d:])
		if !vec.Finite(r) {
			e.health.NonFinite++
		}
	}
}

// qdot is q̇ = H_p (d) of sample b.
func (e *hamilton[T]) qdot(b int) []T { return e.xbar.Row(0, b)[e.d : 2*e.d] }

// VJP implements Tape. With ν = λ_q + Q_q̇ᵀ λ_p, for friction sees q̇ = H_p, and ν and λ held constant,
//
//	∂(λᵀẋ)/∂θ = ∂H_s/∂θ + λ_pᵀ ∂Q/∂θ,   H_s the derivative of H along s = (−λ_p, ν).
//
// The adjoint of the state in the same sweep is the product of the Hessian of H with s. Forward, reverse and weights of
// this dual number cost 4 products of a layer, a step 6.
func (e *hamilton[T]) VJP(lambda, dtheta, dx, du []T) {
	d, B := e.d, e.x.Batch
	g := nn.GradientOf(dtheta, e.params, B)
	clear(du)
	for b := range B {
		lq, lp := lambda[2*b*d:(2*b+1)*d], lambda[(2*b+1)*d:2*(b+1)*d]
		copy(e.nu, lq)
		e.forces.VJP(e.qdot(b), e.u[b*e.m:(b+1)*e.m], lp, g.Of(b), e.nu, du[b*e.m:(b+1)*e.m])
		s := e.x.Row(nn.S, b)
		clear(s)
		for i, l := range lp {
			s[i], s[d+i] = -l, e.nu[i]
		}
		e.ybar.Row(nn.S, b)[0] = 0
	}
	e.H.Mixed(nn.Directions[T]{}, e.x, e.y)
	e.H.MixedReverse(e.ybar, e.xbar, g)
	for b := range B {
		g := e.xbar.Row(nn.S, b)
		copy(dx[2*b*d:2*(b+1)*d], g)
		for j, k := range e.systemParams {
			du[b*e.m+k] += g[2*d+j]
		}
	}
}

// Products implements nn.Layered.
func (e *hamilton[T]) Products(visit func(nn.Product[T])) { products(e.H, visit) }

// Energy implements Conserved: it is H.
func (e *hamilton[T]) Energy(b int) T { return e.E * e.y.Row(0, b)[0] }

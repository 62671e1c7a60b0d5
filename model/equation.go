package model

import (
	"lagrange/internal/lin"
	"lagrange/internal/vec"
	"lagrange/nn"
)

// Health counts what went wrong in a tape's evaluations since it was last cleared.
type Health struct {
	Solves    int // solves of M a = r
	Fallbacks int // of these, by the pseudo-inverse: M was not safely positive definite
	NonFinite int // samples whose mass matrix or acceleration was not finite
}

// Add adds the counts of g.
func (h *Health) Add(g Health) {
	h.Solves += g.Solves
	h.Fallbacks += g.Fallbacks
	h.NonFinite += g.NonFinite
}

// SecondOrder is the acceleration half of a second-order model, on batches: q, v, a, λ, dq, dv are (B, d), u and du (B,
// m).
type SecondOrder[T nn.Float] interface {
	// Accel writes a(q, v, u).
	Accel(q, v, u, a []T)
	// VJP follows Accel, for the same batch: it adds λᵀ∂a/∂θ to dθ (as Tape.VJP does), and λᵀ∂a/∂q, ∂v, ∂u to dq, dv,
	// du.
	VJP(lambda, dtheta, dq, dv, du []T)
	Health() *Health
}

// AccelJacobian is a tape that finds all derivatives of its accelerations at once for less than a VJP of each.
type AccelJacobian[T nn.Float] interface {
	// AccelRows follows Field, for the same batch: it writes ∂a_k/∂θ to J (d, B, P), which is 0.
	AccelRows(J []T)
}

// Conserved is what a model with an energy knows of sample b of the batch last given to Field.
type Conserved[T nn.Float] interface {
	// Energy is E = v·L_v − L, or H: the flow conserves it where there are no forces.
	Energy(b int) T
}

// Mechanics is what a model with a Lagrangian knows of such a sample.
type Mechanics[T nn.Float] interface {
	Conserved[T]
	// Lagrangian is L; it is defined up to L → cL + dF/dt only.
	Lagrangian(b int) T
	// Momentum is p = L_v (d).
	Momentum(b int) []T
	// Mass is M = L_vv (d, d).
	Mass(b int) []T
}

// products visits the layers of a part that has any.
func products[T nn.Float](p nn.Part[T], visit func(nn.Product[T])) {
	if l, ok := p.(nn.Layered[T]); ok {
		l.Products(visit)
	}
}

// plainEquation reads accelerations off a part of d outputs, a = f(q, v, u): the baseline network.
type plainEquation[T nn.Float] struct {
	d, m, params     int
	f                nn.Part[T]
	x, xbar, y, ybar *nn.Streams[T]
	health           Health
}

func newPlainEquation[T nn.Float](d, m, params, batch int, f nn.Part[T]) *plainEquation[T] {
	return &plainEquation[T]{
		d: d, m: m, params: params, f: f,
		x: nn.NewStreams[T](batch, 0, f.In(), 0), xbar: nn.NewAdjoint[T](batch, f.In(), 0),
		y: nn.NewStreams[T](batch, 0, d, 0), ybar: nn.NewAdjoint[T](batch, d, 0),
	}
}

// Health implements SecondOrder.
func (e *plainEquation[T]) Health() *Health { return &e.health }

// Accel implements SecondOrder.
func (e *plainEquation[T]) Accel(q, v, u, a []T) {
	B := len(q) / e.d
	for _, s := range []*nn.Streams[T]{e.x, e.xbar, e.y, e.ybar} {
		s.Resize(B)
	}
	for b := range B {
		r := e.x.Row(0, b)
		copy(r, q[b*e.d:(b+1)*e.d])
		copy(r[e.d:], v[b*e.d:(b+1)*e.d])
		copy(r[2*e.d:], u[b*e.m:(b+1)*e.m])
	}
	e.f.Forward(e.x, e.y)
	for b := range B {
		r := a[b*e.d : (b+1)*e.d]
		copy(r, e.y.Row(0, b))
		if !vec.Finite(r) {
			e.health.NonFinite++
		}
	}
}

// VJP implements SecondOrder.
func (e *plainEquation[T]) VJP(lambda, dtheta, dq, dv, du []T) {
	copy(e.ybar.Block(0), lambda)
	e.f.Reverse(e.ybar, e.xbar, nil, nn.GradientOf(dtheta, e.params, e.x.Batch))
	for b := range e.x.Batch {
		r := e.xbar.Row(0, b)
		vec.Add(r[:e.d], dq[b*e.d:(b+1)*e.d])
		vec.Add(r[e.d:2*e.d], dv[b*e.d:(b+1)*e.d])
		vec.Add(r[2*e.d:], du[b*e.m:(b+1)*e.m])
	}
}

// Products implements nn.Layered.
func (e *plainEquation[T]) Products(visit func(nn.Product[T])) { products(e.f, visit) }

// eulerLagrange solves M a = L_q − L_vq v + Q for a scalar part L(q, v) and forces Q (Cranmer et al. 2020, eq. 6).
//
// Its d+1 tangents are e₁ … e_d in the slots of v and (v, 0). The matrix H of second derivatives of L along them holds
// M and, in its last column, L_vq v.
type eulerLagrange[T nn.Float] struct {
	d, m, params     int
	systemParams     []int // their places in u; in x they follow the state
	L                nn.Part[T]
	compose          func(k, components int) nn.Part[T] // L with memory for other streams
	varied           *variation[T]                      // made when it is first asked for
	forces           Forces[T]
	x, xbar, y, ybar *nn.Streams[T]
	dir              nn.Directions[T]
	H                []T // (B, d+1, d+1), upper triangles
	u                []T // (B, m) of the last Accel
	M, F             []T // (B, d, d) and the factors of M
	kind             []lin.Kind
	a, mu, r         []T // (B, d), (d), (d)
	unread           []T // (d + m), see SlopesVJP
	work             *lin.Work[T]
	health           Health
}

func newEulerLagrange[T nn.Float](d, m, params int, systemParams []int, batch int,
	compose func(k, components int) nn.Part[T], forces Forces[T]) *eulerLagrange[T] {
	k := d + 1
	L := compose(k, nn.HyperDual)
	return &eulerLagrange[T]{
		d: d, m: m, params: params, systemParams: systemParams, L: L, compose: compose, forces: forces,
		x: nn.NewStreams[T](batch, k, L.In(), nn.HyperDual), xbar: nn.NewAdjoint[T](batch, L.In(), nn.HyperDual),
		y: nn.NewStreams[T](batch, k, 1, nn.HyperDual), ybar: nn.NewAdjoint[T](batch, 1, nn.HyperDual),
		H:   make([]T, batch*k*k),
		dir: nn.Directions[T]{S: make([]T, batch*k), T: make([]T, batch*k)},
		u:   make([]T, batch*m), M: make([]T, batch*d*d), F: make([]T, batch*d*d), kind: make([]lin.Kind, batch),
		a: make([]T, batch*d), mu: make([]T, d), r: make([]T, d), unread: make([]T, d+m), work: lin.NewWork[T](d),
	}
}

// Health implements SecondOrder.
func (e *eulerLagrange[T]) Health() *Health { return &e.health }

// Accel implements SecondOrder.
func (e *eulerLagrange[T]) Accel(q, v, u, a []T) {
	e.sweep(q, v, u)
	for b := range e.x.Batch {
		e.solve(b)
	}
	copy(a, e.a[:len(q)])
}

// sweep differentiates L at the states: once in x̄, twice in H.
func (e *eulerLagrange[T]) sweep(q, v, u []T) {
	d, B := e.d, len(q)/e.d
	for _, s := range []*nn.Streams[T]{e.x, e.xbar, e.y, e.ybar} {
		s.Resize(B)
	}
	copy(e.u, u)
	for b := range B {
		x := e.x.Row(0, b)
		copy(x, q[b*d:(b+1)*d])
		copy(x[d:], v[b*d:(b+1)*d])
		for j, k := range e.systemParams {
			x[2*d+j] = u[b*e.m+k]
		}
		MassTangents(d, e.x, b)
		e.ybar.Row(0, b)[0] = 1
	}
	clear(e.H[:B*(d+1)*(d+1)])
	e.L.Forward(e.x, e.y)
	e.L.Reverse(e.ybar, e.xbar, e.H, nn.Gradient[T]{})
}

// balance sets M and r = L_q − L_vq v + Q of sample b.
func (e *eulerLagrange[T]) balance(b int) {
	d, M := e.d, e.Mass(b)
	H, Lq := e.H[b*(d+1)*(d+1):(b+1)*(d+1)*(d+1)], e.xbar.Row(0, b)
	for i := range d {
		for j := i; j < d; j++ {
			M[i*d+j], M[j*d+i] = H[i*(d+1)+j], H[i*(d+1)+j]
		}
		e.r[i] = Lq[i] - H[i*(d+1)+d] // L_q − L_vq v
	}
	e.forces.Add(e.x.Row(0, b)[d:2*d], e.u[b*e.m:(b+1)*e.m], e.r)
}

// solve finds the acceleration of sample b.
func (e *eulerLagrange[T]) solve(b int) {
	e.balance(b)
	d := e.d
	F, a := e.F[b*d*d:(b+1)*d*d], e.a[b*d:(b+1)*d]
	e.kind[b] = e.work.Factor(d, e.Mass(b), F)
	lin.Solve(d, e.kind[b], F, e.r, a)
	e.health.Solves++
	if e.kind[b] == lin.Pseudo {
		e.health.Fallbacks++
	}
	if !vec.Finite(a) {
		e.health.NonFinite++
	}
}

// VJP implements SecondOrder. With μ = M⁻¹λ and v, a, μ held constant,
//
//	∂(λᵀa)/∂θ = −∂L_st/∂θ + μᵀ∂Q/∂θ,   L_st the mixed part of L(x + s(v, a) + t(0, μ) − st(μ, 0)).
//
// L_st is linear in t, so the minus sign goes into it: everything is done with −μ. The same sweep gives the gradient
// with respect to the state; in s = (v, a) the velocity appears once more, which adds (L_qv μ).
func (e *eulerLagrange[T]) VJP(lambda, dtheta, dq, dv, du []T) {
	d, g := e.d, nn.GradientOf(dtheta, e.params, e.x.Batch)
	for b := range e.x.Batch {
		lin.Solve(d, e.kind[b], e.F[b*d*d:(b+1)*d*d], lambda[b*d:(b+1)*d], e.mu)
		e.aim(b, g, dv, du)
	}
	e.mixed(g, dq, dv, du)
}

// Products implements nn.Layered.
func (e *eulerLagrange[T]) Products(visit func(nn.Product[T])) { products(e.L, visit) }

// aim sets the directions of sample b for the gradient with μ, and adds that of its forces.
func (e *eulerLagrange[T]) aim(b int, g nn.Gradient[T], dv, du []T) {
	d := e.d
	v, u := e.x.Row(0, b)[d:2*d], e.u[b*e.m:(b+1)*e.m]
	e.forces.VJP(v, u, e.mu, g.Of(b), dv[b*d:(b+1)*d], du[b*e.m:(b+1)*e.m])
	cs, ct := e.dir.S[b*(d+1):(b+1)*(d+1)], e.dir.T[b*(d+1):(b+1)*(d+1)]
	xst := e.x.Row(nn.ST, b)
	clear(xst)
	for i, m := range e.mu {
		cs[i], ct[i], xst[i] = e.a[b*d+i], -m, m
	}
	cs[d], ct[d] = 1, 0
	e.ybar.Row(nn.S, b)[0], e.ybar.Row(nn.T, b)[0], e.ybar.Row(nn.ST, b)[0] = 0, 0, 0
}

// mixed is the sweep along the directions set by aim.
func (e *eulerLagrange[T]) mixed(g nn.Gradient[T], dq, dv, du []T) {
	d, B := e.d, e.x.Batch
	e.x.Combine(e.dir)
	e.L.Mixed(e.dir, e.x, e.y)
	e.L.MixedReverse(e.ybar, e.xbar, g)
	for b := range B {
		x := e.xbar.Row(nn.ST, b)
		vec.Add(x[:d], dq[b*d:(b+1)*d])
		vec.Add(x[d:2*d], dv[b*d:(b+1)*d])
		vec.Add(e.xbar.Row(nn.T, b)[:d], dv[b*d:(b+1)*d])
		for j, k := range e.systemParams {
			du[b*e.m+k] += x[2*d+j]
		}
	}
}

// MassTangents sets the tangents of sample b of a state (q, v) of 2d numbers, with whatever follows it: e₁ … e_d in the
// slots of v, and (v, 0).
func MassTangents[T nn.Float](d int, x *nn.Streams[T], b int) {
	for k := 1; k <= d; k++ {
		t := x.Row(k, b)
		clear(t)
		t[d+k-1] = 1
	}
	t := x.Row(d+1, b)
	clear(t)
	copy(t, x.Row(0, b)[d:2*d])
}

// Lagrangian implements Mechanics.
func (e *eulerLagrange[T]) Lagrangian(b int) T { return e.y.Row(0, b)[0] }

// Momentum implements Mechanics.
func (e *eulerLagrange[T]) Momentum(b int) []T { return e.xbar.Row(0, b)[e.d : 2*e.d] }

// Mass implements Mechanics.
func (e *eulerLagrange[T]) Mass(b int) []T { return e.M[b*e.d*e.d : (b+1)*e.d*e.d] }

// Energy implements Conserved.
func (e *eulerLagrange[T]) Energy(b int) T {
	E := -e.Lagrangian(b)
	for i, p := range e.Momentum(b) {
		E += p * e.x.Row(0, b)[e.d+i]
	}
	return E
}

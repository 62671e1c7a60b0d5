package graph

import "lagrange/internal/vec"

// Force implements model.InverseDynamics: Q = M a − r.
func (e *tape[T]) Force(q, v, u, a, Q []T) {
	D := e.t.D()
	e.B = len(q) / D
	for b := range e.B {
		copy(e.x[2*b*D:], q[b*D:(b+1)*D])
		copy(e.x[(2*b+1)*D:], v[b*D:(b+1)*D])
	}
	e.balance(u)
	copy(e.aT, a)
	for b := range e.B {
		a, Ma := e.a[b*D:(b+1)*D], e.mu[b*D:(b+1)*D]
		for i := range a {
			a[i] = float64(e.aT[b*D+i])
		}
		e.t.m.Mul(e.solver.mass(b), a, Ma)
		Q := Q[b*D : (b+1)*D]
		for i, r := range e.r[b*D : (b+1)*D] {
			Q[i] = T(Ma[i] - r)
		}
		if !vec.Finite(Q) {
			e.health.NonFinite++
		}
	}
}

// ForceVJP implements model.InverseDynamics: the gradient of VJP with the accelerations given and μ = −λ.
func (e *tape[T]) ForceVJP(lambda, dtheta, dq, dv, du []T) {
	D := e.t.D()
	for i, l := range lambda[:e.B*D] {
		e.muT[i] = -l
	}
	dx := e.dx[:2*e.B*D]
	clear(dx)
	e.pull(dtheta, dx, du)
	for b := range e.B {
		vec.Add(dx[2*b*D:(2*b+1)*D], dq[b*D:(b+1)*D])
		vec.Add(dx[(2*b+1)*D:(2*b+2)*D], dv[b*D:(b+1)*D])
	}
}

// Motors implements model.InverseDynamics, node by node.
func (e *tape[T]) Motors(Q []T) (u []T) {
	for ; len(Q) > 0; Q = Q[e.t.Dim:] {
		u = append(u, e.forces.Motors(Q[:e.t.Dim])...)
	}
	return u
}

// MassVJP implements model.Inertia.
func (e *tape[T]) MassVJP(w, dtheta []T) {
	copy(e.muT, w)
	e.of = massForm
	e.reverseAll(dtheta)
	e.of = balance
}

// SlopesVJP implements model.Slopes, term by term and node by node.
func (e *tape[T]) SlopesVJP(w, z, dtheta []T) {
	e.of, e.w, e.z = slopes, w, z
	e.reverseAll(dtheta)
	e.of, e.w, e.z = balance, nil, nil
	if e.forces == nil {
		return
	}
	D, dim := e.t.D(), e.t.Dim
	for s := range e.B * e.t.Nodes {
		b, i := s/e.t.Nodes, s%e.t.Nodes
		v, u := e.force(b, i)
		e.forces.VJP(v, u, z[b*D+i*dim:][:dim], e.rows(dtheta, b), e.unread[:dim], e.unread[dim:])
	}
}

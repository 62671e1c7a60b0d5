package export

import (
	"fmt"
	"math"

	"lagrange/model"
)

// force is Q(q̇, u), or nil where there is none.
func (n *network) force(qdot *node) (Q *node, err error) {
	p := n.Forces
	if p.Gains != nil {
		Q = n.add(n.linear(n.u, transposed(p.Gains), false), n.row(p.Offset...))
	}
	if p.Viscous != nil {
		Q = n.add(Q, n.scale(n.linear(qdot, transposed(p.Viscous), false), -1))
	}
	for len(p.Rubs) > 0 {
		k := 1
		for k < len(p.Rubs) && p.Rubs[k].Law == p.Rubs[0].Law {
			k++
		}
		rub, err := n.rub(qdot, p.Rubs[:k])
		if err != nil {
			return nil, err
		}
		Q, p.Rubs = n.add(Q, rub), p.Rubs[k:]
	}
	return Q, nil
}

// transposed is Aᵀ, since x A is written with x in front.
func transposed(A [][]float64) *weights {
	w := &weights{in: len(A[0]), out: len(A), w: make([]float64, len(A)*len(A[0]))}
	for i, row := range A {
		for j, a := range row {
			w.w[j*w.out+i] = a
		}
	}
	return w
}

// rub is the force of rubs of one law.
func (n *network) rub(qdot *node, rubs []model.Rub) (*node, error) {
	slip := &weights{in: n.d, out: len(rubs), w: make([]float64, n.d*len(rubs))} // w of q̇
	push := &weights{in: len(rubs), out: n.d, w: make([]float64, n.d*len(rubs))} // Q of g
	shapes := make([][]float64, len(rubs[0].Shapes))                             // 1/e^shape
	for k, r := range rubs {
		slip.w[r.I*slip.out+k], push.w[k*push.out+r.I] = 1/r.Speed, -r.Size
		if r.J >= 0 {
			slip.w[r.J*slip.out+k], push.w[k*push.out+r.J] = -1/r.Speed, r.Size
		}
		for i, x := range r.Shapes {
			shapes[i] = append(shapes[i], math.Exp(-x))
		}
	}
	w := n.linear(qdot, slip, false)
	over := func(i int) *node { return n.mul(w, n.row(shapes[i]...)) }
	var g *node
	switch rubs[0].Law {
	case "dry", "between":
		g = n.apply("tanh", over(0))
	case "drag":
		g = n.mul(n.apply("abs", w), w)
	case "breakaway":
		x := over(1)
		g = n.mul(n.apply("exp", n.scale(n.mul(x, x), -1)), n.apply("tanh", over(0)))
	default:
		return nil, fmt.Errorf("friction by the law %q cannot be exported: there is no form of it", rubs[0].Law)
	}
	return n.linear(g, push, false), nil
}

// mechanics is what a network says at a state.
type mechanics struct {
	network
	y   *node           // L or H; nil of a network without one
	bar map[*node]*node // its adjoints
	Q   *node           // forces, of a Lagrangian or a Hamiltonian
	M   *node           // L_vv
	a   *node           // v̇ or ṗ
	w   *node           // q̇
}

// newMechanics puts the equation of motion of a network together.
func newMechanics(f *form, p model.Parts, s state) (m mechanics, err error) {
	m.network, m.w = network{f, p, s, s.q.cols}, s.v
	switch p.Equation.Kind {
	case "lagrange":
		err = m.lagrange()
	case "hamilton":
		err = m.hamilton()
	case "newton":
		var l *node
		if l, err = m.outputs(); err == nil {
			m.a = m.mul(l, m.row(p.Head.Mass...))
		}
	default:
		err = fmt.Errorf("motion by the equation %q cannot be exported: there is no form of it", p.Equation.Kind)
	}
	return m, err
}

// slope is ∂y/∂x; 0 where y does not depend on it.
func (m *mechanics) slope(x *node) *node {
	if b := m.bar[x]; b != nil {
		return b
	}
	return m.row(make([]float64, x.cols)...)
}

// lagrange is M a = L_q − L_vq v + Q.
func (m *mechanics) lagrange() (err error) {
	if m.y, err = m.scalar(); err != nil {
		return err
	}
	if m.Q, err = m.force(m.v); err != nil {
		return err
	}
	m.bar = m.adjoints(m.y)
	V := m.along(map[*node]*node{m.v: m.unit(m.d), m.q: nil})
	A := m.along(map[*node]*node{m.q: m.v, m.v: nil})
	if m.M = m.curvature(m.y, m.bar, V, V); m.M == nil {
		m.M = m.matrix(m.d, m.d, make([]float64, m.d*m.d))
	}
	r := m.add(m.slope(m.q), m.Q)
	if along := m.curvature(m.y, m.bar, A, V); along != nil { // (1, d)
		r = m.sub(r, along)
	}
	m.a = m.put(node{op: solve, args: []*node{m.M, r}, rows: 1, cols: m.d})
	return nil
}

// hamilton is q̇ = E H_p, ṗ = −E H_q + Q(q̇, u).
func (m *mechanics) hamilton() (err error) {
	if m.y, err = m.scalar(); err != nil {
		return err
	}
	m.y = m.scale(m.y, m.Equation.E)
	m.bar = m.adjoints(m.y)
	m.w = m.slope(m.v)
	if m.Q, err = m.force(m.w); err != nil {
		return err
	}
	m.a = m.add(m.scale(m.slope(m.q), -1), m.Q)
	return nil
}

// energy is v·L_v − L, or H.
func (m *mechanics) energy() *node {
	if m.Equation.Kind == "hamilton" {
		return m.y
	}
	return m.sub(m.sum(m.mul(m.slope(m.v), m.v)), m.y)
}

// needed are the generalised forces that bring the accelerations a: the change of L_v along (v, a) less L_q and Q.
func (m *mechanics) needed(a *node) *node {
	s := m.along(map[*node]*node{m.q: m.v, m.v: a})
	Q := m.sub(m.scale(m.slope(m.q), -1), orZero(m.form, m.Q, m.d))
	return m.add(s.at(m.slope(m.v)), Q)
}

func orZero(f *form, x *node, n int) *node {
	if x == nil {
		return f.row(make([]float64, n)...)
	}
	return x
}

// jacobian are the rows ∂a/∂x_j of the acceleration, (n, d), for an input x of n numbers. Of a Lagrangian it follows
// from the forces R = needed(a), which stay 0: M ∂a/∂x = −∂R/∂x.
func (m *mechanics) jacobian(x *node) (J *node) {
	seeds := map[*node]*node{m.q: nil, m.v: nil}
	seeds[x] = m.unit(x.cols)
	y := m.a
	if m.Equation.Kind == "lagrange" {
		seeds[m.a], y = nil, m.scale(m.needed(m.a), -1)
	}
	J = m.along(seeds).at(y)
	switch {
	case J == nil:
		return m.matrix(x.cols, m.d, make([]float64, x.cols*m.d))
	case m.Equation.Kind == "lagrange":
		return m.put(node{op: solve, args: []*node{m.M, J}, rows: x.cols, cols: m.d})
	}
	return J
}

package graph

import (
	"lagrange/internal/par"
	"lagrange/internal/vec"
	"lagrange/model"
	"lagrange/nn"
)

// tape evaluates a model in three sweeps: each term finds its share of L, p, L_q − L_vq v and M; the shares are added
// up; M a = r is solved. The terms of all states of a batch are one long batch, evaluated in chunks, so the streams of
// the net take no more memory for a million nodes than for ten.
type tape[T nn.Float] struct {
	t        *Topology
	kinds    []*kind[T]
	team     *par.Team
	turn     func(w int) // worker w's share of what share was asked for last:
	kind     *kind[T]
	grad     []T
	theta    []T
	dtheta   [][]T // of the workers but the first
	x, u     []T   // (B, 2D) and (B, m) of the last Field; the system parameters are the last of u
	B, m     int
	L, p     []T       // (B), (B, D)
	r, a, mu []float64 // (B, D)
	aT, muT  []T       // the same, for the terms
	solver   *solver
	health   model.Health
	varied   *variation[T] // made when it is first asked for

	of           quantity // whose gradient is asked for
	local        int      // coordinate of each term that unit is of
	jacobi       *jacobian[T]
	w, z         []T // (B, D), directions of SlopesVJP
	unread       []T // (dim + each), what it does not ask for
	systemParams int
	forces       model.Forces[T] // of a node, for one after the other
	each         int             // known forces of each node
	node         []T             // what acts on one (dim)
	dx           []T             // (B, 2D), of inverse dynamics
}

// kind is the terms of one kind in a tape.
type kind[T nn.Float] struct {
	Terms
	density     model.Spec
	k, m, width int
	lo, hi      int     // its part of θ
	at          []int32 // where the elements of M of a term stand in the pattern, (terms, Size, Size); −1: nowhere
	found       []T     // what each term found, (B, terms, width)
	field, back []*pass[T]
}

// newTape binds a model to parameters.
func newTape[T nn.Float](m *Model[T], theta []T, batch, workers int) *tape[T] {
	t, D := m.Topology, m.Topology.D()
	e := &tape[T]{
		t: t, team: par.NewTeam(workers), theta: theta, systemParams: m.systemParams, each: m.forceSpec.M(),
		node: make([]T, t.Dim), dx: make([]T, batch*2*D),
		x: make([]T, batch*2*D), L: make([]T, batch), p: make([]T, batch*D),
		r: make([]float64, batch*D), a: make([]float64, batch*D), mu: make([]float64, batch*D),
		aT: make([]T, batch*D), muT: make([]T, batch*D), solver: newSolver(t, batch),
	}
	e.m = t.Nodes*e.each + e.systemParams
	e.u, e.unread = make([]T, batch*e.m), make([]T, t.Dim+e.each)
	if len(m.forceSpec.ForceTheta()) > 0 {
		e.forces = model.NewForces(m.forceSpec, theta, m.part[len(m.Densities)])
	}
	e.turn = func(w int) { e.run(e.kind, w, e.grad) }
	for range workers - 1 {
		e.dtheta = append(e.dtheta, make([]T, len(theta)))
	}
	for i, s := range m.Densities {
		n, k := t.Terms[i].Len(), s.D()
		c := &kind[T]{Terms: t.Terms[i], density: s, k: k, m: s.M() - e.systemParams,
			width: 2*k + max(1+k*(k+1)/2, e.systemParams), lo: m.part[i], hi: m.part[i+1], at: make([]int32, n*k*k)}
		c.found = make([]T, batch*n*c.width)
		for a := range n {
			c.locate(t, a)
		}
		most := min(model.Chunk, max(1, batch*n))
		for range workers {
			c.field = append(c.field, newPass[T](s, theta[c.lo:c.hi], most, k+1, 0))
			c.back = append(c.back, newPass[T](s, theta[c.lo:c.hi], most, 2, nn.HyperDual))
		}
		e.kinds = append(e.kinds, c)
	}
	return e
}

// locate finds the places of term a's elements of M.
func (c *kind[T]) locate(t *Topology, a int) {
	index := c.Index[a*c.k : (a+1)*c.k]
	for i, gi := range index {
		for j, gj := range index {
			at := int32(-1)
			if gi >= 0 && gj >= 0 {
				at = t.m.At(gi, gj)
			}
			c.at[(a*c.k+i)*c.k+j] = at
		}
	}
}

// share evaluates the terms of kind c on all cores: for the field, or with dθ for the gradient.
func (e *tape[T]) share(c *kind[T], dtheta []T) {
	e.kind, e.grad = c, dtheta
	e.team.Do(e.turn)
}

// Close ends the goroutines of a Wide tape.
func (e *tape[T]) Close() { e.team.Close() }

// run is worker w's share, chunk by chunk; of the rows of a Jacobian, state by state.
func (e *tape[T]) run(c *kind[T], w int, dtheta []T) {
	n := e.B * c.Len()
	if P := len(e.theta); len(dtheta) > P {
		first, last := par.Span(e.B, w, e.team.Workers())
		for b := first; b < last; b++ {
			for lo := b * c.Len(); lo < (b+1)*c.Len(); lo += model.Chunk {
				e.reverse(c, c.back[w], lo, min(lo+model.Chunk, (b+1)*c.Len()), nn.Summed(dtheta[b*P+c.lo:b*P+c.hi]))
			}
		}
		return
	}
	first, last := par.Span((n+model.Chunk-1)/model.Chunk, w, e.team.Workers())
	if dtheta != nil && w > 0 {
		dtheta = e.dtheta[w-1]
	}
	for i := first; i < last; i++ {
		lo, hi := i*model.Chunk, min((i+1)*model.Chunk, n)
		if dtheta == nil {
			e.sweep(c, c.field[w], lo, hi)
		} else {
			e.reverse(c, c.back[w], lo, hi, nn.Summed(dtheta[c.lo:c.hi]))
		}
	}
}

// Health implements model.Tape.
func (e *tape[T]) Health() *model.Health { return &e.health }

// Field implements model.Tape.
func (e *tape[T]) Field(x, u, xdot []T) {
	D := e.t.D()
	e.B = len(x) / (2 * D)
	copy(e.x, x)
	e.balance(u)
	for b := range e.B {
		r, a := e.r[b*D:(b+1)*D], e.a[b*D:(b+1)*D]
		e.health.Solves++
		if e.solver.factor(b, r, a) != positive {
			e.health.Fallbacks++
		}
		if !vec.Finite(a) {
			e.health.NonFinite++
		}
		y := xdot[2*b*D:]
		copy(y[:D], x[(2*b+1)*D:(2*b+2)*D])
		for i, s := range a {
			e.aT[b*D+i], y[D+i] = T(s), T(s)
		}
	}
}

// balance finds L, p, M and r = L_q − L_vq v + Q of all states.
func (e *tape[T]) balance(u []T) {
	copy(e.u, u)
	for _, c := range e.kinds {
		e.share(c, nil)
	}
	for b := range e.B {
		e.assemble(b)
		e.push(b)
	}
}

// assemble adds up what the terms found for state b.
func (e *tape[T]) assemble(b int) {
	D := e.t.D()
	r, p, M := e.r[b*D:(b+1)*D], e.p[b*D:(b+1)*D], e.solver.mass(b)
	clear(r)
	clear(p)
	clear(M)
	e.L[b] = 0
	for _, c := range e.kinds {
		k := c.k
		for a := range c.Len() {
			f := c.found[(b*c.Len()+a)*c.width:][:c.width]
			e.L[b] += f[0]
			for i, g := range c.Index[a*k : (a+1)*k] {
				if g >= 0 {
					p[g] += f[1+i]
					r[g] += float64(f[1+k+i])
				}
			}
			h, at := f[1+2*k:], c.at[a*k*k:(a+1)*k*k]
			for i := range k {
				for j := i; j < k; j++ {
					if g := at[i*k+j]; g >= 0 {
						M[g] += float64(h[0])
						if i != j {
							M[at[j*k+i]] += float64(h[0])
						}
					}
					h = h[1:]
				}
			}
		}
	}
}

// VJP implements model.Tape: with μ = M⁻¹λ every term and every node sees its own rows of v, a and μ, and the gradient
// is the sum of theirs.
func (e *tape[T]) VJP(lambda, dtheta, dx, du []T) {
	D := e.t.D()
	clear(du)
	for b := range e.B {
		mu := e.mu[b*D : (b+1)*D]
		for i, l := range lambda[(2*b+1)*D : (2*b+2)*D] {
			e.r[b*D+i] = float64(l)
		}
		if e.solver.solve(b, e.r[b*D:(b+1)*D], mu); e.solver.how[b] == lost {
			e.health.NonFinite++
		}
		for i, s := range mu {
			e.muT[b*D+i] = T(s)
		}
		clear(dx[2*b*D : (2*b+1)*D])
		copy(dx[(2*b+1)*D:(2*b+2)*D], lambda[2*b*D:]) // q̇ = v
	}
	e.pull(dtheta, dx, du)
}

// pull adds the gradient of μᵀ(r − M a), with μ and a held, to dθ, dx and du.
func (e *tape[T]) pull(dtheta, dx, du []T) {
	e.reverseAll(dtheta)
	D := e.t.D()
	for _, c := range e.kinds {
		k := c.k
		for s := range e.B * c.Len() {
			b, a := s/c.Len(), s%c.Len()
			f, g := c.found[s*c.width:], dx[2*b*D:(2*b+2)*D]
			for i, at := range c.Index[a*k : (a+1)*k] {
				if at >= 0 {
					g[at] += f[i]
					g[D+int(at)] += f[k+i]
				}
			}
			vec.Add(f[2*k:2*k+e.systemParams], du[(b+1)*e.m-e.systemParams:(b+1)*e.m])
		}
	}
	for b := range e.B {
		e.pullForces(b, e.rows(dtheta, b), dx[(2*b+1)*D:(2*b+2)*D], du[b*e.m:(b+1)*e.m])
	}
}

// rows is the gradient of state b: a row of its own, or that of all.
func (e *tape[T]) rows(dtheta []T, b int) []T {
	if P := len(e.theta); len(dtheta) > P {
		return dtheta[b*P : (b+1)*P]
	}
	return dtheta
}

// reverseAll lets all terms find their gradients, and adds that of their parameters to dθ.
func (e *tape[T]) reverseAll(dtheta []T) {
	for _, g := range e.dtheta {
		clear(g)
	}
	for _, c := range e.kinds {
		e.share(c, dtheta)
	}
	if len(dtheta) == len(e.theta) {
		for _, g := range e.dtheta {
			vec.Add(g, dtheta)
		}
	}
}

// Lagrangian implements model.Mechanics.
func (e *tape[T]) Lagrangian(b int) T { return e.L[b] }

// Momentum implements model.Mechanics.
func (e *tape[T]) Momentum(b int) []T { return e.p[b*e.t.D() : (b+1)*e.t.D()] }

// Energy implements model.Mechanics.
func (e *tape[T]) Energy(b int) T {
	D := e.t.D()
	E := -float64(e.L[b])
	for i, p := range e.Momentum(b) {
		E += float64(p) * float64(e.x[(2*b+1)*D+i])
	}
	return T(E)
}

// Mass implements model.Mechanics: the full matrix, of few nodes.
func (e *tape[T]) Mass(b int) []T {
	D, m := e.t.D(), e.solver.mass(b)
	M := make([]T, D*D)
	for i := range int32(D) {
		for _, j := range e.t.m.Of(i) {
			M[int(i)*D+int(j)] = T(m[e.t.m.At(i, j)])
		}
	}
	return M
}

package graph

// force returns the velocities and the known forces of node i in state b.
func (e *tape[T]) force(b, i int) (v, u []T) {
	dim := e.t.Dim
	return e.x[(2*b+1)*e.t.D()+i*dim:][:dim], e.u[b*e.m+i*e.each:][:e.each]
}

// push adds the forces that act at every node of state b to r.
func (e *tape[T]) push(b int) {
	if e.forces == nil {
		return
	}
	D, dim := e.t.D(), e.t.Dim
	for i := range e.t.Nodes {
		v, u := e.force(b, i)
		clear(e.node)
		e.forces.Add(v, u, e.node)
		for j, Q := range e.node {
			e.r[b*D+i*dim+j] += float64(Q)
		}
	}
}

// pullForces adds the gradient of μᵀQ of state b to dθ, dv (D) and du (m).
func (e *tape[T]) pullForces(b int, dtheta, dv, du []T) {
	if e.forces == nil {
		return
	}
	D, dim := e.t.D(), e.t.Dim
	for i := range e.t.Nodes {
		v, u := e.force(b, i)
		e.forces.VJP(v, u, e.muT[b*D+i*dim:][:dim], dtheta, dv[i*dim:(i+1)*dim], du[i*e.each:(i+1)*e.each])
	}
}

package model

import "lagrange/nn"

// Inertia is what a model with a Lagrangian knows of how its mass matrices M (d, d) hang on its parameters.
type Inertia[T nn.Float] interface {
	// MassVJP follows Field or Force, for the same batch: it adds ∂(wᵀ M w)/∂θ to dθ, as Tape.VJP does, for directions
	// w (B, d).
	MassVJP(w, dtheta []T)
}

// MassVJP implements Inertia: wᵀ M w is the mixed part of L(x + s(0, w) + t(0, w)).
func (e *eulerLagrange[T]) MassVJP(w, dtheta []T) {
	d := e.d
	for b := range e.x.Batch {
		cs, ct := e.dir.S[b*(d+1):(b+1)*(d+1)], e.dir.T[b*(d+1):(b+1)*(d+1)]
		copy(cs, w[b*d:(b+1)*d])
		copy(ct, w[b*d:(b+1)*d])
		cs[d], ct[d] = 0, 0
		clear(e.x.Row(nn.ST, b))
		e.ybar.Row(nn.S, b)[0], e.ybar.Row(nn.T, b)[0], e.ybar.Row(nn.ST, b)[0] = 0, 0, 0
	}
	e.x.Combine(e.dir)
	e.L.Mixed(e.dir, e.x, e.y)
	e.L.MixedReverse(e.ybar, e.xbar, nn.GradientOf(dtheta, e.params, e.x.Batch))
}

// Linear returns the places in θ of those parameters in which the Lagrangian and the known forces of a model are linear
// while the others are held: the output layer of a Lagrangian network, that of V of a structured one, and the gains of
// the forces with their offsets. The bias of L or V itself is not among them, since nothing that moves depends on it.
// There are none for other models.
func (m *Model[T]) Linear() []int {
	f, err := lookup(m.Spec.Family)
	if err != nil || f.Linear == nil || m.tape != nil {
		return nil
	}
	return f.Linear(m.Spec)
}

// linear returns the weights of those outputs of a net of which weights says so, the biases of those of which bias says
// so, and the gains of the forces behind the net.
func (s Spec) linear(net nn.Shape, weights, bias func(output int) bool) (at []int) {
	in, out, end := net.Sizes[net.Layers()-1], net.Sizes[net.Layers()], net.Params()
	for o := range out {
		for i := 0; weights(o) && i < in; i++ {
			at = append(at, end-(in+1)*out+i*out+o)
		}
		if bias(o) {
			at = append(at, end-out+o)
		}
	}
	for _, i := range s.Gains() {
		at = append(at, end+i)
	}
	return at
}

// Unpenalised returns which of Linear a ridge on the coefficients of L spares, by their place there: gains and offsets,
// and constant masses, which no data of any motion speaks against.
func (m *Model[T]) Unpenalised() (places []int) {
	f, err := lookup(m.Spec.Family)
	if err != nil || f.Linear == nil {
		return nil
	}
	at, forces := m.Linear(), len(m.Theta)-forceParams(m.Spec.forceSpec())
	for i, k := range at {
		if k >= forces || f.Constant != nil && f.Constant(m.Spec, k) {
			places = append(places, i)
		}
	}
	return places
}

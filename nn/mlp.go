package nn

import (
	"fmt"

	"lagrange/internal/gemm"
	"lagrange/internal/vec"
)

// Shape is a multilayer perceptron: the number of inputs, of units of each hidden layer, and of outputs; hidden layers
// apply the activation, the last one is linear. θ holds for each layer W (in, out) and then b (out).
type Shape struct {
	Sizes      []int
	Activation Activation
}

// Params is the length of θ.
func (s Shape) Params() int {
	p := 0
	for l := range s.Layers() {
		p += (s.Sizes[l] + 1) * s.Sizes[l+1]
	}
	return p
}

// Layers is the number of weight matrices.
func (s Shape) Layers() int { return len(s.Sizes) - 1 }

// MLP is a Shape with parameters and the memory of one batch; it implements Part.
type MLP[F Float] struct {
	shape  Shape
	layers []layer[F]
}

// layer keeps the streams of one weight matrix: its input h and that input's adjoint ā, its output z before the
// activation and that output's adjoint δ.
type layer[F Float] struct {
	in, out, at int // θ[at:] holds W, then b
	w, b        []F
	h, z, a, d  *Streams[F]
	jet         []F // f′, f″, f‴ at z, for the layers that have an activation
}

// New binds a shape to parameters θ, with memory for up to batch rows, k tangents and so many components.
func New[F Float](s Shape, theta []F, batch, k, components int) *MLP[F] {
	if len(s.Sizes) < 2 || len(theta) != s.Params() {
		panic(fmt.Sprintf("nn: %d parameters do not fit sizes %v", len(theta), s.Sizes))
	}
	m := &MLP[F]{shape: s, layers: make([]layer[F], s.Layers())}
	at := 0
	for l := range m.layers {
		in, out := s.Sizes[l], s.Sizes[l+1]
		y := &m.layers[l]
		y.in, y.out, y.at = in, out, at
		y.w, y.b = theta[at:at+in*out], theta[at+in*out:at+(in+1)*out]
		at += (in + 1) * out
		if l > 0 {
			y.h = NewStreams[F](batch, k, in, components)
			y.a = NewAdjoint[F](batch, in, components)
		}
		if l < s.Layers()-1 {
			y.z = NewStreams[F](batch, k, out, components)
			y.d = NewAdjoint[F](batch, out, components)
			y.jet = make([]F, 3*batch*y.z.Stride)
		}
	}
	return m
}

// In is the number of inputs.
func (m *MLP[F]) In() int { return m.shape.Sizes[0] }

// Out is the number of outputs.
func (m *MLP[F]) Out() int { return m.shape.Sizes[m.shape.Layers()] }

// derivatives returns f′, f″, f‴ at the layer's pre-activations, each laid out like a block of z.
func (l *layer[F]) derivatives() vec.Jet[F] {
	n := len(l.z.Block(0))
	return vec.Jet[F]{F1: l.jet[:n], F2: l.jet[n : 2*n], F3: l.jet[2*n : 3*n]}
}

// Forward implements Part: one product of (1+K)·B rows for each layer.
func (m *MLP[F]) Forward(x, y *Streams[F]) {
	B, last := x.Batch, len(m.layers)-1
	m.layers[0].h, m.layers[last].z = x, y
	for i := range m.layers {
		l := &m.layers[i]
		l.z.Resize(B)
		gemm.Mul((1+x.K)*B, l.out, l.in, l.h.from(0), l.h.Stride, l.w, l.out, l.z.from(0), l.z.Stride)
		vec.AddRows(B, l.out, l.z.Stride, l.b, l.z.Block(0))
		if i == last {
			break
		}
		h := m.layers[i+1].h
		h.Resize(B)
		f := l.derivatives()
		vec.Sweep(m.shape.Activation.Kernel, m.shape.Activation.Jet, l.z.Block(0), h.Block(0), f)
		if x.K > 0 {
			vec.Scale(f.F1, x.K, l.z.step(), l.z.from(1), h.from(1)) // h_k = f′ z_k
		}
	}
}

// Reverse implements Part: one product of B rows for each layer. The curvature of a layer is Σ f″ ā z_i z_j.
func (m *MLP[F]) Reverse(ybar, xbar *Streams[F], H []F, g Gradient[F]) {
	B, last := ybar.Batch, len(m.layers)-1
	m.layers[0].a, m.layers[last].d = xbar, ybar
	for i := last; i >= 0; i-- {
		l := &m.layers[i]
		if i < last {
			a := m.layers[i+1].a
			l.d.Resize(B)
			f := l.derivatives()
			vec.Scale(f.F1, 1, 0, a.Block(0), l.d.Block(0)) // δ = f′ ā
			if l.z.K > 0 {
				l.z.Curvature(f.F2, a.Block(0), H)
			}
		}
		l.gradient(1, g)
		l.a.Resize(B)
		gemm.MulT(B, l.in, l.out, l.d.Block(0), l.d.Stride, l.w, l.out, l.a.Block(0), l.a.Stride)
	}
}

// gradient adds dW = Σ h_kᵀδ_k over so many pairs of streams, which face one another, and db: of all samples, or of
// each, whose rows are a block apart, to its row of a Jacobian.
func (l *layer[F]) gradient(pairs int, g Gradient[F]) {
	if g.None() {
		return
	}
	g = g.From(l.at)
	if g.Stride == 0 {
		Product[F]{In: l.in, Out: l.out, Pairs: pairs, h: l.h, d: l.d}.AddRows(0, l.in+1, g.Data)
		return
	}
	h, d, bias := l.h.from(1-pairs), l.d.from(0), l.d.Block(1-pairs)
	for b := range l.h.Batch {
		row, y := g.Of(b), b*l.d.Stride
		gemm.MulAdd(l.in, l.out, pairs, h[b*l.h.Stride:], l.h.step(), d[y:], l.d.step(), row, l.out)
		vec.Add(bias[y:y+l.out], row[l.in*l.out:(l.in+1)*l.out])
	}
}

// Mixed implements Part: one product of B rows for each layer, of the one part that is no combination of tangents.
func (m *MLP[F]) Mixed(d Directions[F], x, y *Streams[F]) {
	B, p, last := x.Batch, -x.Components, len(m.layers)-1
	for i := range m.layers {
		l := &m.layers[i]
		if p == ST {
			l.z.Combine(d)
		}
		gemm.Mul(B, l.out, l.in, l.h.Block(p), l.h.Stride, l.w, l.out, l.z.Block(p), l.z.Stride)
		if i == last {
			break
		}
		h, f := m.layers[i+1].h, l.derivatives()
		if p == ST {
			vec.Mixed(f.F1, f.F2, l.z.Block(S), l.z.Block(T), l.z.Block(ST), h.Block(S), h.Block(T), h.Block(ST))
		} else {
			vec.Scale(f.F1, 1, 0, l.z.Block(S), h.Block(S)) // h_s = f′ z_s
		}
	}
}

// MixedReverse implements Part: for each layer one product of B rows for each part, and for its weights
//
//	dW = h_st ⊗ δ + h_t ⊗ δ_s + h_s ⊗ δ_t + h ⊗ δ_st,  or of dual numbers  dW = h_s ⊗ δ + h ⊗ δ_s,
//
// one product of inner size 4B or 2B.
func (m *MLP[F]) MixedReverse(ybar, xbar *Streams[F], g Gradient[F]) {
	B, components, last := ybar.Batch, ybar.Components, len(m.layers)-1
	for i := last; i >= 0; i-- {
		l := &m.layers[i]
		if i < last {
			a := m.layers[i+1].a
			if components == HyperDual {
				vec.MixedReverse(l.derivatives(), duals(l.z), duals(a), duals(l.d))
			} else {
				f := l.derivatives()
				vec.DualReverse(f.F1, f.F2, l.z.Block(S), a.Block(0), a.Block(S), l.d.Block(S))
			}
		}
		l.gradient(1+components, g)
		gemm.MulT(components*B, l.in, l.out, l.d.from(S), l.d.Stride, l.w, l.out, l.a.from(S), l.a.Stride)
	}
}

func duals[F Float](x *Streams[F]) vec.Duals[F] {
	return vec.Duals[F]{Value: x.Block(0), S: x.Block(S), T: x.Block(T), ST: x.Block(ST)}
}

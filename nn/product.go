package nn

import (
	"lagrange/internal/gemm"
	"lagrange/internal/vec"
)

// Product is the gradient of a layer, whose weights W (In, Out) and biases b are θ[At:], as the last sweep has left
// it: of a sample a sum over pairs of streams,
//
//	dW = Σ_k h_k ⊗ δ_k,   db = δ_k of the last pair.
type Product[F Float] struct {
	At, In, Out, Pairs int
	h, d               *Streams[F]
}

// H is h_k of sample b (In).
func (p Product[F]) H(k, b int) []F { return p.h.Row(k+1-p.Pairs, b) }

// Delta is δ_k of sample b (Out).
func (p Product[F]) Delta(k, b int) []F { return p.d.Row(-k, b) }

// AddRows adds rows lo … hi of Σ dW over the samples, the row In that of the biases, to g ((hi − lo)·Out). The pairs of
// all samples make one product.
func (p Product[F]) AddRows(lo, hi int, g []F) {
	B, first, rows := p.h.Batch, 1-p.Pairs, min(hi, p.In)-lo
	if rows > 0 {
		gemm.MulAdd(rows, p.Out, p.Pairs*B, p.h.from(first)[lo:], p.h.Stride, p.d.from(0), p.d.Stride, g, p.Out)
	}
	if hi > p.In {
		vec.SumRows(B, p.Out, p.d.Stride, p.d.Block(first), g[rows*p.Out:])
	}
}

// Layered is a part whose parameters, or some of them, are those of layers. It follows MixedReverse, or Reverse where
// there are no components, for the same batch: it visits the layers, the first one first. Before a sweep it visits
// them, too, with no pairs.
type Layered[F Float] interface {
	Products(visit func(Product[F]))
}

// Products implements Layered.
func (m *MLP[F]) Products(visit func(Product[F])) {
	for i := range m.layers {
		l := &m.layers[i]
		p := Product[F]{At: l.at, In: l.in, Out: l.out, h: l.h, d: l.d}
		if p.d != nil {
			p.Pairs = 1 + p.d.Components
		}
		visit(p)
	}
}

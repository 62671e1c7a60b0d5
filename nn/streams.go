// Package nn has the multilayer perceptron and the streams that are pushed through it: the value of a batch, its
// tangents, the adjoints of all of them, and the mixed second-order stream from which the exact parameter gradient of
// a learned Lagrangian follows (doc/theory.md; Cranmer et al. 2020 for the model, whose gradient is here one
// hyper-dual pass).
package nn

import (
	"unsafe"

	"lagrange/internal/vec"
)

// Float is the number type of a network: F in this package, where T is a component, T elsewhere.
type Float interface{ ~float32 | ~float64 }

// Streams holds what is known of one quantity of n = Cols numbers for a batch: its value, K tangents and, as there are
// Components, the component s of a dual number or the components s, t, st of a hyper-dual one, each a block of (Batch,
// Cols) numbers. Blocks are named by k: 0 the value, 1…K the tangents, S, T, ST the components.
//
// In memory the blocks of a quantity that is pushed forward run
//
//	st, t, s, value, tangent 1, … tangent K
//
// and those of an adjoint, which has no tangents, run the other way. So value and tangents are adjacent and go through
// a weight matrix as one product, as do the adjoints s, t, st; and the four pairs of the weight gradient, h_st↔δ,
// h_t↔δ_s, h_s↔δ_t, h↔δ_st, face each other and make one product of inner size 4B. Of a dual number they are two,
// h_s↔δ, h↔δ_s.
type Streams[F Float] struct {
	Batch, K, Cols int
	Components     int // none (0), Dual or HyperDual
	Stride         int // distance of rows, see stride
	Data           []F
	zero, way      int // block k is the (zero + way·k)-th in memory
	most           int // rows there is room for
}

// The blocks of the components beside the value; −Components is the lowest.
const (
	S  = -1
	T  = -2
	ST = -3
)

// How many components a number has beside its value: a first derivative along s, or a mixed second derivative along s
// and t.
const (
	Dual      = 1
	HyperDual = 3
)

// NewStreams returns streams of a quantity that is pushed forward, for up to batch rows of cols numbers with k tangents
// and so many components.
func NewStreams[F Float](batch, k, cols, components int) *Streams[F] {
	x := newStreams[F](batch, k, cols, components, 1)
	x.zero = components
	return x
}

// NewAdjoint returns streams of an adjoint, for up to batch rows of cols numbers and so many components.
func NewAdjoint[F Float](batch, cols, components int) *Streams[F] {
	return newStreams[F](batch, 0, cols, components, -1)
}

func newStreams[F Float](batch, k, cols, components, way int) *Streams[F] {
	if components != 0 && components != Dual && components != HyperDual {
		panic("nn: a number has no components, that of a dual or those of a hyper-dual number")
	}
	x := &Streams[F]{Batch: batch, K: k, Cols: cols, Components: components, Stride: stride[F](cols), way: way,
		most: batch}
	x.Data = make([]F, (1+k+components)*batch*x.Stride)
	return x
}

// stride is the distance of rows of cols numbers. Rows a multiple of 256 bytes apart would share a few sets of the
// first-level cache and push one another out of it, so such rows get a cache line more.
func stride[F Float](cols int) int {
	var x F
	size := int(unsafe.Sizeof(x))
	if cols > 0 && cols*size%256 == 0 {
		return cols + 64/size
	}
	return cols
}

// Resize sets the number of rows in use, which is at most that of NewStreams.
func (x *Streams[F]) Resize(batch int) {
	if batch > x.most {
		panic("nn: a batch larger than the tape was made for")
	}
	x.Batch = batch
}

// View makes x the columns lo…hi of y, sharing memory, with the rows in use of y.
func (x *Streams[F]) View(y *Streams[F], lo, hi int) {
	*x = *y
	x.Cols = hi - lo
	x.Data = y.Data[lo:]
}

// offset returns where block k starts.
func (x *Streams[F]) offset(k int) int { return (x.zero + x.way*k) * x.Batch * x.Stride }

// step is the distance from one block to the next.
func (x *Streams[F]) step() int { return x.Batch * x.Stride }

// Block returns block k from its first row on.
func (x *Streams[F]) Block(k int) []F {
	o := x.offset(k)
	return x.Data[o : o+(x.Batch-1)*x.Stride+x.Cols]
}

// Row returns row b of block k.
func (x *Streams[F]) Row(k, b int) []F {
	o := x.offset(k) + b*x.Stride
	return x.Data[o : o+x.Cols]
}

// from returns the memory from the block on that comes first of those that go through one product: the value before its
// tangents, s before the other mixed components of an adjoint, or, for the four components that face one another, st or
// the value.
func (x *Streams[F]) from(k int) []F { return x.Data[x.offset(k):] }

// Curvature adds Σ w a x_i x_j over the columns of each sample to the upper triangle of H (B, K, K), for tangents i and
// j; w and a are laid out like a block of x.
func (x *Streams[F]) Curvature(w, a, H []F) {
	vec.Curvature(x.Batch, x.K, x.Cols, x.Stride, w, a, x.from(1), x.step(), H)
}

// Directions says how the directions s and t of a mixed derivative are combined from the tangents: x_s = Σ_k S[b,k]
// x_k, and likewise for T; both are (Batch, K).
type Directions[F Float] struct{ S, T []F }

// Combine fills the components s and t of x from its tangents.
func (x *Streams[F]) Combine(d Directions[F]) {
	vec.Directions(x.Batch, x.K, x.Cols, x.Stride, d.S, d.T, x.from(1), x.step(), x.Block(S), x.Block(T))
}

// Part is a differentiable map y = f(x; θ) through which streams are pushed. A part remembers the streams of its last
// Forward and Reverse, so it serves one goroutine at a time; several parts may share θ.
//
// The four rules, for tangents k, i, j, directions s and t, and adjoints written with a bar:
//
//	Forward       y = f(x)                  y_k  = f′ x_k
//	Reverse       x̄ = f′ᵀ ȳ                 H_ij = ȳᵀ f″[x_i, x_j]
//	Mixed         y_st = f′ x_st + f″[x_s, x_t]
//	MixedReverse  x̄_s  = f′ᵀ ȳ_s + (f″ x_s)ᵀ ȳ, and likewise t
//	              x̄_st = f′ᵀ ȳ_st + (f″ x_s)ᵀ ȳ_t + (f″ x_t)ᵀ ȳ_s + (f″ x_st + f‴[x_s, x_t])ᵀ ȳ
//
// Summed over the parts of a composition, H is the matrix of second derivatives of Σ ȳ·y along the tangents.
//
// Of hyper-dual numbers s and t are combinations of the tangents. A dual number has s alone, along any direction, with
// y_s = f′ x_s: its st is absent, and what is said of st below is meant of s.
type Part[F Float] interface {
	In() int
	Out() int
	// Forward reads value and tangents of x and writes those of y.
	Forward(x, y *Streams[F])
	// Reverse reads the value of ȳ and writes that of x̄. It adds the curvature of each sample to the upper triangle of
	// H (B, K, K), and adds ∂(Σ ȳ·y)/∂θ to g, if that is anywhere.
	Reverse(ybar, xbar *Streams[F], H []F, g Gradient[F])
	// Mixed follows Forward: it reads s, t and st of x and writes those of y.
	Mixed(d Directions[F], x, y *Streams[F])
	// MixedReverse follows Reverse and Mixed: it reads s, t, st of ȳ, writes those of x̄, and adds the parameter
	// gradient of the st part of Σ ȳ·y to g.
	MixedReverse(ybar, xbar *Streams[F], g Gradient[F])
}

package nn

// Gradient is where a sweep adds derivatives with respect to θ: those of all samples to one row, or those of each sample to a
// row of its own, which makes it a Jacobian.
type Gradient[T Float] struct {
	Data   []T
	Stride int // from the row of one sample to the next; 0: one row for all
}

// Summed is the gradient of a sum over the batch.
func Summed[T Float](dtheta []T) Gradient[T] { return Gradient[T]{Data: dtheta} }

// GradientOf is what dθ has room for, with P parameters and B samples: P numbers for the sum, B·P for a row of each sample.
func GradientOf[T Float](dtheta []T, P, B int) Gradient[T] {
	switch len(dtheta) {
	case P:
		return Summed(dtheta)
	case B * P:
		return Gradient[T]{Data: dtheta, Stride: P}
	}
	panic("nn: a gradient is as long as θ, or as θ times the batch")
}

// None says that no gradient is wanted.
func (g Gradient[T]) None() bool { return g.Data == nil }

// From is the part of every row from parameter at on.
func (g Gradient[T]) From(at int) Gradient[T] { return Gradient[T]{g.Data[at:], g.Stride} }

// Of is the row of sample b, and whatever follows it.
func (g Gradient[T]) Of(b int) []T { return g.Data[b*g.Stride:] }

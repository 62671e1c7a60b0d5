package nn

// Gradient is where a sweep adds derivatives with respect to θ: those of all samples to one row, or those of each
// sample to a row of its own, which makes it a Jacobian.
type Gradient[F Float] struct {
	Data   []F
	Stride int // from the row of one sample to the next; 0: one row for all
}

// Summed is the gradient of a sum over the batch.
func Summed[F Float](dtheta []F) Gradient[F] { return Gradient[F]{Data: dtheta} }

// GradientOf is what dθ has room for, with P parameters and B samples: P numbers for the sum, B·P for a row of each
// sample. Of nil no gradient is wanted.
func GradientOf[F Float](dtheta []F, P, B int) Gradient[F] {
	switch len(dtheta) {
	case 0:
		return Gradient[F]{}
	case P:
		return Summed(dtheta)
	case B * P:
		return Gradient[F]{Data: dtheta, Stride: P}
	}
	panic("nn: a gradient is as long as θ, or as θ times the batch")
}

// None says that no gradient is wanted.
func (g Gradient[F]) None() bool { return g.Data == nil }

// From is the part of every row from parameter at on.
func (g Gradient[F]) From(at int) Gradient[F] { return Gradient[F]{g.Data[at:], g.Stride} }

// Of is the row of sample b, and whatever follows it.
func (g Gradient[F]) Of(b int) []F { return g.Data[b*g.Stride:] }

package model

import "lagrange/nn"

// bend is the curvature of a part whose f″ couples no two numbers of its input, Σ c x_i x_j over those that have
// one. The weights c are those of each sample.
type bend[T nn.Float] struct {
	at []int // the places of these numbers in the input
	c  []T   // (batch, len(at))
}

// newBend returns weights of zero for the numbers at these places.
func newBend[T nn.Float](batch int, at []int) *bend[T] { return &bend[T]{at, make([]T, batch*len(at))} }

// of are the weights of sample b.
func (e *bend[T]) of(b int) []T { return e.c[b*len(e.at):][:len(e.at)] }

// add adds the curvature along the tangents of x to the upper triangles of H (B, K, K). Most tangents of a mass matrix
// have none of these numbers, or one.
func (e *bend[T]) add(x *nn.Streams[T], H []T) {
	K := x.K
	for i := range K {
		for b := range x.Batch {
			xi, row := x.Row(i+1, b), H[(b*K+i)*K:][:K]
			for m, c := range e.of(b) {
				at := e.at[m]
				if c *= xi[at]; c == 0 {
					continue
				}
				for j := i; j < K; j++ {
					row[j] += c * x.Row(j+1, b)[at]
				}
			}
		}
	}
}

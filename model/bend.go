package model

import "lagrange/nn"

// bend is the curvature of a part whose f″ couples no two numbers of its input: Σ c x_i x_j over those numbers, with
// weights c for each sample.
type bend[T nn.Float] struct{ c, ones *nn.Streams[T] }

// newBend returns weights of zero for inputs of cols numbers.
func newBend[T nn.Float](batch, cols int) *bend[T] {
	e := &bend[T]{nn.NewStreams[T](batch, 0, cols, 0), nn.NewStreams[T](batch, 0, cols, 0)}
	for i := range e.ones.Data {
		e.ones.Data[i] = 1
	}
	return e
}

// add adds the curvature along the tangents of x to the upper triangles of H (B, K, K).
func (e *bend[T]) add(x *nn.Streams[T], H []T) {
	if e.c.Stride != x.Stride {
		panic("model: a part was made for inputs of another width")
	}
	e.c.Resize(x.Batch)
	e.ones.Resize(x.Batch)
	x.Curvature(e.c.Block(0), e.ones.Block(0), H)
}

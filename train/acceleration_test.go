package train

import (
	"math"
	"math/rand/v2"
	"testing"
)

// Weights by component and scales of one's own: the loss is the sum that the formula says, of the derivatives that the
// model gives. Of one that knows q̇ = v only the second half of either counts.
func TestWeightsByComponent(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 1))
	const N, d = 5, 2
	for family, first := range map[string]int{"hnn": 0, "lnn": d} {
		m := drivenModel(t, family)
		o := &Accelerations[float64]{
			X: normal(r, 2*N*d), U: normal(r, N), Qdot: normal(r, N*d), A: normal(r, N*d), N: N, Penalty: L1,
			Weight: normal(r, 2*N*d), Scale: []float64{0.5, 2, 3, 0.25},
		}
		tape, xdot, want := m.Tape(N), make([]float64, 2*N*d), 0.0
		tape.Field(o.X, o.U, xdot)
		for i := range N {
			given := append(append([]float64(nil), o.Qdot[i*d:(i+1)*d]...), o.A[i*d:(i+1)*d]...)
			for k := first; k < 2*d; k++ {
				want += o.Weight[2*i*d+k] * math.Abs(xdot[2*i*d+k]-given[k]) / o.Scale[k]
			}
		}
		if got := NewLoss(o, m, N).Of(upTo(N), nil); !(math.Abs(got-want) < 1e-12*math.Abs(want)) {
			t.Errorf("%s: %v, want %v", family, got, want)
		}
		checkRows(t, m, o, []int{3, 0, 4})
	}
}

// A convex initialisation solves for what counts alike in all components, in the scales of the model.
func TestConvexInitialisationOfComponents(t *testing.T) {
	r, m := rand.New(rand.NewPCG(6, 2)), drivenModel(t, "lnn")
	for _, change := range []func(*Accelerations[float64]){
		func(o *Accelerations[float64]) { o.Weight = normal(r, 4*o.N) },
		func(o *Accelerations[float64]) { o.Scale = []float64{1, 1, 1, 1} },
	} {
		o := &Accelerations[float64]{X: normal(r, 400), U: normal(r, 100), A: normal(r, 200), N: 100, Penalty: L2}
		change(o)
		if g, err := ConvexInitialisation(t.Context(), m, o, ConvexOptions{}); err != nil || g.Done || g.Columns != 0 ||
			g.Why == "" {
			t.Errorf("%+v, %v", g, err)
		}
	}
}

package train

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"lagrange/internal/vec"
	"lagrange/mech"
	"lagrange/model"
	"lagrange/ode"
)

// segments draws N segments of seven steps, observed after three and six, without one of the numbers.
func segments(r *rand.Rand, N int) *Segments[float64] {
	w := windows(r, N, 7, L2)
	o := &Segments[float64]{Steps: 7, Every: 3, Method: ode.Dop853.Tableau, X: w.X, U: w.U, H: w.H, First: w.First,
		Penalty: L2}
	for range len(w.X) / 4 {
		o.Scale = append(o.Scale, 0.5+r.Float64(), 0, 1, 2+r.Float64())
	}
	return o
}

// positiveDefinite asks so much of the mass matrices that most of them fall short.
func positiveDefinite(r *rand.Rand, N int) *PositiveDefinite[float64] {
	return &PositiveDefinite[float64]{X: normal(r, 4*N), U: normal(r, N), Unit: []float64{1.5, 0.7}, Floor: 3, N: N}
}

// The rows of segments, of least eigenvalues, and of two objectives in a weighted sum are the derivatives of their
// residuals.
func TestRowsOfMore(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 2))
	accelerations := &Accelerations[float64]{X: normal(r, 20), U: normal(r, 5), A: normal(r, 10), N: 5, Penalty: L2}
	of := [][]int{{0, 4}, {1, 2}, {3, 3}, {2, 0}, {4, 1}}
	for name, o := range map[string]Objective[float64]{
		"segments": segments(r, 5), "positive-definiteness": positiveDefinite(r, 5),
		"segments and accelerations":              &WeightedSum[float64]{segments(r, 5), accelerations, of, 0.3},
		"accelerations and positive-definiteness": &WeightedSum[float64]{accelerations, positiveDefinite(r, 5), of, 2},
	} {
		t.Run(name, func(t *testing.T) { checkRows(t, drivenModel(t, "lnn"), o, []int{3, 0, 4}) })
	}
	t.Run("segments of a Hamiltonian", func(t *testing.T) {
		checkRows(t, drivenModel(t, "hnn"), segments(r, 5), []int{3, 0, 4})
	})
}

// Segments are by default observed at every step, in the scales of the model, by the steps of RK4.
func TestSegmentDefaults(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 3))
	m, w := drivenModel(t, "lnn"), windows(r, 3, 4, L1)
	o := &Segments[float64]{Steps: 4, Every: 1, Method: ode.RK4.Tableau, X: w.X, U: w.U, H: w.H, First: w.First,
		Penalty: L1}
	for range len(w.X) / 4 {
		for _, c := range m.Spec.Coordinates {
			o.Scale = append(o.Scale, c.Scale)
		}
		for _, c := range m.Spec.Coordinates {
			o.Scale = append(o.Scale, c.Speed)
		}
	}
	batch := []int{2, 0, 1}
	for _, method := range []ode.Tableau{{}, ode.Dop853.Tableau} {
		if w.Method = method; method.B != nil {
			o.Method = method
		}
		if a, b := NewLoss(o, m, 3).Of(batch, nil), NewLoss(w, m, 3).Of(batch, nil); math.Abs(a-b) > 1e-12*b {
			t.Errorf("the loss of segments is %v, by default %v", a, b)
		}
	}
}

// The loss of two side by side is the sum of theirs, weighted.
func TestWeightedSumAdds(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 4))
	m, a, d := drivenModel(t, "lnn"), segments(r, 2), positiveDefinite(r, 4)
	o := &WeightedSum[float64]{a, d, [][]int{{0, 1, 3}, {2, 2, 1}}, 0.25}
	got, want := NewLoss(o, m, 2).Of([]int{1, 0}, nil),
		NewLoss(a, m, 2).Of([]int{1, 0}, nil)+NewLoss(d, m, 6).Of([]int{2, 2, 1, 0, 1, 3}, nil)/4
	if math.Abs(got-want) > 1e-12*want {
		t.Errorf("the loss is %v, the sum %v", got, want)
	}
}

// Gauss and Newton bring a mass matrix of the wrong signature back where definiteness is asked for.
func TestPositiveDefiniteKeeps(t *testing.T) {
	accelerations, spec := states(t, mech.Chain(2), 400, 1)
	spec.Hidden = []int{20}
	m, err := model.New[float64](spec, 1)
	if err != nil {
		t.Fatal(err)
	}
	for i, at := range m.Linear() { // far from definite
		m.Theta[at] = 3 * math.Sin(float64(5*i))
	}
	_, before := witness(m, accelerations)
	unit := make([]float64, 2)
	for i, c := range spec.Coordinates {
		unit[i] = c.Speed
	}
	o := &PositiveDefinite[float64]{X: accelerations.X, Unit: unit, Floor: 0.1, N: 400}
	l := &Loop[float64]{Model: m, Train: o, Valid: o, State: NewState(m),
		Settings: Settings{Method: GaussNewton, Steps: 20, Batch: 400, Validate: 20}}
	if err := l.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, after := witness(m, accelerations); !(before < 0) || !(after > 0) || !vec.Finite(m.Theta) {
		t.Errorf("the least eigenvalue was %v and is %v", before, after)
	}
}

// Mass matrices of the states whose accelerations are learned are those that these were solved with: losses, gradients
// and rows are the same as of matrices that were evaluated for themselves, bit for bit.
func TestSharedMass(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 9))
	first := &Accelerations[float64]{X: normal(r, 20), U: normal(r, 5), A: normal(r, 10), N: 5, Penalty: L2}
	second := &PositiveDefinite[float64]{X: first.X, U: first.U, Unit: []float64{1.5, 0.7}, Floor: 3, N: 5}
	m, batch := drivenModel(t, "lnn"), []int{3, 0, 4}
	of := func(of [][]int) (all []float64) {
		o := &WeightedSum[float64]{First: first, Second: second, Of: of, Weight: 2}
		p := o.Pass(m, len(batch))
		residuals := make([]float64, 2*p.Width()*len(batch))
		p.Residuals(batch, residuals[:len(residuals)/2], residuals[len(residuals)/2:])
		y := normal(rand.New(rand.NewPCG(1, 1)), p.Width()*len(batch))
		J := make([]float64, len(y)*len(m.Theta))
		p.Rows(J)
		gradient := make([]float64, len(m.Theta))
		p.Pull(y, gradient)
		return append(append(residuals, J...), gradient...)
	}
	if a, b := of(nil), of([][]int{{0}, {1}, {2}, {3}, {4}}); !slices.Equal(a, b) {
		t.Error("shared mass matrices differ from those of their own")
	}
}

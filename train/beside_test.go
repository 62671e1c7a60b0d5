package train

import (
	"math"
	"math/rand/v2"
	"testing"

	"lagrange/internal/vec"
	"lagrange/mech"
	"lagrange/model"
	"lagrange/ode"
)

// arcs draws N arcs of seven steps, looked at after three and six, without one of the numbers.
func arcs(r *rand.Rand, N int) *Arcs[float64] {
	w := windows(r, N, 7, L2)
	o := &Arcs[float64]{Steps: 7, Every: 3, Method: ode.Dop853.Tableau, X: w.X, U: w.U, H: w.H, Start: w.Start, Penalty: L2}
	for range len(w.X) / 4 {
		o.Scale = append(o.Scale, 0.5+r.Float64(), 0, 1, 2+r.Float64())
	}
	return o
}

// definite asks so much of the mass matrices that most of them fall short.
func definite(r *rand.Rand, N int) *Definite[float64] {
	return &Definite[float64]{X: normal(r, 4*N), U: normal(r, N), Unit: []float64{1.5, 0.7}, Floor: 3, N: N}
}

// The rows of arcs, of least eigenvalues, and of two objectives side by side are the derivatives of their residuals.
func TestRowsOfMore(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 2))
	accelerations := &Accelerations[float64]{X: normal(r, 20), U: normal(r, 5), A: normal(r, 10), N: 5, Penalty: L2}
	of := [][]int{{0, 4}, {1, 2}, {3, 3}, {2, 0}, {4, 1}}
	for name, o := range map[string]Objective[float64]{
		"arcs": arcs(r, 5), "definite": definite(r, 5),
		"accelerations beside arcs":    &Beside[float64]{arcs(r, 5), accelerations, of, 0.3},
		"definite beside acceleration": &Beside[float64]{accelerations, definite(r, 5), of, 2},
	} {
		t.Run(name, func(t *testing.T) { checkRows(t, drivenModel(t, "lnn"), o, []int{3, 0, 4}) })
	}
	t.Run("arcs of a Hamiltonian", func(t *testing.T) { checkRows(t, drivenModel(t, "hnn"), arcs(r, 5), []int{3, 0, 4}) })
}

// Arcs with a look at every step, the method (by default RK4) and the scales of windows are windows.
func TestArcsAreWindows(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 3))
	m, w := drivenModel(t, "lnn"), windows(r, 3, 4, L1)
	o := &Arcs[float64]{Steps: 4, Every: 1, Method: ode.RK4.Tableau, X: w.X, U: w.U, H: w.H, Start: w.Start, Penalty: L1}
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
			t.Errorf("the loss of arcs is %v, of windows %v", a, b)
		}
	}
}

// The loss of two side by side is the sum of theirs, weighted.
func TestBesideAdds(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 4))
	m, a, d := drivenModel(t, "lnn"), arcs(r, 2), definite(r, 4)
	o := &Beside[float64]{a, d, [][]int{{0, 1, 3}, {2, 2, 1}}, 0.25}
	got, want := NewLoss(o, m, 2).Of([]int{1, 0}, nil), NewLoss(a, m, 2).Of([]int{1, 0}, nil)+NewLoss(d, m, 6).Of([]int{2, 2, 1, 0, 1, 3}, nil)/4
	if math.Abs(got-want) > 1e-12*want {
		t.Errorf("the loss is %v, the sum %v", got, want)
	}
}

// Gauss and Newton bring a mass matrix of the wrong signature back where definiteness is asked for.
func TestDefiniteKeeps(t *testing.T) {
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
	o := &Definite[float64]{X: accelerations.X, Unit: unit, Floor: 0.1, N: 400}
	l := &Loop[float64]{Model: m, Train: o, Valid: o, State: NewState(m), Settings: Settings{Method: GaussNewton, Steps: 20, Batch: 400, Validate: 20}}
	if err := l.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, after := witness(m, accelerations); !(before < 0) || !(after > 0) || !vec.Finite(m.Theta) {
		t.Errorf("the least eigenvalue was %v and is %v", before, after)
	}
}

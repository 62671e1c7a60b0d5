package eval

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"lagrange/data"
	"lagrange/model"
	"lagrange/model/graph"
)

// track is a recording of one coordinate at t = 0, 1, 2, …
func track(period float64, q, v []float64) *data.Set {
	t := data.Trajectory{Q: q, V: v}
	for n := range q {
		t.T = append(t.T, float64(n))
	}
	return &data.Set{Coordinates: []data.Coordinate{{Name: "q", Velocity: "v", Period: period}},
		Trajectories: []data.Trajectory{t}}
}

// shaped is a model of d lines with one hidden unit, all parameters zero: a = 0.
func shaped(t *testing.T, family string, d int) *model.Model[float64] {
	t.Helper()
	spec := model.Spec{Family: family, Hidden: []int{1}, Activation: "relu2", Kinetic: 1}
	for i := range d {
		spec.Coordinates = append(spec.Coordinates, model.Coordinate{Scale: 1, Speed: 2 + float64(3*i), Accel: 1})
	}
	m, err := model.New[float64](spec, 1)
	if err != nil {
		t.Fatal(err)
	}
	clear(m.Theta)
	return m
}

func near(t *testing.T, what string, got []float64, want ...float64) {
	t.Helper()
	if !slices.EqualFunc(got, want, func(a, b float64) bool { return math.Abs(a-b) <= 1e-12*(1+math.Abs(b)) }) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

// Predicted 0, 1, 2 where 0, 1, 4 was recorded, and so on: errors of q are (0, −2), (3, 0), (4, 6) in the three
// windows, those of v (−1, −2), (3, 3), (5, 1).
func TestScores(t *testing.T) {
	s := track(0, []float64{0, 1, 4, 4, 10, 11, 14}, []float64{1, 2, 3, 0, 0, 0, 0})
	s.Trajectories[0].V = []float64{1, 2, 3, 0, 0, -5, -1}
	ws := []data.Window{{Start: 0, Steps: 2}, {Start: 2, Steps: 2}, {Start: 4, Steps: 2}}
	// window 2 begins at q = 4, v = 3: predicts 7, 10 for 4, 10; v errs by 3, 3
	// window 3 begins at q = 10, v = 0: predicts 10, 10 for 11, 14; v errs by 5, 1
	q := (0 + 4 + 9 + 0 + 1 + 16) / 6.0
	v := (1 + 4 + 9 + 9 + 25 + 1) / 6.0
	m := shaped(t, "lnn", 1)
	for name, r := range map[string]Scores{"constant velocity": ConstantVelocity(s, ws), "a = 0": Windows(m, s, ws)} {
		near(t, name+": rmse q", r.RMSEQ, math.Sqrt(q))
		near(t, name+": rmse v", r.RMSEV, math.Sqrt(v))
		near(t, name+": median", r.MedianQ, math.Sqrt(4.5)) // of √2, √4.5, √8.5
	}
	near(t, "median of two", ConstantVelocity(s, ws[:2]).MedianQ, (math.Sqrt(2)+math.Sqrt(4.5))/2)
	near(t, "prediction", Predict(m, m.Tape(1), s, ws[1]), 4, 3, 7, 3, 10, 3)
}

// An angle that is ahead by a turn is not wrong, one that is short of it by 0.2 is wrong by 0.2.
func TestCircle(t *testing.T) {
	const turn = 2 * math.Pi
	q, v := []float64{0, 0.1 + turn, 3*turn - 0.2}, []float64{0, 0, 0}
	ws := []data.Window{{Start: 0, Steps: 2}}
	near(t, "on the circle", ConstantVelocity(track(turn, q, v), ws).RMSEQ, math.Sqrt((0.01+0.04)/2))
	near(t, "on the line", ConstantVelocity(track(0, q, v), ws).RMSEQ, math.Hypot(q[1], q[2])/math.Sqrt2)
}

// What moves uniformly is predicted without error, at uneven times too.
func TestUniform(t *testing.T) {
	s := track(0, []float64{1, 1.5, 2.5, 4.5}, []float64{0.5, 0.5, 0.5, 0.5})
	s.Trajectories[0].T = []float64{10, 11, 13, 17}
	r := ConstantVelocity(s, []data.Window{{Start: 0, Steps: 3}, {Start: 1, Steps: 1}})
	for _, x := range [][]float64{r.RMSEQ, r.RMSEV, r.MedianQ} {
		if !slices.Equal(x, []float64{0}) {
			t.Errorf("errors %+v of a uniform motion", r)
		}
	}
}

// Windows of many lengths score as each does when it is predicted alone, with a force and uneven steps.
func TestWindowsArePredictions(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	s := track(0, make([]float64, 400), make([]float64, 400))
	s.Inputs = []string{"F"}
	w := &s.Trajectories[0]
	for n := range w.Q {
		w.Q[n], w.V[n] = math.Sincos(float64(n))
		w.T[n], w.U = float64(n)*0.1+r.Float64()*0.05, append(w.U, r.NormFloat64())
	}
	spec := shaped(t, "lnn", 1).Spec
	spec.Inputs, spec.Hidden, spec.Activation = []model.Input{{Name: "F", Scale: 1}}, []int{8}, "softplus"
	m, err := model.New[float64](spec, 1)
	if err != nil {
		t.Fatal(err)
	}
	var ws []data.Window
	for start := range 380 {
		ws = append(ws, data.Window{Start: start, Steps: 1 + r.IntN(3)*r.IntN(9)})
	}
	a, tape := newSums(s), m.Tape(1)
	for _, w := range ws {
		a.window(Predict(m, tape, s, w), s, w)
	}
	got, want := Windows(m, s, ws), a.scores()
	near(t, "rmse q", got.RMSEQ, want.RMSEQ...)
	near(t, "rmse v", got.RMSEV, want.RMSEV...)
	near(t, "median", got.MedianQ, want.MedianQ...)
	if slices.Equal(want.RMSEQ, ConstantVelocity(s, ws).RMSEQ) {
		t.Error("the model does not accelerate: the test cannot fail")
	}
}

// What leaves the numbers is as wrong as can be, and JSON can say so.
func TestNonFinite(t *testing.T) {
	s, ws := track(0, []float64{0, 1, 2}, []float64{1, 1, 1}), []data.Window{{Steps: 2}}
	for _, theta := range []float64{math.NaN(), math.Inf(1), 1e150} {
		m := shaped(t, "nn", 1)
		for i := range m.Theta {
			m.Theta[i] = theta
		}
		r := Windows(m, s, ws)
		for _, x := range [][]float64{r.RMSEQ, r.RMSEV, r.MedianQ} {
			if !slices.Equal(x, []float64{math.MaxFloat64}) {
				t.Errorf("θ = %v: %+v", theta, r)
			}
		}
		if _, err := json.Marshal(r); err != nil {
			t.Error(err)
		}
	}
}

// With θ = (0, 0, 3, 4 | 10 | w | 0) and f(z) = z², L = w (3 v₁/c₁ + 4 v₂/c₂ + 10)² + ½ Σ (vᵢ/cᵢ)²: in units of the
// speeds c the mass matrix is 1 + 2w a aᵀ, a = (3, 4), with the eigenvalues 1 and 1 + 50w.
func TestMassMatrix(t *testing.T) {
	s := &data.Set{
		Coordinates: make([]data.Coordinate, 2),
		Trajectories: []data.Trajectory{{T: []float64{0, 1, 2}, Q: []float64{0, 0, 1, 2, 3, 4}, V: []float64{0, 0, 1, 1,
			-1, 1}}},
	}
	for w, want := range map[float64]Mass{
		0:     {MinEigenvalue: 1, MaxCondition: 1, States: 3},
		0.5:   {MinEigenvalue: 1, MaxCondition: 26, States: 3},
		-0.01: {MinEigenvalue: 0.5, MaxCondition: 2, States: 3},
		-0.5:  {MinEigenvalue: -24, MaxCondition: 24, NotPositive: 3, States: 3},
	} {
		m := shaped(t, "lnn", 2)
		copy(m.Theta, []float64{0, 0, 3, 4, 10, w, 0})
		r, ok := MassMatrix(m, s)
		if !ok || r.NotPositive != want.NotPositive || r.States != want.States {
			t.Errorf("w = %g: %+v, want %+v", w, r, want)
		}
		near(t, "eigenvalue and condition", []float64{r.MinEigenvalue, r.MaxCondition}, want.MinEigenvalue,
			want.MaxCondition)
	}
	if _, ok := MassMatrix(shaped(t, "nn", 2), s); ok {
		t.Error("a network without a Lagrangian has a mass matrix")
	}
}

// Of 60 coordinates every third state is looked at: 60³ numbers in each of 1000; of 257 none is.
func TestMassMatrixOfMany(t *testing.T) {
	for d, want := range map[int]int{60: 334, 257: 0} {
		s := &data.Set{Coordinates: make([]data.Coordinate, d), Trajectories: []data.Trajectory{{T: make([]float64,
			1000)}}}
		spec := model.Spec{Family: "lnn", Hidden: []int{1}, Activation: "softplus", Kinetic: 1}
		if d > 256 {
			spec.Family, spec.Nodes = graph.Family, &model.Nodes{Size: 1, Shape: string(graph.RingShape)}
			s.Trajectories[0].T = make([]float64, 3)
		}
		n := len(s.Trajectories[0].T) * d
		s.Trajectories[0].Q, s.Trajectories[0].V = make([]float64, n), make([]float64, n)
		for range d {
			spec.Coordinates = append(spec.Coordinates, model.Coordinate{Scale: 1, Speed: 1, Accel: 1})
		}
		var err error
		if spec.Nodes != nil {
			if spec, err = graph.Describe(spec, false, nil); err != nil {
				t.Fatal(err)
			}
		}
		m, err := model.New[float64](spec, 1)
		if err != nil {
			t.Fatal(err)
		}
		if r, ok := MassMatrix(m, s); ok != (want > 0) || r.States != want {
			t.Errorf("%d coordinates: %d states, %v", d, r.States, ok)
		}
	}
}

package formula

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"lagrange/model"
)

// pendulums is a double pendulum as a sum of terms whose unit of L is c, with more terms of the same kind if off > 0.
func pendulums(t *testing.T, c, off float64, friction model.Friction, inputs ...model.Input) *model.Model[float64] {
	t.Helper()
	s := model.Spec{Family: "terms", Activation: "softplus", Friction: friction, Inputs: inputs,
		Coordinates: []model.Coordinate{
			{Name: "a", Velocity: "va", Period: 2 * math.Pi, Scale: 1, Speed: 2, Accel: 10},
			{Name: "b", Velocity: "vb", Period: 2 * math.Pi, Scale: 1, Speed: 3, Accel: 10},
		}}
	s.Terms = [][]model.Term{
		{{Function: model.Cos, Of: []int{1, 0}}, {Function: model.Cos, Of: []int{0, 1}}},
		{{Function: model.One}}, {{Function: model.Cos, Of: []int{1, -1}}}, {{Function: model.One}},
	}
	theta := []float64{19.6 * c, 9.8 * c, 8 * c, 6 * c, 9 * c}
	if off > 0 {
		s.Terms[0] = append(s.Terms[0], model.Term{Function: model.Sin, Of: []int{2, 1}}) // not in the library
		theta = slices.Insert(theta, 2, off*c)
	}
	if len(inputs) > 0 || friction != "" {
		n, err := model.Params(s)
		if err != nil {
			t.Fatal(err)
		}
		for k := len(theta); k < n; k++ {
			theta = append(theta, 0.1*float64(k))
		}
	}
	m, err := model.With(s, theta)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func drawn(n int) (x []float64) {
	r := rand.New(rand.NewPCG(1, 1))
	for range n {
		x = append(x, 6.3*r.Float64(), 6.3*r.Float64(), 6*r.Float64()-3, 8*r.Float64()-4)
	}
	return x
}

// A double pendulum is found among 51 terms, whatever the unit of its L, with friction and motors, which stay what they
// are: the formula accelerates as the model does.
func TestDoublePendulum(t *testing.T) {
	for _, m := range []*model.Model[float64]{
		pendulums(t, 1, 0, ""), pendulums(t, 0.01, 0, model.Both, model.Input{Name: "u", Scale: 2}),
	} {
		f, err := Find(context.Background(), Task{Of: m, States: drawn(400)})
		if err != nil {
			t.Fatal(err)
		}
		if f.Library != 51 || !slices.EqualFunc(f.Model.Spec.Terms, m.Spec.Terms, func(a, b []model.Term) bool {
			return slices.EqualFunc(a, b, func(a, b model.Term) bool {
				return a.Function == b.Function && slices.Equal(a.Of, b.Of)
			})
		}) {
			t.Fatalf("of %d terms: %s", f.Library, f.Model.Formula(6, 0))
		}
		for k, y := range f.Model.Theta {
			if math.Abs(y-m.Theta[k]) > 1e-6*math.Abs(m.Theta[k]) {
				t.Errorf("parameter %d is %g, not %g", k, y, m.Theta[k])
			}
		}
		if f.Error > 1e-6 || f.Free != 0 || len(f.Others) != draws {
			t.Errorf("%+v", f)
		}
	}
}

// A cart and pole conserves the momentum p of the cart, and L + c p² gives the same motion as L: the shortest one with
// a positive mass matrix is found, not ½ p² alone, which gives any motion.
func TestCartPole(t *testing.T) {
	s := model.Spec{Family: "terms", Activation: "softplus", Coordinates: []model.Coordinate{
		{Name: "x", Velocity: "v", Scale: 1, Speed: 1, Accel: 1},
		{Name: "a", Velocity: "w", Period: 2 * math.Pi, Scale: 1, Speed: 1, Accel: 1},
	}}
	s.Terms = [][]model.Term{{{Function: model.Cos, Of: []int{0, 1}}}, {{Function: model.One}},
		{{Function: model.Cos, Of: []int{0, 1}}}, {{Function: model.One}}}
	for _, off := range []float64{0, 1e-3} {
		truth, err := model.With(s, []float64{9.8, 2, 1, 1})
		if err != nil {
			t.Fatal(err)
		}
		wrong := s // by a term that no library has
		wrong.Terms = slices.Clone(s.Terms)
		wrong.Terms[0] = append(slices.Clone(s.Terms[0]), model.Term{Function: model.Sin, Of: []int{0, 3}})
		m, err := model.With(wrong, []float64{9.8, off, 2, 1, 1})
		if err != nil {
			t.Fatal(err)
		}
		f, err := Find(context.Background(), Task{Of: m, States: drawn(400), Error: off})
		if err != nil || f.Free != 0 {
			t.Fatalf("%+v, %v", f, err)
		}
		if got, want := f.Model.Formula(2, 0), truth.Formula(2, 0); got != want {
			t.Errorf("%s, not %s", got, want)
		}
	}
}

// What a library lacks is left of the accelerations, and with few terms more is left.
func TestLacking(t *testing.T) {
	m := pendulums(t, 1, 0.5, "")
	f, err := Find(context.Background(), Task{Of: m, States: drawn(400)})
	if err != nil || f.Error < 0.01 {
		t.Fatalf("%+v, %v", f, err)
	}
	few, err := Find(context.Background(), Task{Of: pendulums(t, 1, 0, ""), States: drawn(400), Most: 3})
	if err != nil || few.Model.Formula(3, 0) == "" || len(few.Model.Theta) != 3 || few.Error < 0.1 {
		t.Errorf("%+v, %v", few, err)
	}
	if _, err := Find(context.Background(), Task{Of: m, States: drawn(400), Most: 1}); err == nil {
		t.Error("two coordinates with one term")
	}
	if _, err := Find(context.Background(), Task{Of: m, States: drawn(30)}); err == nil ||
		!strings.Contains(err.Error(), "too few") {
		t.Error(err)
	}
}

// Two oscillators that do not know each other have a scale each: motion does not tell their ratio.
func TestFree(t *testing.T) {
	s := model.Spec{Family: "terms", Activation: "softplus", Coordinates: []model.Coordinate{
		{Name: "x", Velocity: "vx", Scale: 1, Speed: 1, Accel: 1},
		{Name: "y", Velocity: "vy", Scale: 1, Speed: 1, Accel: 1},
	}}
	s.Terms = [][]model.Term{{{Function: model.Power, Of: []int{2, 0}}, {Function: model.Power, Of: []int{0, 2}}},
		{{Function: model.One}}, nil, {{Function: model.One}}}
	m, err := model.With(s, []float64{-1, -3, 1, 2})
	if err != nil {
		t.Fatal(err)
	}
	f, err := Find(context.Background(), Task{Of: m, States: drawn(400), Terms: s.SimplestTerms()})
	if err != nil || f.Free != 1 {
		t.Fatalf("%+v, %v", f, err)
	}
	for k, y := range f.Model.Theta { // the ratio is that of the model
		if math.Abs(y-m.Theta[k]) > 1e-6 {
			t.Errorf("parameter %d is %g, not %g", k, y, m.Theta[k])
		}
	}
}

// Where states differ in too few directions, here x = y, many sums of terms give the same motion: there is no formula.
func TestFewDirections(t *testing.T) {
	m, x := pendulums(t, 1, 0, ""), drawn(400)
	for n := 0; n < len(x); n += 4 {
		x[n+1], x[n+3] = x[n], x[n+2]
	}
	if _, err := Find(context.Background(), Task{Of: m, States: x}); err == nil ||
		!strings.Contains(err.Error(), "2 of 4 directions") {
		t.Error(err)
	}
}

// A plain network has no mass matrix to weigh with: that of the sum of terms itself takes its place.
func TestPlain(t *testing.T) {
	s := model.Spec{Family: "nn", Activation: "tanh", Hidden: []int{1}, Coordinates: []model.Coordinate{
		{Name: "x", Velocity: "v", Scale: 1, Speed: 1, Accel: 1}}}
	m, err := model.New[float64](s, 1)
	if err != nil {
		t.Fatal(err)
	}
	clear(m.Theta)
	// a = −1000 tanh(x/1000): a spring, but for its cube
	m.Theta[0], m.Theta[3] = 1e-3, -1e3
	f, err := Find(context.Background(), Task{Of: m, States: drawn1(200)})
	if err != nil {
		t.Fatal(err)
	}
	if got := f.Model.Formula(4, 0); f.Error > 1e-4 || !strings.Contains(got, "x^2") || !strings.Contains(got, "v^2") ||
		len(f.Model.Theta) != 2 || math.Abs(f.Model.Theta[0]/f.Model.Theta[1]+0.5) > 1e-4 {
		t.Errorf("%s, error %.2g", got, f.Error)
	}
}

func drawn1(n int) (x []float64) {
	r := rand.New(rand.NewPCG(2, 1))
	for range n {
		x = append(x, 2*r.Float64()-1, 2*r.Float64()-1)
	}
	return x
}

// A model with a system parameter is explained at one value of it, its mean where none is given.
func TestParameters(t *testing.T) {
	s := model.Spec{Family: "nn", Activation: "tanh", Hidden: []int{2}, Inputs: []model.Input{
		{Name: "k", SystemParameter: true, Mean: 2, Scale: 1}},
		Coordinates: []model.Coordinate{{Name: "x", Velocity: "v", Scale: 1, Speed: 1, Accel: 1}}}
	m, err := model.New[float64](s, 1)
	if err != nil {
		t.Fatal(err)
	}
	// a = −(tanh(c + εx) − tanh(c − εx))/ε = −2x/cosh² c with c = (k − 2)/2; the weights of x stand first
	clear(m.Theta)
	const ε = 1e-3
	m.Theta[0], m.Theta[1], m.Theta[4], m.Theta[5], m.Theta[8], m.Theta[9] = ε, -ε, 0.5, 0.5, -1/ε, 1/ε
	for _, k := range []float64{2, 3} {
		task := Task{Of: m, States: drawn1(200)}
		if k != 2 {
			task.Parameters = []float64{k}
		}
		f, err := Find(context.Background(), task)
		if err != nil {
			t.Fatal(err)
		}
		want := -2 / math.Pow(math.Cosh(0.5*(k-2)), 2) // of x² over ½ v²
		if got := 2 * f.Model.Theta[0] / f.Model.Theta[1]; len(f.Model.Theta) != 2 || math.Abs(got/want-1) > 1e-4 {
			t.Errorf("k = %g: %s, %g, not %g", k, f.Model.Formula(6, 0), got, want)
		}
	}
}

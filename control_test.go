package lagrange

import (
	"bytes"
	"math/rand/v2"
	"os"
	"slices"
	"sync"
	"testing"

	"lagrange/control"
	"lagrange/model"
	"lagrange/ode"
)

// controlled are models of every family in files, the last an ensemble with a motor.
func controlled(t *testing.T) []asked {
	s := model.Spec{Family: "lnn", Hidden: []int{5}, Activation: "softplus", Kinetic: 1, Friction: model.Both,
		Coordinates: []model.Coordinate{{Name: "x", Velocity: "v", Scale: 1, Speed: 2, Accel: 3}},
		Inputs:      []model.Input{{Name: "F", Scale: 2}, {Name: "m", SystemParameter: true, Mean: 1, Scale: 0.3}}}
	m := drawn(t, s, 1)
	m.Ensemble = &Ensemble{Members: []*Model{drawn(t, s, 1), drawn(t, s, 2), drawn(t, s, 3)}}
	return append(append(witnessed(t), graphs(t)...), kept(t, "ensemble with a motor", m))
}

// networks reads the file of a model with package control.
func networks(t *testing.T, k asked) []*model.Model[float64] {
	f, err := os.Open(k.Path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	nets, err := control.Read(f)
	if err != nil {
		t.Fatal(k.name, err)
	}
	return nets
}

// stepped is one step of RK4 of package ode, with the mean of the members' fields.
func stepped(t *testing.T, m *Model, s question, h float64) []float64 {
	d, x := m.D(), append(append([]float64(nil), s.Q...), s.V...)
	field := func(_ float64, x, dx []float64) {
		clear(dx)
		for _, k := range m.Members() {
			k.at(x[:d], x[d:], s.U, func(at *state) {
				for i, y := range at.xdot {
					dx[i] += y / float64(len(m.Members()))
				}
			})
		}
	}
	r, err := ode.Solve(t.Context(), field, x, []float64{0, h}, ode.Options{Dim: 2 * d, Method: ode.RK4, Step: h})
	if err != nil {
		t.Fatal(err)
	}
	return r.X[2*d:]
}

// A controller of a file says what the model says, to the bit of its accelerations and to rounding of forces and steps,
// without allocating.
func TestController(t *testing.T) {
	seen, states := map[string]bool{}, 1000
	if testing.Short() {
		states = 50
	}
	for _, k := range controlled(t) {
		c, m := control.New(networks(t, k)), k.model
		seen[m.Spec().Family] = true
		a, tau := make([]float64, m.D()), make([]float64, c.Forces())
		r, worst := rand.New(rand.NewPCG(3, 4)), 0.0
		var s question
		for range states {
			s = posed(r, m.Spec())
			if c.Accel(s.Q, s.V, s.U, a); !slices.Equal(a, m.Accel(s.Q, s.V, s.U)) {
				t.Fatalf("%s: a = %v, the model says %v", k.name, a, m.Accel(s.Q, s.V, s.U))
			}
			want, ok := m.Force(s.Q, s.V, s.A, s.U)
			if got := c.Force(s.Q, s.V, s.A, s.U, tau); got != ok {
				t.Fatalf("%s has forces: %v, the model: %v", k.name, got, ok)
			} else if ok {
				worst = max(worst, apart(tau, want))
			}
			next := stepped(t, m, s, 1e-3)
			q, v := slices.Clone(s.Q), slices.Clone(s.V)
			c.Step(q, v, s.U, 1e-3)
			if worst = max(worst, apart(append(q, v...), next)); !(worst < 1e-11) {
				t.Fatalf("%s: %.1e apart", k.name, worst)
			}
		}
		if h := c.Health(); m.Spec().Family == "lnn" && h.Solves < 5*states {
			t.Errorf("%s: %+v", k.name, h)
		}
		calls := func() {
			c.Accel(s.Q, s.V, nil, a)
			c.Force(s.Q, s.V, s.A, s.U, tau)
			c.Step(s.Q, s.V, s.U, 1e-6)
		}
		if n := testing.AllocsPerRun(100, calls); n != 0 {
			t.Errorf("%s allocates %v times", k.name, n)
		}
		t.Logf("%s: forces and steps up to %.1e apart", k.name, worst)
	}
	for _, family := range model.Families() {
		if !seen[family] {
			t.Errorf("nobody controls a %s", family)
		}
	}
}

// Controllers of the same networks serve a goroutine each.
func TestControllers(t *testing.T) {
	for _, k := range controlled(t) {
		nets := networks(t, k)
		r := rand.New(rand.NewPCG(5, 6))
		var states []question
		for range 20 {
			states = append(states, posed(r, k.model.Spec()))
		}
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				c, a := control.New(nets), make([]float64, k.model.D())
				tau := make([]float64, c.Forces())
				for _, s := range states {
					c.Force(s.Q, s.V, s.A, s.U, tau)
					c.Step(slices.Clone(s.Q), slices.Clone(s.V), s.U, 1e-3)
					if c.Accel(s.Q, s.V, s.U, a); !slices.Equal(a, k.model.Accel(s.Q, s.V, s.U)) {
						t.Errorf("%s: a = %v beside others", k.name, a)
						return
					}
				}
			})
		}
		all.Wait()
	}
}

// A model that is read from anything is the one that is loaded, and what is no model is refused.
func TestRead(t *testing.T) {
	k := together(t)
	text, err := os.ReadFile(k.Path)
	if err != nil {
		t.Fatal(err)
	}
	m, err := Read(bytes.NewReader(text))
	if err != nil || m.Fingerprint() != k.model.Fingerprint() || m.Baseline == nil || len(m.Members()) != 3 {
		t.Errorf("read as %v, %v", m, err)
	}
	if got := m.Controller(); got.Spec().Family != "lnn" || got.Forces() != 1 {
		t.Errorf("its controller is of a %s with %d forces", got.Spec().Family, got.Forces())
	}
	for _, bad := range [][]byte{nil, text[:len(text)-1], []byte("t,q,v\n")} {
		if _, err := Read(bytes.NewReader(bad)); err == nil {
			t.Errorf("%.20q is read", bad)
		}
		if _, err := control.Read(bytes.NewReader(bad)); err == nil {
			t.Errorf("%.20q is read for control", bad)
		}
	}
}

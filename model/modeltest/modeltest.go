// Package modeltest is the conformance suite that every model has to pass: what a trainer, an integrator or a metric
// relies on, checked against finite differences.
package modeltest

import (
	"math"
	"math/rand/v2"
	"testing"

	"lagrange/model"
)

const batch = 5

// Check runs the suite on a Spec.
func Check(t *testing.T, spec model.Spec) {
	t.Helper()
	m, err := model.New[float64](spec, 7)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(19, 5))
	for i := range m.Theta {
		m.Theta[i] += 0.1 * r.NormFloat64()
	}
	s := &suite{m: m, r: r, d: spec.D(), m_: spec.M(), tape: m.Tape(batch)}
	s.x, s.u = s.state(), s.normal(batch*s.m_)
	t.Run("batch equals single", s.batchEqualsSingle)
	t.Run("VJP", s.vjp)
	t.Run("rows of a Jacobian", s.rows)
	t.Run("all rows at once", s.allRows)
	t.Run("Euler-Lagrange", s.eulerLagrange)
	t.Run("energy balance", s.energyBalance)
	t.Run("inverse dynamics", s.inverseDynamics)
	t.Run("mass matrix", s.massSlopes)
	t.Run("first slopes", s.firstSlopes)
	t.Run("dissipation", s.dissipation)
	t.Run("linear parameters", s.linear)
	t.Run("variation", s.variation)
	t.Run("non-finite input is reported", s.nonFinite)
	t.Run("float32", s.float32)
	t.Run("no allocation", s.allocations)
}

type suite struct {
	m     *model.Model[float64]
	r     *rand.Rand
	d, m_ int
	tape  model.Tape[float64]
	x, u  []float64
}

func (s *suite) normal(n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = s.r.NormFloat64()
	}
	return x
}

// state draws states of the scale of the model.
func (s *suite) state() []float64 {
	x := s.normal(batch * 2 * s.d)
	for b := range batch {
		for i, c := range s.m.Spec.Coordinates {
			q, v := &x[2*b*s.d+i], &x[(2*b+1)*s.d+i]
			*q = c.Mean + c.Scale**q
			*v *= c.Speed
		}
	}
	return x
}

func (s *suite) field(x, u []float64) []float64 {
	y := make([]float64, len(x))
	s.tape.Field(x, u, y)
	return y
}

func (s *suite) batchEqualsSingle(t *testing.T) {
	all, n := s.field(s.x, s.u), 2*s.d
	for b := range batch {
		one := s.field(s.x[b*n:(b+1)*n], s.u[b*s.m_:(b+1)*s.m_])
		for i, y := range one {
			if w := all[b*n+i]; math.Abs(y-w) > 1e-12*(1+math.Abs(w)) {
				t.Errorf("sample %d, element %d: %v alone, %v in a batch", b, i, y, w)
			}
		}
	}
}

// vjp: λᵀf against central differences in every parameter, state and force, to 1e-6 of the largest derivative.
func (s *suite) vjp(t *testing.T) {
	lambda := s.normal(batch * 2 * s.d)
	s.field(s.x, s.u)
	dtheta, dx, du := make([]float64, len(s.m.Theta)), make([]float64, len(s.x)), make([]float64, len(s.u))
	s.tape.VJP(lambda, dtheta, dx, du)
	for _, c := range []struct {
		name   string
		at, by []float64
	}{{"dθ", s.m.Theta, dtheta}, {"dx", s.x, dx}, {"du", s.u, du}} {
		slopes(t, c.name, c.at, c.by, func() (y float64) {
			for j, v := range s.field(s.x, s.u) {
				y += lambda[j] * v
			}
			return
		})
	}
}

// rows: the row of each sample in a Jacobian is the gradient of that sample alone, and a field serves many of them.
func (s *suite) rows(t *testing.T) {
	n, P := 2*s.d, len(s.m.Theta)
	s.field(s.x, s.u)
	J, dx, du := make([]float64, batch*P), make([]float64, len(s.x)), make([]float64, len(s.u))
	lambda := s.normal(batch * n)
	s.tape.VJP(s.normal(batch*n), make([]float64, batch*P), dx, du)
	s.tape.VJP(lambda, J, dx, du)
	for b := range batch {
		s.field(s.x[b*n:(b+1)*n], s.u[b*s.m_:(b+1)*s.m_])
		want := make([]float64, P)
		s.tape.VJP(lambda[b*n:(b+1)*n], want, dx[:n], du[:s.m_])
		top := 1e-6
		for _, w := range want {
			top = max(top, math.Abs(w))
		}
		for i, w := range want {
			if !(math.Abs(J[b*P+i]-w) <= 1e-11*top) {
				t.Fatalf("row %d, parameter %d: %v, alone %v", b, i, J[b*P+i], w)
			}
		}
	}
}

// allRows: those of all accelerations at once are those that a VJP finds for each.
func (s *suite) allRows(t *testing.T) {
	s.field(s.x, s.u)
	AllRows(t, s.m, s.tape, len(s.x)/(2*s.d))
}

// AllRows holds the rows ∂a_k/∂θ that a tape finds at once, if it does, against a VJP of each, after a field of so many
// states.
func AllRows(t *testing.T, m *model.Model[float64], tape model.Tape[float64], states int) {
	t.Helper()
	of, ok := model.As[model.AccelJacobian[float64]](tape)
	if !ok {
		return
	}
	P, d := len(m.Theta), m.Spec.D()
	J, want := make([]float64, d*states*P), make([]float64, states*P)
	of.AccelRows(J)
	dx, du := make([]float64, states*2*d), make([]float64, states*m.Spec.M())
	for k := range d {
		lambda := make([]float64, states*2*d)
		for b := range states {
			lambda[(2*b+1)*d+k] = 1
		}
		clear(want)
		tape.VJP(lambda, want, dx, du)
		top := 1e-6
		for _, w := range want {
			top = max(top, math.Abs(w))
		}
		for i, w := range want {
			if got := J[k*states*P+i]; !(math.Abs(got-w) <= 1e-10*top) {
				t.Fatalf("coordinate %d, number %d: %v at once, %v by a VJP", k, i, got, w)
			}
		}
	}
}

// slopes holds derivatives by of f in the numbers at against central differences.
func slopes(t *testing.T, name string, at, by []float64, f func() float64) {
	want, top := make([]float64, len(at)), 1e-6
	for i, was := range at {
		h := 1e-5 * max(1, math.Abs(was))
		g := func(x float64) float64 { at[i] = x; return f() }
		// Richardson: the error of central differences falls from h² to h⁴
		coarse, fine := (g(was+2*h)-g(was-2*h))/(4*h), (g(was+h)-g(was-h))/(2*h)
		want[i] = fine + (fine-coarse)/3
		at[i] = was
		top = max(top, math.Abs(want[i]))
	}
	for i := range want {
		if !(math.Abs(want[i]-by[i]) <= 1e-6*top) {
			t.Fatalf("%s[%d] = %v, want %v (largest %v)", name, i, by[i], want[i], top)
		}
	}
}

// mechanics returns the acceleration half with its Lagrangian after one evaluation at (q, v), or skips the test.
func (s *suite) mechanics(t *testing.T, q, v, u []float64) (model.Mechanics[float64], []float64) {
	tape := s.m.Tape(1)
	k, ok := model.As[model.Mechanics[float64]](tape)
	if !ok {
		t.Skip("a model without a Lagrangian")
	}
	xdot := make([]float64, 2*s.d)
	tape.Field(append(append([]float64(nil), q...), v...), u, xdot)
	return k, xdot[s.d:]
}

func (s *suite) sample(b int) (q, v, u []float64) {
	n := 2 * s.d
	return s.x[b*n : b*n+s.d], s.x[b*n+s.d : (b+1)*n], s.u[b*s.m_ : (b+1)*s.m_]
}

// eulerLagrange: (d/dt) L_v along (v, a) minus L_q, both by differences of values of L and p alone, is the same as
// M a − M a₀ with a₀ the acceleration without forces; without forces it is 0. And p = ∂L/∂v.
func (s *suite) eulerLagrange(t *testing.T) {
	const h = 1e-5
	for b := range batch {
		q, v, u := s.sample(b)
		k, a := s.mechanics(t, q, v, u)
		p0 := append([]float64(nil), k.Momentum(0)...)
		L := func(q, v []float64) float64 { k, _ := s.mechanics(t, q, v, u); return k.Lagrangian(0) }
		p := func(e float64) []float64 {
			k, _ := s.mechanics(t, along(q, e, v), along(v, e, a), u)
			return append([]float64(nil), k.Momentum(0)...)
		}
		plus, minus := p(h), p(-h)
		free := s.m.Spec.M() == 0 && (s.m.Spec.Friction == "" || s.m.Spec.Friction == model.NoFriction)
		for i := range s.d {
			c := s.m.Spec.Coordinates[i]
			hq, hv := h*c.Scale, h*c.Speed
			Lq := (L(along(q, hq, unit(s.d, i)), v) - L(along(q, -hq, unit(s.d, i)), v)) / (2 * hq)
			Lv := (L(q, along(v, hv, unit(s.d, i))) - L(q, along(v, -hv, unit(s.d, i)))) / (2 * hv)
			if math.Abs(Lv-p0[i]) > 1e-6*(1+math.Abs(Lv)) {
				t.Errorf("p[%d] = %v, ∂L/∂v = %v", i, p0[i], Lv)
			}
			if pdot := (plus[i] - minus[i]) / (2 * h); free &&
				math.Abs(pdot-Lq) > 1e-5*(1+math.Abs(pdot)+math.Abs(Lq)) {
				t.Errorf("ṗ[%d] = %v but L_q = %v", i, pdot, Lq)
			}
		}
	}
}

// energyBalance: dE/dt along the field is the power q̇·Q, and so 0 without forces and at most 0 with friction alone.
func (s *suite) energyBalance(t *testing.T) {
	const h = 1e-5
	spec := s.m.Spec
	if spec.M() > 0 {
		t.Skip("driven: the power is not known from outside")
	}
	tape := s.m.Tape(1)
	k, ok := model.As[model.Conserved[float64]](tape)
	if !ok {
		t.Skip("a model without an energy")
	}
	for b, n := 0, 2*s.d; b < batch; b++ {
		x, u := s.x[b*n:(b+1)*n], s.u[b*s.m_:(b+1)*s.m_]
		xdot, unused := make([]float64, n), make([]float64, n)
		tape.Field(x, u, xdot)
		E := func(e float64) float64 {
			tape.Field(along(x, e, xdot), u, unused)
			return k.Energy(0)
		}
		rate, scale := (E(h)-E(-h))/(2*h), 1+math.Abs(E(0))
		switch {
		case spec.Friction == "" || spec.Friction == model.NoFriction:
			if math.Abs(rate) > 1e-5*scale {
				t.Errorf("sample %d: dE/dt = %v without forces", b, rate)
			}
		case !(rate < 0):
			t.Errorf("sample %d: friction brings energy, dE/dt = %v", b, rate)
		}
	}
}

func (s *suite) nonFinite(t *testing.T) {
	clean := s.field(s.x, s.u)
	*s.tape.Health() = model.Health{}
	x := append([]float64(nil), s.x...)
	last := 4*s.d - 1 // the velocity of the last coordinate in sample 1
	x[last] = math.NaN()
	y := s.field(x, s.u)
	if h := *s.tape.Health(); h.NonFinite != 1 {
		t.Errorf("one NaN in, %d samples reported", h.NonFinite)
	}
	for i := range y {
		switch b := i / (2 * s.d); {
		case b != 1 && y[i] != clean[i]:
			t.Fatalf("sample %d changed with a NaN in sample 1", b)
		case i == last && y[i] == y[i]:
			t.Error("the field of a NaN is a number")
		}
	}
}

func (s *suite) float32(t *testing.T) {
	theta := make([]float32, len(s.m.Theta))
	for i, x := range s.m.Theta {
		theta[i] = float32(x)
	}
	m, err := model.With(s.m.Spec, theta)
	if err != nil {
		t.Fatal(err)
	}
	x, u, y := make([]float32, len(s.x)), make([]float32, len(s.u)), make([]float32, len(s.x))
	for i := range x {
		x[i] = float32(s.x[i])
	}
	for i := range u {
		u[i] = float32(s.u[i])
	}
	m.Tape(batch).Field(x, u, y)
	top := 0.0
	want := s.field(s.x, s.u)
	for _, w := range want {
		top = max(top, math.Abs(w))
	}
	for i, w := range want {
		if math.Abs(float64(y[i])-w) > 2e-3*top {
			t.Errorf("element %d: %v in float32, %v in float64", i, y[i], w)
		}
	}
}

func (s *suite) allocations(t *testing.T) {
	y, lambda := make([]float64, len(s.x)), s.normal(len(s.x))
	dtheta, dx, du := make([]float64, len(s.m.Theta)), make([]float64, len(s.x)), make([]float64, len(s.u))
	if n := testing.AllocsPerRun(10, func() {
		s.tape.Field(s.x, s.u, y)
		s.tape.VJP(lambda, dtheta, dx, du)
	}); n != 0 {
		t.Errorf("%v allocations in Field and VJP", n)
	}
}

func along(x []float64, e float64, d []float64) []float64 {
	y := make([]float64, len(x))
	for i := range x {
		y[i] = x[i] + e*d[i]
	}
	return y
}

func unit(d, i int) []float64 {
	e := make([]float64, d)
	e[i] = 1
	return e
}

package modeltest

import (
	"math"
	"testing"

	"lagrange/model"
)

// inverseDynamics: no force is missing where the field is the acceleration, and M δ is where it is δ more; the
// derivatives of the force are those of central differences.
func (s *suite) inverseDynamics(t *testing.T) {
	tape := s.m.Tape(batch)
	k, ok := model.As[model.InverseDynamics[float64]](tape)
	if !ok {
		t.Skip("a model without a Lagrangian")
	}
	mass, n := func() model.Mechanics[float64] { k, _ := model.As[model.Mechanics[float64]](tape); return k }(),
		batch*s.d
	q, v, delta := make([]float64, n), make([]float64, n), s.normal(n)
	a, Q := make([]float64, n), make([]float64, n)
	for b, xdot := 0, s.field(s.x, s.u); b < batch; b++ {
		at := 2 * b * s.d
		copy(q[b*s.d:(b+1)*s.d], s.x[at:])
		copy(v[b*s.d:(b+1)*s.d], s.x[at+s.d:])
		copy(a[b*s.d:(b+1)*s.d], xdot[at+s.d:])
	}
	k.Force(q, v, s.u, along(a, 1, delta), Q)
	for b := range batch {
		M := mass.Mass(b)
		for i := range s.d {
			want, top := 0.0, 0.0
			for j := range s.d {
				w := M[i*s.d+j]
				want += w * delta[b*s.d+j]
				top += math.Abs(w) * (math.Abs(delta[b*s.d+j]) + math.Abs(a[b*s.d+j]))
			}
			if math.Abs(Q[b*s.d+i]-want) > 1e-9*top {
				t.Errorf("sample %d: Q[%d] = %v, want %v", b, i, Q[b*s.d+i], want)
			}
		}
	}
	lambda := s.normal(n)
	dtheta, dq, dv, du := make([]float64, len(s.m.Theta)), make([]float64, n), make([]float64, n),
		make([]float64, len(s.u))
	k.ForceVJP(lambda, dtheta, dq, dv, du)
	acc := along(a, 1, delta)
	for _, c := range []struct {
		name   string
		at, by []float64
	}{{"∂Q/∂θ", s.m.Theta, dtheta}, {"∂Q/∂q", q, dq}, {"∂Q/∂v", v, dv}, {"∂Q/∂u", s.u, du}} {
		slopes(t, c.name, c.at, c.by, func() (y float64) {
			k.Force(q, v, s.u, acc, Q)
			for j, x := range Q {
				y += lambda[j] * x
			}
			return
		})
	}
	if n := testing.AllocsPerRun(5, func() {
		k.Force(q, v, s.u, acc, Q)
		k.ForceVJP(lambda, dtheta, dq, dv, du)
	}); n != 0 {
		t.Errorf("%v allocations in Force and ForceVJP", n)
	}
}

// massSlopes: the derivatives of wᵀ M w, those of central differences; and the force is linear in what is said to be.
func (s *suite) massSlopes(t *testing.T) {
	tape := s.m.Tape(batch)
	k, ok := model.As[model.Inertia[float64]](tape)
	if !ok {
		t.Skip("a model without a mass matrix")
	}
	mass, _ := model.As[model.Mechanics[float64]](tape)
	w, xdot := s.normal(batch*s.d), make([]float64, len(s.x))
	dtheta := make([]float64, len(s.m.Theta))
	tape.Field(s.x, s.u, xdot)
	k.MassVJP(w, dtheta)
	slopes(t, "∂(wᵀMw)/∂θ", s.m.Theta, dtheta, func() (y float64) {
		tape.Field(s.x, s.u, xdot)
		for b := range batch {
			M, w := mass.Mass(b), w[b*s.d:(b+1)*s.d]
			for i, x := range M {
				y += x * w[i/s.d] * w[i%s.d]
			}
		}
		return
	})
	tape.Field(s.x, s.u, xdot)
	if n := testing.AllocsPerRun(5, func() { k.MassVJP(w, dtheta) }); n != 0 {
		t.Errorf("%v allocations in MassVJP", n)
	}
}

// linear: a step in all the linear parameters at once changes the force by the same as a second one.
func (s *suite) linear(t *testing.T) {
	at, tape := s.m.Linear(), s.m.Tape(batch)
	k, ok := model.As[model.InverseDynamics[float64]](tape)
	if len(at) == 0 || !ok {
		t.Skip("a model without linear parameters")
	}
	n := batch * s.d
	q, v, a, was := make([]float64, n), make([]float64, n), s.normal(n), append([]float64(nil), s.m.Theta...)
	for b := range batch {
		copy(q[b*s.d:(b+1)*s.d], s.x[2*b*s.d:])
		copy(v[b*s.d:(b+1)*s.d], s.x[(2*b+1)*s.d:])
	}
	step, Q := s.normal(len(at)), [3][]float64{}
	for i := range Q {
		for j, p := range at {
			s.m.Theta[p] = was[p] + float64(i)*step[j]
		}
		Q[i] = make([]float64, n)
		k.Force(q, v, s.u, a, Q[i])
	}
	copy(s.m.Theta, was)
	same := true
	for i := range n {
		if d := Q[2][i] - 2*Q[1][i] + Q[0][i]; !(math.Abs(d) <= 1e-10*(math.Abs(Q[0][i])+math.Abs(Q[2][i]))) {
			t.Errorf("forces %v, %v, %v are not on a line", Q[0][i], Q[1][i], Q[2][i])
		}
		same = same && Q[1][i] == Q[0][i]
	}
	if same {
		t.Error("no force changes with the linear parameters")
	}
}

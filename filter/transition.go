package filter

import (
	"math"

	"lagrange/model"
	"lagrange/ode"
)

// mostSteps is how many steps of RK4 an interval has at most: a gap that needs more is followed as well as they do.
const mostSteps = 64

// transition follows states through an interval of time each, with the derivatives of where they end.
type transition struct {
	n, m   int
	spec   model.Spec
	step   float64
	roll   *model.Rollout[float64]
	x, A   []float64 // (B, n), (B, n, n)
	h      []float64 // (B) of the intervals
	u0, u1 []float64 // (B, m) at their ends
	hs, us []float64 // of the steps: (steps, B), (steps+1, B, m)
	steps  int       // of the last run
	P      int       // parameters
	see    func(k int, S []float64)
}

func newTransition(m *model.Model[float64], batch int, step float64) *transition {
	n, f := 2*m.Spec.D(), m.Spec.M()
	t := &transition{
		n: n, m: f, spec: m.Spec, step: step, P: len(m.Theta),
		roll: model.NewRollout(m.Spec, m.Tape(batch), ode.RK4.Tableau, batch, mostSteps),
		x:    make([]float64, batch*n), A: make([]float64, batch*n*n), h: make([]float64, batch),
		u0: make([]float64, batch*f), u1: make([]float64, batch*f),
		hs: make([]float64, mostSteps*batch), us: make([]float64, (mostSteps+1)*batch*f),
	}
	t.see = func(k int, S []float64) {
		if k == t.steps {
			copy(t.A, S)
		}
	}
	return t
}

// load gives sample b its state x, the length h of its interval, and the inputs at the ends.
func (t *transition) load(b int, x []float64, h float64, u0, u1 []float64) {
	copy(t.x[b*t.n:(b+1)*t.n], x)
	copy(t.u0[b*t.m:(b+1)*t.m], u0)
	copy(t.u1[b*t.m:(b+1)*t.m], u1)
	t.h[b] = h
}

// parts is how many steps an interval of length h has.
func (t *transition) parts(h float64) int {
	if !(t.step > 0) || !(h > t.step) {
		return 1
	}
	return int(min(mostSteps, math.Ceil(h/t.step*(1-1e-9))))
}

// run follows the first B samples; those with fewer steps than another one stand still at the end.
func (t *transition) run(B int) {
	t.steps = 1
	for _, h := range t.h[:B] {
		t.steps = max(t.steps, t.parts(h))
	}
	for b := range B {
		parts, m := t.parts(t.h[b]), t.m
		for k := range t.steps + 1 {
			if k < t.steps {
				t.hs[k*B+b] = 0
				if k < parts {
					t.hs[k*B+b] = t.h[b] / float64(parts)
				}
			}
			u := t.us[(k*B+b)*m : (k*B+b+1)*m]
			if k < parts {
				t.spec.Between(float64(k)/float64(parts), t.u0[b*m:(b+1)*m], t.u1[b*m:(b+1)*m], u)
			} else {
				copy(u, t.u1[b*m:(b+1)*m])
			}
		}
	}
	t.roll.Begin(t.x[:B*t.n], t.hs[:t.steps*B], t.us[:(t.steps+1)*B*t.m])
	t.roll.StartSensitivities(t.see, t.P, nil)
}

// end is where sample b ended.
func (t *transition) end(b int) []float64 { return t.roll.State(t.steps)[b*t.n : (b+1)*t.n] }

// jacobian is the derivative (n, n) of that in its state.
func (t *transition) jacobian(b int) []float64 { return t.A[b*t.n*t.n : (b+1)*t.n*t.n] }

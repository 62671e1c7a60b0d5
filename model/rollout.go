package model

import (
	"lagrange/internal/vec"
	"lagrange/nn"
	"lagrange/ode"
)

// Rollout carries a batch of states through recorded times with one step of an explicit method for each interval, under
// recorded forces (between their samples see Spec.Between), and carries adjoints back through the same steps: the
// gradient is that of the discrete trajectory, exactly. Every sample has step sizes of its own. It remembers the states
// between steps and, of the last steps, those of the stages; the stages of earlier ones, and the net for all, are
// evaluated again on the way back. So its memory is that of the states and a constant. No one else may use the tape
// between Run and Reverse.
type Rollout[T nn.Float] struct {
	tape     Tape[T]
	tab      ode.Tableau
	n, m     int // numbers of a state and of the forces
	B, steps int
	end      []T // states (steps+1, B, n)
	h, u     []T // of the last Run
	kept     int
	// states of the stages of the last kept steps (kept, stages, B, n); step k stands at k mod kept
	X              []T
	K, dX          [][]T // of each stage of one step: field, adjoint of the state (B, n)
	held           []int // inputs that keep their sample through an interval
	us, dx, du, lk []T
	lambda         []T
	sense          *sensitivity[T] // of Sensitivities
}

// remembered is how many numbers of stages a roll-out remembers at most, if they are those of more than one step: 2 MB
// in float64.
const remembered = 1 << 18

// NewRollout returns a roll-out of up to batch states through up to steps intervals on the given tape.
func NewRollout[T nn.Float](s Spec, tape Tape[T], tab ode.Tableau, batch, steps int) *Rollout[T] {
	n, m, stages := 2*s.D(), s.M(), len(tab.B)
	kept := max(1, min(steps, remembered/(stages*batch*n)))
	r := &Rollout[T]{
		tape: tape, tab: tab, n: n, m: m,
		kept: kept, X: make([]T, kept*stages*batch*n), end: make([]T, (steps+1)*batch*n),
		us: make([]T, batch*m), dx: make([]T, batch*n), du: make([]T, batch*m),
		lk: make([]T, batch*n), lambda: make([]T, batch*n), held: s.held(),
	}
	for range tab.B {
		r.K = append(r.K, make([]T, batch*n))
		r.dX = append(r.dX, make([]T, batch*n))
	}
	return r
}

// State returns the states (B, n) after k steps of the last Run.
func (r *Rollout[T]) State(k int) []T { return r.end[k*r.B*r.n : (k+1)*r.B*r.n] }

// Run starts at x (B, n) and takes steps of sizes h (steps, B) under forces u (steps+1, B, m).
func (r *Rollout[T]) Run(x, h, u []T) {
	r.Begin(x, h, u)
	for k := range r.steps {
		r.stages(k)
		r.combine(r.State(k), h[k*r.B:(k+1)*r.B], r.tab.B, r.State(k+1))
	}
}

// Begin is Run without its steps, for Sensitivities and StartSensitivities take them, too.
func (r *Rollout[T]) Begin(x, h, u []T) {
	r.B = len(x) / r.n
	r.steps, r.h, r.u = len(h)/r.B, h, u
	copy(r.State(0), x)
}

// stages evaluates those of step k: X_i = x + h Σ_j a_ij K_j, K_i = f(X_i). The tape is left at the last one.
func (r *Rollout[T]) stages(k int) {
	x, h := r.State(k), r.h[k*r.B:(k+1)*r.B]
	for i, a := range r.tab.A {
		X := r.stage(k, i)
		r.combine(x, h, a, X)
		r.tape.Field(X, r.force(k, r.tab.C[i]), r.K[i][:len(x)])
	}
}

// combine sets y = x + h Σ_j a_j k_j.
func (r *Rollout[T]) combine(x, h []T, a []float64, y []T) {
	copy(y, x)
	for j, c := range a {
		if c == 0 {
			continue
		}
		for b, hb := range h {
			f := T(c) * hb
			for i := b * r.n; i < (b+1)*r.n; i++ {
				y[i] += f * r.K[j][i]
			}
		}
	}
}

// stage returns X_i of step k.
func (r *Rollout[T]) stage(k, i int) []T {
	size := r.B * r.n
	at := (k%r.kept*len(r.tab.B) + i) * size
	return r.X[at : at+size]
}

// force is u at the fraction c of interval k.
func (r *Rollout[T]) force(k int, c float64) []T {
	size := r.B * r.m
	us, u := r.us[:size], r.u[k*size:]
	between(r.held, r.m, T(c), u[:size], u[size:], us)
	return us
}

// Reverse takes the derivatives of a loss with respect to the states of the last Run, lambda (steps+1, B, n), adds its
// parameter gradient to dθ, and returns its gradient with respect to the first state. With λ = ∂loss/∂x_{k+1}:
//
//	k̄_i = h (b_i λ + Σ_{j>i} a_ji X̄_j),   X̄_i = (∂f/∂x)ᵀ k̄_i,   ∂loss/∂x_k = λ + Σ X̄_i
//
// and what the loss adds there.
func (r *Rollout[T]) Reverse(lambda, dtheta []T) []T {
	size := r.B * r.n
	l := r.lambda[:size]
	copy(l, lambda[r.steps*size:])
	for k := r.steps - 1; k >= 0; k-- {
		h, last := r.h[k*r.B:(k+1)*r.B], len(r.tab.B)-1
		again := k < r.steps-r.kept
		if again {
			r.stages(k)
		}
		for i := last; i >= 0; i-- {
			r.stageAdjoint(i, h, l)
			if at := i == last && (again || k == r.steps-1); !at { // the tape is at the stage that was last evaluated
				r.tape.Field(r.stage(k, i), r.force(k, r.tab.C[i]), r.dx[:size])
			}
			r.tape.VJP(r.lk[:size], dtheta, r.dX[i][:size], r.du[:r.B*r.m])
		}
		for i := range r.tab.B {
			vec.Add(r.dX[i][:size], l)
		}
		vec.Add(lambda[k*size:(k+1)*size], l)
	}
	return l
}

// stageAdjoint writes k̄_i.
func (r *Rollout[T]) stageAdjoint(i int, h, l []T) {
	for b, hb := range h {
		for p := b * r.n; p < (b+1)*r.n; p++ {
			s := T(r.tab.B[i]) * l[p]
			for j := i + 1; j < len(r.tab.B); j++ {
				s += T(r.tab.A[j][i]) * r.dX[j][p]
			}
			r.lk[p] = hb * s
		}
	}
}

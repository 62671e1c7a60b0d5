package lagrange

import (
	"math"
	"testing"

	"lagrange/data"
	"lagrange/model"
)

// trueMotor is the pendulum θ̈ = τ − b θ̇ − g sin θ as a sum of terms: L = ½ ω² + g cos θ.
func trueMotor(t *testing.T, g, b float64) *Model {
	t.Helper()
	s := model.Spec{
		Family: "terms",
		Coordinates: []model.Coordinate{
			{Name: "theta", Velocity: "omega", Period: 2 * math.Pi, Scale: 1, Speed: 1, Accel: 1},
		},
		Inputs: []model.Input{{Name: "tau", Scale: 1}}, Activation: "softplus", Friction: model.Viscous,
		Terms: [][]model.Term{{{Function: model.Cos, Of: []int{1}}}, {{Function: model.One}}},
	}
	// L's coefficients, then gain and offset, then R of −E R² ω
	net, err := model.With(s, []float64{g, 1, 1, 0, math.Sqrt(b)})
	if err != nil {
		t.Fatal(err)
	}
	return &Model{net: net}
}

// A damped pendulum that hangs swings with ω = √g and ζ = b/2ω; upside down it falls.
func TestLinearizedPendulum(t *testing.T) {
	const g, b = 9.8, 0.3
	m := trueMotor(t, g, b)
	l, err := m.Linearize([]float64{0}, []float64{0}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range [][]float64{{0, 1}, {-g, -b}} {
		if apart(l.A[i], want) > 1e-14 {
			t.Errorf("A row %d = %v, want %v", i, l.A[i], want)
		}
	}
	if l.B[0][0] != 0 || math.Abs(l.B[1][0]-1) > 1e-15 {
		t.Errorf("B = %v, want 0 and 1", l.B)
	}
	omega := math.Sqrt(g)
	if len(l.Modes) != 1 || math.Abs(l.Modes[0].Frequency-omega) > 1e-13 ||
		math.Abs(l.Modes[0].Damping-b/2/omega) > 1e-14 ||
		math.Abs(l.Modes[0].Damped-math.Sqrt(g-b*b/4)) > 1e-13 {
		t.Errorf("modes %+v, want ω = √g and ζ = b/2ω", l.Modes)
	}
	l, err = m.Linearize([]float64{math.Pi}, []float64{0}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []float64{-b/2 + math.Sqrt(b*b/4+g), -b/2 - math.Sqrt(b*b/4+g)} {
		e, damping := l.Eigenvalues[i], l.Modes[i].Damping
		if math.Abs(e[0]-want) > 1e-13 || e[1] != 0 || damping != -math.Copysign(1, want) {
			t.Errorf("upside down: eigenvalue %v, mode %+v, want %g", e, l.Modes[i], want)
		}
	}
}

// A and B of every family, of an ensemble too, are the differences of its field.
func TestLinearizeByDifferences(t *testing.T) {
	for _, k := range witnessed(t) {
		m, d := k.model, k.model.D()
		s := k.States[0]
		l, err := m.Linearize(s.Q, s.V, s.U)
		if err != nil {
			t.Fatal(k.name, err)
		}
		field := func(z []float64) (f []float64) {
			for _, e := range m.Members() {
				e.at(z[:d], z[d:2*d], z[2*d:], func(s *state) {
					for i, x := range s.xdot {
						if len(f) <= i {
							f = append(f, 0)
						}
						f[i] += x / float64(len(m.Members()))
					}
				})
			}
			return f
		}
		z := append(append(append([]float64(nil), s.Q...), s.V...), s.U...)
		if f := field(z); apart(l.Xdot, f) > 1e-13 {
			t.Errorf("%s: f = %v, want %v", k.name, l.Xdot, f)
		}
		for j := range z {
			const h = 1e-5
			at := func(by float64) []float64 { y := append([]float64(nil), z...); y[j] += by * h; return field(y) }
			p, q, r, w := at(1), at(-1), at(2), at(-2)
			for i := range l.Xdot {
				want := (8*(p[i]-q[i]) - (r[i] - w[i])) / (12 * h)
				got := 0.0
				if j < 2*d {
					got = l.A[i][j]
				} else {
					got = l.B[i][j-2*d]
				}
				if size := 1 + math.Abs(want) + math.Abs(l.Xdot[i]); math.Abs(got-want) > 1e-7*size {
					t.Errorf("%s: ∂f%d/∂z%d = %g, differences say %g", k.name, i, j, got, want)
				}
			}
		}
	}
}

// The forces behind the motion θ = ½ sin 2t of a pendulum with friction are those of its equation, and b θ̇ of them
// overcome friction; also where accelerations have to be estimated.
func TestForceSet(t *testing.T) {
	const g, b = 9.8, 0.3
	m := trueMotor(t, g, b)
	set := m.Columns()
	set.Inputs, set.Columns = nil, set.Columns[:3] // a planned motion: its torque is not known
	var x data.Trajectory
	for k := range 400 {
		s, c := math.Sincos(0.02 * float64(k))
		x.T, x.Q = append(x.T, 0.01*float64(k)), append(x.Q, s/2)
		x.V, x.A = append(x.V, c), append(x.A, -2*s)
	}
	x.ID = "1"
	set.Trajectories = []data.Trajectory{x}
	for _, tolerance := range []float64{1e-13, 2e-4} {
		out, err := m.ForceSet(t.Context(), set)
		if err != nil {
			t.Fatal(err)
		}
		if n := len(out.Inputs); n != 2 || out.Inputs[0] != "force_tau" || out.Inputs[1] != "friction_tau" {
			t.Fatalf("columns %v", out.Inputs)
		}
		for k := range x.T {
			tau, share := out.Trajectories[0].U[2*k], out.Trajectories[0].U[2*k+1]
			want := x.A[k] + b*x.V[k] + g*math.Sin(x.Q[k])
			if math.Abs(tau-want) > tolerance || math.Abs(share-b*x.V[k]) > tolerance {
				t.Fatalf("row %d: τ = %g of which %g friction, want %g and %g", k, tau, share, want, b*x.V[k])
			}
		}
		set.Trajectories[0].A = nil
	}
	s := model.Spec{Family: "nn", Coordinates: m.net.Spec.Coordinates, Hidden: []int{3}, Activation: "tanh"}
	plain := drawn(t, s, 1)
	if _, err := plain.ForceSet(t.Context(), set); err == nil {
		t.Error("a plain network tells forces")
	}
}

// What Force and the friction's share say of every family with a Lagrangian: τ brings the acceleration where there are
// as many motors as coordinates, and without friction there is none of it.
func TestFrictionless(t *testing.T) {
	for _, k := range witnessed(t) {
		m, s := k.model, k.States[0]
		free := m.frictionless()
		if _, ok := m.Force(s.Q, s.V, s.A, s.U); !ok {
			continue
		}
		rest := make([]float64, m.D())
		a, b := m.Accel(s.Q, rest, s.U), free.Accel(s.Q, rest, s.U)
		if apart(a, b) > 1e-12 {
			t.Errorf("%s: friction acts at rest: %v, without it %v", k.name, a, b)
		}
		rubs := m.net.Spec.Friction != "" && m.net.Spec.Friction != model.NoFriction
		if moved := apart(m.Accel(s.Q, s.V, s.U), free.Accel(s.Q, s.V, s.U)); rubs != (moved > 1e-9) {
			t.Errorf("%s: friction %q moves accelerations by %g", k.name, m.net.Spec.Friction, moved)
		}
	}
}

// A fingerprint is of the numbers of a model: a file keeps it, one bit changes it.
func TestFingerprint(t *testing.T) {
	seen := map[string]string{}
	for _, k := range witnessed(t) {
		i := k.model.Info(nil, nil, nil)
		if other := seen[i.Fingerprint]; other != "" {
			t.Errorf("%s and %s have one fingerprint", k.name, other)
		}
		seen[i.Fingerprint] = k.name
		again, err := Load(k.Path)
		if err != nil || again.Fingerprint() != i.Fingerprint {
			t.Errorf("%s: another fingerprint when it is read again", k.name)
		}
		last := again.Members()[len(again.Members())-1].net.Theta
		last[len(last)-1] = math.Nextafter(last[len(last)-1], 2)
		if again.Fingerprint() == i.Fingerprint {
			t.Errorf("%s: a bit of its last parameter does not change its fingerprint", k.name)
		}
		if i.Mass != nil {
			if _, hasLagrangian := k.model.Momentum(i.Mass.Q, i.Mass.V, i.Mass.U); !hasLagrangian {
				t.Errorf("%s has a mass matrix and no Lagrangian", k.name)
			}
		}
	}
}

// Dry friction has a slope at rest that it has nowhere else, and a linearization there says so.
func TestLinearizedAtRest(t *testing.T) {
	s := trueMotor(t, 9.8, 0.3).net.Spec
	for friction, rests := range map[model.Friction]bool{model.Both: true, model.Viscous: false} {
		s.Friction = friction
		net, err := model.New[float64](s, 1)
		if err != nil {
			t.Fatal(err)
		}
		for v, want := range map[float64]bool{0: rests, 1: false} {
			l, err := (&Model{net: net}).Linearize([]float64{0}, []float64{v}, nil)
			if err != nil || l.AtRest != want {
				t.Errorf("friction %s, v = %g: at rest %v, want %v, %v", friction, v, l.AtRest, want, err)
			}
		}
	}
}

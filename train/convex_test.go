package train

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"lagrange/mech"
	"lagrange/model"
)

// states draws N states of a system with their accelerations, and a Spec scaled to them.
func states(t *testing.T, s mech.System, N int, seed uint64) (*Accelerations[float64], model.Spec) {
	t.Helper()
	d, r := s.Dim(), rand.New(rand.NewPCG(seed, 1))
	o := &Accelerations[float64]{X: make([]float64, 2*N*d), A: make([]float64, N*d), N: N, Penalty: L2}
	spec := model.Spec{Family: "lnn", Hidden: []int{60}, Activation: "softplus", Kinetic: 1}
	for i := range N {
		q, v := o.X[2*i*d:(2*i+1)*d], o.X[(2*i+1)*d:2*(i+1)*d]
		s.Sample(r, q, v)
		s.Accel(q, v, o.A[i*d:(i+1)*d])
	}
	for i, c := range s.About().Coordinates {
		var q, qq, vv, aa float64
		for n := range N {
			x := o.X[2*n*d:]
			q, qq, vv, aa = q+x[i]/float64(N), qq+x[i]*x[i]/float64(N), vv+x[d+i]*x[d+i]/float64(N),
				aa+o.A[n*d+i]*o.A[n*d+i]/float64(N)
		}
		k := model.Coordinate{Mean: q, Scale: math.Sqrt(qq - q*q), Speed: math.Sqrt(vv), Accel: math.Sqrt(aa)}
		if c.Angle {
			k.Period, k.Mean, k.Scale = 2*math.Pi, 0, 1
		}
		spec.Coordinates = append(spec.Coordinates, k)
	}
	return o, spec
}

// witness is the mean loss and the least eigenvalue of M, both found without the code under test, for up to two
// coordinates.
func witness(m *model.Model[float64], o *Accelerations[float64]) (loss, eigen float64) {
	eigen = math.Inf(1)
	pass, tape, d := NewLoss(o, m, 1), m.Tape(1), m.Spec.D()
	mass, _ := model.As[model.Mechanics[float64]](tape)
	u := make([]float64, m.Spec.M())
	for i := range o.N {
		loss += pass.Of([]int{i}, nil) / float64(o.N)
		if mass != nil {
			copy(u, o.U[i*len(u):])
			tape.Field(o.X[2*i*d:2*(i+1)*d], u, make([]float64, 2*d))
			M := mass.Mass(0)
			e := M[0]
			if d == 2 {
				e = (M[0]+M[3])/2 - math.Hypot((M[0]-M[3])/2, M[1])
			}
			eigen = math.Min(eigen, e)
		}
	}
	return loss, eigen
}

// From every seed the initial guess of every system leaves a positive definite mass matrix and a far smaller loss, the
// one it reports.
func TestConvexInitialisation(t *testing.T) {
	for _, c := range []struct {
		system, family string
		hidden         []int
		fall           float64
	}{
		{"pendulum", "lnn", []int{60}, 1e3}, {"pendulum", "lnn", []int{40, 40}, 1e2},
		{"pendulum", "delan", []int{20}, 10},
		{"double-pendulum", "lnn", []int{200}, 5}, {"double-pendulum", "delan", []int{60}, 1},
		{"cart-pole", "lnn", []int{120}, 10},
		{"kepler", "lnn", []int{120}, 10}, {"relativistic", "lnn", []int{60}, 10},
	} {
		s, err := mech.Lookup(c.system)
		if err != nil {
			t.Fatal(err)
		}
		for seed := range uint64(4) {
			if testing.Short() && seed != 0 && seed != 3 {
				continue
			}
			o, spec := states(t, s, 1000, seed)
			spec.Family, spec.Hidden = c.family, c.hidden
			if seed == 3 {
				spec.Head = model.Quadratic
			}
			m, err := model.New[float64](spec, seed)
			if err != nil {
				t.Fatal(err)
			}
			before, _ := witness(m, o)
			guess, err := ConvexInitialisation(t.Context(), m, o, ConvexOptions{Workers: 2})
			if err != nil || !guess.Done {
				t.Errorf("%s of %s, seed %d: %+v, %v", c.family, c.system, seed, guess, err)
				continue
			}
			loss, eigen := witness(m, o)
			if !(eigen > 0) || !(loss < before/c.fall) {
				t.Errorf("%s of %s, seed %d: the loss went from %v to %v, the least eigenvalue is %v", c.family,
					c.system, seed, before, loss, eigen)
			}
			if math.Abs(guess.Before/before-1) > 1e-6 || math.Abs(guess.After/loss-1) > 1e-4 || guess.Samples != 1000 {
				t.Errorf("%s of %s, seed %d: %+v, but the loss went from %v to %v", c.family, c.system, seed, guess,
					before, loss)
			}
		}
	}
}

// With known forces their gains are found too: an arm with motors, from accelerations alone.
func TestConvexInitialisationFindsGains(t *testing.T) {
	arm, tau := arm(2000, 1)
	o := &Accelerations[float64]{X: arm.X, A: arm.A, U: tau, N: arm.N, Penalty: L2}
	spec := armModel(t, "lnn").Spec
	spec.Hidden = []int{200}
	m, err := model.New[float64](spec, 4)
	if err != nil {
		t.Fatal(err)
	}
	guess, err := ConvexInitialisation(t.Context(), m, o, ConvexOptions{})
	if err != nil || !guess.Done || !(guess.After < guess.Before/5) {
		t.Fatalf("%+v, %v", guess, err)
	}
	// motor i acts on joint i alone: the ratio of what it brings there and elsewhere
	B := m.Theta[len(m.Theta)-6:]
	if off := math.Abs(B[1]) + math.Abs(B[2]); !(B[0] > 5*off && B[3] > 2*off) {
		t.Errorf("gains %v", B)
	}
}

// Few and noisy accelerations are fitted too closely; where held-out ones select they are not, and never worse
// than before.
func TestConvexInitialisationSelects(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	for seed := range uint64(4) {
		o, spec := states(t, mech.Chain(1), 80, seed)
		held, _ := states(t, mech.Chain(1), 300, seed+10)
		for i := range o.A {
			o.A[i] += 2 * r.NormFloat64()
		}
		spec.Hidden = []int{60}
		var loss [3]float64 // of what is held out: at first, unselected, selected
		for i := range loss {
			m, err := model.New[float64](spec, seed)
			if err != nil {
				t.Fatal(err)
			}
			c := ConvexOptions{Workers: 2}
			if i == 2 {
				c.Selection = held
			}
			var guess InitialGuess
			if i > 0 {
				if guess, err = ConvexInitialisation(t.Context(), m, o, c); err != nil || !guess.Done {
					t.Fatal(guess, err)
				}
			}
			if loss[i], _ = witness(m, held); i == 2 && math.Abs(guess.After/loss[2]-1) > 1e-6 {
				t.Errorf("seed %d: %+v, but the held-out loss is %v", seed, guess, loss[2])
			}
		}
		if !(loss[2] < 0.5*loss[0] && loss[2] < 0.8*loss[1]) {
			t.Errorf("seed %d: held-out losses at first, unselected and selected: %v", seed, loss)
		}
	}
}

// A model is as it was where the method does not apply, has no use, or is ended.
func TestConvexInitialisationLeavesAlone(t *testing.T) {
	o, spec := states(t, mech.Chain(1), 200, 1)
	broken := *o
	broken.A = slices.Clone(o.A)
	broken.A[7] = math.NaN()
	few := *o
	few.N = 3
	ended, end := context.WithCancel(t.Context())
	end()
	for name, c := range map[string]struct {
		family string
		ctx    context.Context
		o      *Accelerations[float64]
	}{
		"plain network": {"nn", t.Context(), o}, "Hamiltonian": {"hnn", t.Context(), o},
		"NaN":         {"lnn", t.Context(), &broken},
		"few samples": {"lnn", t.Context(), &few}, "ended": {"lnn", ended, o}, "too wide": {"lnn", t.Context(), o},
	} {
		spec.Family, spec.Hidden = c.family, []int{60}
		if name == "too wide" {
			spec.Hidden = []int{mostLinear + 1}
		}
		m, err := model.New[float64](spec, 1)
		if err != nil {
			t.Fatal(err)
		}
		was := slices.Clone(m.Theta)
		guess, err := ConvexInitialisation(c.ctx, m, c.o, ConvexOptions{})
		if guess.Done || guess.Why == "" || err != c.ctx.Err() || !slices.Equal(m.Theta, was) {
			t.Errorf("%s: %+v, %v", name, guess, err)
		}
	}
	spec.Family, spec.Hidden = "lnn", []int{60}
	m, err := model.New[float64](spec, 1)
	if err != nil {
		t.Fatal(err)
	}
	first, err := ConvexInitialisation(t.Context(), m, o, ConvexOptions{})
	if err != nil {
		t.Fatal(err)
	}
	again, err := ConvexInitialisation(t.Context(), m, o, ConvexOptions{})
	if err != nil || again.After > first.After*(1+1e-9) {
		t.Errorf("the second time made %v of %v: %+v, %v", again.After, first.After, again, err)
	}
}

// The same from the same seed, on any number of cores up to rounding.
func TestConvexInitialisationRepeats(t *testing.T) {
	o, spec := states(t, mech.Chain(2), 600, 1)
	var first []float64
	for i, workers := range []int{1, 1, 3} {
		m, err := model.New[float64](spec, 1)
		if err != nil {
			t.Fatal(err)
		}
		guess, err := ConvexInitialisation(t.Context(), m, o, ConvexOptions{Samples: 500, Workers: workers})
		if err != nil || guess.Samples != 500 {
			t.Fatal(guess, err)
		}
		switch {
		case i == 0:
			first = m.Theta
		case i == 1 && !slices.Equal(first, m.Theta):
			t.Error("the same initial guess twice gives other parameters")
		case i == 2:
			a, _ := witness(m, o)
			m.Theta = first
			if b, _ := witness(m, o); math.Abs(a/b-1) > 0.05 {
				t.Errorf("loss %v on one core, %v on three", b, a)
			}
		}
	}
}

// Where M is not positive definite to begin with and no solution is better, it is so in the end: the linear parameters
// are smaller.
func TestConvexInitialisationCalms(t *testing.T) {
	s, err := mech.Lookup("two-body")
	if err != nil {
		t.Fatal(err)
	}
	for seed := range uint64(3) {
		o, spec := states(t, s, 500, seed)
		spec.Hidden, spec.Head = []int{20, 20}, model.Quadratic
		m, err := model.New[float64](spec, seed)
		if err != nil {
			t.Fatal(err)
		}
		for _, at := range m.Linear() {
			m.Theta[at] *= 10
		}
		mass := (&PositiveDefinite[float64]{X: o.X, Unit: []float64{1, 1, 1, 1}, Floor: 1, N: o.N}).Pass(m, 1)
		least := func() float64 {
			e, r, c := math.Inf(1), []float64{0}, []float64{0}
			for i := range o.N {
				mass.Residuals([]int{i}, r, c)
				e = min(e, 1-r[0])
			}
			return e
		}
		before := least()
		guess, err := ConvexInitialisation(t.Context(), m, o, ConvexOptions{Rounds: 1})
		if after := least(); err != nil || !(before < 0) || guess.Done || !(after > 0) {
			t.Errorf("seed %d: least eigenvalue %g, then %g; %+v, %v", seed, before, after, guess, err)
		}
	}
}

package fit

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"lagrange/data"
	"lagrange/model"
	"lagrange/train"
)

// states are exact ones of q̈ = −9 sin q − c v − k tanh(v/0.01), with accelerations.
func states(c, k float64) *data.Set {
	set := &data.Set{Coordinates: []data.Coordinate{{Name: "q", Velocity: "v", Period: 2 * math.Pi}}}
	accel := func(q, v float64) float64 { return -9*math.Sin(q) - c*v - k*math.Tanh(v/0.01) }
	const dt, parts = 0.02, 80
	for i := range 12 {
		tr := data.Trajectory{ID: fmt.Sprint(i)}
		q, v := 0.5+0.1*float64(i), 0.0
		for n := range 101 {
			tr.T, tr.Q, tr.V = append(tr.T, dt*float64(n)), append(tr.Q, q), append(tr.V, v)
			tr.A = append(tr.A, accel(q, v))
			for range parts { // by the midpoint
				const h = dt / parts
				p, w := q+h/2*v, v+h/2*accel(q, v)
				q, v = q+h*w, v+h*accel(p, w)
			}
		}
		set.Trajectories = append(set.Trajectories, tr)
	}
	return set
}

// Exact states are learned with the friction that they have and no more: the plan says so, and the model has it.
func TestFrictionOfExactStates(t *testing.T) {
	for _, c := range []struct {
		c, k float64
		want model.Friction
	}{{0, 0, model.NoFriction}, {0.3, 0, model.Viscous}, {0.2, 0.4, model.Both}} {
		for _, asked := range []model.Friction{"", AutoFriction} {
			f, err := newProblem(t.Context(), states(c.c, c.k), Options{Friction: asked, Model: "lnn", Steps: 1,
				Workers: 1})
			if err != nil {
				t.Fatal(err)
			}
			l, has := f.plan.Line("friction"), f.spec.Friction
			if has == "" {
				has = model.NoFriction
			}
			if l.Choice != string(c.want) || has != c.want || !strings.Contains(l.Reason, "leaves, with none ") {
				t.Errorf("viscous %g, dry %g, asked for %q: %q by %+v", c.c, c.k, asked, has, l)
			}
		}
	}
	f, err := newProblem(t.Context(), states(0.3, 0), Options{Friction: model.NoFriction, Model: "lnn", Steps: 1})
	if err != nil || f.spec.Friction != model.NoFriction || f.plan.Line("friction").Choice != "" &&
		f.plan.Line("friction").Choice != string(model.NoFriction) {
		t.Errorf("none was asked for: %q, %v", f.spec.Friction, err)
	}
}

// Friction that is to be found where it cannot be is refused, with why and the kinds that may be named; where nothing
// is said of friction such a training goes on without.
func TestFrictionThatIsNotFound(t *testing.T) {
	set := states(0.3, 0)
	wide := states(0.3, 0)
	for len(wide.Coordinates) <= mostShot {
		k := len(wide.Coordinates)
		wide.Coordinates = append(wide.Coordinates,
			data.Coordinate{Name: fmt.Sprint("x", k), Velocity: fmt.Sprint("w", k)})
	}
	d := len(wide.Coordinates)
	for i := range wide.Trajectories {
		tr := &wide.Trajectories[i]
		repeated := func(x []float64) (y []float64) {
			for _, a := range x {
				for j := range d {
					y = append(y, a*(1+0.1*float64(j)))
				}
			}
			return y
		}
		tr.Q, tr.V, tr.A = repeated(tr.Q), repeated(tr.V), repeated(tr.A)
	}
	conditions := states(0.3, 0)
	conditions.Inputs, conditions.SystemParameters = []string{"l"}, 1
	for i := range conditions.Trajectories {
		tr := &conditions.Trajectories[i]
		for range tr.T {
			tr.U = append(tr.U, 1+0.1*float64(i))
		}
	}
	for why, c := range map[string]struct {
		set *data.Set
		o   Options
	}{
		"has no friction of its own":          {set, Options{Model: "nn"}},
		"Hamiltonian network learns":          {set, Options{Model: "hnn"}},
		"with system parameters":              {conditions, Options{Model: "lnn"}},
		fmt.Sprintf("more than %d", mostShot): {wide, Options{Model: "lnn"}},
	} {
		c.o.Steps, c.o.Workers = 1, 1
		if _, err := newProblem(t.Context(), c.set, c.o); err != nil {
			t.Errorf("%s: where nothing is said: %v", why, err)
		}
		c.o.Friction = AutoFriction
		_, err := newProblem(t.Context(), c.set, c.o)
		if err == nil || !strings.Contains(err.Error(), why) || !strings.Contains(err.Error(), "coulomb") {
			t.Errorf("%s: %v", why, err)
		}
	}
}

// resting is a coordinate at rest in n rows, with noise of 1 on its position.
func resting(n int) *train.Measured {
	m := train.Measurement{Sigma: []float64{1, 0}}
	for k := range n {
		m.T, m.Y, m.X = append(m.T, 0.1*float64(k)), append(m.Y, 0, math.NaN()), append(m.X, 0, 0)
	}
	return &train.Measured{D: 1, Of: []train.Measurement{m}}
}

// More friction gains nothing where it predicts motion worse that neither has learned from, however likely it makes the
// rest, and however well that is predicted.
func TestFrictionHasToPredict(t *testing.T) {
	o := &train.Identification{Learn: resting(100), Swing: 10, Held: resting(11)}
	found := func(loss float64, log ...float64) (x train.Identified) {
		x.Log, x.Lengths = log, []train.Length{{Duration: 1, Segments: 1, Loss: loss, Followed: true}}
		for _, l := range log {
			x.Score += l / float64(len(log))
		}
		return x
	}
	x, f := found(5, 0.01, 0.01, 0.01), &problem{}
	for _, c := range []struct {
		held float64
		any  bool
	}{{0.009, true}, {0.01, true}, {0.011, false}} {
		if gain := f.gain(o, x, found(2, c.held, 0, 0)); gain > 10 != c.any {
			t.Errorf("held-out motion is left with %g for 0.01: more friction gains %g", c.held, gain)
		}
	}
}

// More friction that follows motion less far gains only where it predicts held-out motion better beyond doubt. It may
// predict a little worse, within a standard error, if many stretches are held out.
func TestFrictionThatFollowsLessFar(t *testing.T) {
	for _, rows := range []int{41, 101} {
		o := &train.Identification{Swing: 0.8, Learn: resting(rows), Held: resting(rows)}
		n := len(o.Held.Segments(train.HeldSwings * o.Swing))
		found := func(log, apart, loss float64, durations ...float64) (x train.Identified) {
			for i := range n {
				x.Log = append(x.Log, log+apart*float64(i%2*2-1))
			}
			x.Score = math.Exp(log)
			for k, d := range durations {
				x.Lengths = append(x.Lengths, train.Length{Duration: d, Segments: 8 - k, Loss: loss, Followed: true})
			}
			return x
		}
		f, x := &problem{}, found(0.5, 0, 5, 1, 2)
		for _, c := range []struct {
			y    train.Identified
			gain bool
		}{
			{found(-0.5, 0, 2, 1), true}, {found(0.45, 0, 2, 1), false}, // less far
			{found(0.55, 0.3, 2, 1, 2), n >= 8}, {found(0.55, 0.01, 2, 1, 2), false}, // as far
		} {
			if gain := f.gain(o, x, c.y); gain > 10 != c.gain {
				t.Errorf("%d stretches, %g for %g, %d lengths for %d: more friction gains %g", n, c.y.Score, x.Score,
					len(c.y.Lengths), len(x.Lengths), gain)
			}
		}
	}
}

// Of models that are off by far more than the noise how far they follow the motion says nothing: what is likelier by
// what they predict is taken, by a finite gain.
func TestFrictionFarFromTheNoise(t *testing.T) {
	o := &train.Identification{Learn: resting(100), Swing: 10, Held: resting(3)}
	found := func(score, loss float64, durations ...float64) train.Identified {
		x := train.Identified{Score: score, Log: []float64{math.Log(score) - 0.9, math.Log(score) + 0.9}}
		for _, d := range durations {
			x.Lengths = append(x.Lengths, train.Length{Duration: d, Segments: int(8 / d), Loss: loss, Followed: true})
		}
		return x
	}
	f, x := &problem{}, found(20, 30, 1, 2)
	for _, c := range []struct {
		y    train.Identified
		want bool
	}{
		{found(15, 12, 1), true}, {found(15, 6, 1), false},
		{found(15, 12, 1, 2, 4), true}, {found(25, 12, 1, 2, 4), false},
	} {
		if gain := f.gain(o, x, c.y); gain > 10 != c.want || math.IsInf(gain, 0) {
			t.Errorf("%g is left of what is predicted, %g of what is learned from: more friction gains %g", c.y.Score,
				left(c.y), gain)
		}
	}
}

// Friction that has come less far than the model without it is found again from that one; else it is as it was.
func TestBeyond(t *testing.T) {
	f, o := inWells(t, 1)
	of := func(kind model.Friction) train.Identified {
		spec := f.spec
		spec.Terms, spec.Friction = spec.SimplestTerms(), kind
		net, err := drawn(spec, 1)
		if err != nil {
			t.Fatal(err)
		}
		x, err := f.shot(t.Context(), o, net, f.s)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	x, y := of(model.NoFriction), of(model.Viscous)
	for i, l := range x.Lengths {
		y.Lengths[i].Loss = 0.9 * l.Loss
	}
	nothing, stop := context.WithCancel(t.Context())
	stop() // of what would be learned
	if z, err := f.beyond(nothing, o, x, y); err != nil || z.Model != y.Model {
		t.Errorf("friction that is likelier is found again: %v", err)
	}
	likeliest := x
	likeliest.Lengths = slices.Clone(x.Lengths)
	for i := range likeliest.Lengths {
		likeliest.Lengths[i].Loss /= 2
	}
	if z, err := f.beyond(t.Context(), o, likeliest, y); err != nil || z.Model != y.Model {
		t.Errorf("friction that is found again is taken though it is less likely: %v", err)
	}
	for i := range y.Lengths {
		y.Lengths[i].Loss *= 3
	}
	z, err := f.beyond(t.Context(), o, x, y)
	if err != nil || z.Model == y.Model || z.Model.Spec.Friction != model.Viscous || y.Likelier(z, o) < 0 {
		t.Errorf("friction that is less likely stays: %v", err)
	}
}

// A model that is down to the noise goes on with more friction from its motions, at their length, and is no less
// likely; one that leaves more begins with a guess of its own. Shooting ends at gains of 0.1.
func TestMoreFrictionGoesOn(t *testing.T) {
	f, o := inWells(t, 1)
	spec := f.spec
	spec.Terms, spec.Friction = spec.SimplestTerms(), model.NoFriction
	x, err := f.withMore(t.Context(), o, train.Identified{}, spec, f.s)
	if err != nil || !(x.Score < downToNoise) {
		t.Fatal(x.Score, err)
	}
	spec.Friction = model.Viscous
	last := x.Lengths[len(x.Lengths)-1]
	y, err := f.withMore(t.Context(), o, x, spec, f.s)
	if err != nil || y.Model.Spec.Friction != model.Viscous {
		t.Fatal(err)
	}
	if l := y.Lengths[len(y.Lengths)-1]; l.Segments != last.Segments || x.Likelier(y, o) < -0.2 {
		t.Errorf("%d segments after %d, likelier by %g", l.Segments, last.Segments, x.Likelier(y, o))
	}
	steps := 0
	o.On = func(train.Length) { steps++ }
	if _, err = f.withMore(t.Context(), o, x, spec, f.s); err != nil || steps != 1 {
		t.Errorf("it goes through %d lengths, %v", steps, err)
	}
	steps, x.Score = 0, 2*downToNoise
	if _, err = f.withMore(t.Context(), o, x, spec, f.s); err != nil || steps < len(x.Lengths) {
		t.Errorf("a guess of its own goes through %d lengths, %v", steps, err)
	}
}

// What a friction lacks of another's is not found again from that one, however likely it is; what it has is.
func TestFrictionThatLacksSome(t *testing.T) {
	f, o := inWells(t, 1)
	spec := f.spec
	spec.Terms = spec.SimplestTerms()
	for from, again := range map[model.Friction]bool{model.AllFriction: false, model.Viscous: true} {
		spec.Friction = from
		x, err := f.withMore(t.Context(), o, train.Identified{}, spec, f.s)
		if err != nil {
			t.Fatal(err)
		}
		x.Score = 2 * downToNoise
		for i := range x.Lengths {
			x.Lengths[i].Loss /= 2
		}
		steps := 0
		o.On = func(train.Length) { steps++ }
		spec.Friction = model.Stribeck
		y, err := f.withMore(t.Context(), o, x, spec, f.s)
		if err != nil || (steps > len(y.Lengths)) != again {
			t.Errorf("from %s: %d lengths of shooting, the model has %d, %v", from, steps, len(y.Lengths), err)
		}
		o.On = nil
	}
}

// Friction that was asked for is found again from all friction where it leaves more than the noise and less is to be
// had; what is down to the noise stays, and so does what predicts held-out motion better.
func TestAskedFrictionFromAll(t *testing.T) {
	f, o := inWells(t, 1)
	f.spec.Terms, f.spec.Friction = f.spec.SimplestTerms(), model.Both
	net, err := drawn(f.spec, 1)
	if err != nil {
		t.Fatal(err)
	}
	y, err := f.shot(t.Context(), o, net, f.s)
	if err != nil {
		t.Fatal(err)
	}
	for i := range y.Lengths {
		y.Lengths[i].Loss *= 3
	}
	if z, err := f.fromAll(t.Context(), o, f.s, y); err != nil || z.Model != y.Model {
		t.Errorf("what is down to the noise is found again: %v", err)
	}
	y.Score = 2 * downToNoise
	was := y.Log
	y.Log = nil
	for _, l := range was {
		y.Log = append(y.Log, l+1)
	}
	z, err := f.fromAll(t.Context(), o, f.s, y)
	if err != nil || z.Model == y.Model || z.Model.Spec.Friction != model.Both {
		t.Errorf("what leaves more than the noise stays: %v", err)
	}
	for i := range y.Log {
		y.Log[i] -= 2
	}
	if z, err = f.fromAll(t.Context(), o, f.s, y); err != nil || z.Model != y.Model {
		t.Errorf("what predicts held-out motion better is found again: %v", err)
	}
}

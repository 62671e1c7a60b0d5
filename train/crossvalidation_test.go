package train

import (
	"math"
	"testing"

	"lagrange/internal/par"
	"lagrange/model"
)

// Where few stretches are held out, the loss of a stretch that was learned from is that of a model which was not: found
// here for one recording by hand. The model has no term of gravity, for near the noise nothing is made up for.
func TestCrossValidation(t *testing.T) {
	o, spec := swinging(t, 0.01)
	spec.Terms = spec.SimplestTerms()
	spec.Terms[0] = spec.Terms[0][:1]
	m, err := model.New[float64](spec, 1)
	if err != nil {
		t.Fatal(err)
	}
	for j := range o.Learn.Of[0].Sigma { // all share it; near the noise nothing is made up for
		o.Learn.Of[0].Sigma[j] /= 2
	}
	x, err := o.Weak(t.Context(), m)
	if err != nil || x.Model == nil {
		t.Fatal(err, x.Why)
	}
	const out = 2 // the recording that is left out: with four of them each is a fold
	rest := &Measured{D: 1, Of: append(append([]Measurement(nil), o.Learn.Of[:out]...), o.Learn.Of[out+1:]...)}
	y := m.Copy()
	if g, err := WeakInitialisation(t.Context(), y, rest, WeakOptions{Half: x.Half, Ridge: x.Ridge}); err != nil ||
		!g.Done {
		t.Fatal(err, g.Why)
	}
	team := par.NewTeam(1)
	defer team.Close()
	alone := &Measured{D: 1, Of: o.Learn.Of[out : out+1]}
	s, err := alone.judged(t.Context(), y, team, alone.Segments(HeldSwings*o.Swing), L2)
	if err != nil {
		t.Fatal(err)
	}
	held := len(o.Held.Segments(HeldSwings * o.Swing))
	first := held + out*len(s.Loss)
	for i, want := range s.logarithms() {
		if got := x.Log[first+i]; math.Abs(got-want) > 1e-9 {
			t.Errorf("stretch %d: the logarithm of its loss is %.6f, not %.6f", i, got, want)
		}
	}
	if all := 4*len(s.Loss) + held; len(x.Log) != all {
		t.Errorf("%d stretches select, not %d", len(x.Log), all)
	}
	if want := geometric(x.Log[:held]); o.OnHeld(x) != want {
		t.Errorf("on what is held out alone %g, not %g", o.OnHeld(x), want)
	}
}

// A net of many parameters is not selected by what it learned from, nor is anything where much is held out.
func TestWhatSelects(t *testing.T) {
	o, spec := swinging(t, 0.01)
	few, err := model.New[float64](spec, 1)
	if err != nil {
		t.Fatal(err)
	}
	spec.Family, spec.Terms, spec.Hidden, spec.Head, spec.Kinetic = "lnn", nil, []int{60}, model.Quadratic, 1
	many, err := model.New[float64](spec, 1)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(o.selection(few).Of); n != len(o.Held.Of)+len(o.Learn.Of) {
		t.Errorf("%d recordings select a sum of terms", n)
	}
	if o.selection(many) != o.Held {
		t.Error("what is learned from selects a net of 60 units")
	}
	o.Horizon = o.Swing / 4 // of which many are held out
	if o.selection(few) != o.Held {
		t.Error("what is learned from selects where much is held out")
	}
}

// Few stretches decide little, whatever they say, and many that agree decide a little.
func TestClearly(t *testing.T) {
	for _, c := range []struct {
		x, y []float64
		want bool
	}{
		{[]float64{0}, []float64{0.9}, false},
		{[]float64{0}, []float64{1.1}, true},
		{[]float64{0, 0, 0, 0}, []float64{1, -1, 1, -0.5}, false},
		{[]float64{0, 0, 0, 0}, []float64{0.4, 0.5, 0.6, 0.5}, true},
		{[]float64{0.4, 0.5, 0.6, 0.5}, []float64{0, 0, 0, 0}, false},
		{[]float64{0, 9}, []float64{2}, true}, // of one stretch there are both
	} {
		if got := Clearly(c.x, c.y); got != c.want {
			t.Errorf("%v better than %v: %v", c.x, c.y, got)
		}
	}
}

// Segments do not grow beyond the horizon that predictions are wanted for.
func TestSegmentsWithinTheHorizon(t *testing.T) {
	o, spec := swinging(t, 0.01)
	o.Horizon = o.Swing / 4
	m, err := model.New[float64](spec, 1)
	if err != nil {
		t.Fatal(err)
	}
	x, err := o.Weak(t.Context(), m)
	if err == nil {
		x, err = o.Shoot(t.Context(), x)
	}
	if err != nil {
		t.Fatal(err)
	}
	if len(x.Lengths) == 0 {
		t.Fatal("nothing was shot")
	}
	for _, l := range x.Lengths {
		if l.Duration > math.Sqrt2*o.Horizon*1.01 {
			t.Errorf("segments of %.2f for a horizon of %.2f", l.Duration, o.Horizon)
		}
	}
}

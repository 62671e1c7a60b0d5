package train

import (
	"slices"
	"testing"

	"lagrange/internal/par"
	"lagrange/model"
)

// counted is a tape that counts the states that it evaluates.
type counted struct {
	model.Tape[float64]
	states *int
}

func (c counted) Field(x, u, xdot []float64) {
	*c.states += len(x)
	c.Tape.Field(x, u, xdot)
}

// The race chooses what judging all candidates by all stretches chooses, by the same numbers to the last bit, however
// many cores there are; where little is held out, too, and what is learned from selects beside it.
func TestRaceChoosesAsJudgingAll(t *testing.T) {
	for _, rows := range []int{151, 601} { // fewer stretches than fewStretches are held out of the first
		o, spec := swingingFor(t, rows, 2e-4)
		spec.Terms = spec.SimplestTerms()
		m, err := model.New[float64](spec, 1)
		if err != nil {
			t.Fatal(err)
		}
		all, _, err := o.candidates(t.Context(), m)
		if err != nil || len(all) < 8 {
			t.Fatal(len(all), err)
		}
		team := par.NewTeam(1)
		defer team.Close()
		full := slices.Clone(all)
		for i := range full {
			if err := o.score(t.Context(), team, &full[i]); err != nil {
				t.Fatal(err)
			}
		}
		for _, cores := range []int{1, 3} {
			several := par.NewTeam(cores)
			raced, err := o.raced(t.Context(), several, m, slices.Clone(all))
			several.Close()
			if err != nil {
				t.Fatal(err)
			}
			got, want := strongest(raced), strongest(full)
			if len(raced) == len(all) {
				t.Errorf("%d rows: all %d candidates are judged by all stretches", rows, len(all))
			}
			t.Logf("%d of %d candidates are judged by all %d stretches", len(raced), len(all), len(want.Log))
			if got.Half != want.Half || got.Ridge != want.Ridge || len(got.Log) != len(want.Log) {
				t.Errorf("%d rows: chosen is %g, %g, not %g, %g", rows, got.Half, got.Ridge, want.Half, want.Ridge)
			}
			for i, l := range got.Log {
				if d := l - want.Log[i]; d > 1e-9 || d < -1e-9 {
					t.Errorf("stretch %d: %g, not %g", i, l, want.Log[i])
				}
			}
		}
	}
}

// A candidate that is bad beyond doubt, a pendulum that falls up, costs the roll-outs of the first stretches and no
// more.
func TestBadCandidateCostsLittle(t *testing.T) {
	o, spec := swingingFor(t, 601, 0.02)
	spec.Terms = [][]model.Term{{{Function: model.Cos, Of: []int{1}}}, {{Function: model.One}}}
	m, err := model.New[float64](spec, 1)
	if err != nil {
		t.Fatal(err)
	}
	x, err := o.Weak(t.Context(), m)
	if err != nil || x.Model == nil {
		t.Fatal(err, x.Why)
	}
	bad, states := x, 0
	theta := slices.Clone(x.Model.Theta)
	theta[0] = -theta[0]
	up, err := model.With(x.Model.Spec, theta)
	if err != nil {
		t.Fatal(err)
	}
	bad.Model = model.Compose(up.Spec, theta, func([]float64, int) model.Tape[float64] {
		return counted{up.Tape(model.Chunk), &states}
	})
	team := par.NewTeam(1)
	defer team.Close()
	segments := o.Held.Segments(o.within(HeldSwings))
	if len(segments) < 4*firstStretches || o.selection(m) != o.Held {
		t.Fatalf("%d stretches tell nothing of what the race saves", len(segments))
	}
	few := Starts{Loss: make([]float64, len(segments)), Residuals: make([][]float64, len(segments))}
	first := farApart(len(segments))[:firstStretches]
	if _, err := o.judge(t.Context(), team, o.Held, segments, first, bad.Model, few); err != nil {
		t.Fatal(err)
	}
	want := states
	states = 0
	kept, err := o.raced(t.Context(), team, m, []Identified{bad, x})
	if err != nil || len(kept) != 1 || kept[0].Model != x.Model {
		t.Fatalf("%d candidates are left, %v", len(kept), err)
	}
	if states != want {
		t.Errorf("it cost %d numbers of states, and %d stretches cost %d", states, firstStretches, want)
	}
}

// Every number comes once, and the first ones are far apart.
func TestFarApart(t *testing.T) {
	for n := range 40 {
		order := farApart(n)
		if k := min(4, n); k > 1 {
			first := slices.Sorted(slices.Values(order[:k]))
			for i := 1; i < k; i++ {
				if first[i]-first[i-1] < n/8 {
					t.Errorf("of %d the first are %v", n, first)
				}
			}
		}
		slices.Sort(order)
		for i, x := range order {
			if i != x {
				t.Fatalf("of %d: %v", n, order)
			}
		}
		if len(order) != n {
			t.Fatalf("of %d there are %d", n, len(order))
		}
	}
}

// One solver gives for each of several ridges what a solver of its own gives, to the last bit, in any order.
func TestRidgesOfOneSolver(t *testing.T) {
	o, spec := swinging(t, 0.02)
	for _, spec.Friction = range []model.Friction{model.NoFriction, model.Both} {
		m, err := model.New[float64](spec, 1)
		if err != nil {
			t.Fatal(err)
		}
		c := WeakOptions{Half: 0.3, Workers: 2}
		w := &weakSolver{m: m.Copy(), o: o.Learn, c: c}
		defer w.close()
		for _, c.Ridge = range []float64{1e-3, 1e-9, 1e-5} {
			alone := m.Copy()
			g, err := WeakInitialisation(t.Context(), alone, o.Learn, c)
			if err != nil || !g.Done {
				t.Fatal(g, err)
			}
			if _, err = w.solve(t.Context(), c.Ridge); err != nil || !slices.Equal(w.m.Theta, alone.Theta) {
				t.Errorf("%s, ridge %g: %v, alone %v; %v", spec.Friction, c.Ridge, w.m.Theta, alone.Theta, err)
			}
		}
	}
}

// What was asked before has the same answer, and one that the first who asked has no part in.
func TestWeakAsksOnce(t *testing.T) {
	o, spec := swinging(t, 0.02)
	spec.Terms = spec.SimplestTerms()
	m, err := model.New[float64](spec, 1)
	if err != nil {
		t.Fatal(err)
	}
	x, err := o.Weak(t.Context(), m)
	if err != nil {
		t.Fatal(err)
	}
	theta := slices.Clone(x.Model.Theta)
	clear(x.Model.Theta)
	o.Memory = &Memory{} // which nothing is asked of
	y, err := o.Weak(t.Context(), m)
	if err != nil || !slices.Equal(y.Model.Theta, theta) || len(o.Memory.outcomes) > 0 {
		t.Errorf("%v, not %v, with %d outcomes; %v", y.Model.Theta, theta, len(o.Memory.outcomes), err)
	}
	o.Learn = &Measured{D: 1, Of: o.Learn.Of[1:]}
	if y, err = o.Weak(t.Context(), m); err != nil || slices.Equal(y.Model.Theta, theta) {
		t.Errorf("of other motion the answer is the same; %v", err)
	}
}

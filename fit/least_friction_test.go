package fit

import (
	"math"
	"strings"
	"testing"

	"lagrange/data"
	"lagrange/model"
	"lagrange/train"
)

// resisted is a training with a sum of the simplest terms from the positions of recordings.
func resisted(t *testing.T, full *data.Set) (*problem, *train.Identification) {
	t.Helper()
	set := &data.Set{Coordinates: full.Coordinates}
	for _, tr := range full.Trajectories {
		set.Trajectories = append(set.Trajectories, data.Trajectory{ID: tr.ID, T: tr.T, Q: tr.Q})
	}
	f, err := newProblem(t.Context(), set, Options{Model: "terms", Objective: Motion, Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	f.spec.Terms = f.spec.SimplestTerms()
	return f, identification(f)
}

// Less friction than the weak form speaks for is not shot with; without friction all begins with none. What another
// model has found is where the next one begins, and it is borne out or found anew.
func TestLeastFriction(t *testing.T) {
	if testing.Short() {
		t.Skip("seconds")
	}
	for _, x := range []struct {
		c    float64
		want model.Friction
	}{{0, model.NoFriction}, {0.5, model.Viscous}} {
		f, o := resisted(t, states(x.c, 0))
		kind, why, err := f.leastFriction(t.Context(), o, f.s)
		if err != nil || kind != x.want || (len(why) == 0) != (kind == model.NoFriction) {
			t.Errorf("friction %g begins with %s, for %q, %v", x.c, kind, why, err)
		}
		y, err := f.withFriction(t.Context(), o, f.s)
		if err != nil || y.Model.Spec.Friction != x.want || f.plan.Line("friction").Choice != string(x.want) {
			t.Errorf("friction %g: %+v, %v", x.c, f.plan.Line("friction"), err)
		}
		for _, k := range []struct {
			found model.Friction
			anew  bool
		}{{model.Viscous, x.c == 0}, {model.NoFriction, false}, {model.Stribeck, x.c == 0}} {
			s := f.s
			s.rubs = k.found
			y, err := f.withFriction(t.Context(), o, s)
			begun := strings.HasPrefix(f.plan.Line("friction").Reason, "begun with")
			want := x.want
			if begun && k.found == model.Stribeck {
				want = k.found // what it has too much is little
			}
			if err != nil || y.Model.Spec.Friction != want || begun == k.anew {
				t.Errorf("friction %g, begun with %s: %+v, %v", x.c, k.found, f.plan.Line("friction"), err)
			}
		}
	}
}

// What friction does not explain is not laid to it, however much it is.
func TestLeastFrictionOfWhatItDoesNotExplain(t *testing.T) {
	set := states(0, 0)
	for i := range set.Trajectories {
		q := set.Trajectories[i].Q
		for n, x := range q {
			q[n] = x + 0.3*math.Sin(2*x) // whose mass is not constant, as that of the simplest terms is
		}
	}
	f, o := resisted(t, set)
	kind, why, err := f.leastFriction(t.Context(), o, f.s)
	if x, e := f.weakWith(t.Context(), o, f.s, f.spec.Terms); err != nil || e != nil || x.Score < doubtful ||
		kind != model.NoFriction || why != nil {
		t.Errorf("%g is left, and it begins with %s, for %q, %v", x.Score, kind, why, err)
	}
}

// A formula that predicts held-out motion far worse than one that leaves more than the noise is not shot with; where
// noise alone is left shooting may bring it there.
func TestTooFar(t *testing.T) {
	f, o := inWells(t, 1)
	net, err := drawn(f.spec, 1)
	if err != nil {
		t.Fatal(err)
	}
	x, err := o.Weak(t.Context(), net)
	if err != nil || x.Model == nil {
		t.Fatal(err)
	}
	off := x.Model.Copy()
	for i := range off.Theta {
		off.Theta[i] *= 1 + 2*float64(i%2)
	}
	for _, c := range []struct {
		score float64
		m     *model.Model[float64]
		want  bool
	}{{1, off, false}, {2, off, true}, {2, x.Model, false}} {
		y := x
		y.Score = c.score
		if far, err := tooFar(t.Context(), o, c.m, y); err != nil || far != c.want {
			t.Errorf("beside what leaves %g: too far is %v, %v", c.score, far, err)
		}
	}
}

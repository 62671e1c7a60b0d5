package train

import (
	"math"
	"reflect"
	"slices"
	"testing"

	"lagrange/model"
)

// misled is a pendulum, a model with terms that are not a pendulum's, and what comes of it over two lengths or more.
func misled(t *testing.T, rows int) (*Identification, *model.Model[float64], Identified) {
	t.Helper()
	o, spec := swingingFor(t, rows, 0.1)
	spec.Terms = [][]model.Term{{{Function: model.Cos, Of: []int{2}}}, {{Function: model.One}}}
	m, err := model.New[float64](spec, 1)
	if err != nil {
		t.Fatal(err)
	}
	x, err := o.Again(t.Context(), m, Identified{})
	if err != nil || len(x.Lengths) < 2 {
		t.Fatalf("%d lengths, %v", len(x.Lengths), err)
	}
	return o, m, x
}

// Shooting with fewer terms ends once the mean loss is larger by twice what the criterion allows for them: log N/N of
// N numbers for each. What it ends with does not serve by that criterion.
func TestSparingTerms(t *testing.T) {
	o, m, y := misled(t, 151)
	spec := m.Spec
	spec.Terms = [][]model.Term{{{Function: model.Cos, Of: []int{2}}, {Function: model.Sin, Of: []int{2}},
		{Function: model.Sin, Of: []int{1}}}, {{Function: model.One}}}
	longer, err := model.New[float64](spec, 1)
	if err != nil {
		t.Fatal(err)
	}
	n := float64(o.Learn.numbers())
	allowed := 2 * 2 * math.Log(n) / n
	for times, want := range map[float64]int{1 + 0.9*allowed: len(y.Lengths), 1 + 1.1*allowed: 1} {
		x := Identified{Model: longer, Lengths: slices.Clone(y.Lengths[:1])}
		x.Lengths[0].Loss /= times
		z, err := o.Sparing(x, m).Again(t.Context(), m, Identified{})
		if err != nil || len(z.Lengths) != want {
			t.Errorf("a loss %g times as large: %d lengths, not %d, %v", times, len(z.Lengths), want, err)
		}
		if want == 1 && o.spared(x, z, 2) {
			t.Errorf("a loss %g times as large is worth two terms", times)
		}
	}
}

// Shooting ends after a length over which a rival was far nearer to what is learned from and to what is held out; one
// that is down to the noise ends nothing, and neither does one that is little nearer to either.
func TestAgainst(t *testing.T) {
	o, m, y := misled(t, 151)
	first := y.Lengths[0]
	if !(first.Loss > 2*farBehind*ruled && first.After > 2*farBehind*ruled) {
		t.Fatalf("the model is not far off: %+v", first)
	}
	for _, c := range []struct{ loss, after, ends float64 }{
		{first.Loss / 2, first.After / 2, 1},
		{first.Loss / 1.2, first.After / 2, 0},
		{first.Loss / 2, first.After / 1.2, 0},
		{0.9 * ruled, 1, 0},
	} {
		rival := Identified{Lengths: slices.Clone(y.Lengths[:1])}
		rival.Lengths[0].Loss, rival.Lengths[0].After = c.loss, c.after
		z, err := o.Against(rival).Again(t.Context(), m, Identified{})
		if err != nil {
			t.Fatal(err)
		}
		want := y.Lengths
		if c.ends > 0 {
			want = want[:1]
		}
		if !reflect.DeepEqual(z.Lengths, want) {
			t.Errorf("against %+v: %d lengths, not %d", rival.Lengths[0], len(z.Lengths), len(want))
		}
	}
}

// The losses of segments are those of the step that a length ended with: of nearly as many numbers each, so that their
// mean is about its loss.
func TestLogsOfALength(t *testing.T) {
	_, _, x := misled(t, 129)
	for _, l := range x.Lengths {
		sum := 0.0
		for _, y := range l.Logs {
			sum += math.Exp(y) / float64(l.Segments)
		}
		if len(l.Logs) != l.Segments || !(math.Abs(sum-l.Loss) < 0.01*l.Loss) {
			t.Errorf("%d losses of %d segments, their mean %v, not %v", len(l.Logs), l.Segments, sum, l.Loss)
		}
	}
}

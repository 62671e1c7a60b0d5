package recorded

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"lagrange"
	"lagrange/fit"
)

// recordingsFolder is that of the recordings; without them the test is skipped.
func recordingsFolder(t *testing.T) string {
	t.Helper()
	folder := filepath.Join("..", "..", "..", "shared", "data")
	if _, err := os.Stat(folder); err != nil {
		t.Skip("no recordings")
	}
	return folder
}

// The textbook's equations, fitted, predict held-out motion of every recording better than constant velocity, and the
// free swings by a hundredth of it.
func TestTextbook(t *testing.T) {
	folder := recordingsFolder(t)
	if testing.Short() {
		t.Skip("it takes seconds")
	}
	for _, r := range recordings {
		p, err := r.read(t.Context(), folder)
		if err != nil {
			t.Fatal(err)
		}
		numbers, err := r.textbook(t.Context(), p.learn)
		if err != nil {
			t.Fatal(err)
		}
		of := func(r recording, numbers []float64) Error {
			e, err := r.score(p.windows, func(w window) ([]float64, error) {
				return r.predicted(t.Context(), numbers, w)
			})
			if err != nil {
				t.Fatal(err)
			}
			return e
		}
		still := r
		still.Accel = func(_, _, _, _, a []float64) { clear(a) }
		textbook, constant := of(r, numbers), of(still, nil)
		limit := 1.
		if !r.forced {
			limit = 0.01
		}
		if r.name == "gravity-compensation" { // no equation knows of the hand
			continue
		}
		if !(textbook.Over < limit*constant.Over) {
			t.Errorf("%s: %v, constant velocity %v", r.name, textbook, constant)
		}
	}
}

// A filtered start is of rows up to the first of its window alone, and a smoothed one of those behind it, too. The
// textbook's equations predict from either, and from a start of their own.
func TestStartsWithout(t *testing.T) {
	folder := recordingsFolder(t)
	r := recordings[0]
	p, err := r.read(t.Context(), folder)
	if err != nil {
		t.Fatal(err)
	}
	others, err := r.others(p, r.rolling(p.windows, r.p))
	if err != nil {
		t.Fatal(err)
	}
	for how, e := range others {
		if at := e.Over; !(at > 0 && at < 0.2) {
			t.Errorf("from %s states the textbook is %g rad off", how, at)
		}
	}
	was := map[string]beginning{filtered: r.without(p, filtered), smoothed: r.without(p, smoothed)}
	for i, w := range p.windows {
		w.Y = slices.Clone(w.Y)
		for k := w.first + 1; k <= w.last; k++ {
			w.Y[k] += 0.1
		}
		p.windows[i] = w
	}
	if now := r.without(p, filtered); !slices.Equal(now.x, was[filtered].x) {
		t.Error("filtered starts depend on what is to be predicted")
	}
	if now := r.without(p, smoothed); slices.Equal(now.x, was[smoothed].x) {
		t.Error("smoothed starts depend on rows before them alone")
	}
}

// A textbook whose friction pushes is fitted again with friction that does not, and is then nearer to what is learned
// from than with its other numbers left; one whose friction only brakes is left.
func TestBraked(t *testing.T) {
	folder := recordingsFolder(t)
	for _, r := range recordings {
		if pushes := r.name == "system-identification"; !pushes && r.name != "ilqr" {
			continue
		}
		p, err := r.read(t.Context(), folder)
		if err != nil {
			t.Fatal(err)
		}
		numbers, err := r.textbook(t.Context(), p.learn)
		if err != nil {
			t.Fatal(err)
		}
		braked, err := r.braked(t.Context(), p.learn, numbers)
		if err != nil {
			t.Fatal(err)
		}
		if r.name == "ilqr" {
			if braked != nil || numbers[1] < 0 || numbers[2] < 0 {
				t.Errorf("ilqr: %v became %v", numbers, braked)
			}
			continue
		}
		if !(numbers[1] < 0 && braked[1] == 0 && numbers[2] < 0 && braked[2] == 0) {
			t.Errorf("%v became %v", numbers, braked)
		}
		left := func(numbers []float64) float64 {
			fixed := r.Equations
			fixed.Accel = func(q, v, u, _, a []float64) { r.Accel(q, v, u, numbers, a) }
			cost, err := fixed.Fit(t.Context(), fixed.Cut(recordingsOf(p.learn), r.horizon, nil), nil)
			if err != nil {
				t.Fatal(err)
			}
			return cost
		}
		plain := slices.Clone(numbers)
		plain[1], plain[2] = 0, 0
		if again, was := left(braked), left(plain); !(again < was) {
			t.Errorf("fitted again it leaves %g, and %g before", again, was)
		}
	}
}

// The numbers of the recorded pendulums with a motor, as the default learns them, are those of the textbook within its
// deviations, which are not so large that anything would be.
func TestNumbers(t *testing.T) {
	folder := recordingsFolder(t)
	if testing.Short() {
		t.Skip("it takes a minute")
	}
	for _, r := range recordings[:3] {
		p, err := r.read(t.Context(), folder)
		if err != nil {
			t.Fatal(err)
		}
		book, err := r.textbook(t.Context(), p.learn)
		if err != nil {
			t.Fatal(err)
		}
		m, err := lagrange.Fit(t.Context(), p.all, fit.Options{Seed: 1, Horizon: r.horizon, Workers: 1})
		if err != nil {
			t.Fatal(err)
		}
		all, err := r.numbers(t.Context(), p.learn, book, m)
		if err != nil || len(all) != 4 {
			t.Fatalf("%s: %v, %v", r.name, all, err)
		}
		for i, n := range all {
			t.Logf("%s, %s: %.4g ± %.2g, learned %.4g ± %.2g %s", r.name, n.Name, n.Textbook, n.TextbookSD, n.Learned,
				n.LearnedSD, n.Unit)
			if !n.Meets() {
				t.Errorf("%s, %s: %g ± %g by the textbook, learned %g", r.name, n.Name, n.Textbook, n.TextbookSD,
					n.Learned)
			}
			if i < 2 && !(n.TextbookSD < 0.1*n.Textbook) {
				t.Errorf("%s, %s is known to ± %g alone", r.name, n.Name, n.TextbookSD)
			}
		}
		if r.name == "ilqr" {
			causal(t, &r, p, m)
		}
	}
}

// causal holds starts through a model to what they may see: rows up to the first of their window.
func causal(t *testing.T, r *recording, p parts, m *lagrange.Model) {
	t.Helper()
	noise, err := m.Noise(t.Context(), p.learn)
	if err != nil {
		t.Fatal(err)
	}
	starts := func(change func(w window)) []float64 {
		moved := p
		moved.windows = nil
		for _, w := range p.windows {
			w.Y = slices.Clone(w.Y)
			change(w)
			moved.windows = append(moved.windows, w)
		}
		b, err := r.throughModel(t.Context(), m, moved, noise)
		if err != nil || len(b.x) != 2*len(p.windows) {
			t.Fatal(b, err)
		}
		return b.x
	}
	was := starts(func(window) {})
	later := starts(func(w window) {
		for k := w.first + 1; k <= w.last; k++ {
			w.Y[k] += 0.1
		}
	})
	if !slices.Equal(was, later) {
		t.Error("starts through the model depend on what is to be predicted")
	}
	for i, x := range starts(func(w window) { w.Y[w.first] += 0.001 }) {
		if i%2 == 0 && !(x > was[i] && x < was[i]+0.001) {
			t.Errorf("start %d is %g and, of an angle 0.001 larger, %g", i/2, was[i], x)
		}
	}
}

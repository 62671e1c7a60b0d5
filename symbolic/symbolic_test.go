package symbolic

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
)

// known are laws with the ranges of their variables, 1 to hi.
var known = []struct {
	law   string
	names []string
	hi    []float64
	f     func(x []float64) float64
}{
	{"2.2/√n", []string{"n"}, []float64{500}, func(x []float64) float64 { return 2.2 / math.Sqrt(x[0]) }},
	{"√n", []string{"n"}, []float64{500}, func(x []float64) float64 { return math.Sqrt(x[0]) }},
	{"0.58·i/√n", []string{"i", "n"}, []float64{5, 500}, func(x []float64) float64 {
		return 0.58 * x[0] / math.Sqrt(x[1])
	}},
	{"T = 365.25·a^(3/2)", []string{"a"}, []float64{40}, func(x []float64) float64 {
		return 365.25 * math.Pow(x[0], 1.5)
	}},
	{"3 + ln x − y²/2", []string{"x", "y"}, []float64{9, 4}, func(x []float64) float64 {
		return 3 + math.Log(x[0]) - x[1]*x[1]/2
	}},
}

// draw makes samples of a law, with a relative error of the given size.
func draw(n int, hi []float64, f func(x []float64) float64, noise float64, r *rand.Rand) (X [][]float64, y []float64) {
	for range n {
		x := make([]float64, len(hi))
		for i, h := range hi {
			x[i] = 1 + r.Float64()*(h-1)
		}
		X, y = append(X, x), append(y, f(x)*math.Exp(noise*r.NormFloat64()))
	}
	return X, y
}

// Laws are found again, and hold where there were no data. No smaller formula of the front comes near.
func TestKnownLaws(t *testing.T) {
	for i, k := range known {
		if testing.Short() && i > 3 {
			break
		}
		X, y := draw(40, k.hi, k.f, 0, rand.New(rand.NewPCG(1, uint64(i))))
		front, err := Search(t.Context(), X, y, Settings{Names: k.names, Seed: 3})
		if err != nil {
			t.Fatal(err)
		}
		best := front.Best()
		t.Logf("%s: found %s, size %d, error %.2g", k.law, best, best.Size, best.Error)
		beyond := make([]float64, len(k.hi))
		for j, h := range k.hi {
			beyond[j] = 3 * h
		}
		if got, want := best.At(beyond...), k.f(beyond); !(math.Abs(got-want) < 1e-6*math.Abs(want)) {
			t.Errorf("%s: %s gives %g at %g, not %g", k.law, best, got, beyond, want)
		}
		for _, l := range front {
			if l.Size < best.Size && l.Error < 1e-3*front[0].Error {
				t.Errorf("%s: %s of %d symbols has the error %g", k.law, l, l.Size, l.Error)
			}
		}
	}
}

// With 10 % of noise on 60 samples the same laws are found, but for their last digits, and nothing larger is preferred.
func TestNoise(t *testing.T) {
	if testing.Short() {
		t.Skip("noise has no exact law that would end the search early")
	}
	const noise, n = 0.1, 60
	for i, k := range known[:4] {
		X, y := draw(n, k.hi, k.f, noise, rand.New(rand.NewPCG(2, uint64(i))))
		front, err := Search(t.Context(), X, y, Settings{Names: k.names, Seed: 4, Log: true, Generations: 20})
		if err != nil {
			t.Fatal(err)
		}
		best := front.Best()
		t.Logf("%s: found %s, size %d, error %.3f", k.law, best, best.Size, best.Error)
		// a constant is known to noise/√n, here to three of that
		if got, want := best.At(k.hi...), k.f(k.hi); !(math.Abs(math.Log(got/want)) < 3*noise/math.Sqrt(n)+0.03) {
			t.Errorf("%s: %s gives %g at %g, not %g", k.law, best, got, k.hi, want)
		}
		if best.Size > 6 {
			t.Errorf("%s: %s has %d symbols", k.law, best, best.Size)
		}
	}
}

// Where y has nothing to do with x, the best law is a constant: its mean.
func TestNoLaw(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	var X [][]float64
	var y []float64
	for range 100 {
		X, y = append(X, []float64{r.NormFloat64(), r.Float64()}), append(y, 7+r.NormFloat64())
	}
	front, err := Search(t.Context(), X, y, Settings{Seed: 6, Generations: 8, MaxSize: 7})
	if err != nil {
		t.Fatal(err)
	}
	if best := front.Best(); best.Size > 1 || math.Abs(best.At(0, 0)-7) > 0.3 {
		t.Errorf("%s explains noise", best)
	}
}

// The front depends on the seed and not on the number of cores; other seeds search elsewhere.
func TestSameOnAnyCores(t *testing.T) {
	law := func(x []float64) float64 { return x[0] / (1 + math.Sqrt(x[1])) }
	X, y := draw(30, []float64{5, 50}, law, 0.05, rand.New(rand.NewPCG(7, 7)))
	run := func(seed uint64, workers int) string {
		f, err := Search(t.Context(), X, y, Settings{Seed: seed, Workers: workers, Generations: 5, Population: 40})
		if err != nil {
			t.Fatal(err)
		}
		text := ""
		for _, l := range f {
			text += fmt.Sprintln(l.Expr, l.Error)
		}
		return text
	}
	one := run(1, 1)
	if three := run(1, 3); one != three {
		t.Errorf("on one core\n%son three\n%s", one, three)
	}
	if other := run(2, 1); one == other {
		t.Error("the seed changes nothing")
	}
}

// A front grows in size, falls in error and holds numbers only, also where most formulas have no value.
func TestFront(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 8))
	X, y := [][]float64{{0, 0}, {-1, 1e300}, {1, -1e300}}, []float64{0, 1, -1}
	for range 30 {
		a, b := r.NormFloat64(), r.NormFloat64()
		X, y = append(X, []float64{a, b}), append(y, math.Sin(a))
	}
	weights := make([]float64, len(y))
	for i := range weights {
		weights[i] = float64(i % 3) // also 0
	}
	front, err := Search(t.Context(), X, y, Settings{Seed: 9, Weights: weights, Generations: 4})
	if err != nil || len(front) < 2 {
		t.Fatal(front, err)
	}
	for i, l := range front {
		if l.Error-l.Error != 0 || l.Size > 10 || i > 0 && (l.Size <= front[i-1].Size || l.Error >= front[i-1].Error) {
			t.Errorf("law %d of the front: %s, size %d, error %g", i, l, l.Size, l.Error)
		}
		square, total := 0.0, 0.0
		for k, x := range X {
			square, total = square+weights[k]*(l.At(x...)-y[k])*(l.At(x...)-y[k]), total+weights[k]
		}
		if E := math.Sqrt(square / total); math.Abs(E-l.Error) > 1e-9*E {
			t.Errorf("%s: error %g, reported %g", l, E, l.Error)
		}
	}
}

func TestBadInput(t *testing.T) {
	one := [][]float64{{1}, {2}}
	for _, c := range []struct {
		X    [][]float64
		y    []float64
		s    Settings
		want string
	}{
		{nil, nil, Settings{}, "at least one"},
		{one, []float64{1}, Settings{}, "2 rows of X"},
		{[][]float64{{1}, {2, 3}}, []float64{1, 2}, Settings{}, "sample 2 has 2 variables"},
		{one, []float64{1, math.NaN()}, Settings{}, "sample 2 is not finite"},
		{one, []float64{1, 0}, Settings{Log: true}, "no logarithm"},
		{one, []float64{1, 1}, Settings{Weights: []float64{1, -1}}, "sample 2 has the weight −1"},
	} {
		_, err := Search(t.Context(), c.X, c.y, c.s)
		if err == nil || !strings.Contains(err.Error(), strings.ReplaceAll(c.want, "−", "-")) {
			t.Errorf("%v, want %q", err, c.want)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Search(ctx, one, []float64{1, 2}, Settings{}); !errors.Is(err, context.Canceled) {
		t.Errorf("a search that was called off: %v", err)
	}
}

// A simplified formula is not longer and, for positive numbers, has the same value; simplifying is done in one go.
func TestSimplify(t *testing.T) {
	l := newIsland(0, [][]float64{{1, 1}}, []float64{1}, Settings{}.Defaults(2))
	x := []float64{1.3, 0.7}
	at := func(e []node) float64 { return Expr{nodes: e}.At(x...) }
	shorter := 0
	for range 20000 {
		e := l.tree(2 + l.r.IntN(9))
		s := simplify(e)
		if len(s) < len(e) {
			shorter++
		}
		a, b := at(e), at(s)
		inRange := a-a == 0 && math.Abs(a) < 1e6 && math.Abs(a) > 1e-6 && positive(e, x)
		if size(s) > size(e) || inRange && math.Abs(a-b) > 1e-7*math.Abs(a) {
			t.Fatalf("%s = %g became %s = %g", Expr{e, []string{"x", "y"}}, a, Expr{s, []string{"x", "y"}}, b)
		}
	}
	if shorter < 2000 {
		t.Errorf("only %d formulas became shorter", shorter)
	}
}

// positive says whether all parts of a formula are positive numbers, and of a size that rounding spares.
func positive(e []node, x []float64) bool {
	for i := range e {
		if v := (Expr{nodes: e[i:end(e, i)]}).At(x...); !(v > 1e-4 && v < 1e4) {
			return false
		}
	}
	return true
}

func TestString(t *testing.T) {
	n, i := []node{{op: variable}}, []node{{op: variable, v: 1}}
	rootN := join(node{op: power, v: root}, n)
	for _, c := range []struct {
		e    []node
		want string
	}{
		{join(node{op: over}, num(2.2), rootN), "2.2/√n"},
		{join(node{op: over}, join(node{op: times}, num(0.58), i), rootN), "0.58·i/√n"},
		{join(node{op: times}, i, join(node{op: power, v: 4}, n)), "i/√n"},
		{join(node{op: power, v: 5}, join(node{op: plus}, num(-3), n)), "(n − 3)^(3/2)"},
		{join(node{op: minus}, n, join(node{op: minus}, i, n)), "n − (i − n)"},
		{join(node{op: over}, n, join(node{op: times}, i, n)), "n/(i·n)"},
		{join(node{op: logarithm}, join(node{op: power, v: square}, n)), "ln(n²)"},
		{join(node{op: plus}, n, join(node{op: times}, num(-2), i)), "n − 2·i"},
		{join(node{op: minus}, n, join(node{op: over}, num(-2), i)), "n + 2/i"},
	} {
		if got := (Expr{c.e, []string{"n", "i"}}).String(); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
	got := simplify(join(node{op: over}, num(6), join(node{op: times}, num(2), n)))
	if want := join(node{op: over}, num(3), n); !reflect.DeepEqual(got, want) {
		t.Errorf("6/(2n) became %v", got)
	}
}

package plot

import (
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"gonum.org/v1/plot/vg"
	"pgregory.net/rapid"
)

// value reads a tick label as a person does.
func value(t *rapid.T, label string) float64 {
	mantissa, exponent, power := strings.Cut(label, "×10")
	if !power && strings.ContainsAny(label, supers) {
		mantissa, exponent = "1", strings.TrimPrefix(label, "10")
	}
	var digits strings.Builder
	for _, r := range exponent {
		digits.WriteRune(plain[len([]rune(supers[:strings.IndexRune(supers, r)]))])
	}
	s := mantissa
	if digits.Len() > 0 {
		s += "e" + digits.String()
	}
	x, err := strconv.ParseFloat(strings.ReplaceAll(s, "−", "-"), 64)
	if err != nil {
		t.Fatalf("label %q cannot be read: %v", label, err)
	}
	return x
}

// Labels say where their tick is, no two are alike, none lies off the axis, and
// there are neither too few to read a value nor too many to fit.
func TestTicks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.IntRange(5, 12).Draw(t, "want")
		log := rapid.Bool().Draw(t, "log")
		lo := math.Pow(10, rapid.Float64Range(-12, 12).Draw(t, "lo"))
		hi := lo * math.Pow(10, rapid.Float64Range(1e-6, 20).Draw(t, "ratio"))
		if !log && rapid.Bool().Draw(t, "signs") {
			lo = -lo
		}
		a := newAxis(lo, hi, 0.05, log, want)
		seen := map[string]bool{}
		for _, k := range a.ticks {
			if slack := 1e-9 * (a.hi - a.lo); k.at < a.lo-slack || k.at > a.hi+slack {
				t.Fatalf("tick at %g off [%g, %g]", k.at, a.lo, a.hi)
			}
			if k.label == "" {
				continue
			}
			if seen[k.label] {
				t.Fatalf("two ticks are labelled %q", k.label)
			}
			seen[k.label] = true
			if err := math.Abs(value(t, k.label) + a.base - k.at); err > 1e-12*math.Abs(k.at) {
				t.Fatalf("label %q at %g", k.label, k.at)
			}
		}
		if len(seen) < 2 || len(seen) > max(8, want+1) {
			t.Fatalf("%d labels on [%g, %g], log %v, want about %d", len(seen), a.lo, a.hi, log, want)
		}
	})
}

// The thinned line leaves the same ink: in each column of pixels the same lowest
// and highest point, the same entry and exit; and no more than four points.
func TestThinKeepsTheInk(t *testing.T) {
	type ink struct{ first, last, lo, hi vg.Point }
	columns := func(ps []vg.Point) map[int]ink {
		m := map[int]ink{}
		for _, p := range ps {
			col := int(math.Floor(float64(p.X / pixel)))
			k, ok := m[col]
			if !ok {
				k = ink{p, p, p, p}
			}
			k.last = p
			if p.Y < k.lo.Y {
				k.lo = p
			}
			if p.Y > k.hi.Y {
				k.hi = p
			}
			m[col] = k
		}
		return m
	}
	rng := rand.New(rand.NewPCG(3, 3))
	for _, n := range []int{1, 2, 3, 50, 5000} {
		var ps []vg.Point
		for i := range n {
			ps = append(ps, vg.Point{X: vg.Length(i) * 100 / vg.Length(n), Y: vg.Length(rng.NormFloat64())})
		}
		kept := thin(ps)
		before, after := columns(ps), columns(kept)
		if len(kept) > 4*len(before) || len(before) != len(after) {
			t.Errorf("n = %d: %d points kept in %d of %d columns", n, len(kept), len(after), len(before))
		}
		for col, k := range before {
			if after[col] != k {
				t.Errorf("n = %d, column %d: %v became %v", n, col, k, after[col])
			}
		}
	}
}

func TestScripts(t *testing.T) {
	if got := super(-1230); got != "⁻¹²³⁰" {
		t.Errorf("super(-1230) = %q", got)
	}
	if got := runs("q̇₁ (s⁻¹)"); len(got) != 6 || got[1].text != "˙" || got[2].text != "1" || got[4].text != "−1" {
		t.Errorf("runs %+v", got)
	}
	f := style(10, regular, 0, 0).Font
	with, without := scripts.set("q̇", f, nil), scripts.set("q", f, nil)
	if with != without {
		t.Errorf("a dot makes the letter wider: %v, %v", with, without)
	}
}

package fit

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"lagrange/data"
	"lagrange/model"
)

// rubbed are swings q̈ = −9.8 sin q − 0.1 v − 0.05 v|v| from an amplitude and a velocity, with noise on the positions.
func rubbed(id string, amplitude, speed float64) (tr data.Trajectory) {
	r := rand.New(rand.NewPCG(uint64(len(id)), 7))
	q, v, tr := amplitude, speed, data.Trajectory{ID: id}
	accel := func(q, v float64) float64 { return -9.8*math.Sin(q) - 0.1*v - 0.05*v*math.Abs(v) }
	const h = 0.0025
	for n := range 301 {
		tr.T, tr.Q = append(tr.T, 0.02*float64(n)), append(tr.Q, q+0.003*r.NormFloat64())
		for range 8 { // by the midpoint
			p, w := q+h/2*v, v+h/2*accel(q, v)
			q, v = q+h*w, v+h*accel(p, w)
		}
	}
	return tr
}

// Slow swings do not tell viscous friction from drag, and it is said that fast ones would, and how well: so they do.
func TestFastSwingsAreSaidToDecide(t *testing.T) {
	if testing.Short() {
		t.Skip("seconds")
	}
	set := &data.Set{Coordinates: []data.Coordinate{{Name: "q", Velocity: "v", Unit: "rad", Period: 2 * math.Pi}}}
	for i, a := range []float64{0.17, 0.2, 0.23, 0.19} {
		set.Trajectories = append(set.Trajectories, rubbed(strings.Repeat("x", i+1), a, 0))
	}
	learn := func() Formula {
		r, err := Train(t.Context(), set, Options{Model: "terms", Friction: model.AllFriction, Workers: 1, Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		return *r.Networks[0].Record.Formula
	}
	slow := learn()
	i := slices.IndexFunc(slow.Deciding, func(d Deciding) bool { return d.Recording == "motion three times as fast" })
	if i < 0 || !strings.Contains(Decides(slow.Deciding), slow.Deciding[i].Recording+": ") {
		t.Fatalf("%s; %q", slow, Decides(slow.Deciding))
	}
	for i, y := range []struct{ value, sd, want float64 }{
		{slow.Viscous[0][0], slow.SD.Viscous[0][0], 0.1}, {slow.Dry[0], slow.SD.Dry[0], 0},
		{slow.Drag[0], slow.SD.Drag[0], 0.05}} {
		if z := (y.value - y.want) / y.sd; math.Abs(z) > 3 {
			t.Errorf("friction %d is %.3f ± %.2g, not %g: %.2g deviations off", i, y.value, y.sd, y.want, z)
		}
	}
	d := slow.Deciding[i]
	for i, v := range []float64{3, 3.5, 4, 3.2} {
		set.Trajectories = append(set.Trajectories, rubbed(strings.Repeat("y", i+9), 0.3, v))
	}
	fast := learn()
	sd := map[string]float64{"viscous friction of q by q": fast.SD.Viscous[0][0],
		"dry friction of q": fast.SD.Dry[0], "drag of q": fast.SD.Drag[0]}[d.Of]
	if ratio := sd / d.SD; !(ratio > 1/3.0 && ratio < 3) {
		t.Errorf("%s is known to ± %.2g, and ± %.2g was said", d.Of, sd, d.SD)
	}
	t.Logf("%s\n%s\n%s", slow, Decides(slow.Deciding), fast)
}

// The two halves of a system that do not know one another have units of their own: what no motion tells has no number.
func TestUnfixedDirectionsHaveNoNumber(t *testing.T) {
	set := &data.Set{Coordinates: []data.Coordinate{{Name: "a", Velocity: "va"}, {Name: "b", Velocity: "vb"}}}
	r := rand.New(rand.NewPCG(4, 4))
	for i := range 4 {
		tr := data.Trajectory{ID: fmt.Sprint(i)}
		for n := range 151 {
			t := 0.05 * float64(n)
			a := (1 + 0.2*float64(i)) * math.Cos(t+float64(i))
			b := (1 - 0.2*float64(i)) * math.Cos(1.7*t)
			tr.T = append(tr.T, t)
			tr.Q = append(tr.Q, a+0.003*r.NormFloat64(), b+0.003*r.NormFloat64())
		}
		set.Trajectories = append(set.Trajectories, tr)
	}
	res, err := Train(t.Context(), set, Options{Model: "terms", Friction: model.NoFriction, Workers: 1, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	f := res.Networks[0].Record.Formula
	for _, c := range f.Terms {
		if part := strings.Contains(c.Of+c.Term, "a"); part != (c.SD >= math.Abs(c.Value)) {
			t.Errorf("%s of %s: %.3g ± %.3g", c.Term, c.Of, c.Value, c.SD)
		}
	}
	if !strings.Contains(f.String(), "not identifiable (a-") ||
		!strings.Contains(Decides(f.Deciding), "no kind of recording") {
		t.Errorf("%s; %s", f, Decides(f.Deciding))
	}
	t.Logf("%s\n%s", f, Decides(f.Deciding))
}

// The inverse of what says nothing of a direction leaves that open, and is that of the others; units do not matter.
func TestRootsWithOpenDirections(t *testing.T) {
	for _, u := range []float64{1, 1e-6, 1e5} {
		// (x + y)² is known to a tenth, x − y not at all, z to a half
		G := []float64{100, 100 * u, 0, 100 * u, 100 * u * u, 0, 0, 0, 4}
		R := roots(3, G)
		for _, c := range []struct {
			g    []float64
			want float64
		}{{[]float64{1, u, 0}, 0.1}, {[]float64{0, 0, 1}, 0.5}} {
			if sd := deviation(R, c.g); math.Abs(sd-c.want) > 1e-6*c.want {
				t.Errorf("unit %g: ± %g of %v, not %g", u, sd, c.g, c.want)
			}
		}
		for _, g := range [][]float64{{1, 0, 0}, {0, u, 0}, {1, -u, 0}} {
			if sd := deviation(R, g); !(sd > 1e5) {
				t.Errorf("unit %g: ± %g of %v", u, sd, g)
			}
		}
	}
}

// Each kind of recording changes a state as its name says, and nothing else.
func TestKinds(t *testing.T) {
	s := model.Spec{Coordinates: []model.Coordinate{{Name: "x"}, {Name: "q", Period: 2 * math.Pi}},
		Inputs: []model.Input{{Name: "u"}, {Name: "l", SystemParameter: true}}}
	states := []float64{1, 2, 3, 4, 3, 2.2, 3, 4} // the mean of x is 2
	got := map[string]string{}
	for _, k := range Kinds(s, states) {
		x, u := []float64{1, 2, 3, 4}, []float64{5, 6}
		k.State(0, x, u)
		got[k.Name] = fmt.Sprintf("%.4g %.4g", x, u)
	}
	want := map[string]string{
		"motion three times as fast":                     "[1 2 9 12] [5 6]",
		"slow motion with many reversals":                "[1 2 0.3 0.4] [5 6]",
		"motion without the known forces":                "[1 2 3 4] [0 6]",
		"motion under known forces three times as large": "[1 2 3 4] [15 6]",
		"x three times as far":                           "[-1 2 3 4] [5 6]",
		"whole turns of q":                               "[1 0 3 4] [5 6]",
		"motion of x alone":                              "[1 2.1 3 0] [5 6]",
		"motion of q alone":                              "[2 2 0 4] [5 6]",
	}
	for name, x := range want {
		if got[name] != x {
			t.Errorf("%s: %s, not %s", name, got[name], x)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%v", got)
	}
	many := model.Spec{Coordinates: make([]model.Coordinate, mostSingled+1)}
	if n := len(Kinds(many, make([]float64, 2*mostSingled+2))); n != 2 {
		t.Errorf("%d kinds of many coordinates", n)
	}
}

package initialisation

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"math"
	"math/rand/v2"
	"testing"

	"lagrange/experiment"
	"lagrange/internal/par"
	"lagrange/nn"
)

// KL(N(μ, s²) ‖ N(0, 1)) is 0 for a sample with mean 0 and deviation 1 alone, and what the integral says for another.
func TestFromUnitNormal(t *testing.T) {
	if d := fromUnitNormal([]float64{1, -1, 1, -1}, 0, 1); math.Abs(d) > 1e-15 {
		t.Errorf("unit: %g", d)
	}
	const mu, s = 0.7, 2.5
	integral := 0.0
	for x := mu - 12*s; x < mu+12*s; x += 1e-3 {
		z := (x - mu) / s
		integral += math.Exp(-z*z/2) / (s * math.Sqrt(2*math.Pi)) * (x*x/2 - z*z/2 - math.Log(s)) * 1e-3
	}
	if d := fromUnitNormal([]float64{9, mu - s, 9, mu + s}, 1, 2); math.Abs(d-integral) > 1e-9 {
		t.Errorf("%g, the integral is %g", d, integral)
	}
}

// A Lagrangian times a constant moves as before: the output layer's σ changes the measure
// through the gradient of its own weights and the prior alone, and both are known.
func TestOutputLayerScales(t *testing.T) {
	g, err := newGradients(8, 2)
	if err != nil {
		t.Fatal(err)
	}
	sigma := []float64{0.5, 0.4, 0.3}
	terms := func() (a, last float64) {
		KL := math.Pow(10, g.measure(func(i int) float64 { return sigma[i] }, 5))
		rho := sigma[2] * math.Sqrt(9./6)
		at := 5*8 + 9*8
		last = fromUnitNormal(g.grad[at:at+8], 0, 1) + 0.1*(rho*rho/2-math.Log(rho))
		return KL - last, last
	}
	rest, last := terms()
	sigma[2] *= 4
	rest4, last4 := terms()
	if math.Abs(rest4-rest) > 1e-9*rest || last == last4 {
		t.Errorf("the others change from %g to %g, its own from %g to %g", rest, rest4, last, last4)
	}
}

// CMA-ES finds the minimum of an ill-conditioned, turned quadratic and of Rosenbrock's valley.
func TestEvolution(t *testing.T) {
	for name, f := range map[string]func(x []float64) float64{
		"quadratic":  func(x []float64) float64 { u, v := x[0]+x[1]-3, x[0]-x[1]; return u*u + 1e4*v*v + x[2]*x[2] },
		"rosenbrock": func(x []float64) float64 { u, v := x[1]-x[0]*x[0], 1-x[0]; return 100*u*u + v*v + x[2]*x[2] },
	} {
		e := newEvolution([]float64{-1, 2, 1}, 0.5, 1)
		for range 250 {
			var v []float64
			for _, x := range e.ask() {
				v = append(v, f(x))
			}
			e.tell(v)
		}
		if y := f(e.mean); y > 1e-10 {
			t.Errorf("%s: %g at %g", name, y, e.mean)
		}
	}
}

// An optimum is better than where the search began, on draws it has not seen; the same seed finds the same.
func TestInitSearch(t *testing.T) {
	team := par.NewTeam(2)
	defer team.Close()
	s, err := newSearch(12, 2, 5, 12, team)
	if err != nil {
		t.Fatal(err)
	}
	none := func(int, float64) {}
	sigma, err := s.run(t.Context(), 3, none)
	if err != nil {
		t.Fatal(err)
	}
	shape := shapeOf(12, 2)
	m := s.medians([]func(i int) float64{
		func(i int) float64 { return sigma[i] },
		func(i int) float64 { return 1 / math.Sqrt(float64(shape.Sizes[i])) },
	}, 99, 15)
	if !(m[0] < m[1]-0.5) {
		t.Errorf("log₁₀ KL %g after, %g before", m[0], m[1])
	}
	again, err := s.run(t.Context(), 3, none)
	if err != nil || again[0] != sigma[0] || again[2] != sigma[2] {
		t.Errorf("the same seed finds %g, then %g, %v", sigma, again, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.run(ctx, 3, none); !errors.Is(err, context.Canceled) {
		t.Errorf("called off: %v", err)
	}
}

// On optima that follow the paper's law, with a scatter of a tenth, the regression finds the paper's law.
func TestFindLaws(t *testing.T) {
	var r Report
	draw := rand.New(rand.NewPCG(1, 1))
	for _, n := range []int{16, 32, 64, 128, 256} {
		for depth := 2; depth <= 5; depth++ {
			o := Optimum{Width: n, Depth: depth}
			for i := range depth + 1 {
				o.Sigma = append(o.Sigma, nn.PaperLaw(shapeOf(n, depth), i)*math.Exp(0.1*draw.NormFloat64()))
			}
			r.Optima = append(r.Optima, o)
		}
	}
	laws, err := findLaws(t.Context(), experiment.Settings{Seed: 2}, &r)
	if err != nil {
		t.Fatal(err)
	}
	shape := shapeOf(500, 4)
	for i := range 5 {
		if got, want := foundLaw(laws)(shape, i), nn.PaperLaw(shape, i); math.Abs(math.Log(got/want)) > 0.2 {
			t.Errorf("layer %d of 500 units: %g, not %g (%+v)", i, got, want, r.Laws)
		}
	}
	for _, l := range r.Laws {
		if l.Error > 0.13 || l.PaperError > 0.13 || l.Size > 7 {
			t.Errorf("%s: %s, error %g, the paper's %g", l.Layer, l.Found, l.Error, l.PaperError)
		}
	}
}

// All of it, very small: numbers are finite, the same seed finds the same, and tables and figure are whole.
func TestInitialisation(t *testing.T) {
	if testing.Short() {
		t.Skip("three searches and eight trainings, twice")
	}
	plan := plan{widths: []int{8, 12}, depths: []int{2}, repeats: 1, draws: 3, generations: 4, seeds: 2, steps: 6}
	seen := map[string]int{}
	s := experiment.Settings{Seed: 4, On: func(p experiment.Progress) { seen[p.Model] = p.Step }}
	r, err := plan.run(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	first, err := json.Marshal(r.Numbers) // refuses what is not finite
	if err != nil {
		t.Fatal(err)
	}
	report := r.Numbers.(Report)
	if len(report.Optima) != 2 || len(report.Laws) != 3 || len(report.Training) != 4 || seen["σ of 12x2"] != 4 ||
		seen["plain"] != 12 {
		t.Errorf("%d optima, %d laws, %d trainings, progress %v", len(report.Optima), len(report.Laws),
			len(report.Training), seen)
	}
	if len(r.Tables) != 4 || len(r.Tables[2].Rows) != 2 || len(r.Notes) < 5 {
		t.Errorf("%+v %q", r.Tables, r.Notes)
	}
	if err := r.Figures["initialisation"].Encode(io.Discard, "svg"); err != nil {
		t.Error(err)
	}
	s.On = nil
	again, err := plan.run(t.Context(), s)
	if second, _ := json.Marshal(again.Numbers); err != nil || string(first) != string(second) {
		t.Errorf("the same seed gives\n%s, then\n%s, %v", first, second, err)
	}
}

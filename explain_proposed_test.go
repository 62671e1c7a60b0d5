package lagrange_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"lagrange"
	"lagrange/data"
	"lagrange/mech"
)

// slowly is the relativistic particle in a field of 1 from starts with |v| below 0.75: faster ones hardly accelerate.
func slowly() *data.Set {
	set := recording("relativistic", 40, 30, true, 0.02)
	named, _ := mech.Lookup("relativistic")
	system := named.(mech.Parametrised).At([]float64{1})
	r := rand.New(rand.NewPCG(1, 1))
	for i := range set.Trajectories {
		t := &set.Trajectories[i]
		q, v, a := []float64{2*r.Float64() - 1}, []float64{1.35*r.Float64() - 0.75}, []float64{0}
		for n := range t.T {
			system.Accel(q, v, a)
			t.Q[n], t.V[n], t.A[n] = q[0], v[0], a[0]
			const h = 1e-4 // steps of the midpoint rule
			for range 200 {
				middle := []float64{v[0] + h/2*a[0]}
				system.Accel(q, middle, a)
				q[0], v[0] = q[0]+h*middle[0], v[0]+h*a[0]
				system.Accel(q, v, a)
			}
		}
	}
	return set
}

// Networks that have learned motions whose Lagrangians the library lacks have their formulas, which predict better: the
// relativistic factor, and 1/r of two bodies whose centre rests.
func TestProposed(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	for _, c := range []struct {
		name, term string
		set        *data.Set
		hidden     []int
		steps      int
		want       map[string]float64 // ratio to the proposed term
	}{
		{"relativistic", "1/sqrt(1-v^2)", slowly(), []int{12, 12}, 150, map[string]float64{"q": 1}},
		{"two-body", "1/sqrt((x1-x2)^2+(y1-y2)^2)", recording("two-body", 20, 60, true, 0.1), []int{12, 12}, 60,
			map[string]float64{"v_x1^2": 0.5, "v_y1^2": 0.5, "v_x2^2": 0.5, "v_y2^2": 0.5}},
	} {
		s := lagrange.Settings{Model: "lnn", Hidden: c.hidden, Method: "gauss-newton", Steps: c.steps, Seed: 1,
			Workers: 2}
		e, err := fit(t, c.set, s).Explain(t.Context(), c.set, 0, 1)
		if err != nil {
			t.Fatal(err)
		}
		l := e.Lagrangian
		if l.Why != "" || len(l.Proposed) != 1 || l.Proposed[0] != c.term || len(l.Terms) != 1+len(c.want) {
			t.Errorf("%s: %+v, proposed %q: %+v %s", c.name, e.Accuracy, l.Proposed, l.Terms, l.Why)
			continue
		}
		at := func(term string) lagrange.TermValue {
			for _, k := range l.Terms {
				if k.Term == term {
					return k
				}
			}
			t.Errorf("%s: no term %s", c.name, term)
			return lagrange.TermValue{Value: math.NaN()}
		}
		by := at(c.term)
		for term, want := range c.want {
			k := at(term)
			got, sd := k.Value/by.Value, math.Hypot(k.SD/k.Value, by.SD/by.Value)*want
			if !(math.Abs(got-want) < 3*sd) {
				t.Errorf("%s: %s over the term is %g ± %.1g, not %g", c.name, term, got, sd, want)
			}
		}
		if l.Compared == nil || l.Compared.Better != "the formula predicts better" {
			t.Errorf("%s: %+v", c.name, l.Compared)
		}
		if of := l.Ratios; c.name == "relativistic" && (len(of) != 1 || !(math.Abs(of[0].Value-1) < 0.002) ||
			of[0].Name != "uniform acceleration of q at rest" || of[0].Unit != "ls/s^2") {
			t.Errorf("ratios %+v", of)
		}
		t.Logf("%s: %+v, compared %+v, %+v", c.name, e.Accuracy, l.Compared, l.Terms)
	}
}

// Terms of the user are added to the library, and refused with the place of what is wrong.
func TestMoreTerms(t *testing.T) {
	set := recording("pendulum", 12, 60, true, 0.05)
	s := quick()
	s.Model, s.Method, s.Steps = "lnn", "gauss-newton", 20
	m := fit(t, set, s)
	e, err := m.Explain(t.Context(), set, 0, 1, "cos(3*theta)", "sin(theta)^2*omega^2")
	if err != nil {
		t.Fatal(err)
	}
	without, err := m.Explain(t.Context(), set, 0, 1)
	if err != nil || e.Lagrangian.Library != without.Lagrangian.Library+2 {
		t.Errorf("%d terms, without %d, %v", e.Lagrangian.Library, without.Lagrangian.Library, err)
	}
	for text, why := range map[string]string{"tan(theta)": "letter 1", "theta": "turn of theta",
		"omega": "derivative"} {
		if _, err := m.Explain(t.Context(), set, 0, 1, text); err == nil || !strings.Contains(err.Error(), why) ||
			!strings.Contains(err.Error(), text) {
			t.Errorf("%s: %v", text, err)
		}
	}
	if _, err := e.Lagrangian.Model.Explain(t.Context(), set, 0, 1, "cos(3*theta)"); err == nil ||
		!strings.Contains(err.Error(), "already") {
		t.Error(err)
	}
}

// A sum of terms with formulas among them is trained, saved and loaded as others are: the particle of slowly is learned
// to five digits.
func TestTrainFormulas(t *testing.T) {
	set := slowly()
	s := lagrange.Settings{Model: "terms", Method: "gauss-newton", Steps: 20, Seed: 1, Workers: 2,
		Terms: []string{"(1-v^2)^(-1/2)", "q", "q^2"}}
	m := fit(t, set, s)
	path := filepath.Join(t.TempDir(), "m")
	if err := m.Save(path); err != nil {
		t.Fatal(err)
	}
	back, err := lagrange.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []float64{-0.6, 0, 0.5} {
		named, _ := mech.Lookup("relativistic")
		want := make([]float64, 1)
		named.(mech.Parametrised).At([]float64{1}).Accel([]float64{0.3}, []float64{v}, want)
		if got := back.Accel([]float64{0.3}, []float64{v}, nil)[0]; math.Abs(got-want[0]) > 1e-5 {
			t.Errorf("acceleration at %g is %g, not %g", v, got, want[0])
		}
	}
	s.Terms = []string{"(1-v^2", "q"}
	if _, err := lagrange.Fit(t.Context(), set, s); err == nil || !strings.Contains(err.Error(), "closed") {
		t.Error(err)
	}
}

// A density that was learned on a ring has the formula of the wave equation, L = Σ ½ v² − ½ (u − u')²/Δx² with
// Δx = 1/8, whose energy and momentum are conserved and whose frequencies are sin(πk/8)/(π Δx).
func TestRing(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	set := recording("wave-8", 12, 40, true, 0.01)
	s := lagrange.Settings{Model: "graph", Method: "gauss-newton", Steps: 20, Seed: 1, Workers: 2}
	s.Graph.Shape = "ring"
	e, err := fit(t, set, s).Explain(t.Context(), set, 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	l := e.Lagrangian
	if l.Why != "" || len(l.Terms) != 2 || l.Terms[0].Term != "Σ v^2" || l.Terms[1].Term != "Σ (u-u')^2" {
		t.Fatalf("%+v, %+v", e.Accuracy, l)
	}
	if k := l.Terms[1]; math.Abs(k.Value/l.Terms[0].Value+64) > max(0.05, 6*k.SD) {
		t.Errorf("%+v", l.Terms)
	}
	for k, at := range []int{0, 2, 4, 6} {
		want := math.Sin(math.Pi*float64(k+1)/8) * 8 / math.Pi
		if f := l.Ratios[at]; math.Abs(f.Value-want) > 1e-3*want {
			t.Errorf("%+v, not %g", f, want)
		}
	}
	if c := e.Conserved; len(c.Found) != 2 || c.Found[0].Name != "energy" || c.Found[1].Name != "momentum" {
		t.Errorf("%+v", c.Found)
	}
}

// A system with a parameter, here springs whose k is recorded, has the formula of a typical motion, which holds there
// and says so, and is compared on the motions with that parameter; without a recording that of the mean.
func TestExplainParameters(t *testing.T) {
	set := &data.Set{Time: "t", Columns: []data.Column{{Name: "t", Unit: "s", Role: data.RoleTime}},
		Coordinates: []data.Coordinate{{Name: "x", Unit: "m", Velocity: "v"}}, Inputs: []string{"k"},
		SystemParameters: 1}
	r := rand.New(rand.NewPCG(1, 1))
	for i := range 17 {
		k, phase, tr := 1+0.2*float64(i%6), 6*r.Float64(), data.Trajectory{}
		ω := math.Sqrt(k)
		for n := range 40 {
			s, c := math.Sincos(phase + ω*0.1*float64(n))
			tr.T, tr.U = append(tr.T, 0.1*float64(n)), append(tr.U, k)
			tr.Q, tr.V, tr.A = append(tr.Q, s), append(tr.V, ω*c), append(tr.A, -k*s)
		}
		set.Trajectories = append(set.Trajectories, tr)
	}
	m := fit(t, set, lagrange.Settings{Model: "lnn", Method: "gauss-newton", Steps: 150, Seed: 1, Workers: 2})
	for _, of := range []*data.Set{set, nil} {
		e, err := m.Explain(t.Context(), of, 0, 1)
		if err != nil {
			t.Fatal(err)
		}
		l := e.Lagrangian
		if l.Why != "" || len(l.Ratios) == 0 || (l.Compared != nil) != (of != nil) || len(e.Conserved.Found) != 1 {
			t.Errorf("%+v, %s", e.Accuracy, l.Why)
			continue
		}
		if c := l.Compared; c != nil && !(c.Formula < 0.02 && c.Network < 0.02) {
			t.Errorf("%+v", c)
		}
		if of != nil && l.Parameters[0] != 1.8 { // three motions with 1.2 are held out, and then three with this
			t.Errorf("k = %g is not typical", l.Parameters)
		}
		var k float64
		ω := 2 * math.Pi * l.Ratios[len(l.Ratios)-1].Value // of the natural frequency
		if n, err := fmt.Sscanf(l.At, "k = %g", &k); n != 1 || math.Abs(ω*ω-k) > 0.05*k {
			t.Errorf("%q, %+v, %v", l.At, l.Ratios, err)
		}
		if e.ByFormula != (of == nil) {
			t.Errorf("conserved by the formula: %v", e.ByFormula)
		}
	}
}

package invariant

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"lagrange/mech"
)

// of is a true system as one to search.
func of(s mech.System) System {
	d := s.Dim()
	out := System{
		Field: func(x, dx []float64) {
			copy(dx, x[d:])
			s.Accel(x[:d], x[d:], dx[d:])
		},
		Energy:   func(x []float64) float64 { return s.Energy(x[:d], x[d:]) },
		Momentum: func(x, p []float64) { s.Momentum(x[:d], x[d:], p) },
	}
	for _, c := range s.About().Coordinates {
		k := Coordinate{Name: c.Name, Velocity: c.VelocityName}
		if c.Angle {
			k.Period = 2 * math.Pi
		}
		out.Coordinates = append(out.Coordinates, k)
	}
	return out
}

func drawn(s mech.System, n int) []float64 {
	d := s.Dim()
	r, x := rand.New(rand.NewPCG(1, 2)), make([]float64, 2*d*n)
	for b := range n {
		q, v := x[2*d*b:2*d*b+d], x[2*d*b+d:2*d*(b+1)]
		if s.Sample(r, q, v); s.Name() == "relativistic" {
			s.Start(r, q, v) // Sample comes within 1e-5 of the speed of light
		}
	}
	return x
}

// What is conserved by systems whose integrals of motion are known is found: how many independent ones there are, and
// their names; of systems with a Lagrangian, and of plain fields as far as the libraries reach. Two bodies about a
// centre of mass at rest differ in four directions of state space alone, where energy, angular momentum and one
// component of the Laplace–Runge–Lenz vector are left. Three bodies conserve, beside energy, momentum and angular
// momentum, the angular momentum of the centre of mass.
func TestCount(t *testing.T) {
	const E, L, p, lin, LRL = "energy", "angular momentum", "momentum", "linear in momenta", "Laplace–Runge–Lenz vector"
	for _, c := range []struct {
		system      string
		with, plain []string
	}{
		{"spring", []string{E}, []string{E}},
		{"pendulum", []string{E}, []string{E}},
		{"double-pendulum", []string{E}, []string{E}},
		{"cart-pole", []string{E, p}, []string{lin, E}},
		{"kepler", []string{E, L, LRL}, []string{lin, E}}, // of the vector r³ φ̇² cos φ is not among the functions
		{"spherical-pendulum", []string{E, L}, []string{lin, E}},
		{"relativistic", []string{E}, nil},
		{"two-body", []string{E, L, LRL}, []string{L}},
		{"wave-8", []string{E, p}, []string{p}},
		{"three-body", []string{E, p, p, L, L}, []string{p, p, L, L}},
	} {
		t.Run(c.system, func(t *testing.T) {
			if testing.Short() && len(c.with) > 2 && c.system != "kepler" {
				t.Skip("takes seconds")
			}
			s, err := mech.Lookup(c.system)
			if err != nil {
				t.Fatal(err)
			}
			sys := of(s)
			for _, want := range [][]string{c.with, c.plain} {
				r := found(t, sys, drawn(s, 1200))
				var names []string
				for _, x := range r.Found {
					names = append(names, x.Name)
					if x.Error > 1e-8 || x.Drift > 1e-7 {
						t.Errorf("%s: explained by %.2g, drift %.2g", x.Name, x.Error, x.Drift)
					}
				}
				if !slices.Equal(names, want) {
					t.Errorf("%q, not %q", names, want)
				}
				sys.Energy, sys.Momentum = nil, nil
			}
		})
	}
}

func found(t *testing.T, s System, states []float64) Result {
	t.Helper()
	r, err := Find(context.Background(), s, states)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// A pendulum that is damped conserves nothing, with a Lagrangian or without, however little it is damped, as long as
// its accelerations are known well enough; where they are not, its energy cannot be told from one that is conserved.
func TestDamped(t *testing.T) {
	s, _ := mech.Lookup("pendulum")
	for _, c := range []struct {
		damping, err float64
		conserved    int
	}{{0.1, 0, 0}, {0.01, 1e-5, 0}, {1e-5, 1e-3, 1}} {
		sys := of(s)
		was := sys.Field
		sys.Field = func(x, dx []float64) {
			was(x, dx)
			dx[1] -= c.damping * x[1]
		}
		for range 2 {
			sys.Error = c.err
			if r := found(t, sys, drawn(s, 600)); len(r.Found) != c.conserved {
				t.Errorf("damping %g, error %g: %v", c.damping, c.err, r.Found)
			}
			sys.Energy, sys.Momentum = nil, nil
		}
	}
}

// Fields with an error of a part in a thousand, smooth as that of a net, conserve what the true ones do, down to that.
func TestErroneous(t *testing.T) {
	for _, c := range []struct {
		system string
		count  int
	}{{"pendulum", 1}, {"double-pendulum", 1}, {"kepler", 2}, {"spherical-pendulum", 2}, {"cart-pole", 2}} {
		s, _ := mech.Lookup(c.system)
		sys, d := of(s), s.Dim()
		sys.Energy, sys.Momentum, sys.Error = nil, nil, 1e-3
		was, size := sys.Field, make([]float64, d)
		for x, dx := drawn(s, 600), make([]float64, 2*d); len(x) > 0; x = x[2*d:] {
			was(x, dx)
			for i := range size {
				size[i] += dx[d+i] * dx[d+i] / 600
			}
		}
		sys.Field = func(x, dx []float64) {
			was(x, dx)
			for i, square := range size {
				dx[d+i] += 1e-3 * math.Sqrt(2*square) * math.Sin(2*x[i]+x[d+i]+float64(i))
			}
		}
		r := found(t, sys, drawn(s, 1200))
		if len(r.Found) != c.count {
			t.Errorf("%s: %d: %v", c.system, len(r.Found), r.Found)
		}
		for _, x := range r.Found {
			t.Logf("%s: %s: explained by %.2g, drift %.2g: %v", c.system, x.Name, x.Error, x.Drift, x.Terms)
		}
	}
}

// What is found does not depend on the units of coordinates and time.
func TestUnits(t *testing.T) {
	s, _ := mech.Lookup("kepler")
	const length, time = 1.5e8, 5e6
	base, sys, x := of(s), of(s), drawn(s, 600)
	for n := 0; n < len(x); n += 4 {
		x[n], x[n+2], x[n+3] = x[n]*length, x[n+2]*length/time, x[n+3]/time
	}
	sys.Energy, sys.Momentum = nil, nil
	sys.Field = func(x, dx []float64) {
		base.Field([]float64{x[0] / length, x[1], x[2] / length * time, x[3] * time}, dx)
		dx[0], dx[1], dx[2], dx[3] = x[2], x[3], dx[2]*length/time/time, dx[3]/time/time
	}
	r := found(t, sys, x)
	if len(r.Found) != 2 || len(r.Found[1].Terms) != 3 {
		t.Fatalf("%v", r.Found)
	}
	for _, term := range r.Found[1].Terms {
		if want := -length * length * length / time / time; term.Text == "1/r" && math.Abs(term.Value/want-1) > 1e-6 {
			t.Errorf("μ = %g, not %g", -term.Value, -want)
		}
	}
}

// A gauge dF(q)/dt of L does not change what is found: momenta are those beside what they are at rest.
func TestGauge(t *testing.T) {
	s, _ := mech.Lookup("kepler")
	sys := of(s)
	was := sys.Momentum
	sys.Momentum = func(x, p []float64) { // F = φ e^r
		was(x, p)
		p[0], p[1] = p[0]+x[1]*math.Exp(x[0]), p[1]+math.Exp(x[0])
	}
	r := found(t, sys, drawn(s, 600))
	if len(r.Found) != 3 || len(r.Found[1].Terms) != 1 || r.Found[1].Terms[0].Text != "p_phi" {
		t.Errorf("%v", r.Found)
	}
}

// The short combinations of functions are those that hold, from the shortest on, with the rates that they have.
func TestShorts(t *testing.T) {
	s, _ := mech.Lookup("kepler")
	sys := of(s)
	sys.Energy, sys.Momentum, sys.Error = nil, nil, 1e-4
	x := drawn(s, 600)
	f := &search{System: sys, ctx: t.Context(), d: 2, lib: newLibrary(sys, x)}
	f.scales(x)
	f.narrowed(600)
	f.learn = f.sampled(x)
	f.units(f.learn)
	f.inUnits(f.learn)
	f.r.Tolerance = 1e-4
	at := f.lib.of(levels[len(levels)-1])
	var texts []string
	for _, s := range f.shorts(at) {
		c, text := make([]float64, len(at)), ""
		for i, k := range s.of {
			c[k] = s.c[i]
			text += " " + f.lib.functions[at[k]].text
		}
		texts = append(texts, text)
		if rate := f.learn.rate(at, c); rate > 1e-6 || s.rate > 1e-6 {
			t.Errorf("%s: rates %.2g and %.2g", text, rate, s.rate)
		}
	}
	if len(texts) < 2 || texts[0] != " v_phi*r^2" || !slices.Contains(texts, " v_phi^2*r^2 1/r v_r^2") {
		t.Errorf("%q", texts)
	}
}

func TestFewStates(t *testing.T) {
	s, _ := mech.Lookup("spring")
	if _, err := Find(context.Background(), of(s), drawn(s, Least-1)); err == nil {
		t.Error("no error")
	}
}

package graph

import (
	"math"
	"math/rand/v2"
	"runtime"
	"testing"

	"go.uber.org/goleak"

	"lagrange/internal/lin"
	"lagrange/model"
)

var unitSite = []model.Coordinate{{Name: "q", Velocity: "v", Scale: 1, Speed: 1, Accel: 1}}

var planeSite = []model.Coordinate{
	{Name: "x", Velocity: "vx", Mean: 0.2, Scale: 1.5, Speed: 1.2, Accel: 1},
	{Name: "y", Velocity: "vy", Scale: 0.8, Speed: 1, Accel: 1},
}

// wave is the density of the discrete wave equation, ½ φ̇ᵢ² − ¼ (c/h)² ((φ_{i+1} − φᵢ)² + (φᵢ − φ_{i−1})²), out of the
// squares z² = relu²(z) + relu²(−z).
func wave(top *Topology, c, h float64) *Model[float64] {
	rows := [][]float64{{0, -1, 1, 0, 0, 0}, {-1, 1, 0, 0, 0, 0}, {0, 0, 0, 0, 1, 0}}
	out := []float64{-c * c / (4 * h * h), -c * c / (4 * h * h), 0.5}
	theta := make([]float64, 6*6+6+6+1)
	for k, row := range rows {
		for s, sign := range []float64{1, -1} {
			for i, w := range row {
				theta[i*6+2*k+s] = sign * w
			}
			theta[42+2*k+s] = out[k]
		}
	}
	return must(With(top, theta, Density(unitSite, 3, nil, []int{6}, "relu2", 0)))
}

func must[M any](m M, err error) M {
	if err != nil {
		panic(err)
	}
	return m
}

func normal(r *rand.Rand, n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = r.NormFloat64()
	}
	return x
}

// Squares give exactly the wave equation φ̈ᵢ = c² (φ_{i+1} − 2φᵢ + φ_{i−1})/h², with the ghosts that each boundary asks
// for.
func TestWaveEquation(t *testing.T) {
	const n, c, h = 12, 1.3, 0.4
	for name, k := range map[string]struct {
		top         *Topology
		left, right func(q []float64) float64
	}{
		"ring": {Ring(n, 1, 1), func(q []float64) float64 { return q[n-1] },
			func(q []float64) float64 { return q[0] }},
		"clamped": {Chain(n, 1, 1, Clamped), func([]float64) float64 { return 0 },
			func([]float64) float64 { return 0 }},
		"free": {Chain(n, 1, 1, Free), func(q []float64) float64 { return q[0] },
			func(q []float64) float64 { return q[n-1] }},
	} {
		t.Run(name, func(t *testing.T) {
			x := normal(rand.New(rand.NewPCG(1, 2)), 2*n)
			y := make([]float64, 2*n)
			wave(k.top, c, h).Tape(1).Field(x, nil, y)
			q := append(append([]float64{k.left(x[:n])}, x[:n]...), k.right(x[:n]))
			for i := range n {
				want := c * c / (h * h) * (q[i+2] - 2*q[i+1] + q[i])
				if math.Abs(y[n+i]-want) > 1e-12*c*c/(h*h) || y[i] != x[n+i] {
					t.Errorf("node %d: φ̈ = %v, want %v", i, y[n+i], want)
				}
			}
		})
	}
}

// An example is a model on a topology whose neighbourhoods are written down a second time, by hand.
type example struct {
	m    *Model[float64]
	sees []sight
}

// sight is one term: which density, which coordinates, which attributes.
type sight struct {
	density    int
	index      []int
	attributes []float64
}

func examples() map[string]example {
	mass := []model.Input{{Name: "m", Mean: 1, Scale: 0.5}}
	spring := []model.Input{{Name: "k", Mean: 2, Scale: 1}}
	ring := must(New[float64](Ring(7, 1, 1), 3, Density(unitSite, 3, nil, []int{9, 8}, "softplus", 1)))
	chain := must(New[float64](Chain(5, 1, 2, Clamped), 4, Density(planeSite, 3, nil, []int{9}, "tanh", 1)))
	grid := must(New[float64](Lattice([]int{3, 4}, []Boundary{Periodic, Free}, 1, 1), 5,
		Density(unitSite, 5, nil, []int{8}, "softplus", 1)))
	var nodes [][]float64
	for i := range 5 {
		nodes = append(nodes, []float64{1 + 0.3*float64(i)})
	}
	edges := []Edge{{0, 1, []float64{1}}, {1, 2, []float64{2}}, {3, 1, []float64{2.5}}, {4, 2, []float64{3}},
		{0, 4, []float64{1.5}}}
	net := must(New[float64](Network(2, nodes, edges), 6,
		Density(planeSite, 1, mass, []int{7}, "softplus", 1), Density(planeSite, 2, spring, []int{8}, "softplus", 0)))
	apart := must(New[float64](Chain(4, 1, 2, Free), 7,
		TranslationInvariant(Density(planeSite, 3, nil, []int{8}, "softplus", 1), 2, 1, 1.5, 0.8)))
	all := map[string]example{"ring": {m: ring}, "chain": {m: chain}, "grid": {m: grid}, "network": {m: net},
		"translation-invariant": {m: apart}}
	add := func(name string, s sight) { e := all[name]; e.sees = append(e.sees, s); all[name] = e }
	for i := range 7 {
		add("ring", sight{index: []int{(i + 6) % 7, i, (i + 1) % 7}})
	}
	for i := -1; i <= 5; i++ {
		var index []int
		for j := i - 1; j <= i+1; j++ {
			if j < 0 || j > 4 {
				index = append(index, -1, -1)
			} else {
				index = append(index, 2*j, 2*j+1)
			}
		}
		add("chain", sight{index: index})
	}
	for i := range 4 {
		l, r := max(0, i-1), min(i+1, 3)
		add("translation-invariant", sight{index: []int{2 * l, 2*l + 1, 2 * i, 2*i + 1, 2 * r, 2*r + 1}})
	}
	for y := range 4 {
		for x := range 3 {
			add("grid",
				sight{index: []int{(x+2)%3 + 3*y, x + 3*y, (x+1)%3 + 3*y, x + 3*max(y-1, 0), x + 3*min(y+1, 3)}})
		}
	}
	for i, a := range nodes {
		add("network", sight{0, []int{2 * i, 2*i + 1}, a})
	}
	for _, e := range edges {
		add("network", sight{1, []int{2 * e.I, 2*e.I + 1, 2 * e.J, 2*e.J + 1}, e.Attributes})
		add("network", sight{1, []int{2 * e.J, 2*e.J + 1, 2 * e.I, 2*e.I + 1}, e.Attributes})
	}
	r := rand.New(rand.NewPCG(8, 1))
	for _, e := range all {
		for i := range e.m.Theta {
			e.m.Theta[i] += 0.2 * r.NormFloat64()
		}
	}
	return all
}

// whole is L and p of all coordinates, summed over what every term sees, by a model of each density on its own.
func (e example) whole(x []float64) (L float64, p []float64) {
	D := len(x) / 2
	p = make([]float64, D)
	for _, s := range e.sees {
		local := must(model.With(e.m.Densities[s.density],
			e.m.Theta[e.m.part[s.density]:e.m.part[s.density+1]])).Tape(1)
		k := len(s.index)
		z := make([]float64, 2*k)
		for i, g := range s.index {
			if g >= 0 {
				z[i], z[k+i] = x[g], x[D+g]
			}
		}
		local.Field(z, s.attributes, make([]float64, 2*k))
		mech, _ := model.As[model.Mechanics[float64]](local)
		L += mech.Lagrangian(0)
		for i, g := range s.index {
			if g >= 0 {
				p[g] += mech.Momentum(0)[i]
			}
		}
	}
	return L, p
}

// slope is df/de at 0 of a vector, by central differences with one extrapolation.
func slope(f func(e float64) []float64) []float64 {
	const h = 2e-4
	a, b, c, d := f(2*h), f(-2*h), f(h), f(-h)
	for i := range a {
		fine, coarse := (c[i]-d[i])/(2*h), (a[i]-b[i])/(4*h)
		a[i] = fine + (fine-coarse)/3
	}
	return a
}

func along(x []float64, e float64, d []float64) []float64 {
	y := make([]float64, len(x))
	for i := range x {
		y[i] = x[i] + e*d[i]
	}
	return y
}

// The assembled sparse equation gives the accelerations of the whole Lagrangian, whose derivatives are found by
// differences and whose equation is solved densely; L, p and E are those of the whole.
func TestAgainstTheWhole(t *testing.T) {
	for name, e := range examples() {
		t.Run(name, func(t *testing.T) {
			D := e.m.Topology.D()
			x := normal(rand.New(rand.NewPCG(5, 5)), 2*D)
			y := make([]float64, 2*D)
			tape := e.m.Tape(1)
			tape.Field(x, nil, y)
			M, F, r, a := make([]float64, D*D), make([]float64, D*D), make([]float64, D), make([]float64, D)
			for j := range D {
				to := make([]float64, 2*D)
				to[D+j] = 1
				for i, m := range slope(func(h float64) []float64 { _, p := e.whole(along(x, h, to)); return p }) {
					M[i*D+j] = m
				}
				to[D+j], to[j] = 0, 1
				r[j] = slope(func(h float64) []float64 { L, _ := e.whole(along(x, h, to)); return []float64{L} })[0]
			}
			qdot := append(append([]float64(nil), x[D:]...), make([]float64, D)...)
			for i, w := range slope(func(h float64) []float64 { _, p := e.whole(along(x, h, qdot)); return p }) {
				r[i] -= w // L_vq v
			}
			work := lin.NewWork[float64](D)
			lin.Solve(D, work.Factor(D, M, F), F, r, a)
			for i := range D {
				if math.Abs(a[i]-y[D+i]) > 1e-6*(1+math.Abs(a[i])) {
					t.Errorf("a[%d] = %v, of the whole %v", i, y[D+i], a[i])
				}
			}
			mech, ok := model.As[model.Mechanics[float64]](tape)
			if !ok {
				t.Fatal("no Lagrangian")
			}
			L, p := e.whole(x)
			E := -L
			for i, q := range p {
				E += q * x[D+i]
				for j := range D {
					if math.Abs(mech.Mass(0)[i*D+j]-M[i*D+j]) > 1e-6 {
						t.Errorf("M[%d,%d] = %v, of the whole %v", i, j, mech.Mass(0)[i*D+j], M[i*D+j])
					}
				}
				if math.Abs(mech.Momentum(0)[i]-q) > 1e-12*(1+math.Abs(q)) {
					t.Errorf("p[%d] = %v, of the whole %v", i, mech.Momentum(0)[i], q)
				}
			}
			if math.Abs(mech.Lagrangian(0)-L)+math.Abs(mech.Energy(0)-E) > 1e-10*(1+math.Abs(L)+math.Abs(E)) {
				t.Errorf("L, E = %v, %v, of the whole %v, %v", mech.Lagrangian(0), mech.Energy(0), L, E)
			}
			if *tape.Health() != (model.Health{Solves: 1}) {
				t.Errorf("%+v", *tape.Health())
			}
		})
	}
}

// λᵀf against differences in every parameter and every number of a batch of states, on one core and shared among three.
func TestVJP(t *testing.T) {
	for name, e := range examples() {
		t.Run(name, func(t *testing.T) {
			const B = 2
			D := e.m.Topology.D()
			r := rand.New(rand.NewPCG(9, 1))
			x, lambda := normal(r, B*2*D), normal(r, B*2*D)
			y := make([]float64, len(x))
			wide := e.m.Wide(B, 3)
			defer wide.Close()
			for _, tape := range []model.Tape[float64]{e.m.Tape(B), wide} {
				dtheta, dx := make([]float64, len(e.m.Theta)), make([]float64, len(x))
				tape.Field(x, nil, y)
				tape.VJP(lambda, dtheta, dx, nil)
				for _, c := range []struct {
					name   string
					at, by []float64
				}{{"dθ", e.m.Theta, dtheta}, {"dx", x, dx}} {
					want, top := make([]float64, len(c.at)), 0.0
					for i, was := range c.at {
						want[i] = slope(func(h float64) []float64 {
							c.at[i] = was + h
							tape.Field(x, nil, y)
							s := 0.0
							for j, l := range lambda {
								s += l * y[j]
							}
							return []float64{s}
						})[0]
						c.at[i] = was
						top = max(top, math.Abs(want[i]))
					}
					for i := range want {
						if !(math.Abs(want[i]-c.by[i]) <= 1e-6*top) {
							t.Fatalf("%s[%d] = %v, want %v (largest %v)", c.name, i, c.by[i], want[i], top)
						}
					}
				}
			}
		})
	}
}

// What an integrator and a trainer rely on: a batch is its states one by one, float32 agrees, nothing is allocated, and
// a state that is no number is reported and spoils no other.
func TestTape(t *testing.T) {
	const B = 3
	for name, e := range examples() {
		t.Run(name, func(t *testing.T) {
			D := e.m.Topology.D()
			x := normal(rand.New(rand.NewPCG(2, 9)), B*2*D)
			y, one, dx := make([]float64, len(x)), make([]float64, 2*D), make([]float64, len(x))
			tape, dtheta := e.m.Tape(B), make([]float64, len(e.m.Theta))
			wide := e.m.Wide(B, 2)
			defer wide.Close()
			for _, tape := range []model.Tape[float64]{tape, wide} {
				if n := testing.AllocsPerRun(3, func() {
					tape.Field(x, nil, y)
					tape.VJP(x, dtheta, dx, nil)
				}); n != 0 {
					t.Errorf("%v allocations", n)
				}
			}
			theta := make([]float32, len(e.m.Theta))
			for i, p := range e.m.Theta {
				theta[i] = float32(p)
			}
			single := must(With(e.m.Topology, theta, e.m.Densities...)).Tape(B)
			x32, y32 := make([]float32, len(x)), make([]float32, len(x))
			for i := range x {
				x32[i] = float32(x[i])
			}
			single.Field(x32, nil, y32)
			for b := range B {
				tape.Field(x[b*2*D:(b+1)*2*D], nil, one)
				for i, want := range one {
					if got := y[b*2*D+i]; math.Abs(got-want) > 1e-12*(1+math.Abs(want)) {
						t.Errorf("state %d, element %d: %v alone, %v in a batch", b, i, want, got)
					}
					if got := float64(y32[b*2*D+i]); math.Abs(got-want) > 2e-4*(1+math.Abs(want)) {
						t.Errorf("state %d, element %d: %v, in float32 %v", b, i, want, got)
					}
				}
			}
			x[2*D+1], *tape.Health() = math.NaN(), model.Health{}
			after := make([]float64, len(x))
			tape.Field(x, nil, after)
			if tape.Health().NonFinite != 1 || after[3*D] == after[3*D] || after[D] != y[D] {
				t.Errorf("a NaN in the second state: %+v", *tape.Health())
			}
		})
	}
}

// Densities and their parameters may go to another topology; what does not fit is refused.
func TestWith(t *testing.T) {
	m := examples()["ring"].m
	more := must(With(Ring(20, 1, 1), m.Theta, m.Densities...))
	if len(more.Theta) != len(m.Theta) || more.Theta[3] != m.Theta[3] || more.Densities[0].D() != 3 {
		t.Error("the parameters are not those that were given")
	}
	if _, err := With(Ring(20, 2, 1), m.Theta, m.Densities...); err == nil {
		t.Error("a density of three nodes was accepted for terms of five")
	}
	force := Density(unitSite, 3, nil, []int{4}, "tanh", 1)
	force.Inputs = []model.Input{{Name: "u", Scale: 1}}
	if _, err := New[float64](Ring(5, 1, 1), 1, force); err == nil {
		t.Error("a density with a force was accepted")
	}
}

// The goroutines of a wide tape live from call to call and end with it.
func TestWideEnds(t *testing.T) {
	defer goleak.VerifyNone(t)
	tape := examples()["ring"].m.Wide(1, 3)
	x, y := make([]float64, 14), make([]float64, 14)
	before := runtime.NumGoroutine()
	for range 5 {
		tape.Field(x, nil, y)
	}
	if n := runtime.NumGoroutine(); n > before { // those of an earlier test may have ended meanwhile
		t.Errorf("%d goroutines, %d before the calls", n, before)
	}
	tape.Close()
}

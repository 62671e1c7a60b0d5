package train

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"lagrange/model"
)

// ρ′ is the slope of ρ; ρ is even, 0 at 0, and not a number where the residual is none.
func TestPenalties(t *testing.T) {
	for _, p := range []Penalty{L1, L2, Huber} {
		for _, r := range []float64{-7, -1.5, -0.9, -1e-3, 1e-3, 0.5, 0.99, 1.01, 30} {
			const h = 1e-6
			rho, slope := p.Of(r)
			plus, _ := p.Of(r + h)
			minus, _ := p.Of(r - h)
			if want := (plus - minus) / (2 * h); math.Abs(slope-want) > 1e-7*(1+math.Abs(want)) {
				t.Errorf("%s: ρ′(%v) = %v, differences say %v", p.Name, r, slope, want)
			}
			if back, down := p.Of(-r); back != rho || down != -slope {
				t.Errorf("%s is not even at %v", p.Name, r)
			}
		}
		if rho, slope := p.Of(0); rho != 0 || slope != 0 {
			t.Errorf("%s: ρ(0) = %v, ρ′(0) = %v", p.Name, rho, slope)
		}
		if rho, slope := p.Of(math.NaN()); rho == rho || slope == slope {
			t.Errorf("%s: ρ(NaN) = %v, ρ′(NaN) = %v", p.Name, rho, slope)
		}
		if same, err := LookupPenalty(p.Name); err != nil || same.Name != p.Name {
			t.Errorf("LookupPenalty(%q): %v", p.Name, err)
		}
	}
	for r, want := range map[float64][3]float64{0.5: {0.5, 0.25, 0.125}, -3: {3, 9, 2.5}} {
		for i, p := range []Penalty{L1, L2, Huber} {
			if rho, _ := p.Of(r); rho != want[i] {
				t.Errorf("%s(%v) = %v, want %v", p.Name, r, rho, want[i])
			}
		}
	}
	if _, err := LookupPenalty("l3"); err == nil || !strings.Contains(err.Error(), "huber") {
		t.Errorf("l3: %v does not say what there is", err)
	}
}

// drivenModel is a small driven network of two coordinates with friction and uneven scales.
func drivenModel(t *testing.T, family string) *model.Model[float64] {
	t.Helper()
	m, err := model.New[float64](model.Spec{
		Family: family, Hidden: []int{6, 5}, Activation: "softplus", Friction: model.Both, Kinetic: 3,
		Coordinates: []model.Coordinate{{Period: 2 * math.Pi, Scale: 1, Speed: 2, Accel: 5},
			{Scale: 0.7, Mean: 0.2, Speed: 3, Accel: 4}},
		Inputs: []model.Input{{Scale: 1.3}},
	}, 11)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(5, 5))
	for i := range m.Theta {
		m.Theta[i] += 0.1 * r.NormFloat64()
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

// windows draws N windows of K steps that have nothing to do with any model.
func windows(r *rand.Rand, N, K int, p Penalty) *Segments[float64] {
	o := &Segments[float64]{Steps: K, X: normal(r, N*(K+1)*4), U: normal(r, N*(K+1)), Penalty: p}
	for range N * (K + 1) {
		o.H = append(o.H, 0.02+0.04*r.Float64())
	}
	for i := range N {
		o.First = append(o.First, i*(K+1))
	}
	return o
}

// The gradient of a batch, with a sample drawn twice, is that of central differences of its loss, and is added.
func TestGradients(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 1))
	batch := []int{3, 0, 3, 4}
	for _, family := range []string{"lnn", "nn", "hnn"} {
		for _, p := range []Penalty{L1, L2, Huber} {
			for name, o := range map[string]Objective[float64]{
				"accelerations": &Accelerations[float64]{X: normal(r, 20), U: normal(r, 5), A: normal(r, 10), N: 5,
					Penalty: p},
				"windows": windows(r, 5, 3, p),
			} {
				t.Run(fmt.Sprint(family, " ", p.Name, " ", name), func(t *testing.T) {
					m := drivenModel(t, family)
					checkGradient(t, m, NewLoss(o, m, 6), batch)
				})
			}
		}
	}
}

func checkGradient(t *testing.T, m *model.Model[float64], pass *Loss[float64], batch []int) {
	const was = 0.5
	dtheta := slices.Repeat([]float64{was}, len(m.Theta))
	loss := pass.Of(batch, dtheta)
	if again := pass.Of(batch, nil); again != loss {
		t.Errorf("the loss is %v with and %v without its gradient", loss, again)
	}
	want, top := make([]float64, len(m.Theta)), 0.0
	for i, x := range m.Theta {
		f := func(h float64) float64 { m.Theta[i] = x + h; return pass.Of(batch, nil) }
		const h = 1e-4 // Richardson: the error of central differences falls from h² to h⁴
		coarse, fine := (f(2*h)-f(-2*h))/(4*h), (f(h)-f(-h))/(2*h)
		m.Theta[i] = x
		want[i] = fine + (fine-coarse)/3
		top = max(top, math.Abs(want[i]))
	}
	for i := range want {
		if !(math.Abs(dtheta[i]-was-want[i]) <= 1e-6*top) {
			t.Fatalf("dθ[%d] = %v, differences say %v (largest %v)", i, dtheta[i]-was, want[i], top)
		}
	}
}

// Where the record is what the model does itself the loss is 0; off by r scales in one number, it is ρ(r), in a window
// divided by the K·2d numbers compared.
func TestLossValues(t *testing.T) {
	const d, N, K, r = 2, 3, 4, 1.7
	for _, p := range []Penalty{L1, L2, Huber} {
		rho, _ := p.Of(r)
		m := drivenModel(t, "lnn")
		draw := rand.New(rand.NewPCG(6, 2))
		expect := func(what string, o Objective[float64], want float64) {
			t.Helper()
			if loss := NewLoss(o, m, N).Of([]int{0, 1, 2}, nil); math.Abs(loss-want) > 1e-12 {
				t.Errorf("%s %s: %v, want %v", p.Name, what, loss, want)
			}
		}
		a := &Accelerations[float64]{X: normal(draw, N*2*d), U: normal(draw, N), N: N, Penalty: p}
		xdot := make([]float64, len(a.X))
		m.Tape(N).Field(a.X, a.U, xdot)
		for b := range N {
			a.A = append(a.A, xdot[(2*b+1)*d:(2*b+2)*d]...)
		}
		expect("own acceleration", a, 0)
		a.A[2*d+1] -= r * m.Spec.Coordinates[1].Accel
		expect("acceleration", a, rho)

		w := windows(draw, N, K, p)
		selfMade(m, w)
		expect("own motion", w, 0)
		at := func(i, k int) []float64 { return w.X[(i*(K+1)+k)*2*d:] }
		at(1, K)[1] += r * m.Spec.Coordinates[1].Scale
		expect("a coordinate", w, rho/(K*2*d))
		at(2, 1)[d] -= r * m.Spec.Coordinates[0].Speed
		expect("a velocity too", w, 2*rho/(K*2*d))
	}
}

// selfMade replaces a record by the model's own motion, by Kutta's formulas with forces linear in time.
func selfMade(m *model.Model[float64], w *Segments[float64]) {
	tape, n := m.Tape(1), 4
	f := func(x []float64, u float64) []float64 {
		y := make([]float64, n)
		tape.Field(x, []float64{u}, y)
		return y
	}
	for i := range w.Len() {
		for k := range w.Steps {
			at := i*(w.Steps+1) + k
			x, h, u0, u1 := w.X[at*n:(at+1)*n], w.H[at], w.U[at], w.U[at+1]
			move := func(c float64, k []float64) []float64 {
				y := slices.Clone(x)
				for j := range y {
					y[j] += c * h * k[j]
				}
				return y
			}
			k1 := f(x, u0)
			k2 := f(move(0.5, k1), (u0+u1)/2)
			k3 := f(move(0.5, k2), (u0+u1)/2)
			k4 := f(move(1, k3), u1)
			for j := range n {
				w.X[(at+1)*n+j] = x[j] + h/6*(k1[j]+2*k2[j]+2*k3[j]+k4[j])
			}
		}
	}
}

package filter

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"lagrange/mech"
	"lagrange/model"
)

// oscillator is L = ½ v² − ½ w² x² with a force of gain 1, in units far from one another.
func oscillator(t *testing.T, w float64) *model.Model[float64] {
	t.Helper()
	power := []model.Term{{Function: model.Power, Of: []int{2}}}
	s := model.Spec{
		Family: "terms", Activation: "softplus", Terms: [][]model.Term{power, {{Function: model.One}}},
		Coordinates: []model.Coordinate{{Name: "x", Scale: 2, Speed: 3, Accel: 1}},
		Inputs:      []model.Input{{Name: "F", Scale: 1}},
	}
	m, err := model.New[float64](s, 1)
	if err != nil {
		t.Fatal(err)
	}
	tape, y := m.Tape(1), make([]float64, 2)
	m.Theta[0], m.Theta[1] = -1, 1
	tape.Field([]float64{1, 0}, []float64{0}, y)
	m.Theta[0] *= -w * w / y[1] // the field is linear in it
	m.Theta[2] = 1
	tape.Field([]float64{0, 0}, []float64{1}, y)
	m.Theta[2] /= y[1]
	return m
}

// rk4 is a step of RK4 for ẋ = B x + (0, u), with u on a straight line: x ← A x + c.
func rk4(w, h, u0, u1 float64) (A [4]float64, c [2]float64) {
	field := func(x [2]float64, u float64) [2]float64 { return [2]float64{x[1], u - w*w*x[0]} }
	step := func(x [2]float64, u0, u1 float64) [2]float64 {
		along := func(k [2]float64, f float64) [2]float64 { return [2]float64{x[0] + f*k[0], x[1] + f*k[1]} }
		um := (u0 + u1) / 2
		k1 := field(x, u0)
		k2 := field(along(k1, h/2), um)
		k3 := field(along(k2, h/2), um)
		k4 := field(along(k3, h), u1)
		for i := range x {
			x[i] += h / 6 * (k1[i] + 2*k2[i] + 2*k3[i] + k4[i])
		}
		return x
	}
	c = step([2]float64{}, u0, u1)
	for j := range 2 {
		e := [2]float64{}
		e[j] = 1
		col := step(e, 0, 0)
		A[j], A[2+j] = col[0], col[1]
	}
	return A, c
}

// linearMotion is a recording of the oscillator at uneven times, with gaps in what is measured.
func linearMotion(r *rand.Rand, w float64, N int) Measured {
	o := Measured{SD: []float64{5, 20}}
	x, v, t := 1.5, -0.5, 3.0
	for k := range N {
		o.T, o.U = append(o.T, t), append(o.U, math.Sin(float64(k)))
		y, z := x+0.1*r.NormFloat64(), v+0.3*r.NormFloat64()
		if k%4 == 2 {
			y = math.NaN()
		}
		if k%3 > 0 {
			z = math.NaN()
		}
		o.Y, o.X = append(o.Y, y, z), append(o.X, 1+r.NormFloat64(), r.NormFloat64())
		h := 0.05 + 0.1*r.Float64()
		x, v, t = x+h*v, v-h*w*w*x, t+h
	}
	return o
}

// Of a linear system filter and smoother are exact: they are the least squares of all states at once.
func TestLinearSystem(t *testing.T) {
	const w, N = 2.5, 40
	m := oscillator(t, w)
	noise := Noise{Sigma: []float64{0.1, 0.3}, Process: []float64{0.4}}
	o := linearMotion(rand.New(rand.NewPCG(1, 2)), w, N)
	f := New(m, noise)
	same := func(what string, k int, got, want, sd float64) {
		t.Helper()
		if math.Abs(got-want) > 1e-7*sd {
			t.Errorf("row %d: %s %v, want %v", k, what, got, want)
		}
	}
	f.Begin(o.T[0], o.X[:2], o.SD, o.U[:1])
	f.Correct(o.Y[:2])
	for k := range N {
		if k > 0 {
			f.Step(o.T[k], o.Y[2*k:2*k+2], o.U[k:k+1])
		}
		x, P := dense(o, w, noise, k+1)
		for i := range 2 {
			sd := math.Sqrt(P.At(2*k+i, 2*k+i))
			same("filtered", k, f.State()[i], x.AtVec(2*k+i), sd)
			for j := range 2 {
				same("covariance", k, f.Covariance()[2*i+j], P.At(2*k+i, 2*k+j), sd*math.Sqrt(P.At(2*k+j, 2*k+j)))
			}
		}
	}
	x, P := dense(o, w, noise, N)
	seen := 0
	s, err := Smooth(t.Context(), m, noise, o, func(k int, _, C []float64) {
		seen++
		for i := range 2 {
			for j := range 2 {
				sd := math.Sqrt(P.At(2*k+i, 2*k+i) * P.At(2*k+j, 2*k+j))
				same("smoothed covariance", k, C[2*i+j], P.At(2*k+i, 2*k+j), sd)
			}
		}
	})
	if err != nil || seen != N {
		t.Fatal(err, seen)
	}
	for i := range s.X {
		sd := math.Sqrt(P.At(i, i))
		same("smoothed", i/2, s.X[i], x.AtVec(i), sd)
		same("deviation", i/2, s.SD[i], sd, sd)
	}
	minus2, measured := f.Deviance()
	if want := density(o, w, noise); math.Abs(minus2-want) > 1e-7*math.Abs(want) || measured != 44 {
		t.Errorf("−2 log likelihood %v of %d numbers, want %v", minus2, measured, want)
	}
}

// pendulum is the true double pendulum.
func pendulum(t *testing.T) *model.Model[float64] {
	t.Helper()
	s := model.Spec{Family: "terms", Activation: "softplus", Terms: [][]model.Term{
		{{Function: model.Cos, Of: []int{1, 0}}, {Function: model.Cos, Of: []int{0, 1}}},
		{{Function: model.One}}, {{Function: model.Cos, Of: []int{1, -1}}}, {{Function: model.One}},
	}}
	for i := range 2 {
		c := model.Coordinate{Name: fmt.Sprint("q", i), Period: 2 * math.Pi, Scale: 1, Speed: 1, Accel: 1}
		s.Coordinates = append(s.Coordinates, c)
	}
	m, err := model.With(s, []float64{19.6, 9.8, 2, 1, 1})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// swings are motions of the double pendulum with noise on the angles, measured at times that are τ off, and the true
// states (n, 4).
func swings(t *testing.T, m *model.Model[float64], r *rand.Rand, sigma, tau float64, rows int) (o Measured,
	x []float64) {
	t.Helper()
	at, tr := make([]float64, 4), newTransition(m, 1, 0.002)
	mech.Chain(2).Sample(r, at[:2], at[2:])
	for k := range rows {
		o.T, x = append(o.T, 0.02*float64(k)), append(x, at...)
		y := []float64{at[0] + sigma*r.NormFloat64(), at[1] + sigma*r.NormFloat64(), math.NaN(), math.NaN()}
		for i := range 2 {
			y[i] += tau * r.NormFloat64() * at[2+i]
		}
		o.Y = append(o.Y, y...)
		tr.load(0, at, 0.02, nil, nil)
		tr.run(1)
		copy(at, tr.end(0))
	}
	o.SD = []float64{0.1, 0.1, 1, 1}
	for i := range x { // as if another smoother had found them
		sd := []float64{0.01, 0.01, 0.3, 0.3}[i%4]
		o.X = append(o.X, x[i]+sd*r.NormFloat64())
	}
	return o, x
}

// coverage counts estimates within one and two of their deviations.
type coverage struct {
	within map[string][2]int
	all    map[string]int
}

func (c *coverage) count(who string, x, truth, sd float64) {
	w, z := c.within[who], math.Abs(x-truth)/sd
	if z < 1 {
		w[0]++
	}
	if z < 2 {
		w[1]++
	}
	c.within[who] = w
	c.all[who]++
}

// The deviations that filter and smoother give are those of their errors: of a double pendulum, from noisy angles
// alone, at exact times and at others, two thirds lie within one and 95 % within two.
func TestCoverage(t *testing.T) {
	if testing.Short() {
		t.Skip("seconds")
	}
	m, r := pendulum(t), rand.New(rand.NewPCG(3, 4))
	noise := Noise{Sigma: []float64{0.01, 0.01, 0, 0}, Process: []float64{1e-4, 1e-4}, Step: 0.005}
	c := coverage{within: map[string][2]int{}, all: map[string]int{}}
	var filtered, smoothed float64
	for i := range 50 {
		tau := 0.0
		if noise.Jitter = nil; i >= 25 {
			tau = 0.01
			noise.Jitter = []float64{tau, tau}
		}
		o, truth := swings(t, m, r, 0.01, tau, 60)
		f := New(m, noise)
		f.Begin(0, o.X, o.SD, nil)
		f.Correct(o.Y)
		s, err := Smooth(t.Context(), m, noise, o, nil)
		if err != nil {
			t.Fatal(err)
		}
		for k := range o.T {
			if k > 0 {
				f.Step(o.T[k], o.Y[4*k:], nil)
			}
			if k%10 != 9 { // neighbouring rows have the same errors
				continue
			}
			for i := range 4 {
				at := 4*k + i
				what := []string{"angle", "velocity"}[i/2]
				if tau > 0 {
					what += " with jitter"
				}
				c.count("filtered "+what, f.State()[i], truth[at], math.Sqrt(f.Covariance()[5*i]))
				c.count("smoothed "+what, s.X[at], truth[at], s.SD[at])
				filtered += math.Pow(f.State()[i]-truth[at], 2)
				smoothed += math.Pow(s.X[at]-truth[at], 2)
			}
		}
	}
	for who, w := range c.within {
		one, two := float64(w[0])/float64(c.all[who]), float64(w[1])/float64(c.all[who])
		t.Logf("%s: %.3f %.3f of %d", who, one, two, c.all[who])
		if !(one > 0.55 && one < 0.8 && two > 0.88) { // about four deviations of as many independent ones
			t.Errorf("%s: %.3f within one, %.3f within two deviations", who, one, two)
		}
	}
	if !(smoothed < filtered/2) {
		t.Errorf("errors squared %v filtered, %v smoothed: what follows tells nothing", filtered, smoothed)
	}
}

// Where the smoother ends does not depend on where it begins: after rounds enough f is linear about the states found.
func TestSmoothingFromAfar(t *testing.T) {
	m, r := pendulum(t), rand.New(rand.NewPCG(5, 6))
	noise := Noise{Sigma: []float64{0.01, 0.01, 0, 0}, Process: []float64{1e-3, 1e-3}, Step: 0.01}
	o, truth := swings(t, m, r, 0.01, 0, 40)
	copy(o.X, truth[:4])
	near, err := Smooth(t.Context(), m, noise, o, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 4; i < len(o.X); i++ {
		o.X[i] = truth[i] + []float64{0.05, 0.05, 1, 1}[i%4]*r.NormFloat64()
	}
	far, err := Smooth(t.Context(), m, noise, o, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i, x := range far.X {
		if !(math.Abs(x-near.X[i]) < 0.01*near.SD[i]) {
			t.Fatalf("number %d is %v, from afar %v, with deviation %v", i, near.X[i], x, near.SD[i])
		}
	}
}

// A filter in a control loop allocates nothing.
func TestFilterAllocatesNothing(t *testing.T) {
	m := pendulum(t)
	f := New(m, Noise{Sigma: []float64{0.01, 0.01, 0, 0}, Process: []float64{0.1, 0.1}, Step: 0.01})
	x, at := []float64{0.1, 0.2, 0.3, 0.4}, 0.0
	f.Begin(0, x, x, nil)
	if n := testing.AllocsPerRun(20, func() {
		at += 0.025
		f.Step(at, x, nil)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// An interval of several steps ends where so many intervals of one step do, also with inputs.
func TestStepsOfAnInterval(t *testing.T) {
	m := oscillator(t, 2)
	one, many := newTransition(m, 2, 0.1), newTransition(m, 1, 0.1)
	x := []float64{1, -2}
	one.load(0, x, 0.05, []float64{1}, []float64{1})
	one.load(1, x, 0.4, []float64{1}, []float64{3})
	one.run(2)
	many.load(0, x, 0.05, []float64{1}, []float64{1})
	many.run(1)
	for i, y := range many.end(0) {
		if math.Abs(one.end(0)[i]-y) > 1e-13 {
			t.Errorf("beside a longer interval %v, alone %v", one.end(0), many.end(0))
		}
	}
	A := []float64{1, 0, 0, 1}
	for k := range 4 {
		many.load(0, x, 0.1, []float64{1 + 0.5*float64(k)}, []float64{1.5 + 0.5*float64(k)})
		many.run(1)
		x = append([]float64(nil), many.end(0)...)
		J, B := many.jacobian(0), append([]float64(nil), A...)
		for i := range 2 {
			for j := range 2 {
				A[2*i+j] = J[2*i]*B[j] + J[2*i+1]*B[2+j]
			}
		}
	}
	for i := range 2 {
		if math.Abs(one.end(1)[i]-x[i]) > 1e-13 {
			t.Errorf("at once %v, one by one %v", one.end(1), x)
		}
	}
	for i := range A {
		if math.Abs(one.jacobian(1)[i]-A[i]) > 1e-13 {
			t.Errorf("slopes %v, one by one %v", one.jacobian(1), A)
		}
	}
}

package bench

import (
	"math"
	"math/rand/v2"

	"lagrange/mech"
)

// Oscillator is one coordinate with H = p² + V(q), as in the
// published code of Greydanus et al. 2019: mass ½, so q̇ = 2p.
type Oscillator struct{ V, DV func(q float64) float64 }

// Dim is the number of coordinates.
func (o Oscillator) Dim() int { return 1 }

// Accel writes q̈.
func (o Oscillator) Accel(q, _, a []float64) { a[0] = -2 * o.DV(q[0]) }

// Momentum writes p.
func (o Oscillator) Momentum(_, v, p []float64) { p[0] = v[0] / 2 }

// Energy is E.
func (o Oscillator) Energy(q, v []float64) float64 { return v[0]*v[0]/4 + o.V(q[0]) }

// publishedSteps is how many steps the published models of
// spring and pendulum take. More of them would learn the noise.
const publishedSteps = 2000

// OscillatorTask is that of the mass on a spring or of the pendulum: 25 motions
// of 3 s with noise of 0.05 on q and p, and their exact derivatives. rows are the
// states of a motion, least and most its first radius in the plane of q and p.
func OscillatorTask(name, title string, o Oscillator, rows int, least, most float64, seed uint64) (*Task, error) {
	t := &Task{
		Name: name, Title: title, Body: o, Most: publishedSteps, Dt: 3 / float64(rows-1), Times: Grid(20, 20./99),
		Measures: []string{"energy_mse", "coordinate_mse", "true_energy_mse"}, Score: radiusScore, Curve: energyCurve,
		YLabel: "error of the energy",
	}
	r := rand.New(rand.NewPCG(seed, 0x6e01))
	var err error
	for _, p := range []*Records{&t.Learn, &t.Valid} {
		if *p, err = t.noisy(r, 25, rows, least, most); err != nil {
			return nil, err
		}
	}
	for range 15 { // |q|, |p| from 0.2 to 1
		for range 2 {
			x := 1.6*r.Float64() - 0.8
			t.Starts = append(t.Starts, x+math.Copysign(0.2, x))
		}
		t.Starts[len(t.Starts)-1] *= 2
	}
	return t, t.solve()
}

// noisy draws motions.
func (t *Task) noisy(r *rand.Rand, N, rows int, least, most float64) (p Records, err error) {
	const noise = 0.05
	for range N {
		q, y := 2*r.Float64()-1, 2*r.Float64()-1
		s := (least + (most-least)*r.Float64()) / math.Hypot(q, y)
		x, err := Motion(t.Body, []float64{s * q, 2 * s * y}, Grid(3, t.Dt))
		if err != nil {
			return p, err
		}
		p.Observe(t.Body, x, rows)
		at := len(p.X) - len(x)
		for k := range rows {
			p.X[at+2*k] += noise * r.NormFloat64()
			p.X[at+2*k+1] += 2 * noise * r.NormFloat64()
		}
	}
	return p, nil
}

// Observe adds a motion with its exact derivatives.
func (p *Records) Observe(b body, x []float64, rows int) {
	d, from := b.Dim(), len(p.A)/b.Dim()
	a := make([]float64, d)
	for k := range rows {
		y := x[2*d*k : 2*d*(k+1)]
		b.Accel(y[:d], y[d:], a)
		p.X, p.V, p.A = append(p.X, y...), append(p.V, y[d:]...), append(p.A, a...)
		if k+WindowSteps < rows {
			p.Start = append(p.Start, from+k)
		}
	}
}

// TwoBodyTask is that of two bodies: 800 motions of 50 states over 20 units of time, 15 starts for 25.
func TwoBodyTask(seed uint64) (*Task, error) {
	system, err := mech.Lookup("two-body")
	if err != nil {
		return nil, err
	}
	t := &Task{
		Name: "two-body", Title: "Two bodies", Body: system, Dt: 20. / 49, Times: Grid(25, 25./499),
		Measures: []string{"energy_mse", "coordinate_mse"}, Score: energyScore, Curve: energyCurve,
		YLabel: "error of the energy",
	}
	r := rand.New(rand.NewPCG(seed, 0x6e02))
	x := make([]float64, 8)
	for i := range 1000 {
		p := &t.Learn
		if i < 40 {
			p = &t.Valid
		} else if i < 200 {
			continue // the rest of the published test set
		}
		system.Start(r, x[:4], x[4:])
		y, err := Motion(system, x, Grid(20, t.Dt))
		if err != nil {
			return nil, err
		}
		p.Observe(system, y, 50)
	}
	for range 15 {
		system.Start(r, x[:4], x[4:])
		t.Starts = append(t.Starts, x...)
	}
	return t, t.solve()
}

// energyScore is the mean square error over starts and times of the energy, and of the coordinates and momenta.
func energyScore(t *Task, paths [][]float64) []float64 {
	return meanSquares(t, paths, t.Body.Energy)
}

// radiusScore takes q² + p² for the energy, as the published code
// does even for the pendulum, and adds the error of the true one.
func radiusScore(t *Task, paths [][]float64) []float64 {
	radius := func(q, v []float64) float64 { return q[0]*q[0] + v[0]*v[0]/4 }
	return append(meanSquares(t, paths, radius), meanSquares(t, paths, t.Body.Energy)[0])
}

func meanSquares(t *Task, paths [][]float64, energy func(q, v []float64) float64) []float64 {
	d := t.Body.Dim()
	var E, z, n float64
	for i, x := range paths {
		a, b := ToMomenta(t.Body, x), ToMomenta(t.Body, t.Truth[i])
		for k := 0; k < len(x); k += 2 * d {
			e := energy(x[k:k+d], x[k+d:k+2*d]) - energy(t.Truth[i][k:k+d], t.Truth[i][k+d:k+2*d])
			E, n = E+e*e, n+1
			for j := k; j < k+2*d; j++ {
				z += (a[j] - b[j]) * (a[j] - b[j]) / float64(2*d)
			}
		}
	}
	return []float64{Capped(E / n), Capped(z / n)}
}

// energyCurve is the root mean square over starts of the error of the energy at each time.
func energyCurve(t *Task, paths [][]float64) []float64 {
	d, y := t.Body.Dim(), make([]float64, len(t.Times))
	for i, x := range paths {
		for k := range y {
			a, b := x[2*d*k:2*d*(k+1)], t.Truth[i][2*d*k:2*d*(k+1)]
			e := t.Body.Energy(a[:d], a[d:]) - t.Body.Energy(b[:d], b[d:])
			y[k] += e * e / float64(len(paths))
		}
	}
	for k := range y {
		y[k] = math.Sqrt(y[k])
	}
	return y
}

package bench

import (
	"fmt"
	"math"
	"math/rand/v2"

	"lagrange/internal/lin"
	"lagrange/internal/vec"
	"lagrange/mech"
)

// The protocol of the published code of Finzi et al. 2020: motions of 3 s from
// states near the lowest one, dt 0.03; of 800 of them one piece of five states each
// to learn from, and of 100 others the first state of such a piece to start from.
const (
	chainStep, chainTime = 0.03, 3.0
	ChainPieces          = 800
	chainTests           = 100
	chainFloor           = 1e-8 // added to the error, whose logarithm is taken
)

// ChainTask is the task of n pendulums.
func ChainTask(n int, seed uint64) (*Task, error) {
	t := &Task{
		Name: fmt.Sprintf("chain-%d", n), Title: fmt.Sprintf("Chain of %d", n), Body: mech.Chain(n),
		Period: 2 * math.Pi, Dt: chainStep,
		Times: Grid(chainTime-chainStep, chainStep), Measures: []string{"relative_error"}, Score: ChainScore,
		Curve:  chainCurve,
		YLabel: "relative error, geometric mean",
	}
	published := []map[string]string{
		{"node": "3.8e-4", "hnn-canonical": "1.2e-4", "delan": "2.5e-4", "clnn": "5.2e-5", "true, 1e-4 off": "3.6e-5"},
		{"node": "6.5e-2", "hnn-canonical": "1.9e-3", "delan": "1.3e-3", "clnn": "1.1e-4", "true, 1e-4 off": "5.9e-5"},
	}
	if n <= len(published) {
		t.Published = published[n-1]
	}
	var err error
	if t.Learn, err = t.Pieces(rand.New(rand.NewPCG(seed, 0xc4a11)), ChainPieces); err != nil {
		return nil, err
	}
	if t.Valid, err = t.Pieces(rand.New(rand.NewPCG(seed, 0xc4a12)), chainTests); err != nil {
		return nil, err
	}
	tests, err := t.Pieces(rand.New(rand.NewPCG(seed, 0xc4a13)), chainTests)
	if err != nil {
		return nil, err
	}
	t.Fresh = tests.X
	for _, s := range tests.Start {
		t.Starts = append(t.Starts, tests.X[2*s*n:2*(s+1)*n]...)
	}
	return t, t.solve()
}

// Pieces draws motions and of each one piece of five states.
func (t *Task) Pieces(r *rand.Rand, N int) (p Records, err error) {
	n := t.Body.Dim()
	for range N {
		z := make([]float64, 2*n)
		for i := range z {
			z[i] = r.NormFloat64()
		}
		b := Bobs(z)
		for i := range 2 * n {
			b[i] += 0.2 * r.NormFloat64()
			b[2*n+i] = 3 * (0.5*b[2*n+i] + 0.4*r.NormFloat64())
		}
		const length = WindowSteps + 1
		from := length * r.IntN(len(t.Times)/length)
		x, err := Motion(t.Body, rods(onto(b)), t.Times[:from+length])
		if err != nil {
			return p, err
		}
		p.Start = append(p.Start, len(p.Start)*length)
		p.X = append(p.X, x[2*n*from:]...)
	}
	return p, nil
}

// Bobs returns positions and velocities in the plane, (2, n, 2),
// of a state of angles and angular velocities; rods have length 1.
func Bobs(x []float64) []float64 {
	n := len(x) / 2
	z := make([]float64, 4*n)
	for i := range n {
		for j := range i + 1 {
			sin, cos := math.Sincos(x[j])
			z[2*i] += sin
			z[2*i+1] -= cos
			z[2*n+2*i] += cos * x[n+j]
			z[2*n+2*i+1] += sin * x[n+j]
		}
	}
	return z
}

// rods returns the state whose rods have the directions of z, and its velocities across them.
func rods(z []float64) []float64 {
	n := len(z) / 4
	x := make([]float64, 2*n)
	apart := func(at, i int) float64 { // from the bob above
		if i == 0 {
			return z[at]
		}
		return z[at+2*i] - z[at+2*i-2]
	}
	for i := range n {
		x[i] = math.Atan2(apart(0, i), -apart(1, i))
		sin, cos := math.Sincos(x[i])
		x[n+i] = cos*apart(2*n, i) + sin*apart(2*n+1, i)
	}
	return x
}

// onto moves positions and velocities z so that with r_i and w_i those from the bob above
//
//	Φ = (|r_i|² − 1, 2 r_i·w_i) = 0,
//
// by Newton's steps of least length, −Jᵀ(JJᵀ)⁻¹Φ, as the published code does, none longer than half of z in any number.
func onto(z []float64) []float64 {
	n := len(z) / 4
	C := 2 * n
	Phi, J, A, F := make([]float64, C), make([]float64, C*4*n), make([]float64, C*C), make([]float64, C*C)
	lambda, work := make([]float64, C), lin.NewWork[float64](C)
	for range 100 {
		clear(J)
		size, miss := 0.0, 0.0
		for i := range n {
			Phi[i], Phi[n+i] = -1, 0
			for k := 2 * i; k < 2*i+2; k++ {
				r, w := z[k], z[2*n+k]
				if i > 0 {
					r, w = r-z[k-2], w-z[2*n+k-2]
				}
				Phi[i], Phi[n+i] = Phi[i]+r*r, Phi[n+i]+2*r*w
				for back, sign := range []float64{1, -1}[:min(i, 1)+1] {
					at := k - 2*back
					J[i*4*n+at], J[(n+i)*4*n+at], J[(n+i)*4*n+2*n+at] = 2*sign*r, 2*sign*w, 2*sign*r
				}
				size += (z[k]*z[k] + z[2*n+k]*z[2*n+k]) / float64(4*n)
			}
			miss = max(miss, math.Abs(Phi[i]), math.Abs(Phi[n+i]))
		}
		if miss < 1e-12 {
			break
		}
		for a := range C {
			for b := range C {
				A[a*C+b] = 0
				for k := range 4 * n {
					A[a*C+b] += J[a*4*n+k] * J[b*4*n+k]
				}
			}
		}
		lin.Solve(C, work.Factor(C, A, F), F, Phi, lambda)
		most := math.Sqrt(size) / 2
		for k := range z {
			step := 0.0
			for a, l := range lambda {
				step -= J[a*4*n+k] * l
			}
			z[k] += max(-most, min(most, step))
		}
	}
	return z
}

// chainErrors are the relative errors ‖ẑ − z‖/‖ẑ + z‖ of positions
// and velocities in the plane over a motion; 1 where there is none.
func chainErrors(n int, x, truth []float64) []float64 {
	e := make([]float64, len(truth)/(2*n))
	for k := range e {
		a, b := Bobs(x[2*n*k:2*n*(k+1)]), Bobs(truth[2*n*k:2*n*(k+1)])
		var minus, plus float64
		for i := range a {
			minus, plus = minus+(a[i]-b[i])*(a[i]-b[i]), plus+(a[i]+b[i])*(a[i]+b[i])
		}
		if e[k] = math.Sqrt(minus / plus); !vec.IsFinite(e[k]) {
			e[k] = 1
		}
	}
	return e
}

// ChainScore is the geometric mean over times and starts, as
// published: exp of ∫ log(e + 1e-8) dt / 3 s by the trapezoidal rule.
func ChainScore(t *Task, paths [][]float64) []float64 {
	sum := 0.0
	for i, x := range paths {
		e := chainErrors(t.Body.Dim(), x, t.Truth[i])
		for k := 1; k < len(e); k++ {
			sum += (math.Log(e[k-1]+chainFloor) + math.Log(e[k]+chainFloor)) / 2 * t.Dt / chainTime
		}
	}
	return []float64{math.Exp(sum / float64(len(paths)))}
}

// chainCurve is the geometric mean over starts at each time.
func chainCurve(t *Task, paths [][]float64) []float64 {
	y := make([]float64, len(t.Times))
	for i, x := range paths {
		for k, e := range chainErrors(t.Body.Dim(), x, t.Truth[i]) {
			y[k] += math.Log(e+chainFloor) / float64(len(paths))
		}
	}
	for k := range y {
		y[k] = math.Exp(y[k])
	}
	return y
}

// Nudged is the error of the true system from starts moved by 1e-4 N(0, 1) in the plane.
func Nudged(t *Task, r *rand.Rand) (float64, error) {
	n := 2 * t.Body.Dim()
	var paths [][]float64
	for at := 0; at < len(t.Starts); at += n {
		z := Bobs(t.Starts[at : at+n])
		for i := range z {
			z[i] += 1e-4 * r.NormFloat64()
		}
		x, err := Motion(t.Body, rods(onto(z)), t.Times)
		if err != nil {
			return 0, err
		}
		paths = append(paths, x)
	}
	return ChainScore(t, paths)[0], nil
}

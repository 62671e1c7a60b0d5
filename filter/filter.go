// Package filter estimates the state of a mechanical system from noisy measurements through a learned model of its
// motion: causally, row by row, by an extended Kalman filter [Sarkka2013, 5.2], or from a whole recording by an
// iterated smoother. Between rows the model is followed by steps of RK4, as in training, with the exact derivatives
// of these steps.
package filter

import (
	"math"

	"lagrange/model"
)

// Noise is what a filter takes for granted of measurements and model.
type Noise struct {
	// Sigma has the standard deviations of measured positions, then velocities (2d), in their units; 0: a number that
	// is not measured.
	Sigma []float64
	// Jitter has for each coordinate (d) the standard deviation τ of the times, by which a position is off by τ v more;
	// nil: times are exact.
	Jitter []float64
	// Process has for each coordinate (d) how large what the model does not explain is: white accelerations of density
	// Process², which make a velocity uncertain by Process √h after the time h. Of a Hamiltonian they change momenta.
	Process []float64
	// Step is the longest step of RK4, in the unit of time; longer intervals have several. 0: one step for each.
	Step float64
}

// Filter carries a state x = (q, v) and its covariance P from one measurement to the next. It serves one goroutine,
// and allocates nothing after it was made.
type Filter struct {
	n, d     int
	noise    Noise
	along    *transition
	t        float64
	x, P     []float64 // (n), (n, n)
	u        []float64 // (m) at t
	K, AP    []float64 // (n), (n, n)
	deviance float64
	measured int
}

// New returns a filter through a model; it begins with Begin.
func New(m *model.Model[float64], noise Noise) *Filter {
	d := m.Spec.D()
	if len(noise.Sigma) != 2*d || len(noise.Process) != d {
		panic("filter: a deviation for each position and velocity, and a process for each coordinate, are wanted")
	}
	n := 2 * d
	return &Filter{
		n: n, d: d, noise: noise, along: newTransition(m, 1, noise.Step),
		x: make([]float64, n), P: make([]float64, n*n), u: make([]float64, m.Spec.M()),
		K: make([]float64, n), AP: make([]float64, n*n),
	}
}

// Begin sets the state at t to x with standard deviations sd, each (2d), before what is measured there, under inputs
// u (m). Nothing has been measured yet.
func (f *Filter) Begin(t float64, x, sd, u []float64) {
	f.t, f.deviance, f.measured = t, 0, 0
	copy(f.x, x)
	copy(f.u, u)
	clear(f.P)
	for i, s := range sd[:f.n] {
		f.P[i*f.n+i] = s * s
	}
}

// Set sets the state at t to x with covariance P (2d, 2d), before what is measured there, under inputs u (m).
func (f *Filter) Set(t float64, x, P, u []float64) {
	f.t, f.deviance, f.measured = t, 0, 0
	copy(f.x, x)
	copy(f.P, P)
	copy(f.u, u)
}

// Predict carries the state to t under inputs that go from the last ones to u (m) as Spec.Between says:
//
//	x ← f(x),   P ← A P Aᵀ + Q,   A = ∂f/∂x.
func (f *Filter) Predict(t float64, u []float64) {
	h := f.hold(t)
	f.along.load(0, f.x, h, f.u, u)
	f.along.run(1)
	copy(f.x, f.along.end(0))
	spread(f.n, f.along.jacobian(0), f.P, f.AP)
	f.noise.add(h, f.P)
	copy(f.u, u)
	f.t = t
}

func (f *Filter) hold(t float64) float64 {
	if !(t >= f.t) {
		panic("filter: times have to advance")
	}
	return t - f.t
}

// spread sets P to A P Aᵀ.
func spread(n int, A, P, AP []float64) {
	for i := range n {
		for j := range n {
			s := 0.0
			for k := range n {
				s += A[i*n+k] * P[k*n+j]
			}
			AP[i*n+j] = s
		}
	}
	for i := range n {
		for j := range i + 1 {
			s := 0.0
			for k := range n {
				s += AP[i*n+k] * A[j*n+k]
			}
			P[i*n+j], P[j*n+i] = s, s
		}
	}
}

// add adds the covariance Q of what white accelerations do in the time h, for each coordinate s² (h³/3, h²/2; h²/2,
// h).
func (o *Noise) add(h float64, P []float64) {
	d := len(o.Process)
	n := 2 * d
	for i, s := range o.Process {
		P[i*n+i] += s * s * h * h * h / 3
		P[i*n+d+i] += s * s * h * h / 2
		P[(d+i)*n+i] += s * s * h * h / 2
		P[(d+i)*n+d+i] += s * s * h
	}
}

// variance is that of what is measured of number j of the state x.
func (o *Noise) variance(j int, x []float64) float64 {
	v := o.Sigma[j] * o.Sigma[j]
	if j < len(o.Jitter) {
		v += math.Pow(o.Jitter[j]*x[len(o.Process)+j], 2)
	}
	return v
}

// Correct takes in what was measured at the time of the state: y (2d), NaN what was not. Noise of different numbers
// is independent, so they are taken in one after the other:
//
//	K = P e_j / (P_jj + σ²),   x ← x + K (y_j − x_j),   P ← (1 − K e_jᵀ) P (1 − K e_jᵀ)ᵀ + σ² K Kᵀ.
func (f *Filter) Correct(y []float64) {
	for j, sigma := range f.noise.Sigma {
		if sigma > 0 && !math.IsNaN(y[j]) {
			r := y[j] - f.x[j]
			s := correct(f.n, j, f.noise.variance(j, f.x), r, f.x, f.P, f.K)
			f.deviance += r*r/s + math.Log(2*math.Pi*s)
			f.measured++
		}
	}
}

// correct takes in one number that is r off, and returns the variance that was expected of r.
func correct(n, j int, variance, r float64, x, P, K []float64) (s float64) {
	s = P[j*n+j] + variance
	for i := range n {
		K[i] = P[i*n+j] / s
		x[i] += K[i] * r
	}
	// with p = P e_j before:  P − K pᵀ − p Kᵀ + s K Kᵀ, and p = s K
	for i := range n {
		for k := range i + 1 {
			P[i*n+k] -= s * K[i] * K[k]
			P[k*n+i] = P[i*n+k]
		}
	}
	return s
}

// Step is Predict and Correct.
func (f *Filter) Step(t float64, y, u []float64) {
	f.Predict(t, u)
	f.Correct(y)
}

// State is the state (2d) at the time of the last call; it is overwritten by the next.
func (f *Filter) State() []float64 { return f.x }

// Covariance is that of the state (2d, 2d); it is overwritten by the next call.
func (f *Filter) Covariance() []float64 { return f.P }

// Deviance is −2 log of the likelihood of all that was measured since Begin, and how many numbers that were.
func (f *Filter) Deviance() (minus2 float64, measured int) { return f.deviance, f.measured }

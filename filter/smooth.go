package filter

import (
	"context"
	"math"
	"slices"

	"lagrange/internal/lin"
	"lagrange/model"
)

// Measured is a recorded motion of n rows, in time order.
type Measured struct {
	T []float64 // (n)
	Y []float64 // positions, then velocities (n, 2d); NaN: not measured
	U []float64 // inputs (n, m)
	X []float64 // states (n, 2d) near which the true ones are, such as those of package smooth
	// Prior and SD are the mean and the standard deviations (2d) of the first state before anything is measured: what
	// is known, or wide. Prior nil: the first of X.
	Prior, SD []float64
}

// States are estimates (n, 2d) and their standard deviations, in the places of the rows.
type States struct{ X, SD []float64 }

// Rounds of smoothing at most, and the change, in standard deviations, that ends them.
const (
	smoothRounds = 12
	smoothEnough = 1e-3
	smoothHalves = 4 // of a step that makes the cost larger
)

// Smooth estimates the state at each row from all rows, by Gauss–Newton over the whole motion [Bell1994]:
//
//	min |x_0 − Prior|²_SD + Σ |(y_k − x_k)/σ|² + Σ |x_{k+1} − f(x_k)|²_Q,
//
// each step of which is a Kalman filter and a pass back [Rauch1965] through f, made linear about the states before.
// It needs a process noise above 0, for it begins at states that no motion of the model goes through. see, if it is
// not nil, is called with the state and covariance (2d, 2d) of every row, the last one first. The error is ctx's.
func Smooth(ctx context.Context, m *model.Model[float64], noise Noise, r Measured,
	see func(row int, x, P []float64)) (States, error) {
	if slices.Min(noise.Process) <= 0 {
		panic("filter: smoothing needs a process noise")
	}
	s := newSmoother(m, noise, r)
	s.linearise(s.at)
	best := s.cost(s.at)
	for range smoothRounds {
		if ctx.Err() != nil {
			break
		}
		s.forward()
		s.back(nil)
		next, change := slices.Clone(s.out.X), s.change()
		for half := 0; ; half++ {
			s.linearise(next)
			cost := s.cost(next)
			if cost <= best || half == smoothHalves {
				best = min(best, cost)
				break
			}
			for i := range next {
				next[i] = (next[i] + s.at[i]) / 2
			}
		}
		copy(s.at, next)
		if !(change > smoothEnough) {
			break
		}
	}
	s.forward()
	s.back(see)
	return s.out, ctx.Err()
}

// smoother works on one motion.
type smoother struct {
	noise   Noise
	r       Measured
	n, rows int
	along   *transition
	at      []float64 // (rows, n) where f is made linear
	f, A    []float64 // (rows, n), (rows, n, n): f there, and its derivative
	x, P    []float64 // filtered
	xp, Pp  []float64 // predicted
	out     States
	work    *lin.Work[float64]
	G, F    []float64 // of one row: the gain, and the factor of P⁻ in units of its diagonal
	K, AP   []float64
	unit    []float64
	y, z    []float64
}

func newSmoother(m *model.Model[float64], noise Noise, r Measured) *smoother {
	n, N := 2*m.Spec.D(), len(r.T)
	if len(r.Y) != N*n || len(r.X) != N*n || len(r.SD) != n || len(r.U) != N*m.Spec.M() || N == 0 {
		panic("filter: as many states and measurements as times are wanted")
	}
	if r.Prior == nil {
		r.Prior = slices.Clone(r.X[:n])
	}
	zeros := func(k int) []float64 { return make([]float64, k) }
	return &smoother{
		noise: noise, r: r, n: n, rows: N, along: newTransition(m, min(N, model.Chunk), noise.Step),
		at: slices.Clone(r.X), f: zeros(N * n), A: zeros(N * n * n), x: zeros(N * n), P: zeros(N * n * n),
		xp: zeros(N * n), Pp: zeros(N * n * n), out: States{zeros(N * n), zeros(N * n)}, work: lin.NewWork[float64](n),
		G: zeros(n * n), F: zeros(n * n), K: zeros(n * n), AP: zeros(n * n), unit: zeros(n), y: zeros(n), z: zeros(n),
	}
}

// linearise sets f and A at the states at.
func (s *smoother) linearise(at []float64) {
	n, m, B := s.n, s.along.m, len(s.along.h)
	for lo := 0; lo < s.rows-1; lo += B {
		hi := min(lo+B, s.rows-1)
		for k := lo; k < hi; k++ {
			s.along.load(k-lo, at[k*n:], s.r.T[k+1]-s.r.T[k], s.r.U[k*m:(k+1)*m], s.r.U[(k+1)*m:(k+2)*m])
		}
		s.along.run(hi - lo)
		for k := lo; k < hi; k++ {
			copy(s.f[k*n:(k+1)*n], s.along.end(k-lo))
			copy(s.A[k*n*n:(k+1)*n*n], s.along.jacobian(k-lo))
		}
	}
}

// cost is that of the states at, at which f is.
func (s *smoother) cost(at []float64) (c float64) {
	n, d := s.n, s.n/2
	for i, sd := range s.r.SD {
		c += math.Pow((at[i]-s.r.Prior[i])/sd, 2)
	}
	for k := range s.rows {
		for j, sigma := range s.noise.Sigma {
			if y := s.r.Y[k*n+j]; sigma > 0 && !math.IsNaN(y) {
				c += math.Pow((at[k*n+j]-y)/math.Sqrt(s.noise.variance(j, s.at[k*n:])), 2)
			}
		}
		if k+1 == s.rows {
			break
		}
		h := s.r.T[k+1] - s.r.T[k]
		for i, p := range s.noise.Process { // Q⁻¹ of (h³/3, h²/2; h²/2, h) is (12/h³, −6/h²; −6/h², 4/h)
			a, b := at[(k+1)*n+i]-s.f[k*n+i], at[(k+1)*n+d+i]-s.f[k*n+d+i]
			c += (12*a*a/(h*h*h) - 12*a*b/(h*h) + 4*b*b/h) / (p * p)
		}
	}
	if math.IsNaN(c) {
		return math.Inf(1)
	}
	return c
}

// forward filters through f as it was made linear: x⁻ = f(at) + A (x − at).
func (s *smoother) forward() {
	n := s.n
	for k := range s.rows {
		x, P := s.x[k*n:(k+1)*n], s.P[k*n*n:(k+1)*n*n]
		if k == 0 {
			copy(x, s.r.Prior)
			clear(P)
			for i, sd := range s.r.SD {
				P[i*n+i] = sd * sd
			}
		} else {
			was, A := s.x[(k-1)*n:k*n], s.A[(k-1)*n*n:k*n*n]
			for i := range n {
				x[i] = s.f[(k-1)*n+i]
				for j := range n {
					x[i] += A[i*n+j] * (was[j] - s.at[(k-1)*n+j])
				}
			}
			copy(P, s.P[(k-1)*n*n:])
			spread(n, A, P, s.AP)
			s.noise.add(s.r.T[k]-s.r.T[k-1], P)
		}
		copy(s.xp[k*n:], x)
		copy(s.Pp[k*n*n:], P)
		for j, sigma := range s.noise.Sigma {
			if y := s.r.Y[k*n+j]; sigma > 0 && !math.IsNaN(y) {
				correct(n, j, s.noise.variance(j, s.at[k*n:]), y-x[j], x, P, s.K[:n])
			}
		}
	}
}

// back smooths, from the last row to the first:
//
//	G = P Aᵀ (P⁻)⁻¹,   x ← x + G (x′ − x⁻),   P ← P + G (P′ − P⁻) Gᵀ,
//
// of the next row x′ and P′ smoothed, x⁻ and P⁻ predicted.
func (s *smoother) back(see func(row int, x, P []float64)) {
	n := s.n
	D := make([]float64, n*n)
	next, P := make([]float64, n), make([]float64, n*n) // of the row that was smoothed last
	for k := s.rows - 1; k >= 0; k-- {
		x := s.out.X[k*n : (k+1)*n]
		copy(x, s.x[k*n:])
		own := s.P[k*n*n : (k+1)*n*n]
		if k == s.rows-1 {
			copy(P, own)
		} else {
			xp, Pp, A := s.xp[(k+1)*n:(k+2)*n], s.Pp[(k+1)*n*n:(k+2)*n*n], s.A[k*n*n:(k+1)*n*n]
			s.gain(A, own, Pp)
			for i := range n {
				for j := range n {
					x[i] += s.G[i*n+j] * (next[j] - xp[j])
				}
			}
			for i := range D {
				D[i] = P[i] - Pp[i]
			}
			spread(n, s.G, D, s.AP)
			for i := range P {
				P[i] = own[i] + D[i]
			}
		}
		copy(next, x)
		for i := range n {
			s.out.SD[k*n+i] = math.Sqrt(max(0, P[i*n+i]))
		}
		if see != nil {
			see(k, x, P)
		}
	}
}

// gain sets G: row i solves P⁻ g = A P e_i. P⁻ is factored in units that make its diagonal 1, since positions and
// velocities may be of very different sizes.
func (s *smoother) gain(A, P, Pp []float64) {
	n := s.n
	for i := range n {
		s.unit[i] = math.Sqrt(Pp[i*n+i])
	}
	for i := range n {
		for j := range n {
			s.AP[i*n+j] = Pp[i*n+j] / (s.unit[i] * s.unit[j])
		}
	}
	kind := s.work.Factor(n, s.AP, s.F)
	for i := range n {
		for j := range n {
			s.y[j] = 0
			for l := range n {
				s.y[j] += A[j*n+l] * P[l*n+i] / s.unit[j]
			}
		}
		lin.Solve(n, kind, s.F, s.y, s.z)
		for j, z := range s.z {
			s.G[i*n+j] = z / s.unit[j]
		}
	}
}

// change is how far the smoothed states are from those that f was made linear at, in standard deviations.
func (s *smoother) change() (c float64) {
	for i, x := range s.out.X {
		c = max(c, math.Abs(x-s.at[i])/max(s.out.SD[i], 1e-12*(1+math.Abs(x))))
	}
	return c
}

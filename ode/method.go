package ode

import (
	"fmt"
	"strings"
)

// Tableau holds the coefficients of an explicit Runge–Kutta method with s stages:
//
//	k_i = f(t + c_i h, x + h Σ_{j<i} a_ij k_j),   y = x + h Σ_i b_i k_i.
type Tableau struct {
	A    [][]float64 // A[i] has i numbers
	B, C []float64   // s numbers each
}

// Dense continues a step of length h from x to y = x + Δ between its ends, θ ∈ [0, 1]:
//
//	x(t + θh) = x + θ(F₀ + (1−θ)(F₁ + θ(F₂ + (1−θ)(F₃ + …))))
//	F₀ = Δ,  F₁ = h k₀ − Δ,  F₂ = 2Δ − h (k₀ + k_s),  F_{3+i} = h Σ_j d_ij k_j
//
// where k_s = f(t + h, y) follows the s stages of the step and the stages of A and C follow it. The zero Dense is the
// cubic Hermite polynomial. (Hairer, Nørsett, Wanner 1993, Section II.6.)
type Dense struct {
	A [][]float64 // A[i] has s + 1 + i numbers
	C []float64
	D [][]float64 // one row for each F beyond F₂
}

// Method is an integrator as a value: Euler, RK4, Dopri5, Dop853, Verlet, Midpoint, or a Tableau of one's own.
type Method struct {
	Name, Title string
	Order       int // global error O(h^Order)

	Tableau Tableau // empty for Verlet and Midpoint
	// E makes a method adaptive. With one row e, the error of a step is h Σ e_i k_i, where i may reach k_s = f(t + h,
	// y). With two rows it is h ε₁²/√(ε₁² + 0.01 ε₂²), ε the norm of each row's sum (Hairer, Nørsett, Wanner 1993,
	// (10.17)).
	E     [][]float64
	Dense Dense

	beta    float64                           // share of the previous error in the step control
	advance func(s *stepper, h float64) error // nil: the Tableau
	pairs   bool                              // a state is (q, v)
	nodes   int                               // of a variational method
}

// Adaptive tells whether m chooses its steps by an error estimate.
func (m Method) Adaptive() bool { return len(m.E) > 0 }

// Methods returns all methods that integrate a field, simplest first.
func Methods() []Method { return []Method{Euler, RK4, Dopri5, Dop853, Verlet, Midpoint} }

// Variationals returns the methods that integrate a variation, of order 2 to 8.
func Variationals() []Method {
	return []Method{Variational(2), Variational(4), Variational(6), Variational(8)}
}

// Lookup finds a method by its name; the error lists the names there are.
func Lookup(name string) (Method, error) {
	var names []string
	for _, m := range append(Methods(), Variationals()...) {
		if m.Name == name {
			return m, nil
		}
		names = append(names, m.Name)
	}
	return Method{}, fmt.Errorf("no integrator %q; there are %s", name, strings.Join(names, ", "))
}

// Euler is the explicit Euler method, order 1: the simplest, and a warning.
var Euler = Method{
	Name:    "euler",
	Title:   "explicit Euler, order 1, fixed step",
	Order:   1,
	Tableau: Tableau{A: [][]float64{{}}, B: []float64{1}, C: []float64{0}},
}

// RK4 is the classical Runge–Kutta method of order 4 (Kutta 1901).
var RK4 = Method{
	Name:  "rk4",
	Title: "classical Runge–Kutta, order 4, fixed step",
	Order: 4,
	Tableau: Tableau{
		A: [][]float64{{}, {1. / 2}, {0, 1. / 2}, {0, 0, 1}},
		B: []float64{1. / 6, 1. / 3, 1. / 3, 1. / 6},
		C: []float64{0, 1. / 2, 1. / 2, 1},
	},
}

// Dopri5 is the pair of order 5(4) of Dormand and Prince (1980): six stages and the first of the next step, and a dense
// output of order 4. Coefficients: Hairer, Nørsett, Wanner (1993), Table II.5.2 and Section II.6.
var Dopri5 = Method{
	Name:  "dopri5",
	Title: "Dormand–Prince 5(4), adaptive, dense output of order 4",
	Order: 5,
	Tableau: Tableau{
		A: [][]float64{
			{},
			{1. / 5},
			{3. / 40, 9. / 40},
			{44. / 45, -56. / 15, 32. / 9},
			{19372. / 6561, -25360. / 2187, 64448. / 6561, -212. / 729},
			{9017. / 3168, -355. / 33, 46732. / 5247, 49. / 176, -5103. / 18656},
		},
		B: []float64{35. / 384, 0, 500. / 1113, 125. / 192, -2187. / 6784, 11. / 84},
		C: []float64{0, 1. / 5, 3. / 10, 4. / 5, 8. / 9, 1},
	},
	E: [][]float64{{71. / 57600, 0, -71. / 16695, 71. / 1920, -17253. / 339200, 22. / 525, -1. / 40}},
	Dense: Dense{D: [][]float64{{
		-12715105075. / 11282082432, 0, 87487479700. / 32700410799, -10690763975. / 1880347072,
		701980252875. / 199316789632, -1453857185. / 822651844, 69997945. / 29380423,
	}}},
	beta: 0.04,
}

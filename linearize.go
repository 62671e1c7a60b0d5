package lagrange

import (
	"fmt"
	"math/cmplx"
	"slices"

	"gonum.org/v1/gonum/mat"

	"lagrange/internal/vec"
)

// Linearization is a model near a state x₀ = (q, v) and inputs u₀: with δx and δu the distances from them,
//
//	d(δx)/dt = f(x₀, u₀) + A δx + B δu .
//
// Of a Hamiltonian network v is p.
type Linearization struct {
	Q           []float64    `json:"q"`
	V           []float64    `json:"v"`
	U           []float64    `json:"u"`
	Xdot        []float64    `json:"xdot"`        // f(x₀, u₀); at an equilibrium it is 0
	A           [][]float64  `json:"A"`           // (2d, 2d)
	B           [][]float64  `json:"B"`           // (2d, m)
	Eigenvalues [][2]float64 `json:"eigenvalues"` // of A: real and imaginary part
	Modes       []Mode       `json:"modes"`       // one for each real eigenvalue and each conjugate pair, slowest first
	// AtRest says that a coordinate with dry friction rests, where that counts as steep viscous friction
	AtRest bool `json:"dry_friction_at_rest,omitempty"`
}

// Mode is a motion e^(λt) of a linearized model.
type Mode struct {
	Frequency float64 `json:"natural_frequency"` // ω = |λ|, in radians per unit of time
	Damping   float64 `json:"damping"`           // ζ = −Re λ/|λ|; 1 or −1 for a mode that does not oscillate
	Damped    float64 `json:"damped_frequency"`  // |Im λ|, in radians per unit of time
}

// Linearize differentiates the model at (q, v) under inputs u (m; nil: zeros). Of an ensemble f, A and B are the means
// of its members. The error says that the eigenvalues could not be found.
func (m *Model) Linearize(q, v, u []float64) (Linearization, error) {
	if u == nil {
		u = make([]float64, m.M())
	}
	m.fits(q, v, u)
	n, f, ks := 2*m.D(), m.M(), m.Members()
	l := Linearization{Q: slices.Clone(q), V: slices.Clone(v), U: slices.Clone(u), Xdot: make([]float64, n)}
	forces := m.net.ForceCoefficients()
	for i, dry := range forces.Dry {
		l.AtRest = l.AtRest || v[i] == 0 && dry > 0
	}
	A := mat.NewDense(n, n, nil)
	for i := range n {
		l.A, l.B = append(l.A, A.RawRowView(i)), append(l.B, make([]float64, f))
	}
	for _, k := range ks {
		k.differentiate(slices.Concat(q, v), u, 1/float64(len(ks)), &l)
	}
	if !vec.Finite(A.RawMatrix().Data) {
		return l, fmt.Errorf("the derivatives of the model at q = %v, v = %v, u = %v are not finite: linearize it "+
			"where it has learned from motion", q, v, u)
	}
	var e mat.Eigen
	if !e.Factorize(A, mat.EigenNone) {
		return l, fmt.Errorf("the eigenvalues of A at q = %v, v = %v could not be found", q, v)
	}
	values := e.Values(nil)
	slices.SortStableFunc(values, func(a, b complex128) int {
		switch x, y := cmplx.Abs(a), cmplx.Abs(b); {
		case x < y:
			return -1
		case x > y:
			return 1
		}
		return 0
	})
	for _, z := range values {
		l.Eigenvalues = append(l.Eigenvalues, [2]float64{real(z), imag(z)})
		if imag(z) < 0 {
			continue // its conjugate stands for both
		}
		mode := Mode{Frequency: cmplx.Abs(z), Damped: imag(z)}
		if mode.Frequency > 0 {
			mode.Damping = -real(z) / mode.Frequency
		}
		l.Modes = append(l.Modes, mode)
	}
	return l, nil
}

// differentiate adds share times f, ∂f/∂x and ∂f/∂u of one network.
func (m *Model) differentiate(x, u []float64, share float64, l *Linearization) {
	n, tape := len(x), m.net.Tape(1)
	xdot, lambda, dx, du := make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, len(u))
	unread := make([]float64, len(m.net.Theta))
	tape.Field(x, u, xdot)
	vec.Axpy(share, xdot, l.Xdot)
	for i := range n {
		clear(lambda)
		lambda[i] = 1
		tape.VJP(lambda, unread, dx, du)
		vec.Axpy(share, dx, l.A[i])
		vec.Axpy(share, du, l.B[i])
	}
}

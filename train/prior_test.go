package train

import (
	"math"
	"slices"
	"testing"

	"lagrange/internal/dense"
	"lagrange/model"
)

// logDeterminant is that of the symmetric matrix in the upper triangle of A (n, n), by elimination.
func logDeterminant(n int, A []float64) (log float64) {
	A = append([]float64(nil), A...)
	for k := range n {
		log += math.Log(A[k*n+k])
		for i := k + 1; i < n; i++ {
			c := A[k*n+i] / A[k*n+k]
			for j := i; j < n; j++ {
				A[i*n+j] -= c * A[k*n+j]
			}
		}
	}
	return log
}

// evidence is the logarithm of the likelihood of what was measured, up to a constant, as it depends on the precisions
// at the equations G δ = g of the data alone with the starts eliminated, with b where it is likeliest:
// Σ log 1/τ /2 − log det(G + 1/τ²)/2 − (Σ b²/τ² − hᵀ(G + 1/τ²)⁻¹h)/2,  h = g + b/τ².
func (s *shooter) evidence(G, precision []float64) (log float64) {
	P := len(s.Of)
	A, x, h := make([]float64, P*P), make([]float64, P), make([]float64, P)
	for i := range P {
		copy(A[i*P+i:(i+1)*P], G[i*(P+1)+i:i*(P+1)+P])
		h[i] = G[i*(P+1)+P]
		if g := s.Alike[i]; g >= 0 {
			b := s.Model.Theta[s.Of[i]]
			A[i*P+i] += precision[g] - s.prior.precision[g]
			h[i] += (precision[g] - s.prior.precision[g]) * b
			log += math.Log(precision[g])/2 - precision[g]*b*b/2
		}
		x[i] = h[i]
	}
	log -= logDeterminant(P, A) / 2
	dense.FactorUpper(s.team, P, A)
	dense.SolveUpper(P, A, x)
	return log + dot(h, x)/2
}

// Where the widths have settled no others are likelier, by differences of the evidence; where they began some are.
func TestPriorFollowsTheEvidence(t *testing.T) {
	spec := drivenModel(t, "lnn").Spec
	spec.Head = model.Quadratic
	m, err := model.New[float64](spec, 11)
	if err != nil {
		t.Fatal(err)
	}
	o, _ := motions(m, 8, 40, 0.003, 0.03, false, 9)
	of := m.Outer()
	s := readied(t, &Shooting{Model: m, Measured: o, Of: of, Unit: m.Units(of), Ridge: 10, Penalty: L2, Duration: 0.15,
		Workers: 1, Alike: m.Outputs(of)})
	s.excess = 1
	s.believe()
	s.form()
	s.eliminate(0)
	G, was := slices.Clone(s.trial), slices.Clone(s.prior.precision)
	before := s.cost(s.x)
	grown := s.learnPrior()
	if now := s.cost(s.x); math.Abs(now-before-grown) > 1e-9*before {
		t.Errorf("the cost grows by %v, said %v", now-before, grown)
	}
	for range 3 {
		s.learnPrior()
	}
	learned := slices.Clone(s.prior.precision)
	copy(s.prior.precision, was)
	count, _ := s.prior.sums(s.b(), nil)
	slope := func(precision []float64, g int) float64 {
		const h = 1e-3
		at := func(by float64) float64 {
			moved := slices.Clone(precision)
			moved[g] *= math.Exp(by)
			return s.evidence(G, moved)
		}
		return (at(h) - at(-h)) / (2 * h)
	}
	for g, x := range learned {
		first, last := slope(was, g), slope(learned, g)
		t.Logf("group %d of %v: precision %.3g, then %.3g; slopes %.3g, %.3g", g, count[g], was[g], x, first, last)
		if math.Abs(last) > priorSettled*count[g]/2 || x != precision(1, 0) && math.Abs(first) < 5*math.Abs(last) {
			t.Errorf("group %d: the slope of the evidence is %.3g after %.3g", g, last, first)
		}
	}
}

// The diagonal of the inverse of UᵀU is that of C with UᵀU C = 1.
func TestVariance(t *testing.T) {
	U := []float64{2, 1, -1, 0, 3, 0.5, 0, 0, 0.7}
	row := make([]float64, 3)
	for k := range 3 {
		e := make([]float64, 3)
		e[k] = 1
		dense.SolveUpper(3, U, e)
		if v := variance(3, U, k, row); math.Abs(v-e[k]) > 1e-15*e[k] {
			t.Errorf("element %d is %v, not %v", k, v, e[k])
		}
	}
}

// Along its axes a shooting makes the step that it makes without, where the equations are good: G becomes UᵀGU, the
// covariance stays, and what the weights do to the first slopes of L is told apart along them.
func TestAxes(t *testing.T) {
	spec := drivenModel(t, "lnn").Spec
	spec.Head, spec.Hidden = model.Quadratic, []int{5}
	m, err := model.New[float64](spec, 3)
	if err != nil {
		t.Fatal(err)
	}
	of := m.Outer()
	for k, g := range m.Outputs(of) {
		if g == 4 { // constant masses, which are drawn as 0
			m.Theta[of[k]] = 0.2 + 0.01*float64(k)
		}
	}
	run := func(along bool) (*shooter, []float64) {
		m := m.Copy()
		o, _ := motions(m, 8, 40, 0.003, 0.03, false, 9)
		m.Theta[of[2]] += 0.05
		definite := o.Around(m, 1)
		definite.Floor *= 20 // above some eigenvalues, so that it costs
		s := readied(t, &Shooting{Model: m, Measured: o, Of: of, Unit: m.Units(of), Ridge: 10, Penalty: L2,
			Duration: 0.4, Workers: 1, Alike: m.Outputs(of), PositiveDefinite: definite})
		if s.excess = 1; along {
			s.begins(s.principal())
		}
		s.b0 = s.b()
		s.believe()
		for range 3 {
			s.form()
			cost := s.cost(s.x) + s.learnPrior()
			s.step(cost) // without a gain none is taken
		}
		return s, s.covariance()
	}
	plain, C := run(false)
	turned, D := run(true)
	P := len(of)
	for k, at := range of {
		if x, y := plain.Model.Theta[at], turned.Model.Theta[at]; math.Abs(x-y) > 0.01*math.Sqrt(C[k*P+k]) {
			t.Errorf("weight %d is %v, along the axes %v ± %v", k, x, y, math.Sqrt(C[k*P+k]))
		}
		for j := range P {
			if x, y := C[k*P+j], D[k*P+j]; math.Abs(x-y) > 0.01*math.Sqrt(C[k*P+k]*C[j*P+j]) {
				t.Errorf("covariance %d, %d is %v, along the axes %v", k, j, x, y)
			}
		}
	}
	c, y := slices.Clone(turned.c), make([]float64, P)
	turned.axes.back(c, y)
	turned.axes.turn(c, y)
	for k := range c {
		if math.Abs(c[k]-turned.c[k]) > 1e-13 {
			t.Errorf("coordinate %d, there and back: %v for %v", k, c[k], turned.c[k])
		}
	}
	turned.uprightAxes(t)
}

// uprightAxes holds the slopes along the axes of an output to be at right angles.
func (s *shooter) uprightAxes(t *testing.T) {
	t.Helper()
	P := len(s.Of)
	rows, y := s.firstSlopes(), make([]float64, P)
	for at := 0; at < len(rows); at += P {
		s.axes.turn(rows[at:at+P], y)
	}
	for _, places := range s.axes.of {
		for _, i := range places {
			for _, j := range places {
				ij, ii, jj := 0.0, 0.0, 0.0
				for at := 0; at < len(rows); at += P {
					ij, ii, jj = ij+rows[at+i]*rows[at+j], ii+rows[at+i]*rows[at+i], jj+rows[at+j]*rows[at+j]
				}
				if i != j && math.Abs(ij) > 1e-6*math.Sqrt(ii*jj) {
					t.Errorf("axes %d and %d are not at right angles: %v of %v", i, j, ij, math.Sqrt(ii*jj))
				}
			}
		}
	}
}

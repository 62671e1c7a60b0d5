package train

import (
	"math"
	"testing"
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
// at the equations G of the data alone with the starts eliminated: Σ log 1/τ /2 − log det(G + 1/τ²)/2 − Σ b²/2τ².
func (s *shooter) evidence(G []float64, precision []float64) (log float64) {
	P := len(s.Of)
	A := make([]float64, P*P)
	for i := range P {
		copy(A[i*P+i:(i+1)*P], G[i*(P+1)+i:i*(P+1)+P])
		if g := s.Alike[i]; g >= 0 {
			b := s.Model.Theta[s.Of[i]]
			A[i*P+i] += s.excess * (precision[g] - s.prior.precision[g])
			log += math.Log(precision[g])/2 - precision[g]*b*b/2
		}
	}
	return log - logDeterminant(P, A)/2
}

// Where the widths are those of the rule they are the likeliest: the slope of the evidence is what the rule says it is,
// by differences.
func TestPriorFollowsTheEvidence(t *testing.T) {
	m := drivenModel(t, "lnn")
	o, _ := motions(m, 3, 14, 0.01, 0.03, false, 9)
	of := m.Outer()
	s := readied(t, &Shooting{Model: m, Measured: o, Of: of, Unit: m.Units(of), Ridge: 10, Penalty: L2, Duration: 0.15,
		Workers: 1, Alike: m.Outputs(of)})
	s.excess = 1
	s.believe()
	s.form()
	s.eliminate(0)
	G, was := append([]float64(nil), s.trial...), append([]float64(nil), s.prior.precision...)
	before := s.cost(s.x)
	grown := s.learnPrior()
	learned := s.prior.precision
	if now := s.cost(s.x); math.Abs(now-before-grown) > 1e-9*before {
		t.Errorf("the cost grows by %v, said %v", now-before, grown)
	}
	s.prior.precision = was
	_, squares := s.prior.sums(s.b(), nil)
	for g := range was {
		const h = 1e-4
		at := func(by float64) float64 {
			precision := append([]float64(nil), was...)
			precision[g] *= math.Exp(by)
			return s.evidence(G, precision)
		}
		slope := (at(h) - at(-h)) / (2 * h) // (γ − Σ b²/τ²)/2
		want := (2*slope + was[g]*squares[g]) / squares[g]
		if math.Abs(learned[g]-want) > 1e-5*want {
			t.Errorf("group %d: precision %v, by the slope of the evidence %v", g, learned[g], want)
		}
	}
}

package model

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// value is that of a term of angles alone at q.
func (t Term) value(q []float64) float64 {
	at := 0.0
	for i, k := range t.Of {
		at += float64(k) * q[i]
	}
	switch t.Function {
	case Sin:
		return math.Sin(at)
	case Cos:
		return math.Cos(at)
	}
	return 1
}

// solved are the coefficients with which a sum of terms of angles alone is next to the numbers of a function at some q,
// and how far off it is, relative to their size.
func solved(t *testing.T, terms []Term, q [][]float64, numbers []float64) (x []float64, off float64) {
	t.Helper()
	A, b := mat.NewDense(len(q), len(terms), nil), mat.NewVecDense(len(q), numbers)
	for n := range q {
		for i, term := range terms {
			A.Set(n, i, term.value(q[n]))
		}
	}
	var w, left mat.VecDense
	if err := w.SolveVec(A, b); err != nil {
		t.Fatal(err)
	}
	left.MulVec(A, &w)
	left.SubVec(&left, b)
	return w.RawVector().Data, left.Norm(2) / b.Norm(2)
}

// The mass matrix of any chain of links, of whatever masses, is a sum of the terms of its library, element by element,
// by the angles of its joints and by those of its links; and no term is there that no chain has.
func TestLinkTermsHoldAnyChain(t *testing.T) {
	const d, rows = 4, 200
	r := rand.New(rand.NewPCG(1, 1))
	var c, s [d][d]float64
	for i := range d {
		for j := range i + 1 {
			c[i][j], s[i][j] = r.NormFloat64(), r.NormFloat64()
			c[j][i], s[j][i] = c[i][j], -s[i][j]
		}
		s[i][i] = 0
	}
	for _, joints := range []bool{true, false} {
		spec := of("theta1 theta2 theta3 theta4")
		all := spec.LinkTerms(joints)
		for o := 1; o < len(all); o++ {
			l, k := MassElement(o)
			var q [][]float64
			var M []float64
			for n := range rows {
				q, M = append(q, make([]float64, d)), append(M, 0)
				phi := make([]float64, d)
				for i := range phi {
					q[n][i] = 6 * r.Float64()
					if phi[i] = q[n][i]; joints && i > 0 {
						phi[i] += phi[i-1]
					}
				}
				for i := range d { // ½ Σ_ij, of i ≥ l and j ≥ k, which turn with both joints, or the links
					for j := range d {
						if joints && i >= l && j >= k || !joints && i == l && j == k {
							M[n] += c[i][j]*math.Cos(phi[i]-phi[j]) + s[i][j]*math.Sin(phi[i]-phi[j])
						}
					}
				}
			}
			x, off := solved(t, all[o], q, M)
			if off > 1e-12 {
				t.Errorf("joints %v: M(%d, %d) is off by %.2g", joints, l, k, off)
			}
			for i, term := range all[o] {
				if math.Abs(x[i]) < 1e-9 && term.Function != One {
					t.Errorf("joints %v: M(%d, %d) needs no %s", joints, l, k, spec.TermText(term))
				}
			}
		}
	}
}

// What lies beside the chain, lengths and angles on which nothing depends, changes the library.
func TestLinkTermsOfOthers(t *testing.T) {
	s := of("x theta1 theta2 theta3")
	all := s.LinkTerms(true)
	if got := s.texts([][]Term{all[element(0, 1)]}); !slices.Contains(got, "(x-0.5)^2") ||
		!slices.Contains(got, "cos(theta1)") {
		t.Errorf("between a length and an angle: %v", got)
	}
	if got := s.texts([][]Term{all[element(1, 2)]}); !slices.Contains(got, "cos(theta2)") ||
		slices.Contains(got, "cos(theta1)") {
		t.Errorf("between two angles: %v", got)
	}
	s.Coordinates[2].Cyclic = true
	for _, joints := range []bool{true, false} {
		if got := fmt.Sprint(s.texts(s.LinkTerms(joints))); strings.Contains(got, "theta2") {
			t.Errorf("with an ignorable angle: %s", got)
		}
	}
}

package train

import (
	"math"
	"math/bits"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"

	"lagrange/model"
)

// χ² of a subset is the least on the plane where the mean mass is held, by a basis of that plane; and the search finds
// the best of all subsets.
func TestSubsets(t *testing.T) {
	const P, price = 7, 3.
	r := rand.New(rand.NewPCG(5, 1))
	for range 20 {
		b, m, J := make([]float64, P), make([]float64, P), mat.NewDense(P-1, P, nil)
		for i := range b {
			b[i], m[i] = r.NormFloat64(), r.NormFloat64()
			if i == 0 {
				m[i] = 0 // a coefficient that is in no mass
			}
		}
		for i := range P - 1 {
			for j := range P {
				J.Set(i, j, 3*r.NormFloat64())
			}
			row := J.RawRowView(i) // no motion tells b from cb
			off := dot(row, b) / dot(b, b)
			for j := range row {
				row[j] -= off * b[j]
			}
		}
		var G mat.Dense
		G.Mul(J.T(), J)
		s := newSubsets(Shot{Information: G.RawMatrix().Data, Mass: m}, b)
		want := math.Inf(1)
		for set := 1; set < 1<<P; set++ {
			var S []int
			for i := range P {
				if set>>i&1 == 1 {
					S = append(S, i)
				}
			}
			least := leastOnPlane(J, b, m, S)
			if got := s.least(S); !(math.Abs(got-least) < 1e-6*(1+least)) && !(got > 1e12 && least > 1e12) {
				t.Fatalf("of %v χ² grows by %g, by a basis of the plane %g", S, got, least)
			}
			if slices.Contains(S, P-1) {
				want = min(want, least+price*float64(bits.OnesCount(uint(set))))
			}
		}
		terms := []int{0, 1, 2, 3, 4, 5, 6}
		found := s.shortest(nil, terms, price, func(S []int) bool { return slices.Contains(S, P-1) })[0]
		if got := found.worse + price*float64(len(found.of)); math.Abs(got-want) > 1e-6*(1+want) {
			t.Errorf("%v costs %g, the best %g", found.of, got, want)
		}
	}
}

// A subset whose mass matrix is singular where the motion is does not count, however little χ² grows.
func TestSelected(t *testing.T) {
	o, spec := swinging(t, 0.01)
	sin := model.Term{Function: model.Sin, Of: []int{1}}
	spec.Terms = [][]model.Term{{{Function: model.Cos, Of: []int{1}}}, {{Function: model.One}, sin}}
	m, err := model.With(spec, []float64{1, 0.1, 1})
	if err != nil {
		t.Fatal(err)
	}
	x := Identified{Model: m, Shot: Shot{Information: []float64{1e4, 0, 0, 0, 1, 0, 0, 0, 1}, Mass: []float64{0, 1, 1}}}
	all := o.selected(x)
	for _, n := range all {
		if n.Spec.Terms[1][0].Function != model.One {
			t.Errorf("left are %v", n.Spec.Terms)
		}
	}
	if n := all[0]; len(n.Theta) != 2 || n.Theta[0] != 1 || math.Abs(n.Theta[1]-1.1) > 1e-9 || m.Theta[2] != 1 {
		t.Errorf("left are %v, %v", n.Spec.Terms, n.Theta)
	}
}

// Of subsets that will do the cheapest is taken once each has been shot with, whatever by the information alone
// comes first or last.
func TestLeanerTakesTheCheapest(t *testing.T) {
	o, spec := swingingFor(t, 76, 0.02)
	cos, sin := model.Term{Function: model.Cos, Of: []int{1}}, model.Term{Function: model.Sin, Of: []int{1}}
	spec.Terms = [][]model.Term{{cos, sin, {Function: model.Cos, Of: []int{2}}}, {{Function: model.One}}}
	m, err := model.New[float64](spec, 1)
	if err != nil {
		t.Fatal(err)
	}
	x, err := o.Again(t.Context(), m, Identified{})
	if err != nil || x.Shot.at == nil || x.Score > subsetsBelow {
		t.Fatalf("score %g, %v", x.Score, err)
	}
	// in prices of a term, what χ² grows by without each: first come cos and sin, then cos alone, then cos and cos 2θ
	price, b := math.Log(float64(o.Learn.numbers())), []float64{1, 0.1, 0.1, 1}
	x.Shot.Mass = []float64{0, 0, 0, 1}
	x.Shot.Information, x.Shot.Covariance = make([]float64, 16), make([]float64, 16)
	for i, worse := range []float64{1e6, 1.5, 0.1, 1e6} {
		x.Shot.Information[5*i] = worse * price / (b[i] * b[i])
		x.Shot.Covariance[5*i] = 1 / x.Shot.Information[5*i]
	}
	copy(x.Model.Theta, b)
	var tried []int
	for _, m := range o.selected(x) {
		tried = append(tried, count(m))
	}
	if !slices.Equal(tried, []int{3, 2, 3}) {
		t.Fatalf("tried are %v terms", tried)
	}
	y, err := o.leaner(t.Context(), x)
	if err != nil || y.Model == nil || count(y.Model) != 2 || y.Model.Spec.Terms[0][0].Function != model.Cos {
		t.Errorf("left are %v, %v", y.Model, err)
	}
}

// leastOnPlane is the least |J (b' − b)|² of b' that are 0 beside S, where mᵀb' = mᵀb.
func leastOnPlane(J *mat.Dense, b, m []float64, S []int) float64 {
	rows, _ := J.Dims()
	one := -1 // a place of S by which the plane is met
	for _, k := range S {
		if one < 0 || math.Abs(m[k]) > math.Abs(m[one]) {
			one = k
		}
	}
	if m[one] == 0 {
		return math.Inf(1)
	}
	// b' = e_one mᵀb/m_one + Σ z_k (e_k − e_one m_k/m_one)
	y, A := mat.NewVecDense(rows, nil), mat.NewDense(rows, max(1, len(S)-1), nil)
	for i := range rows {
		row := J.RawRowView(i)
		y.SetVec(i, dot(row, b)-row[one]*dot(m, b)/m[one])
		at := 0
		for _, k := range S {
			if k != one {
				A.Set(i, at, row[k]-row[one]*m[k]/m[one])
				at++
			}
		}
	}
	var z, left mat.VecDense
	if len(S) > 1 {
		if err := z.SolveVec(A, y); err != nil {
			return math.Inf(1)
		}
		left.MulVec(A, &z)
	} else {
		left.ReuseAsVec(rows)
	}
	left.SubVec(y, &left)
	return mat.Dot(&left, &left)
}

package formula

import (
	"errors"
	"math"

	"gonum.org/v1/gonum/mat"

	"lagrange/internal/lin"
)

// tiny is added to the diagonal of a Gram matrix in units of itself: what is found is then its null vector, to
// rounding.
const tiny = 1e-13

// solve minimises βᵀGβ over the coefficients of some terms with the mean trace of M that of the model: β ∝ G⁻¹t; nil
// where that leaves a coordinate without mass.
func (e *equations) solve(G *mat.SymDense, at []int) []float64 {
	g, unit := inUnits(G, at)
	t := mat.NewVecDense(len(at), nil)
	for i, k := range at {
		t.SetVec(i, e.trace[k]*unit[i])
	}
	for i := range at {
		g.SetSym(i, i, g.At(i, i)+tiny)
	}
	var chol mat.Cholesky
	var x mat.VecDense
	if mat.Norm(t, 2) == 0 || !chol.Factorize(g) {
		return nil
	}
	var condition mat.Condition // large: G is as good as singular, as it should be
	if err := chol.SolveVecTo(&x, t); err != nil && !errors.As(err, &condition) {
		return nil
	}
	return e.scaled(at, &x, unit)
}

// inUnits is the Gram matrix of some terms with a diagonal of 1, and the units that the terms are in.
func inUnits(G *mat.SymDense, at []int) (g *mat.SymDense, unit []float64) {
	g, unit = mat.NewSymDense(len(at), nil), make([]float64, len(at))
	for i, k := range at {
		if unit[i] = 1; G.At(k, k) > 0 {
			unit[i] = 1 / math.Sqrt(G.At(k, k))
		}
		for j, l := range at[:i+1] {
			g.SetSym(i, j, G.At(k, l)*unit[i]*unit[j])
		}
	}
	return g, unit
}

// scaled are coefficients with the mean trace of the model; nil where a coordinate has no mass.
func (e *equations) scaled(at []int, x mat.Vector, unit []float64) []float64 {
	β, means, trace := make([]float64, len(at)), make([]float64, e.d), 0.0
	for i, k := range at {
		β[i] = x.AtVec(i) * unit[i]
		for j, y := range e.means[k] {
			means[j] += β[i] * y
			trace += β[i] * y
		}
	}
	for j, y := range means {
		if !(y/trace > leastMass*e.refs[j]/e.scale) {
			return nil
		}
	}
	for i := range β {
		β[i] *= e.scale / trace
	}
	return β
}

// leastMass is that of a coordinate, beside the one that it has in the model.
const leastMass = 0.01

// positive says whether the mass matrix is positive definite at all states.
func (e *equations) positive(at []int, β []float64) bool { return e.positives(at, β, 0) == e.N }

// positives counts the states where the mass matrix is positive definite, in units of the speeds and well enough to
// solve with, until so many are left out.
func (e *equations) positives(at []int, β []float64, out int) (count int) {
	d := e.d
	M, F := make([]float64, d*d), make([]float64, d*d)
	for n := range e.N {
		clear(M)
		for i, k := range at {
			for j, y := range e.mass[k][n*d*d : (n+1)*d*d] {
				M[j] += β[i] * y
			}
		}
		least := 0.0
		for i, a := range e.spec.Coordinates {
			for j, b := range e.spec.Coordinates {
				M[i*d+j] *= a.Speed * b.Speed
			}
			least += M[i*d+i] / float64(d)
		}
		for i := range d {
			M[i*d+i] -= rounding * least
		}
		if lin.Positive(d, M, F) {
			count++
		} else if n-count >= out {
			break
		}
	}
	return count
}

// massy says whether the mass matrix is positive definite at most states: a learned model may be wrong at some.
func (e *equations) massy(at []int, β []float64) bool {
	const most = 0.8
	return float64(e.positives(at, β, e.N)) > most*float64(e.N)
}

// settled are the coefficients of some terms of which free more combinations leave nothing than one: the combination of
// them whose mass matrix is nearest to that of the model.
func (e *equations) settled(G *mat.SymDense, at []int, free int) []float64 {
	if free == 0 {
		return e.solve(G, at)
	}
	C, _ := e.massive(G, at)
	if C == nil {
		return nil
	}
	masses := mat.NewDense(len(e.ref), free+1, nil)
	for j := range free + 1 {
		for i, k := range at {
			for n, y := range e.mass[k] {
				masses.Set(n, j, masses.At(n, j)+y*C.At(i, j))
			}
		}
	}
	var c mat.Dense
	if c.Solve(masses, mat.NewDense(len(e.ref), 1, e.ref)) != nil {
		return nil
	}
	var x mat.VecDense
	x.MulVec(C.Slice(0, len(at), 0, free+1), c.ColView(0))
	one := make([]float64, len(at))
	for i := range one {
		one[i] = 1
	}
	return e.scaled(at, &x, one)
}

// massive are the combinations of some terms (columns) that leave least of the accelerations for the mass that they
// have, and what each leaves beside a mass as large as that of the model: of cᵀHc = |M(c)|² and cᵀGc the ratios are the
// eigenvalues of R⁻¹ H R⁻ᵀ, G = R Rᵀ, from the largest on.
func (e *equations) massive(G *mat.SymDense, at []int) (C *mat.Dense, left []float64) {
	g, unit := inUnits(G, at)
	n := len(at)
	H, size := mat.NewSymDense(n, nil), dot(e.ref, e.ref)
	for i, k := range at {
		for j, l := range at[:i+1] {
			H.SetSym(i, j, dot(e.mass[k], e.mass[l])/size*unit[i]*unit[j])
		}
		g.SetSym(i, i, g.At(i, i)+tiny)
	}
	var chol mat.Cholesky
	var R mat.TriDense
	var half, B, V mat.Dense
	if !chol.Factorize(g) {
		return nil, nil
	}
	chol.LTo(&R)
	var condition mat.Condition // large: G is as good as singular, as it should be
	if err := half.Solve(&R, H); err != nil && !errors.As(err, &condition) {
		return nil, nil
	}
	if err := B.Solve(&R, half.T()); err != nil && !errors.As(err, &condition) {
		return nil, nil
	}
	s := mat.NewSymDense(n, nil)
	for i := range n {
		for j := range i + 1 {
			s.SetSym(i, j, (B.At(i, j)+B.At(j, i))/2)
		}
	}
	var eigen mat.EigenSym
	if !eigen.Factorize(s, true) {
		return nil, nil
	}
	eigen.VectorsTo(&V)
	w := eigen.Values(nil)
	C = mat.NewDense(n, n, nil)
	for j := range n {
		var x mat.VecDense
		if err := x.SolveVec(R.T(), V.ColView(n-1-j)); err != nil && !errors.As(err, &condition) {
			return nil, nil
		}
		for i := range n {
			C.Set(i, j, x.AtVec(i)*unit[i])
		}
		left = append(left, 1/math.Sqrt(max(w[n-1-j], math.SmallestNonzeroFloat64)*e.weight))
	}
	return C, left
}

// left is the error of accelerations that coefficients leave, relative to their size.
func (e *equations) left(G *mat.SymDense, at []int, β []float64) float64 {
	number, sum := e.weight, 0.0
	if G == e.check {
		number = e.tested
	}
	for i, k := range at {
		for j, l := range at {
			sum += β[i] * β[j] * G.At(k, l)
		}
	}
	return math.Sqrt(max(0, sum) / number)
}

// free is how many combinations of the terms leave no more of the accelerations than err, beside one, with a mass as
// large as that of the model.
func (e *equations) free(at []int, err float64) (n int) {
	_, left := e.massive(e.learn, at)
	for _, x := range left {
		if x < slack*max(err, rounding) {
			n++
		}
	}
	return max(0, n-1)
}

// off is the error of the accelerations of some terms themselves, relative to their size, where left has those that the
// mass of the model leaves of them: M⁻¹ r with the mass M of the terms.
func (e *equations) off(at []int, β []float64) float64 {
	d, sum := e.d, 0.0
	work, M, F, r, y := lin.NewWork[float64](d), make([]float64, d*d), make([]float64, d*d), make([]float64, d),
		make([]float64, d)
	for n := range e.N {
		clear(M)
		clear(r)
		for i, k := range at {
			for j := range M {
				M[j] += β[i] * e.mass[k][n*d*d+j]
			}
			for j := range r {
				r[j] += β[i] * e.raw[k][n*d+j]
			}
		}
		lin.Solve(d, work.Factor(d, M, F), F, r, y)
		for i, size := range e.size {
			sum += y[i] * y[i] / (size * size * float64(d*e.N))
		}
	}
	return math.Sqrt(sum)
}

package invariant

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// sample is the library at N states, one function after the other: values less their mean, rates, and what errors of
// the accelerations of their own size would do to the rates, all in units of the standard deviation of the function
// over the states that find, and of 1/T.
type sample struct {
	N              int
	x              []float64
	phi, dot, kick [][]float64 // (K, N), (K, N), (K, N·d)
}

// sampled evaluates the library at states. Rates are those along the field, φ̇ = dφ(x + s f)/ds, by central differences
// of order 4; kicks are slopes along errors of accelerations, A_i in the direction of v_i, as far as states differ in
// that direction.
func (f *search) sampled(x []float64) *sample {
	n, K := 2*f.d, len(f.lib.functions)
	s := &sample{N: len(x) / n, x: x}
	for range K {
		s.phi, s.dot = append(s.phi, make([]float64, s.N)), append(s.dot, make([]float64, s.N))
		s.kick = append(s.kick, make([]float64, s.N*f.d))
	}
	dx, at, y := make([]float64, n), make([]float64, n), make([]float64, K)
	slope := func(x, along []float64, h, weight float64, to [][]float64, place int) {
		for i := range at {
			at[i] = x[i] + h*along[i]
		}
		f.lib.values(at, y)
		for k, v := range y {
			to[k][place] += weight * v
		}
	}
	h, kicks := 1e-3*f.T, f.kicks()
	for b := range s.N {
		x := x[b*n : (b+1)*n]
		f.Field(x, dx)
		slope(x, dx, 0, 1, s.phi, b)
		for _, p := range []struct{ step, weight float64 }{{-2, 1. / 12}, {-1, -2. / 3}, {1, 2. / 3}, {2, -1. / 12}} {
			slope(x, dx, p.step*h, p.weight/h*f.T, s.dot, b)
		}
		for i, along := range kicks {
			slope(x, along, 1e-3, 500*f.T, s.kick, b*f.d+i)
			slope(x, along, -1e-3, -500*f.T, s.kick, b*f.d+i)
		}
	}
	return s
}

// kicks are errors of accelerations of their own size A_i, within the directions in which states differ.
func (f *search) kicks() (all [][]float64) {
	for i, A := range f.accel {
		y, v := make([]float64, 2*f.d), f.d+i
		for _, s := range f.span {
			for j := range y {
				y[j] += A / f.sd[v] * s[v] * s[j] * f.sd[j]
			}
		}
		all = append(all, y)
	}
	return all
}

// units are means and standard deviations of the functions over the states that find.
func (f *search) units(s *sample) {
	for _, phi := range s.phi {
		mean := 0.0
		for _, y := range phi {
			mean += y / float64(s.N)
		}
		sd := 0.0
		for _, y := range phi {
			sd += (y - mean) * (y - mean) / float64(s.N)
		}
		f.means, f.sds = append(f.means, mean), append(f.sds, math.Sqrt(sd))
	}
}

// inUnits brings a sample into them.
func (f *search) inUnits(s *sample) {
	for k, sd := range f.sds {
		if sd < narrow*math.Abs(f.means[k]) || sd == 0 {
			sd = math.Inf(1) // a constant
		}
		for b := range s.phi[k] {
			s.phi[k][b] = (s.phi[k][b] - f.means[k]) / sd
			s.dot[k][b] /= sd
		}
		for b := range s.kick[k] {
			s.kick[k][b] /= sd
		}
	}
}

const (
	// narrow is a part of a function, or of the largest combination, below which it counts as a combination of others.
	narrow = 1e-6
	// still is what the variance of a function counts beside what errors of accelerations do to it: it has a function
	// of q alone not be without either.
	still = 0.1
)

// size is what rates of combinations are compared with: √(Σ (Σ_i T A_i C_{v_i})² + still² C²), as the Gram matrix of
// the functions at.
func (s *sample) size(at []int) *mat.SymDense {
	G := mat.NewSymDense(len(at), nil)
	for i, k := range at {
		for j, l := range at[:i+1] {
			G.SetSym(i, j, dot(s.kick[k], s.kick[l])+still*still*dot(s.phi[k], s.phi[l]))
		}
	}
	return G
}

func dot(x, y []float64) (s float64) {
	for i, a := range x {
		s += a * y[i]
	}
	return s
}

// modes are the combinations (columns of C) of the functions at that have size 1, and their rates Σ, falling: with the
// Gram matrix W S² Wᵀ the combinations c = W S⁻¹ z have the size |z|, and Φ̇ W S⁻¹ = Y Σ Zᵀ.
func (f *search) modes(at []int) (C *mat.Dense, Σ []float64) {
	var size mat.EigenSym
	if len(at) == 0 || !size.Factorize(f.learn.size(at), true) {
		return nil, nil
	}
	var W mat.Dense
	size.VectorsTo(&W)
	S := size.Values(nil)
	largest := S[len(S)-1]
	var P [][]float64
	for j, s := range S {
		if s > narrow*narrow*largest && s > 0 {
			c := mat.Col(nil, j, &W)
			for k := range c {
				c[k] /= math.Sqrt(s)
			}
			P = append(P, c)
		}
	}
	if P == nil || len(P) > f.learn.N {
		return nil, nil
	}
	A := mat.NewDense(f.learn.N, len(P), nil)
	for j, c := range P {
		A.SetCol(j, combined(f.learn.dot, at, c))
	}
	var rates mat.SVD
	if !rates.Factorize(A, mat.SVDThin) {
		return nil, nil
	}
	var Z mat.Dense
	rates.VTo(&Z)
	C = mat.NewDense(len(at), len(P), nil)
	for j := range P {
		for i, c := range P {
			for k, y := range c {
				C.Set(k, j, C.At(k, j)+y*Z.At(i, j))
			}
		}
	}
	return C, rates.Values(nil)
}

// combined is Σ c_k of the columns at.
func combined(columns [][]float64, at []int, c []float64) []float64 {
	y := make([]float64, len(columns[at[0]]))
	for i, k := range at {
		if c[i] != 0 {
			for b, x := range columns[k] {
				y[b] += c[i] * x
			}
		}
	}
	return y
}

// null is the space of the functions at that are conserved: those within the tolerance, up to the widest gap of the
// rates, which has to be a gap. Its rows are reduced to as few coefficients as there can be, in units of the standard
// deviations of the functions.
func (f *search) null(at []int) (rows [][]float64) {
	C, Σ := f.modes(at)
	slices.Reverse(Σ)
	width, widest := 0, gap
	for k, rate := range Σ {
		if rate > f.r.Tolerance {
			f.r.Next = min(f.r.Next, rate)
			break
		}
		if k+1 == len(Σ) || Σ[k+1] > widest*rate {
			width = k + 1
			if k+1 < len(Σ) {
				widest = Σ[k+1] / rate
			}
		}
	}
	for k := range width {
		rows = append(rows, mat.Col(nil, len(Σ)-1-k, C))
	}
	reduce(rows)
	return rows
}

// gap is how many times faster what is not conserved has to change than what is.
const gap = 3.0

// reduce brings rows into reduced echelon form: with complete pivoting each has one coefficient 1 that all others lack.
func reduce(rows [][]float64) {
	used := map[int]bool{}
	for i := range rows {
		best, col := i, -1
		for j := i; j < len(rows); j++ {
			for k, x := range rows[j] {
				if !used[k] && (col < 0 || math.Abs(x) > math.Abs(rows[best][col])) {
					best, col = j, k
				}
			}
		}
		if col < 0 || rows[best][col] == 0 {
			return
		}
		used[col] = true
		rows[i], rows[best] = rows[best], rows[i]
		p := rows[i][col]
		for k := range rows[i] {
			rows[i][k] /= p
		}
		for j := range rows {
			if y := rows[j][col]; j != i {
				for k := range rows[j] {
					rows[j][k] -= y * rows[i][k]
				}
			}
		}
	}
}

// basis is what is left of functions without those that are, at the states that find, combinations of simpler ones.
func (f *search) basis(at []int) (kept []int) {
	at = slices.Clone(at)
	slices.SortStableFunc(at, func(a, b int) int { return f.lib.complexity(a) - f.lib.complexity(b) })
	var done [][]float64
	for _, k := range at {
		y := slices.Clone(f.learn.phi[k])
		all := dot(y, y)
		project(y, done)
		project(y, done) // what rounding has left
		if left := dot(y, y); left > narrow*narrow*all {
			for i := range y {
				y[i] /= math.Sqrt(left)
			}
			done, kept = append(done, y), append(kept, k)
		}
	}
	return kept
}

// project takes from x its part along orthonormal vectors.
func project(x []float64, basis [][]float64) {
	for _, e := range basis {
		c := dot(e, x)
		for k, y := range e {
			x[k] -= c * y
		}
	}
}

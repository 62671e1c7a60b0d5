package formula

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
)

// draws is how many other errors of the accelerations are drawn.
const draws = 100

// others are the parameters of some terms, found to be β, that would have been found of accelerations with other errors
// e of the size err. Errors of a net are no noise: they have much of what the terms of a library would do to
// accelerations, which are drawn here, each as likely as the other,
//
//	e = Σ z_k row_k/|row_k|,   z normal,   βᵀ(G β + 2 Aᵀe) least,   δβ = −Z (ZᵀGZ)⁻¹ Zᵀ Aᵀe,
//
// with Z the directions that leave the trace of M as it is.
func (e *equations) others(at []int, β []float64, err float64, free int) (all [][]float64, bad error) {
	n, K := len(at), len(e.at)
	g, unit := inUnits(e.learn, at)
	Z := e.level(at, unit)
	if Z == nil {
		return nil, nil
	}
	var half, reduced mat.Dense
	half.Mul(Z.T(), g)
	reduced.Mul(&half, Z)
	s := mat.NewSymDense(n-1, nil)
	for i := range n - 1 {
		for j := range i + 1 {
			s.SetSym(i, j, reduced.At(i, j))
		}
	}
	var eigen mat.EigenSym
	if !eigen.Factorize(s, true) {
		return nil, nil
	}
	var V mat.Dense
	eigen.VectorsTo(&V)
	w, r := eigen.Values(nil), rand.New(rand.NewPCG(1, 0xf0))
	for range draws {
		z, size := mat.NewVecDense(K, nil), 0.0
		for k := range K {
			if G := e.learn.At(k, k); G > 0 {
				z.SetVec(k, r.NormFloat64()/math.Sqrt(G))
			}
		}
		var b mat.VecDense // Aᵀe
		b.MulVec(e.learn, z)
		size = err * math.Sqrt(e.weight/mat.Dot(z, &b))
		y := mat.NewVecDense(n, nil)
		for i, k := range at {
			y.SetVec(i, -size*b.AtVec(k)*unit[i])
		}
		var down, turned, up, δ mat.VecDense
		down.MulVec(Z.T(), y)
		turned.MulVec(V.T(), &down)
		for i, x := range w {
			if turned.SetVec(i, turned.AtVec(i)/x); i < free {
				turned.SetVec(i, 0) // what nothing tells stays
			}
		}
		up.MulVec(&V, &turned)
		δ.MulVec(Z, &up)
		other := make([]float64, n)
		for i := range other {
			other[i] = β[i] + δ.AtVec(i)*unit[i]
		}
		m, err := e.model(at, other)
		if err != nil {
			return nil, err
		}
		all = append(all, m.Theta)
	}
	return all, nil
}

// level is an orthonormal basis (n, n − 1) of what leaves the trace of some terms, in their units, as it is: the
// columns of a reflection that takes the trace to an axis; nil where there is one term alone.
func (e *equations) level(at []int, unit []float64) *mat.Dense {
	n := len(at)
	if n < 2 {
		return nil
	}
	v, norm := make([]float64, n), 0.0
	for i, k := range at {
		v[i] = e.trace[k] * unit[i]
		norm += v[i] * v[i]
	}
	v[0] += math.Copysign(math.Sqrt(norm), v[0])
	square := dot(v, v)
	Z := mat.NewDense(n, n-1, nil)
	for i := range n {
		for j := 1; j < n; j++ {
			x := -2 * v[i] * v[j] / square
			if i == j {
				x++
			}
			Z.Set(i, j-1, x)
		}
	}
	return Z
}

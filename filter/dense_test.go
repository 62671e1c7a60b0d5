package filter

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// dense is the same estimate from rows up to the given one, by the normal equations of all states at once.
func dense(o Measured, w float64, noise Noise, rows int) (x *mat.VecDense, P *mat.Dense) {
	n := 2 * rows
	G, g := mat.NewDense(n, n, nil), mat.NewVecDense(n, nil)
	add := func(a map[int]float64, b, weight float64) { // weight (a·x − b)²
		for i, p := range a {
			g.SetVec(i, g.AtVec(i)+weight*p*b)
			for j, q := range a {
				G.Set(i, j, G.At(i, j)+weight*p*q)
			}
		}
	}
	for i, sd := range o.SD {
		add(map[int]float64{i: 1}, o.X[i], 1/(sd*sd))
	}
	for k := range rows {
		for j, s := range noise.Sigma {
			if y := o.Y[2*k+j]; !math.IsNaN(y) {
				add(map[int]float64{2*k + j: 1}, y, 1/(s*s))
			}
		}
		if k+1 == rows {
			break
		}
		h, p := o.T[k+1]-o.T[k], noise.Process[0]
		A, c := rk4(w, h, o.U[k], o.U[k+1])
		// Q = L Lᵀ:  L⁻¹ (x′ − A x − c) has variances 1
		L := [3]float64{p * math.Sqrt(h*h*h/3), p * math.Sqrt(3*h) / 2, p * math.Sqrt(h) / 2}
		row := func(i int) (map[int]float64, float64) {
			return map[int]float64{2*k + 2 + i: 1, 2 * k: -A[2*i], 2*k + 1: -A[2*i+1]}, c[i]
		}
		a, b := row(0)
		for i := range a {
			a[i] /= L[0]
		}
		b /= L[0]
		add(a, b, 1)
		z, e := row(1)
		for i := range a {
			z[i] -= L[1] * a[i]
		}
		for i := range z {
			z[i] /= L[2]
		}
		add(z, (e-L[1]*b)/L[2], 1)
	}
	P = new(mat.Dense)
	if err := P.Inverse(G); err != nil {
		panic(err)
	}
	x = mat.NewVecDense(n, nil)
	x.MulVec(P, g)
	return x, P
}

// density is −2 log of that of all that was measured, a normal law of as many numbers.
func density(o Measured, w float64, noise Noise) float64 {
	N := len(o.T)
	mean, C := mat.NewVecDense(2*N, nil), mat.NewDense(2*N, 2*N, nil)
	for i := range 2 {
		mean.SetVec(i, o.X[i])
		C.Set(i, i, o.SD[i]*o.SD[i])
	}
	for k := range N - 1 {
		h, p := o.T[k+1]-o.T[k], noise.Process[0]
		A, c := rk4(w, h, o.U[k], o.U[k+1])
		Q := [4]float64{p * p * h * h * h / 3, p * p * h * h / 2, p * p * h * h / 2, p * p * h}
		at := 2*k + 2
		for i := range 2 {
			mean.SetVec(at+i, c[i]+A[2*i]*mean.AtVec(at-2)+A[2*i+1]*mean.AtVec(at-1))
			for j := range at {
				x := A[2*i]*C.At(at-2, j) + A[2*i+1]*C.At(at-1, j)
				C.Set(at+i, j, x)
				C.Set(j, at+i, x)
			}
		}
		for i := range 2 {
			for j := range 2 {
				C.Set(at+i, at+j, Q[2*i+j]+A[2*j]*C.At(at+i, at-2)+A[2*j+1]*C.At(at+i, at-1))
			}
		}
	}
	var which []int
	for i, y := range o.Y {
		if C.Set(i, i, C.At(i, i)+math.Pow(noise.Sigma[i%2], 2)); !math.IsNaN(y) {
			which = append(which, i)
		}
	}
	S, r := mat.NewSymDense(len(which), nil), mat.NewVecDense(len(which), nil)
	for a, i := range which {
		r.SetVec(a, o.Y[i]-mean.AtVec(i))
		for b, j := range which[:a+1] {
			S.SetSym(a, b, C.At(i, j))
		}
	}
	var chol mat.Cholesky
	if !chol.Factorize(S) {
		panic("not positive definite")
	}
	var z mat.VecDense
	if err := chol.SolveVecTo(&z, r); err != nil {
		panic(err)
	}
	return mat.Dot(r, &z) + chol.LogDet() + float64(len(which))*math.Log(2*math.Pi)
}

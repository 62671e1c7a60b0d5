// Package dense has the products and factors of symmetric matrices of some thousands of rows, on all cores.
package dense

import (
	"math"
	"sync/atomic"

	"lagrange/internal/gemm"
	"lagrange/internal/par"
)

// A symmetric matrix of some thousands of rows is held by its upper triangle, row by row (n, n); what stands below the
// diagonal is not used. Its products and its factors are made of the fast product C += AᵀB of package gemm, tile by
// tile, and the tiles are shared among a team.

const (
	tile  = 256 // rows and columns of C that a core takes at a time
	panel = 128 // rows that a factorisation eliminates at a time
)

// tiles visits the upper tiles of an n × n matrix, each by whichever core is free.
func tiles(team *par.Team, n int, f func(i, j, m, w int)) {
	var next atomic.Int64
	side := (n + tile - 1) / tile
	team.Do(func(int) {
		for {
			k := int(next.Add(1)) - 1
			if k >= side*side {
				return
			}
			i, j := k/side, k%side
			if i > j {
				continue
			}
			f(i*tile, j*tile, min(tile, n-i*tile), min(tile, n-j*tile))
		}
	})
}

// Gram adds JᵀJ to A for rows J (rows, n).
func Gram(team *par.Team, rows, n int, J, A []float64) {
	tiles(team, n, func(i, j, m, w int) {
		gemm.MulAdd(m, w, rows, J[i:], n, J[j:], n, A[i*n+j:], n)
	})
}

// FactorUpper replaces the upper triangle of A by U with A = UᵀU. It returns false, and leaves A unusable, when a pivot
// is not positive (Golub & Van Loan, Matrix Computations, §4.2, by blocks).
func FactorUpper(team *par.Team, n int, A []float64) bool {
	inv, copied := make([]float64, panel*panel), make([]float64, panel*n)
	for k := 0; k < n; k += panel {
		nb := min(panel, n-k)
		if !pivots(n, nb, A[k*n+k:]) {
			return false
		}
		rest := n - k - nb
		if rest == 0 {
			break
		}
		inverseUpper(n, nb, A[k*n+k:], inv)
		U := A[k*n+k+nb:] // U₁₂ = U₁₁⁻ᵀ A₁₂, and its negative
		team.Do(func(w int) {
			lo, hi := par.Span(rest, w, team.Workers())
			if lo == hi {
				return
			}
			for i := range nb {
				copy(copied[i*rest+lo:i*rest+hi], U[i*n+lo:i*n+hi])
				clear(U[i*n+lo : i*n+hi])
			}
			gemm.MulAdd(nb, hi-lo, nb, inv, nb, copied[lo:], rest, U[lo:], n)
			for i := range nb {
				for j := lo; j < hi; j++ {
					copied[i*rest+j] = -U[i*n+j]
				}
			}
		})
		B := A[(k+nb)*n+k+nb:] // A₂₂ −= U₁₂ᵀ U₁₂
		tiles(team, rest, func(i, j, m, w int) {
			gemm.MulAdd(m, w, nb, copied[i:], rest, U[j:], n, B[i*n+j:], n)
		})
	}
	return true
}

// pivots factors the nb × nb block at the start of a, whose rows are n apart.
func pivots(n, nb int, a []float64) bool {
	for i := range nb {
		p := a[i*n+i]
		if !(p > 0) || math.IsInf(p, 0) {
			return false
		}
		r := 1 / math.Sqrt(p)
		row := a[i*n+i : i*n+nb]
		for j := range row {
			row[j] *= r
		}
		for k := i + 1; k < nb; k++ {
			c, y := row[k-i], a[k*n+k:k*n+nb]
			for j := range y {
				y[j] -= c * row[k-i+j]
			}
		}
	}
	return true
}

// inverseUpper writes U⁻¹ (nb, nb) of the block at the start of a.
func inverseUpper(n, nb int, a, inv []float64) {
	clear(inv[:nb*nb])
	for i := nb - 1; i >= 0; i-- { // row i of U⁻¹ = (eᵢ − Σ U_ik row k)/U_ii
		row := inv[i*nb : (i+1)*nb]
		row[i] = 1
		for k := i + 1; k < nb; k++ {
			c, y := a[i*n+k], inv[k*nb:(k+1)*nb]
			for j := k; j < nb; j++ {
				row[j] -= c * y[j]
			}
		}
		r := 1 / a[i*n+i]
		for j := i; j < nb; j++ {
			row[j] *= r
		}
	}
}

// SolveUpper replaces x by the solution of UᵀU y = x.
func SolveUpper(n int, U, x []float64) {
	for i := range n { // Uᵀ z = x
		row := U[i*n+i : (i+1)*n]
		z := x[i] / row[0]
		x[i] = z
		for j, u := range row[1:] {
			x[i+1+j] -= z * u
		}
	}
	for i := n - 1; i >= 0; i-- {
		row, s := U[i*n+i:(i+1)*n], x[i]
		for j, u := range row[1:] {
			s -= u * x[i+1+j]
		}
		x[i] = s / row[0]
	}
}

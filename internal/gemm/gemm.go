// Package gemm has the three matrix products of a pass through a network. Matrices are row-major: element (i, j) of A
// stands at a[i*lda+j]. Nothing is packed ahead: at the sizes of a batch (tens to thousands of rows, up to some
// hundreds of columns) packing costs more than it saves. Outputs must not overlap inputs.
//
// Two kernels in assembly, written by _asm/gemm, serve the products: panel multiplies numbers of A with vectors of rows
// of B, dots multiplies vectors with vectors. Elsewhere and for other instruction sets the products are plain Go.
package gemm

import "unsafe"

//go:generate -command asm go run -C ../../_asm ./gemm
//go:generate asm -out ../internal/gemm/kernels_amd64.s -stubs ../internal/gemm/kernels_amd64.go -pkg gemm

// Float is the element type.
type Float interface{ ~float32 | ~float64 }

// Mul sets C = A·B, with A (m, k), B (k, n), C (m, n).
func Mul[T Float](m, n, k int, a []T, lda int, b []T, ldb int, c []T, ldc int) {
	check("Mul", m, k, lda, len(a), k, n, ldb, len(b), m, n, ldc, len(c))
	f := of[T]()
	switch {
	case m == 0 || n == 0:
	case k == 0:
		for i := range m {
			clear(c[i*ldc : i*ldc+n])
		}
	case f == nil:
		mul(m, n, k, a, lda, b, ldb, c, ldc)
	case n == 1 && ldb == 1 && ldc == 1: // Cᵀ = Bᵀ·Aᵀ
		f.mulT(1, m, k, view(b, k), view(a, lda), view(c, m))
	case n == 1 && ldb == 1:
		f.mulT(m, 1, k, view(a, lda), view(b, k), view(c, ldc))
	default:
		x := view(a, lda)
		f.panels(m, n, k, x, x.ld, f.size, view(b, ldb), view(c, ldc), false)
	}
}

// MulAdd sets C += Aᵀ·B, with A (k, m), B (k, n), C (m, n): the weight gradient, whose inner size k is a multiple of
// the batch.
func MulAdd[T Float](m, n, k int, a []T, lda int, b []T, ldb int, c []T, ldc int) {
	check("MulAdd", k, m, lda, len(a), k, n, ldb, len(b), m, n, ldc, len(c))
	f := of[T]()
	switch {
	case m == 0 || n == 0 || k == 0:
	case f == nil:
		mulAdd(m, n, k, a, lda, b, ldb, c, ldc)
	case n == 1 && ldc == 1: // Cᵀ += Bᵀ·A
		x := view(b, ldb)
		f.panels(1, m, k, x, f.size, x.ld, view(a, lda), view(c, m), true)
	default:
		x := view(a, lda)
		f.panels(m, n, k, x, f.size, x.ld, view(b, ldb), view(c, ldc), true)
	}
}

// MulT sets C = A·Bᵀ, with A (m, k), B (n, k), C (m, n): the reverse sweep through a weight matrix.
func MulT[T Float](m, n, k int, a []T, lda int, b []T, ldb int, c []T, ldc int) {
	check("MulT", m, k, lda, len(a), n, k, ldb, len(b), m, n, ldc, len(c))
	f := of[T]()
	switch {
	case m == 0 || n == 0:
	case k == 0:
		for i := range m {
			clear(c[i*ldc : i*ldc+n])
		}
	case f == nil:
		mulT(m, n, k, a, lda, b, ldb, c, ldc)
	case k == 1 && ldb == 1: // B is its own transpose
		x := view(a, lda)
		f.panels(m, n, 1, x, x.ld, f.size, view(b, n), view(c, ldc), false)
	default:
		f.mulT(m, n, k, view(a, lda), view(b, ldb), view(c, ldc))
	}
}

func check(op string, ar, ac, lda, la, br, bc, ldb, lb, cr, cc, ldc, lc int) {
	fits := func(r, c, ld, n int) bool { return r >= 0 && c >= 0 && (r == 0 || c <= ld && (r-1)*ld+c <= n) }
	if !fits(ar, ac, lda, la) || !fits(br, bc, ldb, lb) || !fits(cr, cc, ldc, lc) {
		panic("gemm: " + op + ": a matrix does not fit its slice")
	}
}

// of chooses the kernels of T; nil: plain Go.
func of[T Float]() *kernels {
	f := &single
	if unsafe.Sizeof(T(0)) == 8 {
		f = &double
	}
	if f.panel == nil {
		return nil
	}
	return f
}

package vec

import (
	"unsafe"

	"lagrange/internal/isa"
)

// kernels are the assembly functions of one instruction set for one number type; where one is nil, plain Go serves.
type kernels[T Float] struct {
	scale        func(f, x, y *T, n, K, step int)
	triangle     func(f2, a, z0, z1, z2 *T, n int, s *[9]T)
	rectangle    func(f2, a, x0, x1, x2, z0, z1, z2 *T, n int, s *[9]T)
	directions   func(cs, ct, x, s, t *T, n, K, step int)
	mixed        func(f1, f2, zs, zt, zst, hs, ht, hst *T, n int)
	mixedReverse func(f1, f2, f3, zs, zt, zst, a, as, at, ast, ds, dt, dst *T, n int)
	dualReverse  func(f1, f2, zs, a, as, ds *T, n int)
	add          func(x, y *T, n int)
	axpy         func(c T, x, y *T, n int)
	addSquares   func(x, y *T, n int, s *float64)
	sumSquares   func(y *T, n int, s *float64)
	adam         func(g, theta, m, s *T, n int, b1, c1, b2, c2, r, e, f T)
	activation   [last]func(z, f, f1, f2, f3 *T, n int)
}

// The kernels in use.
var (
	single = singles(isa.Best)
	double = doubles(isa.Best)
)

// of returns the kernels for T.
func of[T Float]() *kernels[T] {
	if unsafe.Sizeof(T(0)) == 4 {
		return (*kernels[T])(unsafe.Pointer(&single))
	}
	return (*kernels[T])(unsafe.Pointer(&double))
}

// ptr returns where x begins. The compiler cannot see that a kernel called by its address keeps no pointer, and would
// move x to the heap; so it is not told whence the pointer comes.
func ptr[T Float](x []T) *T {
	return (*T)(hide(unsafe.Pointer(unsafe.SliceData(x))))
}

func nine[T Float](s *[9]T) *[9]T { return (*[9]T)(hide(unsafe.Pointer(s))) }

//go:nosplit
func hide(p unsafe.Pointer) unsafe.Pointer {
	x := uintptr(p)
	return *(*unsafe.Pointer)(unsafe.Pointer(&x))
}

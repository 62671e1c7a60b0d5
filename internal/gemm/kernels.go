package gemm

import "unsafe"

// kernels are those of one number type and instruction set.
type kernels struct {
	// panel sets C = A·B, or adds to C, for a panel of columns of C. Strides are in bytes: row between rows of A, step
	// along them. With flip B is given transposed, its columns in whole vectors, and 4 ≤ k ≤ deep.
	panel func(m, n, k int, a *byte, row, step int, b *byte, ldb int, c *byte, ldc int, add, flip bool)
	// dots sets C = A·Bᵀ.
	dots func(m, n, k int, a *byte, lda int, b *byte, ldb int, c *byte, ldc int)

	size   int // bytes of a number
	lanes  int // numbers of a vector
	width  int // columns of a panel
	masked int // columns of the widest panel whose last vector need not be whole
	deep   int // the largest k of a flip
	near   int // bytes of a B from which dot products of long sums read as fast as they multiply; 0: of none
}

// The kernels in use.
var single, double = best()

// rows is a matrix and its distance of rows, in bytes.
type rows struct {
	p  *byte
	ld int
}

func view[T Float](x []T, ld int) rows {
	return rows{(*byte)(unsafe.Pointer(unsafe.SliceData(x))), ld * int(unsafe.Sizeof(x[0]))}
}

// at is the address of a byte.
func (x rows) at(offset int) *byte { return (*byte)(unsafe.Add(unsafe.Pointer(x.p), offset)) }

// block is the longest sum of a call of panel: beyond it, A and B no longer stay in the second-level cache.
const block = 512

// panels sets C = A·B or adds to it, a panel of columns at a time.
func (f *kernels) panels(m, n, k int, a rows, row, step int, b, c rows, add bool) {
	for p := 0; p < k; p += block {
		d := min(block, k-p)
		for j := 0; j < n; {
			w := f.panelWidth(n - j)
			f.panel(m, w, d, a.at(p*step), row, step, b.at(p*b.ld+j*f.size), b.ld, c.at(j*f.size), c.ld,
				add || p > 0, false)
			j += w
		}
	}
}

func (f *kernels) panelWidth(n int) int {
	if n >= f.width {
		return f.width
	}
	return min(n, f.masked)
}

// mulT sets C = A·Bᵀ. Where many rows share the cost, the panels transpose whole vectors of rows of B for themselves;
// else, and for the columns left, dot products are cheaper.
func (f *kernels) mulT(m, n, k int, a, b, c rows) {
	whole := 0
	if k >= 4 && m >= f.sharing(n, k) {
		whole = n / f.lanes * f.lanes
	}
	for j := 0; j < whole; j += f.width {
		blocks := (k + f.deep - 1) / f.deep
		for p := 0; p < k; blocks-- {
			d := (k - p + blocks - 1) / blocks
			f.panel(m, min(f.width, whole-j), d, a.at(p*f.size), a.ld, f.size, b.at(j*b.ld+p*f.size), b.ld,
				c.at(j*f.size), c.ld, p > 0, true)
			p += d
		}
	}
	for i := 0; i < m && whole < n; i += dotRows {
		f.dots(min(dotRows, m-i), n-whole, k, a.at(i*a.ld), a.ld, b.at(whole*b.ld), b.ld,
			c.at(i*c.ld+whole*f.size), c.ld)
	}
}

// dotRows is how many rows of A stay in the first-level cache while those of B go by.
const dotRows = 24

// sharing is from how many rows of A on it is worth to transpose B (n, k). The bounds are measured: the longer the sums
// of dot products, the less it counts that each vector of them has to be added up.
func (f *kernels) sharing(n, k int) int {
	if k >= 12*f.lanes && n*k*f.size <= f.near {
		return 100
	}
	return 8 + k/(2*f.lanes)
}

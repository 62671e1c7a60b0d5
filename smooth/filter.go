package smooth

import "math"

// most is the highest order m of the prior.
const most = 6

type (
	vector [most]float64
	matrix [most][most]float64
)

// filter is a square-root information filter [Bierman1977], [PaigeSaunders1977] of the state xᵢ = q⁽ⁱ⁾/(σωⁱ), i < m,
// over the times ωt:
//
//	x′ = F x + L w,  Fᵢⱼ = h^(j−i)/(j−i)!,  LLᵀ = Q,  Qᵢⱼ = κ h^(2m−1−i−j)/((2m−1−i−j)(m−1−i)!(m−1−j)!),  w ~ N(0, 1),
//
// which is m-fold integrated white noise. What is known of x is R x = z + N(0, 1). Nothing known is R = 0, and rows of
// R stay exactly 0 until there are measurements for them, so that no prior of a start is needed. L is a factor and
// never inverted: a step of 0, or a tiny one, does no harm.
type filter struct {
	m    int
	root float64 // √κ
	unit matrix  // L of h = 1, κ = 1
	fact vector  // 1/k!
	R    matrix
	z    vector
	rss  float64 // Σ of the squared normalised errors of prediction
	lost float64 // log det of what was eliminated
	step transition
	cols [2*most + 1]vector
}

// transition is a step of length h.
type transition struct {
	h       float64
	back, L matrix // F⁻¹, which is F of −h, and L
}

// kept is what a step leaves to go back by: rw·w + rx·x = zw + N(0, 1), for x after the step.
type kept struct {
	h      float64
	rw, rx matrix
	zw     vector
}

// newFilter is a filter of order m, about a start of which nothing is known; κ is the density of the noise.
func newFilter(m int, kappa float64) *filter {
	f := &filter{m: m, root: math.Sqrt(kappa), step: transition{h: -1}}
	f.fact[0] = 1
	for k := 1; k < m; k++ {
		f.fact[k] = f.fact[k-1] / float64(k)
	}
	var q matrix
	for i := range m {
		for j := range m {
			q[i][j] = f.fact[m-1-i] * f.fact[m-1-j] / float64(2*m-1-i-j)
		}
	}
	for j := range m { // Cholesky: q = unit·unitᵀ
		s := q[j][j]
		for k := range j {
			s -= f.unit[j][k] * f.unit[j][k]
		}
		f.unit[j][j] = math.Sqrt(s)
		for i := j + 1; i < m; i++ {
			s := q[i][j]
			for k := range j {
				s -= f.unit[i][k] * f.unit[j][k]
			}
			f.unit[i][j] = s / f.unit[j][j]
		}
	}
	return f
}

// restart forgets all that was measured.
func (f *filter) restart() {
	f.R, f.z, f.rss, f.lost = matrix{}, vector{}, 0, 0
}

// moved is the transition over h.
func (f *filter) moved(h float64) *transition {
	t := &f.step
	if t.h == h {
		return t
	}
	t.h = h
	m, p := f.m, 1.0
	for k := range m { // k = j − i
		for i := range m - k {
			t.back[i][i+k] = p * f.fact[k]
		}
		p *= -h
	}
	d := f.root * math.Sqrt(h)
	for i := m - 1; i >= 0; i-- {
		for j := 0; j <= i; j++ {
			t.L[i][j] = d * f.unit[i][j]
		}
		d *= h
	}
	return t
}

// predict goes on by h ≥ 0. With G = R F⁻¹, the rows of w and of x after the step are
//
//	| I     0 | 0 |        | rw  rx | zw |
//	| −G L  G | z |   →    | 0   R  | z  |   by Householder's reflections.
func (f *filter) predict(h float64, k *kept) {
	m, t := f.m, f.moved(h)
	for i := range m {
		r := &f.R[i]
		for j := i; j < m; j++ {
			g := 0.0
			for k := i; k <= j; k++ {
				g += r[k] * t.back[k][j]
			}
			f.cols[m+j][i] = g
		}
		for j := range i {
			f.cols[m+j][i] = 0
		}
		for j := range m {
			s := 0.0
			for k := max(i, j); k < m; k++ {
				s -= f.cols[m+k][i] * t.L[k][j]
			}
			f.cols[j][i] = s
		}
	}
	f.cols[2*m] = f.z
	if k != nil {
		k.h = h
	}
	product := 1.0
	for j := range m {
		b := f.cols[j]
		ss := 1.0
		for _, x := range b[:m] {
			ss += x * x
		}
		s := math.Sqrt(ss)
		product *= s
		if k != nil {
			k.rw[j][j] = s
		}
		for c := j + 1; c <= 2*m; c++ {
			top := f.reflect(c, &b, s)
			switch {
			case k == nil:
			case c < m:
				k.rw[j][c] = top
			case c < 2*m:
				k.rx[j][c-m] = top
			default:
				k.zw[j] = top
			}
		}
	}
	f.lost += math.Log(product)
	f.triangle()
}

// reflect takes column c through the reflection that leaves s of (1, b), and returns what stands in its row of w.
func (f *filter) reflect(c int, b *vector, s float64) (top float64) {
	x, dot := &f.cols[c], 0.0
	for i := range f.m {
		dot += b[i] * x[i]
	}
	top = dot / s
	for i, g := 0, top/(1+s); i < f.m; i++ {
		x[i] -= b[i] * g
	}
	return top
}

// triangle brings the rows of x into R and z, R upper triangular.
func (f *filter) triangle() {
	m := f.m
	for j := range m - 1 {
		u := f.cols[m+j]
		ss := 0.0
		for i := j + 1; i < m; i++ {
			ss += u[i] * u[i]
		}
		if ss == 0 {
			continue
		}
		s := math.Copysign(math.Sqrt(u[j]*u[j]+ss), u[j])
		u[j] += s
		beta := 1 / (s * u[j])
		f.cols[m+j][j] = -s
		for c := m + j + 1; c <= 2*m; c++ {
			x, dot := &f.cols[c], 0.0
			for i := j; i < m; i++ {
				dot += u[i] * x[i]
			}
			dot *= beta
			for i := j; i < m; i++ {
				x[i] -= u[i] * dot
			}
		}
	}
	for i := range m {
		for j := i; j < m; j++ {
			f.R[i][j] = f.cols[m+j][i]
		}
	}
	f.z = f.cols[2*m]
}

// measure takes in y = gᵀx + N(0, 1) by Givens' rotations, and returns the error of its prediction in units of its
// standard deviation. The elements of g before i are 0.
func (f *filter) measure(i int, g vector, y float64) float64 {
	for k := i; k < f.m; k++ {
		if g[k] == 0 {
			continue
		}
		s := math.Hypot(f.R[k][k], g[k])
		c, d := f.R[k][k]/s, g[k]/s
		f.R[k][k] = s
		for j := k + 1; j < f.m; j++ {
			f.R[k][j], g[j] = c*f.R[k][j]+d*g[j], c*g[j]-d*f.R[k][j]
		}
		f.z[k], y = c*f.z[k]+d*y, c*y-d*f.z[k]
	}
	f.rss += y * y
	return y
}

// logDet is log det of all that was measured, in the unknown x and w.
func (f *filter) logDet() float64 {
	s := f.lost
	for i := range f.m {
		s += math.Log(math.Abs(f.R[i][i]))
	}
	return s
}

// state is the estimate x = R⁻¹ z and its covariance P = R⁻¹ R⁻ᵀ.
func (f *filter) state() (x vector, P matrix) {
	m := f.m
	var inv matrix
	for j := range m {
		inv[j][j] = 1 / f.R[j][j]
		for i := j - 1; i >= 0; i-- {
			s := 0.0
			for k := i + 1; k <= j; k++ {
				s += f.R[i][k] * inv[k][j]
			}
			inv[i][j] = -s / f.R[i][i]
		}
	}
	for i := range m {
		for j := i; j < m; j++ {
			x[i] += inv[i][j] * f.z[j]
		}
		for j := range m {
			for k := max(i, j); k < m; k++ {
				P[i][j] += inv[i][k] * inv[j][k]
			}
		}
	}
	return x, P
}

// back goes from x and P after a step to those before it, given all measurements. With B = L rw⁻¹ and A = I + B rx,
//
//	x ← F⁻¹ (A x − B zw),   P ← F⁻¹ (A P Aᵀ + B Bᵀ) F⁻ᵀ,
//
// where nothing positive is taken from P, so it stays positive.
func (f *filter) back(k *kept, x *vector, P *matrix) {
	m, t := f.m, f.moved(k.h)
	var A, B, S matrix
	for i := range m {
		for j := range m {
			s := t.L[i][j]
			for l := range j {
				s -= B[i][l] * k.rw[l][j]
			}
			B[i][j] = s / k.rw[j][j]
		}
		for j := range m {
			s := 0.0
			for l := range m {
				s += B[i][l] * k.rx[l][j]
			}
			A[i][j] = s
		}
		A[i][i]++
	}
	A, B = times(&t.back, &A, m), times(&t.back, &B, m)
	var y vector
	for i := range m {
		for j := range m {
			y[i] += A[i][j]*x[j] - B[i][j]*k.zw[j]
		}
	}
	S = times(&A, P, m)
	for i := range m {
		for j := range i + 1 {
			s := 0.0
			for l := range m {
				s += S[i][l]*A[j][l] + B[i][l]*B[j][l]
			}
			P[i][j], P[j][i] = s, s
		}
	}
	*x = y
}

// times is the product of two m×m matrices.
func times(a, b *matrix, m int) (c matrix) {
	for i := range m {
		for k := range m {
			if x := a[i][k]; x != 0 {
				for j := range m {
					c[i][j] += x * b[k][j]
				}
			}
		}
	}
	return c
}

package gemm

// The products in plain Go: for processors without kernels of their own, and the kernels' twin in tests.

func mul[T Float](m, n, k int, a []T, lda int, b []T, ldb int, c []T, ldc int) {
	for i := range m {
		clear(c[i*ldc : i*ldc+n])
	}
	i := 0
	for ; i+2 <= m; i += 2 {
		rows2(n, k, a[i*lda:], a[(i+1)*lda:], 1, b, ldb, c[i*ldc:], c[(i+1)*ldc:])
	}
	if i < m {
		row1(n, k, a[i*lda:], 1, b, ldb, c[i*ldc:])
	}
}

func mulAdd[T Float](m, n, k int, a []T, lda int, b []T, ldb int, c []T, ldc int) {
	i := 0
	for ; i+2 <= m; i += 2 {
		rows2(n, k, a[i:], a[i+1:], lda, b, ldb, c[i*ldc:], c[(i+1)*ldc:])
	}
	if i < m {
		row1(n, k, a[i:], lda, b, ldb, c[i*ldc:])
	}
}

func mulT[T Float](m, n, k int, a []T, lda int, b []T, ldb int, c []T, ldc int) {
	for i := 0; i < m; i += 2 {
		a0, a1 := a[i*lda:i*lda+k], a[i*lda:i*lda+k]
		c0 := c[i*ldc : i*ldc+n]
		c1 := c0
		if i+1 < m {
			a1, c1 = a[(i+1)*lda:(i+1)*lda+k], c[(i+1)*ldc:(i+1)*ldc+n]
		}
		j := 0
		for ; j+4 <= n; j += 4 {
			b0, b1 := b[j*ldb:j*ldb+k], b[(j+1)*ldb:(j+1)*ldb+k]
			b2, b3 := b[(j+2)*ldb:(j+2)*ldb+k], b[(j+3)*ldb:(j+3)*ldb+k]
			c0[j], c0[j+1], c0[j+2], c0[j+3], c1[j], c1[j+1], c1[j+2], c1[j+3] = dots(a0, a1, b0, b1, b2, b3)
		}
		for ; j < n; j++ {
			c0[j], c1[j] = dot2(a0, a1, b[j*ldb:j*ldb+k])
		}
	}
}

// dots returns the eight dot products of two rows with four.
func dots[T Float](a0, a1, b0, b1, b2, b3 []T) (s00, s01, s02, s03, s10, s11, s12, s13 T) {
	n := len(a0)
	a1, b0, b1, b2, b3 = a1[:n], b0[:n], b1[:n], b2[:n], b3[:n]
	for p, x := range a0 {
		y := a1[p]
		u, v, w, z := b0[p], b1[p], b2[p], b3[p]
		s00 += x * u
		s01 += x * v
		s02 += x * w
		s03 += x * z
		s10 += y * u
		s11 += y * v
		s12 += y * w
		s13 += y * z
	}
	return
}

func dot2[T Float](a0, a1, b []T) (s0, s1 T) {
	a1, b = a1[:len(a0)], b[:len(a0)]
	for p, x := range a0 {
		s0 += x * b[p]
		s1 += a1[p] * b[p]
	}
	return
}

// rows2 adds Σ_p a0[p·sa]·B[p] to c0 and Σ_p a1[p·sa]·B[p] to c1, four rows of B at a time.
func rows2[T Float](n, k int, a0, a1 []T, sa int, b []T, ldb int, c0, c1 []T) {
	if n == 0 {
		return
	}
	c0, c1 = c0[:n], c1[:n]
	p := 0
	for ; p+4 <= k; p += 4 {
		x0, x1, x2, x3 := a0[p*sa], a0[(p+1)*sa], a0[(p+2)*sa], a0[(p+3)*sa]
		y0, y1, y2, y3 := a1[p*sa], a1[(p+1)*sa], a1[(p+2)*sa], a1[(p+3)*sa]
		b0, b1, b2, b3 := b[p*ldb:][:n], b[(p+1)*ldb:][:n], b[(p+2)*ldb:][:n], b[(p+3)*ldb:][:n]
		for j := range c0 {
			u, v, w, z := b0[j], b1[j], b2[j], b3[j]
			c0[j] += (x0*u + x1*v) + (x2*w + x3*z)
			c1[j] += (y0*u + y1*v) + (y2*w + y3*z)
		}
	}
	for ; p < k; p++ {
		x, y := a0[p*sa], a1[p*sa]
		bp := b[p*ldb:][:n]
		for j := range c0 {
			c0[j] += x * bp[j]
			c1[j] += y * bp[j]
		}
	}
}

func row1[T Float](n, k int, a []T, sa int, b []T, ldb int, c []T) {
	c = c[:n]
	p := 0
	for ; p+4 <= k; p += 4 {
		x0, x1, x2, x3 := a[p*sa], a[(p+1)*sa], a[(p+2)*sa], a[(p+3)*sa]
		b0, b1, b2, b3 := b[p*ldb:][:n], b[(p+1)*ldb:][:n], b[(p+2)*ldb:][:n], b[(p+3)*ldb:][:n]
		for j := range c {
			c[j] += (x0*b0[j] + x1*b1[j]) + (x2*b2[j] + x3*b3[j])
		}
	}
	for ; p < k; p++ {
		x := a[p*sa]
		for j, y := range b[p*ldb:][:n] {
			c[j] += x * y
		}
	}
}

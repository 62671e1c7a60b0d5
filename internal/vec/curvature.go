package vec

// Curvature adds to H (B, K, K) what the bend of an activation adds to second derivatives along K tangents: for i ≤ k
//
//	H[b,i,k] += Σ_j f″_j ā_j z_{i,j} z_{k,j}
//
// where rows of f″, of ā and of the tangents z_k have n numbers and begin ld apart, and tangent k begins at z[k·step:].
// Only the upper triangle of H is written.
func Curvature[T Float](B, K, n, ld int, f2, a, z []T, step int, H []T) {
	const t = 3 // tangents of a tile
	var s [t * t]T
	for b := range B {
		f2, a, h := f2[b*ld:][:n], a[b*ld:][:n], H[b*K*K:][:K*K]
		row := func(k int) []T { return z[min(k, K-1)*step+b*ld:][:n] }
		for i := 0; i < K; i += t {
			x0, x1, x2 := row(i), row(i+1), row(i+2)
			triangle(f2, a, x0, x1, x2, &s)
			n := min(t, K-i)
			for p := range n {
				h, s := h[(i+p)*K+i:][:n], s[t*p:][:t]
				for q := p; q < n; q++ {
					h[q] += s[q]
				}
			}
			for k := i + t; k < K; k += t {
				rectangle(f2, a, x0, x1, x2, row(k), row(k+1), row(k+2), &s)
				for p := i; p < i+t; p++ {
					for q := k; q < min(k+t, K); q++ {
						h[p*K+q] += s[t*(p-i)+q-k]
					}
				}
			}
		}
	}
}

// triangle sets s[3i+k] = Σ_j f″_j a_j z_{i,j} z_{k,j} for i ≤ k < 3.
func triangle[T Float](f2, a, z0, z1, z2 []T, s *[9]T) {
	if call := of[T]().triangle; call != nil {
		call(ptr(f2), ptr(a), ptr(z0), ptr(z1), ptr(z2), len(a), nine(s))
		return
	}
	var s00, s01, s02, s11, s12, s22 T
	for j, g := range f2 {
		g *= a[j]
		x, y, z := z0[j], z1[j], z2[j]
		gx, gy := g*x, g*y
		s00 += gx * x
		s01 += gx * y
		s02 += gx * z
		s11 += gy * y
		s12 += gy * z
		s22 += g * z * z
	}
	s[0], s[1], s[2], s[4], s[5], s[8] = s00, s01, s02, s11, s12, s22
}

// rectangle sets s[3i+k] = Σ_j f″_j a_j x_{i,j} z_{k,j} for i, k < 3.
func rectangle[T Float](f2, a, x0, x1, x2, z0, z1, z2 []T, s *[9]T) {
	if call := of[T]().rectangle; call != nil {
		call(ptr(f2), ptr(a), ptr(x0), ptr(x1), ptr(x2), ptr(z0), ptr(z1), ptr(z2), len(a), nine(s))
		return
	}
	for i, x := range [3][]T{x0, x1, x2} {
		var s0, s1, s2 T
		for j, g := range f2 {
			w := g * a[j] * x[j]
			s0 += w * z0[j]
			s1 += w * z1[j]
			s2 += w * z2[j]
		}
		s[3*i], s[3*i+1], s[3*i+2] = s0, s1, s2
	}
}

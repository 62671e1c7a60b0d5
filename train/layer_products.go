package train

import "lagrange/internal/gemm"

// push: y_i = Σ_p h_piᵀ X δ_pi.
func (r *layerRows) push(x, y []float64) {
	n := len(r.live)
	clear(r.parts)
	r.loop.team.Share(len(r.blocks), func(_, block int) {
		l, part := r.blocks[block], r.parts[block*n:][:n]
		m := l.hi - l.lo
		Z := make([]float64, m*l.pairs*n)
		gemm.Mul(m, l.pairs*n, l.out, x[l.at+l.lo*l.out:], l.out, l.d, r.ld, Z, l.pairs*n)
		for j := range m {
			for p := range l.pairs {
				h, z := l.h[(l.lo+j)*r.ld+p*n:][:n], Z[(j*l.pairs+p)*n:][:n]
				for i := range part {
					part[i] += h[i] * z[i]
				}
			}
		}
	})
	clear(y)
	for block := range r.blocks {
		for i, k := range r.live {
			y[k] += r.parts[block*n+i]
		}
	}
}

// pull: X = Σ_pi h_pi y_i δ_piᵀ.
func (r *layerRows) pull(y, x []float64) {
	n := len(r.live)
	r.loop.team.Share(len(r.blocks), func(_, block int) {
		l := r.blocks[block]
		m := l.hi - l.lo
		A := make([]float64, m*l.pairs*n)
		for j := range m {
			for p := range l.pairs {
				h, a := l.h[(l.lo+j)*r.ld+p*n:][:n], A[(j*l.pairs+p)*n:][:n]
				for i, k := range r.live {
					a[i] = h[i] * y[k]
				}
			}
		}
		gemm.MulT(m, l.out, l.pairs*n, A, l.pairs*n, l.d, r.ld, x[l.at+l.lo*l.out:], l.out)
	})
}

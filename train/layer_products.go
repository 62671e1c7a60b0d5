package train

import "lagrange/internal/gemm"

// blocks visits some rows of the weights of a layer after the other, each with its number.
func (r *layerRows) blocks(f func(block int, y *layerRow, lo, hi int)) {
	type part struct {
		y      *layerRow
		lo, hi int
	}
	var all []part
	for l := range r.layers {
		y := &r.layers[l]
		for lo := 0; lo < y.in; lo += weightRows {
			all = append(all, part{y, lo, min(y.in, lo+weightRows)})
		}
	}
	r.loop.team.Share(len(all), func(_, b int) { f(b, all[b].y, all[b].lo, all[b].hi) })
}

// push: y_i = Σ_p h_piᵀ X δ_pi.
func (r *layerRows) push(x, y []float64) {
	n := len(r.live)
	clear(r.parts)
	r.blocks(func(block int, l *layerRow, lo, hi int) {
		m, part := hi-lo, r.parts[block*n:][:n]
		Z := make([]float64, m*l.pairs*n)
		gemm.Mul(m, l.pairs*n, l.out, x[l.at+lo*l.out:], l.out, l.d, r.ld, Z, l.pairs*n)
		for j := range m {
			for p := range l.pairs {
				h, z := l.h[(lo+j)*r.ld+p*n:][:n], Z[(j*l.pairs+p)*n:][:n]
				for i := range part {
					part[i] += h[i] * z[i]
				}
			}
		}
	})
	clear(y)
	for at := 0; at+n <= len(r.parts) && n > 0; at += n {
		for i, k := range r.live {
			y[k] += r.parts[at+i]
		}
	}
}

// pull: X = Σ_pi h_pi y_i δ_piᵀ.
func (r *layerRows) pull(y, x []float64) {
	n := len(r.live)
	r.blocks(func(_ int, l *layerRow, lo, hi int) {
		m := hi - lo
		A := make([]float64, m*l.pairs*n)
		for j := range m {
			for p := range l.pairs {
				h, a := l.h[(lo+j)*r.ld+p*n:][:n], A[(j*l.pairs+p)*n:][:n]
				for i, k := range r.live {
					a[i] = h[i] * y[k]
				}
			}
		}
		gemm.MulT(m, l.out, l.pairs*n, A, l.pairs*n, l.d, r.ld, x[l.at+lo*l.out:], l.out)
	})
}

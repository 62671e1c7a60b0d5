package train

import (
	"lagrange/internal/dense"
	"lagrange/internal/vec"
)

// heldRows are rows of J in memory.
type heldRows struct {
	*linearised
	all []float64 // (n, P)
	s   []float64
}

func (h *heldRows) row(i int) []float64 { return h.all[i*h.P : (i+1)*h.P] }

func (h *heldRows) found(w, lo, hi int) {
	J := h.all[lo*h.W*h.P : hi*h.W*h.P]
	clear(J)
	h.loop.passes[w].Rows(J)
}

func (h *heldRows) scale(s []float64) {
	h.s = s
	for i, x := range s {
		if x == 0 {
			clear(h.row(i))
		}
	}
}

// columns visits the parameters lo … hi that a core takes at a time.
func (h *heldRows) columns(f func(lo, hi int)) {
	const span = 1024
	h.loop.team.Share((h.P+span-1)/span, func(_, i int) { f(i*span, min(h.P, (i+1)*span)) })
}

func (h *heldRows) squares(share float64, S []float64) {
	h.columns(func(lo, hi int) {
		S := S[lo:hi]
		for j := range S {
			S[j] *= 1 - share
		}
		for i, c := range h.c {
			c *= share
			for j, x := range h.row(i)[lo:hi] {
				S[j] += c * x * x
			}
		}
	})
}

func (h *heldRows) raise(D []float64) { raise(D) }

func (h *heldRows) outer(inverse []float64, K *dense.Upper) {
	dense.Outer(h.loop.team, len(h.s), h.s, h.all, inverse, K)
}

func (h *heldRows) push(x, y []float64) {
	h.loop.team.Share(len(h.s), func(_, i int) { y[i] = h.s[i] * dot(h.row(i), x) })
}

func (h *heldRows) pull(y, x []float64) {
	h.columns(func(lo, hi int) {
		clear(x[lo:hi])
		for i, z := range y {
			vec.Axpy(h.s[i]*z, h.row(i)[lo:hi], x[lo:hi])
		}
	})
}

package train

import (
	"math"
	"slices"

	"lagrange/internal/lin"
	"lagrange/internal/vec"
)

// foretold is by how many times the variance of b is larger than residuals say that know nothing of one another; 1
// where none foretells the one at the next row, beyond chance and by more than a tenth. With g_t the part of row t in
// the slope of χ²/2 in b, starts going along, and A = Σ ∂²/∂b² of it,
//
//	S = Σ_t Σ_l (1 − |l|/(L+1)) g_t g_{t+l}ᵀ,   tr A⁻¹S / (tr A⁻¹A · mean loss),
//
// over |l| ≤ L [Newey1987]: what the estimate moves by, beside what it would. L = 1.1447 (4ρ²n/(1−ρ²)²)^⅓ is that of
// residuals whose correlation falls as ρ^l, of n rows [Andrews1991]. L is no more than a tenth of them.
func (s *shooter) foretold() float64 {
	s.cost(s.x)
	copy(s.spread, s.trialSpread)
	loss := s.loss()
	P, G := len(s.Of), s.observed()
	rows, rho, n := s.scores()
	r := Residuals{Correlation: rho, Numbers: n}
	if r.White() || !(loss > 0) {
		return 1
	}
	A := slices.Clone(G)
	if mass := s.meanMass(); mass != nil {
		for i, a := range mass {
			for j, b := range mass {
				A[i*P+j] += a * b
			}
		}
	}
	long := 0
	for _, all := range rows {
		long += len(all) / P
	}
	lags := int(min(float64(long)/10, 1.1447*math.Cbrt(4*rho*rho*float64(long)/math.Pow(1-rho*rho, 2))))
	S := make([]float64, P*P)
	for _, all := range rows {
		hac(all, P, lags, S)
	}
	return max(1, traceOver(P, A, S)/(traceOver(P, A, G)*loss))
}

// hac adds Σ_t Σ_l (1 − |l|/(L+1)) g_t g_{t+l}ᵀ, |l| ≤ L, to S (P, P), for rows g (n, P). The weights are how often
// both rows are among L + 1 rows in turn, so that with their sums s_t = g_{t−L} + … + g_t, rows beyond the ends 0,
//
//	S += Σ_t s_t s_tᵀ/(L+1).
func hac(g []float64, P, lags int, S []float64) {
	s := make([]float64, P)
	for t := 0; t < len(g)+lags*P; t += P {
		if t < len(g) {
			vec.Add(g[t:t+P], s)
		}
		if out := t - (lags+1)*P; out >= 0 {
			vec.Axpy(-1, g[out:out+P], s)
		}
		for i, x := range s {
			vec.Axpy(x/float64(lags+1), s, S[i*P:(i+1)*P])
		}
	}
}

// traceOver is tr A⁻¹S, of the directions of which A says something: in units that make the diagonal of A 1.
func traceOver(P int, A, S []float64) (sum float64) {
	unit := make([]float64, P)
	for i := range unit {
		if y := A[i*P+i]; y > 0 {
			unit[i] = 1 / math.Sqrt(y)
		}
	}
	N, w, E := make([]float64, P*P), make([]float64, P), make([]float64, P*P)
	for i := range N {
		N[i] = A[i] * unit[i/P] * unit[i%P]
	}
	lin.Eigen(P, N, w, E)
	const least = 1e-12
	for k, y := range w {
		if y < least*w[P-1] {
			continue
		}
		for i := range P {
			for j := range P {
				sum += E[i*P+k] * unit[i] * S[i*P+j] * unit[j] * E[j*P+k] / y
			}
		}
	}
	return sum
}

// scores are the g_t of each chain of segments, row by row (n, P), after eliminate(0); with the correlation of a
// residual with that of the same column at the next row, and how many residuals there are.
func (s *shooter) scores() (chains [][]float64, rho float64, numbers int) {
	n, P, N := 2*s.Measured.D, len(s.Of), len(s.segments)
	along := make([]float64, N*n*P) // ∂x/∂b of each start (N, n, P)
	zero, one := make([]float64, N*n), make([]float64, N*n)
	db := make([]float64, P)
	s.backward(db, zero)
	for k := range P {
		db[k] = 1
		s.backward(db, one)
		db[k] = 0
		for i := range one {
			along[i*P+k] = one[i] - zero[i]
		}
	}
	of, residuals := make([][]float64, N), make([][]float64, N)
	inTurn(s.team, s.chunks, func(w int, chunk []int) {
		s.shots[w].scores(s.x, chunk, along, of, residuals)
	})
	var squares, products, pairs float64
	for _, c := range s.chains {
		var all, r []float64
		for i := c[0]; i < c[1]; i++ {
			all, r = append(all, of[i]...), append(r, residuals[i]...)
		}
		chains = append(chains, all)
		for k, x := range r {
			if math.IsNaN(x) {
				continue
			}
			numbers++
			squares += x * x
			if k >= n && !math.IsNaN(r[k-n]) {
				products, pairs = products+x*r[k-n], pairs+1
			}
		}
	}
	if squares == 0 || pairs == 0 {
		return chains, 0, numbers
	}
	return chains, products / pairs / (squares / float64(numbers)), numbers
}

// backward sets the steps dx (N, n) of all starts for the step db.
func (s *shooter) backward(db, dx []float64) {
	n := 2 * s.Measured.D
	for _, c := range s.chains {
		s.shots[0].back(s.reduced[c[0]:c[1]], db, dx[c[0]*n:c[1]*n])
	}
}

// scores writes of the segments of a chunk the g of each row, and its residuals (n), NaN where there is none.
func (w *shot) scores(x []float64, chunk []int, along []float64, of, residuals [][]float64) {
	s, n, P := w.s, w.roller.n, w.eliminator.P
	w.load(s.segments, chunk)
	w.vary(x, chunk, s.Of, func(b, row int, at, S []float64) {
		i, a := chunk[b], w.segments[b]
		if row == a.Last && a.Chained {
			return
		}
		from, g, r := &w.o.Of[a.Of], make([]float64, P), make([]float64, n)
		for j := range n {
			y, observed := from.residual(row, j, at)
			if r[j] = y; !observed || math.Abs(y) == worst {
				r[j] = math.NaN()
				continue
			}
			slopes, unit := from.slopes(row, j, S, w.slopes)
			if !vec.Finite(slopes) {
				continue
			}
			c := curvature(s.Penalty, y/s.spread[i]) / unit * y
			for k := range P {
				sum := slopes[n+k]
				for m := range n {
					sum += slopes[m] * along[(i*n+m)*P+k]
				}
				g[k] += c * sum
			}
		}
		of[i], residuals[i] = append(of[i], g...), append(residuals[i], r...)
	})
}

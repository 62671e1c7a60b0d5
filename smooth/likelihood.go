package smooth

import (
	"context"
	"math"
)

// likelihood is that of order, cut-off and noise, given series of one coordinate.
type likelihood struct {
	ctx    context.Context // once it is done, all is equally likely
	series []Series
	orders []int   // those that there are rows enough for
	with   [3]bool // of positions, velocities and accelerations: whether any is measured
	use    [3]bool // which of them the likelihood is of
	gauged bool    // scale and lag of velocities are free
	speed  float64 // root mean square of velocities, where the jitter of the times is free; else 0
	step   float64 // median
	span   float64 // longest
	rows   int
	floor  float64 // what rounding alone does to a position
	rest   bool    // no position ever changes
	pieces []piece // of the series, that stand for all
}

// piece is rows lo ≤ i < hi of a series.
type piece struct{ series, lo, hi int }

// point is a trial: β = log(ω·step), γᵢ = log(σᵢ·stepⁱ/σ) of velocities and accelerations, and of velocities the
// logarithm of their scale and, in steps, how late they are; jitter is log(τ/σ) of times that are τ off.
type point struct {
	beta       float64
	gamma      [3]float64
	scale, lag float64
	jitter     float64
}

// value is −2 log likelihood up to a constant and the σ that goes with it.
type value struct{ minus2, sigma float64 }

// at is the likelihood of all rows of the pieces but the first ones, given these, as many of each piece as the highest
// order takes. With the errors of prediction eᵢ in units of σ sᵢ and D of them,
//
//	−2 log p = Σ log(σ² sᵢ²) + Σ eᵢ²/(σ² sᵢ²),   σ² = Σ eᵢ²/sᵢ² / D at its maximum.
//
// So it does not depend on what is supposed of the start, and orders may be compared. The white noise has the density κ
// = σ² ω^2m step: that of the measurements, at the frequency ω [Wahba1978]. Rounding adds its part to every error, so
// that exact data have a likelihood too.
func (l *likelihood) at(m int, p point) value {
	if l.ctx.Err() != nil {
		return value{0, 1}
	}
	first := l.orders[len(l.orders)-1]
	var D, rss, ld float64
	l.walk(m, p, func(f *filter, w *reader, seen int, last bool) {
		switch {
		case seen > first:
			D += float64(w.n)
			ld += w.logs
		case seen == first && !math.IsNaN(w.error):
			rss -= f.rss
			ld -= 2 * f.logDet()
		}
		if last && seen >= first {
			rss += f.rss
			ld += 2 * f.logDet()
		}
	})
	ss := rss/D + l.floor*l.floor
	return value{D*math.Log(ss) + ld, math.Sqrt(ss)}
}

// walk takes a filter through the pieces. After each row it says how many positions of the piece were seen and whether
// the row is the last one.
func (l *likelihood) walk(m int, p point, row func(f *filter, w *reader, seen int, last bool)) {
	f, w := newFilter(m, math.Exp(p.beta)), newReader(m, l, p)
	for _, piece := range l.pieces {
		s := &l.series[piece.series]
		f.restart()
		seen := 0
		origin := w.start(s, piece.lo)
		for i := piece.lo; i < piece.hi; i++ {
			if i > piece.lo {
				f.predict((s.T[i]-s.T[i-1])*w.omega, nil)
			}
			w.read(f, s, i, origin)
			if !math.IsNaN(w.error) {
				seen++
			}
			row(f, w, seen, i == piece.hi-1)
		}
	}
}

// lags are those over which errors of prediction are correlated.
const lags = 8

// correlation is the autocorrelation of the errors of prediction of positions, which are white where the prior is
// right: that of largest size at 1 to lags rows apart.
func (l *likelihood) correlation(t trial) float64 {
	var c [lags + 1]float64
	var before [lags]float64
	l.walk(t.m, t.p, func(_ *filter, w *reader, seen int, last bool) {
		if seen > t.m && !math.IsNaN(w.error) {
			c[0] += w.error * w.error
			for k, e := range before {
				c[k+1] += w.error * e
			}
			copy(before[1:], before[:])
			before[0] = w.error
		}
		if last {
			before = [lags]float64{}
		}
	})
	worst := 0.0
	for _, x := range c[1:] {
		if math.Abs(x) > math.Abs(worst) {
			worst = x
		}
	}
	return worst / c[0]
}

// reader measures rows: it knows the noise of each column in the scale of the state, where σ = 1 and ω = 1.
type reader struct {
	use   [3]bool
	omega float64
	g     [3]vector  // what each column measures of the state, by its noise
	unit  [3]float64 // of a number y: that of gᵀx + N(0, 1)
	log   [3]float64 // log of the variance, in the unit stepⁱ
	tau   [2]float64 // τ/σ of positions and of velocities; 0: times do not jitter
	// of the row read last:
	n     int     // numbers in it
	logs  float64 // sum of their log
	error float64 // of its position, off what was predicted, in units of its standard deviation; NaN if it has none
}

// newReader has for a velocity of scale s that is late by τ
//
//	v(t) = s q̇(t − τ) = s Σⱼ (−τ)ʲ/j! q⁽¹⁺ʲ⁾(t).
func newReader(m int, l *likelihood, p point) *reader {
	w := &reader{use: l.use, omega: math.Exp(p.beta) / l.step}
	for i := range w.g {
		r := math.Exp(p.gamma[i] - float64(i)*p.beta) // noise of xᵢ
		w.unit[i] = math.Pow(w.omega, float64(i)) * r
		w.g[i][i] = 1 / r
		w.log[i] = 2 * p.gamma[i]
	}
	if l.speed > 0 {
		w.tau = [2]float64{math.Exp(p.jitter), math.Exp(p.jitter-p.gamma[1]) * l.step}
	}
	w.g[1][1] *= math.Exp(p.scale)
	for j := 2; j < m; j++ {
		w.g[1][j] = -p.lag * math.Exp(p.beta) / float64(j-1) * w.g[1][j-1]
	}
	return w
}

// start is the first position from row i on: positions count from there.
func (w *reader) start(s *Series, i int) float64 {
	for ; i < len(s.Q); i++ {
		if !math.IsNaN(s.Q[i]) {
			return s.Q[i]
		}
	}
	return 0
}

// read measures what stands in row i.
func (w *reader) read(f *filter, s *Series, i int, origin float64) {
	w.n, w.logs, w.error = 0, 0, math.NaN()
	for k, x := range [3][]float64{s.Q, s.V, s.A} {
		if x == nil || !w.use[k] || math.IsNaN(x[i]) {
			continue
		}
		y := x[i]
		if k == 0 {
			y -= origin
		}
		g, y := w.g[k], y/w.unit[k]
		if by := w.wide(s, k, i); by > 1 {
			for j := range g {
				g[j] /= by
			}
			y /= by
			w.logs += 2 * math.Log(by)
		}
		e := f.measure(k, g, y)
		if k == 0 {
			w.error = e
		}
		w.n++
		w.logs += w.log[k]
	}
}

// wide is by how many times the jitter of times makes the noise of number k of row i larger: √(1 + (τ/σ)² q̇²) of a
// position.
func (w *reader) wide(s *Series, k, i int) float64 {
	if k > 1 || w.tau[k] == 0 || s.rates[k] == nil {
		return 1
	}
	return math.Hypot(1, w.tau[k]*s.rates[k][i])
}

// choose picks pieces of about n rows in all, long ones, spread over the series.
func (l *likelihood) choose(n int) {
	const pieces = 5
	var all []piece
	total := 0
	for k := range l.series {
		total += len(l.series[k].T)
	}
	for k := range l.series {
		rows, parts := len(l.series[k].T), 1
		if total > n {
			parts = max(1, rows*pieces/n)
		}
		for i := range parts {
			all = append(all, piece{k, rows * i / parts, rows * (i + 1) / parts})
		}
	}
	take := len(all)
	if total > n {
		take = max(1, len(all)*n/total)
	}
	l.pieces = l.pieces[:0]
	for i := range take {
		l.pieces = append(l.pieces, all[(2*i+1)*len(all)/(2*take)])
	}
}

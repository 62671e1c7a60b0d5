package smooth

import (
	"cmp"
	"math"
	"slices"
)

// simplex is that of [NelderMead1965], vertices in the order of f.
type simplex struct {
	f func([]float64) float64
	v []vertex
}

type vertex struct {
	x []float64
	f float64
}

// minimise finds a minimum of f near x by a simplex whose first edges have the given length; it ends when they are
// below tol.
func minimise(f func([]float64) float64, x []float64, edge, tol float64) []float64 {
	s := simplex{f, []vertex{{x, f(x)}}}
	for i := range x {
		y := slices.Clone(x)
		y[i] += edge
		s.v = append(s.v, vertex{y, f(y)})
	}
	for range 60 * len(x) {
		slices.SortStableFunc(s.v, func(a, b vertex) int { return cmp.Compare(a.f, b.f) })
		if s.wide() < tol {
			break
		}
		s.move()
	}
	return slices.MinFunc(s.v, func(a, b vertex) int { return cmp.Compare(a.f, b.f) }).x
}

// wide is the longest edge from the best vertex.
func (s *simplex) wide() (w float64) {
	for _, v := range s.v[1:] {
		for i, x := range v.x {
			w = max(w, math.Abs(x-s.v[0].x[i]))
		}
	}
	return w
}

// try is the point on the line from the worst vertex through the middle of the others, r times as far beyond it.
func (s *simplex) try(r float64) vertex {
	n := len(s.v) - 1
	y := make([]float64, n)
	for i := range y {
		mid := 0.0
		for _, v := range s.v[:n] {
			mid += v.x[i] / float64(n)
		}
		y[i] = mid + r*(mid-s.v[n].x[i])
	}
	return vertex{y, s.f(y)}
}

// move replaces the worst vertex, or all but the best.
func (s *simplex) move() {
	n := len(s.v) - 1
	worst := s.v[n]
	t := s.try(1)
	if t.f < s.v[0].f {
		if e := s.try(2); e.f < t.f {
			t = e
		}
	}
	if t.f < s.v[n-1].f {
		s.v[n] = t
		return
	}
	r := -0.5
	if t.f < worst.f {
		r = 0.5
	}
	if c := s.try(r); c.f < min(t.f, worst.f) {
		s.v[n] = c
		return
	}
	for _, v := range s.v[1:] {
		for i := range v.x {
			v.x[i] = (v.x[i] + s.v[0].x[i]) / 2
		}
	}
	for k := range s.v[1:] {
		s.v[k+1].f = s.f(s.v[k+1].x)
	}
}

// trial is an order with its best point.
type trial struct {
	m int
	p point
	value
}

// parameters are those of a point that are free, as the simplex moves them.
func (l *likelihood) parameters(p point) (x []float64) {
	x = append(x, p.beta)
	for i := 1; i < 3; i++ {
		if l.use[i] {
			x = append(x, p.gamma[i])
		}
	}
	if l.gauged {
		x = append(x, p.scale, p.lag)
	}
	if l.speed > 0 {
		x = append(x, p.jitter)
	}
	return x
}

// point is the converse of parameters.
func (l *likelihood) point(x []float64) (p point) {
	p.beta, x = x[0], x[1:]
	for i := 1; i < 3; i++ {
		if l.use[i] {
			p.gamma[i], x = x[0], x[1:]
		}
	}
	if l.gauged {
		p.scale, p.lag, x = x[0], x[1], x[2:]
	}
	if l.speed > 0 {
		p.jitter = x[0]
	}
	return p
}

// limits of β: motion that hardly bends over the longest recording, and motion whose density at the frequency π of the
// rows is 10⁸ times that of the noise, of which more is not told from none at all.
func (l *likelihood) limits(m int) (lo, hi float64) {
	return math.Log(0.5 * l.step / l.span), math.Log(math.Pi) + 4*math.Ln10/float64(m)
}

// improve goes from a trial to a maximum of the likelihood, which it finds to tol.
func (l *likelihood) improve(t trial, edge, tol float64) trial {
	lo, hi := l.limits(t.m)
	most := math.Log(solely / l.speed)
	x := minimise(func(x []float64) float64 {
		p := l.point(x)
		out := max(0, lo-p.beta, p.beta-hi)
		for _, g := range p.gamma {
			out = max(out, math.Abs(g)-50)
		}
		out = max(out, math.Abs(p.scale)-largest, math.Abs(p.lag)*math.Exp(p.beta)-latest)
		if l.speed > 0 {
			out = max(out, math.Abs(p.jitter-most)-50, p.jitter-most)
			p.jitter = min(p.jitter, most)
		}
		p.beta = min(max(p.beta, lo), hi)
		return l.at(t.m, p).minus2 + 1e3*out
	}, l.parameters(t.p), edge, tol)
	p := l.point(x)
	p.beta = min(max(p.beta, lo), hi)
	if l.speed > 0 {
		p.jitter = min(p.jitter, most)
	}
	return trial{t.m, p, l.at(t.m, p)}
}

// few rows show where to look, many decide.
const few, many = 2500, 10000

// find finds order, cut-off and noise. The rows that stand for all are more where the cut-off turns out to be slow, so
// that each of their pieces lasts for thirty times its inverse.
func (l *likelihood) find() *Fit {
	rows, n := 0, few
	for i := range l.series {
		rows += len(l.series[i].T)
	}
	l.use = [3]bool{true}
	l.choose(n)
	var all []trial // one of each order
	for _, m := range l.orders {
		all = append(all, l.improve(l.scan(m), 0.3, 0.02))
	}
	for {
		longest := 0
		for _, p := range l.pieces {
			longest = max(longest, p.hi-p.lo)
		}
		if n >= rows || float64(longest)*math.Exp(best(all).p.beta) > 30 {
			break
		}
		n *= 4
		l.choose(n)
		for i, t := range all {
			all[i] = l.improve(t, 0.2, 0.02)
		}
	}
	if l.with[1] || l.with[2] {
		l.recorded(all)
	}
	if n < min(many, rows) {
		l.choose(many)
		for i, t := range all {
			all[i] = l.improve(t, 0.1, 0.02)
		}
	}
	t := l.improve(best(all), 0.05, 2e-3)
	return l.fit(l.jitters(all, t))
}

// best is the likeliest trial.
func best(all []trial) trial {
	return slices.MinFunc(all, func(a, b trial) int { return cmp.Compare(a.minus2, b.minus2) })
}

// scan looks for the best β of an order on a grid.
func (l *likelihood) scan(m int) trial {
	lo, hi := l.limits(m)
	best := trial{value: value{minus2: math.Inf(1)}}
	for beta := lo; beta < hi+0.5; beta++ {
		p := point{beta: min(beta, hi)}
		if v := l.at(m, p); v.minus2 < best.minus2 {
			best = trial{m, p, v}
		}
	}
	return best
}

// recorded takes velocities and accelerations in, whose noise is at first what they are off the states found from
// positions alone.
func (l *likelihood) recorded(all []trial) {
	alone := best(all)
	f := l.plain(alone)
	var ss, n [3]float64
	var own, both, size float64 // Σ q̇² of the states, Σ q̇ v and Σ v²
	for _, p := range l.pieces {
		s := l.series[p.series].slice(p.lo, p.hi)
		if measured(s.Q) < f.Order {
			continue
		}
		x := f.States(Series{T: s.T, Q: s.Q}, nil)
		for k, c := range [3]struct{ y, x []float64 }{1: {s.V, x.V}, 2: {s.A, x.A}} {
			for i, y := range c.y {
				if !math.IsNaN(y) {
					ss[k] += (y - c.x[i]) * (y - c.x[i])
					n[k]++
					if k == 1 {
						own, both, size = own+c.x[i]*c.x[i], both+y*c.x[i], size+y*y
					}
				}
			}
		}
	}
	l.use = l.with
	for i, t := range all {
		unit := 1.0
		for k := 1; k < 3; k++ {
			unit *= l.step
			if l.with[k] {
				t.p.gamma[k] = min(max(math.Log(math.Sqrt(ss[k]/n[k])*unit/t.sigma), -49), 49)
			}
		}
		all[i] = l.improve(t, 1, 0.02)
	}
	if l.with[1] && both > 0 {
		l.gauge(all, both/own, math.Sqrt(max(0, size-both*both/own)/n[1]))
	}
}

// slice is rows lo ≤ i < hi.
func (s *Series) slice(lo, hi int) Series {
	p := Series{T: s.T[lo:hi], Q: s.Q[lo:hi]}
	if s.V != nil {
		p.V = s.V[lo:hi]
	}
	if s.A != nil {
		p.A = s.A[lo:hi]
	}
	for k, r := range s.rates {
		if r != nil {
			p.rates[k] = r[lo:hi]
		}
	}
	return p
}

package smooth

import (
	"math"
	"slices"
)

// What is said of the jitter of times: they are taken as they are unless jitter makes numbers far likelier, matters
// where the motion is fast, and is not how the prior fails where rows are too far apart for the motion: there the
// errors grow with the acceleration as much. Of pendulums with one to three joints, every 0.01 and 0.04 s, all of 0.3
// to 3 ms that made more than half of the noise was found; where there was none, none was.
const (
	clearly = 40     // of −2 log p
	either  = 1 / 3. // of that gain: what errors that grow with the acceleration may gain at most
	shaking = 0.5    // of σ, at the root mean square of the speed
	solely  = 30     // of σ there: more is not told from jitter alone
	shakes  = 3      // rounds of finding speeds, and jitter from them
)

// jitters finds whether times are off by a white noise of standard deviation τ, which makes the noise of a position
// σ² + τ² q̇² and that of a velocity σ² + τ² q̈², with the states as they were found before. all has the best of each
// order, t is the best of all; the trial that comes back is the best one.
func (l *likelihood) jitters(all []trial, t trial) trial {
	series := l.series
	l.series = slices.Clone(series)
	l.rate(t)
	first := l.shaken(t)
	gain := t.minus2 - first.minus2
	if gain > clearly/4 && t.minus2-l.byAcceleration(t) < either*gain {
		u := l.shakiest(all, first)
		if t.minus2-u.minus2 > clearly && math.Exp(u.p.jitter)*l.speed > shaking {
			return u
		}
	}
	l.speed, l.series = 0, series
	return t
}

// shaken is the likeliest trial with some jitter more, and the motion as it was: κ = σ² ω^2m.
func (l *likelihood) shaken(t trial) (best trial) {
	best = t
	for _, r := range []float64{0.3, 1, 3, 10} {
		p := t.p
		p.jitter = math.Log(r / l.speed)
		p.beta += math.Log(math.Hypot(1, r)) / float64(t.m)
		if v := l.at(t.m, p); v.minus2 < best.minus2 {
			best = trial{t.m, p, v}
		}
	}
	return best
}

// byAcceleration is the least −2 log p where the noise of positions grows with the acceleration instead.
func (l *likelihood) byAcceleration(t trial) float64 {
	series, speed := l.series, l.speed
	defer func() { l.series, l.speed = series, speed }()
	l.series = slices.Clone(series)
	aa, n := 0.0, 0.0
	for i := range l.series {
		r := &l.series[i].rates
		r[0] = r[1]
		for _, a := range r[0] {
			aa, n = aa+a*a, n+1
		}
	}
	l.speed = math.Sqrt(aa / n)
	return l.shaken(t).minus2
}

// shakiest is the likeliest trial, of those of every order, after speeds and jitter were found from one another.
func (l *likelihood) shakiest(all []trial, t trial) trial {
	for range shakes {
		t = l.improve(t, 0.2, 0.01)
		for _, other := range all {
			if other.m != t.m {
				other.p = t.p
				if other = l.improve(other, 0.2, 0.01); other.minus2 < t.minus2 {
					t = other
				}
			}
		}
		l.rate(t)
	}
	return l.improve(t, 0.05, 2e-3)
}

// rate sets the velocities and accelerations of all rows of the pieces to those of a trial, and the root mean square of
// the velocities.
func (l *likelihood) rate(t trial) {
	f, vv, n := l.plain(t), 0.0, 0.0
	for _, p := range l.pieces {
		s := &l.series[p.series]
		piece := s.slice(p.lo, p.hi)
		if measured(piece.Q) < f.Order {
			continue
		}
		x := f.States(piece, nil)
		if s.rates[0] == nil {
			s.rates = [2][]float64{make([]float64, len(s.T)), make([]float64, len(s.T))}
		}
		copy(s.rates[0][p.lo:], x.V)
		copy(s.rates[1][p.lo:], x.A)
		for _, v := range x.V {
			vv, n = vv+v*v, n+1
		}
	}
	l.speed = math.Sqrt(vv / n)
}

// plain is the fit of a trial, without limits.
func (l *likelihood) plain(t trial) *Fit {
	f := &Fit{Order: t.m, Cutoff: math.Exp(t.p.beta) / l.step, Step: l.step}
	unit := 1.0
	for k, c := range []*Noise{&f.Q, &f.V, &f.A} {
		if l.use[k] {
			c.Value = t.sigma * math.Exp(t.p.gamma[k]) / unit
		}
		unit *= l.step
	}
	if l.gauged {
		f.Scale.Value, f.Lag.Value = math.Exp(t.p.scale), t.p.lag*l.step
	}
	if l.speed > 0 {
		f.Jitter.Value = t.sigma * math.Exp(t.p.jitter)
	}
	return f
}

// shake sets the jitter of a fit, whose logarithm has the standard deviation sd. Where it is all that there is, of the
// other noise only the most that it may be is known.
func (f *Fit) shake(l *likelihood, best trial, sd float64) {
	τ := best.sigma * math.Exp(best.p.jitter)
	f.Jitter = Interval{τ, τ * math.Exp(-sigmas*sd), τ * math.Exp(sigmas*sd)}
	var n float64
	for _, p := range l.pieces {
		s := &l.series[p.series]
		for i := p.lo; i < p.hi && s.rates[0] != nil; i++ {
			n++
			for k, r := range s.rates {
				f.rates[k] += (r[i]*r[i] - f.rates[k]) / n
			}
		}
	}
	for k, ms := range f.rates {
		f.rates[k] = math.Sqrt(ms)
	}
	if math.Exp(best.p.jitter)*f.rates[0] > solely/2 {
		f.Q.Low, f.Q.High = 0, f.Q.Value
	}
}

// Blur is the root mean square of what the jitter of times does to positions; 0 where there is none.
func (f *Fit) Blur() float64 { return f.Jitter.Value * f.rates[0] }

// rated is a series with the velocities and accelerations by which jitter spoils its numbers: at first typical ones,
// then those of the states.
func (f *Fit) rated(s Series) Series {
	for k, typical := range f.rates {
		s.rates[k] = slices.Repeat([]float64{typical}, len(s.T))
	}
	for range shakes {
		x := f.States(s, nil)
		s.rates = [2][]float64{x.V, x.A}
	}
	return s
}

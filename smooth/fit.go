package smooth

import (
	"math"
	"slices"

	"lagrange/internal/lin"
)

// Limits are those within which the likelihood falls by as much as a true value does in 95 of 100 recordings.
const (
	sigmas   = 1.96
	deviance = sigmas * sigmas
)

// rounding is how many times the rounding of the largest position noise has to be to be called noise: the arithmetic
// here rounds too.
const rounding = 16

// fit is the best trial with limits of the noise. Where none at all is as likely, it is the one of the largest noise
// that is: deviations are then rather too large than too small. So are they where velocities and accelerations are
// noisier even in their quietest stretch: of a double pendulum that whips now and then, with σ of 0.01 in both columns,
// the likelihood found 0.0012 rad/s, and the quietest stretch 0.0081.
func (l *likelihood) fit(best trial) *Fit {
	_, hi := l.limits(best.m)
	quiet := [3]float64{l.quiet(0), l.quiet(1), l.quiet(2)}
	resolved := l.held(best, hi).minus2-best.minus2 > deviance
	if !resolved {
		best = l.raised(l.largest(best), quiet[0])
	}
	sd := l.spread(best, resolved)
	for k := 1; k < 3; k++ {
		if l.use[k] && math.IsInf(sd[k], 1) {
			best.p.gamma[k] = l.loudest(best, k)
		}
	}
	f := l.plain(best)
	f.Rows, f.Correlation = l.rows, l.correlation(best)
	for k, c := range []*Noise{&f.Q, &f.V, &f.A} {
		if l.use[k] {
			c.Low, c.High = c.Value*math.Exp(-sigmas*sd[k]), c.Value*math.Exp(sigmas*sd[k])
			if math.IsInf(sd[k], 1) {
				c.Low, c.High = 0, c.Value
			}
		}
		if k > 0 && l.use[k] {
			if q := quiet[k]; q > allow*c.Value && !math.IsInf(q, 1) {
				c.Value, c.High = q, max(q, c.High)
			}
		}
	}
	f.Quiet = [2]float64{quiet[0], quiet[1]}
	if l.gauged {
		s, τ := f.Scale.Value, f.Lag.Value
		f.Scale = Interval{s, s * math.Exp(-sigmas*sd[3]), s * math.Exp(sigmas*sd[3])}
		f.Lag = Interval{τ, τ - sigmas*sd[4]*l.step, τ + sigmas*sd[4]*l.step}
	}
	if l.speed > 0 {
		f.shake(l, best, sd[5])
	}
	if !resolved || best.sigma < rounding*l.floor {
		f.Q.Low, f.Q.High = 0, f.Q.Value
	}
	return f
}

// loudest is the largest γ of a column, above the best, that is as likely as a limit is; the best is not told from
// none.
func (l *likelihood) loudest(best trial, k int) float64 {
	p := best.p
	for p.gamma[k] < best.p.gamma[k]+50 {
		p.gamma[k] += 0.5
		if l.at(best.m, p).minus2-best.minus2 > deviance {
			return p.gamma[k] - 0.5
		}
	}
	return best.p.gamma[k]
}

// raised is a trial with σ raised to what the quietest stretch allows, q, if that is more, and the motion and the other
// noise held: κ = σ² ω^2m. A motion that is fast only now and then makes all of it look fast, and hides noise that is
// plain between.
func (l *likelihood) raised(t trial, q float64) trial {
	if !(q > t.sigma) || math.IsInf(q, 1) {
		return t
	}
	lo, _ := l.limits(t.m)
	up := math.Log(q / t.sigma)
	t.p.beta = max(lo, t.p.beta-up/float64(t.m))
	for k := 1; k < 3; k++ {
		t.p.gamma[k] = max(-50, t.p.gamma[k]-up)
	}
	t.p.jitter -= up
	t.value = value{l.at(t.m, t.p).minus2, q}
	return t
}

// held is the trial at another β with the noise of velocities and accelerations held.
func (l *likelihood) held(t trial, beta float64) trial {
	p := t.p
	p.beta = beta
	v := l.at(t.m, p)
	if l.use[1] || l.use[2] || l.speed > 0 {
		for range 2 {
			for k := 1; k < 3; k++ {
				p.gamma[k] = min(max(t.p.gamma[k]+math.Log(t.sigma/v.sigma), -50), 50)
			}
			p.jitter = t.p.jitter + math.Log(t.sigma/v.sigma)
			v = l.at(t.m, p)
		}
	}
	return trial{t.m, p, v}
}

// largest is the trial with the largest σ, at a slower cut-off than the best, that is as likely as a limit is.
func (l *likelihood) largest(best trial) trial {
	lo, _ := l.limits(best.m)
	in, out := best, best.p.beta // the slowest that is likely, and one that is not
	for step := 0.5; out > lo; step *= 2 {
		out = max(lo, out-step)
		t := l.held(best, out)
		if t.minus2-best.minus2 > deviance {
			break
		}
		in = t
	}
	for in.p.beta-out > 0.02 {
		t := l.held(best, (in.p.beta+out)/2)
		if t.minus2-best.minus2 > deviance {
			out = t.p.beta
		} else {
			in = t
		}
	}
	return in
}

// curvature is what the likelihood is like about a trial: the parameters in which it bends, the slopes of log σ in
// them, and the matrix H of the second derivatives of −2 log p.
type curvature struct {
	free  []int
	slope []float64
	H     [6][6]float64
}

// bends measures it by differences, over steps so large that rounding does not matter. Where noise is not told from
// motion, β is held.
func (l *likelihood) bends(best trial, resolved bool) (c curvature) {
	x := l.parameters(best.p)
	at := func(moves map[int]float64) value {
		y := slices.Clone(x)
		for i, d := range moves {
			y[i] += d
		}
		return l.at(best.m, l.point(y))
	}
	var δ []float64
	gauges := len(x) - 2
	if l.speed > 0 {
		gauges--
	}
	for i := range x {
		if i == 0 && !resolved {
			continue
		}
		d := 0.05
		if l.gauged && (i == gauges || i == gauges+1) { // scale and lag are known to thousandths
			d = 1e-3
		}
		for ; d < 3; d *= 2 {
			up, down := at(map[int]float64{i: d}), at(map[int]float64{i: -d})
			rise, fall := up.minus2-best.minus2, down.minus2-best.minus2
			if max(rise, fall) < 1 {
				continue
			}
			if n := len(c.free); min(rise, fall) > max(rise, fall)/10 {
				c.free, δ = append(c.free, i), append(δ, d)
				c.slope = append(c.slope, math.Log(up.sigma/down.sigma)/(2*d))
				c.H[n][n] = (rise + fall) / (d * d)
			}
			break
		}
	}
	for a, i := range c.free {
		for b, j := range c.free[:a] {
			d, e := δ[a], δ[b]
			h := at(map[int]float64{i: d, j: e}).minus2 - at(map[int]float64{i: d, j: -e}).minus2 -
				at(map[int]float64{i: -d, j: e}).minus2 + at(map[int]float64{i: -d, j: -e}).minus2
			c.H[a][b], c.H[b][a] = h/(4*d*e), h/(4*d*e)
		}
	}
	return c
}

// solve is 2 H⁻¹ g, the covariance with the free parameters of a number with the slopes g; nil where H is not positive
// definite.
func (c *curvature) solve(g []float64) []float64 {
	n := len(c.free)
	H, f, x, w := make([]float64, n*n), make([]float64, n*n), make([]float64, n), lin.NewWork[float64](n)
	for i := range n {
		for j := range n {
			H[i*n+j] = c.H[i][j] / 2
		}
	}
	kind := w.Factor(n, H, f)
	if kind != lin.Inverse && kind != lin.Cholesky {
		return nil
	}
	lin.Solve(n, kind, f, g, x)
	return x
}

// variance is 2 gᵀ H⁻¹ g, that of a number with the slopes g; +Inf where H is not positive definite.
func (c *curvature) variance(g []float64) (s float64) {
	x := c.solve(g)
	if x == nil {
		return math.Inf(1)
	}
	for i, a := range x {
		s += a * g[i]
	}
	return s
}

// spread is the standard deviation of the logarithm of the noise of each column, by the curvature of the likelihood:
//
//	var log σₖ = 1/2D + gᵀ (H/2)⁻¹ g,   g the slope of log σ + γₖ in the parameters,
//
// +Inf where less noise is as likely. Behind them stand those of log s and τ of velocities and of
// the logarithm of the jitter, where they are free.
func (l *likelihood) spread(best trial, resolved bool) (sd [6]float64) {
	c, D, place := l.bends(best, resolved), 0.0, 0
	for _, p := range l.pieces {
		D += float64(max(0, p.hi-p.lo-l.orders[len(l.orders)-1]))
	}
	for k := range 3 {
		if k > 0 && l.use[k] {
			place++
		}
		g := slices.Clone(c.slope)
		own := slices.Index(c.free, place)
		if k > 0 && own >= 0 {
			g[own]++
		}
		sd[k] = math.Sqrt(1/(2*D) + c.variance(g))
		if k > 0 && own < 0 {
			sd[k] = math.Inf(1)
		}
	}
	for k := 3; k < 5 && l.gauged; k++ {
		place++
		sd[k] = math.Inf(1)
		if own := slices.Index(c.free, place); own >= 0 {
			g := make([]float64, len(c.free))
			g[own] = 1
			sd[k] = math.Sqrt(c.variance(g))
		}
	}
	if l.speed > 0 {
		g := slices.Clone(c.slope)
		if own := slices.Index(c.free, place+1); own >= 0 {
			g[own]++
		}
		sd[5] = math.Sqrt(1/(2*D) + c.variance(g))
	}
	return sd
}

// motion measures the motion that is left without the noise: its size, and the period of its fastest part. That of a
// stretch is 2π √(Σv²/Σa²) [Rice1945]; stretches last as long as the mean period, and those count in which there is a
// quarter of the mean Σv² at least.
func (f *Fit) motion(l *likelihood) {
	var all []States
	var n, mean, ss, vv, aa float64
	for _, p := range l.pieces {
		s := l.series[p.series].slice(p.lo, p.hi)
		if measured(s.Q) < f.Order {
			continue
		}
		x := f.States(s, nil)
		all = append(all, x)
		for i, q := range x.Q {
			n++
			e := q - mean
			mean += e / n
			ss += e * (q - mean)
			vv += x.V[i] * x.V[i]
			aa += x.A[i] * x.A[i]
		}
	}
	f.Size, f.Swing = math.Sqrt(ss/n), math.Inf(1)
	if !(vv > 0) || !(aa > 0) {
		return
	}
	period := 2 * math.Pi * math.Sqrt(vv/aa)
	f.Swing = period
	for _, x := range all {
		lo, v, a := 0, 0., 0.
		for i := range x.T {
			v, a = v+x.V[i]*x.V[i], a+x.A[i]*x.A[i]
			if x.T[i]-x.T[lo] < period {
				continue
			}
			if rows := float64(i - lo + 1); v/rows > vv/n/4 && rows > 2 {
				f.Swing = min(f.Swing, 2*math.Pi*math.Sqrt(v/a))
			}
			lo, v, a = i+1, 0, 0
			if lo == len(x.T) {
				break
			}
		}
	}
}

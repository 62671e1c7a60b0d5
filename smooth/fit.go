package smooth

import "math"

// Limits are those within which the likelihood falls by as much as a true value does in 95 of 100 recordings.
const (
	sigmas   = 1.96
	deviance = sigmas * sigmas
)

// rounding is how many times the rounding of the largest position noise has to be to be called noise: the arithmetic here rounds too.
const rounding = 16

// fit is the best trial with limits of the noise. Where none at all is as likely, it is the one of the largest noise that is: deviations are then
// rather too large than too small.
func (l *likelihood) fit(best trial) *Fit {
	_, hi := l.limits(best.m)
	resolved := l.held(best, hi).minus2-best.minus2 > deviance
	if !resolved {
		best = l.largest(best)
	}
	f := &Fit{Order: best.m, Cutoff: math.Exp(best.p.beta) / l.step, Step: l.step, Rows: l.rows, Correlation: l.correlation(best)}
	sd := l.spread(best, resolved)
	unit := 1.0
	for k, c := range []*Noise{&f.Q, &f.V, &f.A} {
		if l.use[k] {
			c.Value = best.sigma * math.Exp(best.p.gamma[k]) / unit
			c.Low, c.High = c.Value*math.Exp(-sigmas*sd[k]), c.Value*math.Exp(sigmas*sd[k])
			if !(sd[k] < 1) {
				c.Low, c.High = 0, c.Value*math.Exp(sigmas)
			}
		}
		unit *= l.step
	}
	if !resolved || best.sigma < rounding*l.floor {
		f.Q.Low, f.Q.High = 0, f.Q.Value
	}
	return f
}

// held is the trial at another β with the noise of velocities and accelerations held.
func (l *likelihood) held(t trial, beta float64) trial {
	p := t.p
	p.beta = beta
	v := l.at(t.m, p)
	if l.use[1] || l.use[2] {
		for range 2 {
			for k := 1; k < 3; k++ {
				p.gamma[k] = min(max(t.p.gamma[k]+math.Log(t.sigma/v.sigma), -50), 50)
			}
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

// spread is the standard deviation of the logarithm of the noise of each column, by the curvature of the likelihood:
//
//	var log σₖ = 1/2D + gᵀ (H/2)⁻¹ g,   g the slope of log σ + γₖ in the parameters, H that of −2 log p,
//
// +Inf where the likelihood has no curvature. Where noise is not told from motion, β is held.
func (l *likelihood) spread(best trial, resolved bool) (sd [3]float64) {
	const δ = 0.05
	x := l.parameters(best.p)
	var free []int
	for i := range x {
		if i > 0 || resolved {
			free = append(free, i)
		}
	}
	at := func(moves ...int) value { // ±(i+1): parameter i by ±δ
		y := append([]float64(nil), x...)
		for _, m := range moves {
			if m > 0 {
				y[m-1] += δ
			} else {
				y[-m-1] -= δ
			}
		}
		return l.at(best.m, l.point(y))
	}
	n := len(free)
	H, slope := make([]float64, n*n), make([]float64, n)
	for a, i := range free {
		up, down := at(i+1), at(-i-1)
		H[a*n+a] = (up.minus2 + down.minus2 - 2*best.minus2) / (δ * δ)
		slope[a] = math.Log(up.sigma/down.sigma) / (2 * δ)
		for b, j := range free[:a] {
			h := (at(i+1, j+1).minus2 - at(i+1, -j-1).minus2 - at(-i-1, j+1).minus2 + at(-i-1, -j-1).minus2) / (4 * δ * δ)
			H[a*n+b], H[b*n+a] = h, h
		}
	}
	D := 0.0
	for _, p := range l.pieces {
		D += float64(max(0, p.hi-p.lo-l.orders[len(l.orders)-1]))
	}
	place := 0
	for k := range sd {
		if k > 0 && l.use[k] {
			place++
		}
		g := append([]float64(nil), slope...)
		for a, i := range free {
			if k > 0 && i == place {
				g[a]++
			}
		}
		sd[k] = math.Sqrt(1/(2*D) + 2*quadratic(H, g))
	}
	return sd
}

// quadratic is gᵀ H⁻¹ g by Cholesky's factors, +Inf where H is not positive definite. H is (n, n) and is kept.
func quadratic(H, g []float64) (q float64) {
	n := len(g)
	L := append([]float64(nil), H...)
	y := append([]float64(nil), g...)
	for j := range n {
		for k := range j {
			L[j*n+j] -= L[j*n+k] * L[j*n+k]
			y[j] -= L[j*n+k] * y[k]
		}
		if !(L[j*n+j] > 0) {
			return math.Inf(1)
		}
		L[j*n+j] = math.Sqrt(L[j*n+j])
		y[j] /= L[j*n+j]
		q += y[j] * y[j]
		for i := j + 1; i < n; i++ {
			for k := range j {
				L[i*n+j] -= L[i*n+k] * L[j*n+k]
			}
			L[i*n+j] /= L[j*n+j]
		}
	}
	return q
}

// motion measures the motion that is left without the noise: its size, and the period of its fastest part. That of a stretch is 2π √(Σv²/Σa²)
// [Rice1945]; stretches last as long as the mean period, and those count in which there is a quarter of the mean Σv² at least.
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

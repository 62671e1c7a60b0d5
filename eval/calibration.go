package eval

import (
	"math"
	"slices"

	"lagrange/data"
	"lagrange/model"
)

// Deviations are errors e of the mean prediction of an ensemble beside the standard deviations σ of its members, (n, K)
// both.
type Deviations struct {
	K        int
	E, Sigma []float64
}

// Calibration turns the standard deviation σ of the members of an ensemble into the predictive one, c √(σ² + f²), of
// what is recorded about their mean: f is what all members share, such as noise of the recording, for each of the K
// quantities.
type Calibration struct {
	Factor float64   `json:"factor"`          // c
	Floor  []float64 `json:"floor,omitempty"` // f; nil: zeros
}

// Normal is the share of a normal distribution within one and two standard deviations.
var Normal = [2]float64{math.Erf(math.Sqrt2 / 2), math.Erf(math.Sqrt2)}

// Deviation is the predictive standard deviation of quantity k where the members have sigma.
func (l Calibration) Deviation(k int, sigma float64) float64 {
	if l.Floor != nil {
		sigma = math.Hypot(sigma, l.Floor[k])
	}
	return l.Factor * sigma
}

// Within is the share of errors within one and two predictive standard deviations; what is not finite is without.
func (d Deviations) Within(l Calibration) (share [2]float64) {
	for i, e := range d.E {
		s := l.Deviation(i%d.K, d.Sigma[i])
		for n := range share {
			if math.Abs(e) <= float64(n+1)*s {
				share[n] += 1 / float64(len(d.E))
			}
		}
	}
	return share
}

// Calibrate finds the calibration for deviations on data that was not learned from. The floors are one multiple of the
// median errors of the quantities, that under which a normal distribution makes the errors most likely; then one factor
// brings the shares of errors within one deviation and within two as near to those of a normal distribution as it can.
// ok is false for fewer than twenty finite errors.
func (d Deviations) Calibrate() (l Calibration, ok bool) {
	d = d.finite()
	if len(d.E) < 20 || d.K == 0 {
		return Calibration{Factor: 1}, false
	}
	typical := make([]float64, d.K)
	for k := range typical {
		var e []float64
		for i := k; i < len(d.E); i += d.K {
			e = append(e, math.Abs(d.E[i]))
		}
		slices.Sort(e)
		typical[k] = max(e[len(e)/2], math.SmallestNonzeroFloat64)
	}
	best := math.Inf(-1)
	for share := 1. / 1024; share < 4; share *= math.Sqrt2 {
		try := Calibration{Factor: 1, Floor: make([]float64, d.K)}
		for k, t := range typical {
			try.Floor[k] = share * t
		}
		if p := d.likelihood(try); p > best {
			best, l = p, try
		}
	}
	if l.Floor == nil {
		return Calibration{Factor: 1}, false
	}
	z := make([]float64, len(d.E))
	for i, e := range d.E {
		z[i] = math.Abs(e) / l.Deviation(i%d.K, d.Sigma[i])
	}
	slices.Sort(z)
	l.Factor = factor(z)
	return l, l.Factor > 0 && l.Factor < math.MaxFloat64
}

// factor is the c between those that put the right share of z, in order, within c and within 2c, at which both shares
// are nearest to right.
func factor(z []float64) (c float64) {
	within := func(c float64) float64 {
		n, _ := slices.BinarySearch(z, c)
		return float64(n) / float64(len(z))
	}
	at := func(p float64) float64 { return z[min(len(z)-1, int(p*float64(len(z))))] }
	one, two := at(Normal[0]), at(Normal[1])/2
	const steps = 200
	best := math.Inf(1)
	for i := range steps + 1 {
		x := one * math.Pow(two/one, float64(i)/steps)
		if miss := math.Hypot(within(x)-Normal[0], within(2*x)-Normal[1]); miss < best {
			best, c = miss, x
		}
	}
	return c
}

// likelihood is the logarithm of that of the errors under a normal distribution whose standard deviations are c times
// those of l, with the best c.
func (d Deviations) likelihood(l Calibration) float64 {
	n, c2, sum := float64(len(d.E)), 0.0, 0.0
	for i, e := range d.E {
		s := l.Deviation(i%d.K, d.Sigma[i])
		c2 += e / s * (e / s) / n
		sum -= math.Log(s)
	}
	return sum - n/2*math.Log(c2)
}

// finite leaves out the rows with a number that is none.
func (d Deviations) finite() Deviations {
	out := Deviations{K: d.K}
	for lo := 0; lo < len(d.E); lo += d.K {
		e, s := d.E[lo:lo+d.K], d.Sigma[lo:lo+d.K]
		wrong := func(x float64) bool { return !(math.Abs(x) < 1e100) }
		if !slices.ContainsFunc(e, wrong) && !slices.ContainsFunc(s, wrong) {
			out.E, out.Sigma = append(out.E, e...), append(out.Sigma, s...)
		}
	}
	return out
}

// Moments returns the mean and the standard deviation over members, xs (k, n); that of a single member is zero.
func Moments(xs [][]float64) (mean, sigma []float64) {
	k, n := float64(len(xs)), len(xs[0])
	mean, sigma = make([]float64, n), make([]float64, n)
	for i := range mean {
		for _, x := range xs {
			mean[i] += x[i] / k
		}
		for _, x := range xs {
			sigma[i] = math.Hypot(sigma[i], (x[i]-mean[i])/math.Sqrt(max(1, k-1)))
		}
	}
	return mean, sigma
}

// Moments are the mean over members, xs (k, n), and its predictive standard deviation.
func (l Calibration) Moments(xs [][]float64) (mean, sd []float64) {
	mean, sd = Moments(xs)
	K := max(1, len(l.Floor))
	for i, s := range sd {
		sd[i] = l.Deviation(i%K, s)
	}
	return mean, sd
}

// Ensemble scores the mean prediction of several models over windows, and gives its deviations (n, 2d): all rows of a
// window but the first.
func Ensemble(ms []*model.Model[float64], s *data.Set, ws []data.Window) (Scores, Deviations) {
	d, a, dev := s.D(), newSums(s), Deviations{K: 2 * s.D()}
	each := make([][][]float64, len(ms))
	for j, m := range ms {
		each[j] = paths(m, s, ws)
	}
	xs := make([][]float64, len(ms))
	for i, w := range ws {
		for j := range ms {
			xs[j] = each[j][i]
		}
		mean, sigma := Moments(xs)
		a.window(mean, s, w)
		t := &s.Trajectories[w.Trajectory]
		for k := 1; k <= w.Steps; k++ {
			at := (w.Start + k) * d
			for c := range d {
				e := mean[2*k*d+c] - t.Q[at+c]
				if P := a.period[c]; P > 0 {
					e -= P * math.Round(e/P)
				}
				dev.E = append(dev.E, e)
			}
			for c := range d {
				dev.E = append(dev.E, mean[2*k*d+d+c]-t.V[at+c])
			}
		}
		dev.Sigma = append(dev.Sigma, sigma[2*d:]...)
	}
	return a.scores(), dev
}

// EnsembleAccelerations gives the deviations (n, d) from recorded accelerations; none where they are not recorded.
func EnsembleAccelerations(ms []*model.Model[float64], s *data.Set) Deviations {
	d, f, dev := s.D(), s.M(), Deviations{K: s.D()}
	if !s.HasAccelerations() {
		return dev
	}
	for _, t := range s.Trajectories {
		N := t.Len()
		x, xdot := make([]float64, N*2*d), make([]float64, N*2*d)
		for n := range N {
			copy(x[2*n*d:], t.Q[n*d:(n+1)*d])
			copy(x[(2*n+1)*d:], t.V[n*d:(n+1)*d])
		}
		var xs [][]float64
		for _, m := range ms {
			tape, a := m.Tape(min(N, model.Chunk)), make([]float64, 0, N*d)
			for lo := 0; lo < N; lo += model.Chunk {
				hi := min(lo+model.Chunk, N)
				tape.Field(x[2*lo*d:2*hi*d], t.U[lo*f:hi*f], xdot[2*lo*d:2*hi*d])
			}
			for n := range N {
				a = append(a, xdot[(2*n+1)*d:2*(n+1)*d]...)
			}
			xs = append(xs, a)
		}
		mean, sigma := Moments(xs)
		for i, a := range mean {
			dev.E = append(dev.E, a-t.A[i])
		}
		dev.Sigma = append(dev.Sigma, sigma...)
	}
	return dev
}

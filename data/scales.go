package data

import "math"

// Scales are typical sizes, by coordinate (length d) or force (length m), to make features and losses dimensionless.
type Scales struct {
	Mean  []float64 // of q
	Q     []float64 // standard deviation of q
	V     []float64 // root mean square of v
	A     []float64 // root mean square of a: recorded, else Δv/Δt over the steps that are not gaps
	U     []float64 // root mean square of a force, standard deviation of a system parameter
	UMean []float64 // mean of a system parameter, 0 for a force
}

// Scales measures the set. A size below 1e-12 of the largest value of its column, or 0, is given as 1, so that one may
// divide by it. So are those of velocities and accelerations where a set has none.
func (s *Set) Scales() Scales {
	d, m := s.D(), s.M()
	sc := Scales{make([]float64, d), make([]float64, d), make([]float64, d), make([]float64, d), make([]float64, m),
		make([]float64, m)}
	recorded := s.HasAccelerations()
	for k := range d {
		var q, v, a moments
		for i := range s.Trajectories {
			t := &s.Trajectories[i]
			gaps := t.Gaps()
			for n := range t.T {
				q.add(t.Q[n*d+k])
				if t.V == nil {
					continue
				}
				v.add(t.V[n*d+k])
				if recorded {
					a.add(t.A[n*d+k])
				} else if n > 0 && !gaps.Before(n) {
					a.add((t.V[n*d+k] - t.V[(n-1)*d+k]) / (t.T[n] - t.T[n-1]))
				}
			}
		}
		sc.Mean[k], sc.Q[k], sc.V[k], sc.A[k] = q.mean, q.size(q.std()), v.size(v.rms()), a.size(a.rms())
	}
	for k := range m {
		var u moments
		for i := range s.Trajectories {
			for n := k; n < len(s.Trajectories[i].U); n += m {
				u.add(s.Trajectories[i].U[n])
			}
		}
		if k < m-s.SystemParameters {
			sc.U[k] = u.size(u.rms())
		} else {
			sc.U[k], sc.UMean[k] = u.size(u.std()), u.mean
		}
	}
	return sc
}

// moments gathers count, mean, sum of squares about it and range (Welford 1962). The zero value is empty.
type moments struct{ n, mean, ss, min, max float64 }

func (w *moments) add(x float64) {
	if w.n == 0 {
		w.min, w.max = x, x
	}
	w.min, w.max = math.Min(w.min, x), math.Max(w.max, x)
	w.n++
	e := x - w.mean
	w.mean += e / w.n
	w.ss += e * (x - w.mean)
}

func (w *moments) std() float64 {
	if w.n == 0 {
		return 0
	}
	return math.Sqrt(w.ss / w.n)
}

func (w *moments) rms() float64 { return math.Hypot(w.std(), w.mean) }

func (w *moments) size(x float64) float64 {
	if x <= 1e-12*math.Max(math.Abs(w.min), math.Abs(w.max)) {
		return 1
	}
	return x
}

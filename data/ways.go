package data

import "math"

// ways are the ways that a coordinate goes over spans of rows, Δq and ∫v dt, to be compared.
type ways struct{ q, v []float64 }

// over appends the ways over spans of so many rows, end to end, of n rows: row i has the time t(i), the coordinate q(i)
// and the velocity v(i); ∫v dt is the trapezoidal sum. A span begins anew where the step to a row is none.
func (w *ways) over(n, span int, t, q, v func(i int) float64, none func(i int) bool) {
	sum, from := 0.0, 0
	for i := 1; i < n; i++ {
		if none(i) {
			sum, from = 0, i
			continue
		}
		if sum += (t(i) - t(i-1)) * (v(i-1) + v(i)) / 2; i-from == span {
			w.q, w.v = append(w.q, q(i)-q(from)), append(w.v, sum)
			sum, from = 0, i
		}
	}
}

// follow is over for coordinate k of d of a trajectory.
func (w *ways) follow(x *Trajectory, k, d, span int, none func(i int) bool) {
	w.over(x.Len(), span, func(i int) float64 { return x.T[i] }, func(i int) float64 { return x.Q[i*d+k] },
		func(i int) float64 { return x.V[i*d+k] }, none)
}

// comparison is the sums of Δq², Δq ∫v dt, (∫v dt)² and (Δq − ∫v dt)².
type comparison struct{ qq, qi, ii, ee float64 }

// compare sums up; without jumps, ways of more than twenty times the median of Δq are left out.
func (w *ways) compare(withoutJumps bool) (c comparison) {
	limit := 0.0
	if withoutJumps {
		sizes := make([]float64, len(w.q))
		for i, q := range w.q {
			sizes[i] = math.Abs(q)
		}
		limit = 20 * median(sizes)
	}
	for i, q := range w.q {
		if v := w.v[i]; limit == 0 || math.Abs(q) <= limit {
			c.qq, c.qi, c.ii, c.ee = c.qq+q*q, c.qi+q*v, c.ii+v*v, c.ee+(q-v)*(q-v)
		}
	}
	return c
}

// correlation is that of the two ways, about 0; 0 where one is none.
func (c comparison) correlation() float64 {
	if !(c.qq > 0 && c.ii > 0) {
		return 0
	}
	return c.qi / math.Sqrt(c.qq*c.ii)
}

package ode

import (
	"context"
	"lagrange/internal/vec"
	"math"
)

// Bounds of the step control: safety factor, least and greatest change of the step (Hairer, Nørsett, Wanner 1993,
// Section II.4).
const safety, shrink, grow = 0.9, 0.2, 10

// adapt integrates with steps chosen by the error estimate ε of each: with q the order of ε,
//
//	h ← h · min(grow, max(shrink, safety · ε^{−(1/q − ¾β)} · ε_last^β))      (PI control, Gustafsson)
//
// and reports at every time by dense output. A step into a state or a field that is not finite is rejected like any
// other.
func (s *stepper) adapt(ctx context.Context, times []float64, r *Result) error {
	q, β := float64(s.Method.Order), s.Method.beta
	end := times[len(times)-1]
	next, last, retry := 1, 1e-4, false
	var h float64
	if next < len(times) {
		s.eval(s.t, s.x, s.k[0])
		s.fresh = true
		if !vec.Finite(s.k[0]) {
			return s.stop(s.bad(s.k[0]), NotFinite, "the field is not finite")
		}
		h = s.first(end - s.t)
	}
	for next < len(times) {
		if err := s.may(ctx, h); err != nil {
			return err
		}
		if math.Abs(h) <= 0x1p-50*math.Abs(s.t) {
			return s.stop(s.worst, StepUnderflow, "the step underflows: a pole, a jump or a stiff field")
		}
		t1 := s.t + h
		if math.Abs(1.01*h) >= math.Abs(end-s.t) { // no crumb of a step at the end
			t1, h = end, end-s.t
		}
		ε := s.try(h)
		if !(ε <= 1) {
			s.stats.Rejected++
			retry = true
			h *= rescale(safety * math.Pow(ε, -(1/q-0.75*β)))
			continue
		}
		s.stats.Steps++
		next = s.report(next, h, t1, times, r)
		s.x, s.y, s.t = s.y, s.x, t1
		n := len(s.Method.Tableau.B)
		s.k[0], s.k[n] = s.k[n], s.k[0] // the first stage of the next step

		c := rescale(safety * math.Pow(ε, -(1/q-0.75*β)) * math.Pow(last, β))
		if retry {
			c = min(c, 1)
		}
		h, last, retry = h*c, max(ε, 1e-4), false
	}
	return nil
}

// rescale keeps a change of the step in its bounds; NaN, from a step that left the finite, asks for the least.
func rescale(c float64) float64 {
	if math.IsNaN(c) {
		return shrink
	}
	return min(grow, max(shrink, c))
}

// try takes a step h into y and returns its error estimate, 1 being just acceptable; NaN if y or the field there is not
// finite.
func (s *stepper) try(h float64) float64 {
	n, E := len(s.Method.Tableau.B), s.Method.E
	s.stages(h)
	early, ε := len(E[0]) <= n, 0. // the estimate does without k_s: a rejected step need not pay for it
	if early {
		if ε = s.err(h); !(ε <= 1) {
			return ε
		}
	}
	s.eval(s.t+h, s.y, s.k[n])
	for _, z := range [][]float64{s.y, s.k[n]} {
		if b := s.bad(z); b >= 0 {
			s.worst = b
			return math.NaN()
		}
	}
	if !early {
		ε = s.err(h)
	}
	return ε
}

// err returns the error of the step just tried: the largest over the batch of
//
//	|h| ‖e₁‖²/√(‖e₁‖² + 0.01 ‖e₂‖²),   e = Σ E_j k_j / (ATol + RTol max(|x|, |y|)),
//
// with ‖·‖ the root mean square over a state, which is |h| ‖e₁‖ for a method with one row of E.
func (s *stepper) err(h float64) (ε float64) {
	n := s.Dim
	for b := 0; b < len(s.x)/n; b++ {
		var e [2]float64
		for i := b * n; i < (b+1)*n; i++ {
			scale := s.ATol + s.RTol*max(math.Abs(s.x[i]), math.Abs(s.y[i]))
			for r, E := range s.Method.E {
				d := 0.
				for j, w := range E {
					d += w * s.k[j][i]
				}
				e[r] += d / scale * d / scale
			}
		}
		if e[0] == 0 {
			continue
		}
		w := math.Abs(h) * e[0] / math.Sqrt((e[0]+0.01*e[1])*float64(n))
		if !(w <= ε) {
			ε, s.worst = w, b
		}
		if math.IsNaN(w) {
			break
		}
	}
	return ε
}

// first chooses the first step, at most span, from the sizes of the state, the field and its change over an Euler step
// (Hairer, Nørsett, Wanner 1993, p. 169); the smallest over the batch.
func (s *stepper) first(span float64) float64 {
	limit := math.Abs(span)
	if s.Step > 0 {
		return math.Copysign(min(s.Step, limit), span)
	}
	h0, h1 := limit, limit
	for lo := 0; lo < len(s.x); lo += s.Dim {
		if d0, d1 := s.size(lo, s.x), s.size(lo, s.k[0]); d0 < 1e-5 || d1 < 1e-5 {
			h0 = min(h0, 1e-6)
		} else {
			h0 = min(h0, 0.01*d0/d1)
		}
	}
	f0, f1 := s.k[0], s.k[1]
	copy(s.y, f0)
	shift(s.y, s.x, math.Copysign(h0, span))
	s.eval(s.t+math.Copysign(h0, span), s.y, f1)
	for i, f := range f0 {
		f1[i] -= f
	}
	for lo := 0; lo < len(s.x); lo += s.Dim {
		d := max(s.size(lo, f0), s.size(lo, f1)/h0)
		switch {
		case d <= 1e-15:
			h1 = min(h1, max(1e-6, h0*1e-3))
		case d < math.Inf(1):
			h1 = min(h1, math.Pow(0.01/d, 1/float64(s.Method.Order)))
		}
	}
	return math.Copysign(min(100*h0, h1), span)
}

// size is the root mean square of z / (ATol + RTol |x|) over the state that begins at lo.
func (s *stepper) size(lo int, z []float64) float64 {
	sum := 0.
	for i := lo; i < lo+s.Dim; i++ {
		d := z[i] / (s.ATol + s.RTol*math.Abs(s.x[i]))
		sum += d * d
	}
	return math.Sqrt(sum / float64(s.Dim))
}

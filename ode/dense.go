package ode

// report fills in the times in (t, t1] of the step h just tried, from times[next] on, and returns the index of the
// first beyond.
func (s *stepper) report(next int, h, t1 float64, times []float64, r *Result) int {
	ready := false
	for ; next < len(times) && (times[next]-t1)*h <= 0; next++ {
		row := r.row(next, len(s.x))
		if times[next] == t1 {
			copy(row, s.y)
			continue
		}
		if !ready {
			s.continuous(h)
			ready = true
		}
		s.between(row, (times[next]-s.t)/h)
	}
	return next
}

// continuous computes the F of Dense for the step h from x to y.
func (s *stepper) continuous(h float64) {
	n, D := len(s.Method.Tableau.B), s.Method.Dense
	for i, a := range D.A {
		s.stage(n+1+i, h, D.C[i], a)
	}
	for i, x := range s.x {
		Δ := s.y[i] - x
		s.F[0][i], s.F[1][i], s.F[2][i] = Δ, h*s.k[0][i]-Δ, 2*Δ-h*(s.k[0][i]+s.k[n][i])
	}
	for j, d := range D.D {
		F := s.F[3+j]
		s.sum(F, d)
		for i := range F {
			F[i] *= h
		}
	}
}

// between sets out = x(t + θh).
func (s *stepper) between(out []float64, θ float64) {
	clear(out)
	for j := len(s.F) - 1; j >= 0; j-- {
		c := θ
		if j%2 == 1 {
			c = 1 - θ
		}
		for i, F := range s.F[j] {
			out[i] = (out[i] + F) * c
		}
	}
	for i, x := range s.x {
		out[i] += x
	}
}

package data

import "fmt"

// estimated is what the column of an estimated velocity says, before the name of the coordinate.
const estimated = "estimated from "

// Velocities are estimated from the slope of a cubic fitted to reach rows on either side by least squares.
const reach, degree = 3, 3

// differentiate fills V with estimates and adds a column for each, so that a set is written as it is.
func (s *Set) differentiate() {
	d := s.D()
	for k := range s.Coordinates {
		c := &s.Coordinates[k]
		c.Velocity = "v_" + c.Name
		for s.has(c.Velocity) {
			c.Velocity += "_"
		}
		unit := ""
		if u := s.TimeUnit(); c.Unit != "" && u != "" {
			unit = c.Unit + "/" + u
		}
		s.Columns = append(s.Columns, Column{Name: c.Velocity, Unit: unit, Role: RoleV,
			Why: estimated + c.Name})
		s.Notes = append(s.Notes, fmt.Sprintf("velocities of %s are estimated by local cubics over %d rows", c.Name,
			2*reach+1))
	}
	for i := range s.Trajectories {
		t := &s.Trajectories[i]
		t.V = make([]float64, len(t.Q))
		q := make([]float64, t.Len())
		for k := 0; k < d; k++ {
			for n := range q {
				q[n] = t.Q[n*d+k]
			}
			for n := range q {
				t.V[n*d+k] = slope(t.T, q, n)
			}
		}
	}
}

// Accelerations estimates dv/dt (n, d) for an initial guess where there are none recorded: from the velocities in
// the same way as these are estimated from coordinates or, of a clean recording, by the polynomial of degree 9 through
// q and v of five rows. It is clean where the same of four rows predicts the v of the one between them much better than
// the two ways agree; clean says that such errors are less than a thousandth of the accelerations of each coordinate.
func (t *Trajectory) Accelerations(d int) (a []float64, clean bool) {
	const better, small, wide = 30, 1e-3, 2
	clean = t.Len() > 2*wide
	a, q, v := make([]float64, len(t.V)), make([]float64, t.Len()), make([]float64, t.Len())
	through := make([]float64, t.Len())
	for k := range d {
		for n := range v {
			q[n], v[n] = t.Q[n*d+k], t.V[n*d+k]
		}
		apart, off, size := 0.0, 0.0, 0.0 // of the two ways; of what is predicted, with its time step; of a
		for n := range v {
			a[n*d+k] = slope(t.T, v, n)
			if t.Len() <= 2*wide {
				continue
			}
			lo := min(max(n-wide, 0), t.Len()-2*wide-1)
			hi := lo + 2*wide + 1
			through[n] = hermite(t.T[lo:hi], q[lo:hi], v[lo:hi], -1, t.T[n])[2]
			if n == lo+wide {
				apart += (through[n] - a[n*d+k]) * (through[n] - a[n*d+k])
				e := (hermite(t.T[lo:hi], q[lo:hi], v[lo:hi], wide, t.T[n])[1] - v[n]) * 2 * wide /
					(t.T[hi-1] - t.T[lo])
				off, size = off+e*e, size+through[n]*through[n]
			}
		}
		clean = clean && off < small*small*size
		if better*better*off < apart {
			for n, x := range through {
				a[n*d+k] = x
			}
		}
	}
	return a, clean
}

// hermite returns the polynomial through values y and slopes s at the times t (at most five), but for that number
// without, and its first two derivatives at the time at: divided differences over the nodes z₀ = z₁ = t₀, z₂ = z₃ = t₁,
// …, and Horner's rule.
func hermite(t, y, s []float64, without int, at float64) (p [3]float64) {
	var z, c [10]float64
	n, h := 0, t[len(t)-1]-t[0]
	for i, x := range t {
		if i != without {
			z[n], z[n+1], c[n], c[n+1] = (x-at)/h, (x-at)/h, y[i]-y[0], y[i]-y[0]
			n += 2
		}
	}
	last := c
	for k := 1; k < n; k++ {
		for i, j := n-1, len(t)-1; i >= k; i-- {
			if k == 1 && i%2 == 1 {
				if j == without {
					j--
				}
				c[i] = s[j] * h
				j--
				continue
			}
			c[i] = (last[i] - last[i-1]) / (z[i] - z[i-k])
		}
		last = c
	}
	for i := n - 1; i >= 0; i-- { // p ← cᵢ + (0 − zᵢ) p
		p[2] = 2*p[1] - z[i]*p[2]
		p[1] = p[0] - z[i]*p[1]
		p[0] = c[i] - z[i]*p[0]
	}
	return [3]float64{p[0] + y[0], p[1] / h, p[2] / (h * h)}
}

// has tells whether a column of that name is used.
func (s *Set) has(name string) bool {
	for _, c := range s.Columns {
		if c.Name == name && c.Role != RoleIgnored {
			return true
		}
	}
	return false
}

// slope is dy/dt at row i of the least-squares polynomial through the rows around i (Savitzky & Golay 1964, here for
// uneven steps by Forsythe 1957): y ≈ Σ cₖ pₖ(x), x = (t − tᵢ)/h, with p orthogonal on the rows,
//
//	pₖ₊₁ = (x − αₖ) pₖ − βₖ pₖ₋₁,  αₖ = ⟨x pₖ, pₖ⟩/⟨pₖ, pₖ⟩,  βₖ = ⟨pₖ, pₖ⟩/⟨pₖ₋₁, pₖ₋₁⟩,  cₖ = ⟨y, pₖ⟩/⟨pₖ, pₖ⟩.
//
// Near the ends the rows are the first or last ones, not centred. Exact for cubics where there are four rows or more.
func slope(t, y []float64, i int) float64 {
	w := min(2*reach+1, len(t))
	lo := min(max(i-reach, 0), len(t)-w)
	h := t[lo+w-1] - t[lo]
	var p, p1 [2*reach + 1]float64 // pₖ and pₖ₋₁ on the rows
	for j := range p {
		p[j] = 1
	}
	dp, dp1, z, z1 := 0., 0., 1., 0. // p′ₖ(0), p′ₖ₋₁(0), pₖ(0), pₖ₋₁(0)
	norm1, dy := 0., 0.
	for k := 0; k <= min(degree, w-1); k++ {
		var norm, alpha, c float64
		for j := range w {
			x := (t[lo+j] - t[i]) / h
			norm += p[j] * p[j]
			alpha += x * p[j] * p[j]
			c += (y[lo+j] - y[i]) * p[j]
		}
		alpha, c = alpha/norm, c/norm
		dy += c * dp
		beta := 0.
		if k > 0 {
			beta = norm / norm1
		}
		for j := range w {
			x := (t[lo+j] - t[i]) / h
			p[j], p1[j] = (x-alpha)*p[j]-beta*p1[j], p[j]
		}
		dp, dp1 = z-alpha*dp-beta*dp1, dp
		z, z1 = -alpha*z-beta*z1, z
		norm1 = norm
	}
	return dy / h
}

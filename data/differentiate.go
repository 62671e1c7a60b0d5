package data

import "fmt"

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
		s.Columns = append(s.Columns, Column{Name: c.Velocity, Unit: unit, Role: RoleV, Why: "estimated from " + c.Name})
		s.Notes = append(s.Notes, fmt.Sprintf("velocities of %s are estimated by local cubics over %d rows", c.Name, 2*reach+1))
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

// Slopes estimates dv/dt (n, d) in the same way as velocities are estimated: accelerations for a start of training where there are none recorded.
func (t *Trajectory) Slopes(d int) []float64 {
	a, v := make([]float64, len(t.V)), make([]float64, t.Len())
	for k := range d {
		for n := range v {
			v[n] = t.V[n*d+k]
		}
		for n := range v {
			a[n*d+k] = slope(t.T, v, n)
		}
	}
	return a
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

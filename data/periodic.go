package data

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// turning finds angles that their names do not give away: a coordinate without a unit that moves over more than a full
// turn, and whose accelerations repeat with the period 2π. It asks which explains Δv/Δt better beside a linear law in
// all v, u and sign(v): sin q and cos q, or q and q² with two more parameters spent on q³ and q⁴. The first has to
// leave less than 0.8 of the residual of the second, and less than 0.8 of what is left without q at all.
func (s *Set) turning() {
	for k := range s.Coordinates {
		c := &s.Coordinates[k]
		if s.degrees(k) {
			continue
		}
		if c.Period > 0 || c.Unit != "" || !(s.extent(k) > 2*math.Pi) {
			continue
		}
		none := s.residual(k, func(float64) []float64 { return nil })
		power := s.residual(k, func(q float64) []float64 { return []float64{q, q * q, q * q * q, q * q * q * q} })
		turn := s.residual(k, func(q float64) []float64 { return []float64{math.Sin(q), math.Cos(q)} })
		if !(turn < 0.8*power && turn < 0.8*none) {
			continue
		}
		c.Period = 2 * math.Pi
		s.Notes = append(s.Notes, fmt.Sprintf("%s is taken for an angle in rad: it moves over more than a turn, and "+
			"sin and cos of it explain its acceleration (residual %.2g; %.2g with powers of it, %.2g without it); "+
			"--angles \"\" says it is none",
			c.Name, turn, power, none))
	}
}

// degrees takes an angle without a unit for one in degrees, where it moves over more than two turns of radians and
// sin and
// cos of it in degrees leave less than half of the residual.
func (s *Set) degrees(k int) bool {
	c := &s.Coordinates[k]
	if c.Period != 2*math.Pi || c.Unit != "" || !(s.extent(k) > 4*math.Pi) {
		return false
	}
	in := func(turn float64) float64 {
		w := 2 * math.Pi / turn
		return s.residual(k, func(q float64) []float64 { return []float64{math.Sin(w * q), math.Cos(w * q)} })
	}
	rad, deg := in(2*math.Pi), in(360)
	if !(deg < 0.5*rad) {
		return false
	}
	c.Period = 360
	s.Notes = append(s.Notes, fmt.Sprintf("%s is taken for an angle in degrees: sin and cos of it explain its "+
		"acceleration "+
		"(residual %.2g; %.2g in radians); --units %s=rad says otherwise", c.Name, deg, rad, c.Name))
	return true
}

// turningBare is turning, also of positions alone: with velocities that are estimated for the purpose.
func (s *Set) turningBare() {
	if s.hasVelocities() {
		s.turning()
		return
	}
	estimated := *s
	estimated.Coordinates, estimated.Trajectories = slices.Clone(s.Coordinates), slices.Clone(s.Trajectories)
	estimated.Columns = slices.Clone(s.Columns)
	estimated.differentiate()
	estimated.Notes = nil
	estimated.turning()
	for k, c := range estimated.Coordinates {
		s.Coordinates[k].Period = c.Period
	}
	s.Notes = append(s.Notes, estimated.Notes...)
}

// extent is the largest less the least value of coordinate k.
func (s *Set) extent(k int) float64 {
	lo, hi := math.Inf(1), math.Inf(-1)
	for i := range s.Trajectories {
		least, most := s.Trajectories[i].bounds(k, s.D())
		lo, hi = min(lo, least), max(hi, most)
	}
	return hi - lo
}

// bounds are the least and the largest value of coordinate k of d.
func (t *Trajectory) bounds(k, d int) (lo, hi float64) {
	lo, hi = math.Inf(1), math.Inf(-1)
	for at := k; at < len(t.Q); at += d {
		lo, hi = min(lo, t.Q[at]), max(hi, t.Q[at])
	}
	return lo, hi
}

// residual is the root mean square of what a least-squares law in (1, v, sign v, u, terms of the mean q) leaves of
// Δv_k/Δt, relative to that of Δv_k/Δt; +Inf when the law cannot be fitted.
func (s *Set) residual(k int, terms func(q float64) []float64) float64 {
	var rows, rhs []float64
	d, m, most := s.D(), s.M(), 20000
	every := s.Rows()/most + 1
	for _, t := range s.Trajectories {
		for n := 1; n < t.Len(); n += every {
			at := func(x []float64, w, j int) float64 { return (x[n*w+j] + x[(n-1)*w+j]) / 2 }
			q := at(t.Q, d, k)
			rows = append(rows, 1)
			for j := range d {
				v := at(t.V, d, j)
				rows = append(rows, v, math.Copysign(1, v))
			}
			for j := range m {
				rows = append(rows, at(t.U, m, j))
			}
			rows = append(rows, terms(q)...)
			rhs = append(rhs, (t.V[n*d+k]-t.V[(n-1)*d+k])/(t.T[n]-t.T[n-1]))
		}
	}
	if len(rhs) == 0 {
		return math.Inf(1)
	}
	A, b := mat.NewDense(len(rhs), len(rows)/len(rhs), rows), mat.NewVecDense(len(rhs), rhs)
	var svd mat.SVD // the columns may depend on each other: a v that never changes its sign
	if rows, cols := A.Dims(); rows <= cols || !svd.Factorize(A, mat.SVDThin) {
		return math.Inf(1)
	}
	var x, r mat.VecDense
	svd.SolveVecTo(&x, b, svd.Rank(1e-10))
	r.MulVec(A, &x)
	r.SubVec(b, &r)
	return mat.Norm(&r, 2) / mat.Norm(b, 2)
}

package data

import (
	"fmt"
	"math"
	"strings"

	"gonum.org/v1/gonum/mat"
)

// law is a least-squares law of the acceleration Δv/Δt of coordinate k: the share of it that is left, and the
// coefficients.
func (s *Set) law(k int, terms func(q, v, u []float64) []float64) (left float64, x []float64, ok bool) {
	var rows, rhs []float64
	d, m, width := s.D(), s.M(), 0
	every := s.Rows()/5000 + 1
	mid := func(x []float64, w, n int) []float64 {
		y := make([]float64, w)
		for j := range y {
			y[j] = (x[n*w+j] + x[(n-1)*w+j]) / 2
		}
		return y
	}
	for i := range s.Trajectories {
		t, gaps := &s.Trajectories[i], s.Trajectories[i].Gaps()
		for n := 1; n < t.Len(); n += every {
			if gaps.Before(n) {
				continue
			}
			row := terms(mid(t.Q, d, n), mid(t.V, d, n), mid(t.U, m, n))
			rows, width = append(rows, row...), len(row)
			rhs = append(rhs, (t.V[n*d+k]-t.V[(n-1)*d+k])/(t.T[n]-t.T[n-1]))
		}
	}
	if len(rhs) < 3*width || width == 0 {
		return 0, nil, false
	}
	A, b := mat.NewDense(len(rhs), width, rows), mat.NewVecDense(len(rhs), rhs)
	var svd mat.SVD
	if !svd.Factorize(A, mat.SVDThin) {
		return 0, nil, false
	}
	var c, r mat.VecDense
	svd.SolveVecTo(&c, b, svd.Rank(1e-10))
	r.MulVec(A, &c)
	r.SubVec(b, &r)
	norm := mat.Norm(b, 2)
	if !(norm > 0) {
		return 0, nil, false
	}
	return mat.Norm(&r, 2) / norm, c.RawVector().Data, true
}

// conservative gives terms of a force on coordinate k that depends on its place alone.
func (s *Set) conservative(k int) func(q float64) []float64 {
	if p := s.Coordinates[k].Period; p > 0 {
		w := 2 * math.Pi / p
		return func(q float64) []float64 {
			return []float64{1, math.Sin(w * q), math.Cos(w * q), math.Sin(2 * w * q), math.Cos(2 * w * q)}
		}
	}
	scale := s.extent(k) / 2
	return func(q float64) []float64 {
		x := q / scale
		return []float64{1, x, x * x, x * x * x, x * x * x * x, x * x * x * x * x}
	}
}

// checkEnergy finds that energy is lost in the motion of one coordinate: its acceleration is explained much better
// with terms in v, |v|v and sign v, and these take power. Of several motions most have to say so, each by itself, for
// they may differ in their parameters.
func (s *Set) checkEnergy() []Finding {
	const most, rows = 8, 30
	if s.states || s.D() != 1 || !s.RecordedVelocities() {
		return nil
	}
	asked, said := 0, 0
	var with, without []float64
	for i := range s.Trajectories {
		if s.Trajectories[i].Len() < rows || asked == most {
			continue
		}
		asked++
		rubbed, alone, lost := s.with(s.Trajectories[i : i+1]).rubs()
		if with, without = append(with, rubbed), append(without, alone); lost {
			said++
		}
	}
	if 3*said <= 2*asked || asked == 0 {
		return nil
	}
	return []Finding{{Kind: KindEnergy, Sure: Likely, Serious: true, Do: "--friction viscous, or both",
		Says: fmt.Sprintf("energy is lost: with friction %.2g of the acceleration is left unexplained, without it %.2g",
			median(with), median(without))}}
}

// rubs compares laws of the acceleration with and without friction.
func (s *Set) rubs() (rubbed, alone float64, lost bool) {
	V, force := s.Scales().V[0], s.conservative(0)
	base := func(q, _, u []float64) []float64 { return append(force(q[0]), u...) }
	alone, _, ok := s.law(0, base)
	rubbed, c, also := s.law(0, func(q, v, u []float64) []float64 {
		x := v[0] / V
		return append(base(q, v, u), x, x*math.Abs(x), math.Copysign(math.Min(1, math.Abs(50*x)), x))
	})
	if !ok || !also {
		return rubbed, alone, false
	}
	f := c[len(c)-3:]
	power := f[0] + 0.85*f[1] + 0.8*f[2] // ⟨F v⟩ at the typical speed
	return rubbed, alone, power < 0 && rubbed < 0.5*alone && alone > 1e-3
}

// checkSideways finds coordinates none of which depends on another.
func (s *Set) checkSideways() []Finding {
	if s.states || s.D() < 2 || s.M() > 0 || !s.hasVelocities() || s.Rows() < 60 || s.D() > 6 {
		return nil
	}
	var of []func(q float64) []float64
	for k := range s.D() {
		of = append(of, s.conservative(k))
	}
	for k := range s.D() {
		own := func(q, v, _ []float64) []float64 { return append(of[k](q[k]), v[k], v[k]*math.Abs(v[k])) }
		alone, _, ok := s.law(k, own)
		with, _, also := s.law(k, func(q, v, u []float64) []float64 {
			x := own(q, v, u)
			for j := range q {
				if j != k {
					x = append(append(x, of[j](q[j])[1:]...), v[j], v[j]*v[j])
				}
			}
			return x
		})
		if !ok || !also || alone > 0.05 || with < 0.7*alone {
			return nil
		}
	}
	var names []string
	for _, c := range s.Coordinates {
		names = append(names, c.Name)
	}
	return []Finding{{Kind: KindSideways, Sure: Possible, Says: fmt.Sprintf("%s are taken for coordinates of one "+
		"system, and none "+
		"depends on another", strings.Join(names, ", ")), Do: "if they are runs side by side, write them below one " +
		"another, with " +
		"a column that numbers the runs"}}
}

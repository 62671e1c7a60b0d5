package view

import (
	"math"

	"lagrange/data"
	"lagrange/internal/lin"
	"lagrange/model"
)

// Mass is the mass matrix of the first model along the path that it predicts.
type Mass struct {
	T Numbers `json:"t"`
	// M is in the units of coordinates and L, row by row, each (d, d); of many coordinates it is left out.
	M []Numbers `json:"m,omitempty"`
	// Eigen are the eigenvalues at each time, the smallest first, in units in which the velocities Speed have size one.
	Eigen []Numbers `json:"eigen"`
	Speed Numbers   `json:"speed"`
}

// mostMasses are the states of a path whose mass matrix is told, mostMassive the coordinates up to which it is, and
// mostEigen those up to which its eigenvalues are.
const mostMasses, mostMassive, mostEigen = 100, 4, 16

// scale evaluates the mass matrix of the first model at states.
type scale struct {
	of    func(q, v, u []float64) []float64 // the matrix, as the model has it
	speed []float64                         // typical velocities
}

// scale is none for a model without a Lagrangian.
func (s *Scene) scale() (out scale, ok bool) {
	m := s.models[0].Model.Members()[0]
	tape, d := m.Tape(1), m.D()
	k, ok := model.As[model.Mechanics[float64]](tape)
	if !ok {
		return out, false
	}
	for _, c := range m.Spec().Coordinates {
		out.speed = append(out.speed, c.Speed)
	}
	x, xdot := make([]float64, 2*d), make([]float64, 2*d)
	out.of = func(q, v, u []float64) []float64 {
		copy(x, q)
		copy(x[d:], v)
		tape.Field(x, u, xdot)
		return k.Mass(0)
	}
	return out, true
}

// scaled is M in units in which typical velocities have size one.
func (c scale) scaled(M []float64) []float64 {
	d := len(c.speed)
	out := make([]float64, d*d)
	for i, a := range c.speed {
		for j, b := range c.speed {
			out[i*d+j] = M[i*d+j] * a * b
		}
	}
	return out
}

// eigen are the eigenvalues of a matrix, the smallest first, and its eigenvectors as lin.Eigen has them. M is lost.
func eigen(d int, M []float64) (w Numbers, e []float64) {
	w, e = make(Numbers, d), make([]float64, d*d)
	lin.Eigen(d, M, w, e)
	return w, e
}

// masses evaluates states of a path; nil for a model without a Lagrangian.
func (s *Scene) masses(path data.Trajectory) (out *Mass) {
	t, q, v, u := path.T, path.Q, path.V, path.U
	d, f := s.columns.D(), s.columns.M()
	if len(t) == 0 || d > mostEigen {
		return nil
	}
	c, ok := s.scale()
	if !ok {
		return nil
	}
	out = &Mass{Speed: c.speed}
	for n := 0; n < len(t); n += (len(t)-1)/mostMasses + 1 {
		M := c.of(q[n*d:(n+1)*d], v[n*d:(n+1)*d], u[n*f:(n+1)*f])
		w, _ := eigen(d, c.scaled(M))
		out.T, out.Eigen = append(out.T, t[n]), append(out.Eigen, w)
		if d <= mostMassive {
			out.M = append(out.M, append(Numbers(nil), M...))
		}
	}
	return out
}

// mass is the smallest and the largest eigenvalue of the mass matrix of the first model along the recording.
func (s *Scene) mass() (p Plot, ok bool) {
	d := s.columns.D()
	c, ok := s.scale()
	const dense, most = 64, 1000 // coordinates; states
	if !ok || d > dense {
		return p, false
	}
	p = Plot{Name: "mass", Title: "Mass matrix along the recording", X: label("time", s.columns.TimeUnit()),
		Y: "eigenvalues", Log: true, Points: true,
		Says: "Its eigenvalues, in units in which velocities have size one, lie above zero where the model is " +
			"a mechanical system. Near zero its accelerations are " +
			"not to be trusted."}
	least, greatest := Series{Name: "smallest"}, Series{Name: "largest"}
	for _, t := range s.sampled(most).Trajectories {
		w, _ := eigen(d, c.scaled(c.of(t.Q[:d], t.V[:d], t.U[:s.columns.M()])))
		least.X, least.Y = append(least.X, t.T[0]), append(least.Y, w[0])
		greatest.X, greatest.Y = append(greatest.X, t.T[0]), append(greatest.Y, w[d-1])
		p.Log = p.Log && w[0] > 0
	}
	p.Series = []Series{greatest, least}
	return p, len(least.Y) > 0
}

// mostEllipses are drawn over the recording, at states as far from one another as can be.
const mostEllipses = 40

// ellipses are the mass matrix of a model of two coordinates at states all over the recording: of each the velocities
// of one kinetic energy, {v : vᵀMv = 1}, in units of typical ones. Where M is not positive definite there is no such
// ellipse but a cross.
func (s *Scene) ellipses() (p Plot, ok bool) {
	c, ok := s.scale()
	if !ok || s.columns.D() != 2 {
		return p, false
	}
	C := s.columns.Coordinates
	p = Plot{Name: "ellipses", Title: "Mass matrix over the recording", X: label(C[0].Name, C[0].Unit),
		Y: label(C[1].Name, C[1].Unit),
		Says: "Each ellipse is made of velocities with the same kinetic energy, in units of typical ones. It is long " +
			"where little mass moves, and a cross where the mass matrix is not positive."}
	states := s.sampled(1000).Trajectories
	at := make([][2]float64, len(states)) // in units of the extent of the recording
	lo, hi := [2]float64{math.Inf(1), math.Inf(1)}, [2]float64{math.Inf(-1), math.Inf(-1)}
	for i, t := range states {
		for k := range at[i] {
			at[i][k] = t.Q[k]
			if C[k].Period > 0 {
				at[i][k] = math.Remainder(t.Q[k], C[k].Period)
			}
			lo[k], hi[k] = min(lo[k], at[i][k]), max(hi[k], at[i][k])
		}
	}
	long := [2]float64{max(hi[0]-lo[0], 1e-300), max(hi[1]-lo[1], 1e-300)}
	for i := range at {
		at[i] = [2]float64{(at[i][0] - lo[0]) / long[0], (at[i][1] - lo[1]) / long[1]}
	}
	kept, apart := spread(at, mostEllipses)
	var shapes [][][2]float64
	var sizes []float64
	for _, i := range kept {
		x := states[i]
		shape, size := ellipse(c.scaled(c.of(x.Q[:2], x.V[:2], x.U[:s.columns.M()])))
		shapes = append(shapes, shape)
		if size > 0 {
			sizes = append(sizes, size)
		}
	}
	unit := 1.0
	if len(sizes) > 0 {
		unit = quantile(sizes, 0.5)
	}
	good, bad := Series{Name: "{v : vᵀMv = 1}", Kind: Learned}, Series{Name: "not positive", Kind: Baseline}
	for n, i := range kept {
		to, r := &good, 0.4*apart/unit
		if shapes[n] == nil {
			to, r, shapes[n] = &bad, 0.2*apart, cross
		}
		for _, w := range shapes[n] {
			to.X = append(to.X, lo[0]+long[0]*(at[i][0]+r*w[0]))
			to.Y = append(to.Y, lo[1]+long[1]*(at[i][1]+r*w[1]))
		}
		to.X, to.Y = append(to.X, math.NaN()), append(to.Y, math.NaN())
	}
	for _, x := range []Series{good, bad} {
		if len(x.X) > 0 {
			p.Series = append(p.Series, x)
		}
	}
	return p, len(p.Series) > 0
}

var cross = [][2]float64{{-1, -1}, {1, 1}, {math.NaN(), math.NaN()}, {-1, 1}, {1, -1}}

// ellipse is {v : vᵀMv = 1} as a closed curve, and its longer half axis; nil where M, (2, 2), is not positive definite.
func ellipse(M []float64) (v [][2]float64, long float64) {
	w, e := eigen(2, M)
	if !(w[0] > 0) {
		return nil, 0
	}
	const corners = 48
	a, b := 1/math.Sqrt(w[0]), 1/math.Sqrt(w[1])
	for n := range corners + 1 {
		sin, cos := math.Sincos(2 * math.Pi * float64(n) / corners)
		v = append(v, [2]float64{a*cos*e[0] + b*sin*e[1], a*cos*e[2] + b*sin*e[3]})
	}
	return v, a
}

// spread chooses at most so many points, each as far as can be from those before it, and says how far the last one is.
func spread(at [][2]float64, most int) (kept []int, apart float64) {
	far := make([]float64, len(at))
	for i := range far {
		far[i] = math.Inf(1)
	}
	for next := 0; len(kept) < min(most, len(at)) && far[next] > 0; {
		last := at[next]
		kept, apart, next = append(kept, next), far[next], 0
		for i, x := range at {
			far[i] = min(far[i], math.Hypot(x[0]-last[0], x[1]-last[1]))
			if far[i] > far[next] {
				next = i
			}
		}
	}
	return kept, min(apart, 0.3)
}

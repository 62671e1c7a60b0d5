// Package eval measures models on recordings: errors of predicted motion over windows, and the health of the mass
// matrix.
package eval

import (
	"cmp"
	"math"
	"slices"

	"lagrange/data"
	"lagrange/internal/lin"
	"lagrange/internal/par"
	"lagrange/model"
	"lagrange/ode"
)

// Scores are errors of motion predicted from the first row of each window, over all later rows, for each coordinate in
// its own unit; differences of angles are taken on the circle.
type Scores struct {
	RMSEQ   []float64 `json:"rmse_q"`
	RMSEV   []float64 `json:"rmse_v"`
	MedianQ []float64 `json:"median_window_rmse_q"` // median over windows of the root mean square in the window
}

// Windows scores a model; a prediction that leaves the numbers counts as infinitely wrong.
func Windows(m *model.Model[float64], s *data.Set, ws []data.Window) Scores {
	a := newSums(s)
	for i, path := range paths(m, s, ws) {
		a.window(path, s, ws[i])
	}
	return a.scores()
}

// paths predicts the states (Steps+1, 2d) of all windows, in batches of those of one length, on all cores.
func paths(m *model.Model[float64], s *data.Set, ws []data.Window) [][]float64 {
	order := make([]int, len(ws)) // by length: one batch takes the same number of steps
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(ws[i].Steps, ws[j].Steps) })
	var batches [][]int
	for lo, hi := 0, 0; lo < len(ws); lo = hi {
		for hi < min(len(ws), lo+model.Chunk) && ws[order[hi]].Steps == ws[order[lo]].Steps {
			hi++
		}
		batches = append(batches, order[lo:hi])
	}
	paths := make([][]float64, len(ws))
	p := max(1, min(par.Workers(), len(batches)))
	par.Do(p, func(w int) {
		tape := m.Tape(min(model.Chunk, len(ws)))
		for k := w; k < len(batches); k += p {
			predict(m, tape, s, ws, batches[k], paths)
		}
	})
	return paths
}

// Predict rolls a model through a window from its first row, by the steps and under the forces that were recorded; the
// states are (Steps+1, 2d). tape is one of the model's.
func Predict(m *model.Model[float64], tape model.Tape[float64], s *data.Set, w data.Window) []float64 {
	var path [1][]float64
	predict(m, tape, s, []data.Window{w}, []int{0}, path[:])
	return path[0]
}

// predict rolls a model through the windows numbered in which, all of one length, as one batch, and appends to their
// paths.
func predict(m *model.Model[float64], tape model.Tape[float64], s *data.Set, ws []data.Window, which []int,
	paths [][]float64) {
	d, f, B, K := s.D(), s.M(), len(which), ws[which[0]].Steps
	x, h, u := make([]float64, B*2*d), make([]float64, K*B), make([]float64, (K+1)*B*f)
	for b, i := range which {
		w := ws[i]
		t := s.Trajectories[w.Trajectory].Slice(d, f, w.Start, w.Start+K+1)
		copy(x[2*b*d:], t.Q[:d])
		copy(x[2*b*d+d:], t.V[:d])
		for k := range K {
			h[k*B+b] = t.T[k+1] - t.T[k]
		}
		for k := range K + 1 {
			copy(u[(k*B+b)*f:(k*B+b+1)*f], t.U[k*f:])
		}
	}
	r := model.NewRollout(m.Spec, tape, ode.RK4.Tableau, B, K)
	r.Run(x, h, u)
	for k := range K + 1 {
		for b, i := range which {
			paths[i] = append(paths[i], r.State(k)[2*b*d:2*(b+1)*d]...)
		}
	}
}

// ConstantVelocity scores the prediction that everything goes on as it went at the start of the window.
func ConstantVelocity(s *data.Set, ws []data.Window) Scores {
	a, d := newSums(s), s.D()
	for _, w := range ws {
		t := &s.Trajectories[w.Trajectory]
		q, v := t.Q[w.Start*d:(w.Start+1)*d], t.V[w.Start*d:(w.Start+1)*d]
		var path []float64
		for k := range w.Steps + 1 {
			for i := range d {
				path = append(path, q[i]+v[i]*(t.T[w.Start+k]-t.T[w.Start]))
			}
			path = append(path, v...)
		}
		a.window(path, s, w)
	}
	return a.scores()
}

// sums collects squared errors.
type sums struct {
	d, n   int
	period []float64
	q, v   []float64
	each   [][]float64 // for each coordinate, the root mean square of q in each window
}

func newSums(s *data.Set) *sums {
	a := &sums{d: s.D(), q: make([]float64, s.D()), v: make([]float64, s.D()), each: make([][]float64, s.D())}
	for _, c := range s.Coordinates {
		a.period = append(a.period, c.Period)
	}
	return a
}

func (a *sums) window(path []float64, s *data.Set, w data.Window) {
	t := &s.Trajectories[w.Trajectory]
	for i := range a.d {
		q := 0.0
		for k := 1; k <= w.Steps; k++ {
			at := (w.Start+k)*a.d + i
			e := path[2*k*a.d+i] - t.Q[at]
			if P := a.period[i]; P > 0 {
				e -= P * math.Round(e/P)
			}
			f := path[2*k*a.d+a.d+i] - t.V[at]
			q += e * e
			a.v[i] += f * f
		}
		a.q[i] += q
		a.each[i] = append(a.each[i], number(math.Sqrt(q/float64(w.Steps))))
	}
	a.n += w.Steps
}

func (a *sums) scores() Scores {
	var s Scores
	for i := range a.d {
		s.RMSEQ = append(s.RMSEQ, number(math.Sqrt(a.q[i]/float64(a.n))))
		s.RMSEV = append(s.RMSEV, number(math.Sqrt(a.v[i]/float64(a.n))))
		slices.Sort(a.each[i])
		n := len(a.each[i])
		s.MedianQ = append(s.MedianQ, a.each[i][(n-1)/2]/2+a.each[i][n/2]/2) // halves first: the sum may overflow
	}
	return s
}

// number puts the largest number in place of NaN and infinity, which JSON cannot carry.
func number(x float64) float64 {
	if !(x < math.MaxFloat64) {
		return math.MaxFloat64
	}
	return x
}

// Mass describes the learned mass matrix over the states of a recording.
type Mass struct {
	MinEigenvalue float64 `json:"min_eigenvalue"` // in units in which the velocities have size one
	MaxCondition  float64 `json:"max_condition"`
	NotPositive   int     `json:"not_positive"` // states at which M is not positive definite
	States        int     `json:"states"`
}

// MassMatrix diagnoses a model with a Lagrangian; ok is false for one without, or with more than 256 coordinates. Of
// many coordinates it looks at some states only, as eigenvalues cost d³.
func MassMatrix(m *model.Model[float64], s *data.Set) (r Mass, ok bool) {
	tape := m.Tape(1)
	k, ok := model.As[model.Mechanics[float64]](tape)
	const dense, most = 256, 1e8 // coordinates; states times d³
	d, f := s.D(), s.M()
	if !ok || d > dense {
		return r, false
	}
	x, xdot, w, e, M := make([]float64, 2*d), make([]float64, 2*d), make([]float64, d), make([]float64, d*d),
		make([]float64, d*d)
	r.MinEigenvalue = math.Inf(1)
	every := 1 + int(float64(s.Rows())*float64(d*d*d)/most)
	for _, t := range s.Trajectories {
		for n := 0; n < t.Len(); n += every {
			var u []float64
			if f > 0 {
				u = t.U[n*f : (n+1)*f]
			}
			copy(x, t.Q[n*d:(n+1)*d])
			copy(x[d:], t.V[n*d:(n+1)*d])
			tape.Field(x, u, xdot)
			copy(M, k.Mass(0))
			for i, c := range m.Spec.Coordinates {
				for j, b := range m.Spec.Coordinates {
					M[i*d+j] *= c.Speed * b.Speed
				}
			}
			lin.Eigen(d, M, w, e)
			r.States++
			if !(w[0] > 0) {
				r.NotPositive++
			}
			r.MinEigenvalue = min(r.MinEigenvalue, w[0])
			r.MaxCondition = max(r.MaxCondition, number(math.Max(math.Abs(w[0]),
				math.Abs(w[d-1]))/math.Abs(slices.MinFunc(w, byAbs))))
		}
	}
	r.MinEigenvalue = number(r.MinEigenvalue)
	return r, true
}

func byAbs(a, b float64) int { return cmp.Compare(math.Abs(a), math.Abs(b)) }

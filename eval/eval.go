// Package eval measures models on recordings: errors of predicted motion over windows, and the health of the mass matrix.
package eval

import (
	"cmp"
	"math"
	"slices"

	"lagrange/data"
	"lagrange/internal/lin"
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
	tape := m.Tape(1)
	for _, w := range ws {
		a.window(Predict(m, tape, s, w), s, w)
	}
	return a.scores()
}

// Predict rolls a model through a window from its first row, by the steps and under the forces that were recorded; the
// states are (Steps+1, 2d). tape is one of the model's.
func Predict(m *model.Model[float64], tape model.Tape[float64], s *data.Set, w data.Window) []float64 {
	d, f, t := s.D(), s.M(), &s.Trajectories[w.Trajectory]
	r := model.NewRollout(m.Spec, tape, ode.RK4.Tableau, 1, w.Steps)
	h := make([]float64, w.Steps)
	for k := range h {
		h[k] = t.T[w.Start+k+1] - t.T[w.Start+k]
	}
	x := append(append([]float64(nil), t.Q[w.Start*d:(w.Start+1)*d]...), t.V[w.Start*d:(w.Start+1)*d]...)
	var u []float64
	if f > 0 {
		u = t.U[w.Start*f : (w.Start+w.Steps+1)*f]
	}
	r.Run(x, h, u)
	var path []float64
	for k := range w.Steps + 1 {
		path = append(path, r.State(k)...)
	}
	return path
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

// MassMatrix diagnoses a model with a Lagrangian; ok is false for one without.
func MassMatrix(m *model.Model[float64], s *data.Set) (r Mass, ok bool) {
	so := m.SecondOrder(1)
	k, ok := so.(model.Mechanics[float64])
	if !ok {
		return r, false
	}
	d, f := s.D(), s.M()
	a, w, e, M := make([]float64, d), make([]float64, d), make([]float64, d*d), make([]float64, d*d)
	r.MinEigenvalue = math.Inf(1)
	for _, t := range s.Trajectories {
		for n := range t.T {
			var u []float64
			if f > 0 {
				u = t.U[n*f : (n+1)*f]
			}
			so.Accel(t.Q[n*d:(n+1)*d], t.V[n*d:(n+1)*d], u, a)
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
			r.MaxCondition = max(r.MaxCondition, number(math.Max(math.Abs(w[0]), math.Abs(w[d-1]))/math.Abs(slices.MinFunc(w, byAbs))))
		}
	}
	r.MinEigenvalue = number(r.MinEigenvalue)
	return r, true
}

func byAbs(a, b float64) int { return cmp.Compare(math.Abs(a), math.Abs(b)) }

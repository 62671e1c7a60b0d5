package fit

import (
	"fmt"
	"slices"

	"lagrange/data"
	"lagrange/ode"
	"lagrange/train"
)

// objectives builds the losses of the training and validation parts.
func (a *run) objectives() (err error) {
	f := a.f
	switch a.s.Objective {
	case Accelerations:
		a.learn, a.valid = accelerations(f.split.Train, f.penalty), accelerations(f.split.Valid, f.penalty)
		return nil
	case Torque:
		a.learn, a.valid, err = torques(a.net, f.split, f.penalty)
		return err
	}
	l, v, err := f.windows()
	if err != nil {
		return err
	}
	if a.learn, a.valid = l, v; a.s.Method == train.GaussNewton {
		l.Method = ode.Dop853.Tableau
		a.valid = joint(l, v, validationMost)
	}
	return nil
}

// windows are those to learn from, and those held out for validation.
func (f *problem) windows() (learn, valid *train.Segments[float64], err error) {
	learn, valid = windows(f.split.Train, f.s.Window, f.penalty), windows(f.split.Valid, f.s.Window, f.penalty)
	if learn.Len() == 0 || valid.Len() == 0 {
		return nil, nil, fmt.Errorf("no training window of %d steps without a gap; use a shorter --horizon", f.s.Window)
	}
	return learn, valid, nil
}

func accelerations(set *data.Set, p train.Penalty) *train.Accelerations[float64] {
	d, o := set.D(), &train.Accelerations[float64]{Penalty: p}
	for _, t := range set.Trajectories {
		for n := range t.T {
			o.X = append(append(o.X, t.Q[n*d:(n+1)*d]...), t.V[n*d:(n+1)*d]...)
		}
		o.A, o.U, o.N = append(o.A, t.A...), append(o.U, t.U...), o.N+t.Len()
	}
	return o
}

// windows takes every window of so many steps that spans no gap; they overlap.
func windows(set *data.Set, steps int, p train.Penalty) *train.Segments[float64] {
	d, o := set.D(), &train.Segments[float64]{Steps: steps, Penalty: p}
	for _, t := range set.Trajectories {
		first := len(o.H)
		for n := range t.T {
			o.X = append(append(o.X, t.Q[n*d:(n+1)*d]...), t.V[n*d:(n+1)*d]...)
			o.H = append(o.H, t.T[min(n+1, t.Len()-1)]-t.T[n])
		}
		o.U = append(o.U, t.U...)
		limit := longest(t)
		for i := 0; i+steps < t.Len(); i++ {
			if !gap(t.T[i:i+steps+1], limit) {
				o.First = append(o.First, first+i)
			}
		}
	}
	return o
}

// longest is the longest time step of a trajectory that is no gap: each recording has its own time step.
func longest(t data.Trajectory) float64 {
	return gapSteps * (&data.Set{Trajectories: []data.Trajectory{t}}).TypicalStep()
}

// gap says whether one step is longer than limit.
func gap(t []float64, limit float64) bool {
	for i := 1; i < len(t); i++ {
		if t[i]-t[i-1] > limit {
			return true
		}
	}
	return false
}

// joint are windows of both parts, as many of each, taken evenly and more than once where there are few: what is held
// out of a short recording is little, and among many parameters some please it by chance that serve nothing else.
func joint(learn, valid *train.Segments[float64], most int) *train.Segments[float64] {
	o := *learn
	o.X, o.U = slices.Concat(learn.X, valid.X), slices.Concat(learn.U, valid.U)
	o.H, o.First = slices.Concat(learn.H, valid.H), nil
	n := min(most, max(learn.Len(), valid.Len()))
	for k := range n {
		o.First = append(o.First, learn.First[k*learn.Len()/n], len(learn.H)+valid.First[k*valid.Len()/n])
	}
	return &o
}

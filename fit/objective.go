package fit

import (
	"fmt"
	"slices"

	"lagrange/data"
	"lagrange/ode"
	"lagrange/train"
)

// objectives builds the losses of the training and validation parts.
func (a *run) objectives() error {
	o, err := objectiveOf(a.s.Objective)
	if err == nil {
		a.learn, a.valid, err = o.losses(a)
	}
	return err
}

var fromAccelerations = objective{name: Accelerations, needs: needsAccelerations,
	losses: func(a *run) (learn, valid train.Objective[float64], err error) {
		f := a.f
		return accelerations(f.split.Train, f.penalty), accelerations(f.split.Valid, f.penalty), nil
	}}

var fromWindows = objective{name: Windows, losses: (*run).windows}

// windows are the losses of the objective of that name.
func (a *run) windows() (learn, valid train.Objective[float64], err error) {
	l, v, err := a.f.windows()
	if err != nil {
		return nil, nil, err
	}
	if learn, valid = l, v; a.s.Method == train.GaussNewton {
		l.Method = ode.Dop853.Tableau
		valid = joint(l, v, validationMost)
	}
	return learn, valid, nil
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
		o.X = t.AppendStates(o.X, d, 0, t.Len())
		o.A, o.U, o.N = append(o.A, t.A...), append(o.U, t.U...), o.N+t.Len()
	}
	return o
}

// windows takes every window of so many steps that spans no gap; they overlap.
func windows(set *data.Set, steps int, p train.Penalty) *train.Segments[float64] {
	d, o := set.D(), &train.Segments[float64]{Steps: steps, Penalty: p}
	for _, t := range set.Trajectories {
		first := len(o.H)
		o.X = t.AppendStates(o.X, d, 0, t.Len())
		for n := range t.T {
			o.H = append(o.H, t.T[min(n+1, t.Len()-1)]-t.T[n])
		}
		o.U = append(o.U, t.U...)
		gaps := t.Gaps()
		for i := 0; i+steps < t.Len(); i++ {
			if !gaps.Within(i, i+steps) {
				o.First = append(o.First, first+i)
			}
		}
	}
	return o
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

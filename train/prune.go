package train

import (
	"context"
	"math"

	"lagrange/model"
)

// pruneBelow are the parts of the largest coefficient below which terms are dropped, one after the other.
var pruneBelow = []float64{0.002, 0.005, 0.01, 0.02, 0.04}

// Prune drops the terms of a sum of terms that are small, finds the rest anew, and goes on as long as held-out motion
// is predicted no worse, or by no more than chance: what is left is a formula.
func (o *Identification) Prune(ctx context.Context, x Identified) (Identified, error) {
	for _, below := range pruneBelow {
		smaller, dropped := Without(x.Model, below)
		if dropped == 0 {
			continue
		}
		y, err := o.Weak(ctx, smaller)
		if err == nil && y.Model != nil {
			y, err = o.Shoot(ctx, y)
		}
		if err != nil {
			return x, err
		}
		if y.Model == nil || y.Score > noWorse*x.Score && !Tied(y.Log, x.Log) {
			break
		}
		x = y
	}
	return x, nil
}

// Without is a sum of terms without those whose coefficients are smaller than a part of the largest one; it says how
// many these are. The diagonal of the mass matrix keeps one term at least.
func Without(m *model.Model[float64], below float64) (smaller *model.Model[float64], dropped int) {
	spec, largest, at := m.Spec, 0.0, 0
	for _, ts := range spec.Terms {
		for range ts {
			largest = max(largest, math.Abs(m.Theta[at]))
			at++
		}
	}
	var theta []float64
	at, spec.Terms = 0, nil
	for o, ts := range m.Spec.Terms {
		var kept []model.Term
		diagonal := false
		if o > 0 {
			i, j := model.MassElement(o)
			diagonal = i == j
		}
		most := 0 // the place of the largest of this list
		for i := range ts {
			if math.Abs(m.Theta[at+i]) > math.Abs(m.Theta[at+most]) {
				most = i
			}
		}
		for i, t := range ts {
			c := m.Theta[at+i]
			if math.Abs(c) < below*largest && !(i == most && diagonal) {
				dropped++
				continue
			}
			kept, theta = append(kept, t), append(theta, c)
		}
		spec.Terms = append(spec.Terms, kept)
		at += len(ts)
	}
	theta = append(theta, m.Theta[at:]...)
	smaller, err := model.With(spec, theta)
	if err != nil {
		panic("train: a library without some terms is none: " + err.Error())
	}
	return smaller, dropped
}

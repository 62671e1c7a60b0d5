package fit

import (
	"context"

	"lagrange/formula"
	"lagrange/model"
	"lagrange/train"
)

// leftOver are errors of accelerations, relative to their size, that a shorter formula may leave of those of a longer
// one: from the largest on, for the shortest come first.
var leftOver = []float64{0.1, 0.03, 0.01, 0.003}

// mostShorter are states that a shorter formula is looked for at.
const mostShorter = 1200

// shorter is x or, where motion does not tell them apart, a sum of fewer of its terms. What motion tells of two sums of
// terms may be the same though each is certain of its coefficients, so that no term can be dropped from one of them
// alone: where all carts begin at rest, their momentum p is 0, and L + f(q) p² moves as L does. A formula of the
// accelerations of x finds the others, for which it solves linear equations; shooting bears them out, or not.
func (f *problem) shorter(ctx context.Context, o *train.Identification, x train.Identified) (train.Identified, error) {
	states, _ := o.Learn.Some(o.Learn.Rows()/mostShorter + 1)
	tried := 0
	for _, off := range leftOver {
		g, err := formula.Find(ctx, formula.Task{Of: x.Model, States: states, Terms: f.spec.Terms, Error: off})
		if ctx.Err() != nil || o.Over() {
			return x, ctx.Err()
		}
		if err == nil && len(g.Model.Theta) >= len(x.Model.Theta) {
			break // those that leave less are longer
		}
		if err != nil || len(g.Model.Theta) == tried || !sameMeans(g.Model, x.Model) {
			continue
		}
		tried = len(g.Model.Theta)
		spec := x.Model.Spec
		spec.Terms = g.Model.Spec.Terms
		m, err := model.With(spec, g.Model.Theta)
		if err != nil {
			return x, err
		}
		if far, err := tooFar(ctx, o, m, x); err != nil {
			return x, err
		} else if far {
			continue
		}
		y, err := o.Sparing(x, m).Again(ctx, m, x)
		if err != nil {
			return x, err
		}
		if o.Serves(x, y) {
			return o.Prune(ctx, y)
		}
	}
	return x, nil
}

// mostFar is the score, over that of x, from which on a shorter formula is not shot with where x leaves more than the
// noise; not tuned.
const mostFar = 3

// tooFar says whether m predicts held-out motion so much worse than x, whose own errors rule, that shooting would not
// make up for it. Where there is only noise, it may: what is left of a formula of x then is little to shooting.
func tooFar(ctx context.Context, o *train.Identification, m *model.Model[float64], x train.Identified) (bool, error) {
	if x.Score < downToNoise {
		return false, nil
	}
	y, err := o.Score(ctx, m)
	return y.Score > mostFar*x.Score, err
}

// sameMeans says whether the powers in a sum of terms are of the same distances in another model.
func sameMeans(a, b *model.Model[float64]) bool {
	for _, ts := range a.Spec.Terms {
		for _, t := range ts {
			for i, k := range t.Of {
				if t.Function == model.Power && k != 0 && a.Spec.Coordinates[i].Mean != b.Spec.Coordinates[i].Mean {
					return false
				}
			}
		}
	}
	return true
}

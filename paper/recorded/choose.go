package recorded

import (
	"context"

	"lagrange"
	"lagrange/filter"
)

// mostInside is about how many windows there are at most in what is learned from; not tuned.
const mostInside = 50

// inside are windows in what is learned from. Their starts are found in rows of the same stretch, half a horizon of
// them at least. They begin a fifth of a horizon apart, or further where the stretches have room for mostInside.
func (r *recording) inside(p parts) (ws []window) {
	all, room := recordingsOf(p.learn), 0.0
	first := func(t []float64) int { return max(leastRows-1, row(t, t[0]+r.horizon/2)) }
	for _, w := range all {
		if k := first(w.T); k < len(w.T) {
			room += max(0, w.T[len(w.T)-1]-w.T[k]-r.horizon)
		}
	}
	apart := max(r.horizon/5, room/mostInside)
	for _, w := range all {
		for k := first(w.T); k < len(w.T); {
			last := row(w.T, w.T[k]+r.horizon)
			if w.T[last]-w.T[k] < r.horizon-0.5*(w.T[1]-w.T[0]) {
				break
			}
			ws = append(ws, window{w, row(w.T, w.T[k]-before), k, last})
			k = max(k+1, row(w.T, w.T[k]+apart))
		}
	}
	return ws
}

// choose is the way to find starts, without the model or through it, from which the model predicts the motion that it
// has learned from better; through it, as lagrange eval begins, where no stretch is long enough to tell.
func (r *recording) choose(ctx context.Context, m *lagrange.Model, p parts, noise filter.Noise) (string, error) {
	if p.windows = r.inside(p); len(p.windows) == 0 {
		return through, nil
	}
	without, err := r.from(ctx, m, p, r.without(p, filtered))
	if err != nil {
		return "", err
	}
	b, err := r.throughModel(ctx, m, p, noise)
	if err != nil {
		return "", err
	}
	with, err := r.from(ctx, m, p, b)
	if with.Over < without.Over {
		return through, err
	}
	return filtered, err
}

// from are the errors of a model from starts of all windows.
func (r *recording) from(ctx context.Context, m *lagrange.Model, p parts, b beginning) (Error, error) {
	motions, err := r.rolled(ctx, m, p, b)
	if err != nil {
		return Error{}, err
	}
	return r.scored(p.windows, motions)
}

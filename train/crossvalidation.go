package train

import (
	"context"
	"slices"

	"lagrange/internal/par"
	"lagrange/model"
)

const (
	// fewStretches is how many stretches have to be held out for them alone to select. Of 6 s of a motor-driven
	// pendulum three of a quarter of a second were, one of them at rest: the friction that they chose left 0.024 rad a
	// quarter of a second ahead, and that of cross-validation 0.005 (lagrange reproduce recorded).
	fewStretches = 8
	// numbersPerParameter is how many numbers a parameter is learned from at least for what is learned from to select.
	numbersPerParameter = 20
	folds               = 6 // of cross-validation, at most; not tuned
	// nearNoise is a score below which nothing is to be made up for: of n numbers for each parameter a part 1/n of the
	// noise is learned by heart.
	nearNoise = 1.25
)

// selection is the motion that selects: what is held out and, where that is little and the parameters are few, what is
// learned from as well. The losses of the latter are too low, which cross-validation makes up for.
func (o *Identification) selection(m *model.Model[float64]) *Measured {
	numbers := 0
	for _, e := range o.Learn.Of {
		numbers += o.Learn.D * len(e.T)
	}
	if len(o.Held.Segments(o.within(HeldSwings))) >= fewStretches || numbers < numbersPerParameter*len(m.Theta) ||
		len(o.Learn.Of) < 2 {
		return o.Held
	}
	return &Measured{D: o.Held.D, M: o.Held.M, Parts: max(o.Held.Parts, o.Learn.Parts),
		Of: append(append([]Measurement(nil), o.Held.Of...), o.Learn.Of...)}
}

// OnHeld is the score of a model on what is held out alone, whatever selects.
func (o *Identification) OnHeld(x Identified) float64 { return geometric(o.onHeld(x)) }

// onHeld are the logarithms of the losses of what is held out alone.
func (o *Identification) onHeld(x Identified) []float64 {
	return x.Log[:len(o.Held.Segments(o.within(HeldSwings)))]
}

// WorseOnHeld says whether x predicts what is held out alone, whatever selects, worse than y does: of many stretches by
// more than chance.
func (o *Identification) WorseOnHeld(x, y Identified) bool {
	a, b := o.onHeld(x), o.onHeld(y)
	return geometric(a) > geometric(b) && (len(a) < fewStretches || !Tied(a, b))
}

// crossValidated are those weak initialisations of m that are to be chosen from, their scores made up for by
// cross-validation where they rest on what was learned from.
func (o *Identification) crossValidated(ctx context.Context, team *par.Team, m *model.Model[float64],
	all []Identified) ([]Identified, error) {
	if o.selection(m) == o.Held {
		return all, nil
	}
	best := slices.MinFunc(all, byScore)
	if best.Score < nearNoise {
		return all, nil
	}
	var kept []Identified // of each half-length one
	for _, half := range weakHalves {
		some := slices.DeleteFunc(slices.Clone(all), func(x Identified) bool { return x.Half != half*o.Swing })
		if len(some) == 0 {
			continue
		}
		x := strongest(some)
		if err := o.crossValidate(ctx, team, m, &x); err != nil {
			return nil, err
		}
		kept = append(kept, x)
	}
	return kept, nil
}

// crossValidate finds by how much the losses of the stretches that x was learned from are too low: the weak
// initialisation of m with the half-length and the ridge of x, without the recordings of a fold, predicts these. Where
// it has none, the fold stays as it is.
func (o *Identification) crossValidate(ctx context.Context, team *par.Team, m *model.Model[float64],
	x *Identified) error {
	all, first, K := o.selection(m), len(o.Held.Of), min(folds, len(o.Learn.Of))
	segments := all.Segments(o.within(HeldSwings))
	x.Optimism = make([]float64, len(x.Log))
	for fold := range K {
		rest := &Measured{D: o.Learn.D, M: o.Learn.M, Parts: o.Learn.Parts}
		for i, e := range o.Learn.Of {
			if i%K != fold {
				rest.Of = append(rest.Of, e)
			}
		}
		y := m.Copy()
		w := &weakSolver{m: m.Copy(), o: rest, c: WeakOptions{Half: x.Half, Workers: o.workers()}}
		g, err := o.weak(ctx, Identified{Model: y, Half: x.Half, Ridge: x.Ridge}, w)
		w.close()
		if err != nil {
			return err
		}
		if !g.Done {
			continue
		}
		var places []int
		var out []Segment
		for i, s := range segments {
			if s.Of >= first && (s.Of-first)%K == fold {
				places, out = append(places, i), append(out, s)
			}
		}
		s, err := all.judged(ctx, y, team, out, o.Penalty)
		if err != nil {
			return err
		}
		for k, l := range s.logarithms() {
			x.Optimism[places[k]] = l - x.Log[places[k]]
		}
	}
	x.corrected()
	return nil
}

// corrected adds the optimism to the logarithms of the losses, and sets the score.
func (x *Identified) corrected() {
	for i, more := range x.Optimism {
		x.Log[i] += more
	}
	x.Score = geometric(x.Log)
}

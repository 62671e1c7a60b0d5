package fit

import (
	"context"
	"fmt"
	"strings"

	"lagrange/model"
	"lagrange/train"
)

// chooseTerms has a sum of terms found in the first library that is no worse than another one: a later one takes its
// place if the weak form predicts with it better beyond doubt what it has not learned from, or if the one before falls
// short, each with all friction that there is. Of seven recordings of a real pendulum with a motor the simplest library
// predicted held-out motion as well as the default one, or better (lagrange reproduce recorded). Once one that the
// names of coordinates speak for is down to the noise, no other one is tried. It returns the weak initialisation with
// what was chosen, if there was a choice and it has one.
func (f *problem) chooseTerms(ctx context.Context, o *train.Identification, s Options) (x train.Identified, err error) {
	if !model.FamilyOf(f.spec.Family).Netless || s.Terms != nil {
		return x, nil
	}
	var said []string
	chosen := library{}
	for _, l := range libraries {
		terms := l.terms(f)
		if n := model.Count(terms); n == 0 || n > mostTried ||
			x.Model != nil && (o.Over() || chosen.named && x.Score < downToNoise) {
			continue
		}
		y, err := f.weakWith(ctx, o, s, terms)
		if err != nil {
			return x, err
		}
		if y.Model == nil {
			continue
		}
		better := x.Model == nil || train.Clearly(y.Log, x.Log)
		if !better {
			if better, err = f.short(ctx, o, x, y); err != nil {
				return x, err
			}
		}
		said = append(said, fmt.Sprintf("%.3g with %s", y.Score, l.title))
		if better {
			x, chosen, f.spec.Terms = y, l, terms
		}
	}
	if x.Model != nil {
		f.plan.set("terms", "of "+chosen.title, "weak initialisation leaves, in mean squares of the noise, "+
			strings.Join(said, ", "))
	}
	return x, nil
}

// short says whether after shooting simple leaves more than the noise of what it learns from, where full comes down to
// it: of much noise, few and short stretches that are held out do not tell. Of a cart with a pendulum and σ = 0.1 m
// and rad two motions were off by 1.00 and 0.93, what was learned from by 1.8 and 1.0 (lagrange reproduce explain).
func (f *problem) short(ctx context.Context, o *train.Identification, simple, full train.Identified) (bool, error) {
	if full.Score >= downToNoise || full.Score > mayFall*simple.Score || o.Over() {
		return false, nil
	}
	x, err := o.Shoot(ctx, simple)
	if err != nil || left(x) < downToNoise {
		return false, err
	}
	y, err := o.Shoot(ctx, full)
	return err == nil && left(y) < downToNoise && o.Worth(x, y), err
}

// mayFall is the score, over that of the simplest library, from which on nothing speaks for the default one; not tuned.
const mayFall = 0.98

// left is what a model leaves of what it learns from, with the longest segments that it follows; 0 without shooting.
func left(x train.Identified) (loss float64) {
	for _, l := range x.Lengths {
		if l.Followed {
			loss = l.Loss
		}
	}
	return loss
}

// ofDefault is the choice of the default library.
const ofDefault = "of " + defaultLibrary

// finer is x or, where that has the default library and leaves more than the noise, a sum of terms of the finer one: if
// what was learned from is so much likelier that the terms are worth it, and held-out motion is predicted no worse.
// The weak form would not tell: of a real pendulum the few stretches held out were off by 5.9 for 6.5 after it, and by
// 4.9 for 6.3 after shooting (lagrange reproduce recorded).
func (f *problem) finer(ctx context.Context, o *train.Identification, s Options,
	x train.Identified) (train.Identified, error) {
	was := f.plan.Line("terms")
	if was.Choice != ofDefault || x.Score < downToNoise || o.Over() {
		return x, nil
	}
	terms := x.Model.Spec.FinerTerms()
	y, err := f.shotWith(ctx, o.Against(x), s, x, terms)
	if err != nil || y.Model == nil {
		return x, err
	}
	choice, before := was.Choice, x.Score
	if o.Worth(x, y) {
		x, choice, f.spec.Terms = y, "of the finer library", terms
	}
	f.plan.set("terms", choice, fmt.Sprintf("%s; the finer library leaves %.3g for %.3g after shooting", was.Reason,
		y.Score, before))
	return x, nil
}

// shotWith is what comes of another library with all else as in x, forces that x does without included.
func (f *problem) shotWith(ctx context.Context, o *train.Identification, s Options, x train.Identified,
	terms [][]model.Term) (train.Identified, error) {
	spec := x.Model.Spec
	spec.Terms, spec.Absent = terms, nil
	net, err := model.New[float64](spec, s.Seed)
	if err != nil {
		return train.Identified{}, err
	}
	return o.Again(ctx, net, train.Identified{})
}

// weakWith is the weak initialisation with a library.
func (f *problem) weakWith(ctx context.Context, o *train.Identification, s Options, terms [][]model.Term) (
	x train.Identified, err error) {
	net, err := f.rubbed(terms, s)
	if err != nil {
		return x, err
	}
	return o.Weak(ctx, net)
}

package fit

import (
	"context"
	"fmt"

	"lagrange/model"
	"lagrange/train"
)

// chooseTerms has a sum of terms found in the simplest library, unless the weak form predicts with the default one
// better beyond doubt what it has not learned from, or the simplest one falls short, each with all friction that there
// is: of seven recordings of a real pendulum with a motor the simplest one predicted held-out motion as well or better
// (lagrange reproduce recorded). It returns the weak initialisation with what was chosen, if there was a choice and it
// has one.
func (f *problem) chooseTerms(ctx context.Context, o *train.Identification, s Options) (x train.Identified, err error) {
	if !model.FamilyOf(f.spec.Family).Netless || s.Terms != nil {
		return x, nil
	}
	simple, err := f.weakWith(ctx, o, s, f.spec.SimplestTerms())
	if err != nil {
		return x, err
	}
	full, err := f.weakWith(ctx, o, s, f.spec.DefaultTerms())
	if err != nil || simple.Model == nil {
		return full, err // found in the default library, or nowhere
	}
	x = simple
	choice, better := ofSimplest, full.Model != nil && train.Clearly(full.Log, simple.Log)
	if full.Model != nil && !better {
		if better, err = f.short(ctx, o, simple, full); err != nil {
			return x, err
		}
	}
	if f.spec.Terms = f.spec.SimplestTerms(); better {
		x, choice, f.spec.Terms = full, ofDefault, f.spec.DefaultTerms()
	}
	reason := fmt.Sprintf("weak initialisation leaves, in mean squares of the noise, %.3g with the simplest",
		simple.Score)
	if full.Model != nil {
		reason += fmt.Sprintf(", %.3g with the default", full.Score)
	}
	f.plan.set("terms", choice, reason)
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

const ofSimplest, ofDefault = "of the simplest library", "of the default library"

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

package fit

import (
	"context"
	"fmt"

	"lagrange/model"
	"lagrange/train"
)

// chooseTerms has a sum of terms found in the simplest library, unless the weak form predicts with the default one
// better beyond doubt what it has not learned from, each with all friction that there is: of seven recordings of a real
// pendulum with a motor the simplest one predicted held-out motion as well or better (lagrange reproduce recorded).
func (f *problem) chooseTerms(ctx context.Context, o *train.Identification, s Options) error {
	if !model.FamilyOf(f.spec.Family).Netless || s.Terms != nil {
		return nil
	}
	simple, err := f.weakWith(ctx, o, s, f.spec.SimplestTerms())
	if err != nil {
		return err
	}
	full, err := f.weakWith(ctx, o, s, f.spec.DefaultTerms())
	if err != nil || simple.Model == nil {
		return err // found in the default library, or nowhere
	}
	choice := "of the simplest library"
	if f.spec.Terms = f.spec.SimplestTerms(); full.Model != nil && train.Clearly(full.Log, simple.Log) {
		choice, f.spec.Terms = "of the default library", f.spec.DefaultTerms()
	}
	reason := fmt.Sprintf("weak initialisation leaves, in mean squares of the noise, %.3g with the simplest",
		simple.Score)
	if full.Model != nil {
		reason += fmt.Sprintf(", %.3g with the default", full.Score)
	}
	f.plan.set("terms", choice, reason)
	return nil
}

// weakWith is the weak initialisation with a library.
func (f *problem) weakWith(ctx context.Context, o *train.Identification, s Options, terms [][]model.Term) (
	x train.Identified, err error) {
	spec := f.spec
	if spec.Terms = terms; f.freeFriction() {
		spec.Friction = model.AllFriction
	}
	net, err := model.New[float64](spec, s.Seed)
	if err != nil {
		return x, err
	}
	return o.Weak(ctx, net)
}

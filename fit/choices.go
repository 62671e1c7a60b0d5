package fit

import (
	"context"
	"fmt"
	"math"

	"lagrange/data"
	"lagrange/model"
	"lagrange/train"
)

// weak gives a net its weak initialisation. Where nothing was said of friction, it is the simplest kind that held-out
// motion asks for; and forces are held between rows where that predicts it better beyond doubt.
func (f *problem) weak(ctx context.Context, o *train.Identification, net *model.Model[float64], s Options) (
	x train.Identified, err error) {
	kinds := []*model.Model[float64]{net}
	if f.freeFriction() {
		kinds = nil
		for _, k := range []model.Friction{model.NoFriction, model.Viscous, model.Both} {
			spec := f.spec
			spec.Friction = k
			m, err := model.New[float64](spec, s.Seed)
			if err != nil {
				return x, err
			}
			kinds = append(kinds, m)
		}
	}
	if x, err = o.Simplest(ctx, kinds); err != nil || x.Model == nil || !f.freeForces() {
		return x, err
	}
	for i := range kinds {
		kinds[i] = otherwise(kinds[i])
	}
	y, err := o.Simplest(ctx, kinds)
	if err == nil && y.Model != nil && y.Score < x.Score && !train.Tied(x.Log, y.Log) {
		return y, nil
	}
	return x, err
}

// otherwise is a model whose forces are held from row to row where they went by straight lines, and the reverse.
func otherwise(m *model.Model[float64]) *model.Model[float64] {
	m = m.Copy()
	m.Spec.Inputs = append([]model.Input(nil), m.Spec.Inputs...)
	for j := range m.Spec.Inputs {
		in := &m.Spec.Inputs[j]
		in.Held = !in.Held && !in.SystemParameter
	}
	return m
}

// freeFriction says whether friction is to be chosen.
func (f *problem) freeFriction() bool {
	return f.s.Friction == "" && !model.FamilyOf(f.spec.Family).Bare
}

// freeForces says whether it is to be found how known forces go between rows: by straight lines, or each sample is kept
// until the next, as the commands of a controller do.
func (f *problem) freeForces() bool { return len(f.set.Forces()) > 0 && f.s.Held == nil }

// held has forces go otherwise between rows if that is likelier.
func (f *problem) held(ctx context.Context, o *train.Identification, x train.Identified) (train.Identified, error) {
	if !f.freeForces() || len(x.Model.Linear()) == 0 {
		return x, nil
	}
	y, err := o.Weak(ctx, otherwise(x.Model))
	if err == nil && y.Model != nil {
		y, err = o.Shoot(ctx, y)
	}
	if err != nil || x.Likelier(y, o) < likelier {
		return x, err
	}
	return y, nil
}

// decided writes into the plan what the motion has decided.
func (f *problem) decided(x train.Identified) {
	if f.freeFriction() {
		f.plan.set("friction", string(x.Model.Spec.Friction), "the simplest that held-out motion asks for")
	}
	if f.freeForces() {
		choice := "straight lines between rows"
		for _, u := range x.Model.Spec.Inputs {
			if u.Held {
				choice = "held from row to row"
			}
		}
		f.plan.set("forces", choice, "the likelier")
	}
	f.plan.set("initial guess", fmt.Sprintf("weak initialisation: bumps of ±%.2g %s, ridge %.0e", x.Half, f.set.TimeUnit(),
		x.Ridge), "selected by held-out motion")
}

// longer is the horizon of a recording of positions where none was asked for: a little more than its fastest swing, so
// that what is held out shows a whole one, if the recording is as long as that needs; else it is as it was.
func longer(set *data.Set, own float64, found Findings) float64 {
	h := heldSwings * found.RowsBySwing * found.Step
	if !(h > own) {
		return own
	}
	digits := math.Pow(10, math.Floor(math.Log10(h))-1)
	h = digits * math.Round(h/digits)
	if _, err := set.Split(h); err != nil {
		return own
	}
	return h
}

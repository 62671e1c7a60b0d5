package fit

import (
	"context"
	"fmt"
	"math"

	"lagrange/data"
	"lagrange/model"
	"lagrange/train"
)

// chooseForces has forces held between rows from the beginning if the weak form, with all friction that there is,
// predicts held-out motion better so beyond doubt: what else is chosen rests on it. x is the weak initialisation of
// forces as they are, if the choice of terms has made it.
func (f *problem) chooseForces(ctx context.Context, o *train.Identification, s Options, x train.Identified) error {
	if !f.freeForces() || model.FamilyOf(f.spec.Family).Linear == nil {
		return nil
	}
	net, err := f.rubbed(f.spec.Terms, s)
	if err != nil {
		return err
	}
	other := otherwise(net)
	if x.Model == nil {
		if x, err = o.Weak(ctx, net); err != nil || x.Model == nil {
			return err
		}
	}
	y, err := o.Weak(ctx, other)
	if err == nil && y.Model != nil && y.Score < x.Score && !train.Tied(x.Log, y.Log) {
		f.spec.Inputs = other.Spec.Inputs
	}
	return err
}

// rubbed is a network before training, with the given terms and all friction that there is where that is to be chosen.
func (f *problem) rubbed(terms [][]model.Term, s Options) (*model.Model[float64], error) {
	spec := f.spec
	if spec.Terms = terms; f.s.freeFriction() {
		spec.Friction = model.AllFriction
	}
	return drawn(spec, s.Seed)
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

// freeForces says whether it is to be found how known forces go between rows: by straight lines, or each sample is kept
// until the next, as the commands of a controller do.
func (f *problem) freeForces() bool { return len(f.set.Forces()) > 0 && f.s.Held == nil }

// held has forces go otherwise between rows if that is likelier.
func (f *problem) held(ctx context.Context, o *train.Identification, x train.Identified) (train.Identified, error) {
	if !f.freeForces() || len(x.Model.Linear()) == 0 {
		return x, nil
	}
	y, err := o.Again(ctx, otherwise(x.Model), x)
	if err != nil || x.Likelier(y, o) < likelier {
		return x, err
	}
	return y, nil
}

// forcesGo writes into the plan how forces go between rows, and lists those that are held.
func (f *problem) forcesGo(inputs []model.Input) (held []string) {
	held, choice := []string{}, "straight lines between rows"
	for _, u := range inputs {
		if u.Held {
			held, choice = append(held, u.Name), "held from row to row"
		}
	}
	f.plan.set("forces", choice, "the likelier")
	return held
}

// decided writes into the plan what the motion has decided.
func (f *problem) decided(x train.Identified) {
	if f.freeForces() {
		f.forcesGo(x.Model.Spec.Inputs)
	}
	f.plan.set("initial guess", fmt.Sprintf("weak initialisation: bumps of ±%.2g %s, ridge %.0e", x.Half,
		f.set.TimeUnit(),
		x.Ridge), "selected by held-out motion")
}

// longer is the horizon where none was asked for: of a recording of positions a little more than its fastest swing, so
// that what is held out shows a whole one, of others a part of it at least, however often it was recorded in that time;
// if the recording is as long as that needs. Else it is as it was.
func longer(set *data.Set, s Options, found Recording) float64 {
	own, h := s.horizon(set), train.HeldSwings*found.RowsBySwing*found.Step
	if !bare(set) {
		h = min(heldPart*found.RowsBySwing*found.Step, ninth(set))
	}
	if !(h > own) || !bare(set) && !(h > muchMore*own) || set.States() {
		return own
	}
	digits := math.Pow(10, math.Floor(math.Log10(h))-1)
	h = digits * math.Round(h/digits)
	if _, err := set.Split(h, !s.Apart); err != nil {
		return own
	}
	return h
}

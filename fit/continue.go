package fit

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"lagrange/data"
	"lagrange/model"
	"lagrange/train"
)

// continued fills in, of a training that goes on from a finished model, what that was trained with and nothing else is
// said of. What cannot change is refused: it would be another model.
func (s Options) continued(set *data.Set) (Options, error) {
	if s.Like != nil {
		was := s.Like[0].Record
		if n := max(1, s.Ensemble); n > len(s.Like) || len(was.Paces) == 0 && was.Objective != Motion {
			return s, fmt.Errorf("the steps of %d networks, and %d are to be trained, or none were noted: give a "+
				"number of steps", len(s.Like), n)
		}
		if s.Budget = 0; len(was.Paces) > 0 { // no budget decides on the steps of shooting
			s.Steps = was.Paces[0].Steps
		}
	}
	if s.From == nil {
		return s, nil
	}
	r, spec := s.From[0].Record, s.From[0].Net.Spec
	if set.D() != spec.D() || set.M() != spec.M() {
		return s, fmt.Errorf("the recording has %d coordinates and %d inputs, the model to go on from %d and %d",
			set.D(), set.M(), spec.D(), spec.M())
	}
	another := s.another(spec)
	switch members := len(s.From); {
	case s.Model != "" && s.Model != spec.Family:
		return s, fmt.Errorf("the model to go on from is %s, not %s", spec.Family, s.Model)
	case another != "":
		return s, fmt.Errorf("%s than the model to go on from has: it keeps its net, terms, forces and topology; "+
			"leave that out, or train anew", another)
	case s.Ensemble > 1 && s.Ensemble != members:
		return s, fmt.Errorf("the model to go on from has %d networks, not %d", members, s.Ensemble)
	default:
		s.Ensemble = members
	}
	keep := func(to *string, was string) {
		if *to == "" {
			*to = was
		}
	}
	s.Model, s.Hidden, s.Head, s.Activation, s.Friction = spec.Family, spec.Hidden, spec.Head, spec.Activation,
		spec.Friction
	s.Cyclic, s.Held, s.Delay, s.Terms, s.Graph = nil, nil, nil, nil, Graph{}
	if spec.Nodes != nil {
		s.Graph.Site = spec.Nodes.Size
	}
	keep(&s.Objective, r.Objective)
	keep(&s.Loss, r.Loss)
	keep(&s.Method, r.Method)
	if s.Horizon == 0 {
		s.Horizon = r.Horizon
	}
	if s.Window == 0 {
		s.Window = r.Window
	}
	if s.Method == r.Method { // another one has its own
		s.Batch, s.Rate = cmp.Or(s.Batch, r.Batch), cmp.Or(s.Rate, r.Rate)
	}
	return s, nil
}

// another says what was asked for that the model to go on from has not, "" where it has all. Friction that was found
// and terms that were dropped may be asked for again: successive halving repeats the flags of the training before.
func (s Options) another(spec model.Spec) string {
	var cyclic, held []string
	late := false
	for _, c := range spec.Coordinates {
		if c.Cyclic {
			cyclic = append(cyclic, c.Name)
		}
	}
	for _, u := range spec.Inputs {
		if u.Held {
			held = append(held, u.Name)
		}
		late = late || s.Delay != nil && !u.SystemParameter && u.Delay != *s.Delay
	}
	for _, k := range []struct {
		differs bool
		what    string
	}{
		{s.Hidden != nil && !slices.Equal(s.Hidden, spec.Hidden), "other hidden layers"},
		{s.Head != "" && s.Head != cmp.Or(spec.Head, model.Plain), "another head"},
		{s.Activation != "" && s.Activation != spec.Activation, "another activation"},
		{s.Friction != "" && s.Friction != AutoFriction && s.Friction != cmp.Or(spec.Friction, model.NoFriction),
			"other friction"},
		{s.Cyclic != nil && !same(s.Cyclic, cyclic), "other ignorable coordinates"},
		{s.Held != nil && !same(s.Held, held), "other forces held"},
		{late, "another delay"},
		{s.Terms != nil && !within(spec, s.Terms), "other terms"},
		{s.Graph.Shape != "" && (spec.Nodes == nil || string(s.Graph.Shape) != spec.Nodes.Shape), "another topology"},
	} {
		if k.differs {
			return k.what
		}
	}
	return ""
}

// same says whether two lists name the same.
func same(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

// within says whether all terms of a model are among those that texts name.
func within(spec model.Spec, texts []string) bool {
	asked, err := spec.TermsOf(texts)
	if err != nil || len(asked) != len(spec.Terms) {
		return false
	}
	for o, terms := range spec.Terms {
		for _, t := range terms {
			if !slices.ContainsFunc(asked[o], t.Equal) {
				return false
			}
		}
	}
	return true
}

// goesOn notes what member j of the models to go on from was trained on, if there are any.
func (r *Record) goesOn(from []Network, j int) {
	if from != nil {
		was := from[j].Record
		r.Before = append(slices.Clone(was.Before), was.Data)
	}
}

// onward shoots with a model as it is; terms, friction, and how forces go stay.
func onward(ctx context.Context, o *train.Identification, m *model.Model[float64]) (train.Identified, error) {
	x, err := o.Score(ctx, m.Copy())
	if err == nil {
		x, err = o.Shoot(ctx, x)
	}
	if err == nil {
		x, err = o.All(ctx, x)
	}
	return x, err
}

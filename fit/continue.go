package fit

import (
	"context"
	"errors"
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
	switch members := len(s.From); {
	case s.Model != "" && s.Model != spec.Family:
		return s, fmt.Errorf("the model to go on from is %s, not %s", spec.Family, s.Model)
	case s.Hidden != nil || s.Head != "" || s.Activation != "" || s.Friction != "" || s.Cyclic != nil ||
		s.Held != nil || s.Delay != nil || s.Terms != nil || s.Graph.Shape != "":
		return s, errors.New("a model that goes on keeps its net, terms, head, activation, friction, topology and " +
			"ignorable coordinates: leave these out, or train anew")
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
	if s.Batch == 0 {
		s.Batch = r.Batch
	}
	if s.Rate == 0 {
		s.Rate = r.Rate
	}
	return s, nil
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

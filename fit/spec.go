package fit

import (
	"fmt"
	"math"
	"slices"

	"lagrange/data"
	"lagrange/model"
)

// specOf describes the model: coordinates as recorded, scales from the training data.
func specOf(set, learn *data.Set, s Options) (model.Spec, error) {
	if s.From != nil {
		return s.From[0].Net.Spec, nil
	}
	spec := model.Spec{Family: s.Model, Hidden: s.Hidden, Activation: s.Activation, Friction: s.Friction, Head: s.Head,
		Kinetic: 1, TimeUnit: set.TimeUnit()}
	if model.FamilyOf(s.Model).Bare || s.Friction == AutoFriction {
		spec.Friction = ""
	}
	sc := learn.Scales()
	for i, c := range learn.Coordinates {
		k := model.Coordinate{
			Name: c.Name, Unit: c.Unit, Velocity: c.Velocity, Period: c.Period,
			Cyclic: slices.Contains(s.Cyclic, c.Name),
			Mean:   sc.Mean[i], Scale: sc.Q[i], Speed: sc.V[i], Accel: sc.A[i],
		}
		if c.Period > 0 {
			k.Mean, k.Scale = 0, c.Period/(2*math.Pi)
		} else if k.Cyclic {
			k.Scale = k.Speed * s.Horizon // how far it goes: where it is means nothing
		}
		spec.Coordinates = append(spec.Coordinates, k)
	}
	for j, u := range set.Inputs {
		spec.Inputs = append(spec.Inputs, model.Input{
			Name: u, Unit: unitOf(set, u), Scale: sc.U[j], Mean: sc.UMean[j], SystemParameter: j >= len(set.Forces()),
			Held: slices.Contains(s.Held, u),
		})
		if in := &spec.Inputs[j]; s.Delay != nil && !in.SystemParameter {
			in.Delay = *s.Delay
		}
	}
	for _, name := range s.Held {
		if !slices.Contains(set.Forces(), name) {
			return spec, fmt.Errorf("no force %q to be held; there are %v", name, set.Forces())
		}
	}
	for _, name := range s.Cyclic {
		if !slices.ContainsFunc(set.Coordinates, func(c data.Coordinate) bool { return c.Name == name }) {
			return spec, fmt.Errorf("no coordinate %q to be cyclic; there are %v", name, names(set))
		}
	}
	spec.Natural = s.natural(set)
	if model.FamilyOf(s.Model).Netless {
		spec.Terms = spec.DefaultTerms()
	}
	if s.Terms != nil {
		var err error
		if spec.Terms, err = spec.TermsOf(s.Terms); err != nil {
			return spec, err
		}
	}
	return sited(spec, learn, s.Graph)
}

func names(set *data.Set) (n []string) {
	for _, c := range set.Coordinates {
		n = append(n, c.Name)
	}
	return
}

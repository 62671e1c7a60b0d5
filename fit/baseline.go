package fit

import (
	"lagrange/data"
	"lagrange/model"
	"lagrange/train"
)

// Baseline is how the plain network beside a model is trained, which is what the model is measured against: from the
// same recording, by the same method from the same features of the state, and through the same stages wherever these
// have a meaning without a Lagrangian. Of s count what was asked for the model, but for its family, head, friction,
// width and topology, and Budget, which is that of the baseline.
func Baseline(set *data.Set, s Options, beside Network) Options {
	s.Model, s.Head, s.Friction, s.Ensemble, s.Graph, s.Beside = BaselineModel, "", "", 1, Graph{}, &beside
	s.Terms = nil
	if o, err := objectiveOf(s.Objective); err == nil && o.inverse {
		s.Objective = ""
	}
	if o, err := s.objective(set); err == nil && o == beside.Record.Objective && s.From == nil && s.Method == "" {
		if s.Method = beside.Record.Method; s.Method == "" {
			s.Method = train.Adam
		}
	}
	return s
}

// sees gives the coordinates of a baseline the features that those of the model beside it have.
func sees(spec model.Spec, beside *Network) model.Spec {
	if beside == nil || beside.Net.Spec.D() != spec.D() {
		return spec
	}
	for i, c := range beside.Net.Spec.Coordinates {
		spec.Coordinates[i].Knee, spec.Coordinates[i].SpeedKnee = c.Knee, c.SpeedKnee
	}
	return spec
}

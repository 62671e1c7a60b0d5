package lagrange

import (
	"context"

	"lagrange/data"
	"lagrange/model"
	"lagrange/train"
)

// FitBaseline learns the plain network beside a model, which is what the model is measured against: from the same recording, by the same method from
// the same features of the state, and through the same stages wherever these have a meaning without a Lagrangian. Of s count what was asked for
// the model, but for its family, head, friction, width and topology, and Budget, which is that of the baseline.
func FitBaseline(ctx context.Context, set *data.Set, s Settings, beside *Model) (*Model, error) {
	s.Model, s.Head, s.Friction, s.Ensemble, s.Graph, s.beside = "nn", "", "", 1, Graph{}, beside
	if s.Objective == Torque {
		s.Objective = "" // it has no inverse dynamics
	}
	if o, err := s.objective(set); err == nil && o == beside.Record.Objective && s.From == nil && s.Method == "" {
		s.Method = beside.method()
	}
	return Fit(ctx, set, s)
}

// method is that by which a model was trained.
func (m *Model) method() string {
	if m.Record.Method == "" {
		return train.Adam
	}
	return m.Record.Method
}

// sees gives the coordinates of a baseline the features that those of the model beside it have.
func sees(spec model.Spec, beside *Model) model.Spec {
	if beside == nil || beside.D() != spec.D() {
		return spec
	}
	for i, c := range beside.net.Spec.Coordinates {
		spec.Coordinates[i].Knee, spec.Coordinates[i].SpeedKnee = c.Knee, c.SpeedKnee
	}
	return spec
}

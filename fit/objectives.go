package fit

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"lagrange/data"
	"lagrange/model"
	"lagrange/train"
)

// An objective is something that models learn from. A new one is a file with a value of this type, and a line in
// objectives.
type objective struct {
	name string
	// needs says why a model cannot learn so from a recording, and the way out; nil: any model can from any recording.
	needs func(set *data.Set, s Options) error
	// losses are those of what is learned from and of what is held out.
	losses func(a *run) (learn, valid train.Objective[float64], err error)
	// inverse says that it asks for inverse dynamics: a network of accelerations alone has none.
	inverse bool
}

var objectives = []objective{
	fromAccelerations,
	fromWindows,
	fromTorques,
	fromMotion,
	fromSmoothed,
}

// Objectives lists what a model can learn from.
func Objectives() (names []string) {
	for _, o := range objectives {
		names = append(names, o.name)
	}
	return names
}

// objectiveOf finds an objective by its name; the error lists the names.
func objectiveOf(name string) (objective, error) {
	for _, o := range objectives {
		if o.name == name {
			return o, nil
		}
	}
	return objective{}, fmt.Errorf("no objective %q; there are %v", name, Objectives())
}

// objective resolves Options.Objective for a recording: accelerations where they are recorded, else windows.
func (s Options) objective(set *data.Set) (string, error) {
	if bare(set) {
		return s.onPositions(set)
	}
	if set.States() && (slices.Contains([]string{Windows, Motion, SmoothedMotion}, s.Objective) ||
		model.FamilyOf(s.Model).Rollouts) {
		return "", errors.New("rows are states on their own, and no motion leads from one to the next: learn from " +
			"accelerations, which a Neural ODE does not; leave out --objective and --model")
	}
	if s.Objective == "" {
		switch {
		case s.smooths(set):
			return SmoothedMotion, nil
		case s.shoots(set):
			return Motion, nil
		}
		if set.HasAccelerations() && !model.FamilyOf(s.Model).Rollouts {
			return Accelerations, nil
		}
		return Windows, nil
	}
	o, err := objectiveOf(s.Objective)
	if err == nil && o.needs != nil {
		err = o.needs(set, s)
	}
	if err != nil {
		return "", err
	}
	return s.Objective, nil
}

// needsAccelerations asks a recording for them, and a family to learn from more than windows, unlike a Neural ODE.
func needsAccelerations(set *data.Set, s Options) error {
	switch {
	case !set.HasAccelerations():
		return fmt.Errorf("the recording has no accelerations to learn from by the objective %s; name their columns "+
			"with --a, or leave out --objective", s.Objective)
	case model.FamilyOf(s.Model).Rollouts:
		return fmt.Errorf("a %s learns from windows; leave out --objective", model.Title(s.Model))
	}
	return nil
}

// OnPositions says whether a family learns from positions alone; "" is the default.
func OnPositions(family string) bool {
	return fromMotion.needs(nil, Options{Model: cmp.Or(family, DefaultModel)}) == nil
}

// bare says whether a recording has positions alone.
func bare(set *data.Set) bool { return len(set.Trajectories) > 0 && set.Trajectories[0].V == nil }

// onPositions is the objective of positions alone.
func (s Options) onPositions(set *data.Set) (string, error) {
	switch {
	case s.smooths(set):
		return SmoothedMotion, fromSmoothed.needs(set, s)
	case s.Objective != "" && s.Objective != Motion:
		return "", fmt.Errorf("the recording has no velocities, which the objective %s needs: leave it out, or name "+
			"their columns with --v, or have them estimated by --differentiate", s.Objective)
	}
	return Motion, fromMotion.needs(set, s)
}

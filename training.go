package lagrange

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"lagrange/data"
	"lagrange/fit"
	"lagrange/internal/file"
	"lagrange/model"
)

// Training learns a model of a recording and, beside it, the baseline that it is measured against, in one budget.
type Training struct {
	Settings Settings // of the model; Budget is that of all networks together. From, Like and Checkpoint are filled in
	Baseline bool     // a plain network is trained beside it, unless the model is one
	From     *Model   // a finished model to go on from, with its baseline if it has one; nil: none
	Like     *Model   // one whose numbers of steps are repeated, in place of Steps and Budget; nil: none
	Path     string   // of the model's file, beside which checkpoints stand; "": none
	// Members are models that this training has made already, each on its own: of the seeds that follow one another,
	// with a baseline beside the first one if there is to be one. Fit joins them to an ensemble; nil: it trains.
	Members []*Model
}

// Family is that of the model.
func (t Training) Family() string {
	if t.From != nil {
		return t.From.Spec().Family
	}
	return cmp.Or(t.Settings.Model, fit.DefaultModel)
}

// Budget is the time of all networks together; 0 where numbers of steps are given.
func (t Training) Budget() time.Duration {
	if t.Settings.Steps > 0 || t.Like != nil {
		return 0
	}
	return cmp.Or(t.Settings.Budget, fit.DefaultBudget)
}

// Check says what is wrong with the settings, whatever the recording; see fit.Options.Check.
func (t Training) Check() error { return t.Settings.Check() }

// parts are the settings of the model and of the baseline beside it. Of a budget each network has the same part.
func (t Training) parts() []Settings {
	s := t.Settings
	networks, with := max(1, s.Ensemble), t.Baseline && t.Family() != fit.BaselineModel
	if t.From != nil {
		s.From, s.Model = t.From.Networks(), t.Family()
		networks, with = len(s.From), t.Baseline && t.From.Baseline != nil
	}
	if t.Like != nil {
		s.Like = t.Like.Networks()
	}
	all := []Settings{s}
	if with {
		b := s
		b.Model, b.Ensemble, b.Like = fit.BaselineModel, 1, nil
		if t.From != nil {
			b.From = t.From.Baseline.Networks()
		}
		if t.Like != nil && t.Like.Baseline != nil {
			b.Like = t.Like.Baseline.Networks()
		}
		all = append(all, b)
	}
	each := t.Budget() / time.Duration(networks+len(all)-1)
	for i := range all {
		all[i].Budget, all[i].Total, all[i].Unasked = each, t.Budget(), t.Settings.Budget == 0
		if t.Path != "" {
			all[i].Checkpoint = t.Path + "." + cmp.Or(all[i].Model, fit.DefaultModel) + ".checkpoint"
		}
	}
	all[0].Budget = each * time.Duration(networks)
	return all
}

// on is the training on a recording: of very many coordinates there is no plain network.
func (t Training) on(set *data.Set) Training {
	if set.D() > model.MostColumns {
		t.Baseline = false
	}
	return t
}

// Fit learns the model and its baseline, if a plain network can have as many coordinates. When ctx ends first the error
// is ctx's, and a later call with Settings.Resume goes on from what Checkpoints lists.
func (t Training) Fit(ctx context.Context, set *data.Set) (m *Model, err error) {
	t = t.on(set)
	if t.Members != nil {
		return t.joined(ctx, set)
	}
	for _, s := range t.parts() {
		if m == nil {
			m, err = Fit(ctx, set, s)
		} else {
			s.Planned = nil
			m.Baseline, err = FitBaseline(ctx, set, s, m)
		}
		if err != nil {
			return nil, err
		}
	}
	return m, nil
}

// joined is the ensemble of models that were trained apart.
func (t Training) joined(ctx context.Context, set *data.Set) (*Model, error) {
	var apart []fit.Network
	for _, k := range t.Members {
		if k.Ensemble != nil {
			return nil, errors.New("these models are ensembles already: an ensemble is of single networks")
		}
		apart = append(apart, k.network())
	}
	m, err := learned(fit.Join(ctx, set, t.parts()[0], apart))
	if err != nil {
		return nil, err
	}
	m.Baseline = t.Members[0].Baseline
	return m, nil
}

// Made says whether a model is what this very training would make of a recording.
func (t Training) Made(m *Model, set *data.Set) bool {
	return m.Record.Run != "" && m.Record.Run == fit.Run(set, t.on(set).parts()[0])
}

// Checkpoints lists what an interrupted training has left, those of the network that came last at the end. The error
// names a file that is no checkpoint and stands where one would be written.
func (t Training) Checkpoints() (left []string, err error) {
	for _, s := range t.parts() {
		if s.Checkpoint == "" {
			continue
		}
		left = append(left, fit.Checkpoints(s.Checkpoint)...)
		if _, e := os.Stat(s.Checkpoint); e == nil && file.KindOf(s.Checkpoint) != "checkpoint" {
			return nil, fmt.Errorf("%s is no checkpoint, and has the name of one: name another model", s.Checkpoint)
		}
	}
	return left, nil
}

// Discard removes what Checkpoints lists, and what was about to be written.
func (t Training) Discard() {
	for _, s := range t.parts() {
		if s.Checkpoint != "" {
			fit.Discard(s.Checkpoint)
		}
	}
}

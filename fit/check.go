package fit

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"lagrange/model"
	"lagrange/model/graph"
	"lagrange/train"
)

// Check says what of the options is wrong whatever the recording, and the way out: words that are none, numbers out of
// range, what excludes each other. Train checks them too; a program does it before it reads hours of data.
func (o Options) Check() error {
	for _, w := range []struct {
		what, word string
		words      []string
	}{
		{"model", o.Model, model.Families()},
		{"objective", o.Objective, Objectives()},
		{"method", o.Method, train.Methods()},
		{"topology", string(o.Graph.Shape), words(graph.Shapes())},
		{"friction", string(o.Friction), words(Frictions())},
	} {
		if w.word != "" && !slices.Contains(w.words, w.word) {
			return fmt.Errorf("no %s %q; there are %s", w.what, w.word, strings.Join(w.words, ", "))
		}
	}
	if _, err := train.LookupPenalty(cmp.Or(o.Loss, defaultLoss)); err != nil {
		return err
	}
	if o.Steps < 0 || o.Window < 0 || o.Batch < 0 || o.Workers < 0 || o.Ensemble < 0 || o.Budget < 0 || o.Every < 0 ||
		!(o.Rate >= 0) || math.IsInf(o.Rate, 0) {
		return fmt.Errorf("settings out of range: steps %d, window %d, batch %d, workers %d, ensemble %d, budget %v, "+
			"rate %v; leave at zero what should have its default",
			o.Steps, o.Window, o.Batch, o.Workers, o.Ensemble, o.Budget, o.Rate)
	}
	if o.Terms != nil && o.From == nil && !model.FamilyOf(o.Model).Netless {
		return errors.New("terms are those of the model terms: name it")
	}
	if o.From != nil {
		return nil // what it is made of is that of the model
	}
	return o.trial().Check()
}

// trial is the smallest model of what was asked for. That of a family with nodes is one of their densities.
func (o Options) trial() model.Spec {
	s := model.Spec{
		Family: cmp.Or(o.Model, DefaultModel), Hidden: o.Hidden, Activation: cmp.Or(o.Activation, defaultActivation),
		Head: o.Head, Friction: o.Friction, Coordinates: []model.Coordinate{{Scale: 1, Speed: 1, Accel: 1}},
	}
	if s.Hidden == nil {
		s.Hidden = []int{1}
	}
	if o.Friction == AutoFriction {
		s.Friction = ""
	}
	switch f := model.FamilyOf(s.Family); {
	case f.Nodes:
		s.Family = DefaultModel
	case f.Netless:
		s.Hidden, s.Terms = o.Hidden, s.DefaultTerms()
	}
	return s
}

func words[W ~string](all []W) (names []string) {
	for _, w := range all {
		names = append(names, string(w))
	}
	return names
}

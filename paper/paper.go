// Package paper lists the experiments: those of Cranmer et al. 2020, and
// others on what a user gets. Each is a package of its own, in a folder below.
package paper

import (
	"fmt"
	"slices"
	"strings"

	"lagrange/experiment"
	"lagrange/paper/activations"
	"lagrange/paper/chains"
	"lagrange/paper/explain"
	"lagrange/paper/initialisation"
	"lagrange/paper/long"
	"lagrange/paper/noise"
	"lagrange/paper/optimisers"
	"lagrange/paper/pendulum"
	"lagrange/paper/planets"
	"lagrange/paper/recorded"
	"lagrange/paper/relativity"
	"lagrange/paper/seeds"
	"lagrange/paper/smalldata"
	"lagrange/paper/table"
	"lagrange/paper/wave"
)

// Experiments lists the experiments in the order of the page of results.
func Experiments() []experiment.Experiment {
	return []experiment.Experiment{
		pendulum.Experiment, pendulum.Families, pendulum.AsPublished, relativity.Experiment, wave.Experiment,
		chains.Experiment, noise.Experiment, noise.Clean, explain.Experiment, recorded.Experiment, planets.Experiment,
		long.Experiment, seeds.Experiment, smalldata.Experiment,
		optimisers.Experiment, initialisation.Experiment, activations.Experiment, table.Experiment,
	}
}

// Names lists the names of the experiments.
func Names() []string {
	var names []string
	for _, e := range Experiments() {
		names = append(names, e.Name)
	}
	return names
}

// Choosing is the experiment that has a choice of models.
func Choosing() experiment.Experiment {
	list := Experiments()
	return list[slices.IndexFunc(list, func(e experiment.Experiment) bool { return len(e.Models) > 0 })]
}

// Lookup finds an experiment by name; the error lists the names.
func Lookup(name string) (experiment.Experiment, error) {
	for _, e := range Experiments() {
		if e.Name == name {
			return e, nil
		}
	}
	return experiment.Experiment{}, fmt.Errorf("no experiment %q; there are %s, and all", name,
		strings.Join(Names(), ", "))
}

// Package paper lists the experiments: those of Cranmer et al. 2020, and others on what a user gets. Each is a package of
// its own, in a folder below.
package paper

import (
	"fmt"
	"strings"

	"lagrange/experiment"
)

// Experiments lists the experiments in the order of the page of results.
func Experiments() []experiment.Experiment {
	return []experiment.Experiment{doublePendulum, pendulumFamilies, paperRecipe, relativity, wave, beyond, planets, long, seeds, smallData, optimisers, initialisation, activations, properties}
}

// Names lists the names of the experiments.
func Names() []string {
	var names []string
	for _, e := range Experiments() {
		names = append(names, e.Name)
	}
	return names
}

// Lookup finds an experiment by name; the error lists the names.
func Lookup(name string) (experiment.Experiment, error) {
	for _, e := range Experiments() {
		if e.Name == name {
			return e, nil
		}
	}
	return experiment.Experiment{}, fmt.Errorf("no experiment %q; there are %s, and all", name, strings.Join(Names(), ", "))
}

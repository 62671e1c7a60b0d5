package train

import (
	"fmt"
	"math"
)

// Schedules lists the names of the schedules of the learning rate.
func Schedules() []string { return []string{"one-cycle", "paper"} }

// schedule returns the share of the largest rate at the fraction x ∈ (0, 1] of a run.
func schedule(name string) (func(x float64) float64, error) {
	switch name {
	case "one-cycle":
		return oneCycle, nil
	case "paper":
		return paper, nil
	}
	return nil, fmt.Errorf("no schedule %q; there are %v", name, Schedules())
}

// oneCycle warms up over the first tenth and then falls as a cosine to 1e-4 (after Smith & Topin 2019).
func oneCycle(x float64) float64 {
	const warm, last = 0.1, 1e-4
	if x < warm {
		return 0.04 + 0.96*x/warm
	}
	return last + (1-last)*(1+math.Cos(math.Pi*(x-warm)/(1-warm)))/2
}

// paper falls in three steps, 1, 0.3, 0.1, each a third of the run, as in the published code of Cranmer et al. 2020.
func paper(x float64) float64 {
	switch {
	case x <= 1./3:
		return 1
	case x <= 2./3:
		return 0.3
	}
	return 0.1
}

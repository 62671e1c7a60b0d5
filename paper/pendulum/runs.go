package pendulum

import (
	"context"
	"time"

	"lagrange/experiment"
)

// Runs of the double pendulum that take longer than its default, each with a place of its own on the page of results.

// Families is the double pendulum by every model.
var Families = experiment.Experiment{
	Name: "pendulum-models", Title: "Double pendulum, all models",
	About: `the double pendulum by every model, from three seeds (with --quick from one):
double-pendulum --models all --seeds 3.`,
	Full: 14 * time.Minute, Quick: 75 * time.Second,
	Run: func(ctx context.Context, s experiment.Settings) (experiment.Result, error) {
		each := 30 * time.Second
		s.Models, s.Seeds = []string{"all"}, 3
		if s.Quick {
			s.Seeds, each = 1, 6*time.Second
		}
		if s.Steps > 0 {
			s.Seeds = 1 // barely trained models roll out slowly, and one seed shows that all is well
		}
		if s.Budget == 0 {
			s.Budget = time.Duration(len(Models)*s.Seeds) * each
		}
		return reproduce(ctx, s)
	},
}

// paperSteps is that of the published run; its batches were of 512, those of the text are of 32.
const paperSteps = 600_000

// AsPublished is the double pendulum by the paper's networks, trained as there.
var AsPublished = experiment.Experiment{
	Name: "paper-recipe", Title: "Double pendulum, the paper's recipe",
	About: `the double pendulum by the two networks of the paper as its text trains them,
for 600,000 steps of 32 states each (with --quick for some seconds):
double-pendulum --recipe paper --steps 600000.`,
	Full: 25 * time.Minute, Quick: 45 * time.Second,
	Run: func(ctx context.Context, s experiment.Settings) (experiment.Result, error) {
		s.Recipe = paperRecipe
		switch {
		case s.Steps > 0 || s.Budget > 0:
		case s.Quick:
			s.Budget = 20 * time.Second
		default:
			s.Steps = paperSteps
		}
		return reproduce(ctx, s)
	},
}

package initialisation

import (
	"fmt"
	"math"
	"slices"

	"lagrange/nn"
	"lagrange/plot"
	"lagrange/symbolic"
)

// notesOf says what was done, what was found and what it is worth.
func notesOf(p plan, r Report) []string {
	notes := []string{
		fmt.Sprintf("Widths %v, hidden layers %v, %d optimisations; each of %d generations of CMA-ES, where a law "+
			"counts by the median of %d draws. Published: widths 10 to 316, 2 to 4 hidden layers, 2500 trials of a "+
			"Parzen estimator with 10 draws each.", p.widths, p.depths, len(r.Optima), p.generations, p.draws),
		"Measure, states and prior are those of the published code; the text says less. Ours are: CMA-ES, float64, " +
			"errors in ln σ, and that every optimum counts the same.",
		"Near a singular mass matrix the gradient of an acceleration grows with the inverse square of its " +
			"determinant, so with an indefinite M the sum over 256 states has no mean, and KL is the square of its " +
			"largest few terms: log₁₀ KL stays far above 0 for every law, and the smaller layers hardly count.",
		"The output layer's σ multiplies L, which leaves all accelerations and all other gradients as they are: " +
			"only its own gradient knows it, as 1/σ. Next to the larger terms that is nearly nothing, so its law is " +
			"the least certain; the scatter of the optima says how much.",
	}
	if r.Laws[1].Error > 0.5*r.Laws[1].Scatter || r.Laws[2].Error > 0.5*r.Laws[2].Scatter {
		notes = append(notes, "Some formula explains less than half of what a constant leaves: the optima scatter "+
			"more than they follow a law.")
	}
	text := "The paper's forms with constants fitted to the optima of this run:"
	for i, l := range r.Laws {
		text += fmt.Sprintf(" %s layer, %.2f times the published constant, error %.2f%s", l.Layer, l.Refit,
			l.RefitError, []string{";", ";", "."}[i])
	}
	notes = append(notes, text)
	optimum, found, paper, plain := 0.0, 0.0, 0.0, 0.0
	for _, o := range r.Optima {
		k := 1 / float64(len(r.Optima))
		optimum, found, paper, plain = optimum+k*o.KL, found+k*o.Found, paper+k*o.Paper, plain+k*o.Plain
	}
	notes = append(notes, fmt.Sprintf("log₁₀ KL, mean over nets: %.2f for the optima, %.2f for the law found, %.2f "+
		"for the paper's, %.2f for 1/√in.", optimum, found, paper, plain))
	ranked := slices.Clone(r.Training)
	slices.SortStableFunc(ranked, func(a, b Training) int { return int(math.Copysign(1, a.Mean-b.Mean)) })
	text = "Training, best first: "
	for i, t := range ranked {
		if i > 0 {
			text += "; "
		}
		text += fmt.Sprintf("%s %.3g ± %.2g", t.Law, t.Mean, t.Deviation)
	}
	return append(notes, text+". The laws were found for inputs q and v, and serve here with sin q, cos q and v/scale.")
}

// figureOf shows σ√n of the optima and both laws, and how training goes.
func figureOf(p plan, r Report, laws []symbolic.Law, curves []plot.Series) plot.Figure {
	f := plot.Figure{Title: "Initial parameters", Columns: 2}
	depth := slices.Max(p.depths)
	for _, n := range []int{p.widths[0], p.widths[len(p.widths)/2], p.widths[len(p.widths)-1]} {
		root := math.Sqrt(float64(n))
		optima := plot.Series{Name: "optimised", Style: plot.Points}
		for _, o := range r.Optima {
			for i, sigma := range o.Sigma[:o.Depth] {
				if o.Width == n {
					optima.X, optima.Y = append(optima.X, float64(i)), append(optima.Y, sigma*root)
				}
			}
		}
		found, paper := plot.Series{Name: "found"}, plot.Series{Name: "paper"}
		shape := shapeOf(n, depth)
		for i := range depth {
			found.X, found.Y = append(found.X, float64(i)), append(found.Y, foundLaw(laws)(shape, i)*root)
			paper.X, paper.Y = append(paper.X, float64(i)), append(paper.Y, nn.PaperLaw(shape, i)*root)
		}
		f.Panels = append(f.Panels, plot.Panel{Title: fmt.Sprintf("n = %d, first and hidden layers", n),
			XLabel: "layer i", YLabel: "σ √n", LogY: true,
			Series: []plot.Series{found, paper, optima}})
	}
	f.Panels = append(f.Panels, plot.Panel{Title: "Learning a double pendulum, mean over seeds", XLabel: "step",
		YLabel: "validation loss", LogY: true, Series: curves})
	return f
}

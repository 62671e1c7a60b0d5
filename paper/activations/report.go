package activations

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"lagrange/experiment"
	"lagrange/experiment/bench"
	"lagrange/internal/vec"
	"lagrange/plot"
)

// Report is what the search has found, best first.
type Report struct {
	System      string  `json:"system"`
	Seed        uint64  `json:"seed"`
	Steps       int     `json:"steps"`       // of a trial of the search
	FinalSteps  int     `json:"final_steps"` // of a later one
	Trials      int     `json:"trials"`
	NonFinite   int     `json:"nonfinite"`     // trials whose error is not finite
	Met         int     `json:"met_nonfinite"` // trials with steps that were skipped, or a non-finite error
	CoreSeconds float64 `json:"core_seconds"`  // of all trials
	Seconds     float64 `json:"seconds"`       // since the last interruption
	Activations []Score `json:"activations"`
}

// Score is what the search has found of one activation. A quantile is 0 where it is not finite.
type Score struct {
	Name      string  `json:"name"`
	Trials    int     `json:"trials"`
	NonFinite int     `json:"nonfinite"`
	Met       int     `json:"met_nonfinite"`
	Median    float64 `json:"median_accel_l1"` // over the search
	Best      float64 `json:"best_accel_l1"`   // of the search
	// Candidates are the best configurations of the search, trained for longer, best first.
	Candidates []Trial `json:"candidates"`
	// Finals are the first of the candidates again, from other seeds.
	Finals []Trial `json:"finals"`
	// Range of the acceleration error over the finals: median, least, largest.
	FinalMedian float64 `json:"final_median"`
	FinalMin    float64 `json:"final_min"`
	FinalMax    float64 `json:"final_max"`

	search, final []float64 // losses, ascending
}

// published are the best next-state errors of the paper's search, by activation, and its trials.
var published = map[string]string{"softplus": "0.253", "swish": "0.708", "relu3": "1.07", "tanh": "2.12"}

// report ranks the activations by the median of the finals.
func (o *search) report(trials, semis, finals []Trial) experiment.Result {
	r := Report{System: "double-pendulum", Seed: o.settings.Seed, Steps: o.steps, FinalSteps: o.final,
		Trials: len(trials)}
	for _, t := range slices.Concat(trials, semis, finals) {
		r.CoreSeconds += t.Seconds
	}
	names := o.names()
	for k, name := range names {
		a := Score{Name: name, Finals: finals[k*o.seeds : (k+1)*o.seeds]}
		mine := every(trials, k, len(names))
		each := len(semis) / len(names)
		a.Trials, a.Candidates = len(mine), ranked(semis[k*each:(k+1)*each])
		for _, t := range mine {
			if !t.Finite {
				a.NonFinite++
			}
			if !t.Finite || t.Skipped > 0 {
				a.Met++
			}
			a.search = append(a.search, t.loss())
		}
		for _, t := range a.Finals {
			a.final = append(a.final, t.loss())
		}
		slices.Sort(a.search)
		slices.Sort(a.final)
		a.Best, a.Median, a.FinalMedian = bench.OnlyFinite(a.search[0]), bench.OnlyFinite(bench.Median(a.search)),
			bench.OnlyFinite(bench.Median(a.final))
		a.FinalMin, a.FinalMax = bench.OnlyFinite(a.final[0]), bench.OnlyFinite(a.final[len(a.final)-1])
		r.NonFinite += a.NonFinite
		r.Met += a.Met
		r.Activations = append(r.Activations, a)
	}
	slices.SortStableFunc(r.Activations,
		func(a, b Score) int { return cmp.Compare(bench.Median(a.final), bench.Median(b.final)) })
	r.Seconds = time.Since(o.begin).Seconds()
	return experiment.Result{Numbers: r, Tables: []experiment.Table{r.table()}, Figures: r.figures(), Notes: r.notes()}
}

// told prints an error.
func told(x float64) string {
	if !vec.IsFinite(x) {
		return "not finite"
	}
	return fmt.Sprintf("%.3g", x)
}

func (r Report) table() experiment.Table {
	t := experiment.Table{
		Title: fmt.Sprintf("Acceleration error over fresh states: search (%d trials of %d steps) and its best over "+
			"%d seeds (%d steps)",
			r.Trials, r.Steps, len(r.Activations[0].Finals), r.FinalSteps),
		Columns: []string{"", "activation", "best, over seeds: median", "min – max", "rate", "net", "search: best",
			"median", "trials", "non-finite",
			"met a non-finite step", "paper, next-state error"},
	}
	for i, a := range r.Activations {
		b, n := a.Candidates[0], len(a.final)-1
		paper := published[a.Name]
		if paper == "" {
			paper = "–"
		}
		t.Rows = append(t.Rows, []string{fmt.Sprint(i + 1), a.Name, told(bench.Median(a.final)),
			told(a.final[0]) + " – " + told(a.final[n]),
			fmt.Sprintf("%.2g", b.Rate), fmt.Sprintf("%dx%d", b.Width, b.Depth), told(a.search[0]),
			told(bench.Median(a.search)),
			fmt.Sprint(a.Trials), fmt.Sprint(a.NonFinite), fmt.Sprint(a.Met), paper})
	}
	return t
}

// notes says who wins, and what the numbers are worth.
func (r Report) notes() (notes []string) {
	first, second := r.Activations[0], r.Activations[1]
	win := fmt.Sprintf("%s wins: %s in the median over %d seeds, %s (%s) comes second.",
		first.Name, told(bench.Median(first.final)), len(first.final), second.Name, told(bench.Median(second.final)))
	if first.final[len(first.final)-1] >= second.final[0] {
		win += " Their ranges over seeds overlap, so the order of the two is not certain."
	}
	place := slices.IndexFunc(r.Activations, func(a Score) bool { return a.Name == "softplus" })
	switch soft := r.Activations[place]; {
	case place == 0:
		win += " Softplus wins here as in the paper."
	case soft.final[0] <= first.final[len(first.final)-1]:
		win += fmt.Sprintf(" Softplus, the paper's winner, is number %d with %s: not better here, though the "+
			"ranges overlap.", place+1, told(bench.Median(soft.final)))
	default:
		win += fmt.Sprintf(" Softplus, the paper's winner, loses here: number %d with %s.", place+1,
			told(bench.Median(soft.final)))
	}
	if early := slices.MinFunc(r.Activations,
		func(a, b Score) int { return cmp.Compare(a.search[0], b.search[0]) }); early.Name != first.Name {
		win += fmt.Sprintf(" In the shorter trials of the search it was %s (%s).", early.Name, told(early.search[0]))
	}
	notes = append(notes, win,
		fmt.Sprintf("Of %d trials %d (%.0f %%) end with an error that is not finite, and %d (%.0f %%) met at least "+
			"one non-finite step; of the paper's 6,364 trials 38 %% were non-finite. Here a step with a non-finite "+
			"gradient is skipped, gradients are clipped and a singular mass matrix is solved by the pseudo-inverse, "+
			"so most of what ended a trial there does not end it here.", r.Trials, r.NonFinite,
			percentage(r.NonFinite, r.Trials), r.Met, percentage(r.Met, r.Trials)),
		"The objective is the mean acceleration error Σ|a − a*| over 2,000 fresh states. The paper's search ranked "+
			"by the error of the next state, so its column gives an order to compare with, not sizes.",
		"Every activation is tried on the same draws, and its three best go on: rate 10^U(−3.5, −1), width 2^U(4, "+
			"7), depth 1 to 4; batch 64, float32, one cycle of the rate. Which of the three is the best is found with "+
			"one seed, and the range comes from others.")
	if draws := first.Trials; draws < fullDraws || r.Steps < fullSteps {
		notes = append(notes, fmt.Sprintf("A short run: %d draws for each activation and trials of %d steps, where "+
			"the full one has %d and %d. The best of so few is partly luck.",
			draws, r.Steps, fullDraws, fullSteps))
	}
	return notes
}

func percentage(n, of int) float64 { return 100 * float64(n) / float64(of) }

// shown is the largest error of the search that is drawn.
const shown = 1000

// figures draws all trials as one strip for each activation, the losses in order, and the finals.
func (r Report) figures() map[string]plot.Figure {
	var names []string
	all, final := plot.Series{Name: "one trial", Style: plot.Points}, plot.Series{Name: "one trial", Style: plot.Points}
	middle, finalMiddle := plot.Series{Name: "median"}, plot.Series{Name: "median"}
	var sorted []plot.Series
	for i, a := range r.Activations {
		names = append(names, fmt.Sprintf("%d %s", i+1, a.Name))
		x := float64(i + 1)
		s := plot.Series{Name: a.Name}
		for k, y := range a.search {
			if y > shown {
				y = math.NaN()
			}
			wide := 0.5 * (float64(k%5)/4 - 0.5) // side by side, to be told apart
			all.X, all.Y = append(all.X, x+wide), append(all.Y, y)
			s.X, s.Y = append(s.X, 100*(float64(k)+0.5)/float64(len(a.search))), append(s.Y, y)
		}
		for k, y := range a.final {
			final.X, final.Y = append(final.X, x+0.1*(float64(k)-float64(len(a.final)-1)/2)), append(final.Y, y)
		}
		bar(&middle, x, bench.Median(a.search))
		bar(&finalMiddle, x, bench.Median(a.final))
		sorted = append(sorted, s)
	}
	label := strings.Join(names, " · ")
	const loss = "acceleration error"
	return map[string]plot.Figure{"activations": {
		Title: "Activations of a Lagrangian network, double pendulum", Columns: 1, Width: 18,
		Panels: []plot.Panel{
			{Title: fmt.Sprintf("The search, %d steps; above %d and non-finite left out", r.Steps, shown),
				XLabel: label, YLabel: loss, LogY: true, Series: []plot.Series{all, middle}},
			{Title: fmt.Sprintf("The best of each over seeds, %d steps", r.FinalSteps), XLabel: label, YLabel: loss,
				LogY: true, Series: []plot.Series{final, finalMiddle}},
			{Title: "The search, best trials first", XLabel: "trials [%]", YLabel: loss, LogY: true, Series: sorted},
		},
	}}
}

// bar adds a short level line at x, with a gap behind it.
func bar(s *plot.Series, x, y float64) {
	s.X = append(s.X, x-0.35, x+0.35, x)
	s.Y = append(s.Y, y, y, math.NaN())
}

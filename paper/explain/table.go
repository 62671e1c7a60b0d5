package explain

import (
	"fmt"
	"slices"
	"strings"

	"lagrange/experiment"
	"lagrange/experiment/bench"
)

// tables are those of all that has run.
func (r *Report) tables() (all []experiment.Table) {
	for _, t := range []experiment.Table{r.anchorTable(),
		limitTable(r.Limits, "Positions alone of the systems of the experiment noise"),
		limitTable(r.Told, "The same, the terms told"), r.learnedTable(), r.realTable(), r.countTable()} {
		if len(t.Rows) > 0 {
			all = append(all, t)
		}
	}
	return all
}

// percent is a part in percent, to two digits.
func percent(x float64) string { return fmt.Sprintf("%.2g %%", 100*x) }

// structure says what is wrong with a formula, and how far its coefficients are off.
func (f *Formula) structure() string {
	var wrong []string
	for _, x := range []struct {
		n    int
		text string
	}{{len(f.Missing), "missing"}, {len(f.Spurious), "spurious"}} {
		if x.n > 0 {
			wrong = append(wrong, fmt.Sprintf("%d %s", x.n, x.text))
		}
	}
	switch {
	case f.Failed != "":
		return "none"
	case wrong == nil:
		return percent(f.Error)
	}
	return strings.Join(wrong, ", ") + ", " + percent(f.Error)
}

// cell is the structure with the limit in brackets, if there is one.
func (a *Anchor) cell() string {
	if a.Limit == 0 {
		return a.structure()
	}
	return fmt.Sprintf("%s (%s)", a.structure(), percent(a.Limit))
}

// String is what was published.
func (p Published) String() string {
	switch {
	case p.Wrong == "":
		return percent(p.Error)
	case p.Error == 0:
		return p.Wrong
	}
	return p.Wrong + ", " + percent(p.Error)
}

// anchorTable has a row for each system and noise.
func (r *Report) anchorTable() experiment.Table {
	t := experiment.Table{Title: "Systems of Purnomo and Hayashibe 2023: the largest error of a coefficient, and " +
		"terms that are missing or spurious, if there are any; in brackets the deviation that the true equations " +
		"leave of the least certain one",
		Columns: append(append([]string{"system", "σ", "published"}, noises...), "time")}
	for _, s := range anchors {
		for k, sigma := range sigmas {
			row, seconds := []string{s.title, fmt.Sprint(sigma), s.published[k].String()}, 0.0
			n := 0
			for _, noise := range noises {
				i := slices.IndexFunc(r.Anchors, func(a Anchor) bool {
					return a.System == s.name && a.Sigma == sigma && a.Noise == noise
				})
				if i < 0 {
					row = append(row, "–")
					continue
				}
				a := &r.Anchors[i]
				row, seconds, n = append(row, a.cell()), seconds+a.Seconds, n+1
			}
			if n > 0 {
				t.Rows = append(t.Rows, append(row, fmt.Sprintf("%.0f s", seconds)))
			}
		}
	}
	return t
}

// of are those of a system and noise.
func of(limits []Limit, system string, sigma float64) (all []Limit) {
	for _, l := range limits {
		if l.System == system && l.Sigma == sigma {
			all = append(all, l)
		}
	}
	return all
}

// limitTable has a row for each system and noise, over all seeds.
func limitTable(limits []Limit, title string) experiment.Table {
	t := experiment.Table{Title: title + ": median error over the statistical limit, the median seed (the worst), " +
		"and how many coefficients are within one and two deviations",
		Columns: []string{"system", "σ", "seeds", "structure exact", "0.25 s", "0.5 s", "1 s", "within one",
			"within two", "time of one"}}
	var systems []string
	for _, l := range limits {
		if !slices.Contains(systems, l.System) {
			systems = append(systems, l.System)
		}
	}
	for _, name := range systems {
		for _, sigma := range limitSigmas {
			all := of(limits, name, sigma)
			if len(all) == 0 {
				continue
			}
			var c Coverage
			exact, seconds, over := 0, 0.0, make([][]float64, 3)
			for _, l := range all {
				c.add(&l.Formula)
				if l.Exact() {
					exact++
				}
				seconds += l.Seconds / float64(len(all))
				for k, x := range l.Over {
					over[k] = append(over[k], x)
				}
			}
			row := []string{name, fmt.Sprint(sigma), fmt.Sprint(len(all)), fmt.Sprintf("%d of %d", exact, len(all))}
			for _, x := range over {
				text := "–"
				if len(x) > 0 {
					text = fmt.Sprintf("%.2f (%.2f)", bench.Median(x), slices.Max(x))
				}
				row = append(row, text)
			}
			t.Rows = append(t.Rows, append(row, fmt.Sprintf("%d of %d", c.One, c.Of),
				fmt.Sprintf("%d of %d", c.Two, c.Of),
				fmt.Sprintf("%.0f s", seconds)))
		}
	}
	return t
}

// learnedTable has the formulas of networks that have learned clean recordings.
func (r *Report) learnedTable() experiment.Table {
	t := experiment.Table{Title: "Networks that have learned clean recordings: their formulas, deviations of the " +
		"last digit in brackets, errors over held-out windows in units of the scales, and what is conserved",
		Columns: []string{"system", "accelerations off", "formula", "structure", "formula's error", "network's",
			"conserved",
			"known", "time"}}
	for _, l := range r.Learned {
		structure := l.structure()
		if l.Failed == "" && l.Exact() {
			structure = "exact, " + structure
		}
		found, network := "–", "–"
		if l.Network > 0 {
			found, network = fmt.Sprintf("%.2g", l.Found), fmt.Sprintf("%.2g", l.Network)
		}
		t.Rows = append(t.Rows, []string{l.System, fmt.Sprintf("%.1e", l.Off), l.String(), structure, found, network,
			counted(l.Conserved), fmt.Sprint(l.Known), fmt.Sprintf("%.0f s", l.Seconds)})
	}
	return t
}

// counted is a number and what was counted.
func counted(names []string) string {
	if len(names) == 0 {
		return "0"
	}
	return fmt.Sprintf("%d: %s", len(names), strings.Join(names, ", "))
}

// realTable has what is found in real recordings.
func (r *Report) realTable() experiment.Table {
	t := experiment.Table{Title: "A real pendulum with a motor: formulas, and errors over the horizon, root mean " +
		"square in radians; the textbook has gain, viscous and dry friction, g/l and an offset, over the inertia",
		Columns: []string{"recording", "horizon", "formula", "its error", "textbook's", "textbook's numbers",
			"time"}}
	for _, x := range r.Real {
		text := x.Text
		if x.Failed != "" {
			text = x.Failed
		}
		t.Rows = append(t.Rows, []string{x.Title, fmt.Sprintf("%g s", x.Horizon), text, fmt.Sprintf("%.2g", x.Error),
			fmt.Sprintf("%.2g", x.Textbook), strings.Trim(fmt.Sprintf("%.3g", x.Parameters), "[]"),
			fmt.Sprintf("%.0f s", x.Seconds)})
	}
	return t
}

// countTable has what true fields conserve.
func (r *Report) countTable() experiment.Table {
	t := experiment.Table{Title: "Conserved quantities of true fields, with the largest drift along roll-outs in " +
		"units of the spread between states", Columns: []string{"system", "found", "known", "drift", "time"}}
	for _, c := range r.Counts {
		t.Rows = append(t.Rows, []string{c.System, counted(c.Found), fmt.Sprint(c.Known), fmt.Sprintf("%.0e", c.Drift),
			fmt.Sprintf("%.1f s", c.Seconds)})
	}
	return t
}

// notes say what falls short.
func (r *Report) notes(s experiment.Settings) (notes []string) {
	exact, tenth, beyond := 0, 0, 0
	for _, a := range r.Anchors {
		if a.Published.Error/10 < a.Limit {
			beyond++
		}
		if a.Exact() {
			if exact++; a.Error <= a.Published.Error/10 {
				tenth++
			}
		} else {
			notes = append(notes, fmt.Sprintf("%s, %s, σ = %g: not the true structure: %s", a.System, a.Noise, a.Sigma,
				a.String()))
		}
	}
	if len(r.Anchors) > 0 {
		notes = append([]string{fmt.Sprintf("Purnomo and Hayashibe learn from 100 motions of 5 s with accelerations, "+
			"all with their noise, and take terms out of their libraries that are total derivatives or double others; "+
			"published errors are those of the files beside their code. Here it is %d motions of %g s, seed %d, "+
			"without accelerations, and nothing is taken out; as in theirs, no friction is asked for. The structure "+
			"is exact in %d of %d cells; in %d of these the error is a tenth of theirs, or less, in the unit of L in "+
			"which the coefficient that they know is exact. In %d cells a tenth of theirs is less than the deviation "+
			"that the true equations leave of so many rows.", motions, duration, r.Seed, exact, len(r.Anchors), tenth,
			beyond)},
			notes...)
	}
	for _, l := range r.Limits {
		if !l.Exact() {
			notes = append(notes, fmt.Sprintf("%s, σ = %g, seed %d, positions alone: not the true structure: %s",
				l.System, l.Sigma, l.Seed, l.String()))
		}
	}
	notes = append(notes, covered(r.Limits, "from positions alone")...)
	notes = append(notes, covered(r.Told, fmt.Sprintf("from %d recordings of each system and noise, of which the "+
		"terms were told,", intervalSeeds))...)
	for _, l := range r.Learned {
		if l.Failed != "" {
			notes = append(notes, fmt.Sprintf("%s has no formula: %s.", l.System, strings.TrimSuffix(l.Failed, ".")))
		}
		if len(l.Conserved) != l.Known {
			notes = append(notes, fmt.Sprintf("%s as it was learned: %d conserved quantities found, %d known.",
				l.System, len(l.Conserved), l.Known))
		}
	}
	if s.Recordings == "" {
		notes = append(notes, "Real mechanisms were left out: --recordings names their folder.")
	}
	return notes
}

// covered says how many coefficients are where their deviations have them.
func covered(limits []Limit, what string) (notes []string) {
	var c Coverage
	for _, l := range limits {
		c.add(&l.Formula)
	}
	if c.Of > 0 {
		notes = append(notes, fmt.Sprintf("Of %d coefficients %s %.0f %% are within one deviation (68 %% are "+
			"expected) and %.0f %% within two (95 %%). Those of one recording are off together, and both noises of "+
			"a seed are one draw, so of few seeds much else may come out.", c.Of, what,
			100*float64(c.One)/float64(c.Of), 100*float64(c.Two)/float64(c.Of)))
	}
	return notes
}

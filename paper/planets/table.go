package planets

import (
	"fmt"

	"lagrange/experiment"
	"lagrange/experiment/bench"
)

// row is what the planets have.
func row(head string, names []string, m map[string]float64) []string {
	cells := []string{head}
	for _, n := range names {
		cells = append(cells, fmt.Sprintf("%.2g", m[n]))
	}
	return cells
}

// tables are the errors of networks and laws, what each stage has brought, and the numbers of the laws.
func (r Report) tables(names []string) []experiment.Table {
	all := experiment.Table{Title: "Position error over forty years, root mean square, AU",
		Columns: append([]string{""}, names...)}
	for _, k := range r.rivals() {
		all.Rows = append(all.Rows, row(k.title, names, r.Models[k.name]))
	}
	stages := experiment.Table{
		Title:   "What each stage brings: error of the accelerations, and of the positions as above",
		Columns: append([]string{"", "seconds", "accelerations"}, names...),
	}
	for _, m := range Models {
		for _, s := range r.Stages[m.Family] {
			cells := row(m.Family+", "+s.Name, names, s.RMS)
			cost := []string{cells[0], fmt.Sprintf("%.1f", s.Seconds), bench.Percent(s.Residual)}
			stages.Rows = append(stages.Rows, append(cost, cells[1:]...))
		}
	}
	laws := experiment.Table{
		Title:   "The numbers of the laws, fitted to the ten years; in units in which the Sun alone has GM = 1",
		Columns: append([]string{""}, names...),
	}
	for _, l := range allLaws {
		GM, b := []string{l.title + ": GM"}, []string{l.title + ": b"}
		for _, n := range names {
			x := r.Laws[l.name][n]
			GM, b = append(GM, fmt.Sprintf("%.7f", x.GM)), append(b, fmt.Sprintf("%.2g", x.B))
		}
		if laws.Rows = append(laws.Rows, GM); l.numbers > 1 {
			laws.Rows = append(laws.Rows, b)
		}
	}
	return []experiment.Table{all, stages, laws}
}

// rival is a row of the table of errors.
type rival struct{ name, title string }

// rivals are the networks, then Kepler's law, then the other laws.
func (r Report) rivals() (all []rival) {
	for _, m := range Models {
		all = append(all, rival{m.Family, m.title()})
	}
	all = append(all, rival{"kepler", fmt.Sprintf("Kepler's law, GM = %.7f", r.GM)})
	for _, l := range allLaws {
		all = append(all, rival{l.name, l.title})
	}
	return all
}

// notes say who comes nearest, and what is to be known.
func (r Report) notes(names []string, quick bool) []string {
	var notes []string
	if quick {
		notes = append(notes, "A quick run: a quarter of the steps.")
	}
	for _, m := range Models {
		if n := r.Draws[m.Family]; n > 1 {
			notes = append(notes, fmt.Sprintf("%s: the best of %d draws of initial parameters; one that does not stay "+
				"on the orbits of the ten years is drawn again, at most %d times in all.", m.title(), n, mostDraws))
		}
	}
	for _, n := range names {
		best := rival{name: "lnn"}
		for _, k := range r.rivals() {
			if r.Models[k.name][n] < r.Models[best.name][n] {
				best = k
			}
		}
		if best.name != "lnn" {
			notes = append(notes, fmt.Sprintf("The Lagrangian network loses on %s: %s is off by %.2g AU, the "+
				"Lagrangian network by %.2g.",
				n, best.title, r.Models[best.name][n], r.Models["lnn"][n]))
		}
	}
	return append(notes,
		"The first state and ten years are known; thirty years are prediction. A motion that ends or leaves is "+
			"counted with its last place.",
		"Networks and laws know a planet by its state alone, but for the laws with numbers of their own for "+
			"each planet: these are told which planet it is. The networks share their parameters among all, and "+
			"both have the same features, the same method and the same stages, but for the convex initialisation, "+
			"which a network without a Lagrangian has not.",
		"What is left of the accelerations is the pull of the planets on each other, which no model of one planet "+
			"alone can know.")
}

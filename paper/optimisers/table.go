package optimisers

import (
	"fmt"
	"strings"

	"lagrange/experiment"
	"lagrange/plot"
)

// clearly is how many times better a winner has to be.
const clearly = 1.2

// winner is the rival with the least error after the i-th time; none where a second one is within a fifth of it.
func (r Report) winner(k *race, i int) string {
	best := ""
	for _, v := range k.rivals() {
		if best == "" || r.Scores[k.name][v.name].Errors[i] < r.Scores[k.name][best].Errors[i] {
			best = v.name
		}
	}
	for _, v := range k.rivals() {
		if v.name != best && r.Scores[k.name][v.name].Errors[i] < clearly*r.Scores[k.name][best].Errors[i] {
			return "none clearly"
		}
	}
	return best
}

func (r Report) table(races []*race) experiment.Table {
	t := experiment.Table{Title: "Relative error on fresh states after so much time on one core",
		Columns: []string{"network", "method", "parameters", "untrained"}}
	for _, x := range r.Times {
		t.Columns = append(t.Columns, fmt.Sprintf("%.2g s", x))
	}
	t.Columns = append(t.Columns, "steps", "skipped", "best")
	for _, k := range races {
		for j, v := range k.rivals() {
			x := r.Scores[k.name][v.name]
			row := []string{"", v.name, "", ""}
			if j == 0 {
				row[0], row[2], row[3] = k.title, fmt.Sprint(x.Parameters), fmt.Sprintf("%.2g", r.Start[k.name])
			}
			for _, e := range x.Errors {
				row = append(row, fmt.Sprintf("%.2g", e))
			}
			best := ""
			if j == 0 {
				var each []string
				for i := range r.Times {
					each = append(each, r.winner(k, i))
				}
				best = strings.Join(each, "; ")
			}
			t.Rows = append(t.Rows, append(row, fmt.Sprint(x.Steps), fmt.Sprint(x.NonFiniteSkipped), best))
		}
	}
	return t
}

// figure has the learning curves against seconds.
func (r Report) figure(races []*race) plot.Figure {
	f := plot.Figure{Title: "Error on fresh states against seconds on one core", Columns: 2}
	for _, k := range races {
		p := plot.Panel{Title: k.title, XLabel: "seconds", YLabel: "relative error", LogX: true, LogY: true}
		for _, v := range k.rivals() {
			for i, curve := range r.Scores[k.name][v.name].Curves {
				line := plot.Series{Name: v.name}
				if i > 0 {
					line.Name += []string{"", ", a third of the time", ", a tenth of the time"}[i]
				}
				for _, x := range curve {
					line.X, line.Y = append(line.X, x.Seconds), append(line.Y, x.Error)
				}
				p.Series = append(p.Series, line)
			}
		}
		f.Panels = append(f.Panels, p)
	}
	return f
}

// notes says which method serves where.
func (r Report) notes(races []*race, s experiment.Settings) (notes []string) {
	last := len(r.Times) - 1
	if s.Quick && s.Steps == 0 {
		notes = append(notes, fmt.Sprintf("A quick run: %.2g s for the longest training instead of some 30 s.",
			r.Times[last]))
	}
	for _, k := range races {
		var each []string
		for i, t := range r.Times {
			each = append(each, fmt.Sprintf("%s after %.2g s", r.winner(k, i), t))
		}
		text := fmt.Sprintf("%s: best is %s", k.title, strings.Join(each, ", "))
		for _, v := range k.rivals() {
			text += fmt.Sprintf("; %s ends at %.2g", v.name, r.Scores[k.name][v.name].Errors[last])
		}
		notes = append(notes, text+".")
	}
	return append(notes,
		"A network that is not better than another by a fifth is not clearly best. Adam and Kaczmarz have a rate that "+
			"falls to the end of a run and so learn anew for each time; Gauss–Newton has one run, whose curve is "+
			"read at the times. The error is the least so far on states that are not learned, by which the "+
			"parameters are chosen, too.",
		"Adam: batches of 128 and a rate of 1e-2 (3e-3 for the particle; batches of 8 for the ring), as in the "+
			"other experiments; no search was made for this one. Gauss–Newton: 2.5 residuals for each parameter, of "+
			"the ring 64 states; of the large network 256 by the equations of their residuals. Kaczmarz: its "+
			"defaults, 256 residuals a step. All begin with the parameters as they are drawn, without the convex "+
			"initialisation that Fit tries before Gauss–Newton, but one rival has 600 steps of Adam first, as Fit "+
			"makes them where that initial guess is poor; Lagrangian networks have the positive-definiteness "+
			"penalty too.",
		"Errors: Σ|a − a*| in units of the accelerations; of the particle, whose Hamiltonian is given the "+
			"canonical momentum, the published loss in units of that without acceleration; of ring and planets root "+
			"mean squares.")
}

package view

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strings"

	"lagrange"
	"lagrange/eval"
	"lagrange/internal/vec"
)

// HistoryLine is how far a training has come, as programs read it and as the history beside a model keeps it. What is
// not known yet, or is no number, is left out.
type HistoryLine struct {
	Model    string     `json:"model"`
	Stage    string     `json:"stage,omitempty"`
	Step     int        `json:"step"`
	Steps    int        `json:"steps"`
	Loss     *float64   `json:"loss,omitempty"`
	Valid    *float64   `json:"validation,omitempty"`
	Mass     *eval.Mass `json:"mass_matrix,omitempty"`
	Restarts int        `json:"restarts"`
	Elapsed  float64    `json:"elapsed"` // s
	Left     float64    `json:"left"`    // s
}

// LineOf is the line of a progress.
func LineOf(p lagrange.Progress) HistoryLine {
	number := func(x float64) *float64 {
		if !vec.IsFinite(x) {
			return nil
		}
		return &x
	}
	return HistoryLine{p.Model, p.Stage, p.Step, p.Steps, number(p.Loss), number(p.Valid), p.Mass, p.Restarts,
		p.Elapsed.Seconds(), p.Left.Seconds()}
}

// HistorySuffix is what the name of a model's history has behind that of the model: a HistoryLine for each line.
const HistorySuffix = ".history.jsonl"

// ReadHistory reads the lines of a history; half a line at its end is what a power cut has left.
func ReadHistory(path string) (lines []HistoryLine, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	for r := bufio.NewReader(f); ; {
		text, end := r.ReadBytes('\n')
		if end != nil {
			return lines, nil
		}
		var l HistoryLine
		d := json.NewDecoder(strings.NewReader(string(text)))
		d.DisallowUnknownFields()
		if err := d.Decode(&l); err != nil || l.Model == "" {
			return nil, fmt.Errorf("%s:%d: no line of a history", path, len(lines)+1)
		}
		lines = append(lines, l)
	}
}

// Run is a training under the name that is drawn, with the lines of its history.
type Run struct {
	Name  string
	Lines []HistoryLine
}

// Histories draws runs over each other: losses, and the smallest eigenvalue of the mass matrix, against steps, a curve
// for each network and stage of each run. A step that was made twice, as before and after an interruption, is drawn
// twice.
func Histories(runs []Run) (plots []Plot) {
	for _, p := range []struct {
		Plot
		of func(HistoryLine) *float64
	}{
		{Plot{Name: "history-loss", Title: "Loss", Y: "loss",
			Says: "Each stage has a loss of its own: only curves of one stage can be compared."},
			func(l HistoryLine) *float64 { return l.Loss }},
		{Plot{Name: "history-validation", Title: "Loss on what is held out", Y: "validation loss",
			Says: "It falls while the model gets better. The best one is kept."},
			func(l HistoryLine) *float64 { return l.Valid }},
		{Plot{Name: "history-mass", Title: "Mass matrix", Y: "smallest eigenvalue",
			Says: "It stays above zero where the model is a mechanical system. What is not above zero is not drawn."},
			func(l HistoryLine) *float64 {
				if l.Mass == nil {
					return nil
				}
				return &l.Mass.MinEigenvalue
			}},
	} {
		p.X, p.LogX, p.Log = "step", true, true
		for _, r := range runs {
			p.Series = append(p.Series, r.curves(len(runs) > 1, p.of)...)
		}
		if len(p.Series) > 0 {
			plots = append(plots, p.Plot)
		}
	}
	return plots
}

// curves are those of one number over a run; among several runs each has the name of its own.
func (r Run) curves(several bool, of func(HistoryLine) *float64) (all []Series) {
	at := map[string]int{}
	for _, l := range r.Lines {
		y := of(l)
		if y == nil || l.Step < 1 {
			continue
		}
		name, kind := strings.TrimSpace(l.Model+" "+l.Stage), Learned
		if l.Model != r.Lines[0].Model {
			kind = Baseline
		}
		if several {
			name, kind = r.Name+" "+name, ""
		}
		i, ok := at[name]
		if !ok {
			i = len(all)
			at[name] = i
			all = append(all, Series{Name: name, Kind: kind})
		}
		all[i].X, all[i].Y = append(all[i].X, float64(l.Step)), append(all[i].Y, *y)
	}
	for i, c := range all {
		all[i].X, all[i].Y = thinnedLog(c.X, c.Y)
	}
	return all
}

// thinnedLog keeps of a curve what is seen of it on a logarithmic axis.
func thinnedLog(x, y Numbers) (Numbers, Numbers) {
	const spans = 250
	for i := range x {
		x[i] = math.Log(x[i])
	}
	x, y = Thinned(x, y, spans)
	for i := range x {
		x[i] = math.Round(math.Exp(x[i])) // steps are whole
	}
	return x, y
}

// Masses says in words how good the mass matrix is.
func Masses(m eval.Mass) string {
	if m.NotPositive > 0 {
		return fmt.Sprintf("mass matrix not positive definite at %d of %d states", m.NotPositive, m.States)
	}
	return fmt.Sprintf("mass matrix positive definite, smallest eigenvalue %.2g", m.MinEigenvalue)
}

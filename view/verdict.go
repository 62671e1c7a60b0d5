package view

import (
	"context"
	"fmt"
	"math"
	"strings"

	"lagrange"
	"lagrange/eval"
	"lagrange/model"
)

// Verdict is what to think of a model, in sentences.
type Verdict struct {
	Name      string     `json:"name"`
	Level     string     `json:"level"`
	Headline  string     `json:"headline"`
	Sentences []Sentence `json:"sentences"`
	Scores    Table      `json:"scores"`
	Facts     []Fact     `json:"facts"`
}

// The levels of a verdict and of its sentences.
const (
	Good = "good"
	Care = "care" // to be used with care
	Bad  = "bad"
)

// Sentence is a part of a verdict.
type Sentence struct {
	Level string `json:"level"`
	Says  string `json:"says"`
	Do    string `json:"do,omitempty"`
}

// Table is rows of text under a head.
type Table struct {
	Title string     `json:"title"`
	Head  []string   `json:"head"`
	Rows  [][]string `json:"rows"`
}

// Fact is something about a model under a name.
type Fact struct {
	Name string `json:"name"`
	Says string `json:"says"`
}

// Shares of the error of a motion of constant velocity up to which a model is called good, and up to which it may be
// used with care. Words for the eye: nothing is decided by them.
const good, fair = 0.05, 0.25

// Verdicts judge the models on the recording; without one they say what is known of each.
func (s *Scene) Verdicts(ctx context.Context) (all []Verdict, err error) {
	var h *Horizon
	if s.recorded != nil && len(s.models) > 0 {
		if h, err = s.horizon(ctx); ctx.Err() != nil {
			return nil, err
		}
	}
	for _, k := range s.models {
		v := Verdict{Name: k.Name, Facts: facts(k.Model)}
		if s.recorded == nil {
			v.say(Care, "No recording is open: nothing was measured here.", "open a recording beside the model")
		} else {
			e, err := s.evaluate(ctx, k.Model, k.Model.Record.Horizon)
			switch {
			case ctx.Err() != nil:
				return nil, err
			case err != nil:
				v.say(Care, "It could not be measured: "+err.Error()+".", "")
			default:
				v.judge(s, k, e, h)
			}
		}
		if doubt := k.Model.Record.Doubt; doubt != "" {
			v.say(Bad, "Its training ended in doubt: "+doubt+".", "more --budget, or another --seed")
		}
		v.conclude()
		all = append(all, v)
	}
	return all, nil
}

func (v *Verdict) say(level, says, do string) {
	v.Sentences = append(v.Sentences, Sentence{level, says, do})
}

// conclude is as bad as the worst sentence.
func (v *Verdict) conclude() {
	v.Level = Good
	for _, s := range v.Sentences {
		if s.Level == Bad || s.Level == Care && v.Level == Good {
			v.Level = s.Level
		}
	}
	v.Headline = map[string]string{Good: "Good: it predicts what it was not shown.",
		Care: "Usable with care: read what to distrust.", Bad: "Do not trust it yet."}[v.Level]
}

// judge puts an evaluation into sentences.
func (v *Verdict) judge(s *Scene, k Named, e lagrange.Evaluation, h *Horizon) {
	own := k.Model.Spec().Family
	unit := s.columns.TimeUnit()
	still := e.Models[lagrange.ConstantVelocity]
	if mine, ok := e.Models[own]; ok {
		where := "windows of the recording"
		if e.HeldOut {
			where = "windows that it has not learned from"
		}
		share := ratio(mine.RMSEQ, still.RMSEQ)
		level, word := Good, "small"
		if !(share <= fair) {
			level, word = Bad, "large"
		} else if share > good {
			level, word = Care, "moderate"
		}
		v.say(level, fmt.Sprintf("Its errors are %s: over %d %s, each %.3g %s long, %s of those of a motion of "+
			"constant velocity.", word, e.Windows, where, e.Horizon, unit, percent(share)), "")
		v.Scores = scores(s, e, k.Model)
	}
	if x := e.Estimated; x != nil {
		v.say(Good, fmt.Sprintf("These errors are from %s states, as what was recorded is noisy or lacks velocities.",
			x.Start), "")
	}
	v.holds(k, h, unit)
	if e.Seen && !e.HeldOut {
		v.say(Care, "It may have learned from some of these rows.", "measure it on a new recording")
	}
	if m := e.Mass; m != nil {
		if m.NotPositive > 0 {
			v.say(Bad, fmt.Sprintf("Its mass matrix is not positive at %d of %d states: accelerations there mean "+
				"nothing.",
				m.NotPositive, m.States), "train longer, or take --model delan, which is positive by construction")
		} else {
			v.say(Good, fmt.Sprintf("Its mass matrix is positive at all of %d states.", m.States), "")
		}
	}
	// the energies of one motion span no range that a drift could be measured by
	if x := e.EnergyDrift; x != nil && len(s.recorded.Trajectories) > 1 {
		level := Good
		if *x > 0.01 {
			level = Care
		}
		drifts := fmt.Sprintf("Its energy drifts by %s of the range of the recording over %.3g %s.",
			percent(*x), 10*e.Horizon, unit)
		if e.BreaksDown() {
			level, drifts = Bad, fmt.Sprintf("Its motion breaks down within %.3g %s.", 10*e.Horizon, unit)
		}
		v.say(level, drifts, "")
	}
	for _, f := range e.Findings {
		level := Care
		if f.Serious {
			level = Bad
		}
		v.say(level, sentence(f.Says), f.Do)
	}
}

// holds says until when predictions hold.
func (v *Verdict) holds(k Named, h *Horizon, unit string) {
	if h == nil {
		return
	}
	end := h.T[len(h.T)-1]
	for _, g := range h.Of {
		if g.Name != "learned "+k.Name {
			continue
		}
		level, text := Good, ""
		if g.Holds < k.Model.Record.Horizon {
			level = Care
		}
		switch {
		case g.First >= end:
			text = fmt.Sprintf("Predictions hold for all %.3g %s that were followed: each of %d stays within a tenth "+
				"of the spread of the motion.", end, unit, h.Starts)
		case g.Holds >= end:
			text = fmt.Sprintf("Predictions hold for all %.3g %s that were followed: so long at least half of %d stay "+
				"within a tenth of the spread of the motion. The first leaves it after %.3g %s.", end, unit, h.Starts,
				g.First, unit)
		default:
			text = fmt.Sprintf("Predictions hold for %.3g %s: so long half of %d stay within a tenth of the spread of "+
				"the motion. The first leaves it after %.3g %s.", g.Holds, unit, h.Starts, g.First, unit)
		}
		v.say(level, text, "")
	}
}

// sentence begins with a capital letter and ends with a stop.
func sentence(text string) string {
	if text == "" {
		return text
	}
	r := []rune(text)
	return strings.ToUpper(string(r[0])) + string(r[1:]) + "."
}

// ratio is the geometric mean of how many times errors are those of others.
func ratio(errs, others []float64) float64 {
	sum := 0.0
	for k := range errs {
		sum += math.Log(errs[k]/others[k]) / float64(len(errs))
	}
	return math.Exp(sum)
}

func percent(x float64) string {
	if x < 1e-4 {
		return fmt.Sprintf("%.1g %%", 100*x)
	}
	return fmt.Sprintf("%.2g %%", 100*x)
}

// scores are the errors of the model, its baseline and constant velocity, for the first coordinates.
func scores(s *Scene, e lagrange.Evaluation, m *lagrange.Model) Table {
	t := Table{Title: fmt.Sprintf("Root mean square errors over %.3g %s", e.Horizon, s.columns.TimeUnit()),
		Head: []string{""}}
	n := min(s.columns.D(), 4)
	for _, c := range s.columns.Coordinates[:n] {
		t.Head = append(t.Head, label(c.Name, c.Unit))
	}
	row := func(title string, x eval.Scores, ok bool) {
		if !ok {
			return
		}
		r := []string{title}
		for k := range n {
			r = append(r, fmt.Sprintf("%.3g", x.RMSEQ[k]))
		}
		t.Rows = append(t.Rows, r)
	}
	for k := m; k != nil; k = k.Baseline {
		x, ok := e.Models[k.Spec().Family]
		row(model.Title(k.Spec().Family), x, ok)
	}
	x, ok := e.Models["ensemble"]
	row("mean of the ensemble", x, ok)
	x, ok = e.Models[lagrange.ConstantVelocity]
	row("constant velocity", x, ok)
	return t
}

// facts are what was learned, in numbers.
func facts(m *lagrange.Model) (all []Fact) {
	i := m.Info(nil, nil, nil)
	add := func(name, format string, args ...any) { all = append(all, Fact{name, fmt.Sprintf(format, args...)}) }
	add("model", "%s, %d parameters", i.Title, i.Parameters)
	if i.Members > 1 {
		add("networks", "%d that answer together", i.Members)
	}
	if i.Formula != "" {
		add("L", "%s", i.Formula)
	}
	vector := func(name string, x []float64) {
		if len(x) == 0 {
			return
		}
		var words []string
		for k, v := range x {
			words = append(words, fmt.Sprintf("%s %.4g", i.Coordinates[k%len(i.Coordinates)].Name, v))
		}
		add(name, "%s", strings.Join(words[:min(len(words), 8)], ", "))
	}
	if C := i.Forces.Viscous; len(C) > 0 && len(C) <= 8 {
		diagonal := make([]float64, len(C))
		for k := range C {
			diagonal[k] = C[k][k]
		}
		vector("viscous friction", diagonal)
	}
	vector("dry friction", i.Forces.Dry)
	vector("drag", i.Forces.Drag)
	for k, g := range i.Forces.Gains {
		if k < 8 && k < len(i.Inputs) {
			vector("gain of "+i.Inputs[k].Name, g)
		}
	}
	if M := i.Mass; M != nil && len(M.M) <= 4 {
		for k, r := range M.M {
			var words []string
			for _, x := range r {
				words = append(words, fmt.Sprintf("%.4g", x))
			}
			add("mass matrix "+[]string{"1st", "2nd", "3rd", "4th"}[k]+" row", "%s", strings.Join(words, "  "))
		}
	}
	add("training", "%d steps, %.3g s, seed %d", i.Training.Steps, i.Training.Seconds, i.Training.Seed)
	return all
}

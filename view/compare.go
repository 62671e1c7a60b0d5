package view

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"lagrange"
	"lagrange/data"
	"lagrange/smooth"
)

// Evaluate measures a model on a recording from the start that is asked for. Where none is, it is that of the model,
// and of a recording that is too short for a filter the recorded state, or what a smoother without a model makes of it;
// note says so then. horizon 0 is that of training.
func Evaluate(ctx context.Context, m *lagrange.Model, set *data.Set, horizon float64, asked lagrange.Start) (
	e lagrange.Evaluation, note string, err error) {
	start := asked
	if asked == "" {
		if start, err = m.StartOf(ctx, set); err != nil {
			return e, "", err
		}
	}
	e, err = m.EvaluateFrom(ctx, set, horizon, start)
	if asked == "" && (errors.Is(err, smooth.ErrFew) || errors.Is(err, lagrange.ErrEarly)) {
		start, states := lagrange.Recorded, "states smoothed without a model"
		if set.RecordedVelocities() {
			start, states = lagrange.Smoothed, "smoothed states"
		}
		note = fmt.Sprintf("windows begin at %s: %v", states, err)
		e, err = m.EvaluateFrom(ctx, set, horizon, start)
	}
	return e, note, err
}

// evaluate is Evaluate on the recording of the scene: verdicts and the comparison mostly ask for the same.
func (s *Scene) evaluate(ctx context.Context, m *lagrange.Model, horizon float64) (lagrange.Evaluation, error) {
	s.measuring.Lock()
	defer s.measuring.Unlock()
	of := scored{m, horizon}
	if e, ok := s.scores[of]; ok {
		return e, nil
	}
	e, _, err := Evaluate(ctx, m, s.recorded, horizon, "")
	if err == nil {
		s.scores[of] = e
	}
	return e, err
}

// Contender is one of the models that are compared.
type Contender struct {
	File  string               `json:"file"`
	Info  lagrange.Info        `json:"model"`
	Score *lagrange.Evaluation `json:"evaluation,omitempty"` // with a recording
}

// Comparison is what models are, how they were made and what was measured: lines in which they differ, what is the same
// of all, and what is wrong with each.
type Comparison struct {
	Table Table  `json:"table"`
	Same  []Fact `json:"same,omitempty"`
	Notes []Fact `json:"notes,omitempty"`
}

// Compare compares models that were measured on set; nil: on nothing.
func Compare(all []Contender, set *data.Set) (c Comparison) {
	lines := contended
	if set != nil {
		lines = append(slices.Clone(contended), onRecording(set)...)
	}
	c.Table = Table{Title: "What differs between the models", Head: []string{""}}
	for _, x := range all {
		c.Table.Head = append(c.Table.Head, x.File)
		if doubt := x.Info.Training.Doubt; doubt != "" {
			c.Notes = append(c.Notes, Fact{x.File, "in doubt: " + doubt})
		}
		if x.Score != nil && len(x.Score.Findings) > 0 {
			c.Notes = append(c.Notes, Fact{x.File, x.Score.Findings[0].String()})
		}
	}
	for _, f := range lines {
		row := []string{f.name}
		for _, x := range all {
			row = append(row, f.of(x))
		}
		values := row[1:]
		if differ := slices.ContainsFunc(values, func(v string) bool { return v != values[0] }); !differ {
			if values[0] != "" {
				c.Same = append(c.Same, Fact{strings.TrimSpace(f.name), values[0]})
			}
			continue
		}
		for i, v := range values {
			if v == "" {
				values[i] = "–"
			}
		}
		c.Table.Rows = append(c.Table.Rows, row)
	}
	return c
}

// Comparison compares the models of the scene, over windows of the shortest of their horizons; there is none of fewer
// than two.
func (s *Scene) Comparison(ctx context.Context) (*Comparison, error) {
	if len(s.models) < 2 {
		return nil, nil
	}
	var all []Contender
	horizon := ShortestHorizon(s.models)
	for _, k := range s.models {
		x := Contender{File: k.Name, Info: k.Model.Info(nil, nil, nil)}
		if s.recorded != nil {
			e, err := s.evaluate(ctx, k.Model, horizon)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", k.Name, err)
			}
			x.Score = &e
		}
		all = append(all, x)
	}
	c := Compare(all, s.recorded)
	return &c, nil
}

// ShortestHorizon is that of the models, over which all can be compared.
func ShortestHorizon(models []Named) float64 {
	h := math.Inf(1)
	for _, k := range models {
		h = min(h, k.Model.Record.Horizon)
	}
	return h
}

// Histories are those of the models that have one, over each other.
func (s *Scene) Histories() []Plot {
	var runs []Run
	for _, k := range s.models {
		if len(k.History) > 0 {
			runs = append(runs, Run{k.Name, k.History})
		}
	}
	return Histories(runs)
}

// contention is a line of the table: a name, and its value of a model; "" where there is none.
type contention struct {
	name string
	of   func(Contender) string
}

// contended are what models are and how they were made.
var contended = []contention{
	{"family", func(c Contender) string { return c.Info.Family }},
	{"hidden layers", func(c Contender) string { return strings.Trim(fmt.Sprint(c.Info.Hidden), "[]") }},
	{"activation", func(c Contender) string { return c.Info.Activation }},
	{"head", func(c Contender) string { return string(c.Info.Head) }},
	{"numbers", func(c Contender) string { return fmt.Sprint(c.Info.Parameters) }},
	{"networks", func(c Contender) string { return fmt.Sprint(c.Info.Members) }},
	{"learned from", func(c Contender) string { return c.Info.Training.Objective }},
	{"method", func(c Contender) string { return c.Info.Training.Method }},
	{"steps", func(c Contender) string { return fmt.Sprint(c.Info.Training.Steps) }},
	{"seed", func(c Contender) string { return fmt.Sprint(c.Info.Training.Seed) }},
	{"time, s", func(c Contender) string { return fmt.Sprintf("%.3g", c.Info.Training.Seconds) }},
	{"recording", func(c Contender) string { return fmt.Sprintf("%.8s", c.Info.Training.Data) }},
	{"validation loss", func(c Contender) string { return fmt.Sprintf("%.3g", c.Info.Training.Validation) }},
	{"in doubt", func(c Contender) string { return yes(c.Info.Training.Doubt != "") }},
}

func yes(is bool) string {
	if is {
		return "yes"
	}
	return "no"
}

// onRecording are what was measured on a recording.
func onRecording(set *data.Set) (all []contention) {
	add := func(name string, of func(e lagrange.Evaluation, family string) string) {
		all = append(all, contention{name, func(c Contender) string {
			family := c.Info.Family
			if c.Info.Members > 1 {
				family = "ensemble"
			}
			return of(*c.Score, family)
		}})
	}
	add("windows", func(e lagrange.Evaluation, _ string) string { return fmt.Sprint(e.Windows) })
	add("of rows held out", func(e lagrange.Evaluation, _ string) string { return yes(e.HeldOut || !e.Seen) })
	for i, q := range set.Coordinates {
		if i == mostScored {
			break
		}
		add("error of "+label(q.Name, q.Unit), func(e lagrange.Evaluation, family string) string {
			return fmt.Sprintf("%.3g", e.Models[family].RMSEQ[i])
		})
		add("  median window", func(e lagrange.Evaluation, family string) string {
			return fmt.Sprintf("%.3g", e.Models[family].MedianQ[i])
		})
		add("  of constant velocity", func(e lagrange.Evaluation, _ string) string {
			return fmt.Sprintf("%.3g", e.Models[lagrange.ConstantVelocity].RMSEQ[i])
		})
	}
	add("error of all, rms", func(e lagrange.Evaluation, family string) string {
		return fmt.Sprintf("%.3g", RMS(e.Models[family].RMSEQ))
	})
	add("accelerations, rms", func(e lagrange.Evaluation, family string) string {
		if a, ok := e.Accelerations[family]; ok {
			return fmt.Sprintf("%.3g", RMS(a))
		}
		return ""
	})
	add("M not positive at", func(e lagrange.Evaluation, _ string) string {
		if e.Mass == nil {
			return ""
		}
		return fmt.Sprintf("%d of %d", e.Mass.NotPositive, e.Mass.States)
	})
	add("energy drift", func(e lagrange.Evaluation, _ string) string {
		switch {
		case e.EnergyDrift == nil:
			return ""
		case e.BreaksDown():
			return "breaks down"
		}
		return fmt.Sprintf("%.2g %%", 100**e.EnergyDrift)
	})
	return all
}

// mostScored is of how many coordinates each has lines of its own.
const mostScored = 6

package chains

import (
	"strings"
	"testing"

	"lagrange/experiment"
	"lagrange/experiment/bench"
	"lagrange/experiment/bench/benchtest"
	"lagrange/mech"
	"lagrange/train"
)

// All models learn a little of the spring, and their numbers are finite. The energy of the true motions has no error.
func TestBout(t *testing.T) {
	if testing.Short() {
		t.Skip("five models")
	}
	o := bench.Oscillator{V: func(q float64) float64 { return q * q }, DV: func(q float64) float64 { return 2 * q }}
	k, err := bench.OscillatorTask("spring", "Spring", o, 30, 0.1, 1, 1)
	if err != nil {
		t.Fatal(err)
	}
	for i, x := range k.Score(k, k.Truth) {
		if x > 1e-20 {
			t.Errorf("%s of the truth: %g", k.Measures[i], x)
		}
	}
	all := map[string]Outcome{}
	var bouts []*bout
	for _, c := range contestants(k) {
		b := &bout{task: k, contestant: c}
		if err := b.run(t.Context(), experiment.Settings{Steps: 300, Seed: 1}, 0); err != nil {
			t.Fatal(err)
		}
		if e := b.Measures["energy_mse"]; !(e < 0.3) || b.Steps != 300 || b.Parameters == 0 {
			t.Errorf("%s: %+v", c.Name, b.Outcome)
		}
		bouts, all[c.Name] = append(bouts, b), b.Outcome
	}
	if f := figure(k, bouts); len(f.Panels) != 4 || len(f.Panels[0].Series) != 6 || len(f.Panels[2].Series) != 5 {
		t.Errorf("figure %+v", f)
	}
	r := Report{Tasks: map[string]map[string]Outcome{"spring": all}}
	k.Published = map[string]string{"nn": "1e-9"}
	if v := verdict(k, all); !strings.Contains(v, "nn loses to the published 1e-9") || len(tableOf(k, r).Rows) != 5 {
		t.Error(v)
	}
}

// The figure of a task shows its first coordinate over time, and that one's velocity against it.
func TestTaskFigureShowsItsMotion(t *testing.T) {
	times := bench.Grid(2, 0.1)
	of := map[string][]float64{"true": benchtest.Wandering(times, 0), "lnn": benchtest.Wandering(times, 0.3)}
	k := &bench.Task{Title: "Task", Body: mech.Chain(2), Times: times, Truth: [][]float64{of["true"]}, YLabel: "error"}
	b := &bout{
		task: k, contestant: bench.Contestant{Network: bench.Network{Name: "lnn"}}, first: of["lnn"], errors: times,
		curve: []train.Point{{Step: 1, Valid: 100}, {Step: 10, Valid: 0.1}},
	}
	panels := benchtest.Drawn(t, figure(k, []*bout{b})).Panels
	for i, s := range []benchtest.Shows{
		{X: "t", Y: "q₁", Against: -1, Column: 0},
		{X: "q₁", Y: "q̇₁", Against: 0, Column: 2},
	} {
		s.Of, s.In, s.Times, s.Panel, s.Position = of, []string{"true", "lnn"}, times, panels[i], i
		s.Check(t)
	}
}

package paper

import (
	"strings"
	"testing"

	"lagrange/experiment"
	"lagrange/mech"
	"lagrange/train"
)

// All models learn a little of the spring, and their numbers are finite. The energy of the true motions has no error.
func TestBout(t *testing.T) {
	if testing.Short() {
		t.Skip("five models")
	}
	o := oscillator{V: func(q float64) float64 { return q * q }, dV: func(q float64) float64 { return 2 * q }}
	k, err := oscillatorTask("spring", "Spring", o, 30, 0.1, 1, 1)
	if err != nil {
		t.Fatal(err)
	}
	for i, x := range k.score(k, k.truth) {
		if x > 1e-20 {
			t.Errorf("%s of the truth: %g", k.measures[i], x)
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
			t.Errorf("%s: %+v", c.name, b.Outcome)
		}
		bouts, all[c.name] = append(bouts, b), b.Outcome
	}
	if f := figure(k, bouts); len(f.Panels) != 4 || len(f.Panels[0].Series) != 6 || len(f.Panels[2].Series) != 5 {
		t.Errorf("figure %+v", f)
	}
	r := BeyondReport{Tasks: map[string]map[string]Outcome{"spring": all}}
	k.published = map[string]string{"nn": "1e-9"}
	if v := verdict(k, all); !strings.Contains(v, "nn loses to the published 1e-9") || len(tableOf(k, r).Rows) != 5 {
		t.Error(v)
	}
}

// The figure of a task shows its first coordinate over time, and that one's velocity against it.
func TestTaskFigureShowsItsMotion(t *testing.T) {
	times := grid(2, 0.1)
	of := map[string][]float64{"true": wandering(times, 0), "lnn": wandering(times, 0.3)}
	k := &task{title: "Task", body: mech.Chain(2), times: times, truth: [][]float64{of["true"]}, ylabel: "error"}
	b := &bout{
		task: k, contestant: contestant{name: "lnn"}, first: of["lnn"], errors: times,
		curve: []train.Point{{Step: 1, Valid: 100}, {Step: 10, Valid: 0.1}},
	}
	panels := looked(t, figure(k, []*bout{b})).Panels
	for i, s := range []shows{
		{x: "t", y: "q₁", against: -1, column: 0},
		{x: "q₁", y: "q̇₁", against: 0, column: 2},
	} {
		s.of, s.in, s.times, s.panel, s.position = of, []string{"true", "lnn"}, times, panels[i], i
		s.check(t)
	}
}

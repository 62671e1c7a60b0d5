package experiment

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"lagrange/plot"
)

// fakes are three experiments that count their runs: one that works, one
// that is stopped or fails when told to, one that is made of the others.
type fakes struct {
	runs map[string]int
	stop func()
	fail error
}

func (f *fakes) list() []Experiment {
	f.runs = map[string]int{}
	table := Table{Title: "Errors", Columns: []string{"", "here", "published"}, Rows: [][]string{{"lnn", "2|3", "1"}}}
	return []Experiment{
		{Name: "one", Title: "The first", About: "measure\none thing.", Full: time.Hour, Quick: time.Minute,
			Run: func(_ context.Context, s Settings) (Result, error) {
				f.runs["one"]++
				s.On(Progress{Model: "m", Step: 1, Steps: 1})
				figure := plot.Figure{Panels: []plot.Panel{{Series: []plot.Series{{X: []float64{0, 1},
					Y: []float64{1, 2}}}}}}
				return Result{Numbers: map[string]uint64{"seed": s.Seed}, Tables: []Table{table},
					Figures: map[string]plot.Figure{"picture": figure},
					Notes:   []string{"lnn loses: 2 against 1."}}, nil
			}},
		{Name: "two", Title: "The second", About: "measure another.", Full: time.Hour, Quick: time.Minute,
			Run: func(ctx context.Context, s Settings) (Result, error) {
				if f.runs["two"]++; f.stop != nil {
					f.stop()
				}
				return Result{Numbers: 2}, errors.Join(ctx.Err(), f.fail)
			}},
		{Name: "three", Title: "The sum", About: "put together.", Derived: true,
			Run: func(_ context.Context, s Settings) (Result, error) {
				f.runs["three"]++
				return Result{Numbers: slices.Sorted(maps.Keys(s.Others))}, nil
			}},
	}
}

func quiet(Experiment) func(Progress) { return func(Progress) {} }

// A run of all that is stopped goes on behind what is finished, as long as nothing else is asked for; what is made of
// the others is made anew.
func TestAllGoesOn(t *testing.T) {
	var f fakes
	experiments := f.list()
	s := Settings{Seed: 3, Quick: true, Code: Code{Commit: "v1"}, Folder: filepath.Join(t.TempDir(), "a", "b")}
	expect := func(what string, one, two, three int) {
		t.Helper()
		if f.runs["one"] != one || f.runs["two"] != two || f.runs["three"] != three {
			t.Errorf("%s: runs %v", what, f.runs)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	f.stop = cancel
	all, err := All(ctx, experiments, s, quiet)
	if !errors.Is(err, context.Canceled) || len(all) != 1 {
		t.Fatalf("stopped: %v, %v", all, err)
	}
	expect("stopped", 1, 1, 0)
	if text := read(t, s.Folder, "results.md"); !strings.Contains(text, "2 experiments have not run") {
		t.Errorf("the page of a part: %s", text)
	}
	f.stop = nil
	if done := Done(experiments, s); len(done) != 1 || done["one"].Run.Name != "one" {
		t.Errorf("done: %v", done)
	}
	if all, err = All(t.Context(), experiments, s, quiet); err != nil || len(all) != 3 {
		t.Fatal(all, err)
	}
	expect("resumed", 1, 2, 1)
	if string(all[0].Numbers) != read(t, Folder(s.Folder, "one"), "report.json") ||
		string(all[2].Numbers) != `["one","two"]` {
		t.Errorf("numbers %s, %s", all[0].Numbers, all[2].Numbers)
	}
	if reports := Reports(s.Folder, experiments[:2]); len(reports) != 2 ||
		string(reports["two"]) != read(t, Folder(s.Folder, "two"), "report.json") {
		t.Errorf("reports %v", reports)
	}
	again := func(what string, s Settings, one, two, three int) {
		t.Helper()
		if _, err := All(t.Context(), experiments, s, quiet); err != nil {
			t.Fatal(err)
		}
		expect(what, one, two, three)
	}
	again("again", s, 1, 2, 2)
	for i, change := range []func(*Settings){
		func(s *Settings) { s.Seed++ }, func(s *Settings) { s.Quick = false },
		func(s *Settings) { s.Code.Commit = "v2" },
		func(s *Settings) { s.Steps = 5 }, func(s *Settings) { s.Budget = time.Second },
	} {
		change(&s)
		again("changed", s, i+2, i+3, i+3)
	}
	if err := os.Remove(filepath.Join(Folder(s.Folder, "one"), "picture.png")); err != nil {
		t.Fatal(err)
	}
	again("a picture lost", s, 7, 7, 8)
}

func read(t *testing.T, folder, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(folder, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// The page has tables beside what was published, losses, pictures that are there,
// seeds, commands and failures; without a folder the numbers come all the same.
func TestPage(t *testing.T) {
	var f fakes
	experiments := f.list()
	f.fail = errors.New("out of luck")
	folder := t.TempDir()
	all, err := All(t.Context(), experiments, Settings{Seed: 9, Steps: 5, Folder: folder}, quiet)
	if !errors.Is(err, f.fail) || !strings.Contains(err.Error(), "two: ") || len(all) != 3 || f.runs["three"] != 1 {
		t.Errorf("a failure: %v, %v", all, err)
	}
	text := read(t, folder, "results.md")
	for _, want := range []string{
		"## The first\n\nMeasure one thing.", "`lagrange reproduce one --steps 5 --seed 9`", "[The first](#the-first)",
		"**Errors**",
		"|  | here | published |\n| --- | --- | --- |\n| lnn | 2\\|3 | 1 |", "- lnn loses: 2 against 1.",
		"![picture](results/one/picture.png)",
		"**Failed:** out of luck",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if _, err := os.Stat(filepath.Join(folder, "results/one/picture.png")); err != nil {
		t.Error(err)
	}
	if done := Done(experiments, Settings{Seed: 9, Steps: 5, Folder: folder}); len(done) != 1 {
		t.Errorf("done: %v", done)
	}
	all, _ = All(t.Context(), experiments, Settings{Seed: 4}, quiet)
	if string(all[0].Numbers) != `{"seed":4}` {
		t.Errorf("%s", all[0].Numbers)
	}
}

// Curves with gaps become pieces of one name, which JSON can hold.
func TestUnbroken(t *testing.T) {
	f := Unbroken(plot.Figure{Panels: []plot.Panel{{Series: []plot.Series{{Name: "a", X: []float64{0, 1, 2, 3},
		Y: []float64{5, math.NaN(), 7, 8}}}}}})
	text, err := json.Marshal(f.Panels[0].Series)
	if err != nil ||
		string(text) != `[{"Name":"a","X":[0],"Y":[5],"Style":0},{"Name":"a","X":[2,3],"Y":[7,8],"Style":0}]` {
		t.Errorf("%s, %v", text, err)
	}
}

// With Only the others do not run, but what they have left stays on the page; what has not run is not on it.
func TestOnly(t *testing.T) {
	f := &fakes{}
	list := f.list()
	s := Settings{Seed: 3, Folder: t.TempDir(), Only: []string{"two"}}
	if all, err := All(t.Context(), list, s, quiet); err != nil || len(all) != 1 || all[0].Run.Name != "two" ||
		f.runs["one"] != 0 {
		t.Fatalf("%v, %v, %v", all, err, f.runs)
	}
	s.Only, s.Seed = []string{"one"}, 4
	all, err := All(t.Context(), list, s, quiet)
	if err != nil || len(all) != 2 || all[1].Run.Seed != 3 || f.runs["one"] != 1 || f.runs["two"] != 1 {
		t.Fatalf("%v, %v, %v", all, err, f.runs)
	}
	text := read(t, s.Folder, "results.md")
	for _, part := range []string{"## The first", "`lagrange reproduce one --seed 4`", "## The second",
		"`lagrange reproduce two --seed 3`", "1 experiments have not run yet"} {
		if !strings.Contains(text, part) {
			t.Errorf("no %q in %s", part, text)
		}
	}
}

// Models, a recipe and seeds are for the experiment that has a choice of them: to it they are another run, to the
// others, which never see them, they are not.
func TestChoice(t *testing.T) {
	var seen []Settings
	run := func(_ context.Context, s Settings) (Result, error) {
		seen = append(seen, s)
		return Result{Numbers: 1}, nil
	}
	list := []Experiment{{Name: "one", Run: run}, {Name: "two", Run: run, Models: []string{"a", "b"}, Default: 1}}
	s := Settings{Folder: t.TempDir(), Seeds: 1}
	for _, change := range []func(){func() {}, func() { s.Models = []string{"b"} }, func() { s.Recipe = "r" },
		func() { s.Seeds = 2 }} {
		change()
		if _, err := All(t.Context(), list, s, quiet); err != nil {
			t.Fatal(err)
		}
	}
	if len(seen) != 5 || seen[0].Seeds != 0 || seen[1].Seeds != 1 || !slices.Equal(seen[2].Models, []string{"b"}) {
		t.Errorf("%+v", seen)
	}
	if done := Done(list, s); len(done) != 2 || done["one"].Run.Models != "" || done["two"].Run.Models != "b" {
		t.Errorf("%+v", done)
	}
}

//go:build !nosweep

package main

import (
	"encoding/json"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"lagrange/paper"
	"lagrange/sweep"
)

// TestResultsFile holds examples/results.toml against the experiments there are: all but those that need recordings.
func TestResultsFile(t *testing.T) {
	f, err := sweep.ReadFile("../../examples/results.toml")
	if err != nil {
		t.Fatal(err)
	}
	if err := flagsOf(f); err != nil {
		t.Error(err)
	}
	var want []string
	for _, e := range paper.Experiments() {
		if !e.Needs {
			want = append(want, e.Name)
		}
	}
	var got []string
	for _, choice := range f.Space["only"].Choices {
		got = append(got, choice.(string))
	}
	if !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// TestPageAsSweep makes a page as a sweep of two experiments, quick and of two steps: their sections are there, of this
// program, and have the numbers of the experiment run by itself. What is over is not run again.
func TestPageAsSweep(t *testing.T) {
	if testing.Short() {
		t.Skip("three experiments")
	}
	folder := t.TempDir()
	program := linked(t, folder)
	if program == "" {
		t.Skip("no links here")
	}
	text := content(t, "../../examples/results.toml")
	head, _, _ := strings.Cut(text, "choices =")
	head = strings.Replace(head, `["all"]`, `["all", "--quick", "--steps", "2"]`, 1)
	head = strings.Replace(head, "cores   = 2", "cores   = 1", 1)
	written(t, filepath.Join(folder, "page.toml"), head+`choices = ["table", "activations"]`)
	lagrange := func(args ...string) string {
		t.Helper()
		cmd := exec.Command(program, args...)
		cmd.Dir = folder
		cmd.Env = append(cmd.Environ(), "GOMAXPROCS=1")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %v\n%s", args, err, out)
		}
		return string(out)
	}
	said := lagrange("sweep", "page.toml", "-o", "out")
	for _, want := range []string{"2/2  ", "2 of 2 trials ended, 0 failed", "page of results: out/results.md"} {
		if !strings.Contains(said, want) {
			t.Errorf("no %q in\n%s", want, said)
		}
	}
	page := content(t, filepath.Join(folder, "out/results.md"))
	for _, want := range []string{"`lagrange reproduce activations --quick --steps 2 --seed 1`",
		"`lagrange reproduce table --quick --steps 2 --seed 1`", "1 core. Run from " + ownCode().String() + ".",
		"![table](results/table/table.png)", "experiments have not run yet"} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q in\n%.2000s", want, page)
		}
	}
	if table := content(t, filepath.Join(folder, "out/results.csv")); table !=
		"point,only,seed,measure,error\n0,table,1,1,\n1,activations,1,1,\n" {
		t.Error(table)
	}
	lagrange("reproduce", "table", "--quick", "--steps", "2", "-o", "alone")
	report := func(path string) (r map[string]any) {
		if err := json.Unmarshal([]byte(content(t, filepath.Join(folder, path, "report.json"))), &r); err != nil {
			t.Fatal(err)
		}
		delete(r, "seconds")
		return r
	}
	if a, b := report("out/results/table"), report("alone"); !reflect.DeepEqual(a, b) {
		t.Errorf("in a sweep %v\nalone %v", a, b)
	}
	if said := lagrange("sweep", "resume", "out"); strings.Contains(said, "2/2") {
		t.Errorf("run again:\n%s", said)
	}
}

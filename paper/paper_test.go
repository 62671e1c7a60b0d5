package paper

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lagrange/experiment"
)

// Every experiment is complete, has a name of its own, says how long it takes, and is found by its name.
func TestExperiments(t *testing.T) {
	seen := map[string]bool{"all": true}
	var quick time.Duration
	for i, e := range Experiments() {
		if e.Title == "" || e.About == "" || e.Run == nil || e.Full < e.Quick || e.Quick <= 0 && !e.Derived {
			t.Errorf("%s: %+v", e.Name, e)
		}
		if seen[e.Name] || strings.ContainsAny(e.Name, "/ .") || e.Name == "" {
			t.Errorf("%d: name %q", i, e.Name)
		}
		seen[e.Name] = true
		if found, err := Lookup(e.Name); err != nil || found.Title != e.Title {
			t.Errorf("%s: %v", e.Name, err)
		}
		if !e.Needs { // a run of all without recordings leaves it out
			quick += e.Takes(experiment.Settings{Quick: true})
		}
	}
	if quick > 20*time.Minute { // README says 20 minutes
		t.Errorf("all of them quickly take %v", quick)
	}
	_, err := Lookup("nonesuch")
	for _, name := range Names() {
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%v does not name %s", err, name)
		}
	}
}

// The page of results says what the folders below it hold, told by this code, but for the commits and for experiments
// that have not run.
func TestPageIsCurrent(t *testing.T) {
	folder := t.TempDir()
	results, err := filepath.Abs("../doc/results")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(results, filepath.Join(folder, "results")); err != nil {
		t.Skip(err)
	}
	if err := experiment.Page(folder, Experiments(), experiment.Code{}); err != nil {
		t.Fatal(err)
	}
	var pages [2][]string
	for i, name := range []string{"../doc/results.md", filepath.Join(folder, "results.md")} {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			if strings.HasPrefix(line, "`lagrange reproduce") || strings.Contains(line, "the code that wrote it") ||
				strings.HasSuffix(line, "experiments have not run yet.\n") || line == "\n" {
				continue
			}
			pages[i] = append(pages[i], line)
		}
	}
	for i, line := range pages[1] {
		if i >= len(pages[0]) || line != pages[0][i] {
			t.Fatalf("doc/results.md is not what `lagrange reproduce page -o doc` writes; line %d of the "+
				"text would be\n%s", i+1, line)
		}
	}
	if len(pages[0]) != len(pages[1]) || len(pages[0]) < 100 {
		t.Errorf("doc/results.md has %d lines of text, and would have %d", len(pages[0]), len(pages[1]))
	}
}

package paper

import (
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
		quick += e.Takes(experiment.Settings{Quick: true})
	}
	if quick > 18*time.Minute { // README says about 17 minutes
		t.Errorf("all of them quickly take %v", quick)
	}
	_, err := Lookup("nonesuch")
	for _, name := range Names() {
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%v does not name %s", err, name)
		}
	}
}

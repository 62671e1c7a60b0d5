package sweep

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestFolder goes on where a process was cut off in the middle of a line, and looks at a folder in which another
// process works without a change to it.
func TestFolder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "runs")
	s, err := New(parsed(t, valid), "v1", nil)
	if err != nil {
		t.Fatal(err)
	}
	d, err := Begin(path, s, Where{})
	if err != nil {
		t.Fatal(err)
	}
	for i, trial := range s.Due()[:5] {
		v := float64(i)
		r := Result{ID: trial.ID, Value: &v}
		s.Add(r)
		if err := d.Note(&r); err != nil {
			t.Fatal(err)
		}
	}
	_, _ = d.log.WriteString(`{"id":"p2-s`)
	log := filepath.Join(path, resultsName)
	before, _ := os.ReadFile(log)
	look, err := Open(path, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	if ended, _, _ := look.Sweep.Ended(); ended != 5 {
		t.Errorf("%d trials are seen to have ended", ended)
	}
	if err := look.Close(); err != nil {
		t.Fatal(err)
	}
	if after, _ := os.ReadFile(log); string(after) != string(before) {
		t.Error("a look has changed the folder")
	}
	if _, err := Open(path, "v1", nil); err == nil || !strings.Contains(err.Error(), "runs there already") {
		t.Errorf("two processes work in one folder: %v", err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	_, err = Open(path, "v2", nil)
	if err == nil || !strings.Contains(err.Error(), "lagrange v1, and this is lagrange v2") {
		t.Errorf("another version goes on: %v", err)
	}
	again, err := Open(path, "v1", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if ended, _, _ := again.Sweep.Ended(); ended != 5 {
		t.Errorf("%d trials have ended", ended)
	}
	if due := again.Sweep.Due(); len(due) != 7 {
		t.Errorf("%d of 12 trials are due, of which 5 have ended", len(due))
	}
	after, _ := os.ReadFile(log)
	if strings.Count(string(after), "\n") != 5 || !strings.HasSuffix(string(after), "\n") {
		t.Errorf("half a line is left: %q", after)
	}
}

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

// TestRecordings has a recording gone, changed and back: to go on is refused in words that say which it is and what to
// do, a look needs none, and with the recording as it was the sweep goes on.
func TestRecordings(t *testing.T) {
	folder := t.TempDir()
	at, runs := filepath.Join(folder, "swings.csv"), filepath.Join(folder, "runs")
	put := func(text string) {
		t.Helper()
		if err := os.WriteFile(at, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	put("t,theta\n0,1\n")
	text := strings.Replace(valid, `args = [`, `args = ["swings.csv", `, 1)
	f, err := Parse(filepath.Join(folder, "sweep.toml"), []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	s, err := New(f, "v1", nil)
	if err != nil {
		t.Fatal(err)
	}
	d, err := Begin(runs, s, Where{})
	if err != nil {
		t.Fatal(err)
	}
	v := 0.5
	for _, trial := range s.Due()[:2] {
		r := Result{ID: trial.ID, Value: &v}
		s.Add(r)
		if err := d.Note(&r); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	opens := func(program, want string) { t.Helper(); opens(t, runs, program, s.ID, at, want) }
	opens("v1", "")
	if err := os.Remove(at); err != nil {
		t.Fatal(err)
	}
	opens("v1", "is gone: put it back as it was, and the same command goes on")
	opens("", "")
	put("t,theta\n0,2\n")
	opens("v1", "is not the recording that the sweep began with")
	opens("", "")
	put("t,theta\n0,1\n")
	opens("v1", "")
}

// opens opens a folder for a program, or to look at it, and compares the sweep, or the error about a recording.
func opens(t *testing.T, path, program, id, recording, want string) {
	t.Helper()
	d, err := Open(path, program, nil)
	switch {
	case err == nil:
		if _, ok := d.Sweep.Leader(); !ok || d.Sweep.ID != id {
			t.Errorf("the sweep is %s, and leads: %v", d.Sweep.ID, ok)
		}
		if err := d.Close(); err != nil || want != "" {
			t.Errorf("opened, %v; want %q", err, want)
		}
	case want == "" || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), recording):
		t.Errorf("%v; want %q and %s", err, want, recording)
	}
}

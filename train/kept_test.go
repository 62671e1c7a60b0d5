package train

import (
	"math"
	"path/filepath"
	"testing"
)

// A run that an earlier version interrupted at step 7 of 12 goes on, and ends where one of today does that was never
// interrupted, but for rounding: another processor may have written the file.
func TestKeptCheckpoints(t *testing.T) {
	for _, method := range []string{Adam, GaussNewton} {
		whole, l := newLoop(t, 12), newLoop(t, 12)
		whole.Settings.Method = method
		want := run(t, whole)
		var err error
		path := filepath.Join("testdata", method+".checkpoint")
		if l.State, l.Settings, err = LoadCheckpoint(path, Identity{"seed": "1"}, l.Model); err != nil {
			t.Fatal(err)
		}
		if l.State.Step != 7 || l.Settings.Method != method {
			t.Fatalf("%s: step %d of %+v", path, l.State.Step, l.Settings)
		}
		got := run(t, l)
		if got.Step != want.Step || got.Updates != want.Updates || len(got.History) != len(want.History) {
			t.Errorf("%s: %d steps, %d updates, %d validations; uninterrupted %d, %d, %d", path, got.Step, got.Updates,
				len(got.History), want.Step, want.Updates, len(want.History))
		}
		for i, x := range want.Theta {
			if !(math.Abs(got.Theta[i]-x) < 1e-9) {
				t.Fatalf("%s: parameter %d is %v, uninterrupted %v", path, i, got.Theta[i], x)
			}
		}
	}
}

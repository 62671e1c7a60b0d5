package recorded

import (
	"context"
	"reflect"
	"slices"
	"testing"

	"lagrange/experiment"
)

// A run that was interrupted goes on after its last finished training, and only where the code is the same.
func TestGoesOn(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes seconds")
	}
	s := experiment.Settings{Recordings: recordingsFolder(t), Folder: t.TempDir(), Seed: 1, Steps: 1,
		Code: experiment.Code{Commit: "a"}}
	r := recordings[slices.IndexFunc(recordings, func(r recording) bool { return r.name == "direct-collocation" })]
	run := func(ctx context.Context, s experiment.Settings, names ...string) (Row, error) {
		t.Helper()
		store, err := openStore(s)
		if err != nil {
			t.Fatal(err)
		}
		defer store.Close()
		return r.row(ctx, s, names, store)
	}
	first, err := run(t.Context(), s, "nn")
	if err != nil {
		t.Fatal(err)
	}
	if e := first.Models["nn"].Error; !(e.Over > 0) || first.Others[through]["nn"] == (Error{}) ||
		first.Others[filtered]["textbook"] == (Error{}) {
		t.Errorf("nothing is measured: %+v", first)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	again, err := run(ended, s, "nn") // it has no time for anything
	if err != nil || !reflect.DeepEqual(again, first) {
		t.Errorf("gone on from what was finished: %+v, %v, before %+v", again, err, first)
	}
	if _, err := run(ended, s, "nn", "default"); err == nil {
		t.Error("a training that is not there was not made")
	}
	s.Code.Program = "b"
	if _, err := run(ended, s, "nn"); err == nil {
		t.Error("what other code has finished was taken")
	}
}

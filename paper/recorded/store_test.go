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

// What is finished is taken for the same recording, model, seed, steps and code alone.
func TestPartOf(t *testing.T) {
	type of struct {
		recording, name string
		seed            uint64
		steps           int
		code            experiment.Code
	}
	first := of{"ilqr", "nn", 1, 9, experiment.Code{Commit: "a", Program: "b"}}
	others := slices.Repeat([]of{first}, 6)
	others[0].recording, others[1].name, others[2].seed, others[3].steps = "ddp", "lnn", 2, 8
	others[4].code.Commit, others[5].code.Program = "c", "c"
	made := 0
	folder := t.TempDir()
	for _, o := range append([]of{first, first}, append(others, first)...) {
		s := experiment.Settings{Folder: folder, Seed: o.seed, Steps: o.steps, Code: o.code}
		store, err := openStore(s)
		if err != nil {
			t.Fatal(err)
		}
		_, err = store.once(s, o.recording, o.name, func() (part, error) { made++; return part{}, nil })
		if err != nil {
			t.Fatal(err)
		}
		store.Close()
	}
	if made != 1+len(others) {
		t.Errorf("%d parts were made of %d that differ", made, 1+len(others))
	}
}

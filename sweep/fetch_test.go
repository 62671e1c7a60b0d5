package sweep

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// Workers that share a folder may fetch a recording at the same time: each trial has it, and what is there is not
// fetched again.
func TestFetch(t *testing.T) {
	folder, board := t.TempDir(), &one{text: []byte("t,x\n")}
	if err := os.Mkdir(filepath.Join(folder, "s"), 0o755); err != nil {
		t.Fatal(err)
	}
	for round := range 100 {
		object := fmt.Sprint("recording-", round)
		var wait sync.WaitGroup
		for i := range 8 {
			wait.Go(func() {
				w, path := &Worker{Board: board, Folder: folder}, filepath.Join(folder, fmt.Sprint(round, "-", i))
				if err := w.fetch(t.Context(), "s", object, path); err != nil {
					t.Errorf("round %d: %v", round, err)
				}
				if text, err := os.ReadFile(path); err != nil || string(text) != "t,x\n" {
					t.Errorf("round %d: %q, %v", round, text, err)
				}
			})
		}
		wait.Wait()
		w, path := &Worker{Board: &one{}, Folder: folder}, filepath.Join(folder, fmt.Sprint(round, "-again"))
		if err := w.fetch(t.Context(), "s", object, path); err != nil {
			t.Errorf("round %d, again: %v", round, err)
		}
	}
}

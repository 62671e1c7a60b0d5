package sweep

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lagrange/internal/file"
)

// one is a board that holds one file.
type one struct {
	Board
	text []byte
}

func (o *one) Get(_ context.Context, _, _, path string) error {
	if o.text == nil {
		return ErrNoFile
	}
	return file.Put(path, o.text)
}

func (o *one) Put(_ context.Context, _, _, path string) (err error) {
	o.text, err = os.ReadFile(path)
	return err
}

func (o *one) Forget(context.Context, string, string) error {
	o.text = nil
	return nil
}

// TestBroken restores a checkpoint, and begins anew, with a word and without a piece of it, where it is cut off.
func TestBroken(t *testing.T) {
	board, told := &one{}, ""
	w := &Worker{Board: board, On: func(e Event) { told += e.Note }}
	from, to := t.TempDir(), t.TempDir()
	var files []stamped
	for _, name := range []string{"model.lagrange.1.checkpoint", "model.lagrange"} {
		path := filepath.Join(from, name)
		if err := file.Put(path, []byte(strings.Repeat(name, 100))); err != nil {
			t.Fatal(err)
		}
		files = append(files, stamped{path: path})
	}
	if err := w.save(t.Context(), Trial{}, "checkpoint", from, files); err != nil {
		t.Fatal(err)
	}
	whole := board.text
	if err := w.restore(t.Context(), Trial{}, to); err != nil || told != "" {
		t.Error(err, told)
	}
	for _, f := range files {
		text, _ := os.ReadFile(filepath.Join(to, filepath.Base(f.path)))
		if want, _ := os.ReadFile(f.path); string(text) != string(want) {
			t.Errorf("%s came back as %q", f.path, text)
		}
	}
	for _, text := range []string{string(whole[:4000]), "no archive at all", strings.Repeat("x", 4096)} {
		board.text, told, to = []byte(text), "", t.TempDir()
		err := w.restore(t.Context(), Trial{}, to)
		if err != nil || !strings.Contains(told, "begins anew") || board.text != nil {
			t.Errorf("%.10q: %v, %q, still there: %v", text, err, told, board.text != nil)
		}
		if left, _ := filepath.Glob(filepath.Join(to, "model*")); len(left) > 0 {
			t.Errorf("%.10q: left %v", text, left)
		}
	}
}

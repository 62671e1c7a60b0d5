package sweep

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"lagrange/internal/file"
)

// keepEvery is how often a worker looks whether there is a new checkpoint to keep on the board.
const keepEvery = 5 * time.Second

// keep copies checkpoints to the board while a trial runs, and once more at its end.
func (w *Worker) keep(ctx context.Context, t Trial, c command, folder string) (stop func()) {
	quit, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(keepEvery)
		defer tick.Stop()
		last := ""
		look := func(ctx context.Context) {
			state := left(folder, c)
			if fmt.Sprint(state) == last || len(state) == 0 {
				return
			}
			if err := w.save(ctx, t, "checkpoint", folder, state); err != nil {
				w.tell(Event{Trial: t, Note: fmt.Sprintf("a checkpoint could not be kept: %v", err)})
				return
			}
			last = fmt.Sprint(state)
		}
		for {
			select {
			case <-tick.C:
				look(ctx)
			case <-quit:
				if ctx.Err() != nil { // ended from outside: the child has saved its state for whoever goes on
					late, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
					look(late)
					cancel()
				}
				return
			}
		}
	}()
	return func() { close(quit); <-done }
}

// stamped is a file and when it was written.
type stamped struct {
	path string
	when time.Time
}

// left is what a trial has left so far. A training ends between model and report, too.
func left(folder string, c command) (all []stamped) {
	for _, pattern := range c.kept {
		paths, _ := filepath.Glob(filepath.Join(folder, pattern))
		for _, p := range paths {
			if info, err := os.Stat(p); err == nil && info.Mode().IsRegular() {
				all = append(all, stamped{p, info.ModTime()})
			}
		}
	}
	return all
}

// save puts files on the board, as one archive, so that they belong together.
func (w *Worker) save(ctx context.Context, t Trial, what, folder string, files []stamped) error {
	path := filepath.Join(folder, what+".tar")
	err := file.Write(path, func(to io.Writer) error {
		a := tar.NewWriter(to)
		for _, s := range files {
			text, err := os.ReadFile(s.path)
			if errors.Is(err, os.ErrNotExist) { // the training has ended just now
				continue
			}
			if err != nil {
				return err
			}
			name, err := filepath.Rel(folder, s.path)
			if err != nil {
				return err
			}
			h := &tar.Header{Name: filepath.ToSlash(name), Mode: 0o644, Size: int64(len(text))}
			if err := a.WriteHeader(h); err != nil {
				return err
			}
			if _, err := a.Write(text); err != nil {
				return err
			}
		}
		return a.Close()
	})
	if err != nil {
		return err
	}
	return w.Board.Put(ctx, t.Sweep, t.ID+"/"+what, path)
}

// restore lays out the checkpoint of an earlier try, if there is one. One that cannot be read is dropped, and the trial
// begins anew.
func (w *Worker) restore(ctx context.Context, t Trial, folder string) error {
	path := filepath.Join(folder, "checkpoint.tar")
	switch err := w.Board.Get(ctx, t.Sweep, t.ID+"/checkpoint", path); {
	case errors.Is(err, ErrNoFile):
		return nil
	case err != nil:
		return fmt.Errorf("its checkpoint: %w", err)
	}
	files, err := unpacked(path)
	if err != nil {
		w.tell(Event{Trial: t, Note: fmt.Sprintf("its checkpoint cannot be read, so it begins anew: %v", err)})
		return w.Board.Forget(ctx, t.Sweep, t.ID+"/checkpoint")
	}
	return spread(folder, files)
}

// spread writes files below a folder.
func spread(folder string, files map[string][]byte) error {
	for name, text := range files {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := file.Put(path, text); err != nil {
			return err
		}
	}
	return nil
}

// unpacked are the files of an archive, all or none.
func unpacked(path string) (map[string][]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	files := map[string][]byte{}
	for a := tar.NewReader(f); ; {
		h, err := a.Next()
		if err == io.EOF {
			return files, nil
		}
		if err != nil {
			return nil, err
		}
		name := filepath.FromSlash(h.Name)
		if !filepath.IsLocal(name) {
			return nil, fmt.Errorf("%q leads out of the folder", h.Name)
		}
		if files[name], err = io.ReadAll(a); err != nil {
			return nil, err
		}
	}
}

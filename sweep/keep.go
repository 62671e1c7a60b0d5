package sweep

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"lagrange/internal/file"
)

// keepEvery is how often a worker looks whether there is a new checkpoint to keep on the board.
const keepEvery = 5 * time.Second

// keep copies checkpoints to the board while a trial runs, and once more at its end.
func (w *Worker) keep(ctx context.Context, t Trial, c command, folder string) (stop func()) {
	if c.checkpoint == "" {
		return func() {}
	}
	quit, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(keepEvery)
		defer tick.Stop()
		last := ""
		look := func(ctx context.Context) {
			state := w.checkpoints(folder, c)
			if fmt.Sprint(state) == last || len(state) == 0 {
				return
			}
			if err := w.save(ctx, t, folder, state); err != nil {
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

func (w *Worker) checkpoints(folder string, c command) (all []stamped) {
	paths, _ := filepath.Glob(filepath.Join(folder, c.checkpoint))
	paths = append(paths, filepath.Join(folder, c.model)) // a training ends between model and report, too
	slices.Sort(paths)
	for _, p := range paths {
		if info, err := os.Stat(p); err == nil {
			all = append(all, stamped{p, info.ModTime()})
		}
	}
	return all
}

// save puts checkpoints on the board, as one archive, so that they belong together.
func (w *Worker) save(ctx context.Context, t Trial, folder string, files []stamped) error {
	path := filepath.Join(folder, "checkpoint.tar")
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
			h := &tar.Header{Name: filepath.Base(s.path), Mode: 0o644, Size: int64(len(text))}
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
	return w.Board.Put(ctx, t.Sweep, t.ID+"/checkpoint", path)
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
	for name, text := range files {
		if err := file.Put(filepath.Join(folder, name), text); err != nil {
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
		if files[filepath.Base(h.Name)], err = io.ReadAll(a); err != nil {
			return nil, err
		}
	}
}

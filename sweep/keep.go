package sweep

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"lagrange/internal/file"
)

// keepEvery is how often a worker looks at least whether there is a new checkpoint to keep on the board. A board that
// is slow is given checkpoints less often: one that took a second comes keepShare seconds after the last, so that
// however many workers there are, what each of them asks for is a small part of its time. Where the board has no room
// the time doubles, up to keepMost.
const (
	keepEvery = 5 * time.Second
	keepShare = 20
	keepMost  = 5 * time.Minute
)

// keep copies checkpoints to the board while a trial runs, and once more where it is ended from outside.
func (w *Worker) keep(ctx context.Context, t Trial, c command, folder string) (stop func()) {
	quit, done := make(chan struct{}), make(chan struct{})
	k := keeper{w: w, t: t, c: c, folder: folder, wait: keepEvery}
	go func() {
		defer close(done)
		for {
			select {
			case <-time.After(k.wait):
				k.look(ctx)
			case <-quit:
				if ctx.Err() != nil { // ended from outside: the child has saved its state for whoever goes on
					late, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
					k.look(late)
					cancel()
				}
				return
			}
		}
	}()
	return func() { close(quit); <-done }
}

// keeper keeps the checkpoints of a trial.
type keeper struct {
	w      *Worker
	t      Trial
	c      command
	folder string
	last   string        // checkpoints that are kept
	wait   time.Duration // until the next look
	failed bool          // the last one could not be kept
}

// look keeps the checkpoints that there are, if they are new.
func (k *keeper) look(ctx context.Context) {
	state := left(k.folder, k.c)
	if fmt.Sprint(state) == k.last || len(state) == 0 {
		return
	}
	files := state
	if k.c.history != "" {
		files = append(files, stamped{path: filepath.Join(k.folder, k.c.history)})
	}
	begin := time.Now()
	err := k.w.save(ctx, k.t, "checkpoint", k.folder, files)
	took := time.Since(begin)
	if err != nil {
		if !k.failed {
			k.w.tell(Event{Trial: k.t, Note: fmt.Sprintf("a checkpoint could not be kept: %v", err)})
		}
		k.wait, k.failed = min(2*k.wait, keepMost), true
		return
	}
	k.last, k.failed = fmt.Sprint(state), false
	k.wait = max(keepEvery, keepShare*took)
}

// stamped is a file and when it was written.
type stamped struct {
	path string
	when time.Time
}

// whole says whether a file is written whole or not at all. Lines are added to others, which may end in half a one.
func (s stamped) whole() bool { return filepath.Ext(s.path) != ".jsonl" }

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
			if !s.whole() {
				text = text[:bytes.LastIndexByte(text, '\n')+1]
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

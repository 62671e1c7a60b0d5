package sweep

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// command is one of the program's that a sweep can run.
type command struct {
	name    string
	args    []string // what each trial is given
	kept    []string // patterns of what it leaves on the way and, of a page, in the end
	model   string   // what it writes
	history string   // how it went, line by line
}

var commands = []command{
	{name: "train", args: []string{"--json", "--resume", "-o", "model.lagrange"},
		kept: []string{"model.lagrange.*.checkpoint", "model.lagrange"}, model: "model.lagrange",
		history: "model.lagrange.history.jsonl"},
	// the parts that are finished, of the experiment or of those of all
	{name: "reproduce", args: []string{"--json", "-o", "."}, kept: []string{"*.jsonl", "results/*/*"}},
}

func (t Trial) command() (command, error) {
	for _, c := range commands {
		if c.name == t.Run {
			return c, nil
		}
	}
	return command{}, fmt.Errorf("a sweep runs train or reproduce, not %q", t.Run)
}

// failures are the errors of the tries before.
func (w *Worker) failures(ctx context.Context, t Trial) (errs []string, err error) {
	text, err := w.Board.Noted(ctx, t.Sweep, "failed."+t.ID)
	if err != nil || text == nil {
		return nil, err
	}
	return errs, json.Unmarshal(text, &errs)
}

func (w *Worker) fail(ctx context.Context, t Trial, errs []string) error {
	text, err := json.Marshal(errs)
	if err != nil {
		return err
	}
	return w.Board.Note(ctx, t.Sweep, "failed."+t.ID, text)
}

// trouble is an error of the board or of the machine, for which no trial is to blame: the trial goes back, and the
// worker ends.
type trouble struct{ error }

func (t trouble) Unwrap() error { return t.error }

// ofBoard makes trouble of an error, unless the trial's time has run out meanwhile.
func ofBoard(ctx context.Context, err error) error {
	switch {
	case err == nil || errors.Is(err, ErrNoFile):
		return err
	case ctx.Err() != nil:
		return context.Cause(ctx)
	}
	return trouble{err}
}

// full is the trouble of a machine without room for trials.
func (w *Worker) full(err error) error {
	return trouble{fmt.Errorf("%w: make room for trials in %s, or give the worker another folder for scratch", err,
		w.Folder)}
}

// scratch is an error of the folder for trials.
func (w *Worker) scratch(err error) error {
	if noRoom(err.Error()) {
		return w.full(err)
	}
	return trouble{err}
}

// noRoom says whether what a program said is that a disk is full.
func noRoom(said string) bool {
	return strings.Contains(said, syscall.ENOSPC.Error()) || strings.Contains(said, syscall.EDQUOT.Error())
}

// try runs the program in the trial's folder, from the checkpoint if there is one on the board.
func (w *Worker) try(ctx context.Context, t Trial) (r Result, err error) {
	c, err := t.command()
	if err != nil {
		return r, err
	}
	folder := w.place(t)
	if err := errors.Join(os.RemoveAll(folder), os.MkdirAll(folder, 0o755)); err != nil {
		return r, w.scratch(err)
	}
	args, err := w.prepare(ctx, t, c, folder)
	if err != nil {
		return r, err
	}
	if t.Limit > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, time.Duration(t.Limit),
			fmt.Errorf("it took longer than the limit of %s", time.Duration(t.Limit)))
		defer cancel()
	}
	keeping := w.keep(ctx, t, c, folder)
	out, err := w.child(ctx, t, folder, args)
	keeping()
	if err != nil {
		return r, err
	}
	if json.Valid(out) {
		r.Numbers = bytes.TrimSpace(out)
	}
	value := done
	if onPage(t.Run, t.Args) {
		err = w.section(ctx, t, c, folder)
	} else {
		value, err = Measured(out, t.Measure)
	}
	if err != nil {
		return r, err
	}
	r.Value = &value
	return r, w.leave(ctx, t, c, folder)
}

// leave puts on the board what stays of a trial beside its numbers.
func (w *Worker) leave(ctx context.Context, t Trial, c command, folder string) error {
	if c.model == "" {
		return nil
	}
	err := w.Board.Put(ctx, t.Sweep, t.ID+"/model", filepath.Join(folder, c.model))
	if err == nil && t.History {
		err = w.Board.Put(ctx, t.Sweep, t.ID+"/history", filepath.Join(folder, c.history))
	}
	return ofBoard(ctx, err)
}

// prepare lays out what the trial needs, and gives its command line.
func (w *Worker) prepare(ctx context.Context, t Trial, c command, folder string) (args []string, err error) {
	for name, object := range t.Files {
		if err := w.fetch(ctx, t.Sweep, object, filepath.Join(folder, name)); err != nil {
			return nil, fmt.Errorf("recording %s: %w", name, err)
		}
	}
	args = append(append([]string{t.Run}, t.Args...), c.args...)
	if t.From != "" {
		if err := w.Board.Get(ctx, t.Sweep, t.From+"/model", filepath.Join(folder, "from.lagrange")); err != nil {
			return nil, fmt.Errorf("the model to go on from: %w", ofBoard(ctx, err))
		}
		args = append(args, "--from", "from.lagrange")
	}
	return args, ofBoard(ctx, w.restore(ctx, t, folder))
}

// fetch brings an object of a sweep to a path, from the board once for all trials. Workers of one folder may fetch it
// at the same time: none replaces what is there, for a link to a file that is being replaced fails.
func (w *Worker) fetch(ctx context.Context, id, object, path string) error {
	have := filepath.Join(w.Folder, id, object)
	err := os.Link(have, path)
	if errors.Is(err, fs.ErrNotExist) {
		if err := w.Board.Get(ctx, id, object, path); err != nil {
			return ofBoard(ctx, err)
		}
		if err = os.Link(path, have); errors.Is(err, fs.ErrExist) {
			return nil
		}
	}
	if err != nil {
		return w.scratch(err)
	}
	return nil
}

// child runs the program and returns what it printed. Its last line of errors is the error.
func (w *Worker) child(ctx context.Context, t Trial, folder string, args []string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, w.Exec, args...)
	cmd.Dir = folder
	cmd.Env = append(os.Environ(), fmt.Sprintf("GOMAXPROCS=%d", t.Cores)) // its bits depend on the number of cores
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) } // it saves what it has
	cmd.WaitDelay = 20 * time.Second
	bound(cmd)
	err := cmd.Run()
	switch {
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case err != nil:
		lines := strings.Split(strings.TrimSpace(said.String()), "\n")
		last := strings.TrimPrefix(lines[len(lines)-1], "lagrange: ")
		if err = fmt.Errorf("%v: %.500s", err, last); noRoom(last) {
			return nil, w.full(err)
		}
		return nil, err
	}
	return out.Bytes(), nil
}

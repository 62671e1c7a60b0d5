package sweep

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// Worker takes trials from a board, one after the other.
type Worker struct {
	Name    string
	Board   Board
	Folder  string // scratch; each trial has a folder of its own in it
	Program string // version; trials of other versions are refused
	Exec    string // path of the program that runs trials
	Beat    time.Duration
	On      func(Event)
	Do      func(context.Context, Trial) (Result, error) // nil: the program is run
}

// Event is what a worker tells.
type Event struct {
	Trial  Trial
	Tries  int
	Result *Result // nil: the trial begins
	Note   string  // of what went wrong on the way
}

// Tries of a trial that fail, and times that it may be lost with its worker, before it ends without a measure.
const (
	mostTries = 3
	mostLost  = 10
)

// OtherVersion is the error of a worker that meets trials of another version of the program.
type OtherVersion struct{ Trial, Worker string }

// Error implements error.
func (e OtherVersion) Error() string {
	return fmt.Sprintf("the sweep is by lagrange %s, and this is lagrange %s: run the same version on all machines",
		e.Trial, e.Worker)
}

// Run takes trials until none is left (ErrNone, which is no error) or ctx ends; a trial under way goes back then.
func (w *Worker) Run(ctx context.Context) error {
	for {
		c, err := w.Board.Take(ctx, w.Name)
		switch {
		case errors.Is(err, ErrNone):
			return nil
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			return err
		}
		if err := w.one(ctx, c); err != nil {
			return err
		}
	}
}

// one brings a trial to its end, or back.
func (w *Worker) one(ctx context.Context, c Claim) error {
	t := c.Trial()
	if t.Program != w.Program {
		return errors.Join(c.Back(ctx), OtherVersion{t.Program, w.Program})
	}
	w.tell(Event{Trial: t, Tries: c.Taken()})
	errs, err := w.failures(ctx, t)
	if err != nil {
		return errors.Join(err, w.back(c))
	}
	if lost := c.Taken() - 1 - len(errs); lost >= mostLost {
		return w.end(ctx, c, Result{Errors: append(errs, fmt.Sprintf("its worker was lost %d times", lost))})
	}
	held, stop := w.alive(ctx, c)
	defer stop()
	begin := time.Now()
	do := w.Do
	if do == nil {
		do = w.try
	}
	r, err := do(held, t)
	r.Seconds = time.Since(begin).Seconds()
	switch {
	case ctx.Err() != nil: // the worker is to end: what is saved goes to another
		return errors.Join(ctx.Err(), w.back(c))
	case held.Err() != nil:
		w.tell(Event{Trial: t, Note: fmt.Sprintf("taken away: %v", context.Cause(held))})
		return nil
	case err == nil:
		r.Errors = errs
		return w.end(ctx, c, r)
	}
	if no := (trouble{}); errors.As(err, &no) {
		w.tell(Event{Trial: t, Note: fmt.Sprintf("given back: %v", err)})
		return errors.Join(err, w.back(c))
	}
	r.Errors = append(errs, err.Error())
	if len(r.Errors) >= mostTries {
		r.Value = nil
		return w.end(ctx, c, r)
	}
	w.tell(Event{Trial: t, Note: fmt.Sprintf("try %d failed: %v", len(r.Errors), err)})
	if err := w.fail(ctx, t, r.Errors); err != nil {
		return err
	}
	return c.Back(ctx)
}

// noting is how long a result may take to be noted.
const noting = 5 * time.Minute

// back gives a trial back when the worker's own context has ended.
func (w *Worker) back(c Claim) error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	return c.Back(ctx)
}

func (w *Worker) tell(e Event) {
	if w.On != nil {
		w.On(e)
	}
}

// end notes a result. A trial whose result cannot be noted is not lost: it goes back, and the worker ends.
func (w *Worker) end(ctx context.Context, c Claim, r Result) error {
	t := c.Trial()
	r.ID, r.Worker, r.Tries = t.ID, w.Name, c.Taken()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), noting) // what is done is not thrown away
	defer cancel()
	if err := c.Done(ctx, r); err != nil {
		w.tell(Event{Trial: t, Note: fmt.Sprintf("the result could not be noted: %v", err)})
		return errors.Join(trouble{err}, w.back(c))
	}
	w.tell(Event{Trial: t, Tries: c.Taken(), Result: &r})
	_ = w.Board.Forget(ctx, t.Sweep, t.ID+"/checkpoint") // what is left is small, and goes with the sweep
	return os.RemoveAll(w.place(t))
}

// alive keeps the claim while a try is under way; the context ends when it is lost.
func (w *Worker) alive(ctx context.Context, c Claim) (context.Context, func()) {
	held, lose := context.WithCancelCause(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(w.Beat)
		defer tick.Stop()
		for {
			select {
			case <-held.Done():
				return
			case <-tick.C:
				if err := c.Alive(held); err != nil && held.Err() == nil {
					lose(err)
				}
			}
		}
	}()
	return held, func() { lose(nil); <-done }
}

func (w *Worker) place(t Trial) string { return filepath.Join(w.Folder, t.Sweep, t.ID) }

package sweep_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lagrange/sweep"
	"lagrange/sweep/boardtest"
	"lagrange/sweep/dir"
)

// standing is a board with one trial.
func standing(t *testing.T) *dir.Board {
	t.Helper()
	b, err := dir.Open(filepath.Join(t.TempDir(), "board"))
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Post(t.Context(), sweep.Trial{Sweep: "s-1", ID: "p0-s1", Run: "train", Program: "v"}); err != nil {
		t.Fatal(err)
	}
	return b
}

// ends is the result of the trial, if there is one already.
func ends(t *testing.T, b *dir.Board) (r *sweep.Result) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer stop()
	_ = b.Results(ctx, "s-1", func(x sweep.Result) { r = &x })
	return r
}

func worker(t *testing.T, b sweep.Board, do func(context.Context, sweep.Trial) (sweep.Result, error)) *sweep.Worker {
	return &sweep.Worker{Name: "w", Board: b, Folder: t.TempDir(), Program: "v", Beat: 10 * time.Millisecond, Do: do}
}

// A trial that fails is tried three times, and ends without a measure and with all three errors.
func TestTries(t *testing.T) {
	b, tries := standing(t), 0
	w := worker(t, b, func(context.Context, sweep.Trial) (sweep.Result, error) {
		tries++
		return sweep.Result{}, errors.New("no luck")
	})
	if err := w.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if r := ends(t, b); tries != 3 || r == nil || !r.Failed() || r.Tries != 3 || len(r.Errors) != 3 {
		t.Errorf("%d tries, %+v", tries, r)
	}
}

// A worker that is ended from outside gives its trial back, which is no failure of it: the next one ends it. So it is
// where the machine is to blame, and where the program is of another version; then the worker ends, too.
func TestGivenBack(t *testing.T) {
	b := standing(t)
	ctx, stop := context.WithCancel(t.Context())
	err := worker(t, b, func(ctx context.Context, _ sweep.Trial) (sweep.Result, error) {
		stop()
		<-ctx.Done()
		return sweep.Result{}, ctx.Err()
	}).Run(ctx)
	if !errors.Is(err, context.Canceled) || ends(t, b) != nil {
		t.Errorf("%v, %+v", err, ends(t, b))
	}
	full := worker(t, b, nil)
	full.Folder = filepath.Join(b.Folder, "none", "s-1") // a file stands where trials are to be laid out
	if err := os.WriteFile(filepath.Dir(full.Folder), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := full.Run(t.Context()); err == nil || ends(t, b) != nil {
		t.Errorf("%v, %+v", err, ends(t, b))
	}
	other := worker(t, b, nil)
	other.Program = "u"
	if err := other.Run(t.Context()); !errors.As(err, new(sweep.OtherVersion)) || ends(t, b) != nil {
		t.Errorf("%v, %+v", err, ends(t, b))
	}
	v := 1.
	err = worker(t, b, func(context.Context, sweep.Trial) (sweep.Result, error) {
		return sweep.Result{Value: &v}, nil
	}).Run(t.Context())
	if r := ends(t, b); err != nil || r == nil || r.Failed() || r.Tries != 4 || len(r.Errors) != 0 {
		t.Errorf("%v, %+v", err, r)
	}
}

// A trial that takes its workers down with it ends after ten of them.
func TestLost(t *testing.T) {
	b := standing(t)
	for range 10 {
		if err := boardtest.Taken(t.Context(), t, b).Back(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	err := worker(t, b, func(context.Context, sweep.Trial) (sweep.Result, error) {
		t.Error("it is begun again")
		return sweep.Result{}, nil
	}).Run(t.Context())
	if r := ends(t, b); err != nil || r == nil || !r.Failed() || !strings.Contains(r.Errors[0], "lost 10 times") {
		t.Errorf("%v, %+v", err, r)
	}
}

// A worker whose trial was given to another stops at it, and goes on with what waits.
func TestTakenAway(t *testing.T) {
	b := standing(t)
	w := worker(t, b, func(ctx context.Context, _ sweep.Trial) (sweep.Result, error) {
		taken, err := filepath.Glob(filepath.Join(b.Folder, "s-1", "taken", "*"))
		if err != nil || len(taken) != 1 || os.Remove(taken[0]) != nil {
			t.Error(taken, err)
		}
		<-ctx.Done()
		return sweep.Result{}, ctx.Err()
	})
	var said string
	w.On = func(e sweep.Event) { said += e.Note }
	if err := w.Run(t.Context()); err != nil || ends(t, b) != nil || !strings.Contains(said, "taken away") {
		t.Errorf("%v, %+v, %q", err, ends(t, b), said)
	}
}

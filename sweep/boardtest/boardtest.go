// Package boardtest is the suite that every sweep.Board has to pass.
package boardtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"lagrange/sweep"
)

// Run holds a board that waits for no trial, and on which nothing is yet, against the laws of sweep.Board.
func Run(t *testing.T, b sweep.Board) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	t.Run("files and notes", func(t *testing.T) { notes(ctx, t, b) })
	t.Run("once", func(t *testing.T) { once(ctx, t, b) })
	t.Run("back", func(t *testing.T) { back(ctx, t, b) })
	t.Run("first", func(t *testing.T) { first(ctx, t, b) })
}

func trial(name string, i int) sweep.Trial {
	return sweep.Trial{Sweep: name, ID: fmt.Sprintf("p%d-s1", i), Point: i, Seed: 1, Run: "train", Program: "v"}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// notes stores and finds, and creates only once.
func notes(ctx context.Context, t *testing.T, b sweep.Board) {
	folder := t.TempDir()
	from, to := filepath.Join(folder, "from"), filepath.Join(folder, "to")
	if err := b.Get(ctx, "notes-1", "p1-s1/model", to); !errors.Is(err, sweep.ErrNoFile) {
		t.Errorf("a file that is not there: %v", err)
	}
	for _, text := range []string{"one", "", "three"} {
		must(t, os.WriteFile(from, []byte(text), 0o644))
		must(t, b.Put(ctx, "notes-1", "p1-s1/model", from))
		must(t, b.Get(ctx, "notes-1", "p1-s1/model", to))
		if got, _ := os.ReadFile(to); string(got) != text {
			t.Errorf("%q came back as %q", text, got)
		}
	}
	must(t, b.Forget(ctx, "notes-1", "p1-s1/model"))
	must(t, b.Forget(ctx, "notes-1", "p1-s1/model"))
	if err := b.Get(ctx, "notes-1", "p1-s1/model", to); !errors.Is(err, sweep.ErrNoFile) {
		t.Errorf("a forgotten file: %v", err)
	}
	if text, err := b.Noted(ctx, "notes-1", "failed.p1-s1"); text != nil || err != nil {
		t.Errorf("a note that is not there: %q, %v", text, err)
	}
	must(t, b.Note(ctx, "notes-1", "failed.p1-s1", []byte("a")))
	if made, err := b.Create(ctx, "notes-1", "failed.p1-s1", []byte("b")); made || err != nil {
		t.Errorf("created over a note: %v, %v", made, err)
	}
	if text, err := b.Noted(ctx, "notes-1", "failed.p1-s1"); string(text) != "a" || err != nil {
		t.Errorf("%q, %v", text, err)
	}
}

// once posts every trial twice, and has four workers take them: each is taken by one and ends once, though some workers
// say so twice.
func once(ctx context.Context, t *testing.T, b sweep.Board) {
	const n = 40
	for i := range 2 * n {
		must(t, b.Post(ctx, trial("once-1", i%n)))
	}
	var mu sync.Mutex
	taken := map[string]int{}
	var wait sync.WaitGroup
	for w := range 4 {
		wait.Go(func() {
			for {
				c, err := b.Take(ctx, fmt.Sprintf("w%d", w))
				if errors.Is(err, sweep.ErrNone) {
					return
				}
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				taken[c.Trial().ID]++
				mu.Unlock()
				v := float64(c.Trial().Point)
				err = errors.Join(c.Alive(ctx), c.Done(ctx, sweep.Result{ID: c.Trial().ID, Value: &v}))
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wait.Wait()
	if len(taken) != n {
		t.Errorf("%d of %d trials were taken", len(taken), n)
	}
	for id, k := range taken {
		if k != 1 {
			t.Errorf("%s was taken %d times", id, k)
		}
	}
	watching, stop := context.WithCancel(ctx)
	defer stop()
	met := map[string]float64{}
	_ = b.Results(watching, "once-1", func(r sweep.Result) {
		if met[r.ID] = *r.Value; len(met) == n {
			stop()
		}
	})
	for i := range n {
		if v, ok := met[trial("once-1", i).ID]; !ok || v != float64(i) {
			t.Errorf("trial %d: %v, %v", i, v, ok)
		}
	}
}

// back gives a trial back: the next one to take it knows that it is the second.
func back(ctx context.Context, t *testing.T, b sweep.Board) {
	must(t, b.Post(ctx, trial("back-1", 0)))
	for want := 1; want <= 3; want++ {
		c := Taken(ctx, t, b)
		if c.Taken() != want {
			t.Errorf("taken %d times, want %d", c.Taken(), want)
		}
		must(t, c.Back(ctx))
	}
	c := Taken(ctx, t, b)
	must(t, c.Done(ctx, sweep.Result{ID: c.Trial().ID}))
	must(t, b.Post(ctx, c.Trial()))
	if c, err := b.Take(ctx, "w"); !errors.Is(err, sweep.ErrNone) {
		t.Errorf("a trial with a result is taken again: %v, %v", c, err)
	}
}

// first posts a trial that is under way: it is not put up a second time. Two workers then bring it to its end, since
// one was taken for lost: the first result counts. Where that comes before another has taken the trial, nobody does.
func first(ctx context.Context, t *testing.T, b sweep.Board) {
	for i, late := range []bool{false, true} {
		must(t, b.Post(ctx, trial("first-1", i)))
		lost := Taken(ctx, t, b)
		must(t, b.Post(ctx, trial("first-1", i)))
		if c, err := b.Take(ctx, "w"); !errors.Is(err, sweep.ErrNone) {
			t.Errorf("a trial that is under way is taken again: %v, %v", c, err)
		}
		must(t, lost.Back(ctx))
		ends := []sweep.Claim{lost, Taken(ctx, t, b)}
		if late {
			ends[0], ends[1] = ends[1], ends[0]
		}
		for k, c := range ends {
			v := float64(k)
			err := c.Done(ctx, sweep.Result{ID: c.Trial().ID, Value: &v})
			if err != nil && c != lost {
				t.Error(err)
			}
		}
	}
	must(t, b.Post(ctx, trial("first-1", 2)))
	lost, v := Taken(ctx, t, b), 0.
	must(t, lost.Back(ctx))
	_ = lost.Done(ctx, sweep.Result{ID: lost.Trial().ID, Value: &v})
	watching, stop := context.WithCancel(ctx)
	defer stop()
	met := map[string]float64{}
	_ = b.Results(watching, "first-1", func(r sweep.Result) {
		if met[r.ID] = *r.Value; len(met) == 3 {
			stop()
		}
	})
	for id, v := range met {
		if v != 0 {
			t.Errorf("the second result of %s counts", id)
		}
	}
	if c, err := b.Take(ctx, "w"); !errors.Is(err, sweep.ErrNone) {
		t.Errorf("a trial with a result is taken again: %v, %v", c, err)
	}
}

// Taken takes a trial that is known to be there, though the board may need a moment.
func Taken(ctx context.Context, t *testing.T, b sweep.Board) sweep.Claim {
	t.Helper()
	for {
		c, err := b.Take(ctx, "w")
		if err == nil {
			return c
		}
		if !errors.Is(err, sweep.ErrNone) {
			t.Fatal(err)
		}
	}
}

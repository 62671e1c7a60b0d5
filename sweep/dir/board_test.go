package dir

import (
	"errors"
	"testing"
	"time"

	"lagrange/sweep"
	"lagrange/sweep/boardtest"
)

func TestBoard(t *testing.T) {
	b, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	boardtest.Run(t, b)
}

// TestSilent has a worker that says nothing: another gets its trial, and it learns that it has lost it. One that says
// that it is alive keeps its own.
func TestSilent(t *testing.T) {
	folder := t.TempDir()
	a, _ := Open(folder)
	b, _ := Open(folder)
	a.Wait, b.Wait = 300*time.Millisecond, 300*time.Millisecond
	ctx := t.Context()
	if err := a.Post(ctx, sweep.Trial{Sweep: "s-1", ID: "p0-s1"}); err != nil {
		t.Fatal(err)
	}
	c := boardtest.Taken(ctx, t, a)
	for range 10 {
		if err := c.Alive(ctx); err != nil {
			t.Fatal(err)
		}
		for range 2 { // the second look finds what the first has found, and it is too early to say
			if _, err := b.Take(ctx, "b"); !errors.Is(err, sweep.ErrNone) {
				t.Fatal("the trial of a worker that is alive was given to another")
			}
		}
		time.Sleep(60 * time.Millisecond)
	}
	if d := boardtest.Taken(ctx, t, b); d.Taken() != 2 {
		t.Errorf("taken %d times", d.Taken())
	}
	if err := c.Alive(ctx); err == nil {
		t.Error("a claim that is lost counts")
	}
	if err := c.Back(ctx); err != nil {
		t.Error(err)
	}
	if _, err := a.Take(ctx, "a"); !errors.Is(err, sweep.ErrNone) {
		t.Error("a claim that is lost was given back")
	}
}

package dir

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

// TestForeign puts into a board what is not its own, wherever that can stand: it is told of once, in words that say
// what to do, it is where and what it was, and trials end as if it were not there.
func TestForeign(t *testing.T) {
	b, err := Open(filepath.Join(t.TempDir(), "board"))
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	b.Wait, b.Say = 20*time.Millisecond, func(what string) { said = append(said, what) }
	ctx, end := context.WithTimeout(t.Context(), 20*time.Second)
	defer end()
	for _, id := range []string{"p0-s1", "p1-s1"} {
		if err := b.Post(ctx, sweep.Trial{Sweep: "s-1", ID: id}); err != nil {
			t.Fatal(err)
		}
	}
	foreign := map[string]string{"notes.txt": "is no sweep", "s-1/waiting/README": "", "s-1/waiting/a.1": "",
		"s-1/taken/b.2.old": "", "s-1/taken/c": "", "s-1/results/d": "", "s-1/results/p0-s1 (copy)": ""}
	for name := range foreign {
		written(t, filepath.Join(b.Folder, name), "{}")
	}
	written(t, b.at("other", "of", "mine"), "{}")
	met := 0
	for range 2 {
		c := boardtest.Taken(ctx, t, b)
		v := 1.
		if err := c.Done(ctx, sweep.Result{ID: c.Trial().ID, Value: &v}); err != nil {
			t.Fatal(err)
		}
	}
	for range 3 { // what is taken by nobody would be put up again
		if c, err := b.Take(ctx, "w"); !errors.Is(err, sweep.ErrNone) {
			t.Fatalf("%+v, %v", c, err)
		}
		time.Sleep(2 * b.Wait)
	}
	watching, stop := context.WithCancel(ctx)
	if err := b.Results(watching, "s-1", func(sweep.Result) {
		if met++; met == 2 {
			stop()
		}
	}); !errors.Is(err, context.Canceled) || met != 2 {
		t.Errorf("%d results, %v", met, err)
	}
	all := strings.Join(said, "\n")
	for name, want := range foreign {
		at := filepath.Join(b.Folder, name)
		if text, err := os.ReadFile(at); string(text) != "{}" || err != nil {
			t.Errorf("%s is %q, %v", name, text, err)
		}
		if want == "" {
			want = "is none of the sweep's files, and is left alone: move it elsewhere"
		}
		if strings.Count(all, at+" "+want) != 1 {
			t.Errorf("of %s it says\n%s", name, all)
		}
	}
	if len(said) != len(foreign) {
		t.Errorf("it says\n%s", all)
	}
}

// TestDamaged has a trial and a result that cannot be read: the error says so, and what it tells the user to do puts
// the trial up again. Where a folder has to be stands a file: the error says that, too.
func TestDamaged(t *testing.T) {
	b, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	ctx, trial := t.Context(), sweep.Trial{Sweep: "s-1", ID: "p0-s1"}
	damaged := func(path string, use func() error) {
		t.Helper()
		if err := b.Post(ctx, trial); err != nil {
			t.Fatal(err)
		}
		written(t, path, `{"id":"p0`)
		mark := b.at("s-1", "posted", "p0-s1")
		err := use()
		if err == nil || !strings.Contains(err.Error(), path+" is damaged") ||
			!strings.Contains(err.Error(), "remove it and "+mark) {
			t.Fatal(err)
		}
		if err := errors.Join(os.Remove(path), os.Remove(mark), b.Post(ctx, trial)); err != nil {
			t.Fatal(err)
		}
	}
	results := func() error { return b.Results(ctx, "s-1", func(sweep.Result) {}) }
	damaged(b.at("s-1", "waiting", "p0-s1.0"), func() error { _, err := b.Take(ctx, "w"); return err })
	c := boardtest.Taken(ctx, t, b)
	if err := c.Done(ctx, sweep.Result{ID: "p0-s1"}); err != nil {
		t.Fatal(err)
	}
	damaged(b.at("s-1", "results", "p0-s1"), results)
	if c := boardtest.Taken(ctx, t, b); c.Trial().ID != "p0-s1" {
		t.Errorf("%+v", c.Trial())
	}
	written(t, b.at("s-2"), "")
	for _, err := range []error{b.Post(ctx, sweep.Trial{Sweep: "s-2", ID: "p0-s1"}),
		func() error { _, err := Open(b.at("s-2")); return err }()} {
		if err == nil || !strings.Contains(err.Error(), "s-2") {
			t.Error(err)
		}
	}
	written(t, b.at("s-3", "waiting"), "")
	_, err = b.Take(ctx, "w")
	if err == nil || !strings.Contains(err.Error(), "is a file, and a folder of the board") {
		t.Error(err)
	}
}

func written(t *testing.T, path, text string) {
	t.Helper()
	if err := put(path, []byte(text)); err != nil {
		t.Fatal(err)
	}
}

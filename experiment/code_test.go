package experiment

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The page names the commit of every section, and says which are
// older than the page, from another state, or of unknown origin.
func TestPageCode(t *testing.T) {
	old := Code{Commit: "aaaaaaaaaaaaaaaa", Time: "2026-01-02T00:00:00Z"}
	page := Code{Commit: "bbbbbbbbbbbbbbbb", Time: "2026-01-03T00:00:00Z"}
	modified, unknown := page, Code{Commit: UnknownCommit, Program: "1234"}
	modified.Program = "5678"
	for _, c := range []struct {
		run, page Code
		cell      string
		words     string
	}{
		{page, page, "bbbbbbbbbb", "Run from bbbbbbbbbb.\n"},
		{old, page, "aaaaaaaaaa", "Run from aaaaaaaaaa, older than this page's bbbbbbbbbb.\n"},
		{page, old, "bbbbbbbbbb", "Run from bbbbbbbbbb, not this page's aaaaaaaaaa.\n"},
		{modified, page, "bbbbbbbbbb, modified", "Run from bbbbbbbbbb, modified, in another state than this page's " +
			"bbbbbbbbbb.\n"},
		{modified, modified, "bbbbbbbbbb, modified", "Run from bbbbbbbbbb, modified.\n"},
		{unknown, page, "unknown commit", "The unknown commit, which may differ from this page's bbbbbbbbbb.\n"},
		{Code{}, page, "commit not recorded", "The commit was not recorded: the run is older than this page's " +
			"bbbbbbbbbb.\n"},
	} {
		f := Finished{Run: Run{Name: "one", Code: c.run}, Seconds: 892}
		text := markdown((&fakes{}).list()[:1], []Finished{f}, c.page)
		if !strings.Contains(text, "| "+c.cell+" |") || !strings.Contains(text, c.words) {
			t.Errorf("%v on a page of %v: no %q or %q in\n%s", c.run, c.page, c.cell, c.words, text)
		}
		if (c.run == Code{}) != strings.Contains(text, "14m52s since the last interruption") {
			t.Errorf("%v: the time in\n%s", c.run, text)
		}
	}
}

// Other code runs again what is finished, and a run of old code keeps its place on the
// page, marked, until it has; so does what was written before commits were recorded.
func TestOtherCodeRunsAgain(t *testing.T) {
	var f fakes
	experiments := f.list()
	before := Settings{Seed: 3, Folder: t.TempDir(), Code: Code{Commit: "aaaaaaaaaaaa", Time: "2026-01-02T00:00:00Z"}}
	if _, err := All(t.Context(), experiments, before, quiet); err != nil {
		t.Fatal(err)
	}
	now := before
	now.Code = Code{Commit: "bbbbbbbbbbbb", Time: "2026-01-03T00:00:00Z"}
	if left, done, again := Left(experiments, now); done != 0 || left != 2*time.Hour ||
		strings.Join(again, ",") != "one,two,three" {
		t.Errorf("left %v, %d done, again %v", left, done, again)
	}
	now.Only = []string{"one"}
	if _, err := All(t.Context(), experiments, now, quiet); err != nil {
		t.Fatal(err)
	}
	if f.runs["one"] != 2 || f.runs["two"] != 1 {
		t.Errorf("with --only one: runs %v", f.runs)
	}
	text := read(t, before.Folder, "results.md")
	if n := strings.Count(text, "older than this page's bbbbbbbbbb"); n != 2 ||
		!strings.Contains(text, "Run from bbbbbbbbbb.") {
		t.Errorf("%d sections are marked as older, want 2, in\n%s", n, text)
	}
	path := filepath.Join(Folder(before.Folder, "one"), "result.json")
	var result map[string]any
	if err := json.Unmarshal([]byte(read(t, filepath.Dir(path), "result.json")), &result); err != nil {
		t.Fatal(err)
	}
	run := result["run"].(map[string]any)
	delete(run, "code")
	run["version"] = "(devel)" // as it was written before
	if err := writeJSON(path, result); err != nil {
		t.Fatal(err)
	}
	now.Only = nil
	if done := Done(experiments, now); len(done) != 0 {
		t.Errorf("done by nobody knows which code: %v", done)
	}
	if err := page(before.Folder, experiments, nil, now.Code); err != nil {
		t.Fatal(err)
	}
	if text := read(t, before.Folder, "results.md"); !strings.Contains(text, "## The first") ||
		!strings.Contains(text, "| commit not recorded |") {
		t.Errorf("what has no commit is not on the page as such:\n%s", text)
	}
}

// While a run of all goes on, what old code has left stays on the page.
func TestOldSectionsStay(t *testing.T) {
	var f fakes
	experiments := f.list()
	s := Settings{Seed: 3, Folder: t.TempDir(), Code: Code{Commit: "a"}}
	if _, err := All(t.Context(), experiments, s, quiet); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	f.stop, s.Code.Commit = cancel, "b"
	if _, err := All(ctx, experiments, s, quiet); err == nil {
		t.Fatal("not stopped")
	}
	if text := read(t, s.Folder, "results.md"); !strings.Contains(text, "Run from a, not this page's b.") ||
		!strings.Contains(text, "## The sum") {
		t.Errorf("the old sections are gone:\n%s", text)
	}
}

// The clock of a run adds up over interruptions of the same run, and of no other.
func TestClock(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "x")
	r := Run{Name: "one", Seed: 3}
	lap := func(folder string, r Run) clock {
		stop, err := startClock(folder, r)
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Millisecond)
		return stop()
	}
	first := lap(folder, r)
	if first.Seconds < 0.01 || first.Stops != 0 {
		t.Errorf("%+v", first)
	}
	first.Seconds += 1000 // as if it had taken that long
	if err := writeJSON(clockAt(folder), first); err != nil {
		t.Fatal(err)
	}
	second := lap(folder, r)
	if second.Seconds < first.Seconds+0.01 || second.Stops != 1 {
		t.Errorf("interrupted once: %+v", second)
	}
	other := r
	other.Code.Commit = "b"
	if c := lap(folder, other); c.Seconds > 100 || c.Stops != 0 {
		t.Errorf("another run: %+v", c)
	}
	if c := lap("", r); c.Seconds < 0.01 || c.Stops != 0 {
		t.Errorf("without a folder: %+v", c)
	}
}

// An experiment that was stopped tells the time of both parts,
// and leaves no clock behind when it is finished or has failed.
func TestClockOfExperiment(t *testing.T) {
	s := Settings{Folder: t.TempDir()}
	ctx, cancel := context.WithCancel(t.Context())
	stop := true
	e := Experiment{Name: "one", Run: func(context.Context, Settings) (Result, error) {
		time.Sleep(20 * time.Millisecond)
		if stop {
			cancel()
			return Result{}, context.Canceled
		}
		return Result{Numbers: 1}, nil
	}}
	if f := e.finish(ctx, s); f.Err == nil {
		t.Fatal("not stopped")
	}
	stop = false
	f := e.finish(t.Context(), s)
	if f.Err != nil || f.Seconds < 0.04 || f.Stops != 1 ||
		!strings.HasSuffix(f.clock(), "since the last interruption") {
		t.Errorf("%+v", f)
	}
	if f.Run.Code.Commit = "a"; !strings.HasSuffix(f.clock(), "s, interrupted once") {
		t.Error(f.clock())
	}
	if _, err := os.Stat(clockAt(Folder(s.Folder, "one"))); err == nil {
		t.Error("the clock is still there")
	}
}

func TestProcessor(t *testing.T) {
	const two = "processor\t: 0\nmodel\t\t: 17\nmodel name\t: AMD  EPYC 7B13\nmodel name : other\n"
	if got := processor(two); got != "AMD EPYC 7B13" {
		t.Error(got)
	}
	if got := processor("processor : 0\n"); got != "" {
		t.Error(got)
	}
}

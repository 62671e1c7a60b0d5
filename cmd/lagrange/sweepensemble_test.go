//go:build !nosweep

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"lagrange"
	"lagrange/view"
)

// timeless are the bytes of a model's file, but for the time that its training took.
func timeless(t *testing.T, path string) string {
	t.Helper()
	m, err := lagrange.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range append(m.Members(), m, m.Baseline) {
		if k != nil {
			k.Record.Seconds = 0
		}
	}
	again := filepath.Join(t.TempDir(), "m")
	if err := m.Save(again); err != nil {
		t.Fatal(err)
	}
	return content(t, again)
}

// TestSweepEnsemble trains two points of three seeds by two workers in processes of their own, for a folder, and joins
// the seeds of the best point: the file is that of train --ensemble 3 with the flags of the point, on two cores, to the
// byte. A model that is gone, and one that is there already, are errors that say what to do.
func TestSweepEnsemble(t *testing.T) {
	folder, program := ofEnsemble(t, `run = "train"
args = ["states.csv", "--model", "lnn", "--steps", "3"]
measure = "models.lnn.rmse_q"
seeds = 3
sampler = "grid"
[space.hidden]
choices = ["4x1", "6x1"]
`)
	called := func(cores string, args ...string) *exec.Cmd { return inFolder(program, folder, cores, args...) }
	run := func(cores, want string, args ...string) string {
		t.Helper()
		out, err := called(cores, args...).CombinedOutput()
		if (err != nil) != (want != "") || !strings.Contains(string(out), want) {
			t.Fatalf("%v: %v; want %q\n%s", args, err, want, out)
		}
		return string(out)
	}
	for range 2 {
		w := called("1", "worker", "--dir", "board", "--cores", "1", "--scratch", t.TempDir(), "--idle", "20s")
		if err := w.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup((&process{cmd: w}).kill)
	}
	run("1", "", "sweep", "s.toml", "-o", "runs", "--dir", "board")
	said := run("1", "", "sweep", "ensemble", "runs", "-o", "joined.lagrange")
	if !strings.Contains(said, "seeds 1 to 3") || !strings.Contains(said, "mean of 3 networks") {
		t.Error(said)
	}
	again := append(strings.Fields(run("1", "", "sweep", "best", "runs"))[1:], "--ensemble", "3")
	run("2", "", append(again, "-o", "trained.lagrange")...)
	at := func(name string) string { return filepath.Join(folder, name) }
	if timeless(t, at("joined.lagrange")) != timeless(t, at("trained.lagrange")) {
		t.Error("what was joined is not what train --ensemble makes")
	}
	if _, err := os.Stat(at("joined.lagrange" + view.HistorySuffix)); err == nil {
		t.Error("a history of no training")
	}
	run("1", "--force", "sweep", "ensemble", "runs", "-o", "joined.lagrange")
	run("1", "", "sweep", "ensemble", "runs", "-o", "joined.lagrange", "--force")
	models, _ := filepath.Glob(at("board/*/files/*-s2/model"))
	for _, path := range models {
		_ = os.Remove(path) // what follows tells
	}
	run("1", "is not on the board any more: train it by", "sweep", "ensemble", "runs", "-o", "other.lagrange")
	written(t, at("one.toml"), strings.Replace(content(t, at("s.toml")), "seeds = 3", "seeds = 1", 1))
	run("1", "", "sweep", "one.toml", "-o", "one", "--cores", "1")
	run("1", "give seeds = 5 in the sweep file", "sweep", "ensemble", "one", "-o", "other.lagrange")
}

// After successive halving, in a process with two cores, the networks that are joined are those of the last rung: each
// has gone on from one, with the flags of its point, layers among them.
func TestSweepEnsembleHalved(t *testing.T) {
	folder, program := ofEnsemble(t, `run = "train"
args = ["states.csv", "--model", "lnn"]
measure = "models.lnn.rmse_q"
seeds = 3
sampler = "grid"
[halving]
steps = 3
factor = 2
rungs = 2
[space.hidden]
choices = ["4x1", "6x1"]
`)
	for _, args := range [][]string{{"s.toml", "-o", "runs", "--cores", "1"}, {"ensemble", "runs", "-o", "joined"}} {
		out, err := inFolder(program, folder, "2", append([]string{"sweep"}, args...)...).CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %v\n%s", args, err, out)
		}
	}
	m, err := lagrange.Load(filepath.Join(folder, "joined"))
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Members()) != 3 {
		t.Errorf("%d networks", len(m.Members()))
	}
	for _, k := range m.Members() {
		if len(k.Record.Before) != 1 {
			t.Errorf("a network of the first rung: it has gone on from %v", k.Record.Before)
		}
	}
}

// ofEnsemble is a folder with a recording and the sweep s.toml, and the program there.
func ofEnsemble(t *testing.T, text string) (folder, program string) {
	t.Helper()
	if testing.Short() {
		t.Skip("many processes")
	}
	folder = t.TempDir()
	if program = linked(t, folder); program == "" {
		t.Skip("no links here")
	}
	pendulum(t, filepath.Join(folder, "states.csv"))
	written(t, filepath.Join(folder, "s.toml"), text)
	return folder, program
}

// inFolder is the program with so many cores in a folder.
func inFolder(program, folder, cores string, args ...string) *exec.Cmd {
	cmd := exec.Command(program, args...)
	cmd.Dir = folder
	cmd.Env = append(os.Environ(), "GOMAXPROCS="+cores)
	return cmd
}

package main

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
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// What an interruption says is one line, however many things it has ended, with all that is worth knowing.
func TestInterrupted(t *testing.T) {
	all := errors.Join(context.Canceled, context.Canceled)
	for _, c := range []struct {
		err  error
		want string
	}{
		{context.Canceled, "interrupted"},
		{all, "interrupted"},
		{fmt.Errorf("saved in m; go on with --resume: %w", all), "interrupted: saved in m; go on with --resume"},
		{fmt.Errorf("%w; 2 of 14 are finished", all), "interrupted: 2 of 14 are finished"},
		{errors.Join(fmt.Errorf("chain-1: %w", context.Canceled), fmt.Errorf("chain-1: %w", context.Canceled),
			errors.New("disk full")), "interrupted: chain-1; disk full"},
	} {
		if got := interrupted(c.err); got != c.want {
			t.Errorf("%q for %q, want %q", got, c.err, c.want)
		}
	}
}

// spoken is a text that grows while one reads it.
type spoken struct {
	mutex sync.Mutex
	text  bytes.Buffer
}

func (s *spoken) Write(b []byte) (int, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.text.Write(b)
}

func (s *spoken) String() string {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.text.String()
}

// terminated runs the program in a process of its own and ends it by SIGTERM as soon as something is there: it then
// ends with code 1 and one line that begins with "lagrange: interrupted", and nothing half written is left in the
// folder.
func terminated(t *testing.T, folder string, ready func(said string) bool, args ...string) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var errw spoken
	cmd := exec.Cmd{Path: self, Args: append([]string{"lagrange"}, args...), Dir: folder, Stderr: &errw}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for !ready(errw.String()) {
		select {
		case err := <-ended:
			t.Fatalf("%v ended before it could be interrupted: %v\n%s", args, err, &errw)
		case <-time.After(time.Millisecond):
		}
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	err = <-ended
	_, said, _ := strings.Cut("\n"+errw.String(), "\nlagrange: ")
	if cmd.ProcessState.ExitCode() != exitFailure || !strings.HasPrefix(said, "interrupted") || strings.Count(said,
		"\n") != 1 || strings.Contains(errw.String(), "canceled") {
		t.Errorf("%v: %v, %s", args, err, &errw)
	}
	_ = filepath.WalkDir(folder, func(path string, e fs.DirEntry, err error) error {
		if err != nil || strings.HasSuffix(path, ".tmp") {
			t.Errorf("%v: left behind: %s, %v", args, path, err)
		} else if text, err := os.ReadFile(path); filepath.Ext(path) == ".json" && (err != nil || !json.Valid(text)) {
			t.Errorf("%v: %s is no JSON", args, path)
		}
		return nil
	})
	return said
}

// there is ready when a file of a pattern is.
func there(path ...string) func(string) bool {
	return func(string) bool {
		found, err := filepath.Glob(filepath.Join(path...))
		return err == nil && len(found) > 0
	}
}

// SIGTERM ends training, and what comes after it, like an interruption from the keyboard.
func TestTerminate(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no process can be interrupted")
	}
	if testing.Short() {
		t.Skip("takes seconds")
	}
	folder := t.TempDir()
	if out, code := inProcess(t, "simulate", "pendulum", "--trajectories", "300", "--duration", "20", "--dt", "0.05",
		"-o", filepath.Join(folder, "p.csv")); code != exitOK {
		t.Fatal(out)
	}
	train := []string{"train", "p.csv", "--method", "adam", "--no-baseline", "--hidden", "8x1"}
	said := terminated(t, folder, there(folder, "a.lagrange.*checkpoint"), append(train, "--steps", "1000000",
		"--checkpoint-every", "1ms", "-o", "a.lagrange")...)
	if !strings.Contains(said, "--resume") {
		t.Errorf("interrupted in training: %q", said)
	}
	// in evaluation
	terminated(t, folder, there(folder, "b.lagrange"), append(train, "--steps", "1", "-o", "b.lagrange")...)
	if _, code := inProcess(t, "inspect", filepath.Join(folder, "p.csv")); code != exitOK {
		t.Error("the recording has suffered")
	}
}

// SIGTERM ends experiments, in training and in measuring, and a run of all, which says how to go on.
func TestTerminateExperiments(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no process can be interrupted")
	}
	if testing.Short() {
		t.Skip("takes seconds")
	}
	folder := t.TempDir()
	says := func(words string) func(string) bool {
		return func(said string) bool { return strings.Contains(said, words) }
	}
	terminated(t, folder, says("about"), "reproduce", "long", "-o", "preparing")
	terminated(t, folder, says("step 3/3"), "reproduce", "double-pendulum", "--steps", "3", "--models", "lnn", "-o",
		"measuring")
	said := terminated(t, folder, there(folder, "all", "results", "relativity", "clock.json"),
		"reproduce", "all", "--only", "relativity", "--steps", "1000000", "-o", "all")
	if !strings.Contains(said, "experiments are finished, and with -o the same command goes on") {
		t.Errorf("a run of all: %q", said)
	}
}

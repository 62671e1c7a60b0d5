package main

import (
	"bytes"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// SIGINT ends a long run with code 1 and a word, and the output stays as it was.
func TestInterrupt(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no process can be interrupted")
	}
	guard := make(chan os.Signal, 1) // a signal that comes too early or too late does not end the test
	signal.Notify(guard, os.Interrupt)
	defer signal.Stop(guard)
	path := filepath.Join(t.TempDir(), "chain.csv")
	if err := os.WriteFile(path, []byte("kept"), 0o600); err != nil {
		t.Fatal(err)
	}
	var errw bytes.Buffer
	code := make(chan int)
	go func() {
		code <- run([]string{"simulate", "chain-300", "--duration", "1h", "--dt", "1s", "-o", path}, nil, io.Discard,
			&errw)
	}()
	for {
		select {
		case got := <-code:
			if got != exitFailure || !strings.HasPrefix(errw.String(), "lagrange: interrupted") {
				t.Errorf("exit code %d, %q", got, &errw)
			}
			if text, err := os.ReadFile(path); err != nil || string(text) != "kept" {
				t.Errorf("the output holds %q, %v", text, err)
			}
			return
		case <-time.After(20 * time.Millisecond):
			if self, err := os.FindProcess(os.Getpid()); err != nil || self.Signal(os.Interrupt) != nil {
				t.Fatal("cannot signal")
			}
		}
	}
}

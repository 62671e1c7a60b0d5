package main

import (
	"bytes"
	"io"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// A report of a recording is a file that opens on its own; one of nothing, of what cannot be drawn so, or in the place
// of what was read, is none.
func TestReport(t *testing.T) {
	t.Chdir(t.TempDir())
	if out, code := inProcess(t, "simulate", "cart-pole", "--duration", "1", "-o", "cart.csv"); code != exitOK {
		t.Fatal(out)
	}
	if out, code := inProcess(t, "report", "cart.csv", "-o", "cart.html"); code != exitOK {
		t.Fatal(out)
	}
	text, err := os.ReadFile("cart.html")
	if err != nil || !bytes.Contains(text, []byte(`"kind":"cartpole"`)) {
		t.Errorf("%v, %.200s", err, text)
	}
	for _, c := range []struct {
		args string
		code int
		says string
	}{
		{"report cart.csv", exitUsage, "-o"}, {"report", exitUsage, "missing argument"},
		{"report cart.csv -o cart.csv", exitFailure, "would replace"},
		{"report cart.csv -o x.html --draw wheel", exitFailure, "chain, joints"},
		{"report cart.csv -o x.html --draw chain:x,y", exitFailure, "x, theta"},
		{"report none.csv -o x.html", exitFailure, "none.csv"}, {"serve", exitUsage, "missing argument"},
		{"serve cart.csv --listen nowhere", exitFailure, "--listen"},
	} {
		var errw bytes.Buffer
		code := run(strings.Fields(c.args), nil, io.Discard, &errw)
		if code != c.code || !strings.Contains(errw.String(), c.says) {
			t.Errorf("%s: exit code %d, %s", c.args, code, &errw)
		}
	}
	if _, err := os.Stat("x.html"); err == nil {
		t.Error("a report that failed was written")
	}
}

// printed is standard output, of which the first line is waited for.
type printed struct {
	line chan string
	text []byte
}

// Write hands on the first line (io.Writer).
func (p *printed) Write(text []byte) (int, error) {
	done := bytes.ContainsRune(p.text, '\n')
	p.text = append(p.text, text...)
	if line, _, whole := strings.Cut(string(p.text), "\n"); whole && !done {
		p.line <- line
	}
	return len(text), nil
}

// serve prints where it answers, and ends well within a second of Ctrl-C.
func TestServe(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no process can be interrupted")
	}
	guard := make(chan os.Signal, 1)
	signal.Notify(guard, os.Interrupt)
	defer signal.Stop(guard)
	path := filepath.Join(t.TempDir(), "cart.csv")
	if out, code := inProcess(t, "simulate", "cart-pole", "--duration", "1", "-o", path); code != exitOK {
		t.Fatal(out)
	}
	out, code := &printed{line: make(chan string, 1)}, make(chan int)
	var errw bytes.Buffer
	go func() { code <- run([]string{"serve", path}, nil, out, &errw) }()
	select {
	case c := <-code:
		t.Fatalf("exit code %d, %s", c, &errw)
	case address := <-out.line:
		r, err := http.Get(address)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r.Body)
		r.Body.Close()
		if err != nil || !bytes.Contains(text, []byte("cartpole")) {
			t.Errorf("%s: %v, %.200s", address, err, text)
		}
	}
	begin := time.Now()
	self, err := os.FindProcess(os.Getpid())
	if err != nil || self.Signal(os.Interrupt) != nil {
		t.Fatal("cannot signal")
	}
	if c := <-code; c != exitOK || time.Since(begin) > time.Second {
		t.Errorf("exit code %d after %v, %s", c, time.Since(begin), &errw)
	}
}

//go:build !nosweep

package main

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestSweepSurvives runs a sweep of trainings through a server that is a process of its own, with three workers that
// are, too. Two of them are killed at random moments, the server once, and the third works through a proxy that cuts
// the line. Every trial ends exactly once, and the table is, byte for byte, that of a sweep that nobody disturbed.
func TestSweepSurvives(t *testing.T) {
	if testing.Short() {
		t.Skip("takes minutes")
	}
	folder, program := t.TempDir(), ""
	if program = linked(t, folder); program == "" {
		t.Skip("no links here")
	}
	server := filepath.Join(folder, "nats-server")
	build := exec.Command("go", "build", "-o", server, "github.com/nats-io/nats-server/v2")
	if out, err := build.CombinedOutput(); err != nil {
		t.Skipf("no server: %v\n%s", err, out)
	}
	pendulum(t, filepath.Join(folder, "states.csv"))
	written(t, filepath.Join(folder, "sweep.toml"), strings.Replace(sweepText, `"250"`, `"3000"`, 1))
	calm := exec.Command(program, "sweep", "sweep.toml", "-o", "calm")
	calm.Dir = folder
	if out, err := calm.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	n := startNATS(t, server, filepath.Join(folder, "state"))
	proxy := startProxy(t, n.address)
	var said bytes.Buffer
	hurt := exec.Command(program, "sweep", "sweep.toml", "-o", "hurt", "--nats", "nats://"+n.address)
	hurt.Dir, hurt.Stderr, hurt.Stdout = folder, &said, &said
	if err := hurt.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- hurt.Wait() }()
	moments := rand.New(rand.NewPCG(7, 7))
	pause := func() { time.Sleep(time.Duration(200+moments.IntN(500)) * time.Millisecond) }
	first, second := startWorker(t, program, n.address), startWorker(t, program, n.address)
	startWorker(t, program, proxy.address)
	first.begins(t)
	pause()
	first.kill()
	pause()
	proxy.cut(5 * time.Second)
	n.kill()
	time.Sleep(2 * time.Second)
	n.start(t)
	second.begins(t)
	pause()
	second.kill()
	startWorker(t, program, n.address)
	select {
	case err := <-ended:
		if err != nil {
			t.Fatalf("%v\n%s", err, said.String())
		}
	case <-time.After(5 * time.Minute):
		t.Fatalf("it has not ended\n%s", said.String())
	}
	sameTables(t, filepath.Join(folder, "calm"), filepath.Join(folder, "hurt"), 16, 1)
	if !strings.Contains(said.String(), "16 of 16 trials ended, 0 failed") {
		t.Error(said.String())
	}
	sameEnsembles(t, program, folder, "calm", "hurt")
}

// sameEnsembles joins the seeds of the best point of two sweeps.
func sameEnsembles(t *testing.T, program, folder string, sweeps ...string) {
	t.Helper()
	var joined []string
	for _, of := range sweeps {
		path := filepath.Join(folder, of+".lagrange")
		out, err := inFolder(program, folder, "1", "sweep", "ensemble", of, "-o", path).CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", of, err, out)
		}
		joined = append(joined, timeless(t, path))
	}
	if joined[0] != joined[1] {
		t.Error("the models of the best point are others where workers were killed")
	}
}

// sameTables compares the tables of two sweeps, of which the second was disturbed: each trial has ended once, and so
// many of them as cut says, at least, were begun more than once.
func sameTables(t *testing.T, calm, hurt string, trials, cut int) (again int) {
	t.Helper()
	want, got := content(t, filepath.Join(calm, "results.csv")), content(t, filepath.Join(hurt, "results.csv"))
	if want != got {
		t.Errorf("undisturbed:\n%s\ndisturbed:\n%s", want, got)
	}
	results := content(t, filepath.Join(hurt, "results.jsonl"))
	if lines := strings.Count(results, "\n"); lines != trials {
		t.Errorf("%d results of %d trials", lines, trials)
	}
	if again = trials - strings.Count(results, `"tries":1}`); again < cut {
		t.Errorf("%d of %d trials were begun again: too few were cut off, this shows nothing", again, trials)
	}
	return again
}

const sweepText = `run     = "train"
args    = ["states.csv", "--model", "lnn", "--no-baseline", "--steps", "250", "--method", "adam",
           "--checkpoint-every", "200ms"]
measure = "models.lnn.rmse_q"
seeds   = 2
sampler = "tpe"
points  = 8
batch   = 8
[space.hidden]
choices = ["16x2", "24x2"]
[space.rate]
log = [1e-3, 1e-1]
`

func written(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func content(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// process is one that can be killed.
type process struct {
	cmd  *exec.Cmd
	said string // path of what it says
}

// begins waits until a worker begins a trial.
func (p *process) begins(t *testing.T) {
	t.Helper()
	before := strings.Count(content(t, p.said), "begins")
	for range 600 {
		if strings.Count(content(t, p.said), "begins") > before {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatalf("the worker begins nothing:\n%s", content(t, p.said))
}

func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait()
}

func startWorker(t *testing.T, program, address string) *process {
	t.Helper()
	folder := t.TempDir()
	p := &process{exec.Command(program, "worker", "--nats", "nats://"+address, "--cores", "1", "--scratch", folder),
		filepath.Join(folder, "said")}
	said, err := os.Create(p.said)
	if err != nil {
		t.Fatal(err)
	}
	p.cmd.Stderr = said
	defer said.Close()
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.kill)
	return p
}

// natsServer is a server of its own, on a port of the loopback that it keeps when it is started again.
type natsServer struct {
	process
	path, state, address string
}

func startNATS(t *testing.T, path, state string) *natsServer {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	n := &natsServer{path: path, state: state, address: l.Addr().String()}
	l.Close()
	n.start(t)
	t.Cleanup(n.kill)
	return n
}

func (n *natsServer) start(t *testing.T) {
	t.Helper()
	host, port, _ := net.SplitHostPort(n.address)
	config := n.state + ".conf"
	written(t, config, fmt.Sprintf("listen: %s:%s\njetstream { store_dir: %q, sync_interval: always }\n", host, port,
		n.state))
	n.cmd = exec.Command(n.path, "-c", config)
	if err := n.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for range 100 {
		if c, err := net.Dial("tcp", n.address); err == nil {
			c.Close()
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatal("the server does not answer")
}

// lossy passes bytes on, but for as long as it is cut.
type lossy struct {
	address string
	mu      sync.Mutex
	conns   []net.Conn
	until   time.Time
}

func startProxy(t *testing.T, to string) *lossy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &lossy{address: l.Addr().String()}
	var wait sync.WaitGroup
	wait.Go(func() {
		for {
			a, err := l.Accept()
			if err != nil {
				return
			}
			p.mu.Lock()
			b, err := net.Dial("tcp", to)
			if err != nil || time.Now().Before(p.until) {
				a.Close()
				if err == nil {
					b.Close()
				}
				p.mu.Unlock()
				continue
			}
			p.conns = append(p.conns, a, b)
			p.mu.Unlock()
			for _, pair := range [][2]net.Conn{{a, b}, {b, a}} {
				wait.Go(func() { _, _ = io.Copy(pair[0], pair[1]); pair[0].Close() })
			}
		}
	})
	t.Cleanup(func() { l.Close(); p.cut(0); wait.Wait() })
	return p
}

func (p *lossy) cut(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.until = time.Now().Add(d)
	for _, c := range p.conns {
		c.Close()
	}
	p.conns = nil
}

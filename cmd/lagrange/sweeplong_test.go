//go:build !nosweep

package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// TestTwoHundred runs the 200 trainings of examples/double-pendulum.toml twice at a time: undisturbed, and for a server
// and three workers in processes of their own, two of which are killed in the middle of a trial. Every trial ends
// exactly once, and the tables are the same, byte for byte. With -update, as it takes half an hour of a core, and then
// it writes its figures into doc/sweeps.md.
func TestTwoHundred(t *testing.T) {
	if !*update {
		t.Skip("takes half an hour of a core: with -update")
	}
	folder := t.TempDir()
	program, server := filepath.Join(folder, "lagrange"), filepath.Join(folder, "nats-server")
	built(t, program, ".")
	built(t, server, "github.com/nats-io/nats-server/v2")
	file, err := filepath.Abs("../../examples/double-pendulum.toml")
	if err != nil {
		t.Fatal(err)
	}
	load, begin := loadHere(), time.Now()
	calm := exec.Command(program, "sweep", file, "-o", filepath.Join(folder, "calm"), "--cores", "2")
	var alone bytes.Buffer
	calm.Stdout, calm.Stderr = &alone, &alone
	if err := calm.Start(); err != nil {
		t.Fatal(err)
	}
	n := startNATS(t, server, filepath.Join(folder, "state"))
	var said bytes.Buffer
	hurt := exec.Command(program, "sweep", file, "-o", filepath.Join(folder, "hurt"), "--nats", "nats://"+n.address)
	hurt.Stdout, hurt.Stderr = &said, &said
	if err := hurt.Start(); err != nil {
		t.Fatal(err)
	}
	workers := []*process{startWorker(t, program, n.address), startWorker(t, program, n.address),
		startWorker(t, program, n.address)}
	moments := rand.New(rand.NewPCG(11, 11))
	for i, after := range []int{50, 100} {
		reached(t, filepath.Join(folder, "hurt", "results.jsonl"), after)
		workers[i].begins(t)
		time.Sleep(time.Duration(500+moments.IntN(2000)) * time.Millisecond)
		workers[i].kill()
		startWorker(t, program, n.address) // as whoever looks after the machines would
	}
	if err := hurt.Wait(); err != nil {
		t.Fatalf("%v\n%s", err, said.String())
	}
	if err := calm.Wait(); err != nil {
		t.Fatalf("%v\n%s", err, alone.String())
	}
	again := sameTables(t, filepath.Join(folder, "calm"), filepath.Join(folder, "hurt"), 200, 2)
	if t.Failed() || !strings.Contains(said.String(), "200 of 200 trials ended, 0 failed") {
		t.Fatal(said.String())
	}
	processor := calm.ProcessState.UserTime() + calm.ProcessState.SystemTime()
	text := fmt.Sprintf("Both at the same time, on %d cores of %s beside other work (load %s before, %s after):\n\n"+
		"- Undisturbed, two at a time: 200 trainings, 100 points with seeds 1 and 2, none failed, %.1f s of\n"+
		"  processor time each.\n"+
		"- Three workers, two killed: none failed, %d trials were begun more than once.\n"+
		"- The tables are equal, byte for byte, and each trial has ended once. All took %.0f minutes.\n",
		runtime.NumCPU(), runtime.GOARCH, load, loadHere(), processor.Seconds()/200, again, time.Since(begin).Minutes())
	t.Log(text, said.String())
	disturbed(t, text)
}

// disturbed writes the figures into the page of sweeps.
func disturbed(t *testing.T, text string) {
	const page, begin, end = "../../doc/sweeps.md", "<!-- disturbed -->\n", "<!-- end -->"
	head, rest, ok := strings.Cut(content(t, page), begin)
	_, tail, closed := strings.Cut(rest, end)
	if !ok || !closed {
		t.Fatalf("%s has no place for the disturbed sweep", page)
	}
	written(t, page, head+begin+text+end+tail)
}

// built builds a program.
func built(t *testing.T, path, what string) {
	t.Helper()
	if out, err := exec.Command("go", "build", "-o", path, what).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

// reached waits until so many trials have ended.
func reached(t *testing.T, results string, trials int) {
	t.Helper()
	for {
		text, _ := os.ReadFile(results)
		if bytes.Count(text, []byte("\n")) >= trials {
			return
		}
		time.Sleep(time.Second)
	}
}

// loadHere is how many processes wanted a core of this machine in the last minute, where it tells.
func loadHere() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	return strings.Fields(string(text))[0]
}

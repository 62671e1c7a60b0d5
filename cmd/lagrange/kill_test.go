package main

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lagrange"
	"lagrange/mech"
	"lagrange/sim"
)

// TestKill kills training at random moments of all its stages, as a power cut would, and goes on with --resume until it
// ends: the model is, to the last bit, the one of a run that nobody disturbed. By default, accelerations are learned
// after a warm-up by Adam with Gauss–Newton.
func TestKill(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	folder := t.TempDir()
	program := filepath.Join(folder, "lagrange")
	// by this name the test is the program
	if self, err := os.Executable(); err != nil || os.Symlink(self, program) != nil {
		t.Skip("no links here")
	}
	recording := filepath.Join(folder, "pendulum.csv")
	pendulum(t, recording)
	args := func(name string) []string {
		return []string{"train", recording, "-o", filepath.Join(folder, name), "--steps", "150", "--seed", "3",
			"--checkpoint-every", "20ms"}
	}
	if out, err := exec.Command(program, args("calm.lagrange")...).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	r := rand.New(rand.NewPCG(2, 9))
	kills := 0
	for try := 0; ; try++ {
		cmd := exec.Command(program, append(args("killed.lagrange"), "--resume")...)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		timer := time.AfterFunc(time.Duration(100+r.IntN(400)+20*kills)*time.Millisecond, func() { cmd.Process.Kill() })
		err := cmd.Wait()
		timer.Stop()
		if err == nil {
			break
		}
		if kills++; kills > 200 {
			t.Fatal("killed 200 times, and no nearer to the end: the work since a checkpoint is lost")
		}
	}
	if kills < 2 {
		t.Fatalf("killed %d times only: this shows nothing", kills)
	}
	same(t, filepath.Join(folder, "calm.lagrange"), filepath.Join(folder, "killed.lagrange"))
	left, _ := filepath.Glob(filepath.Join(folder, "*.checkpoint*"))
	if len(left) > 0 {
		t.Errorf("checkpoints left behind: %v", left)
	}
	t.Logf("killed %d times", kills)
}

// pendulum records twelve swings.
func pendulum(t *testing.T, path string) {
	t.Helper()
	system, err := mech.Lookup("pendulum")
	if err != nil {
		t.Fatal(err)
	}
	set, err := sim.Simulation{System: system, Trajectories: 12, Steps: 80, Dt: 0.05, Seed: 1, Sampled: true,
		Accelerations: true}.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := set.Save(path); err != nil {
		t.Fatal(err)
	}
}

// same compares two models and their baselines by their parameters.
func same(t *testing.T, a, b string) {
	t.Helper()
	x, err := lagrange.Load(a)
	if err != nil {
		t.Fatal(err)
	}
	y, err := lagrange.Load(b)
	if err != nil {
		t.Fatal(err)
	}
	for ; x != nil && y != nil; x, y = x.Baseline, y.Baseline {
		p, q := x.Theta(), y.Theta()
		for i := range p {
			if p[i] != q[i] {
				t.Fatalf("%s: parameter %d is %v undisturbed, %v after the kills", x.Spec().Family, i, p[i], q[i])
			}
		}
	}
}

// inProcess runs the program and returns what it printed on standard output, and its exit code.
func inProcess(t *testing.T, args ...string) (string, int) {
	t.Helper()
	var out, said strings.Builder
	code := run(args, strings.NewReader(""), &out, &said)
	if code != exitOK {
		t.Log(said.String())
	}
	return out.String(), code
}

// TestRecording trains on a real recording, where there is one, for a moment, and checks the object that --json prints.
func TestRecording(t *testing.T) {
	recording := filepath.Join("..", "..", "..", "shared", "data", "dfki-simple-pendulum", "control_method_ilqr",
		"data_measured.csv")
	if _, err := os.Stat(recording); err != nil {
		t.Skip("no recording of the DFKI pendulum beside the project")
	}
	out := filepath.Join(t.TempDir(), "p.lagrange")
	text, code := inProcess(t, "train", recording, "-o", out, "--friction", "both", "--steps", "2", "--json")
	if code != exitOK {
		t.Fatalf("exit %d: %s", code, text)
	}
	var e struct {
		Horizon float64
		Windows int
		Models  map[string]struct {
			RMSEQ   []float64 `json:"rmse_q"`
			RMSEV   []float64 `json:"rmse_v"`
			MedianQ []float64 `json:"median_window_rmse_q"`
		}
	}
	if err := json.Unmarshal([]byte(text), &e); err != nil {
		t.Fatal(err)
	}
	if e.Windows != 13 || e.Horizon < 0.499 || e.Horizon > 0.501 || len(e.Models) != 3 {
		t.Fatalf("%d windows of %v, %d models", e.Windows, e.Horizon, len(e.Models))
	}
	best, still := math.Inf(1), e.Models["constant_velocity"].RMSEQ[0]
	for _, of := range []string{"terms", "lnn"} { // the noise of its velocities sends it up the ladder
		if m := e.Models[of]; len(m.RMSEQ) > 0 {
			best = m.RMSEQ[0]
		}
	}
	if !(best < still/5) {
		t.Errorf("the Lagrangian is at %v, constant velocity at %v", best, still)
	}
	again, code := inProcess(t, "eval", out, recording, "--json")
	if code != exitOK || again != text {
		t.Errorf("eval of the saved model: exit %d, %s\ntrain said %s", code, again, text)
	}
}

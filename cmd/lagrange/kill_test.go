package main

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lagrange"
	"lagrange/internal/file"
	"lagrange/mech"
	"lagrange/sim"
)

// TestKill kills training at random moments of all its stages, as a power cut would, and goes on with --resume until it
// ends: the model is, to the last bit, the one of a run that nobody disturbed, and no checkpoint is left. By default,
// accelerations are learned after a warm-up by Adam and a trial of two methods; positions alone with noise are learned
// from by shooting, whose checkpoint has outcomes.
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
	pendulum(t, filepath.Join(folder, "states.csv"))
	noisyAngles(t, filepath.Join(folder, "angles.csv"))
	for recording, c := range map[string]struct {
		every string // between checkpoints
		first int    // milliseconds after which the first kill comes, and as many more at most
		more  []string
	}{
		"states": {"20ms", 100, []string{"--steps", "300"}},
		"angles": {"1ms", 60, []string{"--model", "lnn", "--hidden", "24", "--no-baseline", "--friction", "none"}},
	} {
		args := func(name string) []string {
			return append([]string{"train", filepath.Join(folder, recording+".csv"), "-o", filepath.Join(folder, name),
				"--seed", "3", "--checkpoint-every", c.every}, c.more...)
		}
		calm, hurt := recording+".calm.lagrange", recording+".killed.lagrange"
		if out, err := exec.Command(program, args(calm)...).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		kills := killed(t, program, c.first, append(args(hurt), "--resume"))
		if kills < 2 {
			t.Fatalf("%s: killed %d times only: this shows nothing", recording, kills)
		}
		same(t, filepath.Join(folder, calm), filepath.Join(folder, hurt))
		left, _ := filepath.Glob(filepath.Join(folder, recording+"*.checkpoint*"))
		if len(left) > 0 {
			t.Errorf("checkpoints left behind: %v", left)
		}
		t.Logf("%s: killed %d times", recording, kills)
		leftover(t, program, filepath.Join(folder, hurt), append(args(hurt), "--resume"))
	}
}

// leftover has a training that is finished resumed with a checkpoint beside its model. One that is older was left where
// the program was killed between the model and its report, and goes; one that is newer is of another training, and
// stays.
func leftover(t *testing.T, program, model string, args []string) {
	t.Helper()
	checkpoint := model + ".lnn.checkpoint"
	for age, want := range map[time.Duration]bool{time.Hour: false, -time.Hour: true} {
		if err := (file.Container{Kind: "checkpoint", Version: 1, Header: []byte("{}")}).Save(checkpoint); err != nil {
			t.Fatal(err)
		}
		at := time.Now().Add(-age)
		if err := os.Chtimes(checkpoint, at, at); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.Command(program, args...).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		if _, err := os.Stat(checkpoint); (err == nil) != want {
			t.Errorf("a checkpoint that is %v older than the model: %v", age, err)
		}
	}
}

// killed runs the program until it ends, and kills it after at least so many milliseconds, later from time to time; it
// returns how often.
func killed(t *testing.T, program string, first int, args []string) (kills int) {
	t.Helper()
	r := rand.New(rand.NewPCG(2, 9))
	for {
		cmd := exec.Command(program, args...)
		var said strings.Builder
		cmd.Stderr = &said
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		after := time.Duration(first+r.IntN(4*first)+first*kills/5) * time.Millisecond
		timer := time.AfterFunc(after, func() { cmd.Process.Kill() })
		err := cmd.Wait()
		timer.Stop()
		switch {
		case err == nil:
			return kills
		case cmd.ProcessState.Exited(): // it was not killed
			t.Fatalf("%v\n%s", err, &said)
		}
		if kills++; kills > 200 {
			t.Fatal("killed 200 times, and no nearer to the end: the work since a checkpoint is lost")
		}
	}
}

// noisyAngles records nine swings with noise, and no velocities.
func noisyAngles(t *testing.T, path string) {
	t.Helper()
	system, err := mech.Lookup("pendulum")
	if err != nil {
		t.Fatal(err)
	}
	set, err := sim.Simulation{System: system, Trajectories: 9, Steps: 80, Dt: 0.05, Seed: 1, Noise: 0.01}.Run(
		t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	fmt.Fprintln(&text, "trajectory,t,theta")
	for _, w := range set.Trajectories {
		for n, at := range w.T {
			fmt.Fprintf(&text, "%s,%v,%v\n", w.ID, at, w.Q[n])
		}
	}
	if err := os.WriteFile(path, []byte(text.String()), 0o644); err != nil {
		t.Fatal(err)
	}
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

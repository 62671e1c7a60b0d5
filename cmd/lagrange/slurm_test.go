//go:build !nosweep

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestSweepOnSlurm gives a sweep to a real Slurm of one node, in a network namespace of its own, and queues one of its
// two jobs again while it works: it saves and gives back its trial, and the table is that of a sweep within.
func TestSweepOnSlurm(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a minute")
	}
	for _, need := range []string{"unshare", "ip", "munged", "slurmctld", "slurmd", "sbatch"} {
		if _, err := exec.LookPath(need); err != nil {
			t.Skipf("no Slurm here: %v", err)
		}
	}
	if os.Getuid() != 0 {
		t.Skip("Slurm is run by root alone")
	}
	folder := t.TempDir()
	program := linked(t, folder)
	if program == "" {
		t.Skip("no links here")
	}
	pendulum(t, filepath.Join(folder, "states.csv"))
	written(t, filepath.Join(folder, "sweep.toml"), strings.Replace(sweepText, `"250"`, `"1000"`, 1))
	calm := exec.Command(program, "sweep", "sweep.toml", "-o", "calm")
	calm.Dir = folder
	if out, err := calm.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	script, err := filepath.Abs("testdata/slurm.sh")
	if err != nil {
		t.Fatal(err)
	}
	slurm := exec.Command("unshare", "--net", "bash", script, filepath.Join(folder, "slurm"), "bash", "-c", `
./lagrange sweep sweep.toml -o hurt --slurm 2 --time 10m & sweep=$!
for _ in $(seq 300); do # until both jobs have begun a trial, and a moment longer
	[ "$(grep -l begins hurt/slurm/*.log 2>/dev/null | wc -l)" = 2 ] && break
	sleep 0.2
done
sleep 1
job=$(squeue -h -r -t running -o %A | sort -n | head -n 1)
scontrol requeue "$job"
wait $sweep
code=$?
scontrol show job "$job" | grep -o 'Restarts=[0-9]*'
exit $code`)
	slurm.Dir = folder
	out, err := slurm.CombinedOutput()
	if slurm.ProcessState.ExitCode() == 99 {
		t.Skipf("Slurm cannot run here:\n%s", out)
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if !strings.Contains(string(out), "Restarts=1") {
		t.Errorf("no job was queued again:\n%s", out)
	}
	sameTables(t, filepath.Join(folder, "calm"), filepath.Join(folder, "hurt"), 16, 1)
}

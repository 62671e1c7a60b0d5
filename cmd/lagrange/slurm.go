//go:build !nosweep

package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"lagrange/internal/file"
	"lagrange/sweep"
)

// slurmFlags say how workers are given to a cluster.
type slurmFlags struct {
	jobs               int
	account, partition string
	time               time.Duration
	dry                bool
}

func (f *slurmFlags) add(cmd *cobra.Command) {
	cmd.Flags().IntVar(&f.jobs, "slurm", 0, "submit an array of so many `jobs` to Slurm, which work for the sweep")
	cmd.Flags().StringVar(&f.account, "account", "", "of Slurm: `account` of the jobs")
	cmd.Flags().StringVar(&f.partition, "partition", "", "of Slurm: `partition` of the jobs")
	cmd.Flags().DurationVar(&f.time, "time", 0, "of Slurm: most `time` of a job, such as 8h")
	cmd.Flags().BoolVar(&f.dry, "dry-run", false, "of Slurm: print the script, and submit nothing")
}

// check holds the flags of a sweep against each other.
func (f *sweepFlags) check() (err error) {
	s := f.slurm
	switch {
	case f.where.Server != "" && f.where.Dir != "":
		return usagef("give one of --nats and --dir")
	case s.jobs < 0:
		return usagef("--slurm %d: want the number of jobs", s.jobs)
	case s.jobs == 0 && (s.dry || s.account != "" || s.partition != "" || s.time != 0):
		return usagef("--account, --partition, --time and --dry-run go with --slurm JOBS")
	case s.jobs > 0 && f.where.Server != "":
		return usagef("--slurm works for a folder: give --dir, or nothing")
	case s.jobs > 0 && f.where.Dir == "":
		f.where.Dir = filepath.Join(f.out, "board")
	}
	if f.where.Dir != "" {
		f.where.Dir, err = filepath.Abs(f.where.Dir)
	}
	return err
}

// script is the array of workers, for sbatch. A job that has to go saves what it has and gives its trial back. Where
// its time is over it asks for another turn; one that Slurm queues again, or somebody cancels, has no say in that.
func (f slurmFlags) script(s *sweep.Sweep, folder, board string) string {
	var b strings.Builder
	line := func(format string, a ...any) { fmt.Fprintf(&b, format+"\n", a...) }
	logs, _ := filepath.Abs(filepath.Join(folder, "slurm"))
	line("#!/bin/bash")
	line("#SBATCH --job-name=lagrange-%s", s.ID)
	line("#SBATCH --array=1-%d", f.jobs)
	line("#SBATCH --ntasks=1 --cpus-per-task=%d", s.File.Cores)
	line("#SBATCH --output=%s/%%A_%%a.log", logs)
	line("#SBATCH --open-mode=append --requeue --signal=B:USR1@60")
	if f.account != "" {
		line("#SBATCH --account=%s", f.account)
	}
	if f.partition != "" {
		line("#SBATCH --partition=%s", f.partition)
	}
	if f.time > 0 {
		line("#SBATCH --time=%d", int((f.time+time.Minute-1)/time.Minute))
	}
	line("%s worker --dir %s --cores 1 --idle 5m &", word(self()), word(board))
	line("worker=$! again=")
	line("trap 'kill -TERM $worker' TERM")
	line("trap 'again=yes; kill -TERM $worker' USR1 # its time is nearly over")
	line("while kill -0 $worker 2>/dev/null; do wait $worker; done")
	line("[ -z \"$again\" ] || scontrol requeue \"$SLURM_JOB_ID\"")
	return b.String()
}

// word is a word of a shell.
func word(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// submit gives the workers to Slurm, where that is asked for.
func (f slurmFlags) submit(cmd *cobra.Command, d *sweep.Folder) error {
	if f.jobs == 0 {
		return nil
	}
	if err := os.MkdirAll(filepath.Join(d.Path, "slurm"), 0o755); err != nil {
		return err
	}
	path := filepath.Join(d.Path, "slurm", "workers.sh")
	if err := file.Put(path, []byte(f.script(d.Sweep, d.Path, d.State.Board.Dir))); err != nil {
		return err
	}
	var said bytes.Buffer
	sbatch := exec.CommandContext(cmd.Context(), "sbatch", path)
	sbatch.Stdout, sbatch.Stderr = &said, &said
	if err := sbatch.Run(); err != nil {
		return fmt.Errorf("sbatch %s: %v: %s", path, err, strings.TrimSpace(said.String()))
	}
	_, err := fmt.Fprintln(cmd.ErrOrStderr(), strings.TrimSpace(said.String()))
	return err
}

//go:build !nosweep

package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"lagrange/sweep"
	"lagrange/sweep/jet"
)

func workerCommand() *cobra.Command {
	var server, credentials, folder string
	var cores int
	var idle time.Duration
	cmd := &cobra.Command{
		Use:   "worker",
		Short: "Work on the trials of sweeps, for a NATS server",
		Long: `Worker takes trials of sweeps from a NATS server, one for each core, until none
has waited for a while. A trial that is cut off, with its worker or its machine,
goes on from its last checkpoint on another. Ctrl-C gives back what is under way.

Recordings come from the server. The program has to be of the same version as
that of the sweep.`,
		Example: `  lagrange worker --nats nats://lab:4222
  lagrange worker --nats tls://lab:4222 --credentials lab.creds --cores 8`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if server == "" {
				return usagef("missing flag: --nats URL, the server to work for")
			}
			if cores < 1 {
				return usagef("--cores %d: want 1 or more", cores)
			}
			board, err := jet.Open(server, credentials)
			if err != nil {
				return err
			}
			defer board.Close()
			board.Idle = idle
			if folder, err = os.MkdirTemp(folder, "lagrange-worker-"); err != nil {
				return err
			}
			defer os.RemoveAll(folder)
			return work(cmd, board, folder, cores)
		},
	}
	cmd.Flags().StringVar(&server, "nats", "", "`URL` of the server (required)")
	cmd.Flags().StringVar(&credentials, "credentials", "", "`file` of credentials for the server")
	cmd.Flags().IntVar(&cores, "cores", runtime.NumCPU(), "trials at a time")
	cmd.Flags().DurationVar(&idle, "idle", time.Minute, "how long to wait for a trial before it ends")
	cmd.Flags().StringVar(&folder, "scratch", "", "`folder` for trials under way (default that of the system)")
	return cmd
}

// work runs a worker for each core, until no trial is left.
func work(cmd *cobra.Command, board sweep.Board, folder string, cores int) error {
	var wait sync.WaitGroup
	var mu sync.Mutex
	errs := make([]error, cores)
	program := programVersion()
	for i := range cores {
		w := &sweep.Worker{Name: workerName(i), Board: board, Folder: folder, Program: program, Exec: self(),
			Beat: jet.Wait / 6, On: func(e sweep.Event) {
				mu.Lock()
				defer mu.Unlock()
				tellEvent(cmd.ErrOrStderr(), e)
			}}
		wait.Go(func() { errs[i] = w.Run(cmd.Context()) })
	}
	wait.Wait()
	return errors.Join(errs...)
}

// tellEvent prints a line of what a worker does.
func tellEvent(w io.Writer, e sweep.Event) {
	at := time.Now().Format("15:04:05") + "  " + e.Trial.Sweep + "  " + e.Trial.ID
	switch {
	case e.Note != "":
		fmt.Fprintf(w, "%s  %s\n", at, e.Note)
	case e.Result == nil && e.Tries > 1:
		fmt.Fprintf(w, "%s  begins, for the %d. time\n", at, e.Tries)
	case e.Result == nil:
		fmt.Fprintf(w, "%s  begins\n", at)
	case e.Result.Failed():
		fmt.Fprintf(w, "%s  failed: %s\n", at, e.Result.Errors[len(e.Result.Errors)-1])
	default:
		fmt.Fprintf(w, "%s  %.6g after %.1f s\n", at, *e.Result.Value, e.Result.Seconds)
	}
}

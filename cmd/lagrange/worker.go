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
	"lagrange/sweep/dir"
	"lagrange/sweep/jet"
)

func workerCommand() *cobra.Command {
	var where sweep.Where
	var credentials, folder string
	var cores int
	var idle time.Duration
	cmd := &cobra.Command{
		Use:   "worker",
		Short: "Work on the trials of sweeps, for a NATS server or a shared folder",
		Long: `Worker takes trials of sweeps from a NATS server, or from a folder that machines
share, one for each core, until none has waited for a while. A trial that is cut off, with its worker or its machine,
goes on from its last checkpoint on another. Ctrl-C, or SIGTERM, saves what is
under way and gives it back.

Recordings come from the board. The program has to be of the same version as
that of the sweep.`,
		Example: `  lagrange worker --nats nats://lab:4222
  lagrange worker --dir /shared/sweeps
  lagrange worker --nats tls://lab:4222 --credentials lab.creds --cores 8`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if (where.Server == "") == (where.Dir == "") {
				return usagef("give one of --nats URL and --dir FOLDER: the board to work for")
			}
			if cores < 1 {
				return usagef("--cores %d: want 1 or more", cores)
			}
			board, err := openBoard(cmd, where, credentials, idle)
			if err != nil {
				return err
			}
			defer board.Close()
			if folder, err = os.MkdirTemp(folder, "lagrange-worker-"); err != nil {
				return err
			}
			defer os.RemoveAll(folder)
			return work(cmd, board, folder, cores)
		},
	}
	whereFlags(cmd, &where, &credentials)
	cmd.Flags().IntVar(&cores, "cores", runtime.NumCPU(), "trials at a time")
	cmd.Flags().DurationVar(&idle, "idle", time.Minute, "how long to wait for a trial before it ends")
	cmd.Flags().StringVar(&folder, "scratch", "", "`folder` for trials under way (default that of the system)")
	return cmd
}

// whereFlags say where a board is.
func whereFlags(cmd *cobra.Command, w *sweep.Where, credentials *string) {
	cmd.Flags().StringVar(&w.Server, "nats", "", "`URL` of a NATS server with JetStream")
	cmd.Flags().StringVar(credentials, "credentials", "", "`file` of credentials for the server")
	cmd.Flags().StringVar(&w.Dir, "dir", "", "`folder` that machines share, in place of a server")
}

// openBoard opens a board that is not within; idle is how long it waits for a trial.
func openBoard(cmd *cobra.Command, w sweep.Where, credentials string, idle time.Duration) (sweep.Board, error) {
	if w.Dir != "" {
		b, err := dir.Open(w.Dir)
		if err != nil {
			return nil, err
		}
		b.Idle, b.Say = idle, func(what string) { note(cmd, "%s", what) }
		return b, nil
	}
	b, err := jet.Open(w.Server, credentials)
	if err != nil {
		return nil, err
	}
	b.Idle = idle
	return b, nil
}

// tellServer prints what the user's server has.
func tellServer(cmd *cobra.Command, board sweep.Board, d *sweep.Folder) error {
	server, ok := board.(*jet.Board)
	if !ok || d.State.Board.Server == "" {
		return nil
	}
	lines, err := server.Told(cmd.Context())
	for _, line := range lines {
		fmt.Fprintln(cmd.ErrOrStderr(), line)
	}
	return err
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

//go:build !nosweep

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"lagrange/sweep"
	"lagrange/sweep/jet"
)

// sweepCommands are those of sweeps.
func sweepCommands() []*cobra.Command { return []*cobra.Command{sweepCommand(), workerCommand()} }

// sweepFlags say where the trials of a sweep run.
type sweepFlags struct {
	out, credentials string
	where            sweep.Where
	cores            int
	json             bool
	tensorboard      bool
	slurm            slurmFlags
}

func (f *sweepFlags) add(cmd *cobra.Command) {
	whereFlags(cmd, &f.where, &f.credentials)
	f.slurm.add(cmd)
	cmd.Flags().IntVar(&f.cores, "cores", runtime.NumCPU(), "cores to use here")
	cmd.Flags().BoolVar(&f.json, "json", false, "print one JSON object")
	cmd.Flags().BoolVar(&f.tensorboard, "tensorboard", false,
		"write what TensorBoard shows into a folder tensorboard beside the table")
}

const sweepLong = `Sweep runs a command of the program at many points of a space, each with several
seeds, and says where a number that it prints is best. The file says what is run
and what is varied:

    run     = "train"
    args    = ["swings.csv", "--model", "lnn", "--steps", "500"]
    measure = "models.lnn.rmse_q"      # path to a number of --json
    goal    = "min"
    seeds   = 3
    sampler = "tpe"                    # grid, random, sobol, tpe, cma-es
    points  = 50

    [space.hidden]
    choices = ["10x2", "20x2", "40x2"]
    [space.rate]
    log = [1e-4, 1e-1]

Trials run in this process's own server and on its cores. With --nats they are
given to all who run "lagrange worker" for that server, with --dir to those who
do so for a folder that the machines share, and with --slurm to an array of jobs
that work for such a folder. Each trial ends exactly once; one that is cut off
goes on from its last checkpoint, elsewhere if need be. Ctrl-C ends the
sweep and loses nothing: "lagrange sweep resume" goes on. The models of all seeds
of the best point are joined by "lagrange sweep ensemble".`

func sweepCommand() *cobra.Command {
	var f sweepFlags
	cmd := &cobra.Command{
		Use:   "sweep FILE.toml",
		Short: "Run many trainings or experiments as one, here or on many machines",
		Long:  sweepLong,
		Example: `  lagrange sweep pendulum.toml -o runs
  lagrange sweep pendulum.toml -o runs --nats nats://lab:4222
  lagrange sweep pendulum.toml -o runs --slurm 20 --time 8h --dry-run
  lagrange sweep status runs
  lagrange sweep best runs
  lagrange sweep ensemble runs -o pendulum.lagrange
  lagrange sweep resume runs`,
		Args: need("FILE.toml"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := f.check(); err != nil {
				return err
			}
			file, err := sweep.ReadFile(args[0])
			if err != nil {
				return err
			}
			if err := flagsOf(file); err != nil {
				return err
			}
			s, err := sweep.New(file, programVersion(), simulated)
			if err != nil {
				return err
			}
			if f.slurm.dry {
				_, err := io.WriteString(cmd.OutOrStdout(), f.slurm.script(s, f.out, f.where.Dir))
				return err
			}
			folder, err := sweep.Begin(f.out, s, f.where)
			if err != nil {
				return err
			}
			return f.run(cmd, folder)
		},
	}
	cmd.Flags().StringVarP(&f.out, "output", "o", "runs", "`folder` for the table and what is needed to go on")
	f.add(cmd)
	cmd.AddCommand(sweepResumeCommand(), sweepStatusCommand(), sweepBestCommand(),
		sweepEnsembleCommand())
	return cmd
}

// programVersion is what workers have to share with the sweep that they work for.
func programVersion() string {
	c := ownCode()
	if c.Program != "" {
		return version() + " " + c.Program
	}
	return version() + " " + c.Commit[:min(len(c.Commit), 10)]
}

// simulated is what simulate prints.
func simulated(args []string) ([]byte, error) {
	var out bytes.Buffer
	root := rootCommand()
	root.SetArgs(append(append([]string{"simulate"}, args...), "-o", "-"))
	root.SetOut(&out)
	root.SetErr(io.Discard)
	err := root.Execute()
	return out.Bytes(), err
}

// flagsOf holds the parameters of a sweep against the flags of the command that it runs.
func flagsOf(f *sweep.File) error {
	cmd, _, err := rootCommand().Find([]string{f.Run})
	if err != nil {
		return err
	}
	for name := range f.Space {
		if cmd.Flags().Lookup(name) == nil || name == "output" || name == "json" || name == "resume" {
			return fmt.Errorf("%s: [space.%s]: %s has no flag --%s that can be varied (see lagrange %s --help)", f.Path,
				name, f.Run, name, f.Run)
		}
		if name == "seed" {
			return fmt.Errorf("%s: [space.seed]: seeds are given by seeds = 5", f.Path)
		}
	}
	return nil
}

// run does a sweep to its end, or as far as ctx lets it.
func (f *sweepFlags) run(cmd *cobra.Command, d *sweep.Folder) (err error) {
	defer func() { err = errors.Join(err, d.Close()) }()
	if _, err := os.Stat(eventsOf(d)); err == nil || f.tensorboard {
		d.Sweep.History = true
		if err := beginEvents(d); err != nil {
			return err
		}
	}
	board, workers, end, err := f.board(cmd, d)
	if err != nil {
		return err
	}
	defer end()
	if err := errors.Join(tellServer(cmd, board, d), f.slurm.submit(cmd, d)); err != nil {
		return err
	}
	ctx, stop := context.WithCancel(cmd.Context())
	defer stop()
	line := newSweepLine(cmd.ErrOrStderr(), d.Sweep)
	var wait sync.WaitGroup
	failed := make(chan error, workers)
	for i := range workers {
		w := &sweep.Worker{Name: workerName(i), Board: board, Folder: d.Work(), Program: d.Sweep.Program, Exec: self(),
			Beat: jet.Wait / 6, On: line.event}
		wait.Go(func() {
			if err := w.Run(ctx); err != nil && ctx.Err() == nil {
				failed <- err
				stop()
			}
		})
	}
	err = d.Sweep.Run(ctx, board, d.Path, func(r *sweep.Result) error {
		line.result(r)
		if err := errors.Join(section(ctx, d, board, r), events(ctx, d, board, r)); err != nil {
			return err // noted it would not come again
		}
		return d.Note(r)
	})
	stop()
	wait.Wait()
	line.close()
	select {
	case broken := <-failed:
		err = broken
	default:
	}
	if err != nil && !errors.Is(err, sweep.ErrStop) {
		return fmt.Errorf("\"lagrange sweep resume %s\" goes on: %w", d.Path, errors.Join(err, d.Finish()))
	}
	if err := d.Finish(); err != nil {
		return err
	}
	if err == nil {
		_ = os.RemoveAll(d.Work())
	}
	return f.found(cmd, d)
}

// board opens the board of a sweep, and says how many workers this process has for it: none where others work.
func (f *sweepFlags) board(cmd *cobra.Command, d *sweep.Folder) (b sweep.Board, workers int, end func(), err error) {
	if d.State.Board != (sweep.Where{}) {
		b, err := openBoard(cmd, d.State.Board, f.credentials, 0)
		if err != nil {
			return nil, 0, nil, err
		}
		return b, 0, func() { b.Close() }, nil
	}
	server, err := jet.Start(d.Within())
	if err != nil {
		return nil, 0, nil, err
	}
	board, err := server.Connect()
	if err != nil {
		server.Close()
		return nil, 0, nil, err
	}
	board.Idle = 365 * 24 * time.Hour // until the sweep is over
	return board, max(1, f.cores/d.Sweep.File.Cores), func() { board.Close(); server.Close() }, nil
}

// self is the path of this program.
func self() string {
	path, err := os.Executable()
	if err != nil {
		return os.Args[0]
	}
	return path
}

func workerName(i int) string {
	host, err := os.Hostname()
	if err != nil {
		host = "here"
	}
	return fmt.Sprintf("%s-%d-%d", host, os.Getpid(), i+1)
}

// found prints what a sweep has found.
func (f *sweepFlags) found(cmd *cobra.Command, d *sweep.Folder) error {
	if f.json {
		return printJSON(cmd.OutOrStdout(), summaryOf(d))
	}
	return printSweep(cmd.OutOrStdout(), d)
}

// sweepSummary is what --json prints of a sweep.
type sweepSummary struct {
	ID      string      `json:"id"`
	Trials  int         `json:"trials"`
	Ended   int         `json:"ended"`
	Failed  int         `json:"failed"`
	Measure string      `json:"measure"`
	Goal    string      `json:"goal"`
	Best    *sweep.Row  `json:"best"`
	Again   []string    `json:"again,omitempty"` // the command that trains the best again
	Rows    []sweep.Row `json:"points"`

	Importance []sweep.Importance `json:"importance,omitempty"`
}

func summaryOf(d *sweep.Folder) sweepSummary {
	s := d.Sweep
	ended, failed, _ := s.Ended()
	r := sweepSummary{ID: s.ID, Trials: s.Trials(), Ended: ended, Failed: failed, Measure: s.File.Measure,
		Goal: s.File.Goal, Rows: s.Rows(), Importance: s.Importances()}
	if best, ok := s.Leader(); ok {
		r.Best, r.Again = &best, again(s, best)
	}
	return r
}

// again is the command that trains a point again, from the folder of the sweep file.
func again(s *sweep.Sweep, r sweep.Row) []string {
	args := append([]string{"lagrange", s.File.Run}, s.File.Args...)
	args = append(args, r.At.Args()...)
	if r.Steps > 0 {
		args = append(args, fmt.Sprintf("--steps=%d", r.Steps))
	}
	return append(args, "--seed=1", "-o", "best.lagrange")
}

// shownRows is how many points a table for people has.
const shownRows = 10

func printSweep(w io.Writer, d *sweep.Folder) error {
	s := d.Sweep
	ended, failed, _ := s.Ended()
	fmt.Fprintf(w, "%s  %d of %d trials ended, %d failed\n", s.ID, ended, s.Trials(), failed)
	if s.File.Page() {
		_, err := fmt.Fprintf(w, "page of results: %s\n", filepath.Join(d.Path, "results.md"))
		return err
	}
	best := s.Best()
	if len(best) == 0 {
		_, err := fmt.Fprintln(w, "no point has a measure yet")
		return err
	}
	names := s.Names()
	tab := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(tab, "\npoint\t%s\t%s\tleast\tmost\n", strings.Join(names, "\t"), "median")
	for _, r := range best[:min(len(best), shownRows)] {
		fmt.Fprintf(tab, "%d\t", r.Point)
		for _, n := range names {
			value := r.At[n]
			if value == "" {
				value = "–"
			}
			fmt.Fprintf(tab, "%s\t", value)
		}
		fmt.Fprintf(tab, "%.4g\t%.4g\t%.4g\n", *r.Median, *r.Least, *r.Most)
	}
	if err := tab.Flush(); err != nil {
		return err
	}
	if parts := s.Importances(); len(parts) > 0 {
		fmt.Fprint(w, "\nof the spread of places, a parameter alone accounts for:")
		for i, p := range parts {
			fmt.Fprintf(w, "%s %s %.0f %%", []string{"", ","}[min(i, 1)], p.Name, 100*p.Part)
		}
		fmt.Fprintln(w)
	}
	_, err := fmt.Fprintf(w, "\nmeasure  %s, %s\ntable    %s\npicture  %s\nagain    %s\n", s.File.Measure,
		s.File.Goal, filepath.Join(d.Path, "results.csv"), filepath.Join(d.Path, "results.svg"),
		strings.Join(again(s, best[0]), " "))
	return err
}

// opened opens the folder of a sweep for a command that only looks.
func opened(path string) (*sweep.Folder, error) { return sweep.Open(path, "", simulated) }

func sweepResumeCommand() *cobra.Command {
	var f sweepFlags
	cmd := &cobra.Command{
		Use:     "resume FOLDER",
		Short:   "Go on with a sweep that was interrupted",
		Long:    "Resume goes on with a sweep that was interrupted, from what its folder and its server hold.",
		Example: "  lagrange sweep resume runs",
		Args:    need("FOLDER"),
		RunE: func(cmd *cobra.Command, args []string) error {
			d, err := sweep.Open(args[0], programVersion(), simulated)
			if err != nil {
				return err
			}
			if f.where != (sweep.Where{}) {
				d.State.Board = f.where
			}
			return f.run(cmd, d)
		},
	}
	f.add(cmd)
	return cmd
}

func sweepStatusCommand() *cobra.Command {
	var f sweepFlags
	cmd := &cobra.Command{
		Use:     "status FOLDER",
		Short:   "Say how far a sweep is, and what is best so far",
		Long:    "Status says how far a sweep is, and shows the best points so far.",
		Example: "  lagrange sweep status runs",
		Args:    need("FOLDER"),
		RunE: func(cmd *cobra.Command, args []string) error {
			d, err := opened(args[0])
			if err != nil {
				return err
			}
			return errors.Join(f.found(cmd, d), d.Close())
		},
	}
	cmd.Flags().BoolVar(&f.json, "json", false, "print one JSON object")
	return cmd
}

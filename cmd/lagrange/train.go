package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"lagrange"
	"lagrange/data"
	"lagrange/model"
	"lagrange/model/graph"
	"lagrange/train"
)

// trainFlags are the flags of train that are not settings as they stand.
type trainFlags struct {
	columns                  columnFlags
	graph                    graphFlags
	out, hidden, friction    string
	horizon, budget          span
	resume, json, noBaseline bool
	settings                 lagrange.Settings
}

func trainCommand() *cobra.Command {
	f := &trainFlags{}
	cmd := &cobra.Command{
		Use:   "train DATA.csv… -o MODEL",
		Short: "Learn a Lagrangian from recordings",
		Long: `Learn a model of one or several recordings, and a baseline network beside it.

With acceleration columns it learns from them, else by predicting windows of the motion:
a Lagrangian (lnn) from a convex start where the recording is clean. With a force column for
each coordinate beside accelerations, --objective torque learns the forces of given motion
instead. A Neural ODE (node) learns from windows in any case. A Hamiltonian network (hnn) takes velocities for momenta; where the columns
of --v are true momenta it needs --objective windows. A graph takes the coordinates for
sites in their order, which --topology says how to join: they share one local density,
and the law of their forces and friction. Each site has the same number of known forces.

Held-out data is chosen by whole trajectories, or by blocks of time as long as the
horizon; the parameters are those of the best validation. The time of --budget is
shared by all networks, and is turned into a number of steps, which is recorded:
--steps repeats the run exactly.

With --ensemble the model is several networks from seeds that follow one another, in one
file; eval and rollout give their mean and its spread. The spread is calibrated on the
validation data, and eval shows how many held-out errors it holds.

An interrupted run (Ctrl-C, or worse) goes on with the same command and --resume.`,
		Example: `  lagrange train pendulum.csv -o pendulum.lagrange --friction both
  lagrange train examples/planets.csv -o planets.lagrange --cyclic phi --budget 5m
  lagrange train ring.csv -o ring.lagrange --model graph --topology ring --relative
  lagrange train truss.csv -o truss.lagrange --model graph --topology edges.csv --nodes masses.csv --friction viscous
  lagrange train a.csv b.csv -o arm.lagrange --q q1,q2 --v w1,w2 --u tau1,tau2 --angles q1,q2 --json`,
		Args: need("DATA.csv…"),
		RunE: func(cmd *cobra.Command, args []string) error { return f.run(cmd, args) },
	}
	f.columns.add(cmd)
	f.graph.add(cmd)
	s, fl := &f.settings, cmd.Flags()
	fl.StringVarP(&f.out, "output", "o", "", "model `file` to write (required)")
	fl.StringVar(&s.Model, "model", "lnn", "`family`: "+strings.Join(model.Families(), ", "))
	fl.StringSliceVar(&s.Cyclic, "cyclic", nil, "`coordinates` on which nothing depends: their momentum is conserved exactly")
	fl.StringVar(&f.friction, "friction", "none", "none, viscous, coulomb or both")
	fl.StringVar(&f.hidden, "hidden", "", "hidden `layers`, units x layers (default 32x2, 16x2 below 5000 rows; 160 or 60 after a convex start; with accelerations 20x2, 12x2 below 20,000 rows, 8x2 below 2000, or 64x2 by adam)")
	fl.StringVar((*string)(&s.Head), "head", "", "of lnn, hnn and graph: plain, one output of the net, or quadratic, a mass matrix beside it (default quadratic for lnn and hnn with accelerations, the better one after a convex start on windows, else plain)")
	fl.StringVar(&s.Activation, "activation", "softplus", "relu2, relu3, tanh, sigmoid, softplus, swish or gelu")
	fl.StringVar(&s.Loss, "loss", "huber", "l1, l2 or huber")
	fl.StringVar(&s.Objective, "objective", "", strings.Join(lagrange.Objectives(), ", ")+": what to learn from (default accelerations where they are recorded, else windows)")
	fl.Var(&f.horizon, "horizon", "length of held-out windows (default 25 time steps)")
	fl.IntVar(&s.Window, "window", 0, "time steps of a training window (default those of the horizon, at most 32; 1 is the next-state loss)")
	fl.IntVar(&s.Steps, "steps", 0, "training steps of each model")
	fl.Var(&f.budget, "budget", "training time of all models together (default 60s)")
	fl.Float64Var(&s.Rate, "rate", 0, "largest learning rate of adam (default 5e-3; 1e-2 with accelerations)")
	fl.StringVar(&s.Method, "method", "", strings.Join(train.Methods(), " or ")+" (default gauss-newton with accelerations and after a convex start, else adam; adam for graphs of more than 64 coordinates and for nets of more than 6000 weights)")
	fl.Uint64Var(&s.Seed, "seed", 1, "seed of the random numbers")
	fl.IntVar(&s.Ensemble, "ensemble", 1, "`networks` from as many seeds, which give a mean and a calibrated spread")
	fl.BoolVar(&f.noBaseline, "no-baseline", false, "train the model alone, without a baseline to compare it with")
	fl.DurationVar(&s.Every, "checkpoint-every", 5*time.Second, "`time` between checkpoints, the most work that a power cut can cost")
	fl.BoolVar(&f.resume, "resume", false, "go on where an interrupted run stopped")
	fl.BoolVar(&f.json, "json", false, "print one JSON object")
	return cmd
}

// check turns the flags into settings.
func (f *trainFlags) check() (err error) {
	s := &f.settings
	if f.out == "" {
		return usagef("missing flag: -o MODEL, the file to write")
	}
	if f.hidden != "" {
		if s.Hidden, err = model.ParseHidden(f.hidden); err != nil {
			return usageError{err}
		}
	}
	s.Friction = model.Friction(f.friction)
	if s.Steps < 0 || s.Window < 0 || s.Rate < 0 {
		return usagef("--steps, --window and --rate cannot be negative")
	}
	if s.Ensemble < 1 {
		return usagef("--ensemble %d: want at least 1", s.Ensemble)
	}
	if s.Objective != "" && !slices.Contains(lagrange.Objectives(), s.Objective) {
		return usagef("no objective %q; there are %s", s.Objective, strings.Join(lagrange.Objectives(), ", "))
	}
	if s.Steps > 0 && f.budget.given() {
		return usagef("give --steps or --budget, not both")
	}
	shape := s.Hidden
	if shape == nil {
		shape = []int{1}
	}
	family := s.Model
	if family == graph.Family { // its net is that of densities
		family = "lnn"
	}
	if s.Method != "" && !slices.Contains(train.Methods(), s.Method) {
		return usagef("no method %q; there are %s", s.Method, strings.Join(train.Methods(), ", "))
	}
	trial := model.Spec{Family: family, Activation: s.Activation, Head: s.Head, Friction: s.Friction, Hidden: shape, Coordinates: []model.Coordinate{{Scale: 1, Speed: 1, Accel: 1}}}
	if err := trial.Check(); err != nil {
		return usageError{err}
	}
	budget := 60.0
	if f.budget.given() {
		if budget, err = f.budget.in("s"); err != nil {
			return err
		}
	}
	if s.Steps == 0 {
		s.Budget = time.Duration(budget * float64(time.Second))
	}
	return nil
}

func (f *trainFlags) run(cmd *cobra.Command, args []string) error {
	if err := f.check(); err != nil {
		return err
	}
	var err error
	if f.settings.Graph, err = f.graph.read(cmd, f.settings.Model); err != nil {
		return err
	}
	set, err := data.Read(args, f.columns.options())
	if err != nil {
		return err
	}
	if err := f.graph.resolve(&f.settings.Graph, set); err != nil {
		return err
	}
	if f.horizon.given() {
		if f.settings.Horizon, err = f.horizon.in(set.TimeUnit()); err != nil {
			return err
		}
	}
	if err := writable(f.out); err != nil {
		return err
	}
	say := cmd.ErrOrStderr()
	understood(say, set)
	f.settings.Options = f.columns.options()
	families := []string{f.settings.Model}
	if f.settings.Model != "nn" && !f.noBaseline {
		families = append(families, "nn")
	}
	each := f.settings.Budget / time.Duration(f.settings.Ensemble+len(families)-1)
	var m *lagrange.Model
	for i, family := range families {
		s := f.settings
		s.Model, s.Budget = family, each*time.Duration(f.settings.Ensemble)
		if i > 0 {
			s.Budget, s.Ensemble = each, 1
			s.Graph = lagrange.Graph{} // the baseline has no sites
		}
		if i > 0 && s.Objective == lagrange.Torque {
			s.Objective = "" // the baseline has no inverse dynamics
		}
		k, err := f.fit(cmd, set, s)
		if err != nil {
			return err
		}
		if i == 0 {
			m = k
		} else {
			m.Baseline = k
		}
	}
	if err := m.Save(f.out); err != nil {
		return err
	}
	for _, family := range families {
		lagrange.Discard(f.checkpoint(family))
	}
	return f.report(cmd, m, set)
}

// checkpoint is the file from which the training of a family goes on.
func (f *trainFlags) checkpoint(family string) string { return f.out + "." + family + ".checkpoint" }

// fit trains one model and shows how it goes.
func (f *trainFlags) fit(cmd *cobra.Command, set *data.Set, s lagrange.Settings) (*lagrange.Model, error) {
	s.Resume, s.Checkpoint = f.resume, f.checkpoint(s.Model)
	if !f.resume {
		lagrange.Discard(s.Checkpoint) // of a run that was given up
	}
	p := newProgress(cmd.ErrOrStderr(), model.Title(s.Model))
	defer p.close()
	s.On = p.step
	m, err := lagrange.Fit(cmd.Context(), set, s)
	if err != nil && cmd.Context().Err() != nil {
		err = fmt.Errorf("saved in %s; the same command with --resume goes on: %w", s.Checkpoint, err)
	}
	return m, err
}

// report evaluates, prints and draws.
func (f *trainFlags) report(cmd *cobra.Command, m *lagrange.Model, set *data.Set) error {
	e, err := m.Evaluate(cmd.Context(), set, 0)
	if err != nil {
		return err
	}
	picture := strings.TrimSuffix(f.out, filepath.Ext(f.out)) + ".svg"
	fig, err := m.Picture(set)
	if err != nil {
		return err
	}
	if err := fig.Save(picture); err != nil {
		return err
	}
	if f.json {
		return printJSON(cmd.OutOrStdout(), e)
	}
	if err := printEvaluation(cmd.OutOrStdout(), m, set, e); err != nil {
		return err
	}
	repeat := fmt.Sprintf("--steps %d --seed %d", m.Record.Steps, m.Record.Seed)
	if k := len(m.Members()); k > 1 {
		repeat += fmt.Sprintf(" --ensemble %d", k)
	}
	_, err = fmt.Fprintf(cmd.OutOrStdout(), "\nmodel    %s\npicture  %s\nrepeat   %s\n", f.out, picture, repeat)
	return err
}

// writable makes sure, before hours of training, that a file can be made beside path.
func writable(path string) error {
	if i, err := os.Stat(path); err == nil && i.IsDir() {
		return fmt.Errorf("%s is a folder; name a file", path)
	}
	t, err := os.CreateTemp(filepath.Dir(path), ".lagrange-*")
	if err != nil {
		return fmt.Errorf("cannot write %s: %w", path, errors.Unwrap(err))
	}
	return errors.Join(t.Close(), os.Remove(t.Name()))
}

// understood says which column was taken for what.
func understood(w io.Writer, set *data.Set) {
	tab := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, c := range set.Columns {
		fmt.Fprintf(tab, "%s\t%s\t%s\n", label(c.Name, c.Unit), c.Role, c.Why)
	}
	tab.Flush()
	for _, n := range set.Notes {
		fmt.Fprintln(w, "note:", n)
	}
}

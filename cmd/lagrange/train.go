package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"lagrange"
	"lagrange/data"
	"lagrange/fit"
	"lagrange/internal/file"
	"lagrange/model"
	"lagrange/model/graph"
	"lagrange/train"
)

// trainFlags are the flags of train that are not settings as they stand.
type trainFlags struct {
	columns                  columnFlags
	graph                    graphFlags
	out, hidden, friction    string
	from, plan               string
	horizon, budget          span
	resume, json, noBaseline bool
	force                    bool
	settings                 lagrange.Settings
	source, planned          *lagrange.Model // of --from and --plan; nil: none
}

func trainCommand() *cobra.Command {
	f := &trainFlags{}
	cmd := &cobra.Command{
		Use:   "train DATA.csv… -o MODEL",
		Short: "Learn a Lagrangian from recordings",
		Long: `Learn a model of one or several recordings, and a baseline network beside it.

With acceleration columns it learns from them, else by predicting windows of the
motion: a Lagrangian (lnn) from a convex start where the recording is clean.
With a force column for each coordinate beside accelerations, --objective torque
learns the forces of given motion instead. A Neural ODE (node) learns from
windows in any case. A Hamiltonian network (hnn) takes velocities for momenta;
where the columns of --v are true momenta it needs --objective windows. A graph
takes the coordinates for sites in their order, which --topology says how to
join: they share one local density, and the law of their forces and friction.
Each site has the same number of known forces.

Held-out data is chosen by whole trajectories, or by blocks of time as long as
the horizon; the parameters are those of the best validation. The time of
--budget is shared by all networks, preparation and validation included. As many
steps are made as fit, which the model records: --plan MODEL repeats them.

With --ensemble the model is several networks from seeds that follow one
another, in one file; eval and rollout give their mean and its spread. The
spread is calibrated on the validation data, and eval shows how many held-out
errors it holds.

An interrupted run (Ctrl-C, or worse) goes on with the same command and
--resume. A finished model is improved by --from: training goes on from it, with
the same net, on the same or on more recordings. An existing model is replaced
only with --force, and nothing else is replaced at all.`,
		Example: `  lagrange train pendulum.csv -o pendulum.lagrange --friction both
  lagrange train examples/planets.csv -o p.lagrange --cyclic phi --budget 5m
  lagrange train ring.csv -o r.lagrange --model graph --topology ring --relative
  lagrange train monday.csv tuesday.csv --from monday.lagrange -o both.lagrange
  lagrange train truss.csv -o truss.lagrange --model graph --topology edges.csv
  lagrange train a.csv b.csv -o arm.lagrange --q q1,q2 --v w1,w2 --u tau1,tau2`,
		Args: need("DATA.csv…"),
		RunE: func(cmd *cobra.Command, args []string) error { return f.run(cmd, args) },
	}
	f.columns.add(cmd)
	f.graph.add(cmd)
	f.add(cmd)
	worded(cmd)
	return cmd
}

// add declares the flags.
func (f *trainFlags) add(cmd *cobra.Command) {
	s, fl := &f.settings, cmd.Flags()
	fl.StringVarP(&f.out, "output", "o", "", "model `file` to write (required)")
	fl.StringVar(&s.Model, "model", "lnn", "`family`: "+strings.Join(model.Families(), ", "))
	fl.StringSliceVar(&s.Cyclic, "cyclic", nil, "`coordinates` on which nothing depends: their momentum is conserved exactly")
	fl.StringSliceVar(&s.Held, "held", nil, "`forces` that keep each sample until the next, as the commands of a controller do; the others go by straight lines")
	fl.StringVar(&f.friction, "friction", "none", "none, viscous, coulomb or both")
	fl.StringVar(&f.hidden, "hidden", "", "hidden `layers`, units x layers (default 32x2, 16x2 below 5000 rows; 160 or 60 after a convex start; with accelerations 20x2, 12x2 below 20,000 rows, 8x2 below 2000, or 64x2 by adam)")
	fl.StringVar((*string)(&s.Head), "head", "", "of lnn, hnn and graph: plain, one output of the net, or quadratic, a mass matrix beside it (default quadratic for lnn and hnn with accelerations, the better one after a convex start on windows, else plain)")
	fl.StringVar(&s.Activation, "activation", "softplus", "relu2, relu3, tanh, sigmoid, softplus, swish or gelu")
	fl.StringVar(&s.Loss, "loss", "huber", "l1, l2 or huber")
	fl.StringVar(&s.Objective, "objective", "", strings.Join(fit.Objectives(), ", ")+": what to learn from (default accelerations where they are recorded, else windows)")
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
	fl.StringVar(&f.from, "from", "", "go on from a finished `model`: its net, columns and settings, but for those given")
	fl.StringVar(&f.plan, "plan", "", "take the steps that this `model` took, in place of --steps or --budget")
	fl.BoolVar(&f.force, "force", false, "replace the model that -o names, if it is there")
	fl.BoolVar(&f.json, "json", false, "print one JSON object")
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
	if s.Objective != "" && !slices.Contains(fit.Objectives(), s.Objective) {
		return usagef("no objective %q; there are %s", s.Objective, strings.Join(fit.Objectives(), ", "))
	}
	if s.Steps > 0 && f.budget.given() || f.plan != "" && (s.Steps > 0 || f.budget.given()) {
		return usagef("give one of --steps, --budget and --plan")
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
	set, err := f.read(cmd, args)
	if err != nil {
		return err
	}
	say := cmd.ErrOrStderr()
	networks := f.networks()
	finished, err := f.claimed(say, set, networks, args)
	if err != nil {
		return err
	}
	if finished != nil {
		return f.report(cmd, finished, set)
	}
	understood(say, set)
	if from := f.source; from != nil {
		fmt.Fprintf(say, "goes on from %s (%d steps)\n", f.from, from.Record.Steps)
		if names := from.Beyond(set); len(names) > 0 {
			fmt.Fprintf(say, "note: %s reach far beyond what %s was scaled for; its scales are kept\n", strings.Join(names, ", "), f.from)
		}
	}
	var m *lagrange.Model
	for _, n := range networks {
		k, err := f.fit(cmd, set, n, m)
		if err != nil {
			return err
		}
		if m == nil {
			m = k
		} else {
			m.Baseline = k
		}
	}
	if err := m.Save(f.out); err != nil {
		return err
	}
	if err := f.report(cmd, m, set); err != nil {
		return err
	}
	for _, n := range networks {
		fit.Discard(n.Checkpoint)
	}
	return nil
}

// read reads what the command line names: the models and the recordings.
func (f *trainFlags) read(cmd *cobra.Command, args []string) (set *data.Set, err error) {
	s, options := &f.settings, f.columns.options()
	if f.plan != "" {
		if f.planned, err = lagrange.Load(f.plan); err != nil {
			return nil, err
		}
		s.Like = f.planned.Networks()
	}
	if f.from != "" {
		if f.source, err = lagrange.Load(f.from); err != nil {
			return nil, err
		}
		s.From = f.source.Networks()
		f.unsaid(cmd)
		options = modelColumns(cmd, f.source, options)
	}
	if s.Graph, err = f.graph.read(cmd, s.Model); err != nil {
		return nil, err
	}
	if set, err = data.Read(args, options); err != nil {
		return nil, err
	}
	if err := f.graph.resolve(&s.Graph, set); err != nil {
		return nil, err
	}
	if f.horizon.given() {
		if s.Horizon, err = f.horizon.in(set.TimeUnit()); err != nil {
			return nil, err
		}
	}
	s.Columns = options
	return set, nil
}

// unsaid takes back what no flag said, so that the model to go on from has the word.
func (f *trainFlags) unsaid(cmd *cobra.Command) {
	s := &f.settings
	for name, clear := range map[string]func(){
		"model": func() { s.Model = "" }, "activation": func() { s.Activation = "" }, "loss": func() { s.Loss = "" },
		"friction": func() { s.Friction = "" }, "ensemble": func() { s.Ensemble = 0 },
	} {
		if !cmd.Flags().Changed(name) {
			clear()
		}
	}
}

// networks are the settings of the model and of the baseline beside it, which share the budget: each network has the same part of it.
func (f *trainFlags) networks() []lagrange.Settings {
	s := f.settings
	own, with := max(1, s.Ensemble), !f.noBaseline && s.Model != "nn"
	if f.source != nil {
		s.Model = f.source.Spec().Family
		own, with = len(s.From), !f.noBaseline && f.source.Baseline != nil
	}
	s.Resume = f.resume
	all := []lagrange.Settings{s}
	if with {
		b := s
		b.Ensemble, b.Model = 1, "nn"
		if f.source != nil {
			b.From = f.source.Baseline.Networks()
		}
		if b.Like = nil; f.planned != nil && f.planned.Baseline != nil {
			b.Like = f.planned.Baseline.Networks()
		}
		all = append(all, b)
	}
	each := s.Budget / time.Duration(own+len(all)-1)
	for i := range all {
		all[i].Budget, all[i].Checkpoint = each, f.out+"."+all[i].Model+".checkpoint"
	}
	all[0].Budget = each * time.Duration(own)
	return all
}

// claimed makes sure that the model can be written where -o says, and that nothing is lost by it: neither a model, nor what an interrupted run has left,
// which --resume goes on from. It returns the model, if this very training has finished before.
func (f *trainFlags) claimed(say io.Writer, set *data.Set, networks []lagrange.Settings, args []string) (*lagrange.Model, error) {
	var left []string
	for _, n := range networks {
		left = append(left, fit.Checkpoints(n.Checkpoint)...)
		if _, err := os.Stat(n.Checkpoint); err == nil && file.KindOf(n.Checkpoint) != "checkpoint" {
			return nil, fmt.Errorf("%s is no checkpoint, and has the name of one: name another model", n.Checkpoint)
		}
	}
	there := file.KindOf(f.out) == "model"
	if f.resume && there {
		m, err := lagrange.Load(f.out)
		if err == nil && m.Record.Run != "" && m.Record.Run == fit.Run(set, networks[0]) {
			fmt.Fprintf(say, "%s: nothing is left to do\n", describe(f.out))
			return m, nil
		}
	}
	switch {
	case f.resume && there && len(left) == 0:
		return nil, fmt.Errorf("nothing to resume: %s, from other recordings or settings, and no checkpoint is beside it; --from %s goes on from it, --force without --resume replaces it", describe(f.out), f.out)
	case f.resume && len(left) == 0:
		fmt.Fprintf(say, "no checkpoint is beside %s: training begins\n", f.out)
	case !f.resume && !f.force && len(left) > 0:
		return nil, fmt.Errorf("%s was left by an interrupted run: the same command with --resume goes on, --force begins again without it", left[0])
	}
	if err := claim(f.out, pictureOf(f.out), f.force || f.resume && len(left) > 0 && !there, args...); err != nil || f.resume {
		return nil, err
	}
	for _, n := range networks {
		fit.Discard(n.Checkpoint)
	}
	return nil, nil
}

// fit trains the model, or the baseline beside one, and shows how it goes.
func (f *trainFlags) fit(cmd *cobra.Command, set *data.Set, s lagrange.Settings, beside *lagrange.Model) (m *lagrange.Model, err error) {
	p := newProgress(cmd.ErrOrStderr(), model.Title(s.Model))
	defer p.close()
	s.On = p.step
	if beside == nil {
		m, err = lagrange.Fit(cmd.Context(), set, s)
	} else {
		m, err = lagrange.FitBaseline(cmd.Context(), set, s, beside)
	}
	if err != nil && cmd.Context().Err() != nil {
		if len(fit.Checkpoints(s.Checkpoint)) == 0 {
			return nil, fmt.Errorf("before the first step: nothing is saved: %w", err)
		}
		return nil, fmt.Errorf("saved in %s; the same command with --resume goes on: %w", s.Checkpoint, err)
	}
	return m, err
}

// report evaluates, prints and draws.
func (f *trainFlags) report(cmd *cobra.Command, m *lagrange.Model, set *data.Set) error {
	e, err := m.Evaluate(cmd.Context(), set, 0)
	if err != nil {
		return err
	}
	picture := pictureOf(f.out)
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
	repeat := fmt.Sprintf("--plan %s --seed %d", f.out, m.Record.Seed)
	if f.settings.Steps > 0 {
		repeat = fmt.Sprintf("--steps %d --seed %d", f.settings.Steps, m.Record.Seed)
	}
	if f.from != "" {
		repeat = "--from " + f.from + " " + repeat
	} else if k := len(m.Members()); k > 1 {
		repeat += fmt.Sprintf(" --ensemble %d", k)
	}
	_, err = fmt.Fprintf(cmd.OutOrStdout(), "\nmodel    %s\npicture  %s\ntime     %s\nrepeat   %s\n", f.out, picture, f.used(m), repeat)
	return err
}

// used says how long training took, of the budget if there was one.
func (f *trainFlags) used(m *lagrange.Model) string {
	took := 0.0
	for _, k := range []*lagrange.Model{m, m.Baseline} {
		if k != nil {
			took += k.Record.Seconds
		}
	}
	if budget := f.settings.Budget.Seconds(); budget > 0 && f.settings.Like == nil {
		return fmt.Sprintf("used %.3g of %.3g s", took, budget)
	}
	return fmt.Sprintf("used %.3g s", took)
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

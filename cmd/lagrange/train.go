package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"lagrange"
	"lagrange/data"
	"lagrange/fit"
	"lagrange/internal/file"
	"lagrange/view"
)

func trainCommand() *cobra.Command { return (&trainFlags{}).command() }

func (f *trainFlags) command() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "train DATA.csv… -o MODEL",
		Short: "Learn a Lagrangian from recordings",
		Long: `Learn a model of one or several recordings, and a baseline network beside it.

What no flag says is decided from the recording: the model, a sum of terms where
one has the motion, or else a Lagrangian network; what to learn from, the
method, the net, the initial guess. The plan is printed with its reasons before
the first step, and is kept in the model.

With accelerations and a force column for each coordinate, --objective torque
learns the forces of given motion. A Hamiltonian network (hnn) takes velocities
for momenta; where --v are true momenta it needs --objective windows. A graph
takes the coordinates for nodes in their order, which --topology joins: they
share one local density, and the law of their forces and friction. Each node has
the same number of known forces.

Held-out data is chosen by whole trajectories, or by blocks of time as long as
the horizon; the parameters are those of the best validation. Where --test names
recordings to test on, the third that would be kept for testing is learned from.
The time of --budget is shared by all networks, preparation and validation
included. As many steps are made as fit, which the model records: --steps-of
MODEL repeats them.

With --ensemble the model is several networks from seeds that follow one
another, in one file. It predicts by their mean and its standard deviation,
which is calibrated on the validation data; eval shows how many held-out errors
lie within. Each network has one core, as many train at a time as there are
cores, and the model is the same on any number of them. (Of noisy motion one
network is trained, on all cores, and the others are drawn.) Networks that other
machines have trained are joined by "lagrange sweep ensemble".

An interrupted run (Ctrl-C, or worse) goes on with the same command and
--resume. A finished model is improved by --from: training goes on from it, with
the same net, on the same or on more recordings. An existing model is replaced
only with --force, and nothing else is replaced at all.

--watch shows the training on a page of this machine alone, whose address is
printed. In a terminal the page of the finished model, as of serve, follows
there until Ctrl-C. Where input or messages are no terminal, as in a script, the
command ends with the training, and the page with it.`,
		Example: `  lagrange train pendulum.csv -o pendulum.lagrange --friction both
  lagrange train examples/planets.csv -o p.lagrange --cyclic phi --budget 5m
  lagrange train ring.csv -o r.lagrange --model graph --topology ring
  lagrange train swings.csv -o swings.lagrange --watch --open
  lagrange train swings.csv --test others.csv -o swings.lagrange
  lagrange train monday.csv tuesday.csv --from monday.lagrange -o both.lagrange
  lagrange train truss.csv -o truss.lagrange --model graph --topology edges.csv
  lagrange train a.csv b.csv -o arm.lagrange --q q1,q2 --v w1,w2 --u tau1,tau2`,
		Args: need("DATA.csv…"),
		RunE: func(cmd *cobra.Command, args []string) error { return f.run(cmd, args) },
	}
	f.columns.add(cmd)
	f.columns.addStep(cmd)
	f.graph.add(cmd)
	f.add(cmd)
	worded(cmd)
	return cmd
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
	finished, err := f.claimed(say, set, args)
	if err != nil {
		return err
	}
	if finished != nil {
		return f.report(cmd, finished)
	}
	understood(say, set)
	f.found = f.findings(set)
	for _, x := range f.found {
		fmt.Fprintf(say, "%s: %s\n", mark(x), x)
	}
	if from := f.training.From; from != nil {
		fmt.Fprintf(say, "goes on from %s (%d steps)\n", f.from, from.Record.Steps)
		if names := from.Beyond(set); len(names) > 0 {
			fmt.Fprintf(say, "note: %s reach far beyond what %s was scaled for; its scales are kept\n",
				strings.Join(names, ", "), f.from)
		}
	}
	title := titleOf([]string{f.out})
	if f.training.Members != nil { // no step is made, and there is no history
		_, err = f.trained(cmd, set, view.NewTraining(title, io.Discard, nil))
		return err
	}
	history, before, err := newHistory(f.out, f.resume)
	if err != nil {
		return err
	}
	defer history.Close()
	t := view.NewTraining(title, history, before)
	if f.watch {
		return f.watched(cmd, args, set, t)
	}
	_, err = f.trained(cmd, set, t)
	return err
}

// trained trains a model, saves it and reports on it.
func (f *trainFlags) trained(cmd *cobra.Command, set *data.Set, t *view.Training) (*lagrange.Model, error) {
	m, err := f.fit(cmd, set, t)
	if err != nil {
		return nil, err
	}
	if err := m.Save(f.out); err != nil {
		return nil, err
	}
	if err := f.report(cmd, m); err != nil {
		return nil, err
	}
	f.training.Discard()
	return m, nil
}

// mostNumbers are those of recordings that are held to learn from; larger ones are learned from in stretches. Training
// takes some hundred bytes for each.
const mostNumbers = 10_000_000

// read reads what the command line names: the models and the recordings.
func (f *trainFlags) read(cmd *cobra.Command, args []string) (set *data.Set, err error) {
	t, options := &f.training, f.columns.options()
	s := &t.Settings
	if f.like != "" {
		if t.Like, err = lagrange.Load(f.like); err != nil {
			return nil, err
		}
	}
	if f.from != "" {
		if t.From, err = lagrange.Load(f.from); err != nil {
			return nil, err
		}
		if !cmd.Flags().Changed("ensemble") {
			s.Ensemble = 0 // the model to go on from has the word
		}
		options = modelColumns(cmd, t.From, options)
	}
	if s.Graph, err = f.graph.read(cmd, s.Model); err != nil {
		return nil, err
	}
	options.Positions, options.Most = true, mostNumbers
	if options.Differentiate && fit.OnPositions(s.Model) {
		note(cmd, "--differentiate is not needed: positions are learned from as they are")
		options.Differentiate, options.V = false, []string{}
	}
	if set, err = reading(cmd, args, options); err != nil {
		return nil, err
	}
	if err := f.graph.resolve(&s.Graph, set); err != nil {
		return nil, err
	}
	if f.horizon.given() {
		if s.Horizon, err = f.horizon.of(set); err != nil {
			return nil, err
		}
	}
	if f.delay.given() {
		delay, err := f.delay.in(set.TimeUnit())
		if err != nil {
			return nil, err
		}
		s.Delay = &delay
	}
	s.Columns = options
	return set, f.readTests(cmd, set, args)
}

// readTests reads the recordings of --test, as those that are learned from were read.
func (f *trainFlags) readTests(cmd *cobra.Command, set *data.Set, args []string) (err error) {
	f.tests = set
	if f.training.Settings.Apart = f.test != nil; !f.training.Settings.Apart {
		return nil
	}
	for _, path := range f.test {
		if slices.Contains(args, path) {
			return usagef("%s is learned from, and cannot test", path)
		}
	}
	f.tests, err = reading(cmd, f.test, set.Layout(f.training.Settings.Columns))
	return err
}

// claimed makes sure that the model can be written where -o says, and that nothing is lost by it: neither a model, nor
// what an interrupted run has left, which --resume goes on from. It returns the model, if this very training has
// finished before.
func (f *trainFlags) claimed(say io.Writer, set *data.Set, args []string) (*lagrange.Model, error) {
	left, err := f.training.Checkpoints()
	if err != nil {
		return nil, err
	}
	there := file.KindOf(f.out) == "model"
	if f.resume && there {
		if m, err := lagrange.Load(f.out); err == nil && f.training.Made(m, set) {
			fmt.Fprintf(say, "%s: nothing is left to do\n", describe(f.out))
			if !slices.ContainsFunc(left, f.newer) { // it was ended between the model and its report
				f.training.Discard()
			}
			return m, nil
		}
	}
	switch {
	case f.resume && there && len(left) == 0:
		return nil, fmt.Errorf("nothing to resume: %s, from other recordings or settings, and no checkpoint is "+
			"beside it; "+
			"--from %s goes on from it, --force without --resume replaces it", describe(f.out), f.out)
	case f.resume && len(left) == 0:
		fmt.Fprintf(say, "no checkpoint is beside %s: training begins\n", f.out)
	case !f.resume && !f.force && len(left) > 0:
		return nil, fmt.Errorf("%s was left by an interrupted run: the same command with --resume goes on, --force "+
			"begins again without it", left[0])
	}
	replaces := f.force || f.resume && len(left) > 0 && !there
	if err := claim(f.out, pictureOf(f.out), replaces, args...); err != nil || f.resume {
		return nil, err
	}
	f.training.Discard()
	return nil, nil
}

// newer says whether a checkpoint was written after the model, so by another training.
func (f *trainFlags) newer(checkpoint string) bool {
	a, err := os.Stat(checkpoint)
	b, bad := os.Stat(f.out)
	return err != nil || bad != nil || a.ModTime().After(b.ModTime())
}

// fit trains the model and its baseline, and shows the plan and how it goes: to whom is at the terminal, and to those
// who watch, by the history that it keeps.
func (f *trainFlags) fit(cmd *cobra.Command, set *data.Set, watch *view.Training) (*lagrange.Model, error) {
	say := cmd.ErrOrStderr()
	show, done := shown(say)
	if f.progress == inJSON {
		show = inLines(func(l view.HistoryLine) {
			_ = json.NewEncoder(say).Encode(l) // nobody listens any more: training goes on
		})
	}
	defer done()
	keep := inLines(watch.Add)
	before, prepared := preparing(say)
	defer prepared()
	t := f.training
	t.Settings.Preparing = func(what string, done, all int) {
		before(what, done, all)
		watch.Prepares(what, done, all)
	}
	t.Settings.On = func(p lagrange.Progress) {
		prepared()
		show(p)
		keep(p)
	}
	t.Settings.Planned = func(plan lagrange.Plan) {
		prepared()
		_ = plan.WriteText(say) // what cannot be shown is in the record
		watch.Planned(plan)
	}
	m, err := t.Fit(cmd.Context(), set)
	if err == nil || cmd.Context().Err() == nil {
		return m, err
	}
	left, _ := t.Checkpoints()
	if len(left) == 0 {
		return nil, fmt.Errorf("before anything could be saved: %w", err)
	}
	return nil, fmt.Errorf("saved in %s; the same command with --resume goes on: %w", left[len(left)-1], err)
}

// report evaluates on what was held out or is for testing, prints and draws.
func (f *trainFlags) report(cmd *cobra.Command, m *lagrange.Model) error {
	set, start := f.tests, lagrange.Recorded
	if set.RecordedVelocities() {
		start = "" // that of the recording
	}
	e, err := evaluated(cmd, m, set, 0, start)
	if err != nil {
		return err
	}
	for _, x := range f.found {
		if x.Serious && !slices.ContainsFunc(e.Findings, func(y data.Finding) bool { return y.Kind == x.Kind }) {
			e.Findings = append(e.Findings, x)
		}
	}
	picture := "none, of states without motion"
	if !set.States() {
		picture = pictureOf(f.out)
		fig, err := m.Picture(cmd.Context(), set)
		if err != nil {
			return err
		}
		if err := fig.Save(picture); err != nil {
			return err
		}
	}
	if f.json {
		return printJSON(cmd.OutOrStdout(), e)
	}
	if err := printEvaluation(cmd.OutOrStdout(), m, set, e); err != nil {
		return err
	}
	repeat := fmt.Sprintf("--seed %d", m.Record.Seed)
	if steps := f.training.Settings.Steps; steps > 0 {
		repeat = fmt.Sprintf("--steps %d ", steps) + repeat
	} else if m.Record.Objective != fit.Motion { // shooting ends by itself
		repeat = fmt.Sprintf("--steps-of %s ", f.out) + repeat
	}
	if f.from != "" {
		repeat = "--from " + f.from + " " + repeat
	} else if k := len(m.Members()); k > 1 {
		repeat += fmt.Sprintf(" --ensemble %d", k)
	}
	_, err = fmt.Fprintf(cmd.OutOrStdout(), "\nmodel    %s\npicture  %s\ntime     %s\nrepeat   %s\n", f.out, picture,
		f.used(m), repeat)
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
	ends := m.Record.Objective == fit.Motion && f.training.Settings.Budget == 0
	if budget := f.training.Budget().Seconds(); budget > 0 && !ends {
		return fmt.Sprintf("used %.3g of %.3g s", took, budget)
	}
	return fmt.Sprintf("used %.3g s", took)
}

// understood says which column was taken for what.
func understood(w io.Writer, set *data.Set) {
	tab := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, c := range set.Columns {
		why := c.Why
		for _, q := range set.Coordinates {
			if q.Name == c.Name && c.Role == data.RoleQ && q.Period > 0 {
				why += fmt.Sprintf("; an angle, %.6g a turn", q.Period)
			}
		}
		fmt.Fprintf(tab, "%s\t%s\t%s\n", label(c.Name, c.Unit), c.Role, why)
	}
	tab.Flush()
	for _, n := range set.Notes {
		fmt.Fprintln(w, "note:", n)
	}
}

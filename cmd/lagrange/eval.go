package main

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"lagrange"
	"lagrange/data"
	"lagrange/eval"
	"lagrange/fit"
	"lagrange/model"
	"lagrange/train"
	"lagrange/view"
)

func evalCommand() *cobra.Command {
	var columns columnFlags
	var horizon span
	var asJSON bool
	var start string
	var sites sitesFlag
	cmd := &cobra.Command{
		Use:   "eval MODEL DATA.csv…",
		Short: "Measure a model on recordings",
		Long: `Predict windows of a recording from their first rows and compare: the model, the
baseline trained beside it, and a motion of constant velocity. Of the recording
that the model was trained on, only windows that it has not seen are used.

Where velocities were not recorded, or on demand (--start), windows begin at states estimated
through the model instead: filtered, from the rows before, or smoothed, from all rows. Errors
are then told in units of the noise, too, beside what the unknown start alone leaves.`,
		Example: `  lagrange eval pendulum.lagrange pendulum.csv
  lagrange eval pendulum.lagrange other.csv --horizon 1s --json`,
		Args: need("MODEL", "DATA.csv…"),
		RunE: func(cmd *cobra.Command, args []string) error {
			m, err := lagrange.Load(args[0])
			if err != nil {
				return err
			}
			var set *data.Set
			if sites.given {
				m, set, err = onRecording(m, sites.axes, args[1:], columns.options())
			} else {
				set, err = readMotion(args[1:], modelColumns(cmd, m, columns.options()))
			}
			if err != nil {
				return err
			}
			h := 0.0
			if horizon.given() {
				if h, err = horizon.of(set); err != nil {
					return err
				}
			}
			e, err := evaluated(cmd, m, set, h, lagrange.Start(start))
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), e)
			}
			return printEvaluation(cmd.OutOrStdout(), m, set, e)
		},
	}
	columns.add(cmd)
	columns.addStep(cmd)
	sites.add(cmd)
	cmd.Flags().Var(&horizon, "horizon", "length of the windows (default that of training)")
	addStart(cmd, &start)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	return cmd
}

// modelColumns reads a file as the model's own was read, but for what flags say.
func modelColumns(cmd *cobra.Command, m *lagrange.Model, o data.Options) data.Options {
	own := m.Options()
	for name, take := range map[string]func(){
		"q": func() { own.Q = o.Q }, "v": func() { own.V = o.V }, "a": func() { own.A = o.A },
		"u":          func() { own.U = o.U },
		"parameters": func() { own.SystemParameters = o.SystemParameters },
		"time":       func() { own.Time = o.Time }, "trajectory": func() { own.Trajectory = o.Trajectory },
		"units":  func() { own.Units = o.Units },
		"angles": func() { own.Angles = o.Angles }, "differentiate": func() { own.Differentiate = o.Differentiate },
		"columns": func() { own.Columns = o.Columns }, "dt": func() { own.Step = o.Step },
		"strict": func() { own.Strict = o.Strict },
	} {
		if cmd.Flags().Changed(name) {
			take()
		}
	}
	if own.Differentiate && !cmd.Flags().Changed("v") {
		own.V = nil
	}
	return own
}

// printScores prints the errors of every coordinate; of more than a few, their root mean square.
func printScores(w io.Writer, set *data.Set, e lagrange.Evaluation) error {
	const most = 6
	var groups [][]string
	if n := set.D(); n > most {
		groups = [][]string{{fmt.Sprintf("all %d coordinates", n), "velocities", "median windows"}}
	} else {
		for _, c := range set.Coordinates {
			groups = append(groups, []string{label(c.Name, c.Unit), cmp.Or(c.Velocity, "v_"+c.Name),
				"median window " + c.Name})
		}
	}
	tab := heads(groups...)
	row := func(name, title string) {
		s, ok := e.Models[name]
		if !ok {
			return
		}
		if set.D() > most {
			s = eval.Scores{RMSEQ: []float64{view.RMS(s.RMSEQ)}, RMSEV: []float64{view.RMS(s.RMSEV)},
				MedianQ: []float64{view.RMS(s.MedianQ)}}
		}
		tab.row(title, func(k int) []string { return digits(4, s.RMSEQ[k], s.RMSEV[k], s.MedianQ[k]) })
	}
	for _, f := range model.Families() {
		row(f, model.Title(f))
	}
	if e.Ensemble != nil {
		row("ensemble", fmt.Sprintf("mean of %d networks", e.Ensemble.Members))
	}
	row("constant_velocity", "constant velocity")
	return tab.print(w)
}

// digits are numbers with so many of them.
func digits(n int, numbers ...float64) (texts []string) {
	for _, x := range numbers {
		texts = append(texts, fmt.Sprintf("%.*g", n, x))
	}
	return texts
}

// printCoverage prints what share of the errors lies within one and two standard deviations of an ensemble.
func printCoverage(w io.Writer, s *lagrange.Coverages) {
	if s == nil {
		return
	}
	fmt.Fprintf(w, "\nErrors within one and two standard deviations of the ensemble, where a normal distribution has "+
		"%.1f and %.1f %%\n", 100*s.Normal[0], 100*s.Normal[1])
	tab := tabwriter.NewWriter(w, 0, 0, 3, ' ', 0)
	fmt.Fprint(tab, "\traw\tcalibrated\tfactor\terrors\t\n")
	row := func(name string, c *lagrange.Coverage) {
		if c != nil {
			fmt.Fprintf(tab, "%s\t%.1f  %.1f\t%.1f  %.1f\t%.3g\t%d\t\n", name, 100*c.Raw[0], 100*c.Raw[1],
				100*c.Calibrated[0], 100*c.Calibrated[1], c.Factor, c.Errors)
		}
	}
	row("motion", &s.Motion)
	row("accelerations", s.Accel)
	tab.Flush()
}

// mostPrinted are the terms of a Lagrangian that is printed beside errors.
const mostPrinted = 40

// formulaShare is the share of the largest coefficient below which a printed formula leaves a term out.
const formulaShare = 1e-4

// wayOut is what helps where a model is in doubt. From positions alone every seed finds about the same: what is missing
// is then in what was recorded, or in what the model supposes of it.
func wayOut(objective string) string {
	if objective == fit.Motion {
		return "a force may act that was not recorded, such as a hand or the lag of a motor; a shorter --horizon " +
			"asks less of the model, and --model lnn supposes less"
	}
	return "try more steps or another --seed"
}

// printIdentified prints what a model from positions alone has found, and how it was chosen.
func printIdentified(w io.Writer, r lagrange.Record) {
	if r.Formula == nil {
		return
	}
	told(w, "found", r.Formula.String())
	if text := fit.Decides(r.Formula.Deciding); text != "" {
		told(w, "would tell", text)
	}
	for _, what := range []string{"friction", "forces", "delay", "budget"} {
		if l := r.Plan.Line(what); l.Choice != "" {
			told(w, what, l.Choice+": "+l.Reason)
		}
	}
	if x := r.Residuals; x != nil {
		told(w, "residuals", leftOver(*x))
	}
}

// leftOver says what residuals look like.
func leftOver(r train.Residuals) string {
	what := "as of white, normal noise"
	switch {
	case !r.White():
		what = "the next row is foretold: noise that remembers, or forces that the model lacks"
	case !r.Normal():
		what = "large ones are frequent: outliers, or moments that the model lacks"
	}
	return fmt.Sprintf("autocorrelation %.2f, kurtosis %.2f: %s", r.Correlation, r.Kurtosis, what)
}

// printEvaluation prints the table of scores and the health of the model.
func printEvaluation(w io.Writer, m *lagrange.Model, set *data.Set, e lagrange.Evaluation) error {
	which := "windows of the recording"
	if e.HeldOut {
		which = "held-out windows of the recording trained on"
	}
	if e.Models != nil {
		fmt.Fprintf(w, "\nRoot-mean-square error over %d %s, each %s long\n", e.Windows, which,
			strings.TrimSpace(fmt.Sprintf("%.4g %s", e.Horizon, set.TimeUnit())))
		if err := printScores(w, set, e); err != nil {
			return err
		}
	}
	printRows(w, set, e)
	printStarts(w, set, e)
	printCoverage(w, e.Ensemble)
	if L := m.Formula(5, formulaShare); L != "" && m.Record.Formula == nil {
		if n := 1 + strings.Count(L, " + ") + strings.Count(L, " - "); n > mostPrinted {
			L = fmt.Sprintf("a sum of %d terms, which lagrange info lists", n)
		}
		fmt.Fprintf(w, "\nL = %s\n", L)
	}
	if e.Mass != nil {
		fmt.Fprintf(w, "\nmass matrix   smallest eigenvalue %.3g, largest condition number %.3g; not positive "+
			"definite at %d of %d states\n",
			e.Mass.MinEigenvalue, e.Mass.MaxCondition, e.Mass.NotPositive, e.Mass.States)
	}
	switch {
	case e.EnergyDrift == nil:
	case e.BreaksDown():
		fmt.Fprintln(w, "energy drift  the roll-out over ten horizons breaks down")
	default:
		fmt.Fprintf(w, "energy drift  %.2g of the range of the learned energy, over ten horizons\n", *e.EnergyDrift)
	}
	for _, r := range e.Restarts {
		fmt.Fprintf(w, "given up      seed %d after %d steps: %s\n", r.Seed, r.Steps, r.Why)
	}
	if e.Seen {
		fmt.Fprintln(w, "seen before   some of these rows may have been learned from: a new recording tells more")
	}
	if e.Doubt != "" {
		fmt.Fprintf(w, "in doubt      %s; %s\n", e.Doubt, wayOut(m.Record.Objective))
	}
	for _, f := range e.Findings {
		told(w, mark(f), f.String())
	}
	printIdentified(w, m.Record)
	for _, s := range m.Record.Stages {
		of := "of the scales"
		if s.Noise {
			of = "times the noise, held out"
		}
		fmt.Fprintf(w, "%-13s error from %.3g to %.3g %s\n", s.Name, s.Before, s.After, of)
	}
	printTried(w, m.Record)
	_, err := fmt.Fprintf(w,
		"training      %d steps, %.1f s, %d non-finite steps skipped, %d solves by the pseudo-inverse\n",
		m.Record.Steps, m.Record.Seconds, m.Record.Skipped, m.Record.Fallbacks)
	return err
}

// printTried says what trials have shown that the plan had left open: which model is taken, and by what method it went.
func printTried(w io.Writer, r lagrange.Record) {
	if r.Plan == nil {
		return
	}
	if l := r.Plan.Line("tried"); l.Choice != "" {
		told(w, "model", l.Choice+": "+l.Reason)
	}
	if was := r.Plan.Line("method").Choice; was != "" && r.Method != "" && r.Method != was {
		fmt.Fprintf(w, "method        %s: after the first steps it was ahead of %s\n", r.Method, was)
	}
}

package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"lagrange"
	"lagrange/data"
	"lagrange/fit"
	"lagrange/invariant"
	"lagrange/model"
)

// explainFlags say what explain is asked for.
type explainFlags struct {
	columns       columnFlags
	asJSON, asTeX bool
	terms         int
	seed          uint64
	path          string
	mass          string
	more          []string
}

func explainCommand() *cobra.Command {
	var o explainFlags
	cmd := &cobra.Command{
		Use:   "explain MODEL [DATA.csv…]",
		Short: "Say what a model has learned: its Lagrangian as a formula, what it conserves",
		Long: `Explain finds a sum of terms that gives the accelerations of a model, with as few
terms as it takes, each coefficient with its standard deviation, and says whether
the formula or the model predicts the recording better. A sum of terms that was
found from positions alone, or is a formula, is printed as it is.

It then looks for what the motion without known forces conserves: energy,
momenta, angular momenta and functions that are quadratic in momenta, as many as
are independent, each with its drift along roll-outs of the formula if that
predicts better, else of the model. Of a plain network, or the one beside the
model, it says whether the motion is that of a Lagrangian; and of any model what
the rows cover, how much of the parameters they fix, and where the members of an
ensemble differ.

What it says holds where the rows of the recording are: give the one that the
model was trained on, or a new one. Without any, states are drawn within the
ranges of the model: there is the formula then, and what it conserves. With
system parameters the formula is that of one motion.`,
		Example: `  lagrange explain dp.lagrange dp.csv
  lagrange explain dp.lagrange dp.csv -o formula.lagrange
  lagrange explain motor.lagrange examples/motor.csv --tex`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return fmt.Errorf("missing argument: MODEL")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return o.run(cmd, args) },
	}
	o.columns.add(cmd)
	f := cmd.Flags()
	f.IntVar(&o.terms, "terms", 0, "at most so many terms (default: as many as it takes)")
	f.Uint64Var(&o.seed, "seed", 1, "of the states that are drawn without a recording")
	f.StringArrayVar(&o.more, "term", nil, "a `term` of L that the library may lack, such as 'cos(theta)*v*omega' or "+
		"'1/sqrt(x^2+y^2)'; one flag for each")
	f.StringVar(&o.mass, "mass", "", "a `mass` that is known, like 'theta=0.02 kg m^2': it tells the unit of L")
	f.StringVarP(&o.path, "output", "o", "", "`file` to write the formula to, as a model")
	f.BoolVar(&o.asJSON, "json", false, "print one JSON object")
	f.BoolVar(&o.asTeX, "tex", false, "print the Lagrangian in LaTeX, with simple numbers such as 1/2 where no others "+
		"are within two deviations")
	return cmd
}

func (o *explainFlags) run(cmd *cobra.Command, args []string) error {
	m, err := lagrange.Load(args[0])
	if err != nil {
		return err
	}
	if o.terms < 0 {
		return usagef("--terms %d: at least one for each coordinate, or 0 for as many as it takes", o.terms)
	}
	var set *data.Set
	if len(args) > 1 {
		if set, err = readMotion(args[1:], modelColumns(cmd, m, o.columns.options())); err != nil {
			return err
		}
	}
	if o.path != "" {
		if err := claim(o.path, pictureOf(o.path), false, args...); err != nil {
			return err
		}
	}
	e, err := m.Explain(cmd.Context(), set, o.terms, o.seed, o.more...)
	if err != nil {
		return err
	}
	if o.mass != "" {
		if err := e.Lagrangian.Known(o.mass); err != nil {
			return err
		}
	}
	if o.path != "" {
		if e.Lagrangian.Model == nil {
			return fmt.Errorf("no formula to write to %s: %s", o.path, e.Lagrangian.Why)
		}
		if err := e.Lagrangian.Model.Save(o.path); err != nil {
			return err
		}
	}
	return output(cmd, "-", func(w io.Writer) error {
		switch {
		case o.asJSON:
			return printJSON(w, e)
		case o.asTeX && e.Lagrangian.Model == nil:
			return fmt.Errorf("no formula: %s", e.Lagrangian.Why)
		case o.asTeX:
			_, err := fmt.Fprintln(w, e.Lagrangian.TeX())
			return err
		}
		return printExplanation(w, m, e)
	})
}

// printExplanation prints what was found.
func printExplanation(w io.Writer, m *lagrange.Model, e lagrange.Explanation) error {
	told(w, "looked at", fmt.Sprintf("%s; its accelerations are off by %.2g of their size, by %s", e.States,
		e.Accuracy.Error, e.Accuracy.From))
	const useless = 0.3
	if e.Accuracy.Error > useless {
		told(w, "in doubt", "the model does not follow this recording: what is said is of the model, not of the motion")
	}
	if err := printLagrangian(w, m, e.Lagrangian); err != nil {
		return err
	}
	if e.Conserved != nil {
		printConserved(w, e.Conserved, e.ByFormula)
	}
	if n := e.Nature; n != nil {
		told(w, "motion", natural(n, m.D()))
	}
	if e.Trust != nil {
		printTrust(w, m, e.Trust)
	}
	return nil
}

// printLagrangian prints a formula, a term in a line.
func printLagrangian(w io.Writer, m *lagrange.Model, l *lagrange.Lagrangian) error {
	if l.Why != "" {
		told(w, "no formula", l.Why)
		return nil
	}
	fmt.Fprintf(w, "\nL =\n")
	tab := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, t := range l.Terms {
		simple := ""
		if t.Simple != "" {
			simple = "= " + t.Simple + " within two deviations"
		}
		if 2*t.SD > max(t.Value, -t.Value) {
			simple = "unidentifiable: these states do not tell it from 0"
		}
		fmt.Fprintf(tab, "  %+.6g\t%s\t%s\t%s\t%s\n", t.Value, within(t.SD), t.Unit, t.Term, simple)
	}
	if err := tab.Flush(); err != nil {
		return err
	}
	printForces(w, l)
	if l.At != "" {
		told(w, "holds at", l.At+": the system parameters of a motion in whose field accelerations are of the "+
			"median size, or their means without a recording")
	}
	if len(l.Unidentified) > 0 {
		told(w, "not told", "the recording of the training does not tell from 0: "+strings.Join(l.Unidentified, ", "))
		told(w, "would tell", fit.Decides(l.Deciding))
	}
	unit := l.Unit
	if !l.Fixed {
		unit = "motion does not tell it: " + l.Unit
	}
	if l.In != "" {
		unit = l.In + "; " + unit
	}
	told(w, "unit of L", unit)
	for _, r := range l.Ratios {
		about := ""
		if r.At != "" {
			about = "about " + r.At
		}
		told(w, "ratio", joined(r.Name, fmt.Sprintf("= %.5g", r.Value), within(r.SD), r.Unit, about))
	}
	printFinding(w, l)
	return nil
}

// printFinding prints how a formula was found, and how good it is.
func printFinding(w io.Writer, l *lagrange.Lagrangian) {
	if l.Library > 0 {
		told(w, "error", fmt.Sprintf("%.2g of the accelerations of the model, with %d of %d terms", l.Error,
			len(l.Terms), l.Library))
	}
	if l.Legendre {
		told(w, "Legendre", "L belongs to the H of the network: velocities are the derivatives of H by the momenta")
	}
	if len(l.Proposed) > 0 {
		told(w, "proposed", strings.Join(l.Proposed, ", ")+": the library lacks it, and symbolic regression found it")
	}
	if l.Assumed != "" {
		told(w, "assumed", l.Assumed)
	}
	if l.Free > 0 {
		told(w, "scales", fmt.Sprintf("L has %d parts that do not know one another: motion does not tell the ratio of "+
			"their units", l.Free+1))
	}
	if c := l.Compared; c != nil {
		held := ""
		if c.HeldOut {
			held = "held-out "
		}
		told(w, "compared", fmt.Sprintf("%s: over %d %swindows it is off by %.3g of the scales, the model by %.3g",
			c.Better, c.Windows, held, c.Formula, c.Network))
	}
}

// within writes a standard deviation; "" where it is not known.
func within(sd float64) string {
	if sd == 0 {
		return ""
	}
	return fmt.Sprintf("± %.1g", sd)
}

// joined are words with a space between them.
func joined(words ...string) string {
	return strings.Join(strings.Fields(strings.Join(words, " ")), " ")
}

// printForces prints friction and gains, each with its unit.
func printForces(w io.Writer, l *lagrange.Lagrangian) {
	f, u, sd := l.Forces, l.ForceUnits, l.ForceSD
	type rows = [][]float64
	for _, x := range []struct {
		name    string
		of, sds rows
		units   [][]string
	}{{"viscous", f.Viscous, sd.Viscous, u.Viscous}, {"dry", rows{f.Dry}, rows{sd.Dry}, [][]string{u.Dry}},
		{"breakaway", rows{f.Breakaway}, rows{sd.Breakaway}, [][]string{u.Breakaway}},
		{"Stribeck", rows{f.Stribeck}, nil, [][]string{u.Stribeck}},
		{"drag", rows{f.Drag}, rows{sd.Drag}, [][]string{u.Drag}},
		{"dry between", rows{f.Between}, rows{sd.Between}, [][]string{u.Between}},
		{"gains", f.Gains, sd.Gains, u.Gains}} {
		for i, row := range x.of {
			var parts []string
			for j, y := range row {
				off := ""
				if x.sds != nil {
					off = within(x.sds[i][j])
				}
				parts = append(parts, joined(fmt.Sprintf("%.4g", y), off, x.units[i][j]))
			}
			if len(row) > 0 {
				told(w, x.name, strings.Join(parts, ", "))
			}
		}
	}
}

// printConserved prints what is conserved, each with its drift.
func printConserved(w io.Writer, r *invariant.Result, byFormula bool) {
	of := "the model"
	if byFormula {
		of = "the formula"
	}
	drifts := fmt.Sprintf("; drift along roll-outs of %s for %.3g, in units of the spread between motions:", of, r.Span)
	count := fmt.Sprintf("%d independent quantities", len(r.Found))
	switch len(r.Found) {
	case 0:
		count, drifts = "nothing", ""
	case 1:
		count = "1 quantity"
	}
	fmt.Fprintln(w)
	told(w, "conserved", fmt.Sprintf("%s among %d functions%s", count, r.Candidates, drifts))
	for _, c := range r.Found {
		drift := "no roll-out could be followed"
		if c.Drift >= 0 {
			drift = fmt.Sprintf("drift %.1g", c.Drift)
		}
		fmt.Fprintf(w, "  %s, %s\n      %s\n", c.Name, drift, wrap(sum(c.Terms), 70, "\n      "))
	}
	if r.Directions < r.Of {
		told(w, "but", fmt.Sprintf("these states differ in %d of %d directions of state space alone: what depends on "+
			"the others cannot be told", r.Directions, r.Of))
	}
	if len(r.Left) > 0 {
		told(w, "not looked at", strings.Join(r.Left, "; ")+": too many functions for so many rows or coordinates")
	}
}

// natural says what the conditions of Helmholtz tell of the motion.
func natural(n *lagrange.Nature, d int) string {
	text := fmt.Sprintf("the %s has no Lagrangian built in: the conditions of Helmholtz, for a mass matrix that "+
		"depends on the place, are off by %.2g of their terms", model.Title(n.Network), n.Defect)
	const off, clear = 0.1, 3
	switch {
	case n.Friction < n.Defect/clear:
		text += fmt.Sprintf(", and by %.2g beside viscous friction with the rates %.3g: that is missing", n.Friction,
			n.Rates)
	case n.Defect > off:
		text += ": forces are missing that no such Lagrangian has, or the network is not good enough to tell"
	default:
		text += ": the motion is that of a Lagrangian, as far as they tell"
	}
	if n.Magnetic > max(clear*n.Friction, off) {
		text += fmt.Sprintf("; L has terms that are linear in velocities, as in a magnetic field (%.2g)", n.Magnetic)
	}
	if d == 1 {
		text += "; one coordinate has some Lagrangian whatever moves it, and this is the natural one"
	}
	return text
}

// printTrust prints where the model knows what it says.
func printTrust(w io.Writer, m *lagrange.Model, t *lagrange.Trust) {
	fmt.Fprintln(w)
	var parts []string
	for _, c := range t.Covered {
		parts = append(parts, fmt.Sprintf("%s %.3g to %.3g (%.0f %%)", c.Name, c.Low, c.High, 100*c.Part))
	}
	const most = 12
	if n := len(parts); n > most {
		parts = append(parts[:most], fmt.Sprintf("and %d more", n-most))
	}
	told(w, "covered", strings.Join(parts, ", ")+"; beside that, and in the gaps of the percentages, nothing is known")
	if t.Fixed >= 0 {
		told(w, "parameters", fmt.Sprintf("%d, of which these rows fix %d directions; the others are unidentifiable: "+
			"moved by their own size, they change accelerations by less than the model is off by", t.Parameters,
			t.Fixed))
		if t.More != nil {
			told(w, "would tell", fmt.Sprintf("%s: with every other row of it %d directions are fixed",
				t.More.Recording, t.More.Fixed))
		}
	}
	if s := t.Spread; s != nil {
		told(w, "ensemble", fmt.Sprintf("its members differ by %.2g of the accelerations at the median state, and by "+
			"%.2g at %s", s.Median, s.Worst, m.State(s.At)))
	}
}

// sum writes terms with their coefficients.
func sum(terms []invariant.Term) string {
	var b strings.Builder
	for k, t := range terms {
		sign, value := " + ", t.Value
		if value < 0 {
			sign, value = " - ", -value
		}
		if k == 0 {
			sign = strings.Trim(sign, " +")
		}
		b.WriteString(sign)
		if text := fmt.Sprintf("%.5g", value); text != "1" {
			b.WriteString(text + "*")
		}
		b.WriteString(t.Text)
	}
	return b.String()
}

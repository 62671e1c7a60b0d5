package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"lagrange"
	"lagrange/experiment"
	"lagrange/paper"
)

func reproduceCommand() *cobra.Command {
	var s experiment.Settings
	var budget span
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "reproduce EXPERIMENT | all | page",
		Short: "Run experiments of the paper: " + strings.Join(append(paper.Names(), "all"), ", "),
		Long: `Run an experiment of Cranmer et al. 2020, "Lagrangian Neural Networks", and print
what is measured beside what was published. Given no --steps and no --budget it
takes the time stated here; with --quick, the second one.
` + experimentsHelp() + `
"reproduce all" runs them all, says how long that takes before it starts, and with
-o writes a page of results, results.md, into the folder, with pictures and numbers
in folders below. Interrupted, the same command goes on: what is finished with the
same settings by the same code is not repeated. With --only the others keep their
place on the page, which says of every section from which commit it was run.
"reproduce page" writes the page again from what a run of all has left.`,
		Example: `  lagrange reproduce double-pendulum --budget 1m
  lagrange reproduce double-pendulum --steps 5000 --seed 2 --json -o run
  lagrange reproduce all --quick -o out
  lagrange reproduce all --only planets,wave -o out
  lagrange reproduce page -o out`,
		Args: need("EXPERIMENT"),
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return append(paper.Names(), "all", "page"), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if s.Steps < 0 || s.Steps > 0 && budget.given() {
				return usagef("give --steps (above 0) or --budget, not both")
			}
			if budget.given() {
				n, err := budget.in("s")
				if err != nil {
					return err
				}
				s.Budget = time.Duration(n * float64(time.Second))
			}
			if err := asked(args[0], s); err != nil {
				return err
			}
			s.Code = ownCode()
			return reproduce(cmd, args[0], s, asJSON)
		},
	}
	cmd.Flags().Var(&budget, "budget", "training time of all models together, of each experiment")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	reproduceFlags(cmd, &s)
	return cmd
}

// reproduce does what it is told to by the name of an experiment, all or page.
func reproduce(cmd *cobra.Command, name string, s experiment.Settings, asJSON bool) error {
	switch name {
	case "all":
		return reproduceAll(cmd, s, asJSON)
	case "page":
		return reproducePage(cmd, s)
	}
	e, err := paper.Lookup(name)
	if err != nil {
		return usageError{err}
	}
	return reproduceOne(cmd, e, s, asJSON)
}

// asked refuses what does not go with the name of an experiment.
func asked(name string, s experiment.Settings) error {
	e, err := paper.Lookup(name)
	switch {
	case name == "all":
	case len(e.Models) == 0 && (len(s.Models) > 0 || s.Seeds != 1):
		return usagef("--models and --seeds are for %s", strings.Join(choosing(), ", "))
	case s.Recipe != "" && len(e.Recipes) == 0:
		return usagef("--recipe is for %s", paper.Choosing().Name)
	case err == nil && e.Needs && s.Recordings == "":
		return usagef("%s needs --recordings, the folder of its recordings", name)
	default:
		for _, m := range s.Models {
			if m != "all" && !slices.Contains(e.Models, m) {
				return usagef("no model %q in %s; there are %s, and all", m, name, strings.Join(e.Models, ", "))
			}
		}
	}
	for _, only := range s.Only {
		if _, err := paper.Lookup(only); err != nil || name != "all" {
			return usageError{cmp.Or(err, errors.New("--only is for all"))}
		}
	}
	if s.Seeds < 1 {
		return usagef("--seeds has to be at least 1")
	}
	return nil
}

// choosing are the experiments that have a choice of models.
func choosing() (names []string) {
	for _, e := range paper.Experiments() {
		if len(e.Models) > 0 {
			names = append(names, e.Name)
		}
	}
	return names
}

// reproduceFlags are those that go into the settings as they are.
func reproduceFlags(cmd *cobra.Command, s *experiment.Settings) {
	cmd.Flags().IntVar(&s.Steps, "steps", 0, "training steps of each model, instead of a budget")
	cmd.Flags().Uint64Var(&s.Seed, "seed", 1, "seed of the random numbers")
	e := paper.Choosing()
	var models []string
	for _, name := range choosing() {
		x, _ := paper.Lookup(name)
		models = append(models, fmt.Sprintf("of %s %s (default %s)", name, strings.Join(x.Models, ", "),
			strings.Join(x.Models[:x.Default], ",")))
	}
	cmd.Flags().StringSliceVar(&s.Models, "models", nil, "models, or all: "+strings.Join(models, "; "))
	cmd.Flags().StringVar(&s.Recipe, "recipe", "", "of double-pendulum: \"paper\" for that of the paper, "+
		"instead of the best one found here")
	cmd.Flags().IntVar(&s.Seeds, "seeds", 1, "of "+strings.Join(choosing(), " and ")+": how many runs, from --seed on")
	cmd.Flags().StringVar(&s.Recordings, "recordings", "", "`folder` of the recordings that an experiment needs")
	cmd.Flags().StringSliceVar(&s.Only, "only", nil, "of all: the `experiments` that may run, the page keeps "+
		"what others have left (default all)")
	cmd.Flags().BoolVar(&s.Quick, "quick", false, "a shorter run, to see how it goes")
	cmd.Flags().StringVarP(&s.Folder, "output", "o", "", "`folder` for figures and numbers")
	_ = cmd.RegisterFlagCompletionFunc("models", cobra.FixedCompletions(append(e.Models, "all"),
		cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("only", cobra.FixedCompletions(paper.Names(),
		cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("recipe", cobra.FixedCompletions(e.Recipes, cobra.ShellCompDirectiveNoFileComp))
}

// experimentsHelp lists the experiments and how long they take.
func experimentsHelp() string {
	var b strings.Builder
	for _, e := range paper.Experiments() {
		full, quick := e.Takes(experiment.Settings{}), e.Takes(experiment.Settings{Quick: true})
		fmt.Fprintf(&b, "\n%s (%s; quick %s):\n%s\n", e.Name, clock(full), clock(quick), e.About)
	}
	return b.String()
}

// clock prints a time without the zeros at its end.
func clock(d time.Duration) string {
	text := d.Round(time.Second).String()
	for _, zero := range []string{"m0s", "h0m"} {
		if strings.HasSuffix(text, zero) {
			text = text[:len(text)-2]
		}
	}
	return text
}

// reproduceOne runs an experiment and prints its tables.
func reproduceOne(cmd *cobra.Command, e experiment.Experiment, s experiment.Settings, asJSON bool) error {
	out, errw := cmd.OutOrStdout(), cmd.ErrOrStderr()
	if d := e.Takes(s); d > 0 {
		fmt.Fprintf(errw, "%s: about %s on two cores\n", e.Name, clock(d))
	}
	if e.Derived && s.Folder != "" {
		s.Others = experiment.Reports(s.Folder, paper.Experiments())
	}
	line := &reporter{w: errw}
	s.On = line.step
	begin := time.Now()
	r, err := e.Reproduce(cmd.Context(), s)
	line.close()
	if err != nil {
		return err
	}
	if asJSON {
		return printJSON(out, r.Numbers)
	}
	fmt.Fprintf(out, "\n%s, seed %d, %s\n", e.Title, s.Seed, clock(time.Since(begin)))
	if err := printFound(out, r.Tables, r.Notes); err != nil {
		return err
	}
	if s.Folder != "" {
		fmt.Fprintf(out, "\nfigures and numbers: %s\n", s.Folder)
	}
	return nil
}

// reproduceAll runs every experiment that is not finished yet and prints all tables.
func reproduceAll(cmd *cobra.Command, s experiment.Settings, asJSON bool) error {
	out, errw := cmd.OutOrStdout(), cmd.ErrOrStderr()
	experiments := paper.Experiments()
	announce(errw, experiments, s)
	line := &reporter{w: errw}
	all, err := experiment.All(cmd.Context(), experiments, s, func(e experiment.Experiment) func(experiment.Progress) {
		i := slices.IndexFunc(experiments, func(x experiment.Experiment) bool { return x.Name == e.Name })
		at := fmt.Sprintf("%s, %d of %d", e.Name, i+1, len(experiments))
		if d := e.Takes(s); d > 0 {
			at += ", about " + clock(d)
		}
		line.close()
		fmt.Fprintln(errw, at)
		line.before = e.Name + " "
		return line.step
	})
	line.close()
	if err != nil && len(all) < len(experiments) {
		return fmt.Errorf("%w; %d of %d experiments are finished, and with -o the same command goes on", err, len(all),
			len(experiments))
	}
	if asJSON {
		numbers := map[string]json.RawMessage{}
		for _, f := range all {
			if f.Err == nil {
				numbers[f.Run.Name] = f.Numbers
			}
		}
		return errors.Join(err, printJSON(out, numbers))
	}
	for _, f := range all {
		e, _ := paper.Lookup(f.Run.Name)
		fmt.Fprintf(out, "\n%s, seed %d, %s\n", e.Title, f.Run.Seed,
			clock(time.Duration(f.Seconds*float64(time.Second))))
		if e := printFound(out, f.Tables, f.Notes); e != nil {
			return e
		}
	}
	if s.Folder != "" {
		fmt.Fprintf(out, "\npage of results: %s\n", filepath.Join(s.Folder, "results.md"))
	}
	return err
}

// reproducePage writes the page of results again.
func reproducePage(cmd *cobra.Command, s experiment.Settings) error {
	if s.Folder == "" {
		return usagef("which folder? give -o with the one of a run of all")
	}
	if len(experiment.Reports(s.Folder, paper.Experiments())) == 0 {
		return fmt.Errorf("%s: no results: the folder is not one that \"lagrange reproduce all -o\" has written",
			s.Folder)
	}
	if err := experiment.Page(s.Folder, paper.Experiments(), s.Code); err != nil {
		return err
	}
	_, err := fmt.Fprintf(cmd.OutOrStdout(), "page of results: %s\n", filepath.Join(s.Folder, "results.md"))
	return err
}

// announce says how long a run of all will take.
func announce(w io.Writer, experiments []experiment.Experiment, s experiment.Settings) {
	said := fmt.Sprintf("%d experiments", len(experiments))
	left, done, again := experiment.Left(experiments, s)
	if done > 0 {
		said += fmt.Sprintf(", %d of them finished before", done)
	}
	if len(again) > 0 {
		said += fmt.Sprintf(", %d finished by other code or with other settings, which run again (%s)", len(again),
			strings.Join(again, ", "))
	}
	if left > 0 {
		said += fmt.Sprintf("; about %s on two cores", clock(left))
	}
	fmt.Fprintln(w, said)
}

// reporter shows the training of one model after the other.
type reporter struct {
	w             io.Writer
	before, model string // what stands before the name of a model, and the name of the one that learns
	p             *progress
}

func (r *reporter) step(x experiment.Progress) {
	if r.p == nil || x.Model != r.model {
		r.close()
		r.model, r.p = x.Model, newProgress(r.w, r.before+x.Model)
	}
	r.p.step(lagrange.Progress{Model: x.Model, Step: x.Step, Steps: x.Steps, Loss: x.Loss, Valid: x.Valid,
		Left: x.Left})
	if x.Step == x.Steps {
		r.close()
	}
}

// close ends the line that is begun, if there is one.
func (r *reporter) close() {
	if r.p != nil {
		r.p.close()
		r.p = nil
	}
}

// noteWidth is where notes are broken into lines.
const noteWidth = 110

// printFound prints tables and notes for people.
func printFound(w io.Writer, tables []experiment.Table, notes []string) error {
	for _, t := range tables {
		fmt.Fprintf(w, "\n%s\n\n", t.Title)
		tab := tabwriter.NewWriter(w, 0, 0, 3, ' ', 0)
		fmt.Fprintln(tab, strings.Join(t.Columns, "\t"))
		for _, r := range t.Rows {
			fmt.Fprintln(tab, strings.Join(r, "\t"))
		}
		if err := tab.Flush(); err != nil {
			return err
		}
	}
	if len(notes) > 0 {
		fmt.Fprintln(w)
	}
	for _, n := range notes {
		if _, err := fmt.Fprintln(w, "– "+wrap(n, noteWidth, "\n  ")); err != nil {
			return err
		}
	}
	return nil
}

package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"lagrange"
	"lagrange/data"
	"lagrange/model"
	"lagrange/smooth"
	"lagrange/view"
)

// addStart declares --start.
func addStart(cmd *cobra.Command, start *string) {
	var words []string
	for _, s := range lagrange.Starts() {
		words = append(words, string(s))
	}
	cmd.Flags().StringVar(start, "start", "", "state that predictions begin at: "+strings.Join(words, ", ")+
		" (default recorded if velocities are, and the model was not learned from noisy ones; else filtered)")
	// The only error is a flag that does not exist.
	_ = cmd.RegisterFlagCompletionFunc("start", cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp))
}

// startOf is the start that was asked for, or that of the recording; it says where a filter would take too long.
func startOf(cmd *cobra.Command, m *lagrange.Model, asked lagrange.Start, set *data.Set) (lagrange.Start, error) {
	if asked != "" {
		return asked, nil
	}
	noteUnfiltered(cmd, m, set)
	return m.StartOf(cmd.Context(), set)
}

// noteUnfiltered says where a filter would take too long.
func noteUnfiltered(cmd *cobra.Command, m *lagrange.Model, set *data.Set) {
	states := "states smoothed without a model"
	if set.RecordedVelocities() {
		states = "recorded states, noise and all"
	}
	if d := set.D(); d > lagrange.MostFiltered && (!set.RecordedVelocities() || m.Record.FromNoise()) {
		fmt.Fprintf(cmd.ErrOrStderr(), "note: motions begin at %s: a filter through %d coordinates takes long, "+
			"--start %s asks for it\n", states, d, lagrange.Filtered)
	}
}

// readMotion reads recordings as a model's own was read, without velocities where they lack those of that one.
func readMotion(paths []string, own data.Options) (*data.Set, error) {
	set, err := data.Read(paths, own)
	if err == nil || own.V == nil {
		return set, err
	}
	own.V, own.Positions = nil, true
	if bare, bad := data.Read(paths, own); bad == nil {
		return bare, nil
	}
	return nil, err
}

// evaluated evaluates from the start that was asked for, and says where it had to be another one.
func evaluated(cmd *cobra.Command, m *lagrange.Model, set *data.Set, horizon float64,
	asked lagrange.Start) (lagrange.Evaluation, error) {
	if asked == "" {
		noteUnfiltered(cmd, m, set)
	}
	e, says, err := view.Evaluate(cmd.Context(), m, set, horizon, asked)
	if says != "" {
		note(cmd, "%s", says)
	}
	return e, err
}

// printStarts prints what estimated starts leave, and the errors in units of the noise.
func printStarts(w io.Writer, set *data.Set, e lagrange.Evaluation) {
	s := e.Estimated
	if s == nil {
		return
	}
	where := "from all rows of the recording, those predicted among them"
	if s.Start == lagrange.Filtered {
		where = fmt.Sprintf("from its row and those before it, %d at least", s.Rows)
	}
	fmt.Fprintf(w, "\nWindows begin at a %s state, %s.\nIn units of the noise of each coordinate (1: down to "+
		"the noise), root mean square and median window\n", s.Start, where)
	const most = 6
	d := min(set.D(), most)
	var groups [][]string
	for k, c := range set.Coordinates[:d] {
		groups = append(groups, []string{c.Name, strings.TrimSpace(fmt.Sprintf("1 = %.3g %s", s.Noise[k], c.Unit))})
	}
	tab := heads(groups...)
	row := func(title string, rms, median []float64) {
		tab.row(title, func(k int) []string { return digits(3, rms[k]/s.Noise[k], median[k]/s.Noise[k]) })
	}
	for _, f := range append(model.Families(), "constant_velocity") {
		if x, ok := e.Models[f]; ok {
			row(strings.ReplaceAll(model.Title(f), "_", " "), x.RMSEQ, x.MedianQ)
		}
	}
	row("the unknown start alone", s.Floor.RMSEQ, s.Floor.MedianQ)
	_ = tab.print(w)
}

// read reads the recordings as they are, or as the model's own was.
func (o *smoothFlags) read(cmd *cobra.Command, paths []string) (*data.Set, error) {
	columns := o.columns.options()
	if o.model != "" {
		m, err := lagrange.Load(o.model)
		if err != nil {
			return nil, err
		}
		columns = modelColumns(cmd, m, columns)
	}
	if o.model != "" {
		return readMotion(paths, columns)
	}
	if columns.Positions = true; columns.Differentiate {
		columns.Differentiate, columns.V = false, []string{}
	}
	return data.Read(paths, columns)
}

// states are those without a model, or through that of --model.
func (o *smoothFlags) states(cmd *cobra.Command, set *data.Set, h float64) (*smooth.Recording, error) {
	if o.model == "" {
		return smooth.Set(cmd.Context(), set, h)
	}
	m, err := lagrange.Load(o.model)
	if err != nil {
		return nil, err
	}
	return m.Smooth(cmd.Context(), set, h)
}

package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"lagrange"
	"lagrange/data"
	"lagrange/ode"
)

// rolloutFlags are what the roll-out of a model needs.
type rolloutFlags struct {
	state            stateFlags
	duration, dt     span
	step             span // none: dt, or from row to row
	from, path       string
	begin            string // --start
	integrator       string
	rtol             float64
	rtolGiven, timed bool // --rtol; --duration or --dt
	sites            sitesFlag
	whole            int // of --from, trajectories that were followed to their end
}

func rolloutCommand() *cobra.Command {
	o := rolloutFlags{duration: spanOf(10), dt: spanOf(0.01)}
	cmd := &cobra.Command{
		Use:   "rollout MODEL.lagrange",
		Short: "Predict motion with a learned model",
		Long: `Rollout integrates a learned model from coordinates --q and velocities --v, or from the first
row of every trajectory of a recording (--from): then the times and the known forces are those
of the recording, and the columns written are the ones read, without accelerations. With --q
and --v beside --from, every motion begins there instead.

Where velocities were not recorded, or with --start filtered, a motion begins at the state that
a filter through the model finds once it has seen some rows; with --start smoothed, at the first
row, at the state that all rows together tell.

For long motions the methods variational2 to variational8 integrate the learned Lagrangian
itself: without forces its energy swings a little, and does not drift.

Of an ensemble the rows are the mean of its members, and columns sd_… its predictive standard
deviation: two thirds of recorded motions should be within one, 95 % within two.

A motion that cannot be continued ends the program with exit code 1. Of several from a recording
the others are written whole, and that one as far as it came; else what was reached is kept in a
file of its own, named PATH.partial.csv, and an existing output stays as it was.

With --duration or --dt each row of --from is a start of its own: a file of states, without times.
The motions are written as they are found, so there may be millions.

A model with system parameters needs them, with the forces before them, by --u.`,
		Example: `  lagrange rollout dp.lagrange --q 1.5,0 --v 0,0 --duration 100 -o path.csv
  lagrange rollout dp.lagrange --q 1.5,0 --integrator variational8 --step 0.02 --dt 1 --duration 10000 -o path.csv
  lagrange rollout motor.lagrange --q 0.1 --u 0.5 --duration 2s | head
  lagrange rollout dp.lagrange --from dp.csv -o predicted.csv`,
		Args: need("MODEL.lagrange"),
		RunE: func(cmd *cobra.Command, args []string) error {
			changed := cmd.Flags().Changed
			o.rtolGiven, o.timed = changed("rtol"), changed("duration") || changed("dt")
			return o.run(cmd, args[0])
		},
	}
	f := cmd.Flags()
	o.state.add(cmd, "at the start")
	f.Var(&o.duration, "duration", "of the motion")
	f.Var(&o.dt, "dt", "from one row to the next")
	f.Var(&o.step, "step", "the largest `step` of a method with fixed steps (default: from one row to the next)")
	f.StringVar(&o.from, "from", "", "start from the trajectories of this `recording`")
	addStart(cmd, &o.begin)
	o.sites.add(cmd)
	f.StringVar(&o.integrator, "integrator", ode.Dopri5.Name, "`method`: "+strings.Join(methods(), ", "))
	f.Float64Var(&o.rtol, "rtol", 1e-9, "tolerance, relative and absolute, of a method that chooses its steps")
	f.StringVarP(&o.path, "output", "o", "-", "`file` to write: .npz, .parquet, or else CSV; - is standard output")
	// The only error is a flag that does not exist.
	_ = cmd.RegisterFlagCompletionFunc("integrator", cobra.FixedCompletions(methods(),
		cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func methods() (names []string) {
	for _, m := range append(ode.Methods(), ode.Variationals()...) {
		names = append(names, m.Name)
	}
	return names
}

func (o *rolloutFlags) run(cmd *cobra.Command, model string) error {
	options, err := o.options()
	if err != nil {
		return err
	}
	m, err := lagrange.Load(model)
	if err != nil {
		return err
	}
	if o.step.given() {
		if options.Step, err = o.step.in(m.Columns().TimeUnit()); err != nil {
			return err
		}
	}
	if o.from != "" && o.timed {
		return o.each(cmd, m, model, options)
	}
	var set *data.Set
	if o.from != "" {
		set, err = o.follow(cmd, m, options)
	} else {
		set, err = o.start(cmd.Context(), m, options)
	}
	var failure *ode.Failure
	switch {
	case errors.As(err, &failure) && set != nil && o.whole > 0:
		if bad := output(cmd, o.path, set.WriteCSV, model, o.from); bad != nil {
			return errors.Join(err, bad)
		}
		return fmt.Errorf("%w; it is written as far as it came, and %s to the end", err,
			count(o.whole, "other motion"))
	case errors.As(err, &failure) && set != nil:
		return o.keep(cmd, set, err)
	case err != nil:
		return err
	}
	return output(cmd, o.path, set.Writer(o.path), model, o.from)
}

// options checks what can be checked without the model.
func (o *rolloutFlags) options() (r lagrange.RolloutOptions, err error) {
	if r.Method, err = ode.Lookup(o.integrator); err != nil {
		return r, usageError{err}
	}
	switch {
	case o.from == "" && o.state.q == nil:
		return r, usagef("where to start? give --q, or --from with a recording")
	case o.from != "" && o.state.u != nil:
		return r, usagef("--from takes forces from the recording: leave out --u")
	case o.from != "" && o.state.q == nil && o.state.v != nil:
		return r, usagef("--from takes the start from the recording: leave out --v, or give --q, too")
	case o.from != "" && o.state.q != nil && (o.begin != "" || o.sites.given || o.timed):
		return r, usagef("--q says where motions start, and --from gives their times: leave out --start, --sites, " +
			"--duration, --dt")
	case o.from != "" && o.timed && (o.begin != "" || o.sites.given || filepath.Ext(o.path) == ".npz" ||
		filepath.Ext(o.path) == ".parquet"):
		return r, usagef("with --duration or --dt rows of --from are states to start from, and motions are written " +
			"as CSV: leave out --start, --sites and other formats")
	case o.from == "" && o.begin != "":
		return r, usagef("--start takes states from the recording of --from")
	case o.from == "" && o.sites.given:
		return r, usagef("--sites takes the sites from the recording of --from")
	case !(o.rtol > 0) || math.IsInf(o.rtol, 0):
		return r, usagef("--rtol %g: want a number above 0", o.rtol)
	case o.rtolGiven && !r.Method.Adaptive():
		return r, usagef("--rtol has no meaning for %s, whose step is fixed: choose it with --step", o.integrator)
	case o.step.given() && r.Method.Adaptive():
		return r, usagef("--step has no meaning for %s, which chooses its steps by --rtol", o.integrator)
	}
	if err := o.state.finite(); err != nil {
		return r, err
	}
	r.RTol, r.ATol = o.rtol, o.rtol
	return r, nil
}

// start rolls out from --q and --v.
func (o *rolloutFlags) start(ctx context.Context, m *lagrange.Model, r lagrange.RolloutOptions) (*data.Set, error) {
	set, x := m.Columns(), &o.state
	if err := x.of(m); err != nil {
		return nil, err
	}
	times, err := o.times(m)
	if err != nil {
		return nil, err
	}
	if m.Ensemble == nil {
		t, err := m.Rollout(ctx, x.q, x.v, x.u, times, r)
		t.ID = "1"
		set.Trajectories = []data.Trajectory{t}
		return set, err
	}
	t, sd, err := m.Ensemble.Rollout(ctx, x.q, x.v, x.u, times, r)
	t.ID = "1"
	set.Trajectories = []data.Trajectory{t}
	beside(set, []data.Trajectory{sd}, deviationPrefix, data.RoleQ, data.RoleV)
	return set, err
}

// beside adds a number for each of the quantities of the given roles to a set, as columns more that begin with a
// prefix, which no command takes for anything else. The numbers stand in w in the places of the quantities.
func beside(set *data.Set, w []data.Trajectory, prefix string, roles ...string) {
	m := set.M()
	set.Columns, set.Inputs = slices.Clone(set.Columns), slices.Clone(set.Inputs)
	for _, role := range roles {
		for _, c := range set.Coordinates {
			name := map[string]string{data.RoleQ: c.Name, data.RoleV: c.Velocity, data.RoleA: c.Acceleration}[role]
			at := slices.IndexFunc(set.Columns, func(c data.Column) bool { return c.Role == role && c.Name == name })
			set.Inputs = append(set.Inputs, prefix+name)
			set.Columns = append(set.Columns, data.Column{Name: prefix + name, Unit: set.Columns[at].Unit,
				Role: data.RoleU})
		}
	}
	for i := range set.Trajectories {
		t := &set.Trajectories[i]
		var u []float64
		for n := range t.T {
			u = append(u, t.U[n*m:(n+1)*m]...)
			for _, role := range roles {
				x := map[string][]float64{data.RoleQ: w[i].Q, data.RoleV: w[i].V, data.RoleA: w[i].A}[role]
				u = append(u, x[n*set.D():(n+1)*set.D()]...)
			}
		}
		t.U = u
	}
}

// follow rolls out from the first row of every trajectory of a recording.
func (o *rolloutFlags) follow(cmd *cobra.Command, m *lagrange.Model, r lagrange.RolloutOptions) (*data.Set, error) {
	var recorded *data.Set
	var err error
	ctx := cmd.Context()
	if o.sites.given {
		if m, recorded, err = onRecording(m, o.sites.axes, []string{o.from}, data.Options{}); err != nil {
			return nil, err
		}
	} else {
		if recorded, err = readMotion([]string{o.from}, m.Options()); err != nil {
			return nil, err
		}
		if recorded.States() {
			return nil, fmt.Errorf("%s holds states on their own, and no motion to follow: start from one with --q "+
				"and --v", o.from)
		}
		if a, b := described(m.Columns()), described(recorded); a != b {
			return nil, fmt.Errorf("%s has %s, the model was trained on %s: names and units must be the same", o.from,
				b, a)
		}
	}
	if recorded, err = o.begun(cmd, m, recorded); err != nil {
		return nil, err
	}
	recorded = withVelocities(recorded, m)
	if m.Ensemble == nil {
		set, err := m.RolloutSet(ctx, recorded, r)
		o.count(set, recorded)
		return set, err
	}
	mean, sd, err := m.Ensemble.RolloutSet(ctx, recorded, r)
	if o.count(mean, recorded); mean != nil {
		beside(mean, sd.Trajectories, deviationPrefix, data.RoleQ, data.RoleV)
	}
	return mean, err
}

// begun is a recording whose motions begin at --q and --v or, without these, at the start that --start says.
func (o *rolloutFlags) begun(cmd *cobra.Command, m *lagrange.Model, recorded *data.Set) (*data.Set, error) {
	if o.state.q == nil {
		start, err := startOf(cmd, m, lagrange.Start(o.begin), recorded)
		if err != nil {
			return nil, err
		}
		return m.Begun(cmd.Context(), recorded, start)
	}
	x := stateFlags{q: o.state.q, v: o.state.v, u: make([]float64, m.M())} // the inputs are those of the recording
	if err := x.of(m); err != nil {
		return nil, err
	}
	out := *recorded
	out.Trajectories = slices.Clone(recorded.Trajectories)
	for i := range out.Trajectories {
		t := &out.Trajectories[i]
		t.Q, t.V = slices.Clone(t.Q), make([]float64, len(t.Q))
		copy(t.Q, x.q)
		copy(t.V, x.v)
	}
	return &out, nil
}

// withVelocities gives a recording that has velocities columns for them, where they were not recorded.
func withVelocities(set *data.Set, m *lagrange.Model) *data.Set {
	is := func(c data.Column) bool { return c.Role == data.RoleV }
	if set.Trajectories[0].V == nil || slices.ContainsFunc(set.Columns, is) {
		return set
	}
	out, own := *set, m.Columns()
	out.Coordinates, out.Columns = own.Coordinates, slices.Clone(set.Columns)
	for _, c := range own.Columns {
		if is(c) {
			out.Columns = append(out.Columns, c)
		}
	}
	return &out
}

// count counts the motions that were followed to their end.
func (o *rolloutFlags) count(set, recorded *data.Set) {
	for i := 0; set != nil && i < len(set.Trajectories); i++ {
		if set.Trajectories[i].Len() == recorded.Trajectories[i].Len() {
			o.whole++
		}
	}
}

// described lists coordinates, forces and system parameters: "coordinates theta [rad]; forces tau; parameters m".
func described(s *data.Set) string {
	var q []string
	for _, c := range s.Coordinates {
		q = append(q, label(c.Name, c.Unit))
	}
	text := "coordinates " + strings.Join(q, ", ")
	if forces := s.Forces(); len(forces) > 0 {
		text += "; forces " + strings.Join(forces, ", ")
	}
	if s.SystemParameters > 0 {
		text += "; parameters " + strings.Join(s.Inputs[len(s.Forces()):], ", ")
	}
	return text
}

// keep writes what was reached before a motion could not be continued; the output itself stays as it was.
func (o *rolloutFlags) keep(cmd *cobra.Command, set *data.Set, cause error) error {
	path, where := o.path, "on standard output"
	if path != "" && path != "-" {
		path = strings.TrimSuffix(path, filepath.Ext(path)) + ".partial" + filepath.Ext(path)
		where = "in " + path
	}
	if err := output(cmd, path, set.Writer(path)); err != nil {
		return errors.Join(cause, err)
	}
	return fmt.Errorf("%w; the %s reached before are %s", cause, count(set.Rows(), "row"), where)
}

// count is "1 row" or "3 rows".
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

package lagrange

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"lagrange/data"
	"lagrange/eval"
	"lagrange/filter"
	"lagrange/fit"
)

// Start says which state a prediction of recorded motion begins at.
type Start string

// The starts: the state of the row as it was recorded; the one filtered through the model, from that row and those
// before it; the one smoothed through it, from all rows, those to be predicted among them.
const (
	Recorded Start = "recorded"
	Filtered Start = "filtered"
	Smoothed Start = "smoothed"
)

// Starts lists them.
func Starts() []Start { return []Start{Recorded, Filtered, Smoothed} }

// StartOf is the one for a recording where none was asked for: the recorded one if velocities were recorded and, where
// the model was learned from noisy motion, this recording has no such noise. Beyond MostFiltered coordinates it is the
// recorded one: positions alone begin at states smoothed without a model.
func (m *Model) StartOf(ctx context.Context, set *data.Set) (Start, error) {
	switch {
	case set.D() > MostFiltered:
		return Recorded, nil
	case !set.RecordedVelocities():
		return Filtered, nil
	case !m.Record.FromNoise() || set.States():
		return Recorded, nil
	}
	noisy, err := fit.Noisy(ctx, set)
	if len(noisy) > 0 {
		return Filtered, err
	}
	return Recorded, err
}

// MostFiltered are the coordinates up to which a filter goes through recordings unasked: its time grows with the cube
// of them. Ten trajectories of 41 rows took 10 s of one core on a ring of 16 sites and 37 s on one of 32.
const MostFiltered = 32

// ErrEarly says that motion is to be predicted from before a filter has seen enough.
var ErrEarly = errors.New("too early for a filter")

// leastRows and mostRows are how many rows a filter has seen at least before it says where a motion is; between them
// it is half a horizon. Not tuned.
const leastRows, mostRows = 10, 50

// Floor is what the unknown start alone leaves, of predictions through the true model: root mean squares over
// windows, and the median over windows, of the deviations that those of the start grow to.
type Floor struct {
	RMSEQ   []float64 `json:"rmse_q"`
	MedianQ []float64 `json:"median_window_rmse_q"`
}

// Estimated is what an evaluation from estimated starts has beside the others.
type Estimated struct {
	Start   Start     `json:"start"`
	Rows    int       `json:"rows_before"`           // that a filter has seen at least, with the first of the window
	Noise   []float64 `json:"noise_q"`               // of positions, their standard deviation
	Process []float64 `json:"unexplained,omitempty"` // accelerations, see filter.Noise
	Floor   Floor     `json:"floor"`
}

// estimate is the state (2d) at a row with its covariance (2d, 2d).
type estimate struct{ x, P []float64 }

// rowsBefore is how many rows a filter has seen before it says where a motion is.
func (m *Model) rowsBefore(set *data.Set) int {
	return min(max(leastRows, int(m.Record.Horizon/set.TypicalStep()/2)), mostRows)
}

// estimates are the states at the wanted rows of each trajectory, in the order of rows.
func (o *observation) estimates(ctx context.Context, start Start, wanted [][]int, first int) ([][]estimate, error) {
	all := make([][]estimate, len(o.of))
	for i, rows := range wanted {
		if len(rows) == 0 {
			continue
		}
		at := map[int]estimate{}
		keep := func(row int, x, P []float64) {
			if _, ok := slices.BinarySearch(rows, row); ok {
				at[row] = estimate{slices.Clone(x), slices.Clone(P)}
			}
		}
		var err error
		if start == Filtered {
			n, f := 2*o.m.D(), o.m.M()
			r, last := o.of[i], rows[len(rows)-1]+1
			r.T, r.Y, r.U, r.X = r.T[:last], r.Y[:last*n], r.U[:last*f], r.X[:last*n]
			err = filter.Rows(ctx, o.m.net, o.noise, r, first-1, keep)
		} else {
			err = o.smooth(ctx, o.of[i], keep)
		}
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			all[i] = append(all[i], at[row])
		}
	}
	return all, nil
}

// Begun is a recording whose trajectories begin at estimated states, to be predicted from there (RolloutSet):
// smoothed ones at the first row, or filtered ones as soon as enough rows were seen; of the recorded start it is the
// recording.
func (m *Model) Begun(ctx context.Context, set *data.Set, start Start) (*data.Set, error) {
	if err := start.check(); err != nil || start == Recorded {
		return set, err
	}
	o, err := m.observe(ctx, set)
	if err != nil {
		return nil, err
	}
	first, wanted := 1, make([][]int, len(set.Trajectories))
	if start == Filtered {
		first = m.rowsBefore(set)
	}
	for i, t := range set.Trajectories {
		if t.Len() <= first {
			return nil, fmt.Errorf("trajectory %q has %d rows, and a filter sees %d before it says where a motion is: "+
				"take the recorded or the smoothed start", t.ID, t.Len(), first)
		}
		wanted[i] = []int{first - 1}
	}
	at, err := o.estimates(ctx, start, wanted, first)
	if err != nil {
		return nil, err
	}
	out := *set
	out.Trajectories = nil
	for i := range set.Trajectories {
		t := &set.Trajectories[i]
		out.Trajectories = append(out.Trajectories, begun(t, set, o.free.Set.Trajectories[i].V, first-1, t.Len(),
			at[i][0]))
	}
	return &out, nil
}

func (s Start) check() error {
	if !slices.Contains(Starts(), s) {
		return fmt.Errorf("no start %q; there are %v", s, strings.Trim(fmt.Sprint(Starts()), "[]"))
	}
	return nil
}

// begun are the rows lo … hi−1 of a trajectory, beginning at an estimate, with the velocities V of all its rows where
// it has none that were recorded.
func begun(t *data.Trajectory, set *data.Set, V []float64, lo, hi int, at estimate) data.Trajectory {
	d := set.D()
	p := t.Slice(d, set.M(), lo, hi)
	if !set.RecordedVelocities() {
		p.V = V[lo*d : hi*d]
	}
	p.Q, p.V = slices.Clone(p.Q), slices.Clone(p.V)
	copy(p.Q, at.x[:d])
	copy(p.V, at.x[d:])
	return p
}

// EvaluateFrom is Evaluate with windows that begin at the given start. A filter has to have seen some rows before, of
// those of the whole recording; windows that begin earlier are left out. Where no velocities were recorded, those
// that predictions are held against are those of package smooth.
func (m *Model) EvaluateFrom(ctx context.Context, set *data.Set, horizon float64, start Start) (Evaluation, error) {
	r, err := m.Evaluate(ctx, set, horizon)
	if err != nil || start == Recorded || set.States() {
		return r, err
	}
	if err := start.check(); err != nil {
		return r, err
	}
	o, err := m.observe(ctx, set)
	if err != nil {
		return r, err
	}
	d := m.D()
	r.Estimated = &Estimated{Start: start, Rows: 1, Noise: o.noise.Sigma[:d], Process: o.noise.Process}
	if start == Filtered {
		r.Estimated.Rows = m.rowsBefore(set)
	}
	ws, err := m.windows(set, r)
	if errors.Is(err, ErrEarly) && r.Estimated.Rows > leastRows {
		r.Estimated.Rows = leastRows // trajectories that are hardly longer than the windows leave no more
		ws, err = m.windows(set, r)
	}
	if err != nil {
		return r, err
	}
	r.Windows, r.Ensemble, r.Smoothed = len(ws), nil, false
	for k := m; k != nil; k = k.Baseline {
		if k != m {
			if o, err = k.through(ctx, set, o.free); err != nil {
				return r, err
			}
		}
		cut, from, err := o.cut(ctx, k.acting(set), ws, r.Estimated)
		if err != nil {
			return r, err
		}
		var whole []data.Window
		for i, w := range ws {
			whole = append(whole, data.Window{Trajectory: i, Steps: w.Steps})
		}
		r.Models[k.net.Spec.Family] = eval.Windows(k.net, cut, whole)
		if k == m {
			r.Models[ConstantVelocity] = eval.ConstantVelocity(cut, whole)
			if m.Ensemble != nil {
				r.Models["ensemble"], r.Ensemble = m.Ensemble.evaluate(cut, whole)
			}
			r.Estimated.Floor = o.floor(cut, from)
		}
	}
	r.Findings = m.verdict(set, r)
	return r, nil
}

// windows are those of the parts of a recording that an evaluation uses, in rows of the recording.
func (m *Model) windows(set *data.Set, r Evaluation) (ws []data.Window, err error) {
	parts := make([]data.Window, len(set.Trajectories))
	for i := range parts {
		parts[i] = data.Window{Trajectory: i, Steps: set.Trajectories[i].Len() - 1}
	}
	if r.HeldOut {
		split, err := set.Split(m.Record.Horizon, true)
		if err != nil {
			return nil, err
		}
		parts = split.At[2]
	}
	for _, p := range parts {
		lo, hi := max(p.Start, r.Estimated.Rows-1), p.Start+p.Steps+1
		if hi-lo < 2 {
			continue
		}
		one := *set
		one.Trajectories = []data.Trajectory{set.Trajectories[p.Trajectory].Slice(set.D(), set.M(), lo, hi)}
		for _, w := range one.Windows(r.Horizon, 0) {
			ws = append(ws, data.Window{Trajectory: p.Trajectory, Start: lo + w.Start, Steps: w.Steps})
		}
	}
	if len(ws) == 0 {
		return nil, fmt.Errorf("%w: no window of %g %s has %d rows before it, which a filter sees first: use a "+
			"shorter --horizon, or --start smoothed or recorded", ErrEarly, r.Horizon, set.TimeUnit(), r.Estimated.Rows)
	}
	return ws, nil
}

// cut makes each window a trajectory of its own that begins at an estimate, and returns these.
func (o *observation) cut(ctx context.Context, set *data.Set, ws []data.Window, e *Estimated) (*data.Set, []estimate,
	error) {
	wanted := make([][]int, len(set.Trajectories))
	for _, w := range ws {
		wanted[w.Trajectory] = append(wanted[w.Trajectory], w.Start)
	}
	for _, rows := range wanted {
		slices.SortFunc(rows, cmp.Compare)
	}
	at, err := o.estimates(ctx, e.Start, wanted, e.Rows)
	if err != nil {
		return nil, nil, err
	}
	out, from := *set, make([]estimate, len(ws))
	out.Trajectories = nil
	for i, w := range ws {
		k, _ := slices.BinarySearch(wanted[w.Trajectory], w.Start)
		from[i] = at[w.Trajectory][k]
		out.Trajectories = append(out.Trajectories, begun(&set.Trajectories[w.Trajectory], set,
			o.free.Set.Trajectories[w.Trajectory].V, w.Start, w.Start+w.Steps+1, from[i]))
	}
	return &out, from, nil
}

// floor carries the covariance of the start through each window.
func (o *observation) floor(set *data.Set, from []estimate) (f Floor) {
	d, m := set.D(), set.M()
	still := filter.Noise{Sigma: make([]float64, 2*d), Process: make([]float64, d), Step: o.noise.Step}
	carry := filter.New(o.m.net, still)
	f.RMSEQ, f.MedianQ = make([]float64, d), make([]float64, d)
	each, rows := make([][]float64, d), 0
	for i := range set.Trajectories {
		t := &set.Trajectories[i]
		carry.Set(t.T[0], from[i].x, from[i].P, t.U[:m])
		sum := make([]float64, d)
		for k := 1; k < t.Len(); k++ {
			carry.Predict(t.T[k], t.U[k*m:(k+1)*m])
			for j := range d {
				sum[j] += carry.Covariance()[j*(2*d+1)]
			}
		}
		rows += t.Len() - 1
		for j, s := range sum {
			f.RMSEQ[j] += s
			each[j] = append(each[j], math.Sqrt(s/float64(t.Len()-1)))
		}
	}
	for j := range d {
		f.RMSEQ[j] = finite(math.Sqrt(f.RMSEQ[j] / float64(rows)))
		slices.Sort(each[j])
		f.MedianQ[j] = finite(each[j][(len(each[j])-1)/2])
	}
	return f
}

// finite puts the largest number in place of those that JSON cannot carry.
func finite(x float64) float64 {
	if !(x < math.MaxFloat64) {
		return math.MaxFloat64
	}
	return x
}

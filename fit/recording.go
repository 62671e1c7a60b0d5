package fit

import (
	"context"
	"fmt"
	"math"
	"strings"

	"lagrange/data"
	"lagrange/smooth"
)

// Recording is what a plan knows of one; data.Finding is what is wrong with it.
type Recording struct {
	Trajectories  int                  `json:"trajectories"`
	Rows          int                  `json:"rows"`
	Step          float64              `json:"step"` // typical one
	TimeUnit      string               `json:"time_unit,omitempty"`
	Gaps          int                  `json:"gaps"` // steps longer than three typical ones of their trajectory
	Velocities    bool                 `json:"velocities_recorded"`
	Bare          bool                 `json:"positions_alone,omitempty"`
	States        bool                 `json:"independent_states,omitempty"` // rows are no motion
	Accelerations bool                 `json:"accelerations_recorded"`
	Forces        int                  `json:"forces"`                // known ones
	Parameters    int                  `json:"parameters"`            // of the system: masses, lengths, …
	Noise         []smooth.ColumnNoise `json:"noise"`                 // of coordinates and velocities
	Noisy         []string             `json:"noisy,omitempty"`       // with much noise, and velocities that are off
	Doubts        []string             `json:"doubts,omitempty"`      // about noise
	Exact         bool                 `json:"exact,omitempty"`       // less noise than leastNoise in all coordinates
	Jitter        float64              `json:"time_jitter,omitempty"` // of the times; 0: not seen
	Unseen        int                  `json:"unseen,omitempty"`
	RowsBySwing   float64              `json:"rows_by_swing,omitempty"` // in the fastest swing of any coordinate
	unclear       bool                 // noise is not told from the motion of every coordinate
}

// find looks through a recording. Noise is that of so many rows (pieces), of those to learn from, of the first
// noiseColumns coordinates (package smooth); Unseen counts the other coordinates, and those of too few rows.
func find(ctx context.Context, set, learn *data.Set, rows int) (Recording, error) {
	f := Recording{
		Trajectories: len(set.Trajectories), Rows: set.Rows(), Step: set.TypicalStep(), TimeUnit: set.TimeUnit(),
		Velocities: set.RecordedVelocities(), Bare: bare(set), Accelerations: set.HasAccelerations(),
		Forces: len(set.Forces()), Parameters: set.M() - len(set.Forces()), Noise: []smooth.ColumnNoise{},
	}
	for _, t := range set.Trajectories {
		f.Gaps += t.Gaps().Count()
	}
	f.Exact = true
	if set.States() {
		f.States, f.Unseen, f.Gaps, f.Exact = true, set.D(), 0, false
		return f, nil
	}
	for k := range set.D() {
		if err := f.noise(ctx, learn, k, rows); err != nil {
			return f, err
		}
	}
	f.Exact = f.Exact && f.Unseen == 0
	if f.unclear {
		f.Noisy = nil
	}
	return f, nil
}

// noise finds that of coordinate k and of its velocity, if that is recorded, and whether it is much.
func (f *Recording) noise(ctx context.Context, set *data.Set, k, rows int) error {
	if k >= noiseColumns {
		f.Unseen++
		return nil
	}
	c, series := set.Coordinates[k], pieces(set, k, rows, f.Velocities)
	found, err := smooth.Find(ctx, series)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil || len(series) == 0: // too few rows to tell
		f.Unseen++
		return nil
	}
	f.Exact = f.Exact && max(found.Q.Value, found.Blur()) < leastNoise*found.Size
	f.Jitter = max(f.Jitter, found.Jitter.Value)
	f.Noise = append(f.Noise, smooth.ColumnNoise{Column: c.Name, Unit: unitOf(set, c.Name), Noise: found.Q})
	if n := found.Swing / found.Step; n < math.MaxFloat64 && (f.RowsBySwing == 0 || n < f.RowsBySwing) {
		f.RowsBySwing = n
	}
	if found.Rest { // where it was looked at
		return nil
	}
	f.doubt(found, set, c)
	if f.Velocities {
		f.Noise = append(f.Noise, smooth.ColumnNoise{Column: c.Velocity, Unit: unitOf(set, c.Velocity), Noise: found.V})
		f.judge(found, c, rms(series))
	}
	return nil
}

// pieces are so many rows of coordinate k, and of its velocity: the first ones of positions alone, else parts from
// all over the recording, so that it does not matter how that begins.
func pieces(set *data.Set, k, rows int, velocities bool) (series []smooth.Series) {
	d, left := set.D(), rows
	take := func(t *data.Trajectory, lo, hi int) {
		if hi-lo < leastNoiseRows {
			return
		}
		s := smooth.Series{T: t.T[lo:hi]}
		for r := lo; r < hi; r++ {
			if s.Q = append(s.Q, t.Q[r*d+k]); velocities {
				s.V = append(s.V, t.V[r*d+k])
			}
		}
		series = append(series, s)
	}
	if !velocities {
		for i := range set.Trajectories {
			t := &set.Trajectories[i]
			n := min(left, t.Len())
			left -= n
			take(t, 0, n)
		}
		return series
	}
	share := min(1, float64(rows)/float64(set.Rows())) // of the parts that is taken
	for i, seen := 0, 0.5; i < len(set.Trajectories); i++ {
		t := &set.Trajectories[i]
		parts := max(1, t.Len()/noisePiece)
		for j := range parts {
			if seen += share; seen >= 1 {
				seen--
				take(t, t.Len()*j/parts, t.Len()*(j+1)/parts)
			}
		}
	}
	return series
}

// unitOf is the unit of a column that is used; "" where none was given.
func unitOf(set *data.Set, name string) string {
	for _, c := range set.Columns {
		if c.Name == name && c.Role != data.RoleIgnored {
			return c.Unit
		}
	}
	return ""
}

// String says it in two sentences.
func (f Recording) String() string {
	if f.States {
		return fmt.Sprintf("%s on their own, with accelerations, %s", count(f.Rows, "state", "states"),
			orNo(f.Forces, "known force", "known forces"))
	}
	parts := []string{
		count(f.Trajectories, "trajectory", "trajectories"), count(f.Rows, "row", "rows"),
		"every " + with(f.Step, f.TimeUnit),
	}
	if f.RowsBySwing > 0 {
		parts = append(parts, fmt.Sprintf("%.3g in the fastest swing", f.RowsBySwing))
	}
	parts = append(parts, orNo(f.Gaps, "gap", "gaps"), orNo(f.Forces, "known force", "known forces"))
	if f.Parameters > 0 {
		parts = append(parts, count(f.Parameters, "system parameter", "system parameters"))
	}
	switch {
	case f.Velocities && f.Accelerations:
		parts = append(parts, "velocities and accelerations recorded")
	case f.Velocities:
		parts = append(parts, "velocities recorded")
	case f.Accelerations:
		parts = append(parts, "accelerations recorded, velocities estimated")
	case f.Bare:
		parts = append(parts, "positions alone")
	default:
		parts = append(parts, "velocities estimated")
	}
	return strings.Join(parts, ", ")
}

// noises lists the noise of all columns that were looked at.
func (f Recording) noises() string {
	var parts []string
	for _, n := range f.Noise {
		sign := ""
		if n.Low == 0 {
			sign = "≤ "
		}
		parts = append(parts, n.Column+" "+sign+with(n.Value, n.Unit))
	}
	if f.Jitter > 0 {
		parts = append(parts, "times "+with(f.Jitter, f.TimeUnit))
	}
	if f.Unseen > 0 && !f.States {
		parts = append(parts, count(f.Unseen, "coordinate", "coordinates")+" not looked at")
	}
	return strings.Join(parts, ", ")
}

func with(x float64, unit string) string { return strings.TrimSpace(fmt.Sprintf("%.2g %s", x, unit)) }

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

func orNo(n int, one, many string) string {
	if n == 0 {
		return "no " + many
	}
	return count(n, one, many)
}

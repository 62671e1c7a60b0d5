package lagrange

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"lagrange/data"
	"lagrange/ode"
)

// blockStarts are the motions that are held at a time: more than share a batch of all cores.
const blockStarts = 4096

// RolloutStarts starts from every row of a recording of states on their own, under its inputs, which stay as they are,
// and reports at times. It hands the motions on in blocks, as trajectories 1, 2, … in the order of the rows, so that
// its memory does not grow with their number. Those whose integration fails hold what was reached, and the error is
// that of the first, once all are done; an error of each ends it. An ensemble has no such roll-out.
func (m *Model) RolloutStarts(ctx context.Context, starts *data.Set, times []float64, o RolloutOptions,
	each func(block *data.Set) error) error {
	if m.Ensemble != nil {
		return errors.New("an ensemble goes on from recorded motions, not from states: take one of its members")
	}
	if starts.D() != m.D() || starts.M() != m.M() || starts.Trajectories[0].V == nil {
		return fmt.Errorf("the states have %d coordinates and %d inputs, the model %d and %d, and velocities",
			starts.D(), starts.M(), m.D(), m.M())
	}
	d, f, n, failed := m.D(), m.M(), 0, error(nil)
	columns := m.Columns()
	columns.TrajectoryColumn = "trajectory"
	columns.Columns = append([]data.Column{{Name: "trajectory", Role: data.RoleTrajectory}}, columns.Columns...)
	for _, t := range starts.Trajectories {
		for lo := 0; lo < t.Len(); lo += blockStarts {
			block := *columns
			for k := lo; k < min(t.Len(), lo+blockStarts); k++ {
				n++
				block.Trajectories = append(block.Trajectories, data.Trajectory{ID: strconv.Itoa(n), T: times,
					Q: t.Q[k*d : (k+1)*d], V: t.V[k*d : (k+1)*d], U: slices.Repeat(t.U[k*f:(k+1)*f], len(times))})
			}
			out, err := m.RolloutSet(ctx, &block, o)
			if failure := (*ode.Failure)(nil); errors.As(err, &failure) && out != nil {
				if failed == nil {
					failed = err
				}
			} else if err != nil {
				return err
			}
			if err := each(out); err != nil {
				return err
			}
		}
	}
	return failed
}

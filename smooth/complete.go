package smooth

import (
	"context"
	"slices"

	"lagrange/data"
)

// Complete is a set with its states estimated at its rows: positions, and velocities where there are none or these are
// noisy too. Accelerations stand in it only where they were recorded.
func Complete(ctx context.Context, s *data.Set) (*data.Set, *Recording, error) {
	r, err := Set(ctx, s, 0)
	if err != nil {
		return nil, nil, err
	}
	out := *r.Set
	out.Trajectories = slices.Clone(out.Trajectories)
	if s.HasAccelerations() {
		return &out, r, nil
	}
	out.Columns = slices.DeleteFunc(slices.Clone(out.Columns), func(c data.Column) bool { return c.Role == data.RoleA })
	out.Coordinates = slices.Clone(out.Coordinates)
	for i := range out.Coordinates {
		out.Coordinates[i].Acceleration = ""
	}
	for i := range out.Trajectories {
		out.Trajectories[i].A = nil
	}
	return &out, r, nil
}

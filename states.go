package lagrange

import (
	"context"

	"lagrange/data"
	"lagrange/smooth"
)

// stated is a recording with velocities: where none were recorded,
// with positions and velocities as a smoother finds them.
func stated(ctx context.Context, set *data.Set) (*data.Set, error) {
	if len(set.Trajectories) == 0 || set.Trajectories[0].V != nil {
		return set, nil
	}
	r, err := smooth.Set(ctx, set, 0)
	if err != nil {
		return nil, err
	}
	for i := range r.Set.Trajectories {
		r.Set.Trajectories[i].A = nil // it is an estimate to look at, not to be measured by
	}
	return r.Set, nil
}

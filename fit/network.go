package fit

import (
	"context"
	"fmt"
	"math"
)

const mostRestarts = 3

// network trains member j of an ensemble, or the only network, and another one where the first turns out to be
// hopeless: the seeds are s.Seed + r·2³², the steps are shared, so that the same Steps and Seed give the same. Of all
// tried it is the one of the best validation. The watch tells what of s.Budget is gone.
//
// planned, if it is not nil, is told the number of steps before the first, and may change it.
func (f *problem) network(ctx context.Context, s Options, w watch, j int, planned func(steps int) (int, error)) (Network, error) {
	var best *Network
	var given []Restart
	var plans []Plan
	used := 0
	for r := 0; ; r++ {
		a := &run{f: f, s: s, watch: &w, member: j, restarts: r, used: used, planned: planned}
		if s.Like != nil {
			if like := s.Like[j].Record.Plans; r < len(like) {
				a.plan = &like[r]
			}
		}
		err := a.train(ctx)
		planned = nil
		if err != nil {
			return Network{}, err
		}
		k := &a.trained
		used, plans = used+a.step, append(plans, a.took)
		if best == nil || k.Record.Validation < best.Record.Validation {
			best = k
			best.Record.Doubt = a.why
		}
		if a.step < k.Record.Steps {
			given = append(given, Restart{k.Record.Seed, a.step, a.why})
			s.Steps = k.Record.Steps - a.step
			continue
		}
		b := &best.Record
		b.Seed, b.Steps, b.Seconds, b.Restarts, b.Plans = s.Seed, used, w.elapsed().Seconds(), given, plans
		if v := b.Validation; math.IsInf(v, 0) {
			return Network{}, fmt.Errorf("every validation of the %s was not finite: %d of %d steps were skipped; try a smaller rate or another seed", f.spec.Family, b.Skipped, used)
		}
		return *best, nil
	}
}

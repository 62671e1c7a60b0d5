package fit

import (
	"context"
	"fmt"
	"math"
)

// network trains member j of an ensemble, or the only network, and another one where the first turns out to be
// hopeless: the seeds are s.Seed + r·2³², the steps are shared, so that the same Steps and Seed give the same. Of all
// tried it is the one of the best validation. The watch tells what of s.Budget is gone.
//
// agree, if it is not nil, is told the number of steps before the first, and may change it.
func (f *problem) network(
	ctx context.Context, s Options, w watch, j int, agree func(steps int) (int, error),
) (Network, error) {
	if f.s.Objective == Motion {
		return f.shooting(ctx, s, w, j)
	}
	var best *Network
	var given []Restart
	var paces []Pace
	used := 0
	for r := 0; ; r++ {
		a := &run{f: f, s: s, watch: &w, member: j, restarts: r, used: used, agree: agree}
		if s.Like != nil {
			if like := s.Like[j].Record.Paces; r < len(like) {
				a.pace = &like[r]
			}
		}
		err := a.train(ctx)
		agree = nil
		if err != nil {
			return Network{}, err
		}
		k := &a.trained
		used, paces = used+a.step, append(paces, a.took)
		if best == nil || k.Record.Validation < best.Record.Validation {
			best = k
			best.Record.Doubt = a.why
		}
		if a.step < k.Record.Steps {
			given = append(given, Restart{k.Record.Seed, a.step, a.why})
			s.Steps, s.Method = k.Record.Steps-a.step, k.Record.Method
			continue
		}
		b := &best.Record
		b.Seed, b.Steps, b.Seconds, b.Restarts, b.Paces = s.Seed, used, w.elapsed().Seconds(), given, paces
		if v := b.Validation; math.IsInf(v, 0) {
			return Network{}, fmt.Errorf("every validation of the %s was not finite: %d of %d steps were skipped; "+
				"try a smaller rate or another seed", f.spec.Family, b.Skipped, used)
		}
		return *best, nil
	}
}

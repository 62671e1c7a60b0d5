package bench

import (
	"context"
	"errors"
	"math/rand/v2"

	"lagrange/internal/par"
)

// poolStreams are those in which pieces are drawn, on whatever number of cores.
const poolStreams = 16

// Pool draws N pieces on all cores, in streams of their own.
func (t *Task) Pool(ctx context.Context, seed uint64, N int) (all Records, err error) {
	parts, fails := make([]Records, poolStreams), make([]error, poolStreams)
	cores := min(poolStreams, par.Workers())
	par.Do(cores, func(w int) {
		for k := w; k < poolStreams; k += cores {
			lo, hi := par.Span(N, k, poolStreams)
			r := rand.New(rand.NewPCG(seed, 0x5da300+uint64(k)))
			for lo < hi && fails[k] == nil && ctx.Err() == nil {
				few := min(100, hi-lo)
				var p Records
				p, fails[k] = t.Pieces(r, few)
				parts[k].Start, parts[k].X = append(parts[k].Start, p.Start...), append(parts[k].X, p.X...)
				lo += few
			}
		}
	})
	for _, p := range parts {
		for range p.Start {
			all.Start = append(all.Start, len(all.Start)*(WindowSteps+1))
		}
		all.X = append(all.X, p.X...)
	}
	return all, errors.Join(append(fails, ctx.Err())...)
}

// Pieces returns the pieces lo … hi.
func (p Records) Pieces(d, lo, hi int) (q Records) {
	const length = WindowSteps + 1
	q.X = p.X[lo*length*2*d : hi*length*2*d]
	q.Start = p.Start[:hi-lo]
	return q
}

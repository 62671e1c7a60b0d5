package paper

import (
	"context"
	"errors"
	"math/rand/v2"

	"lagrange/internal/par"
)

// pool draws N pieces on all cores, in streams of their own.
func (t *task) pool(ctx context.Context, seed uint64, N int) (all records, err error) {
	parts, fails := make([]records, poolStreams), make([]error, poolStreams)
	cores := min(poolStreams, par.Workers())
	par.Do(cores, func(w int) {
		for k := w; k < poolStreams; k += cores {
			lo, hi := par.Span(N, k, poolStreams)
			r := rand.New(rand.NewPCG(seed, 0x5da300+uint64(k)))
			for lo < hi && fails[k] == nil && ctx.Err() == nil {
				few := min(100, hi-lo)
				var p records
				p, fails[k] = t.pieces(r, few)
				parts[k].start, parts[k].X = append(parts[k].start, p.start...), append(parts[k].X, p.X...)
				lo += few
			}
		}
	})
	for _, p := range parts {
		for range p.start {
			all.start = append(all.start, len(all.start)*(windowSteps+1))
		}
		all.X = append(all.X, p.X...)
	}
	return all, errors.Join(append(fails, ctx.Err())...)
}

// pieces returns the pieces lo … hi.
func (p records) pieces(d, lo, hi int) (q records) {
	const length = windowSteps + 1
	q.X = p.X[lo*length*2*d : hi*length*2*d]
	q.start = p.start[:hi-lo]
	return q
}

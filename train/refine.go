package train

import (
	"math"
	"slices"

	"lagrange/internal/par"
	"lagrange/model"
)

const (
	mostParts   = 16   // steps from row to row
	refineError = 0.01 // mean square of what they may be wrong by, in units of noise,
	refineWorst = 0.75 // in so many of the segments: those that go apart for the least of errors are not asked
	refineAsked = 64   // of which at most so many are looked at
)

// Refine has the integrator take one step from row to row, and doubles them as long as it matters to what is observed:
// until half as long ones change the motions of segments, from the given starts (N, 2d), by a tenth of the noise.
func (o *Measured) Refine(m *model.Model[float64], team *par.Team, segments []Segment, x []float64) {
	n, every := 2*o.D, 1+len(segments)/refineAsked
	var asked []Segment
	var from []float64
	for i := 0; i < len(segments); i += every {
		asked, from = append(asked, segments[i]), append(from, x[i*n:(i+1)*n]...)
	}
	o.Parts = 1
	was := o.paths(m, team, asked, from)
	for o.Parts < mostParts {
		o.Parts *= 2
		now := o.paths(m, team, asked, from)
		var off []float64
		for i, a := range now {
			sum := 0.0
			for k, x := range a {
				sum += (x - was[i][k]) * (x - was[i][k]) / float64(len(a))
			}
			if !math.IsNaN(sum) {
				off = append(off, sum)
			}
		}
		if slices.Sort(off); len(off) == 0 || off[int(refineWorst*float64(len(off)-1))] < refineError {
			o.Parts /= 2
			return
		}
		was = now
	}
}

// paths are the numbers that are observed along each segment, in units of their noise.
func (o *Measured) paths(m *model.Model[float64], team *par.Team, segments []Segment, x []float64) [][]float64 {
	all, chunks := make([][]float64, len(segments)), o.chunks(segments)
	rollers := make([]*roller, team.Workers())
	inTurn(team, chunks, func(w int, chunk []int) {
		if rollers[w] == nil {
			rollers[w] = o.newRoller(m, segments, chunks)
		}
		r := rollers[w]
		r.load(segments, chunk)
		r.run(x, chunk, func(b, row int, at []float64) {
			from := &o.Of[r.segments[b].Of]
			for j, sigma := range from.Sigma {
				switch {
				case sigma > 0 && from.weighed(row):
					all[chunk[b]] = append(all[chunk[b]], from.unit(row, j, func(k int) float64 { return at[k] }))
				case sigma > 0:
					all[chunk[b]] = append(all[chunk[b]], at[j]/sigma)
				}
			}
		})
	})
	return all
}

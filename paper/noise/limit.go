package noise

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"

	"lagrange/experiment/known"
)

// Known says what the true equations make of a recording.
type Known struct {
	Parameters []float64 `json:"parameters"`
	Sigma      float64   `json:"sigma"` // estimated standard deviation of the noise
	Error      []Error   `json:"error"` // at the horizons
}

// limits fits the true equations by least squares, their parameters and the start of each segment unknown: to segments
// of half a second, the yardstick, then to ones of twice the length and so on, up to whole recordings, which is maximum
// likelihood, the limit.
func (s *system) limits(ctx context.Context, ms, test []motion, seed uint64) (yardstick, limit Known, err error) {
	const half = 0.5
	r, e := rand.New(rand.NewPCG(seed, 0x11)), s.equations()
	p := slices.Clone(s.p)
	for j := range p {
		p[j] *= 1 + 0.1*r.NormFloat64()
	}
	var segments []*known.Segment
	for T := half; ; T *= 2 {
		segments = e.Cut(s.recorded(ms), T, segments)
		cost, err := e.Fit(ctx, segments, p)
		if err != nil {
			return yardstick, limit, err
		}
		free := -float64(len(segments)*2*s.d() + len(p))
		for _, g := range segments {
			free += float64(len(g.Y))
		}
		limit = Known{slices.Clone(p), math.Sqrt(cost / free), s.errors(test, p)}
		if T == half {
			yardstick = limit
		}
		if len(segments) == len(ms) {
			return yardstick, limit, nil
		}
	}
}

// recorded are motions as they were measured.
func (s *system) recorded(ms []motion) (rs []known.Recording) {
	for _, w := range ms {
		rs = append(rs, known.Recording{T: s.times(len(w.Y) / s.d()), Y: w.Y, U: w.U})
	}
	return rs
}

// times are those of so many rows.
func (s *system) times(rows int) (t []float64) {
	for k := range rows {
		t = append(t, float64(k)*s.dt)
	}
	return t
}

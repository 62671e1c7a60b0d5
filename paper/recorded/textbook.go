package recorded

import (
	"context"
	"math"
	"slices"

	"lagrange/data"
	"lagrange/experiment/known"
)

// before is how long a motion is looked at before it is predicted, in seconds.
const before = 0.25

// textbook fits the numbers of the equations to segments of half of the horizon and then of all of it, on what is not
// held out.
func (r *recording) textbook(ctx context.Context, learn *data.Set) (p []float64, err error) {
	p = slices.Clone(r.p)
	var segments []*known.Segment
	for _, T := range []float64{r.horizon / 2, r.horizon} {
		segments = r.Cut(recordingsOf(learn), T, segments)
		if _, err = r.Fit(ctx, segments, p); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// braked are the numbers of a textbook fitted again with friction that brings no energy: where its coefficients, of
// which p has negative ones, come out negative they are 0. It is nil where p has none.
func (r *recording) braked(ctx context.Context, learn *data.Set, p []float64) ([]float64, error) {
	still := make([]bool, len(p))
	again := *r
	again.Accel = func(q, v, u, p, a []float64) {
		p = slices.Clone(p)
		brake(p, still)
		r.Accel(q, v, u, p, a)
	}
	again.p = nil
	for {
		pushes := false
		for _, i := range r.friction {
			if p[i] < 0 {
				pushes, still[i] = true, true
			}
		}
		if !pushes {
			return again.p, nil
		}
		again.p = slices.Clone(p)
		brake(again.p, still)
		var err error
		if again.p, err = again.textbook(ctx, learn); err != nil {
			return nil, err
		}
		brake(again.p, still)
		p = again.p
	}
}

// brake sets numbers to 0.
func brake(p []float64, still []bool) {
	for i, is := range still {
		if is {
			p[i] = 0
		}
	}
}

// recordingsOf are the trajectories of a set.
func recordingsOf(set *data.Set) (rs []known.Recording) {
	for _, t := range set.Trajectories {
		rs = append(rs, known.Recording{T: t.T, Y: t.Q, U: t.U})
	}
	return rs
}

// A window is a piece of a held-out motion: rows first … last are predicted from those from look to first.
type window struct {
	known.Recording
	look, first, last int
}

// stride is how far apart windows of test motions begin, in seconds.
const stride = 0.1

// windows are those of the motions of a set.
func (r *recording) windows(set *data.Set) (ws []window) {
	for _, t := range set.Trajectories {
		rec := known.Recording{T: t.T, Y: t.Q, U: t.U}
		for next := t.T[0] + before; ; next += stride {
			first := row(t.T, next)
			last := row(t.T, t.T[first]+r.horizon)
			if t.T[last]-t.T[first] < r.horizon-0.5*(t.T[1]-t.T[0]) {
				break
			}
			ws = append(ws, window{rec, row(t.T, t.T[first]-before), first, last})
		}
	}
	return ws
}

// row is the row whose time is nearest to at.
func row(times []float64, at float64) int {
	i, found := slices.BinarySearch(times, at)
	if !found && (i == len(times) || i > 0 && at-times[i-1] < times[i]-at) {
		i--
	}
	return i
}

// part is rows lo … hi of a recording.
func (r *recording) part(w known.Recording, lo, hi int) known.Recording {
	return known.Recording{T: w.T[lo : hi+1], Y: w.Y[lo*r.D : (hi+1)*r.D], U: w.U[lo*r.M : (hi+1)*r.M]}
}

// predicted is the motion (rows, D) of a window by the equations with numbers p, from the state that fits the rows
// before best.
func (r *recording) predicted(ctx context.Context, p []float64, w window) (Q []float64, err error) {
	fixed := r.Equations
	fixed.Accel = func(q, v, u, _, a []float64) { r.Accel(q, v, u, p, a) }
	segments := fixed.Cut([]known.Recording{r.part(w.Recording, w.look, w.first)}, math.Inf(1), nil)
	if _, err := fixed.Fit(ctx, segments, nil); err != nil {
		return nil, err
	}
	all := r.part(w.Recording, w.look, w.last)
	X := fixed.Roll(nil, segments[0].X, all.T, all.U)
	for k := w.first - w.look; k < len(all.T); k++ {
		Q = append(Q, X[k*2*r.D:k*2*r.D+r.D]...)
	}
	return Q, nil
}

// rolling rolls the equations with numbers p out, for all windows.
func (r *recording) rolling(ws []window, p []float64) rolling {
	return func(from beginning) (motions [][]float64, err error) {
		for i, w := range ws {
			all := r.part(w.Recording, from.rows[i], w.last)
			X := r.Roll(p, from.x[i*2*r.D:(i+1)*2*r.D], all.T, all.U)
			var Q []float64
			for k := w.first - from.rows[i]; k < len(all.T); k++ {
				Q = append(Q, X[k*2*r.D:k*2*r.D+r.D]...)
			}
			motions = append(motions, Q)
		}
		return motions, nil
	}
}

// Error is the root mean square of what predicted positions are off, over coordinates and windows.
type Error struct {
	Over float64 `json:"over"` // all rows of the horizon
	End  float64 `json:"end"`  // its last
}

// scored compares the motions (rows, D) of all windows with what was measured.
func (r *recording) scored(ws []window, motions [][]float64) (Error, error) {
	next := 0
	return r.score(ws, func(window) ([]float64, error) {
		next++
		return motions[next-1], nil
	})
}

// score compares predictions with what was measured.
func (r *recording) score(ws []window, predict func(w window) ([]float64, error)) (e Error, err error) {
	var over, end, rows, ends float64
	for _, w := range ws {
		Q, err := predict(w)
		if err != nil {
			return e, err
		}
		Y := r.part(w.Recording, w.first, w.last).Y
		for i := r.D; i < len(Y); i++ {
			off := min(math.Abs(Q[i]-Y[i]), math.Pi)
			if math.IsNaN(Q[i]) {
				off = math.Pi
			}
			over, rows = over+off*off, rows+1
			if i >= len(Y)-r.D {
				end, ends = end+off*off, ends+1
			}
		}
	}
	return Error{math.Sqrt(over / rows), math.Sqrt(end / ends)}, nil
}

package smooth

import (
	"context"
	"math"
	"slices"
)

const (
	beyond  = 5    // deviations off the motion through all other numbers, which noise exceeds once in 1.7 million
	crowd   = 4    // outliers, each at most
	near    = 5    // rows from the next, are a jump of the motion, and stay
	tenth   = 0.1  // of all numbers: more than that are no outliers
	rounds  = 5    // of finding noise and leaving outliers out; two or three are usual
	visible = 1e-6 // of the size of the motion: less noise than that is not told from what the prior cannot follow
)

// Robust is Find without outliers: numbers that are further from the motion through all others than noise can be.
// They are NaN in the series that it returns, and so are those that were not measured; Fit.Outliers and Fit.Stale
// count them. Each round's noise is less than that before, so that large outliers cannot hide smaller ones.
func Robust(ctx context.Context, series []Series) (*Fit, []Series, error) {
	check(series)
	x := sift(series)
	first, err := x.find(ctx)
	if err == nil && x.repeats(first) {
		first, err = x.find(ctx)
	}
	if err != nil {
		return nil, nil, err
	}
	series = x.series
	all := 0
	o := outliers{series: series, far: make([][3][]int, len(series)), stay: make([][3][]int, len(series))}
	for _, s := range series {
		all += measured(s.Q) + measured(s.V) + measured(s.A)
	}
	f, clean := first, series
	for range rounds {
		if f.Rest || f.Q.Low == 0 && f.Jitter.Value == 0 || f.Q.Value < visible*f.Size || !o.look(f, clean) {
			break
		}
		if float64(o.count()) > tenth*float64(all) {
			return first, series, ctx.Err()
		}
		without := o.without()
		x.series = without
		again, err := x.find(ctx)
		if err != nil { // too few are left, or ctx is done
			break
		}
		f, clean = again, without
		f.Outliers = o.count()
	}
	return f, clean, ctx.Err()
}

// outliers are rows of the columns of series: those that are far off, and those that are but stay.
type outliers struct {
	series    []Series
	far, stay [][3][]int // ascending
}

// columns are the positions, velocities and accelerations of a series.
func (s *Series) columns() [3][]float64 { return [3][]float64{s.Q, s.V, s.A} }

// look finds more outliers, given noise and the series without those known, and says whether there are any. The
// difference of a number y of deviation σ and its estimate x̂ ± s, in which y has a part, has the variance σ² − s².
func (o *outliers) look(f *Fit, clean []Series) (more bool) {
	for k, s := range clean {
		if measured(s.Q) < f.Order {
			continue
		}
		x := f.States(s, nil)
		estimates, sd := [3][]float64{x.Q, x.V, x.A}, [3][]float64{x.SdQ, x.SdV, x.SdA}
		for c, y := range s.columns() {
			sigma := [3]float64{f.Q.Value, f.V.Value, f.A.Value}[c]
			if sigma == 0 {
				continue
			}
			was := len(o.far[k][c])
			rows := slices.Clone(o.far[k][c])
			for i := range y {
				off, own := math.Abs(y[i]-estimates[c][i]), sigma
				if c < 2 && f.Jitter.Value > 0 {
					own = math.Hypot(own, f.Jitter.Value*estimates[c+1][i])
				}
				if off > beyond*math.Sqrt(max(0, own*own-sd[c][i]*sd[c][i])) && !slices.Contains(o.stay[k][c], i) {
					rows = append(rows, i)
				}
			}
			slices.Sort(rows)
			var crowded []int
			o.far[k][c], crowded = apart(rows)
			o.stay[k][c] = append(o.stay[k][c], crowded...)
			more = more || len(o.far[k][c]) != was || len(crowded) > 0
		}
	}
	return more
}

// apart parts rows, which ascend, into those that are alone and those in a crowd: where a motion is struck, one row
// after the other would seem to be off the smooth motion through the others.
func apart(rows []int) (alone, crowded []int) {
	for i := 0; i < len(rows); {
		k := i + 1
		for k < len(rows) && rows[k] <= rows[k-1]+near {
			k++
		}
		if k-i < crowd {
			alone = append(alone, rows[i:k]...)
		} else {
			crowded = append(crowded, rows[i:k]...)
		}
		i = k
	}
	return alone, crowded
}

// count is how many there are.
func (o *outliers) count() (n int) {
	for _, s := range o.far {
		n += len(s[0]) + len(s[1]) + len(s[2])
	}
	return n
}

// without are the series without them.
func (o *outliers) without() (series []Series) {
	for k, s := range o.series {
		var clean [3][]float64
		for c, y := range s.columns() {
			if clean[c] = y; len(o.far[k][c]) > 0 {
				clean[c] = slices.Clone(y)
			}
			for _, i := range o.far[k][c] {
				clean[c][i] = math.NaN()
			}
		}
		series = append(series, Series{T: s.T, Q: clean[0], V: clean[1], A: clean[2]})
	}
	return series
}

// Package smooth estimates positions, velocities and accelerations, with their standard deviations, from noisy
// recordings of positions, without a model of the motion.
//
// Each coordinate is taken for m-fold integrated white noise [Wahba1978], measured with white noise at the times of its
// rows, which may be irregular and have gaps. Order m, the density of the one noise and the standard deviations of the
// other are found by maximum likelihood; the states follow from a square-root information filter and a pass back
// [Rauch1965], [Sarkka2013, 8.2], in time linear in the rows. Velocities and accelerations, where they are recorded,
// are measurements more, with noise of their own.
package smooth

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sort"
)

// Series is one coordinate of one recording. Times advance. A number that was not measured is NaN.
type Series struct {
	T, Q []float64 // (n)
	V, A []float64 // (n), or nil where none are measured
	// rates are the velocities and accelerations (n) by which times that jitter spoil positions and velocities; nil:
	// times do not jitter
	rates [2][]float64
}

// Fit is what the likelihood finds in series of one coordinate. Noise is a standard deviation, in the unit of its
// column.
type Fit struct {
	Order       int     // m: the m-th derivative is white
	Cutoff      float64 // ω: motion slower than this, in radians by unit of time, is told from noise
	Step        float64 // median time from row to row
	Rows        int     // with a position
	Q           Noise
	V, A        Noise    // of recorded velocities and accelerations; 0 where there are none
	Scale, Lag  Interval // of recorded velocities, v(t) = s q̇(t − τ), where they are not 1 and 0; else both are 0
	Jitter      Interval // standard deviation of the times; 0: it is not told from none
	Size        float64  // root mean square of the motion, about its mean
	Swing       float64  // period of the fastest part of the motion; +Inf where there is none
	Correlation float64  // autocorrelation of the errors of prediction
	Rest        bool     // the coordinate never moves: all else is 0
	Outliers    int      // numbers that Robust left out
	Stale       int      // numbers that were not measured, though one stands there: repeated until they jump, or 0
	Quantum     float64  // step of the encoder that reads positions; 0: it has none that is seen
	// Quiet is a noise of positions and of velocities that they hardly exceed: that of their quietest stretches.
	Quiet [2]float64
	rates [2]float64 // root mean squares of velocities and accelerations, where times jitter
}

// Noise is a standard deviation with limits within which it lies in 95 of 100 recordings. Low is 0 where noise cannot
// be told from motion; then Value, that of positions, is High: the most that it may be.
type Noise struct {
	Value float64 `json:"value"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
}

// States are estimates at times T and their standard deviations.
type States struct{ T, Q, V, A, SdQ, SdV, SdA []float64 }

// orders are those that Find chooses from.
var orders = []int{3, 4, 5, 6}

// ErrFew says that there are too few rows to tell noise from motion.
var ErrFew = errors.New("too few rows to tell noise from motion")

// enough is the least number of rows beyond those that fix a polynomial.
const enough = 10

// check panics where the series are malformed.
func check(series []Series) {
	for _, s := range series {
		for _, x := range [][]float64{s.Q, s.V, s.A} {
			if x != nil && len(x) != len(s.T) {
				panic("smooth: as many numbers as times are wanted")
			}
		}
		if !slices.IsSorted(s.T) {
			panic("smooth: times have to advance")
		}
	}
}

// measured counts the numbers that are not NaN.
func measured(x []float64) (n int) {
	for _, y := range x {
		if !math.IsNaN(y) {
			n++
		}
	}
	return n
}

// Find finds order, cut-off and noise of series that share them: the recordings of one coordinate. An error wraps
// ErrFew or is that of ctx.
func Find(ctx context.Context, series []Series) (*Fit, error) {
	check(series)
	x := sift(series)
	return x.find(ctx)
}

// find is Find of sifted series.
func (s *sifted) find(ctx context.Context) (*Fit, error) {
	l, err := newLikelihood(s.series)
	if err != nil {
		return nil, err
	}
	l.ctx = ctx
	if l.floor == 0 || l.rest {
		return &Fit{Rest: true, Stale: s.stale, Step: l.step, Rows: l.rows, Order: orders[0]}, nil
	}
	f := l.find()
	f.motion(l)
	f.Stale = s.stale
	if s.step > part*f.Q.Value {
		f.Quantum = s.step
	}
	return f, ctx.Err()
}

// newLikelihood looks through the series.
func newLikelihood(series []Series) (*likelihood, error) {
	l := &likelihood{rest: true, with: [3]bool{true}}
	var dt []float64
	least, most := math.MaxInt, 0.0
	for _, s := range series {
		n, first := measured(s.Q), math.NaN()
		l.rows += n
		least = min(least, n)
		for i, q := range s.Q {
			if i > 0 {
				dt = append(dt, s.T[i]-s.T[i-1])
			}
			if math.IsNaN(q) {
				continue
			}
			if math.IsNaN(first) {
				first = q
			}
			most = max(most, math.Abs(q))
			l.rest = l.rest && q == first
		}
		if n > 0 {
			l.span = max(l.span, s.T[len(s.T)-1]-s.T[0])
		}
		l.with[1] = l.with[1] || measured(s.V) > 0
		l.with[2] = l.with[2] || measured(s.A) > 0
	}
	if len(dt) > 0 {
		sort.Float64s(dt)
		l.step = dt[len(dt)/2]
	}
	l.floor = most * 0x1p-53 / math.Sqrt(3)
	for _, m := range orders {
		free := 0 // rows beyond the m that fix a start
		for _, s := range series {
			free += max(0, measured(s.Q)-m)
		}
		if least >= m && free >= enough {
			l.orders = append(l.orders, m)
		}
	}
	if len(l.orders) == 0 && !(l.rest && least >= orders[0]) {
		return nil, fmt.Errorf("%w: %d in %d recordings, and %d beyond the first %d of each are needed, "+
			"of which none may have fewer",
			ErrFew, l.rows, len(series), enough, orders[0])
	}
	l.series = series
	return l, nil
}

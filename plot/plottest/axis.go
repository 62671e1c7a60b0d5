package plottest

import (
	"fmt"
	"math"
	"slices"
)

// Axis is what the tick labels of an axis say.
type Axis struct {
	Log        bool
	From, To   float64 // the values at its left or lower end, and at the other one
	Long       float64 // from end to end on the page, in points
	start, end float64 // on the page
}

// Place is where a value lies, as a share of the axis from its left or lower end.
func (a Axis) Place(v float64) float64 {
	if a.Log {
		return math.Log(v/a.From) / math.Log(a.To/a.From)
	}
	return (v - a.From) / (a.To - a.From)
}

// value is what stands at a place of the page.
func (a Axis) value(at float64) float64 {
	s := (at - a.start) / (a.end - a.start)
	if a.Log {
		return a.From * math.Pow(a.To/a.From, s)
	}
	return a.From + s*(a.To-a.From)
}

// ticks are where the ticks of an axis are on the page: the long ones, which have labels, and all.
type ticks struct{ long, all []float64 }

// add adds a line that leaves the frame at a place and goes so far out.
func (t *ticks) add(at, out float64) {
	const long, short = 4, 2
	if math.Abs(out-long) < near {
		t.long = append(t.long, at)
	}
	if math.Abs(out-long) < near || math.Abs(out-short) < near {
		t.all = append(t.all, at)
	}
}

// even says that all ticks are equally far from one another.
func (t *ticks) even() bool {
	at := slices.Sorted(slices.Values(t.all))
	for i := 2; i < len(at); i++ {
		if math.Abs(at[i]-2*at[i-1]+at[i-2]) > 4*near {
			return false
		}
	}
	return len(at) > 2
}

// newAxis finds the axis from start to end on the page by the values at its ticks. Two of them are enough where ticks
// that are equally far apart say that it is linear.
func newAxis(values map[float64]float64, t ticks, start, end float64) (Axis, error) {
	if len(values) < 2 || len(values) < 3 && !t.even() {
		return Axis{}, fmt.Errorf("%d labels do not say what lies between them", len(values))
	}
	positive := true
	for _, v := range values {
		positive = positive && v > 0
	}
	linear, miss := fitted(values, start, end, false)
	if positive && len(values) > 2 {
		if log, other := fitted(values, start, end, true); other < miss {
			linear, miss = log, other
		}
	}
	if miss > 5*near {
		return linear, fmt.Errorf("labels %v are up to %.1f points off", values, miss)
	}
	return linear, nil
}

// fitted is the axis through the first and the last tick, and how far the others are off, in points.
func fitted(values map[float64]float64, start, end float64, log bool) (a Axis, miss float64) {
	to, from := func(v float64) float64 { return v }, func(v float64) float64 { return v }
	if log {
		to, from = math.Log, math.Exp
	}
	lo, hi := math.Inf(1), math.Inf(-1)
	for at := range values {
		lo, hi = min(lo, at), max(hi, at)
	}
	slope := (to(values[hi]) - to(values[lo])) / (hi - lo)
	for at, v := range values {
		miss = max(miss, math.Abs((to(v)-to(values[lo]))/slope-(at-lo)))
	}
	end0, end1 := to(values[lo])+slope*(start-lo), to(values[lo])+slope*(end-lo)
	return Axis{Log: log, From: from(end0), To: from(end1), Long: math.Abs(end - start), start: start, end: end}, miss
}

package fit

import (
	"math"
	"slices"

	"lagrange/model"
)

// Kind is a kind of recording that may tell more than one that there is.
type Kind struct {
	Name string
	// State changes a state (q, v) and the inputs u that were recorded at row k into those of such a recording.
	State func(k int, x, u []float64)
}

// Kinds are those that differ from a recording of states x (N, 2d) in one respect each. Of many coordinates none is
// singled out.
func Kinds(s model.Spec, x []float64) (kinds []Kind) {
	d := s.D()
	mean := make([]float64, d)
	for n := 0; n < len(x); n += 2 * d {
		for i := range d {
			mean[i] += x[n+i] * float64(2*d) / float64(len(x))
		}
	}
	add := func(name string, change func(k int, x, u []float64)) { kinds = append(kinds, Kind{name, change}) }
	times := func(by float64, x []float64) {
		for i := range x {
			x[i] *= by
		}
	}
	add("motion three times as fast", func(_ int, x, _ []float64) { times(3, x[d:]) })
	add("slow motion with many reversals", func(_ int, x, _ []float64) { times(0.1, x[d:]) })
	if slices.ContainsFunc(s.Inputs, func(in model.Input) bool { return !in.SystemParameter }) {
		drive := func(by float64) func(int, []float64, []float64) {
			return func(_ int, _, u []float64) {
				for j, in := range s.Inputs {
					if !in.SystemParameter {
						u[j] *= by
					}
				}
			}
		}
		add("motion without the known forces", drive(0))
		add("motion under known forces three times as large", drive(3))
	}
	if d > mostSingled {
		return kinds
	}
	for i, c := range s.Coordinates {
		if c.Period > 0 {
			add("whole turns of "+c.Name, func(k int, x, _ []float64) {
				x[i] = c.Period * golden * float64(k)
				x[i] -= c.Period * math.Round(x[i]/c.Period)
			})
			continue
		}
		add(c.Name+" three times as far", func(_ int, x, _ []float64) { x[i] = mean[i] + 3*(x[i]-mean[i]) })
	}
	for i, c := range s.Coordinates {
		if d > 1 {
			add("motion of "+c.Name+" alone", func(_ int, x, _ []float64) {
				for j := range d {
					if j != i {
						x[j], x[d+j] = mean[j], 0
					}
				}
			})
		}
	}
	return kinds
}

// mostSingled are the coordinates up to which each is changed by itself.
const mostSingled = 8

// golden is the part of a turn from one state to the next that covers it most evenly.
const golden = 0.6180339887498949

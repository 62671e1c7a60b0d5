package smooth

import (
	"math"
	"slices"
)

const (
	fewSteps = 20   // differences that a step has to divide
	whole    = 0.05 // of a step that they may be off a multiple
	distinct = 5    // rows to a count: in so many their errors do not look like motion
	part     = 2    // times the noise that was found: a step of less matters little beside other noise
)

// quantum is the step of an encoder: the smallest difference from row to row, if it divides all of them; else 0.
func quantum(series []Series) (step float64) {
	var all []float64
	for _, s := range series {
		last := math.NaN()
		for _, q := range s.Q {
			if d := math.Abs(q - last); d > 0 {
				all = append(all, d)
			}
			if !math.IsNaN(q) {
				last = q
			}
		}
	}
	if len(all) < fewSteps {
		return 0
	}
	slices.Sort(all)
	step = all[0]
	for _, d := range all {
		k := math.Round(d / step)
		if math.Abs(d/step-k) > whole {
			return 0
		}
		step = d / k // known better by more of them
	}
	return step
}

// counted leaves, where many rows repeat each count of an encoder, so few of them that they are distinct: the errors of
// neighbours are the same, and a rough motion that follows the steps would be likelier than a smooth one with noise.
func counted(series []Series) []Series {
	rows, runs := 0, 0
	for _, s := range series {
		rows += measured(s.Q)
		for range runsOf(s.Q) {
			runs++
		}
	}
	every := int(float64(rows) / float64(runs) / distinct)
	if every < 2 {
		return series
	}
	out := slices.Clone(series)
	for k, s := range series {
		out[k].Q = slices.Repeat([]float64{math.NaN()}, len(s.Q))
		for i := 0; i < len(s.Q); i += every {
			out[k].Q[i] = s.Q[i]
		}
	}
	return out
}

// runsOf are the rows lo ≤ i < hi of one value.
func runsOf(q []float64) func(yield func(lo, hi int) bool) {
	return func(yield func(lo, hi int) bool) {
		for lo := 0; lo < len(q); {
			hi := lo + 1
			for hi < len(q) && q[hi] == q[lo] {
				hi++
			}
			if !math.IsNaN(q[lo]) && !yield(lo, hi) {
				return
			}
			lo = hi
		}
	}
}

package train

import (
	"slices"
	"testing"

	"lagrange/model"
)

// noted is an objective that notes which samples its residuals were asked for.
type noted struct {
	Objective[float64]
	batches *[][]int
}

type notedPass struct {
	Pass[float64]
	batches *[][]int
}

func (w noted) Pass(m *model.Model[float64], most int) Pass[float64] {
	return notedPass{w.Objective.Pass(m, most), w.batches}
}

func (w notedPass) Residuals(batch []int, r, c []float64) {
	*w.batches = append(*w.batches, slices.Clone(batch))
	w.Pass.Residuals(batch, r, c)
}

// drawnBy are the different batches of a run in their order, and the parameters at its end.
func drawnBy(t *testing.T, s Settings, samples int) (batches [][]int, theta []float64) {
	t.Helper()
	l := newLoop(t, s.Steps)
	var seen [][]int
	l.Train, l.Settings = noted{pendulum(samples, 1), &seen}, s
	end := run(t, l).Theta
	for _, b := range seen { // every trial of a step of Gauss and Newton's looks at its batch again
		if len(batches) == 0 || !slices.Equal(b, batches[len(batches)-1]) {
			batches = append(batches, b)
		}
	}
	return batches, end
}

// Every step of either method draws its batch anew, from all samples, by the seed: the same seed draws the same, and
// another one others.
func TestBatchesFollowTheSeed(t *testing.T) {
	for _, method := range Methods() {
		s := Settings{Method: method, Steps: 12, Batch: 20, Seed: 9, Workers: 1, Rate: 0.01}
		first, theta := drawnBy(t, s, 64)
		again, same := drawnBy(t, s, 64)
		s.Seed = 10
		others, other := drawnBy(t, s, 64)
		if len(first) != s.Steps || len(others) != s.Steps {
			t.Fatalf("%s: %d and %d batches in %d steps", method, len(first), len(others), s.Steps)
		}
		if !slices.EqualFunc(first, again, slices.Equal[[]int]) || !slices.Equal(theta, same) {
			t.Errorf("%s: the same seed draws other batches", method)
		}
		if slices.Equal(theta, other) {
			t.Errorf("%s: another seed ends at the same parameters", method)
		}
		seen := map[int]bool{}
		for i, b := range first {
			if slices.ContainsFunc(others, func(o []int) bool { return slices.Equal(o, b) }) {
				t.Errorf("%s: batch %d is drawn by another seed too", method, i)
			}
			if slices.ContainsFunc(first[:i], func(o []int) bool { return slices.Equal(o, b) }) {
				t.Errorf("%s: batch %d was drawn before", method, i)
			}
			for _, k := range b {
				seen[k] = true
			}
		}
		// of 64 samples 240 draws leave out 64 e^(−240/64) = 1.5 in the mean
		if len(seen) < 56 {
			t.Errorf("%s: %d of 64 samples in %d steps", method, len(seen), s.Steps)
		}
	}
}

// A batch with room for exactly all samples has each of them once.
func TestAllInABatch(t *testing.T) {
	for _, n := range []int{20, 21} {
		batches, _ := drawnBy(t, Settings{Method: GaussNewton, Steps: 2, Batch: 20, Seed: 9, Workers: 1}, n)
		for _, b := range batches {
			b = slices.Compact(slices.Sorted(slices.Values(b)))
			if (len(b) == n) != (n == 20) {
				t.Errorf("%d of %d samples in a batch of 20", len(b), n)
			}
		}
	}
}

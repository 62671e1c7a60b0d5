package train

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"lagrange/model"
)

// Of steps on small batches the average is that of its definition, and is validated beside the parameters themselves.
// A batch of all samples has none.
func TestAverage(t *testing.T) {
	l := gaussNewtonLoop(t, Normal, 40)
	noisy, r := pendulum(600, 1), rand.New(rand.NewPCG(8, 9))
	for i := range noisy.A {
		noisy.A[i] += 0.1 * r.NormFloat64()
	}
	l.Train = noisy
	l.Settings.Steps = 60
	share := 40 / float64(averagedRows*len(l.Model.Theta))
	var mean []float64
	updates := 0
	l.Clock = func(s *State[float64], _ float64) error {
		if s.Updates == updates {
			return nil
		}
		updates = s.Updates
		if mean == nil {
			mean = slices.Clone(s.Theta)
		}
		w := max(share, 1/float64(updates))
		for i, x := range s.Theta {
			mean[i] = (1-w)*mean[i] + w*x
		}
		return nil
	}
	of := func(theta []float64) float64 {
		m, err := model.With(l.Model.Spec, slices.Clone(theta))
		if err != nil {
			t.Fatal(err)
		}
		return MeanLoss(l.Valid, m)
	}
	least := math.Inf(1)
	l.On = func(s *State[float64]) error {
		own, averaged := of(s.Theta), of(s.M)
		if got, want := s.History[len(s.History)-1].Valid, min(own, averaged); math.Abs(got-want) > 1e-9*want {
			t.Errorf("step %d: validation %v, of the parameters %v, of the average %v", s.Step, got, own, averaged)
		}
		least = min(least, own, averaged)
		return nil
	}
	s := run(t, l)
	for i, x := range mean {
		if math.Abs(x-s.M[i]) > 1e-9*(1+math.Abs(x)) {
			t.Fatalf("parameter %d: average %v, want %v", i, s.M[i], x)
		}
	}
	if got := of(s.Best); math.Abs(got-least) > 1e-9*least {
		t.Errorf("kept at %v, and the best of both is %v", got, least)
	}
	all := gaussNewtonLoop(t, Normal, 600)
	all.Train = pendulum(600, 1)
	all.Settings.Steps = 3
	if s := run(t, all); slices.Max(s.M) != 0 || slices.Min(s.M) != 0 {
		t.Error("steps on all samples have an average")
	}
}

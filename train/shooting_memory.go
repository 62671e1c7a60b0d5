package train

import (
	"context"
	"slices"
)

// remembered is length, from memory where it was done before.
func (s *shooter) remembered(ctx context.Context) (l Length, err error) {
	what := "shooting"
	if s.axes != nil {
		what += " along axes"
	}
	if s.Measured.Of[0].White != nil {
		what += " with noise in common"
	}
	question := Asked(what, s.Model, len(s.segments), s.duration(), len(s.Of), len(s.Measured.Of), s.Iterations)
	made := false
	numbers, err := s.memory.Once(question, func() ([]float64, error) {
		made = true
		if l, err = s.length(ctx); err != nil {
			return nil, err
		}
		return s.numbers(l), nil
	})
	if err != nil || made {
		return l, err
	}
	return s.recall(numbers), nil
}

// numbers are all that a length has changed of a shooter, and what it has brought.
func (s *shooter) numbers(l Length) (all []float64) {
	flag := func(is bool) float64 {
		if is {
			return 1
		}
		return 0
	}
	heldParts := 0
	if s.Held != nil {
		heldParts = s.Held.Parts
	}
	all = []float64{l.Duration, float64(l.Segments), float64(l.Parts), float64(l.Iterations), l.Loss, l.Before, l.After,
		flag(l.Kept), float64(s.Measured.Parts), float64(heldParts), s.excess}
	all = slices.Concat(all, l.Logs, s.b(), s.b0, s.x, s.heldX)
	if s.prior != nil {
		all = slices.Concat(all, s.prior.precision, s.prior.mass)
	}
	return all
}

// recall has a shooter go on from the numbers of a length.
func (s *shooter) recall(all []float64) (l Length) {
	l = Length{Duration: all[0], Segments: int(all[1]), Parts: int(all[2]), Iterations: int(all[3]), Loss: all[4],
		Before: all[5], After: all[6], Kept: all[7] != 0}
	s.Measured.Parts, s.excess = int(all[8]), all[10]
	if s.Held != nil {
		s.Held.Parts = int(all[9])
	} else {
		s.heldX = nil // a length without a selection set leaves no starts of it
	}
	take := func(n int) (x []float64) {
		x, all = append([]float64(nil), all[:n]...), all[n:]
		return x
	}
	all = all[11:]
	l.Logs = take(l.Segments)
	s.set(take(len(s.Of)))
	s.b0 = take(len(s.Of))
	s.x, s.heldX = take(len(s.x)), take(len(s.heldX))
	if s.Alike != nil {
		s.prior = newPrior(s.Alike)
		s.prior.precision, s.prior.b0 = take(len(s.prior.precision)), s.b0
		if len(all) > 0 {
			s.prior.mass = take(len(s.Of))
		}
	}
	return l
}

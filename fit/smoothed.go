package fit

import (
	"context"
	"fmt"
	"math"

	"lagrange/data"
	"lagrange/model"
	"lagrange/smooth"
	"lagrange/train"
)

// SmoothedMotion is the objective of recordings of positions alone, or with noise, of many coordinates: a smoother
// finds their states and accelerations, and these are learned from as recorded ones are. Unlike Motion it takes
// smoothed states for true ones, and its time does not grow with the cube of the coordinates.
const SmoothedMotion = "smoothed"

var fromSmoothed = objective{name: SmoothedMotion, needs: needsSmoothed, losses: fromAccelerations.losses}

// needsSmoothed refuses what does not learn from accelerations.
func needsSmoothed(set *data.Set, s Options) error {
	if f := model.FamilyOf(s.Model); f.Rollouts {
		return fmt.Errorf("a %s learns from motion, not from accelerations: leave out --objective", f.Title)
	}
	return needsOneFamily(set, s)
}

// smooths says whether the objective is SmoothedMotion: where it is asked for, and, unless something else is asked for,
// where a recording would be learned from by shooting if that did not take long.
func (s Options) smooths(set *data.Set) bool {
	return s.Objective == SmoothedMotion && !set.States() || s.Objective == "" && s.noisy(set) && s.many(set)
}

// many says whether there are so many coordinates, or so many rows of more than two, that shooting takes long, of a
// family that learns from accelerations.
func (s Options) many(set *data.Set) bool {
	f, d := s.family(), set.D()
	most := shotRows(f, d)
	return !f.Rollouts && (d > mostShotBy(f) || most < sampleRows && set.Rows() > most)
}

// shotRows are how many rows of d coordinates are learned from by shooting: its time grows with the cube of d.
func shotRows(f model.Family, d int) int {
	if f.Nodes {
		return sampleRows
	}
	return min(sampleRows, shotCubes/(d*d*d))
}

// onRows says whether rows are learned from one by one, each with its acceleration.
func (s *Options) onRows() bool { return s.Objective == Accelerations || s.Objective == SmoothedMotion }

// FromNoise says whether the noise of positions was found, and what a model learned is what is behind it.
func (r Record) FromNoise() bool { return r.Objective == Motion || r.Objective == SmoothedMotion }

// smoothen puts smoothed states with accelerations in place of what is learned from, of long recordings a sample, and,
// with the same noise, of what is held out.
func (f *problem) smoothen(ctx context.Context) error {
	r, v, err := f.smoothedParts(ctx)
	if err != nil {
		return err
	}
	f.measured(r)
	f.split.Train, f.split.Valid = sharpRows(r), sharpRows(v)
	if f.split.Train.Rows() == 0 || f.split.Valid.Rows() == 0 {
		return few(smooth.ErrFew)
	}
	return nil
}

// smoothedParts are what is learned from and what is held out, smoothed with the noise of the former.
func (f *problem) smoothedParts(ctx context.Context) (learn, held *smooth.Recording, err error) {
	l, h := f.sampled(f.split)
	if n, all := l.Rows(), f.split.Train.Rows(); n < all {
		f.plan.set("sample", fmt.Sprintf("%d of %d rows to learn from", n, all),
			fmt.Sprintf("in stretches of %d; time grows with rows, and deviations fall with their root", f.stretch()))
	}
	if learn, err = smooth.Set(ctx, l, 0); err != nil {
		return nil, nil, few(err)
	}
	if held, err = learn.Like(ctx, h); err != nil {
		return nil, nil, few(err)
	}
	return learn, held, lost(learn)
}

// sharpRows are the smoothed states of a recording but for those of which little is known, such as those near its ends:
// a velocity that is uncertain by more than blurred times the median of its column.
func sharpRows(r *smooth.Recording) *data.Set {
	d := r.Set.D()
	limit := make([]float64, d)
	for k := range limit {
		var all []float64
		for _, t := range r.Deviations {
			for i := k; i < len(t.V); i += d {
				all = append(all, t.V[i])
			}
		}
		limit[k] = blurred * median(all)
	}
	return r.Set.Where(func(i, n int) bool {
		sharp := true
		for k, sd := range r.Deviations[i].V[n*d : (n+1)*d] {
			sharp = sharp && sd <= limit[k]
		}
		return sharp
	})
}

// weakly is a sum of terms that has learned smoothed accelerations or, where rows are few for the motion, so that a
// smoother finds these too small, the weak initialisation of the same terms, in which none occurs: the best of some
// lengths of bumps, if that predicts windows held out clearly better.
func (f *problem) weakly(ctx context.Context, n Network) (Network, error) {
	if f.s.Objective != SmoothedMotion || !model.FamilyOf(n.Net.Spec.Family).Netless ||
		f.plan.Recording.RowsBySwing > denseRows {
		return n, nil
	}
	held, err := f.heldWindows()
	if err != nil {
		return n, nil // there are none to judge by
	}
	t := trial{held: held, still: f.without(held)}
	best, logs := n.Net, t.stretches(n.Net)
	for _, times := range weakTimes {
		net, err := model.New[float64](n.Net.Spec, n.Record.Seed)
		if err != nil {
			return n, err
		}
		guess, err := f.weakGuess(ctx, net, times)
		if err != nil {
			return n, err
		}
		if l := t.stretches(net); guess.Done && train.Clearly(l, logs) {
			best, logs = net, l
		}
	}
	if best != n.Net {
		before, after := train.MeanLoss(held, n.Net), train.MeanLoss(held, best)
		n.Record.Stages = append(n.Record.Stages,
			stageOf("weak form, windows", math.Sqrt(2*before), math.Sqrt(2*after)))
		n.Record.Validation = train.MeanLoss(accelerations(f.split.Valid, f.penalty), best)
		n.Net = best
	}
	return n, nil
}

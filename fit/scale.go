package fit

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync"

	"lagrange/model"
	"lagrange/train"
)

// Scale says that positions of an angle are recorded so many times as large as they are, with the standard deviation.
type Scale struct {
	Of string `json:"of"`
	train.Estimate
}

// Sure says whether it is more than chance, by the criterion of friction.
func (s Scale) Sure() bool { return math.Pow((s.Value-1)/s.SD, 2) > 2*frictionGain }

// String writes it as people do.
func (s Scale) String() string { return fmt.Sprintf("scale of %s %.4g ± %.1g", s.Of, s.Value, s.SD) }

// scales are those of the sensors of angles, where positions alone are recorded: a joint that turns by 2π is back where
// it was, and gravity goes with the sine of what the sensor should read. Lengths have none, for another unit of length
// has equations of the same form. x is what was found. Higher harmonics of an angle may stand for its scale: where x
// has some, a scale counts with which the simplest library serves as well. What is more than chance is told in the
// plan.
func (f *problem) scales(ctx context.Context, o *train.Identification, s Options, x train.Identified) (all []Scale,
	err error) {
	simplest := sync.OnceValues(func() (train.Identified, error) {
		return f.shotWith(ctx, o, s, x, x.Model.Spec.SimplestTerms())
	})
	for j, c := range x.Model.Spec.Coordinates {
		if c.Period == 0 || c.Cyclic || x.Shot.Information == nil || o.Over() || moves(o.Learn, j) {
			continue
		}
		k, err := f.scale(ctx, o, s, x, j, simplest)
		if err != nil {
			return nil, err
		}
		if !(k.SD < mostScale) {
			continue
		}
		if all = append(all, k); k.Sure() {
			f.plan.set("scale of "+c.Name, fmt.Sprintf("%.4g ± %.1g", k.Value, k.SD), "its sensor seems to read so "+
				"many times the angle: see what it reads in one turn, and divide the column by that")
		}
	}
	return all, nil
}

// moves says whether velocities of a coordinate were observed.
func moves(o *train.Measured, j int) bool {
	return slices.ContainsFunc(o.Of, func(e train.Measurement) bool { return e.Sigma[o.D+j] > 0 })
}

// harmonics says whether terms go with a multiple of angle j.
func harmonics(s model.Spec, j int) bool {
	return slices.ContainsFunc(s.Terms, func(terms []model.Term) bool {
		return slices.ContainsFunc(terms, func(t model.Term) bool {
			return len(t.Of) > j && t.Function != model.Power && max(t.Of[j], -t.Of[j]) > 1
		})
	})
}

// scale is that of coordinate j; one without an end to its deviation where the motion does not tell it. simplest is
// what comes of the simplest library.
func (f *problem) scale(ctx context.Context, o *train.Identification, s Options, x train.Identified, j int,
	simplest func() (train.Identified, error)) (Scale, error) {
	k := Scale{x.Model.Spec.Coordinates[j].Name, train.Estimate{Value: 1, SD: math.Inf(1)}}
	y, first := x, s.Terms != nil || !harmonics(x.Model.Spec, j)
	if !first {
		var err error
		if y, err = simplest(); err != nil || y.Shot.Information == nil {
			return k, err
		}
	}
	scaled := *o
	for range mostScales {
		e := scaled.Likeliest(y, scaleStep, func(by float64) *train.Measured {
			return rescaled(scaled.Learn, j, 1/(1+by))
		})
		k.SD = k.Value * e.SD * math.Sqrt(y.Shot.Foretold)
		if k.Value *= 1 + e.Value; !(k.Value > 0) || !(k.SD < mostScale) {
			k.SD = math.Inf(1)
			break
		}
		if !(math.Abs(e.Value) > e.SD/2) || o.Over() || first && !k.Sure() {
			break
		}
		scaled.Learn, scaled.Held = rescaled(o.Learn, j, 1/k.Value), rescaled(o.Held, j, 1/k.Value)
		var err error
		if y, err = scaled.Again(ctx, y.Model.Copy(), y); err != nil || y.Shot.Information == nil {
			return k, err
		}
	}
	if first || math.IsInf(k.SD, 1) {
		return k, nil
	}
	y, err := onward(ctx, &scaled, y.Model)
	if !o.Serves(x, y) {
		k.SD = math.Inf(1)
	}
	return k, err
}

const (
	scaleStep  = 1e-3 // a change of scale that moves positions by little more than the noise of an encoder; not tuned
	mostScales = 6    // so often a scale is set at most
	mostScale  = 0.3  // a deviation of a scale beyond which the motion does not tell it; not tuned
)

// rescaled is a motion with positions of a coordinate as many times as large, their noise with them.
func rescaled(o *train.Measured, coordinate int, by float64) *train.Measured {
	out := *o
	out.Of = slices.Clone(o.Of)
	for i := range out.Of {
		e := &out.Of[i]
		e.Sigma, e.Y, e.X, e.SD = slices.Clone(e.Sigma), slices.Clone(e.Y), slices.Clone(e.X), slices.Clone(e.SD)
		e.Sigma[coordinate] *= by
		for at := coordinate; at < len(e.Y); at += 2 * o.D {
			e.Y[at] *= by
			for _, k := range []int{at, at + o.D} {
				e.X[k], e.SD[k] = by*e.X[k], by*e.SD[k]
			}
		}
	}
	return &out
}

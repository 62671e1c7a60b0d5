package fit

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"lagrange/data"
	"lagrange/model"
	"lagrange/smooth"
)

// seen is what was found in a recording before anything was decided, and when that began.
type seen struct {
	begin    time.Time
	findings Recording
}

// looked has looked through the part of a recording that is learned from, once for all families that are tried.
func (s Options) looked(ctx context.Context, set *data.Set) (Options, error) {
	if s.seen != nil {
		return s, nil
	}
	begin := time.Now()
	c, err := s.continued(set)
	if err != nil {
		return s, err
	}
	split, err := set.Split(c.horizon(set), !c.Apart)
	if err != nil {
		return s, err
	}
	rows := noiseRows
	if s.Objective != Motion && !bare(set) && (s.Objective != "" || c.unlike(set) != "") {
		rows = toldRows // it decides nothing
	}
	found, err := find(ctx, set, split.Train, rows)
	s.seen = &seen{begin, found}
	return s, err
}

// Noisy lists the columns of a recording that have more noise than models should learn from as if it were motion; see
// Recording.
func Noisy(ctx context.Context, set *data.Set) ([]string, error) {
	f, err := find(ctx, set, set, noiseRows)
	return f.Noisy, err
}

// shoots says whether the objective is Motion: where it is asked for, for positions alone, and for velocities with
// noise unless something else is asked for.
func (s Options) shoots(set *data.Set) bool {
	return s.Objective == Motion && !set.States() || !s.smooths(set) && s.noisy(set)
}

// noisy says whether a recording has positions alone, or velocities with noise and nothing that speaks for another
// objective than that asks for.
func (s Options) noisy(set *data.Set) bool {
	return bare(set) || s.Objective == "" && s.seen != nil && len(s.seen.findings.Noisy) > 0 && s.unlike(set) == ""
}

// unlike says why a recording with noise is learned from as one without; "" where it need not be.
func (s Options) unlike(set *data.Set) string {
	switch f := s.family(); {
	case set.HasAccelerations() && !f.Rollouts:
		return "accelerations are recorded"
	case f.Name == "hnn":
		return fmt.Sprintf("a %s takes velocities for momenta", f.Title)
	case !slices.Contains(ladder, f.Name) && !f.Bare && !f.Nodes:
		return fmt.Sprintf("windows serve a %s better", f.Title)
	case s.Method != "" || s.Window != 0 || s.Batch != 0 || s.Rate != 0 || s.Loss != "" || s.Head != "":
		return "settings of windows are asked for"
	case s.Like != nil && !s.Like[0].Record.FromNoise():
		return "so did the model to repeat"
	case s.From != nil:
		return "so did the model to go on from"
	case f.Rollouts && set.D() > mostShotBy(f):
		return takesLong(f, set)
	}
	return ""
}

// takesLong says that shooting does.
func takesLong(f model.Family, set *data.Set) string {
	than := fmt.Sprintf("%d coordinates", mostShotBy(f))
	if d := set.D(); d <= mostShotBy(f) {
		than = fmt.Sprintf("%d rows of %d coordinates", shotRows(f, d), d)
	}
	return fmt.Sprintf("shooting takes long with more than %s: the objective %s asks for it", than, Motion)
}

// family is that of the model, the default one where none was asked for.
func (s Options) family() model.Family { return model.FamilyOf(cmp.Or(s.Model, DefaultModel)) }

// mostShotBy are coordinates up to which noisy velocities are learned from by shooting unasked.
func mostShotBy(f model.Family) int {
	if f.Nodes {
		return mostNodesShot
	}
	return mostShot
}

// judge notes columns of a coordinate whose noise, or what the jitter of times makes of it, is more than a part of the
// motion in them, and a velocity of another scale, or late. Where rows are too far apart for the motion, and where it
// whips now and then, noise is found that is not there: in the quietest stretches it is not seen.
func (f *Recording) judge(found *smooth.Fit, c data.Coordinate, speed float64) {
	f.unclear = f.unclear || found.Rough() || found.Q.Value > found.Size
	for k, n := range []struct {
		column string
		smooth.Noise
		size float64
	}{{c.Name, found.Q, found.Size}, {c.Velocity, found.V, speed}} {
		if part := n.Value / n.size; n.Low > n.Value/10 && part > noisyPart && found.Quiet[k] > n.Value/2 {
			f.Noisy = append(f.Noisy, fmt.Sprintf("%s %.2g %%", n.column, 100*part))
		}
	}
	if part := found.Blur() / found.Size; part > noisyPart {
		f.Noisy = append(f.Noisy, fmt.Sprintf("%s %.2g %% by times that jitter", c.Name, 100*part))
	}
	if found.Scale.Value > 0 {
		f.Noisy = append(f.Noisy, fmt.Sprintf("%s is %.4g times the velocity of %s, %s late", c.Velocity,
			found.Scale.Value, c.Name, with(found.Lag.Value, f.TimeUnit)))
	}
}

// doubt notes why little may be learned from a coordinate.
func (f *Recording) doubt(found *smooth.Fit, set *data.Set, c data.Coordinate) {
	for _, text := range found.Doubts(unitOf(set, c.Name), f.TimeUnit) {
		f.Doubts = append(f.Doubts, c.Name+": "+text)
	}
}

// rms is the root mean square of the velocities of series.
func rms(series []smooth.Series) float64 {
	sum, n := 0.0, 0.0
	for _, s := range series {
		for _, v := range s.V {
			sum, n = sum+v*v, n+1
		}
	}
	return math.Sqrt(sum / n)
}

// measured says of which columns of velocities the motion is learned from, after a smoother has looked at all rows.
func (f *problem) measured(r *smooth.Recording) {
	if !f.plan.Recording.Velocities {
		return
	}
	var used, left []string
	for k, x := range r.Findings {
		v := r.Set.Coordinates[k].Velocity
		if x.Scale == nil {
			used = append(used, v)
			continue
		}
		left = append(left, fmt.Sprintf("%s, %.4g times that of %s and %s late", v, x.Scale.Value, x.Coordinate,
			with(x.Lag.Value, f.set.TimeUnit())))
	}
	choice := "measured: " + strings.Join(used, ", ")
	if used == nil {
		choice = "not learned from"
	}
	reason := "each with its noise"
	if left != nil {
		reason = "left out: " + strings.Join(left, "; ")
	}
	f.plan.set("velocities", choice, reason)
}

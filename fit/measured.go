package fit

import (
	"context"
	"errors"
	"fmt"
	"math"

	"lagrange/data"
	"lagrange/smooth"
	"lagrange/train"
)

// measured is what is known of a recording whose states are smoothed: noise rules it, or velocities are not recorded.
type measured struct {
	recorded *data.Set // as it was
	states   *data.Set // with the states of the smoother
	smoothed *smooth.Recording
	all      *train.Measured
	swing    float64 // period of the fastest motion
	why      string  // the states are smoothed
}

// measure smooths a recording without velocities, or one with noise that can be told from the motion and is more than
// noisyPart of it; nil where neither is so, or there are too few rows.
func measure(ctx context.Context, set *data.Set, found Findings) (*measured, error) {
	m := &measured{recorded: set, why: "velocities are not recorded"}
	if found.Velocities {
		for _, n := range found.Noise {
			if n.Low == 0 {
				return nil, nil
			}
		}
		if len(found.Noise) < 2*set.D() {
			return nil, nil
		}
	} else if m.recorded = bare(set); found.Unseen > 0 {
		return nil, nil
	}
	var err error
	m.states, m.smoothed, err = smooth.Complete(ctx, m.recorded)
	switch {
	case errors.Is(err, smooth.ErrFew):
		return nil, nil
	case err != nil:
		return nil, err
	}
	if m.swing = math.Inf(1); found.Velocities {
		least := math.Inf(1)
		for _, f := range m.smoothed.Findings {
			least = min(least, f.Noise[0].Value/f.Size)
		}
		if least < noisyPart {
			return nil, nil
		}
		m.why = fmt.Sprintf("noise is %.2g %% of the motion", 100*least)
	}
	for _, f := range m.smoothed.Findings {
		if f.Swing > 0 {
			m.swing = min(m.swing, f.Swing)
		}
	}
	if math.IsInf(m.swing, 1) {
		return nil, nil
	}
	m.all, err = train.NewMeasured(m.recorded, m.smoothed)
	return m, err
}

// bare is a set without its velocities, which were estimated.
func bare(set *data.Set) *data.Set {
	s := *set
	s.Trajectories = append([]data.Trajectory(nil), set.Trajectories...)
	for i := range s.Trajectories {
		s.Trajectories[i].V = nil
	}
	return &s
}

// part is that of some rows.
func (m *measured) part(at []data.Window) *train.Measured {
	o := &train.Measured{D: m.all.D, M: m.all.M}
	for _, w := range at {
		o.Of = append(o.Of, m.all.Of[w.Trajectory].Rows(w.Start, w.Start+w.Steps+1))
	}
	return o
}

// outliers says whether the smoother left numbers out.
func (m *measured) outliers() bool {
	for _, f := range m.smoothed.Findings {
		if f.Outliers > 0 {
			return true
		}
	}
	return false
}

// horizon is that of held-out windows where none was asked for: as long as the fastest swing and a little more, if the
// recording has as many of them as a split needs.
func (m *measured) horizon(own float64) float64 {
	longer := math.Max(own, heldSwings*m.swing)
	power := math.Pow(10, 1-math.Floor(math.Log10(longer)))
	if longer = math.Round(longer*power) / power; longer > own {
		if _, err := m.states.Split(longer); err == nil {
			return longer
		}
	}
	return own
}

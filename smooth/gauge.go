package smooth

import (
	"math"
	"slices"
)

// What is said of recorded velocities: they are taken as they are unless a scale and a lag make them likelier by more
// than chance does in one recording of a hundred (χ² of two degrees of freedom), and are as large as matters.
const (
	chance  = 9.21
	scaled  = 0.005 // of log s
	late    = 0.05  // steps
	largest = 5     // of |log s|: degrees for radians are 4.05
	latest  = 1     // of |τ|ω, up to which Taylor's series of the lag serves
	// leastOrder is that of priors with a lag: the accelerations of lower ones are so rough that, late, they pass for
	// noise of velocities.
	leastOrder = 4
)

// Interval is a number with limits within which it lies in 95 of 100 recordings.
type Interval struct {
	Value float64 `json:"value"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
}

// gauge finds scale and lag of recorded velocities against positions, near a scale that leaves the given residual. They
// are free from then on, if they have to be.
func (l *likelihood) gauge(all []trial, scale, residual float64) {
	plain := best(all)
	t := best(slices.DeleteFunc(slices.Clone(all), func(t trial) bool { return t.m < leastOrder }))
	l.gauged = true
	t.p.scale = min(max(math.Log(scale), -largest), largest)
	if residual > 0 {
		t.p.gamma[1] = min(max(math.Log(residual*l.step/t.sigma), -49), 49)
	}
	t = l.improve(t, 0.3, 0.01)
	l.gauged = plain.minus2-t.minus2 > chance && (math.Abs(t.p.scale) > scaled || math.Abs(t.p.lag) > late)
	if !l.gauged {
		return
	}
	for i, other := range all {
		switch {
		case other.m == t.m:
			all[i] = t
			continue
		case other.m < leastOrder:
			all[i].minus2 = math.Inf(1)
			continue
		}
		other.p.gamma, other.p.scale, other.p.lag = t.p.gamma, t.p.scale, t.p.lag
		all[i] = l.improve(other, 0.3, 0.02)
	}
}

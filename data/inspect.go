package data

import (
	"math"
)

// Report is what Inspect finds.
type Report struct {
	Rows    int         `json:"rows"`
	Columns []Column    `json:"columns"`
	Motions []Motion    `json:"trajectories"`
	Step    Step        `json:"step"`
	Gaps    []Gap       `json:"gaps"`
	Ranges  []Range     `json:"ranges"`
	Agree   []Agreement `json:"agreement"`
	Notes   []string    `json:"notes"`
	Found   []Finding   `json:"findings"`
	Try     []string    `json:"try"` // the findings as advice
	time    string      // unit of time
}

// Motion is one trajectory in brief.
type Motion struct {
	ID       string  `json:"id"`
	File     string  `json:"file"`
	Rows     int     `json:"rows"`
	Start    float64 `json:"start"`
	Duration float64 `json:"duration"`
}

// Step describes the time steps of all trajectories. Jitter is the root mean square deviation of the steps, gaps left
// out, from the median step of their own trajectory, relative to it.
type Step struct {
	Median float64 `json:"median"`
	Min    float64 `json:"min"`
	Max    float64 `json:"max"`
	Jitter float64 `json:"jitter"`
}

// Gap is a step longer than three times its trajectory's median.
type Gap struct {
	Trajectory string  `json:"trajectory"`
	Time       float64 `json:"time"` // of the last row before it
	Step       float64 `json:"step"`
}

// Range describes the numbers of one used column.
type Range struct {
	Name string  `json:"name"`
	Unit string  `json:"unit,omitempty"`
	Role string  `json:"role"`
	Min  float64 `json:"min"`
	Max  float64 `json:"max"`
	Mean float64 `json:"mean"`
	Std  float64 `json:"std"`
	Turn float64 `json:"turn,omitempty"` // the period of an angle
}

// Agreement compares the way Δq that a coordinate goes with the way ∫v dt that its velocity column says, over short
// spans.
type Agreement struct {
	Coordinate  string  `json:"coordinate"`
	Velocity    string  `json:"velocity"`
	Discrepancy float64 `json:"discrepancy"` // rms(Δq − ∫v dt) / rms Δq: 0 when they agree
	// of ∫v dt to Δq by least squares: 1 when they agree, 57.3 for deg/s beside rad
	Ratio float64 `json:"ratio"`
	// of the two ways: 1 where they differ by a factor alone, whatever that is
	Correlation float64 `json:"correlation"`
}

// Inspect describes a set: rows, steps, gaps, ranges, whether velocities are the derivatives of the coordinates, and
// what to try.
func Inspect(s *Set) Report {
	r := Report{Rows: s.Rows(), Columns: s.Columns, Gaps: []Gap{}, Notes: append([]string{}, s.Notes...),
		Try:  []string{},
		time: s.TimeUnit()}
	var jitter moments
	var all []float64
	for i := range s.Trajectories {
		t := &s.Trajectories[i]
		r.Motions = append(r.Motions, Motion{t.ID, t.File, t.Len(), t.T[0], t.Duration()})
		dt, typical, gaps := steps(nil, t.T), t.TypicalStep(), t.Gaps()
		for n, h := range dt {
			if gaps.Before(n + 1) {
				r.Gaps = append(r.Gaps, Gap{t.ID, t.T[n], h})
			} else {
				jitter.add(h/typical - 1)
			}
		}
		all = append(all, dt...)
	}
	var step moments
	for _, h := range all {
		step.add(h)
	}
	r.Step = Step{median(all), step.min, step.max, jitter.rms()}
	r.Ranges = s.Ranges()
	for k := range s.Coordinates {
		if !s.states && s.hasVelocities() {
			r.Agree = append(r.Agree, s.agreement(k))
		}
	}
	r.Found = s.Findings()
	for _, f := range r.Found {
		r.Try = append(r.Try, f.try())
	}
	return r
}

// Ranges describes the numbers of all columns that are used.
func (s *Set) Ranges() (r []Range) {
	for k, c := range s.Coordinates {
		r = append(r, s.measure(c.Name, RoleQ, k))
	}
	for k, c := range s.Coordinates {
		if s.hasVelocities() {
			r = append(r, s.measure(c.Velocity, RoleV, k))
		}
	}
	for k, c := range s.Coordinates {
		if s.HasAccelerations() {
			r = append(r, s.measure(c.Acceleration, RoleA, k))
		}
	}
	for k, f := range s.Inputs {
		r = append(r, s.measure(f, RoleU, k))
	}
	return r
}

// measure describes column k of a role.
func (s *Set) measure(name, role string, k int) Range {
	var w moments
	for i := range s.Trajectories {
		x, width := s.Trajectories[i].of(role, s.D(), s.M())
		for n := k; n < len(x); n += width {
			w.add(x[n])
		}
	}
	r := Range{name, s.unit(name), role, w.min, w.max, w.mean, w.std(), 0}
	if role == RoleQ {
		r.Turn = s.Coordinates[k].Period
	}
	return r
}

// agreement compares q and v over spans of a two-hundredth of each trajectory, at most 25 rows, so that the rounding of
// a position sensor does not drown the motion.
func (s *Set) agreement(k int) Agreement {
	var w ways
	for i := range s.Trajectories {
		t := &s.Trajectories[i]
		w.follow(t, k, s.D(), min(max(t.Len()/200, 1), 25), t.Gaps().Before)
	}
	a := Agreement{Coordinate: s.Coordinates[k].Name, Velocity: s.Coordinates[k].Velocity}
	if c := w.compare(false); c.qq > 0 {
		a.Discrepancy, a.Ratio, a.Correlation = math.Sqrt(c.ee/c.qq), c.qi/c.qq, c.correlation()
	}
	return a
}

// turns is the largest number of turns that angle k makes in one trajectory, if in every one nearly all steps go the
// same way; else 0.
func (s *Set) turns(k int) float64 {
	d, most := s.D(), 0.
	for i := range s.Trajectories {
		t := &s.Trajectories[i]
		way := t.Q[(t.Len()-1)*d+k] - t.Q[k]
		against := 0
		for n := 1; n < t.Len(); n++ {
			if (t.Q[n*d+k]-t.Q[(n-1)*d+k])*way <= 0 {
				against++
			}
		}
		if 100*against > t.Len() {
			return 0
		}
		most = max(most, math.Abs(way)/s.Coordinates[k].Period)
	}
	return most
}

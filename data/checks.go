package data

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// lagging is the lag of a velocity, in time steps, that is worth a word: backward differences have half a step.
const lagging = 0.3

// checkLag finds velocities that are those of some time before: v(t) ≈ g(t − τ) ≈ g − τ ġ with g the slope of q.
func (s *Set) checkLag() (f []Finding) {
	if s.states || !s.RecordedVelocities() {
		return nil
	}
	for k, c := range s.Coordinates {
		tau, left, h := s.lag(k)
		if math.Abs(tau) < lagging*h || !(left < 0.5) {
			continue
		}
		says, how := "lags", ", as backward differences do"
		if tau < 0 {
			says, how = "is ahead of", ", as forward differences are"
		} else {
			says += " behind"
		}
		if math.Abs(math.Abs(tau)/h-0.5) > 0.2 {
			how = ", as behind a filter"
		}
		a := s.agreement(k)
		f = append(f, Finding{Kind: KindLag, Column: c.Velocity, Sure: Likely, Serious: a.Discrepancy > 0.1,
			Says: fmt.Sprintf("%s %s the slope of %s by %.2g time steps%s (discrepancy %.2g %%)", c.Velocity, says,
				c.Name,
				math.Abs(tau)/h, how, 100*a.Discrepancy),
			Do: "--differentiate takes the slope of " + c.Name + " instead"})
	}
	return f
}

// lag is τ of coordinate k, what it leaves of the difference of v from the slope of q, and the time step.
func (s *Set) lag(k int) (tau, left, h float64) {
	var ea, aa, ee float64
	h = s.TypicalStep()
	d := s.D()
	for i := range s.Trajectories {
		t, gaps := &s.Trajectories[i], s.Trajectories[i].Gaps()
		q := func(n int) float64 { return t.Q[n*d+k] }
		slope := func(n int) float64 { return (q(n+1) - q(n-1)) / (t.T[n+1] - t.T[n-1]) }
		for n := 2; n+2 < t.Len(); n++ {
			if gaps.Within(n-2, n+2) {
				continue
			}
			g, a := slope(n), (slope(n+1)-slope(n-1))/(t.T[n+1]-t.T[n-1])
			e := t.V[n*d+k] - g
			ea, aa, ee = ea+e*a, aa+a*a, ee+e*e
		}
	}
	if !(aa > 0 && ee > 0) {
		return 0, 1, h
	}
	tau = -ea / aa
	return tau, math.Sqrt(max(0, 1-ea*ea/(aa*ee))), h
}

// checkTwins finds coordinates that go together: measured twice, or locked to one another.
func (s *Set) checkTwins() (f []Finding) {
	if s.D() > mostTwins { // sites of one medium, whose neighbours go together
		return nil
	}
	for a := range s.D() {
		for b := a + 1; b < s.D(); b++ {
			r, slope := s.together(a, b)
			if math.Abs(r) < 0.9999 {
				continue
			}
			one, other := s.Coordinates[a], s.Coordinates[b]
			says := fmt.Sprintf("%s and %s are nearly the same (correlation %.6f)", one.Name, other.Name, r)
			if math.Abs(slope-1) > 0.05 {
				says = fmt.Sprintf("%s goes with %s like one body (correlation %.6f, %.3g times as far)", other.Name,
					one.Name,
					r, slope)
			}
			f = append(f, Finding{Kind: KindTwins, Column: other.Name, Says: says, Sure: Likely,
				Serious: r > 0 && math.Abs(slope-1) < 0.05, Do: "leave one out, by " + s.without(b)})
		}
	}
	return f
}

// without are the flags that leave coordinate k out.
func (s *Set) without(k int) string {
	var q []string
	for i, c := range s.Coordinates {
		if i != k {
			q = append(q, c.Name)
		}
	}
	return "--q " + strings.Join(q, ",")
}

// together is the correlation of two coordinates, and the slope of the second in the first.
func (s *Set) together(a, b int) (r, slope float64) {
	var x, y, p, m moments
	d := s.D()
	for _, t := range s.Trajectories {
		for n := range t.T {
			u, w := t.Q[n*d+a], t.Q[n*d+b]
			x.add(u)
			y.add(w)
		}
	}
	sx, sy := x.std(), y.std()
	if !(sx > 0 && sy > 0) {
		return 0, 0
	}
	for _, t := range s.Trajectories {
		for n := range t.T {
			u, w := (t.Q[n*d+a]-x.mean)/sx, (t.Q[n*d+b]-y.mean)/sy
			p.add(u + w)
			m.add(u - w)
		}
	}
	r = (p.rms()*p.rms() - m.rms()*m.rms()) / 4
	return r, math.Copysign(sy/sx, r)
}

// lockedValues is how many values a coordinate may have that hardly moves.
const lockedValues = 6

func (s *Set) checkLocked() (f []Finding) {
	for k, c := range s.Coordinates {
		values, quantum := s.values(k)
		if s.D() < 2 || values > lockedValues || s.Rows() < 50 {
			continue
		}
		f = append(f, Finding{Kind: KindLocked, Column: c.Name, Sure: Likely, Serious: true, Do: s.without(k),
			Says: fmt.Sprintf("%s hardly moves: it has %d values, %.3g apart", c.Name, values, quantum)})
	}
	return f
}

// values counts those of a coordinate, a thousand at most, and gives the least distance between two of them.
func (s *Set) values(k int) (n int, quantum float64) {
	const most = 1000
	d, seen := s.D(), map[float64]bool{}
	for _, t := range s.Trajectories {
		for i := k; i < len(t.Q) && len(seen) < most; i += d {
			seen[t.Q[i]] = true
		}
	}
	var x []float64
	for v := range seen {
		x = append(x, v)
	}
	slices.Sort(x)
	quantum = math.Inf(1)
	for i := 1; i < len(x); i++ {
		quantum = min(quantum, x[i]-x[i-1])
	}
	return len(x), quantum
}

// coarse is the share of its range in which a column goes that is worth a word.
const coarse = 1. / 1000

func (s *Set) checkCoarse() (f []Finding) {
	if s.states {
		return nil
	}
	for k, c := range s.Coordinates {
		values, quantum := s.values(k)
		if 2*values < s.Rows() && values > 1 && s.Rows() > 50 && quantum > coarse*s.extent(k) {
			f = append(f, Finding{Kind: KindCoarse, Column: c.Name, Sure: Likely, Says: strings.TrimSpace(fmt.Sprintf(
				"%s goes in steps of %.3g %s, which is noise of %.2g", c.Name, quantum, c.Unit,
				quantum/math.Sqrt(12)))})
		}
	}
	return f
}

func (s *Set) checkOutliers() (f []Finding) {
	if s.states || !s.hasVelocities() {
		return nil
	}
	for k, c := range s.Coordinates {
		n, where, extent := 0, "", s.extent(k)
		for i := range s.Trajectories {
			t := &s.Trajectories[i]
			all := s.jumps(t, k, extent)
			if out := (len(all) - len(s.sudden(t, k, extent))) / 2; out > 0 {
				if n == 0 {
					where = fmt.Sprintf("%s of %s = %s", t.ID, s.Time, timeText(t.T[all[0].n], t.TypicalStep()))
				}
				n += out
			}
		}
		if n > 0 {
			f = append(f, Finding{Kind: KindOutliers, Column: c.Name, Where: where, Sure: Likely, Serious: true,
				Says: fmt.Sprintf("%s of %s: it jumps there and back, first in %s", count(n, "wrong row"), c.Name,
					where),
				Do: "leave these rows out"})
		}
	}
	return f
}

// checkJumps finds jumps in recordings without velocities that could explain them.
func (s *Set) checkJumps() (f []Finding) {
	if s.states || s.RecordedVelocities() {
		return nil
	}
	d := s.D()
	for k, c := range s.Coordinates {
		var far []float64
		extent := s.extent(k)
		for i := range s.Trajectories {
			t, gaps := &s.Trajectories[i], s.Trajectories[i].Gaps()
			var way []float64
			for n := 1; n < t.Len(); n++ {
				way = append(way, math.Abs(t.Q[n*d+k]-t.Q[(n-1)*d+k]))
			}
			sorted := slices.Clone(way)
			slices.Sort(sorted)
			for n, w := range way {
				if w > 8*sorted[len(sorted)*95/100] && w > 0.2*extent && !gaps.Before(n+1) {
					far = append(far, w)
				}
			}
		}
		if len(far) == 0 || 50*len(far) > s.Rows() {
			continue
		}
		x := Finding{Kind: KindJumps, Column: c.Name, Sure: Likely, Serious: true,
			Says: fmt.Sprintf("%s jumps %d times, by %.4g, far beyond its other steps", c.Name, len(far), median(far)),
			Do:   "leave a column that tells the motions apart, and name it with --trajectory"}
		if p := roundPeriod(median(far), len(far)); c.Period == 0 && p > 0 {
			x.Do = fmt.Sprintf("--angles %s:%.6g if that is a turn", c.Name, p)
		}
		f = append(f, x)
	}
	return f
}

// resting is the share of rows at rest that is worth a word.
const resting = 0.3

func (s *Set) checkRest() []Finding {
	if s.states || !s.hasVelocities() {
		return nil
	}
	sc, d, still := s.Scales(), s.D(), 0
	for _, t := range s.Trajectories {
		for n := range t.T {
			rest := true
			for k := range d {
				rest = rest && math.Abs(t.V[n*d+k]) < 1e-3*sc.V[k]
			}
			if rest {
				still++
			}
		}
	}
	if share := float64(still) / float64(s.Rows()); share > resting {
		return []Finding{{Kind: KindRest, Sure: Certain, Says: fmt.Sprintf("nothing moves in %.0f %% of the rows, "+
			"which teach little",
			100*share), Do: "leave them out"}}
	}
	return nil
}

package data

import (
	"fmt"
	"math"
	"strings"
)

// near is how far the ratio of ∫v dt to Δq may be from what units make of it.
const near = 0.1

// column finds a column that is used.
func (s *Set) column(name string) *Column {
	for i := range s.Columns {
		if c := &s.Columns[i]; c.Name == name && c.Role != RoleIgnored {
			return c
		}
	}
	return &Column{}
}

// name gives a time that counts rows its unit.
func (s *Set) name() {
	c := s.column(s.Time)
	if u, ok := measureOf(c.Unit); ok && u.of != nil && u.of.quantity == ofTime {
		s.counted = false
	}
	if !s.counted || c.Unit != "" {
		return
	}
	c.Unit = "steps"
	if strings.Contains(strings.ToLower(c.Name), "frame") {
		c.Unit = "frames"
	}
}

// stillCounted says that the time is not one.
func (s *Set) stillCounted() {
	if c := s.column(s.Time); s.counted {
		s.Notes = append(s.Notes, fmt.Sprintf("the time is in %s, as %s counts them: horizons and frequencies are "+
			"in %s, too; "+
			"--dt 0.02 says that one lasts 0.02 s", c.Unit, c.Name, c.Unit))
	}
}

// ratios are those of ∫v dt to Δq of the coordinates, 0 where the two do not go together.
func (s *Set) ratios() (r []float64) {
	gaps := s.gaps()
	for k := range s.Coordinates {
		agree, ratio := s.proportion(k, gaps)
		if agree < 0.8 {
			ratio = 0
		}
		r = append(r, ratio)
	}
	return r
}

// Of many rows, stretches of so many in a row are compared, which are so many rows in all or a little more.
const compared, comparedRows = 1024, 20_000

// proportion compares Δq of coordinate k with ∫v dt over spans of 1, 4, 16 and 64 rows, that over which they agree
// best: noise of positions hides short ones, wrong velocities spoil long ones. It gives their correlation, and the
// ratio of ∫v dt to Δq by least squares of Δq, where most noise is. Jumps, twenty times as far as the median, are left
// out.
func (s *Set) proportion(k int, gaps []Gaps) (agree, ratio float64) {
	every := max(1, s.Rows()/comparedRows)
	for span := 1; span <= 64; span *= 4 {
		var w ways
		for i := range s.Trajectories {
			w.follow(&s.Trajectories[i], k, s.D(), span, func(n int) bool {
				return gaps[i].Before(n) || n/compared%every != 0 || (n-1)/compared%every != 0
			})
		}
		if span > 1 && len(w.q) < 20 {
			break
		}
		if x := w.compare(true); math.Abs(x.correlation()) > math.Abs(agree) {
			agree, ratio = x.correlation(), x.ii/x.qi
		}
	}
	return agree, ratio
}

// fits says whether all ratios that are told are about 1 after a factor, and some are.
func fits(ratios []float64, factor float64) bool {
	some := false
	for _, r := range ratios {
		if r == 0 {
			continue
		}
		if some = true; math.Abs(r*factor-1) > near {
			return false
		}
	}
	return some
}

// convert makes units agree where headers and numbers leave no doubt: velocities in the unit of their coordinate, and
// the time in the unit of the velocities.
func (s *Set) convert() {
	if s.states || !s.hasVelocities() {
		return
	}
	ratios := s.ratios()
	for k, c := range s.Coordinates {
		if f, unit := s.factorOf(c); f != 1 && !(ratios[k] != 0 &&
			math.Abs(math.Log(ratios[k]*f)) > math.Abs(math.Log(ratios[k]))) {
			v := s.column(c.Velocity)
			s.scale(RoleV, k, f)
			ratios[k] *= f
			s.Notes = append(s.Notes, fmt.Sprintf("%s is converted from %s to %s, beside %s in %s", c.Velocity,
				v.Unit, unit, c.Name,
				s.unit(c.Name)))
			v.Unit, v.Header = unit, ""
		}
	}
	s.seconds(ratios)
}

// factorOf is what a velocity is to be multiplied by to be in the unit of its coordinate over the unit of time or, of
// one per minute or longer beside a time in another unit, over a second; with that unit. 1 where units do not tell.
func (s *Set) factorOf(c Coordinate) (f float64, unit string) {
	q, known := measureOf(s.unit(c.Name))
	v, also := measureOf(s.unit(c.Velocity))
	if !known || !also || v.of == nil || v.per != 1 || v.of.quantity != q.of.quantity || q.per != 0 ||
		v.of != q.of && (q.of.factor == 0 || v.of.factor == 0) {
		return 1, ""
	}
	if f = 1; v.of != q.of {
		f = v.of.factor / q.of.factor
	}
	per := v.time
	if t, ok := measureOf(s.unit(s.Time)); per.factor > 1 && !(ok && t.of == per) {
		f, per = f/per.factor, unitOf("s")
	}
	return f, s.unit(c.Name) + "/" + first(per)
}

// first is the first name of a unit.
func first(u *unit) string {
	if u == nil {
		return ""
	}
	n, _, _ := strings.Cut(u.names, "|")
	return n
}

// scale multiplies column k of a role.
func (s *Set) scale(role string, k int, f float64) {
	for i := range s.Trajectories {
		x, w := s.Trajectories[i].of(role, s.D(), s.M())
		for n := k; n < len(x); n += w {
			x[n] *= f
		}
	}
}

// seconds tells the time in the unit of the velocities: by the units of both, or where the numbers say that velocities
// are per second, as beside times in milliseconds they often are.
func (s *Set) seconds(ratios []float64) {
	t, known := measureOf(s.unit(s.Time))
	if known && t.of != nil && t.of.quantity == ofIndex {
		s.stepLasts(ratios)
		return
	}
	if known && (t.of == nil || t.of.quantity != ofTime) {
		return
	}
	per := s.perTime()
	second := unitOf("s")
	if per == nil {
		per = second
	}
	var from *unit
	if known {
		from = t.of
	} else if s.whole() {
		for _, name := range []string{"ms", "us", "ns"} {
			if u := unitOf(name); fits(ratios, u.factor/per.factor) {
				from = u
			}
		}
	}
	if from == nil || from == per {
		return
	}
	f := from.factor / per.factor
	certain := known && s.perTime() != nil && !fits(ratios, 1)
	if !certain && !fits(ratios, f) {
		return
	}
	s.retime(f, from, per, known)
}

// fewSteps are rows below which velocities do not tell how long a step is.
const fewSteps = 20

// stepLasts finds how long a step or frame is by the velocities, if all of them say the same.
func (s *Set) stepLasts(ratios []float64) {
	if s.Rows() < fewSteps {
		return
	}
	dt, n := 0.0, 0.0
	for _, r := range ratios {
		if r > 0 {
			dt, n = dt+1/r, n+1
		}
	}
	if dt = rounded(dt/n, 2); !(n > 0) || !fits(ratios, dt) || fits(ratios, 1) {
		return
	}
	for i := range s.Trajectories {
		for n := range s.Trajectories[i].T {
			s.Trajectories[i].T[n] *= dt
		}
	}
	c := s.column(s.Time)
	s.Notes = append(s.Notes, fmt.Sprintf("a step of %s is taken for %g s: velocities are %.4g times too fast for "+
		"one a step",
		c.Name, dt, 1/dt))
	c.Unit, c.Header, s.counted = "s", "", false
}

// rounded is x with so many digits.
func rounded(x float64, digits int) float64 {
	if x == 0 || math.IsNaN(x) || math.IsInf(x, 0) {
		return x
	}
	unit := math.Pow(10, math.Floor(math.Log10(math.Abs(x)))-float64(digits-1))
	if unit < 1 {
		return math.Round(x/unit) / math.Round(1/unit)
	}
	return math.Round(x/unit) * unit
}

// retime multiplies all times, and says so.
func (s *Set) retime(f float64, from, to *unit, known bool) {
	why, c := "velocities are per "+first(to), s.column(s.Time)
	if !known {
		why = fmt.Sprintf("whole numbers, and velocities are %.3g times too fast for them", 1/f)
		s.learned = append(s.learned, c.Name+"?="+first(from))
	}
	if s.perTime() == nil {
		for _, q := range s.Coordinates {
			v := s.column(q.Velocity)
			s.learned = append(s.learned, v.Name+"?=/"+first(to))
			if unit := s.unit(q.Name); unit != "" {
				v.Unit, v.Header = unit+"/"+first(to), ""
			}
		}
	}
	t0 := s.Trajectories[0].T[0]
	large := math.Abs(t0) > 1e5*s.longest()
	if !large {
		t0 = 0
	}
	for i := range s.Trajectories {
		T := s.Trajectories[i].T
		for n := range T {
			T[n] = (T[n] - t0) * f
		}
	}
	note := fmt.Sprintf("%s is converted from %s to %s: %s", c.Name, first(from), first(to), why)
	if large {
		note += "; it is counted from the first row"
	}
	s.Notes = append(s.Notes, note)
	c.Unit, c.Header = first(to), ""
}

// perTime is the unit of time of all velocities, nil where one does not say or they differ.
func (s *Set) perTime() (per *unit) {
	for _, c := range s.Coordinates {
		v, ok := measureOf(s.unit(c.Velocity))
		if !ok || v.per != 1 || v.time.quantity != ofTime || per != nil && per != v.time {
			return nil
		}
		per = v.time
	}
	return per
}

// whole says whether all times are whole numbers that go by steps of two or more.
func (s *Set) whole() bool {
	for _, t := range s.Trajectories {
		for _, x := range t.T {
			if x != math.Trunc(x) {
				return false
			}
		}
	}
	return s.TypicalStep() >= 2
}

// independent finds out whether rows with accelerations are states on their own: successive ones differ by as much as
// any two do, so that the mean square of their difference is about twice the variance (von Neumann 1941), 1.5 times at
// least, of every coordinate and velocity.
func (s *Set) independent() {
	if s.states {
		s.Notes = append(s.Notes, "there is no time: rows are states on their own, learned from by their accelerations")
		return
	}
	if !s.HasAccelerations() || !s.hasVelocities() || s.Rows() < 20 {
		return
	}
	for _, role := range []string{RoleQ, RoleV} {
		for k := range s.D() {
			if s.roughness(role, k) < 1.5 {
				return
			}
		}
	}
	s.states = true
	s.Notes = append(s.Notes, "rows do not follow from one another: they are taken for states on their own, learned "+
		"from by "+
		"their accelerations, whatever their time")
}

// roughness is the mean square of the difference of successive numbers of a column, over their variance.
func (s *Set) roughness(role string, k int) float64 {
	var all, steps moments
	for i := range s.Trajectories {
		x, w := s.Trajectories[i].of(role, s.D(), s.M())
		for n := k; n < len(x); n += w {
			if all.add(x[n]); n >= w {
				steps.add(x[n] - x[n-w])
			}
		}
	}
	return steps.rms() * steps.rms() / (all.std() * all.std())
}

package data

import (
	"fmt"
	"math"
	"strings"
)

// Finding is something about a recording, or about a model of it, that one should know before it is relied on.
type Finding struct {
	Kind    string `json:"kind"`             // a word for it, see the constants
	Column  string `json:"column,omitempty"` // "" when the whole recording is meant
	Where   string `json:"where,omitempty"`  // trajectory, time
	Says    string `json:"says"`             // what it is, with its numbers
	Do      string `json:"do,omitempty"`     // what to do: a flag, or words
	Sure    string `json:"sure"`             // Certain, Likely or Possible
	Serious bool   `json:"serious"`          // a model that is learned so will be of little use
}

// How sure a finding is.
const (
	Certain  = "certain"
	Likely   = "likely"
	Possible = "possible"
)

// Kinds of findings.
const (
	KindAngle      = "angle"        // a coordinate that may be one
	KindCyclic     = "cyclic"       // that may be one on which nothing depends
	KindUnits      = "units"        // a velocity that is off by a factor
	KindVelocity   = "velocity"     // that is not the slope of its coordinate
	KindLag        = "lag"          // that lags behind it
	KindTwins      = "twins"        // coordinates that are nearly the same
	KindLocked     = "locked"       // a coordinate that hardly moves
	KindOutliers   = "outliers"     // single wrong rows
	KindJumps      = "jumps"        // of a coordinate of which no velocity was recorded
	KindEnergy     = "energy lost"  // although nothing takes it
	KindRest       = "rest"         // in many rows
	KindCoarse     = "coarse"       // a column of few values
	KindSideways   = "side by side" // coordinates that do not act on one another
	KindActuators  = "actuators"    // where there is mostly friction, too
	KindHeld       = "held"         // a force that keeps its value from row to row
	KindRows       = "few rows"     //
	KindLoses      = "no better"    // a model, than its baseline or a motion of constant velocity
	KindOutside    = "outside"      // rows, of what a model was trained on
	KindConditions = "conditions"   // that were held out whole, or not
)

// String is the finding in one line.
func (f Finding) String() string {
	if f.Do == "" {
		return f.Says
	}
	return f.Says + ": " + f.Do
}

// tryGap stands between a flag and what it is for.
const tryGap = "   "

// try is the finding as advice.
func (f Finding) try() string {
	switch {
	case f.Do == "":
		return f.Says
	case strings.HasPrefix(f.Do, "--"):
		return f.Do + tryGap + f.Says
	}
	return f.Do + ": " + f.Says
}

// checks are all that a recording is asked. A new one is a function and a line.
var checks = []func(s *Set) []Finding{
	(*Set).checkRows, (*Set).checkAngles, (*Set).checkVelocities, (*Set).checkLag, (*Set).checkTwins,
	(*Set).checkLocked,
	(*Set).checkOutliers, (*Set).checkJumps, (*Set).checkEnergy, (*Set).checkRest, (*Set).checkCoarse,
	(*Set).checkSideways,
	(*Set).checkActuators, (*Set).checkHeld,
}

// Findings asks a recording all that is known to go wrong with recordings.
func (s *Set) Findings() []Finding {
	all := []Finding{}
	for _, check := range checks {
		all = append(all, check(s)...)
	}
	return condensed(all)
}

// fewRows is how many are said to be few; not tuned.
const fewRows = 60

func (s *Set) checkRows() []Finding {
	if s.Rows() >= fewRows {
		return nil
	}
	return []Finding{{Kind: KindRows, Says: fmt.Sprintf("%s are few to learn from and to hold out of: errors of the "+
		"model are "+
		"uncertain", count(s.Rows(), "row")), Do: "record more, or longer", Sure: Certain}}
}

func (s *Set) checkAngles() (f []Finding) {
	for k, c := range s.Coordinates {
		q := s.measure(c.Name, RoleQ, k)
		if c.Period == 0 && (c.Unit == "" || isCounts(c.Unit)) && q.Max-q.Min > math.Pi {
			do, what := "--angles "+c.Name, "it has no unit and ranges over"
			if says := "if it is an angle in rad"; isCounts(c.Unit) || s.wholeColumn(k) && q.Max-q.Min > 50 {
				do += ":N"
				f = append(f, Finding{Kind: KindAngle, Column: c.Name, Do: do, Sure: Possible,
					Says: fmt.Sprintf("if it is an "+
						"angle of N counts a turn: whole numbers, over %.3g", q.Max-q.Min)})
			} else {
				x := Finding{Kind: KindAngle, Column: c.Name, Do: do, Sure: Possible,
					Says: fmt.Sprintf("%s: %s %.3g", says, what, q.Max-q.Min)}
				if turn := (q.Max - q.Min) / (2 * math.Pi); turn < 1.0001 && turn > 0.98 {
					x.Sure, x.Says = Likely, x.Says+", a whole turn"
				}
				f = append(f, x)
			}
		}
		if s.states {
			continue
		}
		if turns := s.turns(k); c.Period > 0 && turns > 3 {
			f = append(f, Finding{Kind: KindCyclic, Column: c.Name, Do: "--cyclic " + c.Name, Sure: Possible,
				Says: fmt.Sprintf("if nothing depends on where it stands: it goes steadily round, up to %.3g turns",
					turns)})
		}
	}
	return f
}

func isCounts(text string) bool {
	u := unitOf(text)
	return u != nil && u.quantity == ofCounts
}

func (s *Set) wholeColumn(k int) bool {
	d := s.D()
	for _, t := range s.Trajectories {
		for n := k; n < len(t.Q); n += d {
			if t.Q[n] != math.Trunc(t.Q[n]) {
				return false
			}
		}
	}
	return true
}

// factor is one by which velocities are off where units do not fit.
type factor struct {
	of   float64 // ∫v dt over Δq
	says string  // and
	do   string  // Q, V and T stand for the names of the columns
}

var factors = []factor{
	{180 / math.Pi, "goes 57 times too fast for Q, as degrees do beside radians", "--units Q=rad,V=deg/s"},
	{math.Pi / 180, "goes 57 times too slow for Q, as radians do beside degrees", "--units Q=deg,V=rad/s"},
	{1e3, "goes 1000 times too fast for Q, as it does where the time is in ms, or mm stand beside m",
		"--units T=ms, or --units Q=m,V=mm/s"},
	{1e-3, "goes 1000 times too slow for Q, as m do beside mm", "--units Q=mm,V=m/s"},
	{1e6, "goes 1e6 times too fast for Q, as it does where the time is in µs", "--units T=us"},
	{1e9, "goes 1e9 times too fast for Q, as it does where the time is in ns", "--units T=ns"},
	{60, "goes 60 times too fast for Q, as it does per minute", "--units Q=rev,V=rev/min"},
	{1. / 60, "goes 60 times too slow for Q, as it does where the time is in minutes", "--units T=min"},
	{30 / math.Pi, "goes 9.55 times too fast for Q, as revolutions a minute do beside radians",
		"--units Q=rad,V=rpm"},
	{1. / 6, "goes 6 times too slow for Q, as revolutions a minute do beside degrees", "--units Q=deg,V=rpm"},
	{2 * math.Pi, "goes 2π times too fast for Q, as radians do beside revolutions", "--units Q=rev,V=rad/s"},
	{0.5 / math.Pi, "goes 2π times too slow for Q, as revolutions do beside radians", "--units Q=rad,V=rev/s"},
	{360, "goes 360 times too fast for Q, as degrees do beside revolutions", "--units Q=rev,V=deg/s"},
	{100, "goes 100 times too fast for Q, as cm do beside m", "--units Q=m,V=cm/s"},
}

// nearestFactor is the one that a ratio is within a tenth of, if any.
func nearestFactor(ratio float64) (best *factor) {
	least := 0.1
	for i := range factors {
		if by := math.Abs(ratio/factors[i].of - 1); by < least {
			best, least = &factors[i], by
		}
	}
	return best
}

// off is how far a ratio may be from 1 before it is worth a word, inProportion the correlation of ways that are.
const off, inProportion = 0.15, 0.9

func (s *Set) checkVelocities() (f []Finding) {
	if s.states || !s.hasVelocities() {
		return nil
	}
	gaps := s.gaps()
	for k, c := range s.Coordinates {
		a := s.agreement(k)
		agree, r := s.proportion(k, gaps)
		x := Finding{Kind: KindUnits, Column: c.Velocity, Sure: Likely, Serious: true}
		if u := nearestFactor(r); u != nil && agree > 0.5 {
			with := strings.NewReplacer("Q", c.Name, "V", c.Velocity, "T", s.Time)
			x.Says, x.Do = c.Velocity+" "+with.Replace(u.says), with.Replace(u.do)
		}
		switch {
		case x.Says != "":
		case agree < -inProportion:
			x.Says, x.Do = fmt.Sprintf("%s goes against %s: one of the two has the other sign", c.Velocity, c.Name),
				"--differentiate takes the slope of "+c.Name+" instead"
		case math.Abs(r-1) > off && agree > inProportion:
			x.Says = fmt.Sprintf("%s goes %.4g times as fast as %s: a factor of units, such as counts a turn or "+
				"frames a second",
				c.Velocity, r, c.Name)
			x.Do = "--differentiate takes the slope of " + c.Name + " instead"
		case agree < inProportion/2 && a.Discrepancy > 0.5:
			x.Kind, x.Do = KindVelocity, "--differentiate"
			x.Says = fmt.Sprintf("or another --v: %s is not the derivative of %s (discrepancy %.0f %%)", c.Velocity,
				c.Name,
				100*a.Discrepancy)
		default:
			continue
		}
		f = append(f, x)
	}
	return f
}

func (s *Set) checkActuators() []Finding {
	forces := s.Forces()
	if len(forces) == 0 {
		return nil
	}
	verb := " is"
	if len(forces) > 1 {
		verb = " are"
	}
	return []Finding{{Kind: KindActuators, Do: "--friction both", Sure: Possible, Says: fmt.Sprintf("if the joints "+
		"rub: %s%s "+
		"recorded, so there are actuators", strings.Join(forces, ", "), verb)}}
}

// fewValues is how many values a force has that is switched, and changes how often it has to change for that.
const fewValues, changes = 5, 5

// Switched are the forces of few values, which change from one to another: commands that are held from row to row.
func (s *Set) Switched() (names []string) {
	for k, name := range s.Forces() {
		if values, _, other := s.stairs(k); values <= fewValues && other >= changes {
			names = append(names, name)
		}
	}
	return names
}

// stairs counts the values of force k, one more than fewValues at most, and in how many rows it is the same as in the
// row before, and another.
func (s *Set) stairs(k int) (values, same, other int) {
	m, seen := s.M(), map[float64]bool{}
	for _, t := range s.Trajectories {
		for n := range t.T {
			x := t.U[n*m+k]
			if len(seen) <= fewValues {
				seen[x] = true
			}
			if n > 0 && x == t.U[(n-1)*m+k] {
				same++
			} else if n > 0 {
				other++
			}
		}
	}
	return len(seen), same, other
}

// checkHeld finds forces that go by stairs: of few values, or the same in most rows and then another.
func (s *Set) checkHeld() (f []Finding) {
	if s.states {
		return nil
	}
	for k, name := range s.Forces() {
		values, same, other := s.stairs(k)
		if other < changes || values > fewValues && same < other {
			continue
		}
		x := Finding{Kind: KindHeld, Column: name, Do: "--held " + name, Sure: Likely,
			Says: name + " goes by stairs, as the commands of a controller do, and is taken for straight lines " +
				"between rows"}
		if values <= fewValues {
			x.Do = `--held "" if it is not`
			x.Says = fmt.Sprintf("%s has %d values: it is held from row to row", name, values)
		}
		f = append(f, x)
	}
	return f
}

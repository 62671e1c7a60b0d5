package data

import (
	"fmt"
	"math"
	"regexp"
	"strings"
)

// unit is a unit of measure that headers are read with.
type unit struct {
	names    string // separated by |, in lower case
	quantity string
	factor   float64 // in the first unit of its quantity; 0 where it is not known, as that of counts
	period   float64 // of an angle, in this unit; 0 where it is not known
}

// The quantities of units.
const (
	ofTime   = "time"
	ofIndex  = "time, counted" // frames and steps, whose length no header says
	ofAngle  = "angle"
	ofLength = "length"
	ofForce  = "force"
	ofTorque = "torque"
	ofCounts = "counts" // of an encoder: an angle or a length
)

// units is the table of the units that are understood; the first of a quantity has the factor 1.
var units = []unit{
	{"s|sec|secs|second|seconds|sek", ofTime, 1, 0},
	{"ms|msec|millis|millisecond|milliseconds", ofTime, 1e-3, 0},
	{"us|µs|μs|usec|micros|microsecond|microseconds", ofTime, 1e-6, 0},
	{"ns|nsec|nanos|nanosecond|nanoseconds", ofTime, 1e-9, 0},
	{"min|mins|minute|minutes", ofTime, 60, 0},
	{"h|hr|hrs|hour|hours", ofTime, 3600, 0},
	{"d|day|days", ofTime, 86400, 0},
	{"step|steps|sample|samples|tick_index", ofIndex, 0, 0},
	{"frame|frames", ofIndex, 0, 0},
	{"rad|radian|radians|rads", ofAngle, 1, 2 * math.Pi},
	{"mrad", ofAngle, 1e-3, 2000 * math.Pi},
	{"deg|degs|degree|degrees|°|grad°|º", ofAngle, math.Pi / 180, 360},
	{"gon|grad|grads", ofAngle, math.Pi / 200, 400},
	{"rev|revs|revolution|revolutions|turn|turns|cycle|cycles", ofAngle, 2 * math.Pi, 1},
	{"counts|count|cts|ticks|tick|encoder counts|lsb", ofCounts, 0, 0},
	{"m|meter|meters|metre|metres", ofLength, 1, 0},
	{"mm", ofLength, 1e-3, 0},
	{"cm", ofLength, 1e-2, 0},
	{"km", ofLength, 1e3, 0},
	{"um|µm|μm", ofLength, 1e-6, 0},
	{"in|inch|inches", ofLength, 0.0254, 0},
	{"ft|foot|feet", ofLength, 0.3048, 0},
	{"px|pixel|pixels", "pixels", 1, 0},
	{"n|newton|newtons", ofForce, 1, 0},
	{"mn", ofForce, 1e-3, 0},
	{"kn", ofForce, 1e3, 0},
	{"nm|n m|n*m|n·m|n.m|n-m", ofTorque, 1, 0},
	{"mnm|mn m|mn*m", ofTorque, 1e-3, 0},
}

// spoken are units with a time in one word.
var spoken = map[string]string{"rpm": "rev/min", "dps": "deg/s", "radps": "rad/s", "mps": "m/s", "rps": "rev/s"}

// measure is a unit over a power of a time, such as rad/s².
type measure struct {
	of   *unit
	per  int   // the power
	time *unit // nil where per is 0
}

// byUnitName are the units by their names.
var byUnitName = func() map[string]*unit {
	m := map[string]*unit{}
	for i := range units {
		for n := range strings.SplitSeq(units[i].names, "|") {
			m[n] = &units[i]
		}
	}
	return m
}()

// unitOf finds a unit by its name.
func unitOf(name string) *unit { return byUnitName[strings.ToLower(strings.TrimSpace(name))] }

var powers = strings.NewReplacer("⁻¹", "^-1", "⁻²", "^-2", "²", "^2", " per ", "/", "**", "^", "·", " ", "*", " ",
	"(", " ", ")", " ", "−", "-")

var overTime = regexp.MustCompile(`^([a-zµμ]+)(?:\^?(-?[0-9]))?$`)

// longestUnit is more than any unit has, so that names of any length are read in a time that is linear in it.
const longestUnit = 64

// measureOf reads a unit such as rad, deg/s, m/s^2, m s^-1 or rpm; "/s" is a number over a time.
func measureOf(text string) (m measure, ok bool) {
	if len(text) > longestUnit {
		return measure{}, false
	}
	text = strings.ToLower(strings.TrimSpace(text))
	if s, is := spoken[text]; is {
		text = s
	}
	if u := unitOf(text); u != nil {
		return measure{of: u}, true
	}
	parts := strings.Split(powers.Replace(text), "/")
	if m.of = unitOf(strings.TrimSpace(parts[0])); m.of == nil { // "m s^-1"
		f := strings.Fields(parts[0])
		for len(f) > 1 {
			p := overTime.FindStringSubmatch(f[len(f)-1])
			if p == nil || !strings.HasPrefix(p[2], "-") || !m.over(p[1], p[2][1:]) {
				break
			}
			f = f[:len(f)-1]
		}
		if m.of = unitOf(strings.Join(f, " ")); m.of == nil && len(f) > 0 {
			return measure{}, false
		}
	}
	for _, p := range parts[1:] {
		g := overTime.FindStringSubmatch(strings.TrimSpace(p))
		if g == nil || strings.HasPrefix(g[2], "-") || !m.over(g[1], g[2]) {
			return measure{}, false
		}
	}
	return m, m.of != nil || m.per > 0
}

// over divides by a power of a time.
func (m *measure) over(name, power string) bool {
	u := unitOf(name)
	if u == nil || u.quantity != ofTime && u.quantity != ofIndex || m.time != nil && m.time != u {
		return false
	}
	m.time = u
	if power == "" {
		power = "1"
	}
	m.per += int(power[0] - '0')
	return true
}

// period is the period of an angle in the given unit (rad when none is given) and whether the unit itself says angle.
func period(text string) (p float64, angular bool) {
	if u := unitOf(text); u != nil && u.quantity == ofAngle {
		return u.period, true
	}
	return 2 * math.Pi, false
}

// mayTurn says whether a coordinate whose name says angle may be one in this unit: none, counts, or one that is not
// known. A field φ in metres is none.
func mayTurn(text string) bool {
	u := unitOf(text)
	return u == nil || u.quantity == ofAngle || u.quantity == ofCounts
}

var unitPattern = regexp.MustCompile(`^(.*[^\s\[(])\s*(?:\[([^\[\]]*)\]|\(([^()]*)\))$`)

// within is a unit in brackets before other words, as in Time (s) Run #1.
var within = regexp.MustCompile(`^(.*[^\s\[(])\s*(?:\[([^\[\]]*)\]|\(([^()]*)\))\s+(\S.*)$`)

// split takes "theta1 [rad]", "theta1 (rad)", "theta1/rad", "theta1, rad" or "theta1 in rad" apart. A number in
// brackets is that of the column: qpos[0].
func split(header string) (name, unit string) {
	name, unit = parted(header)
	if short := strings.TrimRight(name, " /,"); short != "" {
		name = short
	}
	return name, unit
}

// parted is split, before what stands between name and unit is taken off the name.
func parted(header string) (name, unit string) {
	if m := unitPattern.FindStringSubmatch(header); m != nil {
		if unit = strings.TrimRight(strings.TrimSpace(m[2]+m[3]), "."); isNumber(unit) {
			return header, ""
		}
		return m[1], unit
	}
	if m := within.FindStringSubmatch(header); m != nil {
		if _, ok := measureOf(m[2] + m[3]); ok {
			return m[1] + " " + m[4], strings.TrimSpace(m[2] + m[3])
		}
	}
	if before, after, ok := cutLast(header, " in "); ok {
		if m, ok := measureOf(after); ok && m.of != nil {
			return strings.TrimSpace(before), strings.TrimSpace(after)
		}
	}
	for i, c := range header {
		if (c == '/' || c == ',') && i > 0 {
			if _, ok := measureOf(header[i+1:]); ok {
				return strings.TrimSpace(header[:i]), strings.TrimSpace(header[i+1:])
			}
		}
	}
	return header, ""
}

// byUnits says by its unit what a column is whose name says nothing: an angle or a length over a time is a velocity,
// over
// its square an acceleration, a torque a known force, an angle a coordinate; so is a length, or a number of counts,
// with
// a velocity in the same beside it.
func byUnits(cols []Column, g []guess, rows *sample) {
	of := func(j int) measure {
		m, _ := measureOf(cols[j].Unit)
		if m.of == nil || m.of.quantity == ofTime || m.of.quantity == ofIndex {
			return measure{}
		}
		return m
	}
	moves := map[*unit]bool{}
	for j := range cols {
		if m := of(j); m.per == 1 && (g[j].role == "" && !g[j].aim || g[j].role == RoleV) {
			moves[m.of] = true
		}
	}
	for j := range cols {
		m, role := of(j), ""
		if m.of == nil || g[j].role != "" || g[j].aim || rows.seldom(j) {
			continue
		}
		switch q := m.of.quantity; {
		case q == ofForce || q == ofTorque:
			role = map[int]string{0: RoleU}[m.per]
		case m.per > 0:
			role = map[int]string{1: RoleV, 2: RoleA}[m.per]
		case q == ofAngle || moves[m.of]:
			role = RoleQ
		}
		if role != "" {
			g[j] = guess{role: role, rest: key(cols[j].Name), angle: m.of.quantity == ofAngle, why: "by its unit"}
		}
	}
}

// lone are units that a name ends in by chance: an m may be a motor, an s a site. They count where the rest of the name
// says such a quantity.
var lone = map[string]string{"s": RoleTime, "h": RoleTime, "d": "", "min": RoleTime, "m": RoleQ, "n": RoleU, "in": "",
	"step": RoleTime, "steps": RoleTime, "sample": RoleTime, "samples": RoleTime, "frame": RoleTime, "frames": RoleTime,
	"count": RoleQ, "tick": RoleQ, "turn": RoleQ, "cycle": "", "minute": RoleTime, "day": RoleTime}

// unitSuffix takes the unit off the end of a name, before a number if there is one: omega1_deg_s, pos_mm_2, time_ms.
func unitSuffix(words []string) (rest []string, unit string) {
	end := len(words)
	if end == 1 && (words[0] == "millis" || words[0] == "micros") { // a name of the time that is its unit
		return words, first(unitOf(words[0]))
	}
	var number []string
	if end > 2 && isNumber(words[end-1]) && unitOf(words[end-2]) != nil {
		number, end = words[end-1:], end-1
	}
	for n := min(5, end-1); n > 0; n-- {
		if isNumber(words[end-n]) {
			continue // no unit begins so
		}
		text := suffixText(words[end-n : end])
		m, ok := measureOf(text)
		if !ok || m.of == nil {
			continue
		}
		rest = append(append([]string{}, words[:end-n]...), number...)
		role := roleOf(rest)
		if role == "" && place.MatchString(strings.Join(rest, "")) {
			role = RoleQ
		}
		if text == "ms" && role == RoleV {
			text = "m/s"
		}
		if want, is := lone[text]; is && want != role || text == "d" {
			continue
		}
		return rest, text
	}
	return words, ""
}

// suffixText makes a unit of the words of a name: deg, s → deg/s; m, per, s, 2 → m/s^2.
func suffixText(words []string) string {
	text := ""
	for i, w := range words {
		switch {
		case i == 0:
			text = w
		case w == "per" || w == "p":
		case isNumber(w):
			text += "^" + w
		case unitOf(w) != nil && unitOf(w).quantity == ofTime:
			text += "/" + w
		default:
			text += " " + w
		}
	}
	return text
}

func isNumber(word string) bool { return word != "" && strings.Trim(word, "0123456789") == "" }

// withUnits gives columns the units that Options.Units tells, each as name=unit, or as name?=unit where the header
// does not say it in brackets.
func withUnits(cols []Column, told []string) error {
	r := &resolver{cols: cols}
	for _, u := range told {
		name, unit, ok := strings.Cut(u, "=")
		name, soft := strings.CutSuffix(name, "?")
		if _, is := measureOf(unit); !ok || !is {
			return &Error{Msg: fmt.Sprintf("--units %s: want name=unit, such as t=ms or omega=deg/s", u)}
		}
		j := r.find(name)
		if j < 0 && soft {
			continue
		} else if j < 0 {
			return &Error{Msg: fmt.Sprintf("no column %q for --units; there are %s", name, r.all())}
		}
		if _, has := split(cols[j].Header); has != "" && soft {
			continue
		}
		cols[j].Unit = strings.TrimSpace(unit)
		cols[j].Header = cols[j].Name + " [" + cols[j].Unit + "]"
	}
	return nil
}

// Seconds is how long a unit of time is, if it is one.
func Seconds(name string) (seconds float64, ok bool) {
	u := unitOf(name)
	if u == nil || u.quantity != ofTime {
		return 0, false
	}
	return u.factor, true
}

package data

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// second is one in the unit that instants are kept in, nanoseconds.
const second = 1_000_000_000

// stamps are the ways to write a date with a time of day, in the order in which they are tried. Fractions of a second
// may follow the seconds.
var stamps = []struct{ layout, example string }{
	{"2006-01-02T15:04:05Z07:00", "2025-05-08T21:07:49.010+02:00"},
	{"2006-01-02T15:04:05", "2025-05-08T21:07:49.010"},
	{"2006-01-02 15:04:05", "2025-05-08 21:07:49.010"},
	{"2006-01-02 15:04:05Z07:00", "2025-05-08 21:07:49Z"},
	{"2006-01-02 15:04:05 -0700", "2025-05-08 21:07:49 +0200"},
	{"2006-01-02 15:04:05 MST", "2025-05-08 21:07:49 UTC"},
	{"2006-01-02T15:04:05Z0700", "2025-05-08T21:07:49+0200"},
	{"20060102T150405", "20250508T210749.010"},
	{"20060102T150405Z07:00", "20250508T210749Z"},
	{"2-Jan-2006 15:04:05", "08-May-2025 21:07:49.010"},
	{"2006/01/02 15:04:05", "2025/05/08 21:07:49.010"},
	{"2.1.2006 15:04:05", "8.5.2025 21:07:49.010 (day.month.year)"},
	{"1/2/2006 15:04:05", "5/8/2025 21:07:49.010 (month/day/year)"},
	{"1/2/2006 3:04:05 PM", "5/8/2025 9:07:49 PM (month/day/year)"},
	{"2/1/2006 15:04:05", "28/5/2025 21:07:49.010 (day/month/year, where the first row can be no other)"},
	{"1/2/06 15:04:05", "5/8/25 21:07:49.010 (month/day/year)"},
	{"2006-01-02 15:04", "2025-05-08 21:07"},
}

// dates are the ways to write a date in a column of its own.
var dates = []struct{ layout, example string }{
	{"2006-01-02", "2025-05-08"}, {"2006/01/02", "2025/05/08"}, {"2.1.2006", "8.5.2025 (day.month.year)"},
	{"1/2/2006", "5/8/2025 (month/day/year)"}, {"20060102", "20250508"},
}

// epoch is a unit of time.
type epoch struct {
	name        string
	nanoseconds int64 // of one unit
}

// epochs are the units of a time that counts from 1970 on: between 2001 and 2096 their numbers do not overlap.
var epochs = []epoch{{"s", second}, {"ms", 1_000_000}, {"us", 1000}, {"ns", 1}}

// isTime says whether a text is a date, a time of day, or both.
func isTime(text string) bool {
	if len(text) < 5 || len(text) > 40 || text[0] < '0' || text[0] > '9' {
		return false
	}
	if len(text) <= 10 {
		if _, ok := date(text); ok {
			return true
		}
	}
	if !strings.Contains(text, ":") && !strings.Contains(text, "T") {
		return false // as nearly all cells are
	}
	if _, ok := timeOfDay(text); ok {
		return true
	}
	_, _, ok := instant(text, "")
	return ok
}

// instant reads a date with a time of day, first in the given layout.
func instant(text, first string) (ns int64, layout string, ok bool) {
	if first != "" {
		if t, err := time.Parse(first, text); err == nil {
			return t.UnixNano(), first, true
		}
	}
	for _, m := range stamps {
		if t, err := time.Parse(m.layout, text); err == nil {
			return t.UnixNano(), m.layout, true
		}
	}
	return 0, "", false
}

// date reads a date as nanoseconds since 1970.
func date(text string) (ns int64, ok bool) {
	if len(text) > 10 || len(text) < 8 || strings.ContainsAny(text, ",:e") {
		return 0, false
	}
	for _, d := range dates {
		if t, err := time.Parse(d.layout, text); err == nil {
			return t.UnixNano(), true
		}
	}
	return 0, false
}

// timeOfDay reads H:M:S with a fraction, M:S.f, or either with AM or PM behind.
func timeOfDay(text string) (ns int64, ok bool) {
	half, noon := int64(0), false
	if rest, found := strings.CutSuffix(strings.ToUpper(text), "M"); found && len(rest) > 1 {
		switch rest[len(rest)-1] {
		case 'A':
			noon = true
		case 'P':
			noon, half = true, 12
		default:
			return 0, false
		}
		text = strings.TrimSpace(rest[:len(rest)-1])
	}
	parts := strings.Split(text, ":")
	n := len(parts)
	if n < 2 || n > 3 {
		return 0, false
	}
	seconds, fraction, has := strings.Cut(strings.Replace(parts[n-1], ",", ".", 1), ".")
	if n == 2 && !has {
		return 0, false
	}
	parts[n-1] = seconds
	for i, p := range parts {
		x, err := strconv.ParseUint(p, 10, 32)
		if err != nil || i > 0 && x > 59 || i > 0 && len(p) != 2 || x > 1e6 {
			return 0, false
		}
		if i == 0 && n == 3 && noon {
			x = x%12 + uint64(half)
		}
		ns = ns*60 + int64(x)
	}
	f, ok := decimals(fraction, 9)
	return ns*second + f, ok
}

// decimals reads the digits behind the point as a whole number of that many digits.
func decimals(digits string, n int) (x int64, ok bool) {
	for i := range n {
		x *= 10
		if i < len(digits) {
			if digits[i] < '0' || digits[i] > '9' {
				return 0, false
			}
			x += int64(digits[i] - '0')
		}
	}
	return x, true
}

// clock reads the time column, and what belongs to it, of one file.
type clock struct {
	src      source
	at, date int     // columns; at is -1 where rows are counted, date where no column holds the date
	step     float64 // what one step is long where steps are counted; else 0
	kind     clockKind
	unit     string // of a column header
	layout   string
	begun    bool
	first    int64  // instant of the first row
	wrote    string // the first row as it is written
	last     int64  // instant of the row before, within its day
	days     int64  // midnights since the first row
	whole    int64  // of a large number: units in the first row
	scale    float64
	row      int
}

type clockKind byte

const (
	plain clockKind = iota
	stamp           // a date with a time of day
	ofDay           // a time of day
	large           // a large number: an epoch, as it seems
	stepped
)

// begin finds out by its first row what the column holds.
func (c *clock) begin() error {
	c.kind, c.begun = plain, false
	if c.at < 0 || c.step > 0 {
		c.kind = stepped
		return nil
	}
	text, err := c.src.text(c.at)
	if err != nil {
		return err
	}
	if dotted, ok := commaNumber([]byte(text)); ok {
		text = dotted
	}
	if x, err := strconv.ParseFloat(text, 64); err == nil {
		if math.Abs(x) >= 1e9 && math.Abs(x) < 9e18 {
			c.kind = large
		}
		return nil
	}
	if _, c.layout, _ = instant(text, ""); c.layout != "" {
		c.kind, c.date = stamp, -1
		return nil
	}
	if _, ok := timeOfDay(text); ok {
		c.kind = ofDay
		c.date = c.find(func(s string) bool { _, ok := date(s); return ok })
	} else if _, ok := date(text); ok {
		if j := c.find(func(s string) bool { _, ok := timeOfDay(s); return ok }); j >= 0 {
			c.kind, c.date, c.at = ofDay, c.at, j
		}
	}
	return nil
}

// find is the first column but the time whose text in this row is such; -1 for none.
func (c *clock) find(such func(string) bool) int {
	for j := range c.src.header() {
		if text, err := c.src.text(j); j != c.at && err == nil && such(text) {
			return j
		}
	}
	return -1
}

// read is the time of the current row.
func (c *clock) read() (t float64, err error) {
	if c.kind == plain {
		if c.begun {
			return c.src.number(c.at)
		}
	}
	if !c.begun {
		if err := c.begin(); err != nil {
			return 0, err
		}
		c.begun = true
		c.first, c.scale, c.days, c.last, c.row = math.MinInt64, 0, 0, math.MinInt64, 0
		if c.kind == plain {
			return c.src.number(c.at)
		}
	}
	if c.kind == stepped {
		x := float64(c.row)
		if c.row++; c.at >= 0 {
			x, err = c.src.number(c.at)
		}
		return x * c.step, err
	}
	text, err := c.src.text(c.at)
	if err != nil {
		return 0, err
	}
	if c.kind == large {
		return c.count(text)
	}
	ns, err := c.instant(text)
	if err != nil {
		return 0, err
	}
	if c.first == math.MinInt64 {
		c.first, c.wrote = ns, text
		if c.date >= 0 {
			day, _ := c.src.text(c.date)
			c.wrote = day + " " + text
		}
	}
	return float64(ns-c.first) / second, nil
}

// instant is the current row's in nanoseconds: since 1970, or since the midnight before the first row.
func (c *clock) instant(text string) (ns int64, err error) {
	if c.kind == stamp {
		ns, layout, ok := instant(text, c.layout)
		if !ok || layout != c.layout {
			return 0, missingOr(text, "is not written as the first row's date and time of day: write all such as "+
				stamps[1].example)
		}
		return ns, nil
	}
	ns, ok := timeOfDay(text)
	if !ok {
		return 0, missingOr(text, "is no time of day, such as 21:07:49.010")
	}
	if c.date >= 0 {
		day, err := c.src.text(c.date)
		if err != nil {
			return 0, err
		}
		since, ok := date(day)
		if !ok {
			return 0, missingOr(day, "is no date, such as 2025-05-08")
		}
		return since + ns, nil
	}
	const day = 24 * 3600 * second
	if c.last != math.MinInt64 && ns < c.last-day/2 {
		c.days++
	}
	c.last = ns
	return ns + c.days*day, nil
}

// missingOr is the error of a text that should be a time.
func missingOr(text, what string) error {
	if isMissing([]byte(text)) {
		return missing(text + " is no time")
	}
	return fmt.Errorf("%q %s", text, what)
}

// count reads a large number less that of the first row, exactly. The second row decides what its unit is: one that
// since 1970 gives an instant of our days, and steps of no more than an hour.
func (c *clock) count(text string) (float64, error) {
	if dotted, ok := commaNumber([]byte(text)); ok {
		text = dotted
	}
	whole, fraction, _ := strings.Cut(text, ".")
	n, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || strings.ContainsAny(text, "eE") {
		x, bad := c.src.number(c.at)
		if bad != nil || math.Abs(x) >= 9e18 {
			return 0, fmt.Errorf("%q among the times is not a number like that of the first row", text)
		}
		n, fraction = int64(math.Floor(x)), strconv.FormatFloat(x-math.Floor(x), 'f', 9, 64)[2:]
	}
	f, ok := decimals(fraction, 9) // of a unit, in billionths
	if !ok {
		return 0, fmt.Errorf("not a number: %q", text)
	}
	if strings.HasPrefix(whole, "-") {
		f = -f
	}
	if c.first == math.MinInt64 {
		c.first, c.whole, c.wrote = f, n, text
	}
	units := float64(n-c.whole) + float64(f-c.first)/1e9
	if c.scale == 0 && units != 0 {
		c.scale = 1
		if e, ok := c.epoch(units); ok {
			c.scale = float64(second) / float64(epochs[e].nanoseconds)
		}
	}
	return units / max(c.scale, 1), nil
}

// epoch is the unit, of those of epochs, of which the first row holds a number since 1970.
func (c *clock) epoch(units float64) (int, bool) {
	for i, e := range epochs {
		low := 1e9 * float64(second/e.nanoseconds)
		x := float64(c.whole)
		step := math.Abs(units) * float64(e.nanoseconds) / second
		if x >= low && x < 4*low && step <= 3600 && (c.unit == "" || sameUnit(c.unit, e.name)) {
			return i, true
		}
	}
	return 0, false
}

func sameUnit(a, b string) bool {
	a = strings.ToLower(strings.NewReplacer("µ", "u", "μ", "u").Replace(a))
	return a == b || b == "s" && (a == "sec" || a == "seconds" || a == "second")
}

// notes says what was made of the times, and in which unit they are now; "" for that of the header.
func (c *clock) notes(name string) (said []string, unit string) {
	switch {
	case c.kind == stepped && c.at < 0:
		return []string{fmt.Sprintf("no column holds the time: from one row to the next it is %v s (--dt)", c.step)},
			"s"
	case c.kind == stepped:
		return []string{fmt.Sprintf("%s counts steps of %v s (--dt)", name, c.step)}, "s"
	case !c.begun || c.first == math.MinInt64:
		return nil, ""
	case c.kind == large && c.scale > 0:
		if e, ok := c.epoch(0); ok && c.scale == float64(second/epochs[e].nanoseconds) {
			at := time.Unix(0, c.whole*epochs[e].nanoseconds+c.first*epochs[e].nanoseconds/second).UTC()
			return []string{fmt.Sprintf("%s holds %s since 1970 and is read as seconds from the first row, %s UTC",
				name,
				map[string]string{"s": "seconds", "ms": "milliseconds", "us": "microseconds",
					"ns": "nanoseconds"}[epochs[e].name], at.Format("2006-01-02 15:04:05.999999999"))}, "s"
		}
		return []string{fmt.Sprintf("%s is counted from the first row, %s", name, c.wrote)}, ""
	case c.kind == stamp:
		return []string{fmt.Sprintf("%s holds dates and is read as seconds from the first row, %s", name, c.wrote)}, "s"
	case c.kind == ofDay:
		text := fmt.Sprintf("%s holds times of day and is read as seconds from the first row, %s", name, c.wrote)
		if c.days > 0 {
			text += "; " + strings.Replace(count(int(c.days), "midnight"), "1 midnight", "one midnight", 1) + " passes"
		}
		return []string{text}, "s"
	}
	return nil, ""
}

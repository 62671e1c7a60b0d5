package data

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// clock reads the time column, and what belongs to it, of one file.
type clock struct {
	src      source
	at, date int     // columns; at is -1 where rows are counted, date where no column holds the date
	nano     int     // column of the nanoseconds beside that of the seconds; -1 for none
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
	serial   float64 // of the first row, in days
	row      int
}

type clockKind byte

const (
	plain  clockKind = iota
	stamp            // a date with a time of day
	ofDay            // a time of day
	large            // a large number: an epoch, as it seems; or seconds with nanoseconds in another column
	serial           // days as a spreadsheet counts them
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
		name, unit := split(c.src.header()[c.at])
		switch {
		case c.nano >= 0, math.Abs(x) >= 1e9 && math.Abs(x) < 9e18:
			c.kind = large
		case x >= serialFrom && x < serialTo && unit == "" && dated(name):
			c.kind, c.serial, c.wrote = serial, x, text
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
	switch c.kind {
	case large:
		return c.count(text)
	case serial:
		x, err := c.src.number(c.at)
		return (x - c.serial) * 86400, err
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
	if c.nano >= 0 {
		part, err := c.src.text(c.nano)
		if err != nil {
			return 0, err
		}
		text += "." + strings.Repeat("0", max(0, 9-len(part))) + part
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
		if e.counts(float64(c.whole), math.Abs(units)) && (c.unit == "" || unitOf(c.unit) == unitOf(e.name)) {
			return i, true
		}
	}
	return 0, false
}

// notes says what was made of the times, and in which unit they are now; "" for that of the header.
func (c *clock) notes(name string) (said []string, unit string) {
	switch {
	case c.kind == stepped && c.at < 0:
		return []string{fmt.Sprintf("no column holds the time: from one row to the next it is %v s (--dt)", c.step)},
			"s"
	case c.kind == stepped:
		return []string{fmt.Sprintf("%s counts steps of %v s (--dt)", name, c.step)}, "s"
	case c.kind == serial:
		return []string{fmt.Sprintf("%s counts days and is read as seconds from the first row, %s", name, c.wrote)}, "s"
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

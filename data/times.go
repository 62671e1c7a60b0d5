package data

import (
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

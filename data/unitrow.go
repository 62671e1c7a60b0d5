package data

import (
	"slices"
	"strings"
)

// isUnits says whether a row holds the units of the columns: each cell is one, or stands in brackets.
func (r *sheetRow) isUnits() bool {
	some := false
	for j, c := range r.cells {
		switch u, brackets := bracketed(string(c)); {
		case len(c) == 0, u == "-", u == "1":
		case r.kinds[j] == value:
			return false
		case brackets, isUnit(u):
			some = true
		default:
			return false
		}
	}
	return some
}

// unitCells are the units of a row of units, "" for those without one.
func unitCells(r *sheetRow) (units []string) {
	for _, c := range r.cells {
		u, _ := bracketed(string(c))
		if u == "-" || u == "1" {
			u = ""
		}
		units = append(units, u)
	}
	return units
}

// bracketed is the text within brackets around a cell, or the cell.
func bracketed(c string) (string, bool) {
	if n := len(c); n >= 2 && (c[0] == '[' && c[n-1] == ']' || c[0] == '(' && c[n-1] == ')') {
		return strings.TrimSpace(c[1 : n-1]), true
	}
	return c, false
}

// otherUnits are words of which units are made that no coordinate, time or force has, without regard to case.
var otherUnits = strings.Fields("hz kg g v mv a ma w j pa % k c")

// isUnit says whether a word is a unit (units), or made of units by /, *, ·, ^ and powers.
func isUnit(c string) bool {
	if _, ok := measureOf(c); ok {
		return true
	}
	parts := strings.FieldsFunc(strings.ToLower(c), func(r rune) bool {
		return strings.ContainsRune("/*·^ ²³-0123456789", r)
	})
	for _, p := range parts {
		if unitOf(p) == nil && !slices.Contains(otherUnits, p) {
			return false
		}
	}
	return len(parts) > 0
}

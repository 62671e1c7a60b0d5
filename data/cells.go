package data

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// withUnit takes a cell that is a number and its unit apart: 57.3 deg, 0.01 sec.
func withUnit(c []byte) (number, unit string) {
	at := bytes.LastIndexAny(c, "0123456789.")
	if at < 0 || at+1 >= len(c) || c[0] > '9' || len(c)-at > 12 {
		return "", ""
	}
	if c[at] == '.' && at == 0 {
		return "", ""
	}
	number, unit = string(bytes.TrimSpace(c[:at+1])), string(bytes.TrimSpace(c[at+1:]))
	if _, err := strconv.ParseFloat(number, 64); err != nil {
		return "", ""
	}
	if m, ok := measureOf(unit); !ok || m.of == nil {
		return "", ""
	}
	return number, unit
}

// grouped are numbers with signs between thousands and a decimal sign: 1,234.5 and 1.234,5.
var grouped = [2]*regexp.Regexp{regexp.MustCompile(`^[-+]?[0-9]{1,3}(,[0-9]{3})+\.[0-9]+$`),
	regexp.MustCompile(`^[-+]?[0-9]{1,3}(\.[0-9]{3})+,[0-9]+$`)}

// thousands is a number without the signs between thousands, with a decimal point.
func thousands(text string) (string, bool) {
	switch {
	case !strings.Contains(text, ",") || !strings.Contains(text, "."):
	case grouped[0].MatchString(text):
		return strings.ReplaceAll(text, ",", ""), true
	case grouped[1].MatchString(text):
		return strings.Replace(strings.ReplaceAll(text, ".", ""), ",", ".", 1), true
	}
	return text, false
}

// listed is a cell that holds a list of numbers, [0.1, 0.2] or (0.1 0.2), taken apart; nil for another.
func listed(cells [][]byte, c []byte) [][]byte {
	n := len(c)
	if n < 2 || !(c[0] == '[' && c[n-1] == ']' || c[0] == '(' && c[n-1] == ')') {
		return nil
	}
	from := len(cells)
	inner := c[1 : n-1]
	for len(inner) > 0 {
		at := bytes.IndexAny(inner, ", \t\n;")
		one := inner
		if at >= 0 {
			one, inner = inner[:at], inner[at+1:]
		} else {
			inner = nil
		}
		if len(one) > 0 {
			cells = append(cells, one)
		}
		if len(cells) > maxColumns {
			return nil
		}
	}
	for _, one := range cells[from:] {
		if _, err := strconv.ParseFloat(string(one), 64); err != nil && !isMissing(one) {
			return nil
		}
	}
	return cells
}

// hold looks into the cells of the first row: units behind numbers go to the header, and lists become columns of their
// own, q1 and q2 of q.
func (s *textSource) hold() {
	if len(s.sample) != len(s.head) || s.strict {
		return
	}
	var head []string
	for j, c := range s.sample {
		c = trim(c)
		name, unit := split(s.head[j])
		if _, u := withUnit(c); u != "" && name != "" {
			if s.suffix == nil {
				s.suffix = make([]string, len(s.head))
			}
			if s.suffix[j] = u; unit == "" {
				s.head[j] = fmt.Sprintf("%s [%s]", name, u)
			}
		}
		if list := listed(nil, c); len(list) > 0 {
			if s.lists == nil {
				s.lists = make([]int, len(s.head))
			}
			s.lists[j] = len(list)
		}
	}
	if s.lists == nil {
		return
	}
	for j, name := range s.head {
		if s.lists[j] < 2 {
			head = append(head, name)
			continue
		}
		for k := range s.lists[j] {
			head = append(head, name+strconv.Itoa(k+1))
		}
	}
	s.suffix, s.head = nil, head
	s.said = append(s.said, "cells hold lists of numbers, which are read as columns")
}

// unlist puts the numbers of lists in the place of their cells; a list of another length leaves none.
func (s *textSource) unlist() {
	if s.lists == nil || len(s.cells) != len(s.lists) {
		return
	}
	s.spread = s.spread[:0]
	for j, c := range s.cells {
		n, from := s.lists[j], len(s.spread)
		if n == 0 {
			s.spread = append(s.spread, c)
			continue
		}
		if list := listed(s.spread, trim(c)); len(list) == from+n {
			s.spread = list
			continue
		}
		for range n {
			s.spread = append(s.spread, nil)
		}
	}
	s.cells, s.spread = s.spread, s.cells
}

// join tells names apart that stand twice in a header by the rows of words above it, whose cells may be written once
// for several columns: Rotation, X and Position, X are the names "Rotation X" and "Position X".
func (s *textSource) join() {
	for _, row := range s.over {
		if len(row) != len(s.head) || !twice(s.head) {
			return
		}
		last := ""
		for j, c := range row {
			text, err := s.decode(c)
			if text = clean(text); err != nil || text == "" {
				text = last
			} else if s.head[j] == "" {
				s.head[j] = text
			}
			last = text
			if h := s.head[j]; h != "" && text != "" && h != text && !strings.HasPrefix(h, text+" ") {
				s.head[j] = text + " " + s.head[j]
			}
		}
		s.joined++
	}
}

// twice says whether a name stands twice in a header.
func twice(head []string) bool {
	seen := map[string]bool{}
	for _, h := range head {
		name, _ := split(h)
		if name != "" && seen[name] {
			return true
		}
		seen[name] = true
	}
	return false
}

package data

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"lagrange/internal/vec"
)

func (s *textSource) number(j int) (float64, error) {
	c := trim(s.cells[j])
	if x, err := strconv.ParseFloat(string(c), 64); err == nil && vec.IsFinite(x) && s.decimal != ',' {
		return x, nil
	}
	if s.suffix != nil && s.suffix[j] != "" {
		c = bytes.TrimRight(bytes.TrimSuffix(c, []byte(s.suffix[j])), " ")
	}
	return s.odd(c)
}

// odd reads what is not simply a number.
func (s *textSource) odd(c []byte) (float64, error) {
	text := strings.Replace(string(c), "−", "-", 1) // U+2212, as in typeset tables
	if isMissing(c) {
		return 0, missing(map[bool]string{true: "empty cell", false: text + " is no number"}[text == ""])
	}
	if s.sep != ',' && !s.strict {
		switch comma, point := strings.Count(text, ","), strings.Contains(text, "."); {
		case s.decimal == ',' && point && !grouped[1].MatchString(text):
			return 0, fmt.Errorf("%s has a point, where cells before it have decimal commas: write all numbers with "+
				"the same sign, and none between thousands", text)
		case comma == 1 && !point && s.decimal != '.':
			if dotted, ok := commaNumber([]byte(text)); ok {
				text, s.decimal = dotted, ','
			}
		}
	}
	if plain, ok := thousands(text); ok && !s.strict {
		sign := text[strings.LastIndexAny(text, ",.")]
		if s.decimal != 0 && s.decimal != sign {
			return 0, fmt.Errorf("%s has %q before its decimals, where cells before it have %q: write all numbers "+
				"alike", text, sign, s.decimal)
		}
		text, s.decimal = plain, sign
	}
	x, err := strconv.ParseFloat(exponent(text), 64)
	switch {
	case errors.Is(err, strconv.ErrRange):
		return 0, fmt.Errorf("%s is beyond the range of float64", c)
	case err != nil && s.open && !s.strict:
		return 0, missing("breaks off") // in the middle of a cell, at the end of the file
	case err != nil:
		return 0, fmt.Errorf("not a number: %q%s", c, commaHint(string(c)))
	case !vec.IsFinite(x):
		return 0, fmt.Errorf("%s is not a finite number: leave the row out, or split the recording there", c)
	}
	return x, nil
}

// exponent writes an exponent of Fortran, 1.5D-3, as others do.
func exponent(text string) string {
	at := strings.IndexAny(text, "dD")
	if at < 1 || at+1 >= len(text) || text[0] > '9' || strings.ContainsAny(text, "xX") {
		return text
	}
	return text[:at] + "e" + text[at+1:]
}

// commaHint is the way out where a cell is no number: it recognises a decimal comma.
func commaHint(c string) string {
	dotted := strings.Replace(c, ",", ".", 1)
	if _, err := strconv.ParseFloat(dotted, 64); err != nil || dotted == c {
		return ": mend it, or leave the row out"
	}
	return fmt.Sprintf(" (decimal comma? write %s)", dotted)
}

// missingWords stand for a number that was not measured, without regard to case; so does a blank cell.
var missingWords = []string{"-", "--", "nan", "na", "n/a", "#n/a", "null", "none", "nil", "?",
	"#value!", "#div/0!", "#ref!", "#num!", "#name?", "#null!"}

// isMissing says whether a cell holds no number, by its own word.
func isMissing(c []byte) bool {
	if len(c) == 0 {
		return true
	}
	if len(c) > 7 || c[0] >= '0' && c[0] <= '9' {
		return false
	}
	for _, w := range missingWords {
		if len(w) == len(c) && strings.EqualFold(w, string(c)) {
			return true
		}
	}
	return false
}

// commaNumber is a number with a decimal comma, written with a point.
func commaNumber(c []byte) (string, bool) {
	at := bytes.IndexByte(c, ',')
	if at < 0 || at+1 >= len(c) || c[at+1] < '0' || c[at+1] > '9' {
		return "", false
	}
	dotted := string(c[:at]) + "." + string(c[at+1:])
	_, err := strconv.ParseFloat(dotted, 64)
	return dotted, err == nil && bytes.IndexByte(c, '.') < 0
}

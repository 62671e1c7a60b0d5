package data

import (
	"bytes"
	"slices"
	"strconv"
)

// heading says where the header of a text stands, and what its rows look like.
type heading struct {
	sep   byte     // ',', ';', '\t', or ' ' for runs of spaces and tabs
	line  int      // of the header, from 1; of the first row where there is none
	bare  bool     // there is no header
	width int      // cells of a row where there is no header
	first int      // line of the first row where there is no header
	head  []string // the cleaned cells of the header

	raw, unitsRaw []byte     // the lines of header and units, which may come again
	units         []string   // of the line below the header; nil if there is none
	glued         bool       // names are followed by their units in brackets, which spaces set apart
	index         bool       // rows begin with a number that has no cell in the header
	dated         bool       // rows begin with a date and a time of day that spaces set apart, under one name
	narrow        bool       // the header ends in a separator, the rows do not
	sample        [][]byte   // the cells of the first row below
	over          [][][]byte // the rows of words above, of as many cells, the nearest first
}

// separators are the signs between cells, and what they are called.
var separators = map[byte]string{',': "commas", ';': "semicolons", '\t': "tabs", '|': "vertical bars",
	' ': "runs of spaces"}

// tried are the separators in the order in which they are.
const tried = ",;\t| "

// most is how many lines are looked at to find the header.
const most = 1000

// strictHeading takes the first line that is not blank for the header.
func strictHeading(start []byte) heading {
	h := heading{sep: separator(start)}
	for i, line := range bytes.Split(start, []byte{'\n'}) {
		if h.line = i + 1; !blankLine(line) {
			break
		}
	}
	return h
}

// separator is the commonest of comma, semicolon and tab outside quotes in the first line; comma when in doubt.
func separator(start []byte) byte {
	var n [256]int
	quoted, begun := false, false
	for _, c := range start {
		if c == '"' {
			quoted = !quoted
		}
		if c == '\n' && begun && !quoted {
			break
		}
		begun = begun || c != '\n' && c != '\r'
		if !quoted {
			n[c]++
		}
	}
	best := byte(',')
	for _, c := range []byte(";\t|") {
		if n[c] > n[best] {
			best = c
		}
	}
	if n[best] == 0 && n[' '] > 0 {
		return ' '
	}
	return best
}

// findHeading finds the header, the first line after which rows of as many cells as it has are numbers, for each of the
// separators, and takes that with the most numbers below it. Where there is none, there are rows alone, or rows
// under words
// that do not fit; where the columns are named otherwise, words do not matter.
func findHeading(start []byte, named bool) heading {
	var best heading
	most := 0
	sheets := map[byte]*sheet{}
	for _, sep := range []byte(tried) {
		p := newSheet(start, sep)
		sheets[sep] = p
		last, found := -1, 0
		for i := range p.rows {
			h, n := p.try(i)
			if n > most && (n > found || last < 0) || n > 0 && n == found && n == most && !p.same(i, last) {
				best, most, found, last = h, n, n, i
			}
		}
	}
	if most > 0 {
		return best
	}
	for _, sep := range []byte(tried) {
		if h, n := sheets[sep].headless(named); n > most {
			best, most = h, n
		}
	}
	if most > 0 {
		return best
	}
	return strictHeading(start)
}

// sheet is the beginning of a text, taken apart by one separator.
type sheet struct {
	sep  byte
	rows []sheetRow
}

type sheetRow struct {
	line    int // from 1
	comment bool
	text    []byte
	cells   [][]byte
	kinds   []kind
	units   bool // every cell is a unit
}

// kind is what one cell looks like.
type kind byte

const (
	word kind = iota
	nothing
	value // a number or a time
)

func newSheet(start []byte, sep byte) *sheet {
	p := &sheet{sep: sep}
	whole := len(start) < peeked
	for n := 1; len(start) > 0 && n <= most; n++ {
		line, rest, ended := bytes.Cut(start, []byte{'\n'})
		if !ended && !whole && n > 1 {
			break
		}
		start = rest
		if blankLine(line) {
			continue
		}
		r := sheetRow{line: n, comment: isComment(line), text: bytes.TrimSpace(line)}
		s := textSource{heading: heading{sep: sep}}
		if s.split(bytes.TrimRight(uncommented(line), "\r")) != nil {
			s.cells = nil // quotes that do not fit
		}
		for _, c := range s.cells {
			c = trim(c)
			r.cells = append(r.cells, c)
			r.kinds = append(r.kinds, kindOf(c, sep))
		}
		r.units = r.isUnits()
		p.rows = append(p.rows, r)
	}
	return p
}

func kindOf(c []byte, sep byte) kind {
	if isMissing(c) {
		return nothing
	}
	if _, err := strconv.ParseFloat(exponent(string(c)), 64); err == nil {
		return value
	}
	if _, ok := commaNumber(c); ok && sep != ',' || isTime(string(c)) {
		return value
	}
	if _, unit := withUnit(c); unit != "" {
		return value
	}
	if _, ok := thousands(string(c)); ok {
		return value
	}
	return word
}

// same says whether two rows are the same line.
func (p *sheet) same(i, j int) bool {
	return i >= 0 && j >= 0 && bytes.Equal(p.rows[i].text, p.rows[j].text)
}

// try takes row i for the header. It counts the numbers that stand below its words in rows that fit, 0 if the first of
// them does not.
func (p *sheet) try(i int) (h heading, numbers int) {
	c := &p.rows[i]
	h = heading{sep: p.sep, line: c.line}
	cells, kinds := c.cells, c.kinds
	if p.sep == ' ' { // names with units in brackets, which spaces may set apart
		if cells = glue(c.cells); len(cells) != len(c.cells) {
			h.glued, kinds = true, make([]kind, len(cells))
		}
	}
	if !slices.Contains(kinds, word) || i > 0 && c.units && len(p.rows[i-1].cells) == len(c.cells) &&
		slices.Contains(p.rows[i-1].kinds, word) {
		return h, 0
	}
	h.over = p.above(i)
	begun := false
	for k := i + 1; k < len(p.rows); k++ {
		r := &p.rows[k]
		if begun && numbers < 3*len(cells) && p.better(k, i) {
			return h, numbers // of a preamble
		}
		if !begun && h.units == nil && len(r.cells) == len(cells) && r.units {
			h.units, h.unitsRaw = unitCells(r), r.text
			continue
		}
		if r.comment || p.same(i, k) {
			continue
		}
		n, how := below(kinds, r)
		if !begun {
			if n == 0 {
				return h, 0
			}
			h.index, h.narrow, h.dated, begun = how == indexed, how == narrower, how == stamped, true
			if how == even {
				h.sample = r.cells
			}
		}
		numbers += n
	}
	return h, numbers
}

// above are the rows of words above row i with as many cells, the nearest first.
func (p *sheet) above(i int) (over [][][]byte) {
	const most = 6
	for k := i - 1; k >= 0 && len(over) < most; k-- {
		r := &p.rows[k]
		if len(r.cells) != len(p.rows[i].cells) || !slices.Contains(r.kinds, word) || slices.Contains(r.kinds, value) {
			break
		}
		over = append(over, r.cells)
	}
	return over
}

// better says whether row k is rather the header than row i above it: words alone, at least as many.
func (p *sheet) better(k, i int) bool {
	words := func(r *sheetRow) (n int) {
		for _, x := range r.kinds {
			if x == word {
				n++
			}
		}
		return n
	}
	a, b := &p.rows[i], &p.rows[k]
	return len(b.cells) >= len(a.cells) && words(b) >= max(2, words(a)) && !slices.Contains(b.kinds, value) &&
		!p.same(i, k) && !b.units && !b.comment
}

// below counts the values of a row under the words of a header. The row may have one cell more, a number or a date
// before the others or nothing at the end, or lack a last one that the header leaves blank.
func below(header []kind, r *sheetRow) (n int, how fit) {
	kinds := r.kinds
	switch w := len(header); {
	case len(kinds) == w:
	case len(kinds) == w+1 && kinds[w] == nothing && len(r.cells[w]) == 0:
	case len(kinds) == w+1 && isWhole(r.cells[0]):
		kinds, how = kinds[1:], indexed
	case len(kinds) == w+1 && isStamp(r.cells):
		kinds, how = kinds[1:], stamped
	case len(kinds) == w-1 && header[w-1] == nothing:
		header, how = header[:w-1], narrower
	default:
		return 0, even
	}
	for j, k := range header {
		if k == word && kinds[j] == value {
			n++
		}
	}
	return n, how
}

// fit is how the cells of a row stand under those of the header.
type fit byte

const (
	even     fit = iota
	indexed      // a number before the others has no name
	stamped      // the first name is of two cells, a date and a time of day
	narrower     // the header has a last cell without a name
)

// isStamp says whether cells begin with a date and a time of day.
func isStamp(cells [][]byte) bool {
	if len(cells) < 2 || bytes.IndexByte(cells[1], ':') < 1 {
		return false
	}
	_, day := date(string(cells[0]))
	_, time := timeOfDay(string(cells[1]))
	return day && time
}

// headless looks for rows of numbers without a header, and counts their numbers.
func (p *sheet) headless(named bool) (h heading, numbers int) {
	words := -1 // the last row of words above the numbers
	for i := range p.rows {
		r := &p.rows[i]
		n := 0
		for _, k := range r.kinds {
			switch k {
			case value:
				n++
			case word:
				n--
			}
		}
		if n == -len(r.cells) && n < -1 && !h.bare {
			words = i
		}
		if r.comment || n < 1 || h.bare && len(r.cells) != h.width {
			continue
		}
		if !h.bare {
			h = heading{sep: p.sep, line: r.line, bare: true, width: len(r.cells), first: r.line}
		}
		numbers += n
	}
	if words >= 0 && !named && h.bare {
		h = heading{sep: p.sep, line: p.rows[words].line}
	}
	return h, numbers
}

func isWhole(c []byte) bool {
	_, err := strconv.ParseUint(string(c), 10, 64)
	return err == nil
}

// glue joins a name and its unit in brackets, set apart by spaces: "angle", "[rad]".
func glue(cells [][]byte) [][]byte {
	var out [][]byte
	open := false
	for _, c := range cells {
		begins := c[:min(1, len(c))]
		if n := len(out); n > 0 && (open || bytes.ContainsAny(begins, "([")) {
			out[n-1] = append(append(slices.Clone(out[n-1]), ' '), c...)
		} else {
			out = append(out, c)
		}
		all := out[len(out)-1]
		open = bytes.ContainsAny(all, "([") && !bytes.ContainsAny(all, ")]")
	}
	return out
}

package data

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// textSource reads text with a header: one row a line, cells separated by commas, semicolons, tabs or runs of spaces,
// with quotes where need be (Shafranovich, RFC 4180).
type textSource struct {
	lines
	heading
	strict                          bool
	decimal                         byte // '.' or ',' as far as it is known, else 0
	cells                           [][]byte
	scratch                         []byte   // unquoted cells of the row
	texts                           []string // the last text of each column
	at                              int      // line of the current row
	said                            []string
	latin                           bool // text that is not UTF-8 has been noted
	comments, repeats, short, words tally
	cut                             int      // line of a last row that breaks off; 0 if none does
	suffix                          []string // units behind the numbers of each column; nil where there are none
	lists                           []int    // how many numbers the cells of each column hold, 0 where it is no list
	spread                          [][]byte // the cells of the row, lists taken apart
	joined                          int      // rows above the header that are of it
}

// newText reads the header, and finds out by the first rows where it stands and what separates the cells.
func newText(b *bufio.Reader, o Options) (*textSource, error) {
	start, _ := b.Peek(peeked)
	b, start, said, err := decoded(b, start)
	if err != nil {
		return nil, err
	}
	if len(bytes.TrimSpace(start)) == 0 && len(start) < peeked {
		return nil, &Error{Msg: "empty file: a header with column names is expected, then rows of numbers"}
	}
	var names []string
	if !o.Strict {
		var what string
		if b, start, names, what = rewritten(b, start, o.Columns != nil); what != "" {
			said = append(said, what)
		}
	}
	s := &textSource{lines: lines{r: b}, strict: o.Strict, said: said}
	if o.Strict && len(said) > 0 {
		return nil, &Error{Line: 1, Msg: said[0] + ": save it as UTF-8"}
	}
	if o.Strict {
		s.heading = strictHeading(start)
	} else {
		s.heading = findHeading(start, o.Columns != nil || names != nil)
	}
	if names == nil {
		names = o.Columns
	}
	if err := s.begin(names); err != nil {
		return nil, err
	}
	return s, nil
}

// begin goes to the first row, and makes the header of what stands before it.
func (s *textSource) begin(names []string) error {
	if names == nil && s.bare {
		return s.nameless()
	}
	skipped := tally{}
	for s.n+1 < s.heading.line { // not of the table
		line, err := s.read()
		if err != nil {
			return s.ended(err)
		}
		if len(bytes.TrimSpace(line)) > 0 && !isComment(line) {
			skipped.add(s.n)
		}
	}
	if !s.bare {
		line, err := s.record()
		if err != nil {
			return s.ended(err)
		}
		s.heading.raw = slices.Clone(bytes.TrimSpace(line))
		if err := s.split(uncommented(line)); err != nil {
			return err
		}
		if s.glued {
			s.cells = glue(s.cells)
		}
		if err := s.named(); err != nil {
			return err
		}
	}
	if s.joined > 0 {
		s.said = append(s.said, fmt.Sprintf("the header has %d rows", s.joined+1))
		skipped.n -= s.joined
	}
	s.said = append(skipped.note("line", "the header stands below"), s.said...)
	if s.sep != ',' {
		s.said = append(s.said, "columns are separated by "+separators[s.sep])
	}
	return s.rename(names)
}

// ended is the error of a file without a table.
func (s *textSource) ended(err error) error {
	if err == io.EOF {
		return &Error{Msg: "empty file: a header with column names is expected, then rows of numbers"}
	}
	return err
}

// named takes the cells of the current line for the header.
func (s *textSource) named() error {
	s.at = s.n
	if s.index {
		s.head = append(s.head, "")
	}
	numbers := 0
	for j, c := range s.cells {
		name, err := s.decode(c)
		if err != nil {
			return &Error{Line: s.at, Msg: fmt.Sprintf("header cell %d %s", j+1, err)}
		}
		name = clean(name)
		if _, err := strconv.ParseFloat(name, 64); err == nil {
			numbers++
		}
		s.head = append(s.head, name)
	}
	if s.narrow {
		s.head = s.head[:len(s.head)-1]
	}
	if numbers == len(s.head) {
		s.width, s.first = numbers, s.at
		return s.nameless()
	}
	s.join()
	if s.units == nil {
		s.hold()
		return nil
	}
	if s.index {
		s.units = append([]string{""}, s.units...)
	}
	for j, u := range s.units {
		if j >= len(s.head) {
			break
		}
		if _, has := split(s.head[j]); u != "" && has == "" && s.head[j] != "" {
			u, _ := s.decode([]byte(u)) // was read as a unit
			s.head[j] += " [" + u + "]"
		}
	}
	s.said = append(s.said, "the line below the header holds the units")
	s.hold()
	return nil
}

// nameless is the error of a table without a header; it shows the way to name its columns.
func (s *textSource) nameless() error {
	return nameless(s.first, s.width, "the first line holds numbers, not column names: add a header, or name")
}

// nameless words that columns have no names, with a command that gives them some.
func nameless(line, width int, what string) error {
	names := []string{"t", "q", "v", "u"}[:min(width, 4)]
	if width > 4 {
		names = []string{"t", "q1", "q2", "v1", "v2"}
	}
	for len(names) < min(width, 100) {
		names = append(names, "_")
	}
	return &Error{Line: line, Msg: fmt.Sprintf("%s the %s, with _ for one to leave out, such as --columns %s", what,
		count(width, "column"), strings.Join(names, ","))}
}

// rename takes the names of Options.Columns where there is no header.
func (s *textSource) rename(names []string) (err error) {
	switch {
	case names != nil && s.bare:
		s.head, err = renamed(names, s.width)
	case names != nil:
		s.said = append(s.said, fmt.Sprintf("--columns is not used: line %d is a header", s.at))
	}
	return err
}

// renamed is the header of given names; "_" stands for a column without one.
func renamed(names []string, width int) (head []string, err error) {
	if len(names) != width {
		return nil, &Error{Msg: fmt.Sprintf("--columns names %s of %d: name all, with _ for one to leave out",
			count(len(names), "column"), width)}
	}
	for _, n := range names {
		if n = clean(n); n == "_" {
			n = ""
		}
		head = append(head, n)
	}
	return head, nil
}

// clean strips a header cell of outer and repeated space, and of the signs of a comment that some programs put before
// a header.
func clean(c string) string {
	c = strings.TrimLeftFunc(c, func(r rune) bool {
		return r == '#' || r == '%' || r == '\ufeff' ||
			unicode.IsSpace(r)
	})
	for strings.HasPrefix(c, "//") { // a name does not begin as a comment does
		c = c[2:]
	}
	return strings.Join(strings.Fields(c), " ")
}

func (s *textSource) header() []string { return s.head }
func (s *textSource) line() int        { return s.at }

func (s *textSource) notes() []string {
	said := s.said
	said = append(said, s.comments.note("line", "comments")...)
	said = append(said, s.repeats.note("line", "the header again")...)
	said = append(said, s.short.note("row", "fewer cells than the header has columns")...)
	said = append(said, s.words.note("line", "words, not a row of the table")...)
	if s.cut > 0 {
		said = append(said, fmt.Sprintf("the last line (line %d) is left out: it breaks off", s.cut))
	}
	s.said, s.cut = nil, 0
	return said
}

// next goes to the next row. Blank lines are none; comments, headers and rows that break off are left out.
func (s *textSource) next() error {
	for {
		line, err := s.record()
		if err != nil {
			return err
		}
		s.at = s.n
		if s.begun != 0 {
			s.at = s.begun
		}
		if blankLine(line) {
			continue
		}
		if s.aside(line) {
			if s.strict {
				return &Error{Line: s.at, Msg: "a comment, units, or the header again: leave the line out, or read " +
					"without --strict"}
			}
			continue
		}
		if err := s.split(line); err != nil {
			return err
		}
		s.unlist()
		switch n, want := len(s.cells), len(s.head); {
		case n == want:
			return nil
		case n == want+1 && blankLine(s.cells[want]) && !s.strict:
			s.cells = s.cells[:want] // a separator at the end of the line
			return nil
		case n > want && !s.strict && s.numbers() < min(want, 2):
			s.words.add(s.at)
		case n > want || s.strict:
			return &Error{Line: s.at, Msg: s.ragged(n)}
		case s.open:
			s.cut = s.at
		default:
			s.short.add(s.at)
		}
	}
}

// numbers counts the cells of a row that are numbers or times.
func (s *textSource) numbers() (n int) {
	for _, c := range s.cells {
		if kindOf(trim(c), s.sep) == value {
			n++
		}
	}
	return n
}

// ragged words a row with another number of cells than the header has columns.
func (s *textSource) ragged(n int) string {
	text := fmt.Sprintf("%s where the header has %s", count(n, "cell"), count(len(s.head), "column"))
	switch {
	case n > len(s.head) && s.sep == ',':
		text += ": put text with a comma into quotes; if it is a decimal comma, write a point, or separate the " +
			"columns by semicolons"
	case n > len(s.head):
		text += ": leave the line out, or put text with a separator into quotes"
	}
	return text
}

// aside says whether a line is none of the table, and counts it: a comment, the header once more, units.
func (s *textSource) aside(line []byte) bool {
	c := line[0]
	if c >= '0' && c <= '9' || c == '-' || c == '.' {
		return false
	}
	trimmed := bytes.TrimSpace(line)
	switch {
	case len(s.raw) > 0 && bytes.Equal(trimmed, s.raw):
		s.repeats.add(s.at)
	case len(s.unitsRaw) > 0 && bytes.Equal(trimmed, s.unitsRaw):
		// noted with the header
	case isComment(line):
		s.comments.add(s.at)
	default:
		return false
	}
	return true
}

func blankLine(line []byte) bool {
	for _, c := range line {
		if c != ' ' && c != '\t' && c != '\r' && c != '\n' {
			return false
		}
	}
	return true
}

func trim(c []byte) []byte {
	for len(c) > 0 && (c[0] == ' ' || c[0] == '\t') {
		c = c[1:]
	}
	for len(c) > 0 && (c[len(c)-1] == ' ' || c[len(c)-1] == '\t') {
		c = c[:len(c)-1]
	}
	return c
}

// text keeps the last text of a column, which most rows share with the row before.
func (s *textSource) text(j int) (string, error) {
	if s.texts == nil {
		s.texts = make([]string, len(s.head))
	}
	if c := s.cells[j]; len(c) > 0 && string(c) == s.texts[j] {
		return s.texts[j], nil
	}
	c, err := s.decode(s.cells[j])
	if err != nil {
		return "", fmt.Errorf("%q %s", s.cells[j], err)
	}
	if c = strings.Join(strings.Fields(c), " "); c == "" {
		return "", missing("empty cell")
	}
	s.texts[j] = c
	return c, nil
}

// decode makes a cell a string: UTF-8, or else Windows-1252, which has Latin-1 in it.
func (s *textSource) decode(c []byte) (string, error) {
	if utf8.Valid(c) {
		return string(c), nil
	}
	if s.strict {
		return "", errors.New("is not UTF-8 text: save the file as UTF-8")
	}
	if note := "text that is not UTF-8 is read as Windows-1252 (Latin-1)"; !s.latin {
		s.said, s.latin = append(s.said, note), true
	}
	return latin(c), nil
}

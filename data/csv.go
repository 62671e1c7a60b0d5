package data

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"lagrange/internal/vec"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// source is a table being read: a header, then one row at a time. Its errors are *Error without the file name.
type source interface {
	header() []string                // cleaned cells of the header
	line() int                       // of the current row; of the header before the first
	next() error                     // goes to the next row; io.EOF after the last
	number(j int) (float64, error)   // cell j of the current row, finite
	text(j int) (id string, e error) // cell j of the current row
	notes() []string                 // what was noticed about the format
}

// csvSource reads text with a header, separated by commas, semicolons or tabs (Shafranovich, RFC 4180).
type csvSource struct {
	r    *csv.Reader
	head []string
	row  []string
	at   int
	said []string
}

const bom = "\ufeff"

// newCSV reads the header and guesses the separator from it.
func newCSV(in io.Reader) (*csvSource, error) {
	b := bufio.NewReaderSize(in, 1<<16)
	start, _ := b.Peek(1 << 16)
	switch {
	case len(start) == 0:
		if _, err := b.ReadByte(); err != nil && err != io.EOF {
			return nil, &Error{Msg: "cannot be read: " + cause(err)}
		}
		return nil, &Error{Msg: "empty file: a header with column names is expected, then rows of numbers"}
	case strings.HasPrefix(string(start), "\xff\xfe"), strings.HasPrefix(string(start), "\xfe\xff"):
		return nil, &Error{Line: 1, Msg: "UTF-16 text: save it as UTF-8"}
	case strings.IndexByte(string(start), 0) >= 0:
		return nil, &Error{Msg: "not a text file: CSV is expected"}
	case strings.HasPrefix(string(start), bom):
		_, _ = b.Discard(len(bom)) // cannot fail: the bytes have been peeked
		start = start[len(bom):]
	}
	s := &csvSource{r: csv.NewReader(b)}
	s.r.Comma = separator(start)
	s.r.FieldsPerRecord = -1
	s.r.ReuseRecord = true
	s.r.TrimLeadingSpace = s.r.Comma != '\t'
	if s.r.Comma != ',' {
		s.said = append(s.said, fmt.Sprintf("columns are separated by %s",
			map[rune]string{';': "semicolons", '\t': "tabs"}[s.r.Comma]))
	}
	if err := s.advance(); err == io.EOF {
		return nil, &Error{Msg: "empty file: a header with column names is expected, then rows of numbers"}
	} else if err != nil {
		return nil, err
	}
	numbers := 0
	for j, c := range s.row {
		if !utf8.ValidString(c) {
			return nil, &Error{Line: s.at, Msg: fmt.Sprintf("header cell %d is not UTF-8 text: save the file as UTF-8",
				j+1)}
		}
		s.head = append(s.head, clean(c))
		if _, err := strconv.ParseFloat(s.head[j], 64); err == nil {
			numbers++
		}
	}
	if numbers == len(s.head) {
		return nil, &Error{Line: s.at, Msg: "the first line holds numbers, not column names: add a header " +
			"such as t,q,v"}
	}
	return s, nil
}

// clean strips a header cell of outer and repeated space, and of the "#" some programs put before a header.
func clean(c string) string {
	c = strings.TrimLeftFunc(c, func(r rune) bool { return r == '#' || r == '\ufeff' || unicode.IsSpace(r) })
	return strings.Join(strings.Fields(c), " ")
}

// separator is the commonest of comma, semicolon and tab outside quotes in the header line; comma when in doubt.
func separator(start []byte) rune {
	var n [128]int
	quoted, begun := false, false
	for _, c := range start {
		if c == '"' {
			quoted = !quoted
		}
		if c == '\n' && begun && !quoted {
			break
		}
		begun = begun || c != '\n' && c != '\r'
		if !quoted && c < 128 {
			n[c]++
		}
	}
	best := ','
	for _, c := range ";\t" {
		if n[c] > n[best] {
			best = c
		}
	}
	return best
}

func (s *csvSource) header() []string { return s.head }
func (s *csvSource) line() int        { return s.at }
func (s *csvSource) notes() []string  { return s.said }

func (s *csvSource) next() error {
	if err := s.advance(); err != nil {
		return err
	}
	if len(s.row) != len(s.head) {
		return &Error{Line: s.at, Msg: fmt.Sprintf("%s where the header has %s", count(len(s.row), "cell"),
			count(len(s.head), "column"))}
	}
	return nil
}

func (s *csvSource) advance() error {
	row, err := s.r.Read()
	var p *csv.ParseError
	switch {
	case err == io.EOF:
		return err
	case errors.As(err, &p):
		return &Error{Line: p.Line, Msg: p.Err.Error()}
	case err != nil:
		return &Error{Msg: "cannot be read: " + cause(err)}
	}
	s.row = row
	s.at, _ = s.r.FieldPos(0)
	return nil
}

func (s *csvSource) number(j int) (float64, error) {
	c := strings.TrimSpace(s.row[j])
	x, err := strconv.ParseFloat(c, 64)
	switch {
	case c == "":
		return 0, errors.New("empty cell")
	case errors.Is(err, strconv.ErrRange):
		return 0, fmt.Errorf("%s is beyond the range of float64", c)
	case err != nil:
		return 0, fmt.Errorf("not a number: %q%s", c, commaHint(c))
	case !vec.IsFinite(x):
		return 0, fmt.Errorf("%s is not a finite number: leave the row out, or split the recording there", c)
	}
	return x, nil
}

// commaHint recognises a decimal comma.
func commaHint(c string) string {
	dotted := strings.Replace(c, ",", ".", 1)
	if _, err := strconv.ParseFloat(dotted, 64); err != nil || dotted == c {
		return ""
	}
	return fmt.Sprintf(" (decimal comma? write %s)", dotted)
}

func (s *csvSource) text(j int) (string, error) {
	c := strings.Join(strings.Fields(s.row[j]), " ")
	switch {
	case c == "":
		return "", errors.New("empty cell")
	case !utf8.ValidString(c):
		return "", fmt.Errorf("%q is not UTF-8 text: save the file as UTF-8", c)
	}
	return c, nil
}

// count is "1 cell" or "3 cells".
func count(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}

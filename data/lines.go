package data

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
)

// lines reads a text line by line and counts them.
type lines struct {
	r     *bufio.Reader
	n     int // the line that was read last
	begun int // the line on which the record that was read last begins, if it goes over several; else 0
	bytes int64
	open  bool   // the line that was read last has no end: it is the last
	long  []byte // a line, or a record, that is not whole in the buffer of r
}

// read is the next line without its end. It is valid until the next call.
func (l *lines) read() ([]byte, error) {
	line, err := l.r.ReadSlice('\n')
	if err == bufio.ErrBufferFull {
		l.long = l.long[:0]
		for err == bufio.ErrBufferFull {
			l.long = append(l.long, line...)
			line, err = l.r.ReadSlice('\n')
		}
		l.long = append(l.long, line...)
		line = l.long
	}
	if err != nil && err != io.EOF {
		return nil, &Error{Msg: "cannot be read: " + cause(err)}
	}
	if len(line) == 0 {
		return nil, io.EOF
	}
	l.n, l.bytes = l.n+1, l.bytes+int64(len(line))
	l.open = err == io.EOF
	return bytes.TrimRight(line, "\r\n\x00"), nil // a logger without power leaves zeros behind
}

// record is the next line with those that follow it as long as a quoted cell goes on.
func (s *textSource) record() ([]byte, error) {
	line, err := s.lines.read()
	s.begun = 0
	if err != nil || bytes.IndexByte(line, '"') < 0 || !s.goesOn(line) {
		return line, err
	}
	at, record := s.n, bytes.Clone(line)
	for s.goesOn(record) && len(record) < peeked {
		if line, err = s.lines.read(); err != nil {
			break
		}
		record = append(append(record, '\n'), line...)
	}
	s.begun = at
	return record, nil
}

// goesOn says whether a line ends within a quoted cell.
func (s *textSource) goesOn(line []byte) bool {
	quoted, begins := false, true // within quotes; at the first letter of a cell
	for _, c := range line {
		switch {
		case quoted:
			quoted = c != '"'
			begins = !quoted // a doubled quote opens again
			continue
		case c == '"':
			quoted = begins
			continue
		}
		begins = c == s.sep || begins && c == ' '
	}
	return quoted
}

const (
	bareQuote  = `bare " in non-quoted-field: put the whole cell into quotes, with those in it doubled`
	looseQuote = `extraneous or missing " in quoted-field: close the quotes, and double those within`
)

// split takes a line apart into cells, which are valid until the next line.
func (s *textSource) split(line []byte) error {
	s.cells = s.cells[:0]
	if bytes.IndexByte(line, '"') >= 0 {
		return s.unquote(line)
	}
	if s.cells = cut(s.cells, line, s.sep); len(s.cells) > maxColumns {
		return tooWide(s.n)
	}
	if s.dated && isStamp(s.cells) {
		first := bytes.Index(line, s.cells[0])
		s.cells[1] = line[first : bytes.Index(line, s.cells[1])+len(s.cells[1])]
		s.cells = s.cells[1:]
	}
	return nil
}

func tooWide(line int) error {
	return &Error{Line: line, Msg: fmt.Sprintf("more than %d columns: write a table with fewer", maxColumns)}
}

// maxColumns bounds the columns of a table: a file of a kilobyte can be unpacked to a line of a million commas.
const maxColumns = 1 << 14

// cut appends the cells of a line without quotes, one more than maxColumns at most.
func cut(cells [][]byte, line []byte, sep byte) [][]byte {
	if sep == ' ' {
		for from := 0; ; {
			for from < len(line) && (line[from] == ' ' || line[from] == '\t') {
				from++
			}
			if from == len(line) {
				return cells
			}
			to := from
			for to < len(line) && line[to] != ' ' && line[to] != '\t' {
				to++
			}
			if cells = append(cells, line[from:to]); len(cells) > maxColumns {
				return cells
			}
			from = to
		}
	}
	from := 0
	for i, c := range line {
		if c == sep {
			if cells = append(cells, line[from:i]); len(cells) > maxColumns {
				return cells
			}
			from = i + 1
		}
	}
	return append(cells, line[from:])
}

// unquote takes a line with quotes apart.
func (s *textSource) unquote(line []byte) error {
	s.scratch = s.scratch[:0]
	space := func() {
		for len(line) > 0 && (line[0] == ' ' || line[0] == '\t' && s.sep == ' ') {
			line = line[1:]
		}
	}
	for first := true; ; first = false {
		space()
		if s.sep == ' ' && len(line) == 0 && !first {
			return nil
		}
		var cell []byte
		var err error
		if len(line) > 0 && line[0] == '"' {
			if cell, line, err = s.quoted(line[1:]); err != nil {
				return err
			}
			space()
		} else {
			to := 0
			for to < len(line) && line[to] != s.sep && (s.sep != ' ' || line[to] != '\t') {
				to++
			}
			if cell, line = line[:to], line[to:]; bytes.IndexByte(cell, '"') >= 0 {
				return &Error{Line: s.n, Msg: bareQuote}
			}
		}
		if s.cells = append(s.cells, cell); len(s.cells) > maxColumns {
			return tooWide(s.n)
		}
		switch {
		case len(line) == 0:
			return nil
		case s.sep != ' ' && line[0] != s.sep:
			return &Error{Line: s.n, Msg: looseQuote}
		case s.sep != ' ':
			line = line[1:]
		}
	}
}

// quoted is the text up to the closing quote, and what stands behind it.
func (s *textSource) quoted(line []byte) (cell, rest []byte, err error) {
	from := len(s.scratch)
	for i := 0; i < len(line); i++ {
		if line[i] == '"' {
			if i+1 == len(line) || line[i+1] != '"' {
				return s.scratch[from:], line[i+1:], nil
			}
			i++
		}
		s.scratch = append(s.scratch, line[i])
	}
	return nil, nil, &Error{Line: s.n, Msg: looseQuote}
}

// isComment says whether a line is a remark: it begins with #, % or //.
func isComment(line []byte) bool {
	line = trim(line)
	return len(line) > 0 && (line[0] == '#' || line[0] == '%' || bytes.HasPrefix(line, []byte("//")))
}

// uncommented is a line without the sign of a remark.
func uncommented(line []byte) []byte {
	if !isComment(line) {
		return line
	}
	line = bytes.TrimLeft(trim(line), "#%")
	return bytes.TrimPrefix(line, []byte("//"))
}

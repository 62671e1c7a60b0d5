package data

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
)

// source is a table being read: a header, then one row at a time. Its errors are *Error without the file name.
type source interface {
	header() []string                // cleaned cells of the header
	line() int                       // of the current row; of the header before the first
	next() error                     // goes to the next row; io.EOF after the last
	number(j int) (float64, error)   // cell j of the current row, finite; a missing if there is none
	text(j int) (id string, e error) // cell j of the current row; a missing if it is empty
	notes() []string                 // what was noticed since the last call
}

// missing is the error of a cell that holds no value. Its row is left out.
type missing string

func (m missing) Error() string { return string(m) }

// tally counts rows or lines of one kind that are left out.
type tally struct{ n, first int }

func (t *tally) add(line int) {
	if t.n == 0 {
		t.first = line
	}
	t.n++
}

// String is "3 rows …, the first on line 7".
func (t *tally) note(noun, what string) []string {
	if t.n == 0 {
		return nil
	}
	was := " are"
	if t.n == 1 {
		was = " is"
	}
	where := fmt.Sprintf(" (line %d)", t.first)
	if t.n > 1 {
		where = fmt.Sprintf(" (the first: line %d)", t.first)
	}
	text := count(t.n, noun) + was + " left out: " + what + where
	t.n = 0
	return []string{text}
}

// count is "1 cell" or "3 cells".
func count(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}

// peeked is how many bytes of a file decide what it is and where its header stands.
const peeked = 1 << 16

// open finds out what a file is by its first bytes; part is the array or sheet asked for, "" for what there is.
func open(in io.Reader, part string, o Options) (source, error) {
	b := bufio.NewReaderSize(in, peeked)
	start, err := b.Peek(peeked)
	if err != nil && err != io.EOF && err != bufio.ErrBufferFull {
		return nil, &Error{Msg: "cannot be read: " + cause(err)}
	}
	if bytes.HasPrefix(start, []byte("\x1f\x8b")) {
		z, err := gzip.NewReader(b)
		if err != nil {
			return nil, &Error{Msg: "a gzip file that cannot be unpacked: " + err.Error()}
		}
		b = bufio.NewReaderSize(z, peeked)
		if start, err = b.Peek(peeked); err != nil && err != io.EOF {
			return nil, &Error{Msg: "a gzip file that cannot be unpacked: " + err.Error()}
		}
	}
	if f := formatOf(start); f.read != nil || f.way != "" {
		return f.open(b, part, o)
	}
	if part != "" {
		return nil, &Error{Msg: fmt.Sprintf("text holds one table: leave out :%s", part)}
	}
	text, err := newText(b, o)
	if err != nil || o.Strict || o.Columns != nil || o.singlesOut(text.header()) {
		return text, err
	}
	return stacked(text)
}

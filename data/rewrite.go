package data

import (
	"bufio"
	"bytes"
	"io"
	"regexp"
	"slices"
)

// rewriter gives out the lines of a text as a function makes them, each with a line end.
type rewriter struct {
	in   *bufio.Reader
	line func([]byte) []byte
	rest []byte
}

// Read implements io.Reader.
func (r *rewriter) Read(p []byte) (int, error) {
	for len(r.rest) == 0 {
		line, err := r.in.ReadBytes('\n')
		if len(line) == 0 {
			return 0, err
		}
		open := err == io.EOF
		if r.rest = r.line(bytes.TrimRight(line, "\r\n")); !open {
			r.rest = append(r.rest, '\n')
		}
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

// rewritten makes a table of what serial monitors write: lines behind the time at which they came, and lines in which
// each number stands behind its name. names are those of the columns where the lines have them.
func rewritten(b *bufio.Reader, start []byte, named bool) (_ *bufio.Reader, _ []byte, names []string, said string) {
	var line func([]byte) []byte
	if said = "each number stands behind its name"; !named {
		names, line = keyed(start)
	}
	if names == nil {
		if line, said = received(start); line == nil {
			return b, start, nil, ""
		}
	}
	b = bufio.NewReaderSize(&rewriter{in: b, line: line}, peeked)
	start, _ = b.Peek(peeked)
	return b, start, names, said
}

// lookedAt is how many lines decide how a text is written.
const lookedAt = 20

// firstLines are those that are not blank and are whole.
func firstLines(start []byte) (lines [][]byte) {
	whole := len(start) < peeked
	for len(start) > 0 && len(lines) < lookedAt {
		line, rest, ended := bytes.Cut(start, []byte{'\n'})
		if start = rest; (ended || whole) && !blankLine(line) {
			lines = append(lines, bytes.TrimRight(line, "\r"))
		}
	}
	return lines
}

var arrow = regexp.MustCompile(`^([0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?) -> ?`)

// received takes the time at which a line came for its first cell, where all lines have one: 10:00:00.123 -> 1,2.
func received(start []byte) (line func([]byte) []byte, said string) {
	lines := firstLines(start)
	if len(lines) < 2 || slices.ContainsFunc(lines, func(l []byte) bool { return !arrow.Match(l) }) {
		return nil, ""
	}
	last := lines[len(lines)-1]
	sep := byte(' ')
	for _, c := range []byte(",;\t") {
		if bytes.IndexByte(last, c) >= 0 {
			sep = c
		}
	}
	return func(l []byte) []byte {
		m := arrow.FindSubmatch(l)
		if m == nil {
			return l
		}
		rest := l[len(m[0]):]
		stamp := m[1]
		if first := cut(nil, rest, sep); len(first) > 0 && kindOf(trim(first[0]), sep) == word {
			stamp = []byte("received")
		}
		return append(append(slices.Clone(stamp), sep), rest...)
	}, "lines begin with the time at which they came"
}

// pair is a name, its number, and perhaps a unit: angle: 57.3 deg.
var pair = regexp.MustCompile(`([\pL_][^:=,;|\t]*?)\s*[:=]\s*([-+]?[0-9.][0-9.eE+-]*)` +
	`(?:[ ]*([°\pL][^\s,;|:=]*))?(?:[\s,;|]+|$)`)

// keyed finds lines in which numbers stand behind their names, the same ones in nearly all.
func keyed(start []byte) (names []string, line func([]byte) []byte) {
	lines := firstLines(start)
	var first [][]byte // the names as they stand in the lines
	same := 0
	for _, l := range lines {
		var keys [][]byte
		for _, m := range pair.FindAllSubmatch(arrow.ReplaceAll(l, nil), -1) {
			keys = append(keys, m[1])
		}
		if len(keys) >= 2 && (first == nil || same == 0) {
			first = keys
		}
		if len(keys) >= 2 && slices.EqualFunc(keys, first, bytes.Equal) {
			same++
		}
	}
	if same < 2 || 5*same < 4*len(lines) || len(first) > maxColumns {
		return nil, nil
	}
	for _, l := range lines {
		m := pair.FindAllSubmatch(arrow.ReplaceAll(l, nil), -1)
		if len(m) != len(first) {
			continue
		}
		for _, x := range m {
			name := string(x[1])
			if _, ok := measureOf(string(x[3])); ok && len(x[3]) > 0 {
				name += " [" + string(x[3]) + "]"
			}
			names = append(names, name)
		}
		break
	}
	return names, func(l []byte) []byte {
		m := pair.FindAllSubmatch(arrow.ReplaceAll(l, nil), -1)
		if len(m) == 0 {
			return l
		}
		var out []byte
		for i, x := range m {
			if i >= len(first) || !bytes.Equal(x[1], first[i]) {
				return l // breaks off, or is another line
			}
			if i > 0 {
				out = append(out, ',')
			}
			out = append(out, x[2]...)
		}
		return out
	}
}

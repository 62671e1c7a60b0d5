package data

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"io"
	"unicode/utf16"
	"unicode/utf8"
)

const bom = "\ufeff"

// decoded makes UTF-8 with line ends of a file that begins with start: UTF-16 is decoded, a mark of the byte order
// dropped, a carriage return alone made a line end. It says what it did.
func decoded(b *bufio.Reader, start []byte) (*bufio.Reader, []byte, []string, error) {
	var said []string
	if order := utf16Order(start); order != nil {
		b = bufio.NewReaderSize(&utf16Reader{in: b, order: order}, peeked)
		start, _ = b.Peek(peeked)
		said = append(said, "UTF-16 text")
	}
	if bytes.HasPrefix(start, []byte(bom)) {
		_, _ = b.Discard(len(bom)) // cannot fail: the bytes have been peeked
		start, _ = b.Peek(peeked)
	}
	if at := bytes.IndexByte(start, 0); at == 0 || at > 0 && len(bytes.Trim(start[at:], "\x00\r\n")) > 0 {
		return nil, nil, nil, &Error{Msg: "not a text file, and none of " + formatNames() + ": save it as one of " +
			"these, or as CSV"}
	}
	if bytes.IndexByte(start, '\r') >= 0 && bytes.IndexByte(start, '\n') < 0 && bytes.Count(start, []byte{'\r'}) > 1 {
		b = bufio.NewReaderSize(&returns{b}, peeked)
		start, _ = b.Peek(peeked)
	}
	return b, start, said, nil
}

// utf16Order is the byte order of UTF-16 text, by its mark or by the zeros of its first letters; nil for other text.
func utf16Order(start []byte) binary.ByteOrder {
	zeros := func(at int) bool { return len(start) >= 8 && start[at] == 0 && start[at+2] == 0 && start[at+4] == 0 }
	switch {
	case bytes.HasPrefix(start, []byte("\xff\xfe")), zeros(1) && !zeros(0):
		return binary.LittleEndian
	case bytes.HasPrefix(start, []byte("\xfe\xff")), zeros(0) && !zeros(1):
		return binary.BigEndian
	}
	return nil
}

// utf16Reader decodes UTF-16; half a pair becomes the replacement character.
type utf16Reader struct {
	in    *bufio.Reader
	order binary.ByteOrder
	rest  []byte // decoded, not yet given out
	high  rune   // the first half of a pair; 0 if none waits
}

// Read implements io.Reader.
func (u *utf16Reader) Read(p []byte) (int, error) {
	var two [2]byte
	for len(u.rest) < len(p) && len(u.rest) < peeked {
		if _, err := io.ReadFull(u.in, two[:]); err != nil {
			if len(u.rest) > 0 {
				break
			}
			if err == io.ErrUnexpectedEOF {
				err = io.EOF // half a letter at the end
			}
			return 0, err
		}
		switch r := rune(u.order.Uint16(two[:])); {
		case u.high != 0:
			u.rest, u.high = utf8.AppendRune(u.rest, utf16.DecodeRune(u.high, r)), 0
		case r >= 0xd800 && r < 0xdc00:
			u.high = r
		default:
			u.rest = utf8.AppendRune(u.rest, r)
		}
	}
	n := copy(p, u.rest)
	u.rest = u.rest[:copy(u.rest, u.rest[n:])]
	return n, nil
}

// returns makes line ends of carriage returns.
type returns struct{ in io.Reader }

// Read implements io.Reader.
func (r *returns) Read(p []byte) (int, error) {
	n, err := r.in.Read(p)
	for i, c := range p[:n] {
		if c == '\r' {
			p[i] = '\n'
		}
	}
	return n, err
}

// windows1252 are the letters of Windows-1252 where it differs from Latin-1, from 0x80 on.
var windows1252 = [32]rune{'€', 0x81, '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', 0x8d, 'Ž', 0x8f,
	0x90, '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', 0x9d, 'ž', 'Ÿ'}

// latin reads a cell as Windows-1252.
func latin(c []byte) string {
	var b []rune
	for _, x := range c {
		r := rune(x)
		if x >= 0x80 && x < 0xa0 {
			r = windows1252[x-0x80]
		}
		b = append(b, r)
	}
	return string(b)
}

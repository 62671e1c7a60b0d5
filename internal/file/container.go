package file

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"regexp"
	"strconv"
	"strings"
)

// A Container is a header with a block of numbers, kept in a checked file:
//
//	lagrange <kind> <version>\n     text, for head -1 and for error messages
//	h, n                            two uint64, little-endian
//	header                          h bytes of JSON
//	floats                          n float64, little-endian, every bit kept
//	SHA-256                         32 bytes, of everything above
//
// The first line and the checksum at the end are the same in every version.
type Container struct {
	Kind    string          // what the file is: "model", "checkpoint"; lower-case letters
	Version int             // version of the content for this kind, from 1
	Header  json.RawMessage // one JSON value
	Floats  []float64
}

const magic = "lagrange"

// A first line longer than this is not ours.
const maxLine = 80

var kindForm = regexp.MustCompile(`^[a-z]{1,32}$`)

// WriteTo writes the file to w and returns the number of bytes written. It
// panics if Kind, Version or Header do not have the form that Decode requires.
func (c Container) WriteTo(w io.Writer) (int64, error) {
	if !kindForm.MatchString(c.Kind) || c.Version < 1 || !json.Valid(c.Header) {
		panic(fmt.Sprintf("file: container with kind %q, version %d or a header that is not JSON", c.Kind, c.Version))
	}
	b := fmt.Appendf(nil, "%s %s %d\n", magic, c.Kind, c.Version)
	b = binary.LittleEndian.AppendUint64(b, uint64(len(c.Header)))
	b = binary.LittleEndian.AppendUint64(b, uint64(len(c.Floats)))
	b = append(b, c.Header...)

	sum := sha256.New()
	both := io.MultiWriter(w, sum)
	written := int64(0)
	put := func(to io.Writer, b []byte) error {
		n, err := to.Write(b)
		written += int64(n)
		return err
	}
	for rest := c.Floats; ; {
		n := min(len(rest), 4096) // in pieces: the copy stays small however long the block is
		for _, x := range rest[:n] {
			b = binary.LittleEndian.AppendUint64(b, math.Float64bits(x))
		}
		if err := put(both, b); err != nil {
			return written, err
		}
		b, rest = b[:0], rest[n:]
		if len(rest) == 0 {
			break
		}
	}
	err := put(w, sum.Sum(nil))
	return written, err
}

// Save writes the container to path atomically (see Write).
func (c Container) Save(path string) error {
	return Write(path, func(w io.Writer) error {
		_, err := c.WriteTo(w)
		return err
	})
}

// Load reads the container at path; see Decode.
func Load(path, kind string, newest int) (Container, error) {
	f, err := os.Open(path)
	if err != nil {
		return Container{}, fmt.Errorf("cannot read the %s: %w", kind, err)
	}
	defer f.Close()
	return Decode(f, path, kind, newest)
}

// Decode reads a container of the given kind, version at most newest, from r to
// its end. The error names the file by name, what is wrong with it, and the way
// out. Memory is bounded by a few times the bytes that r really delivers,
// whatever lengths they claim.
func Decode(r io.Reader, name, kind string, newest int) (Container, error) {
	fail := func(format string, args ...any) (Container, error) {
		return Container{}, fmt.Errorf("%s: %w", name, fmt.Errorf(format, args...))
	}
	data, err := io.ReadAll(r)
	if err != nil {
		return fail("cannot read the %s: %w", kind, err)
	}
	line, body, err := firstLine(data)
	if err != nil {
		return fail("%w", err)
	}
	c := Container{Kind: line.kind, Version: line.version}
	switch {
	case c.Kind != kind:
		return fail("this is a %s, not a %s; give the file whose first line is %q", c.Kind, kind, magic+" "+kind+" …")
	case c.Version > newest:
		return fail("written by a newer version (format %d; this program reads up to %d): update lagrange",
			c.Version, newest)
	}

	const fixed = 8 + 8 + sha256.Size
	if len(body) < fixed {
		return fail("truncated: it ends within its first %d bytes; %s", len(data)-len(body)+fixed, again)
	}
	h := binary.LittleEndian.Uint64(body)
	n := binary.LittleEndian.Uint64(body[8:])
	room := uint64(len(body) - fixed)
	switch {
	case h > room || n > (room-h)/8:
		return fail("truncated: it says %d bytes of header and %d numbers, and holds %d bytes for both; %s",
			h, n, room, again)
	case h+8*n < room:
		return fail("damaged: %d bytes too many; %s", room-h-8*n, again)
	}
	end := len(data) - sha256.Size
	if sum := sha256.Sum256(data[:end]); !bytes.Equal(sum[:], data[end:]) {
		return fail("damaged: the checksum does not match; %s", again)
	}
	c.Header = bytes.Clone(body[16 : 16+h])
	if !json.Valid(c.Header) {
		return fail("damaged: the header is not JSON; %s", again)
	}
	c.Floats = make([]float64, n)
	for i := range c.Floats {
		c.Floats[i] = math.Float64frombits(binary.LittleEndian.Uint64(body[16+int(h)+8*i:]))
	}
	return c, nil
}

const again = "copy it again from where it came, or write it again"

type lineOne struct {
	kind    string
	version int
}

// firstLine takes "lagrange <kind> <version>\n" off data.
func firstLine(data []byte) (l lineOne, body []byte, err error) {
	foreign := errors.New("not a Lagrange file; give one that lagrange wrote")
	if len(data) == 0 {
		return l, nil, fmt.Errorf("truncated: the file is empty; %s", again)
	}
	start := data[:min(len(data), maxLine)]
	if head := start[:min(len(start), len(magic)+1)]; !strings.HasPrefix(magic+" ", string(head)) {
		return l, nil, foreign
	}
	i := bytes.IndexByte(start, '\n')
	if i < 0 && len(data) < maxLine {
		return l, nil, fmt.Errorf("truncated: it ends within its first line; %s", again)
	} else if i < 0 {
		return l, nil, foreign
	}
	words := strings.Split(string(start[:i]), " ")
	if len(words) != 3 || !kindForm.MatchString(words[1]) {
		return l, nil, foreign
	}
	version, err := strconv.Atoi(words[2])
	if err != nil || version < 1 || strconv.Itoa(version) != words[2] {
		return l, nil, fmt.Errorf("damaged: its format number is %q; %s", words[2], again)
	}
	return lineOne{words[1], version}, data[i+1:], nil
}

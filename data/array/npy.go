package array

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

const npyMagic = "\x93NUMPY"

// NPY reads the array of a .npy file (NumPy Enhancement Proposal 1), or the fields of a structured one.
func NPY(file []byte) ([]Array, error) {
	if len(file) < 12 || string(file[:6]) != npyMagic {
		return nil, errors.New("a damaged file: it does not begin as one of NumPy")
	}
	n, at := int(binary.LittleEndian.Uint16(file[8:])), 10
	if file[6] >= 2 {
		n, at = int(binary.LittleEndian.Uint32(file[8:])), 12
	}
	if n < 0 || n > len(file)-at {
		return nil, errors.New("the header breaks off")
	}
	head, body := string(file[at:at+n]), file[at+n:]
	shape, err := npyShape(head)
	if err != nil {
		return nil, err
	}
	fields, width, err := npyFields(head)
	if err != nil {
		return nil, err
	}
	count, err := size(shape, len(body)/max(width, 1))
	if err != nil {
		return nil, err
	}
	var all []Array
	total := 0
	for _, f := range fields {
		total += f.count
		a := Array{Name: f.name, Shape: slices.Clone(shape)}
		if f.count > 1 || f.sub {
			a.Shape = append(a.Shape, f.count)
		}
		if err := f.read(&a, body, count, width); err != nil {
			return nil, err
		}
		if npyFortran.MatchString(head) && len(fields) == 1 {
			a.Float, a.Int, a.Text = rowMajor(a.Float, a.Shape), rowMajor(a.Int, a.Shape), rowMajor(a.Text, a.Shape)
		}
		all = append(all, a)
	}
	return all, nil
}

var (
	npyFortran = regexp.MustCompile(`'fortran_order':\s*True`)
	npyShapes  = regexp.MustCompile(`'shape':\s*\(([0-9, L]*)\)`)
	npySimple  = regexp.MustCompile(`'descr':\s*'([^']*)'`)
	npyRecord  = regexp.MustCompile(`'descr':\s*\[(.*)\]\s*,\s*'`)
	npyField   = regexp.MustCompile(`^\s*\('([^']*)',\s*'([^']*)'(?:,\s*\(?([0-9]+),?\)?)?\)\s*,?`)
	npyType    = regexp.MustCompile(`^([<>=|]?)([a-zA-Z])([0-9]*)(\[.*\])?$`)
)

func npyShape(head string) (shape []int, err error) {
	m := npyShapes.FindStringSubmatch(head)
	if m == nil {
		return nil, errors.New("the header names no shape")
	}
	for d := range strings.SplitSeq(m[1], ",") {
		if d = strings.Trim(d, " L"); d == "" {
			continue
		}
		n, err := strconv.Atoi(d)
		if err != nil {
			return nil, errors.New("the header names no shape")
		}
		shape = append(shape, n)
	}
	return shape, nil
}

// field is a column of the bytes of an array.
type field struct {
	name  string
	order binary.ByteOrder
	kind  byte // f, i, u, b, M, U, S
	size  int  // bytes of one value
	count int  // values in an element
	sub   bool // the element is an array itself
	at    int  // in the element
}

// npyFields are the fields of an element, and its width in bytes.
func npyFields(head string) (fields []field, width int, err error) {
	if m := npySimple.FindStringSubmatch(head); m != nil {
		f, err := npyFieldOf(m[1])
		return []field{f}, f.size, err
	}
	m := npyRecord.FindStringSubmatch(head)
	if m == nil {
		return nil, 0, errors.New("the header names no type")
	}
	for rest := m[1]; strings.TrimSpace(rest) != ""; {
		m := npyField.FindStringSubmatch(rest)
		if m == nil || len(fields) > 1000 {
			return nil, 0, fmt.Errorf("a structure that is not understood: %.60s", rest)
		}
		rest = rest[len(m[0]):]
		f, err := npyFieldOf(m[2])
		if err != nil {
			return nil, 0, err
		}
		if m[3] != "" {
			if f.count, err = strconv.Atoi(m[3]); err != nil || f.count > 1<<20 || f.count < 1 {
				return nil, 0, fmt.Errorf("a structure that is not understood: %s", m[0])
			}
			f.sub = true
		}
		f.name, f.at = m[1], width
		width += f.size * f.count
		fields = append(fields, f)
	}
	return fields, width, nil
}

func npyFieldOf(text string) (field, error) {
	m := npyType.FindStringSubmatch(text)
	if m == nil {
		return field{}, fmt.Errorf("values of type %q are not understood", text)
	}
	f := field{order: binary.LittleEndian, kind: m[2][0], count: 1}
	if m[1] == ">" {
		f.order = binary.BigEndian
	}
	f.size, _ = strconv.Atoi(m[3])
	ok := false
	switch f.kind {
	case 'f':
		ok = f.size == 2 || f.size == 4 || f.size == 8
	case 'i', 'u':
		ok = f.size == 1 || f.size == 2 || f.size == 4 || f.size == 8
	case 'b':
		ok = f.size == 1
	case 'M', 'm':
		ok = f.size == 8
	case 'U':
		f.size *= 4
		ok = f.size > 0 && f.size < 1<<20
	case 'S':
		ok = f.size > 0 && f.size < 1<<20
	case 'O':
		return f, errors.New("it holds Python objects, which are not read: convert it with .astype(float)")
	}
	if !ok {
		return f, fmt.Errorf("values of type %q are not understood", text)
	}
	return f, nil
}

// read takes the values of a field out of count elements of a width.
func (f *field) read(a *Array, body []byte, count, width int) error {
	n := count * f.count
	switch f.kind {
	case 'f':
		a.Float = make([]float64, 0, n)
	case 'U', 'S':
		a.Text = make([]string, 0, n)
	default:
		a.Int = make([]int64, 0, n)
	}
	for i := range count {
		for j := range f.count {
			b := body[i*width+f.at+j*f.size:][:f.size]
			switch f.kind {
			case 'f':
				a.Float = append(a.Float, float(b, f.order))
			case 'U':
				a.Text = append(a.Text, ucs4(b, f.order))
			case 'S':
				a.Text = append(a.Text, strings.ToValidUTF8(string(bytes.TrimRight(b, "\x00")), "\ufffd"))
			default:
				a.Int = append(a.Int, integer(b, f.order, f.kind != 'u' && f.kind != 'b'))
			}
		}
	}
	return nil
}

// float is a floating-point number of 2, 4 or 8 bytes (IEEE 754).
func float(b []byte, order binary.ByteOrder) float64 {
	switch len(b) {
	case 2:
		return half(order.Uint16(b))
	case 4:
		return float64(math.Float32frombits(order.Uint32(b)))
	}
	return math.Float64frombits(order.Uint64(b))
}

// half is a floating-point number of 16 bits: a sign, 5 bits of exponent, 10 of mantissa.
func half(h uint16) float64 {
	sign, e, m := 1-2*float64(h>>15), int(h>>10&31), float64(h&1023)
	switch e {
	case 0:
		return sign * math.Ldexp(m, -24)
	case 31:
		if m != 0 {
			return math.NaN()
		}
		return sign * math.Inf(1)
	}
	return sign * math.Ldexp(1024+m, e-25)
}

// integer is a whole number of 1, 2, 4 or 8 bytes.
func integer(b []byte, order binary.ByteOrder, signed bool) int64 {
	switch len(b) {
	case 1:
		if signed {
			return int64(int8(b[0]))
		}
		return int64(b[0])
	case 2:
		if signed {
			return int64(int16(order.Uint16(b)))
		}
		return int64(order.Uint16(b))
	case 4:
		if signed {
			return int64(int32(order.Uint32(b)))
		}
		return int64(order.Uint32(b))
	}
	return int64(order.Uint64(b))
}

// ucs4 is text of four bytes a letter.
func ucs4(b []byte, order binary.ByteOrder) string {
	var out []byte
	for ; len(b) >= 4; b = b[4:] {
		r := rune(order.Uint32(b))
		if r == 0 {
			break
		}
		out = utf8.AppendRune(out, r)
	}
	return string(out)
}

// NPZ reads the arrays of a .npz file, an archive of .npy files. Arrays that cannot be read are left out and said.
func NPZ(file []byte, part string) (all []Array, notes []string, err error) {
	z, err := unzipped(file)
	if err != nil {
		return nil, nil, err
	}
	for _, f := range z.File {
		name, ok := strings.CutSuffix(f.Name, ".npy")
		if !ok || part != "" && name != part {
			continue
		}
		b, err := extract(f)
		if err != nil {
			return nil, nil, err
		}
		fields, err := NPY(b)
		if err != nil {
			notes = append(notes, fmt.Sprintf("array %q is left out: %v", name, err))
			continue
		}
		for i := range fields {
			if fields[i].Name == "" {
				fields[i].Name = name
			}
		}
		all = append(all, fields...)
	}
	if all == nil {
		var names []string
		for _, f := range z.File {
			names = append(names, strings.TrimSuffix(f.Name, ".npy"))
		}
		if part != "" && !slices.Contains(names, part) {
			return nil, nil, fmt.Errorf("no array %q; there are %s", part, strings.Join(names, ", "))
		}
		return nil, nil, errors.New(strings.Join(append([]string{"no array of numbers"}, notes...), "; "))
	}
	return all, notes, nil
}

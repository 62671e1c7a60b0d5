package array

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Types of elements of a MAT-file, level 5 (MathWorks, MAT-File Format).
const (
	miInt8, miUint8, miInt16, miUint16, miInt32, miUint32 = 1, 2, 3, 4, 5, 6
	miSingle, miDouble, miInt64, miUint64                 = 7, 9, 12, 13
	miMatrix, miCompressed, miUTF8, miUTF16               = 14, 15, 16, 17
)

// Classes of arrays.
const (
	mxCell, mxStruct, mxObject, mxChar, mxSparse, mxDouble, mxUint64, mxFunction = 1, 2, 3, 4, 5, 6, 15, 16
)

// maxNested bounds structures within structures.
const maxNested = 8

// mat reads a MAT-file.
type mat struct {
	order binary.ByteOrder
	all   []Array
	notes []string
}

// MAT reads the arrays of a MAT-file of level 5, as MATLAB saves it with -v6 and -v7; fields of structures are called
// structure.field. What is not an array of numbers or text is left out and said.
func MAT(file []byte, part string) (all []Array, notes []string, err error) {
	if len(file) < 128 {
		return nil, nil, errors.New("the header breaks off")
	}
	m := mat{order: binary.LittleEndian}
	switch string(file[126:128]) {
	case "IM":
	case "MI":
		m.order = binary.BigEndian
	default:
		return nil, nil, errors.New("the header is damaged: save it again, or write its arrays as .npz")
	}
	if version := m.order.Uint16(file[124:]); version != 0x0100 {
		return nil, nil, errors.New(`it is of version 7.3, which is HDF5: save it in MATLAB as save("log.mat", "-v7")`)
	}
	for rest := file[128:]; len(rest) > 0; {
		var kind uint32
		var body []byte
		if kind, body, rest, err = m.element(rest); err != nil {
			return nil, nil, err
		}
		if kind == miCompressed {
			if kind, body, err = m.inflate(body); err != nil {
				return nil, nil, err
			}
		}
		if kind == miMatrix {
			if err := m.matrix(body, "", 0); err != nil {
				return nil, nil, err
			}
		}
	}
	if m.all == nil {
		return nil, nil, errors.New(strings.Join(append([]string{"no array of numbers: save the recording as arrays " +
			"such as t, q and v"}, m.notes...), "; "))
	}
	all, err = Select(m.all, part)
	return all, m.notes, err
}

// element takes the first element off, whose type and length stand before it.
func (m *mat) element(b []byte) (kind uint32, body, rest []byte, err error) {
	if len(b) < 8 {
		return 0, nil, nil, errors.New("the file breaks off")
	}
	kind = m.order.Uint32(b)
	if n := kind >> 16; n > 0 { // a small element has both in four bytes, and up to four bytes of data
		if n > 4 {
			return 0, nil, nil, errors.New("a damaged element")
		}
		return kind & 0xffff, b[4 : 4+n], b[8:], nil
	}
	n := uint64(m.order.Uint32(b[4:]))
	if b = b[8:]; n > uint64(len(b)) {
		return 0, nil, nil, errors.New("the file breaks off")
	}
	body, rest = b[:n], b[n:]
	if pad := int(-n & 7); kind != miCompressed {
		rest = rest[min(pad, len(rest)):]
	}
	return kind, body, rest, nil
}

// inflate unpacks a compressed element.
func (m *mat) inflate(b []byte) (kind uint32, body []byte, err error) {
	z, err := zlib.NewReader(bytes.NewReader(b))
	if err != nil {
		return 0, nil, fmt.Errorf("a damaged element: %w", err)
	}
	b, err = io.ReadAll(io.LimitReader(z, int64(len(b))*expansion+64))
	if err != nil {
		return 0, nil, fmt.Errorf("a damaged element: %w", err)
	}
	kind, body, _, err = m.element(b)
	return kind, body, err
}

// matrix reads an array: flags, dimensions, a name, and then what its class asks for.
func (m *mat) matrix(b []byte, within string, depth int) error {
	if len(b) == 0 {
		return nil // an empty field
	}
	_, flags, b, err := m.element(b)
	if err != nil || len(flags) < 8 {
		return errors.New("a damaged array")
	}
	class := m.order.Uint32(flags) & 0xff
	_, dims, b, err := m.element(b)
	if err != nil || len(dims)%4 != 0 {
		return errors.New("a damaged array")
	}
	_, name, b, err := m.element(b)
	if err != nil {
		return err
	}
	a := Array{Name: within}
	if len(name) > 0 {
		a.Name = within + string(name)
	}
	for ; len(dims) > 0; dims = dims[4:] {
		a.Shape = append(a.Shape, int(int32(m.order.Uint32(dims))))
	}
	switch {
	case class >= mxDouble && class <= mxUint64:
		return m.numbers(b, a)
	case class == mxStruct && depth < maxNested:
		return m.structure(b, a, depth)
	case class == mxChar:
		return nil // a remark, not a column
	}
	m.notes = append(m.notes, fmt.Sprintf("%q is left out: it is a %s, not an array of numbers", a.Name,
		map[uint32]string{mxCell: "cell array", mxStruct: "structure of structures", mxObject: "object",
			mxSparse: "sparse matrix", mxFunction: "function"}[class]))
	return nil
}

// numbers reads the values of an array, which may be kept in a smaller type than that of the array.
func (m *mat) numbers(b []byte, a Array) error {
	kind, body, _, err := m.element(b)
	if err != nil {
		return err
	}
	width := map[uint32]int{miInt8: 1, miUint8: 1, miInt16: 2, miUint16: 2, miInt32: 4, miUint32: 4, miSingle: 4,
		miDouble: 8, miInt64: 8, miUint64: 8}[kind]
	if width == 0 {
		return fmt.Errorf("array %q: a damaged element", a.Name)
	}
	n, err := size(a.Shape, len(body)/width)
	if err != nil {
		return fmt.Errorf("array %q: %w", a.Name, err)
	}
	if kind == miSingle || kind == miDouble {
		for i := range n {
			a.Float = append(a.Float, float(body[i*width:][:width], m.order))
		}
		if x, ok := whole(a.Float); ok {
			a.Float, a.Int = nil, x
		}
	} else {
		signed := kind == miInt8 || kind == miInt16 || kind == miInt32 || kind == miInt64
		for i := range n {
			a.Int = append(a.Int, integer(body[i*width:][:width], m.order, signed))
		}
	}
	a.Float, a.Int = rowMajor(a.Float, a.Shape), rowMajor(a.Int, a.Shape)
	a.Shape = clip(a.Shape)
	m.all = append(m.all, a)
	return nil
}

// structure reads the fields of a structure of one element: the length of their names, the names, the arrays.
func (m *mat) structure(b []byte, a Array, depth int) error {
	_, length, b, err := m.element(b)
	if err != nil || len(length) < 4 {
		return errors.New("a damaged structure")
	}
	_, names, b, err := m.element(b)
	if err != nil {
		return err
	}
	width := int(int32(m.order.Uint32(length)))
	if width <= 0 || len(names)%width != 0 {
		return errors.New("a damaged structure")
	}
	if slices.ContainsFunc(a.Shape, func(d int) bool { return d != 1 }) {
		m.notes = append(m.notes, fmt.Sprintf("%q is left out: it is an array of structures", a.Name))
		return nil
	}
	for ; len(names) > 0; names = names[width:] {
		var kind uint32
		var body []byte
		if kind, body, b, err = m.element(b); err != nil {
			return err
		}
		field, _, _ := strings.Cut(string(names[:width]), "\x00")
		if kind != miMatrix {
			return errors.New("a damaged structure")
		}
		if err := m.matrix(body, a.Name+"."+field, depth+1); err != nil {
			return err
		}
	}
	return nil
}

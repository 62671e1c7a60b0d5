package array

import (
	"encoding/binary"
	"errors"
)

// thrift reads structures in the compact protocol of Apache Thrift, in which Parquet keeps what it says of itself.
type thrift struct {
	b   []byte
	err error
}

// Types of the compact protocol.
const (
	tTrue, tFalse, tByte, tI16, tI32, tI64, tDouble, tBinary, tList, tSet, tMap, tStruct = 1, 2, 3, 4, 5, 6, 7, 8, 9,
		10,
		11, 12
)

var errThrift = errors.New("its description is damaged")

func (t *thrift) byte() byte {
	if len(t.b) == 0 {
		t.err = errThrift
		return 0
	}
	c := t.b[0]
	t.b = t.b[1:]
	return c
}

func (t *thrift) uvarint() uint64 {
	x, n := binary.Uvarint(t.b)
	if n <= 0 {
		t.err, t.b = errThrift, nil
		return 0
	}
	t.b = t.b[n:]
	return x
}

// varint is a whole number, by zigzag.
func (t *thrift) varint() int64 {
	x := t.uvarint()
	return int64(x>>1) ^ -int64(x&1)
}

func (t *thrift) bytes(n uint64) []byte {
	if n > uint64(len(t.b)) {
		t.err, t.b = errThrift, nil
		return nil
	}
	b := t.b[:n]
	t.b = t.b[n:]
	return b
}

func (t *thrift) string() string { return string(t.bytes(t.uvarint())) }

// fields calls read for each field of a structure; it has to take the field's value, or skip it.
func (t *thrift) fields(read func(id int, kind byte)) {
	id := 0
	for t.err == nil {
		head := t.byte()
		if head == 0 {
			return
		}
		if delta := int(head >> 4); delta > 0 {
			id += delta
		} else {
			id = int(int16(t.varint()))
		}
		if t.err == nil {
			read(id, head&15)
		}
	}
}

// list calls read for each element of a list.
func (t *thrift) list(read func(kind byte)) {
	head := t.byte()
	n := uint64(head >> 4)
	if n == 15 {
		n = t.uvarint()
	}
	for ; n > 0 && t.err == nil; n-- {
		if len(t.b) == 0 {
			t.err = errThrift
			return
		}
		read(head & 15)
	}
}

// inside is the type of an element: truth values are bytes there, and in the type itself in a field. So each element
// has at least one byte, and as many as are declared cannot be without an end.
func inside(kind byte) byte {
	if kind == tTrue || kind == tFalse {
		return tByte
	}
	return kind
}

// skip passes over a value.
func (t *thrift) skip(kind byte, depth int) {
	if depth > 16 {
		t.err = errThrift
		return
	}
	switch kind {
	case tTrue, tFalse:
	case tByte:
		t.byte()
	case tI16, tI32, tI64:
		t.uvarint()
	case tDouble:
		t.bytes(8)
	case tBinary:
		t.bytes(t.uvarint())
	case tList, tSet:
		t.list(func(kind byte) { t.skip(inside(kind), depth+1) })
	case tMap:
		n := t.uvarint()
		if n == 0 {
			return
		}
		kinds := t.byte()
		for ; n > 0 && t.err == nil; n-- {
			t.skip(inside(kinds>>4), depth+1)
			t.skip(inside(kinds&15), depth+1)
		}
	case tStruct:
		t.fields(func(_ int, kind byte) { t.skip(kind, depth+1) })
	default:
		t.err = errThrift
	}
}

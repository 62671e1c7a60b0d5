// Package protobuf writes and reads messages of protocol buffers, field by field: for files whose format other programs
// have declared.
package protobuf

import (
	"encoding/binary"
	"math"
)

// Message is a message in the form in which it is kept: one field after the other, each a key (its number, and how long
// it is) and a value.
type Message []byte

// How the value of a field is written.
const (
	varint  = 0
	fixed64 = 1
	counted = 2
	fixed32 = 5
)

func (m *Message) key(field, kind int) { *m = binary.AppendUvarint(*m, uint64(field)<<3|uint64(kind)) }

// Int adds a whole number: int32, int64, uint64, bool or an enumeration.
func (m *Message) Int(field, x int) {
	m.key(field, varint)
	*m = binary.AppendUvarint(*m, uint64(x))
}

// Float adds a float.
func (m *Message) Float(field int, x float32) {
	m.key(field, fixed32)
	*m = binary.LittleEndian.AppendUint32(*m, math.Float32bits(x))
}

// Double adds a double.
func (m *Message) Double(field int, x float64) {
	m.key(field, fixed64)
	*m = binary.LittleEndian.AppendUint64(*m, math.Float64bits(x))
}

// Text adds a string or bytes.
func (m *Message) Text(field int, x string) {
	m.key(field, counted)
	*m = append(binary.AppendUvarint(*m, uint64(len(x))), x...)
}

// Message adds a message.
func (m *Message) Message(field int, x Message) { m.Text(field, string(x)) }

// Field reads the first field of a message: its number, and its bytes where it has any. ok is false where none begins.
func (m Message) Field() (number int, x, rest Message, ok bool) {
	key, n := binary.Uvarint(m)
	if n <= 0 || key>>3 == 0 || key>>3 > 1<<29 {
		return 0, nil, nil, false
	}
	rest = m[n:]
	length := uint64(0)
	switch key & 7 {
	case varint:
		if _, n = binary.Uvarint(rest); n <= 0 {
			return 0, nil, nil, false
		}
		return int(key >> 3), nil, rest[n:], true
	case fixed64:
		length = 8
	case fixed32:
		length = 4
	case counted:
		if length, n = binary.Uvarint(rest); n <= 0 {
			return 0, nil, nil, false
		}
		rest = rest[n:]
	default:
		return 0, nil, nil, false
	}
	if length > uint64(len(rest)) {
		return 0, nil, nil, false
	}
	return int(key >> 3), rest[:length], rest[length:], true
}

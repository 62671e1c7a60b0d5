package export

import "encoding/binary"

// message is a message of protocol buffers in the form in which it is kept: one field after the other, each a key
// (its number, and how long it is) and a value.
type message []byte

// How the value of a field is written.
const (
	varint  = 0
	fixed64 = 1
	counted = 2
	fixed32 = 5
)

func (m *message) key(field, kind int) { *m = binary.AppendUvarint(*m, uint64(field)<<3|uint64(kind)) }

func (m *message) number(field, x int) {
	m.key(field, varint)
	*m = binary.AppendUvarint(*m, uint64(x))
}

func (m *message) text(field int, x string) {
	m.key(field, counted)
	*m = append(binary.AppendUvarint(*m, uint64(len(x))), x...)
}

func (m *message) message(field int, x message) { m.text(field, string(x)) }

// field reads the first field of a message: its number, and its bytes where it has any. ok is false where none begins.
func (m message) field() (number int, x, rest message, ok bool) {
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

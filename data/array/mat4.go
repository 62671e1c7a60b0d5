package array

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strings"
)

// header4 is the length of the header of an array of level 4: type, rows, columns, whether it is complex, the length of
// its name with the zero at its end; each a 32-bit number.
const header4 = 20

// order4 is the byte order of a MAT-file of level 4, which has no mark but the type of its first array; nil of other
// files.
func order4(file []byte) binary.ByteOrder {
	if len(file) < header4 {
		return nil
	}
	for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
		mopt, name := order.Uint32(file), order.Uint32(file[16:])
		machine := map[binary.ByteOrder]uint32{binary.LittleEndian: 0, binary.BigEndian: 1}[order]
		if mopt/1000 != machine || mopt/100%10 != 0 || mopt/10%10 > 5 || mopt%10 > 2 || order.Uint32(file[12:]) > 1 ||
			name < 2 || name > 64 || uint64(len(file)) < header4+uint64(name) || order.Uint32(file[4:]) == 0 ||
			order.Uint32(file[8:]) == 0 {
			continue
		}
		text := file[header4 : header4+name]
		if text[name-1] == 0 && isName(text[:name-1]) {
			return order
		}
	}
	return nil
}

// isName says whether a text may be the name of a variable.
func isName(text []byte) bool {
	for i, c := range text {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		if !letter && (i == 0 || c != '_' && (c < '0' || c > '9')) {
			return false
		}
	}
	return len(text) > 0
}

// IsMAT4 says whether a file begins as a MAT-file of level 4.
func IsMAT4(start []byte) bool { return order4(start) != nil }

// MAT4 reads the arrays of numbers of a MAT-file of level 4, as MATLAB saves it with -v4 and Octave and others do;
// text, sparse and complex arrays are left out and said.
func MAT4(file []byte, part string) (all []Array, notes []string, err error) {
	order := order4(file)
	if order == nil {
		return nil, nil, errors.New("the header is damaged: save it again, or write its arrays as .npz")
	}
	for rest := file; len(rest) > 0; {
		if len(rest) < header4 {
			return nil, nil, errors.New("an array breaks off")
		}
		mopt, named := order.Uint32(rest), uint64(order.Uint32(rest[16:]))
		rows, cols := uint64(order.Uint32(rest[4:])), uint64(order.Uint32(rest[8:]))
		complexes, kind := order.Uint32(rest[12:]) > 0, mopt/10%10
		if kind > 5 || named == 0 || named > uint64(len(rest)-header4) {
			return nil, nil, errors.New("an array is damaged: save it again, or write its arrays as .npz")
		}
		name := strings.TrimRight(string(rest[header4:header4+named]), "\x00")
		rest = rest[header4+named:]
		width := [6]uint64{8, 4, 4, 2, 2, 1}[kind]
		n, bad := size([]int{int(rows), int(cols)}, len(rest)/int(width))
		if bad != nil || rows > math.MaxInt32 || cols > math.MaxInt32 {
			return nil, nil, fmt.Errorf("array %q breaks off", name)
		}
		body := rest[:uint64(n)*width]
		rest = rest[len(body):]
		if complexes {
			if len(rest) < len(body) {
				return nil, nil, fmt.Errorf("array %q breaks off", name)
			}
			rest = rest[len(body):]
		}
		if mopt%10 != 0 || complexes {
			notes = append(notes, fmt.Sprintf("array %q is left out: text, sparse or complex", name))
			continue
		}
		x := make([]float64, n)
		for i := range x {
			x[i] = number4(order, kind, body[uint64(i)*width:])
		}
		shape := []int{int(rows), int(cols)}
		x = rowMajor(x, shape)
		if rows == 1 || cols == 1 {
			shape = []int{n}
		}
		all = append(all, Array{Name: name, Shape: shape, Float: x})
	}
	all, err = Select(all, part)
	return all, notes, err
}

// number4 is the number that b begins with, of one of the kinds of level 4.
func number4(order binary.ByteOrder, kind uint32, b []byte) float64 {
	switch kind {
	case 0:
		return math.Float64frombits(order.Uint64(b))
	case 1:
		return float64(math.Float32frombits(order.Uint32(b)))
	case 2:
		return float64(int32(order.Uint32(b)))
	case 3:
		return float64(int16(order.Uint16(b)))
	case 4:
		return float64(order.Uint16(b))
	}
	return float64(b[0])
}

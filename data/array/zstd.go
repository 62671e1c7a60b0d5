package array

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math/bits"
)

var errZstd = errors.New("a damaged page")

// zstd unpacks frames of Zstandard (Collet and Kucherawy, RFC 8878) to at most most bytes.
func zstd(b []byte, most int) (out []byte, err error) {
	for len(b) > 0 {
		if len(b) < 5 {
			return nil, errZstd
		}
		if magic := binary.LittleEndian.Uint32(b); magic&0xfffffff0 == 0x184d2a50 { // a frame to be skipped
			if len(b) < 8 || uint64(binary.LittleEndian.Uint32(b[4:])) > uint64(len(b)-8) {
				return nil, errZstd
			}
			b = b[8+binary.LittleEndian.Uint32(b[4:]):]
			continue
		} else if magic != 0xfd2fb528 {
			return nil, errZstd
		}
		if out, b, err = zstdFrame(out, b[4:], most); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// zstdFrame unpacks one frame behind its magic number.
func zstdFrame(out, b []byte, most int) (_, rest []byte, err error) {
	head := b[0]
	skip := 1 + [4]int{0, 1, 2, 4}[head&3] + [4]int{0, 2, 4, 8}[head>>6]
	switch single := head>>5&1 == 1; {
	case !single:
		skip++ // the size of the window
	case head>>6 == 0:
		skip++ // a size of one byte
	}
	if len(b) < skip {
		return nil, nil, errZstd
	}
	b = b[skip:]
	f := frame{out: out, begin: len(out), most: most, repeat: [3]int{1, 4, 8}}
	for last := false; !last; {
		if len(b) < 3 {
			return nil, nil, errZstd
		}
		h := int(b[0]) | int(b[1])<<8 | int(b[2])<<16
		kind, size := h>>1&3, h>>3
		last, b = h&1 == 1, b[3:]
		packed := size
		if kind == 1 {
			packed = 1
		}
		if packed > len(b) || kind == 3 || size > 1<<17 || kind < 2 && len(f.out)+size > most {
			return nil, nil, errZstd
		}
		switch kind {
		case 0:
			f.out = append(f.out, b[:size]...)
		case 1:
			for range size {
				f.out = append(f.out, b[0])
			}
		case 2:
			if err := f.block(b[:size]); err != nil {
				return nil, nil, err
			}
		}
		b = b[packed:]
	}
	if head>>2&1 == 1 { // a checksum
		if len(b) < 4 {
			return nil, nil, errZstd
		}
		b = b[4:]
	}
	return f.out, b, nil
}

// frame is what blocks hand on to the next.
type frame struct {
	out         []byte
	begin, most int
	repeat      [3]int // the last offsets
	huffman     *huffman
	tables      [3]fseTable // of literal lengths, offsets, match lengths
}

// block unpacks a compressed block: literals, then sequences of literals and matches.
func (f *frame) block(b []byte) error {
	literals, b, err := f.literals(b)
	if err != nil {
		return err
	}
	if len(b) == 0 {
		return errZstd
	}
	n := int(b[0])
	switch {
	case n < 128:
		b = b[1:]
	case n < 255 && len(b) > 1:
		n, b = (n-128)<<8+int(b[1]), b[2:]
	case n == 255 && len(b) > 2:
		n, b = int(b[1])+int(b[2])<<8+0x7f00, b[3:]
	default:
		return errZstd
	}
	if n == 0 {
		return f.put(literals)
	}
	if len(b) == 0 {
		return errZstd
	}
	modes := b[0]
	b = b[1:]
	for i := range f.tables {
		if b, err = f.tables[i].choose(int(modes>>(6-2*i)&3), i, b); err != nil {
			return err
		}
	}
	return f.sequences(newBackward(b), literals, n)
}

func (f *frame) put(b []byte) error {
	if len(f.out)+len(b) > f.most {
		return errZstd
	}
	f.out = append(f.out, b...)
	return nil
}

// sequences carries out n of them: so many literals, then so many bytes from so far back.
func (f *frame) sequences(r *backward, literals []byte, n int) error {
	var state [3]int
	for i := range state {
		state[i] = int(r.bits(f.tables[i].log))
	}
	for k := range n {
		var code [3]int
		for i := range code {
			code[i] = int(f.tables[i].cells[state[i]].symbol)
		}
		if code[0] > 35 || code[1] > 31 || code[2] > 52 {
			return errZstd
		}
		offset := 1<<code[1] + int(r.bits(code[1]))
		match := matchBase[code[2]] + int(r.bits(matchBits[code[2]]))
		length := literalBase[code[0]] + int(r.bits(literalBits[code[0]]))
		if k < n-1 {
			for _, i := range [3]int{0, 2, 1} {
				c := f.tables[i].cells[state[i]]
				state[i] = int(c.base) + int(r.bits(int(c.bits)))
			}
		}
		offset = f.offset(offset, length)
		if length > len(literals) || r.over() {
			return errZstd
		}
		if err := f.put(literals[:length]); err != nil {
			return err
		}
		literals = literals[length:]
		if offset <= 0 || offset > len(f.out)-f.begin || len(f.out)+match > f.most {
			return errZstd
		}
		for range match {
			f.out = append(f.out, f.out[len(f.out)-offset])
		}
	}
	return f.put(literals)
}

// offset is that of a sequence: a new one, or one of the last three.
func (f *frame) offset(v, length int) int {
	if v > 3 {
		f.repeat = [3]int{v - 3, f.repeat[0], f.repeat[1]}
		return v - 3
	}
	if length == 0 {
		v++
	}
	r := f.repeat
	switch v {
	case 1:
		return r[0]
	case 2:
		f.repeat = [3]int{r[1], r[0], r[2]}
	case 3:
		f.repeat = [3]int{r[2], r[0], r[1]}
	case 4:
		f.repeat = [3]int{r[0] - 1, r[0], r[1]}
	}
	return f.repeat[0]
}

// literals unpacks the literals of a block.
func (f *frame) literals(b []byte) (out, rest []byte, err error) {
	if len(b) < 5 {
		b = append(b[:len(b):len(b)], make([]byte, 5-len(b))...) // of a short block; sizes are checked below
	}
	kind, form := b[0]&3, b[0]>>2&3
	word := uint64(binary.LittleEndian.Uint32(b)) | uint64(b[4])<<32
	if kind < 2 {
		skip, size := [4]int{1, 2, 1, 3}[form], int(word>>4)&(1<<20-1)
		switch form {
		case 0, 2:
			size = int(b[0] >> 3)
		case 1:
			size &= 1<<12 - 1
		}
		return plainLiterals(b[skip:], size, kind == 1)
	}
	width, skip := [4]int{10, 10, 14, 18}[form], [4]int{3, 3, 4, 5}[form]
	size, packed := int(word>>4)&(1<<width-1), int(word>>(4+width))&(1<<width-1)
	if b = b[skip:]; packed > len(b) || size > 1<<17 {
		return nil, nil, errZstd
	}
	rest, b = b[packed:], b[:packed]
	if kind == 2 {
		if f.huffman, b, err = newHuffman(b); err != nil {
			return nil, nil, err
		}
	}
	if f.huffman == nil {
		return nil, nil, errZstd
	}
	if form == 0 {
		out, err = f.huffman.decode(nil, b, size)
		return out, rest, err
	}
	if len(b) < 6 {
		return nil, nil, errZstd
	}
	jumps, each := b[:6], (size+3)/4
	b = b[6:]
	for i := range 4 {
		n, want := len(b), size-3*each
		if i < 3 {
			n, want = int(binary.LittleEndian.Uint16(jumps[2*i:])), each
		}
		if n > len(b) || want < 0 {
			return nil, nil, errZstd
		}
		if out, err = f.huffman.decode(out, b[:n], want); err != nil {
			return nil, nil, err
		}
		b = b[n:]
	}
	return out, rest, nil
}

// plainLiterals are so many bytes as they stand, or one of them again and again.
func plainLiterals(b []byte, size int, one bool) (out, rest []byte, err error) {
	switch {
	case one && len(b) > 0 && size <= 1<<17:
		return bytes.Repeat(b[:1], size), b[1:], nil
	case !one && size <= len(b):
		return b[:size], b[size:], nil
	}
	return nil, nil, errZstd
}

// backward reads bits from the end of b on, below the highest bit that is set.
type backward struct {
	b  []byte
	at int // bits not yet read; negative when more were asked for, which read as zeros
}

func newBackward(b []byte) *backward {
	if len(b) == 0 || b[len(b)-1] == 0 {
		return &backward{at: -1}
	}
	return &backward{b, 8*len(b) - 9 + bits.Len8(b[len(b)-1])}
}

func (r *backward) over() bool { return r.at < 0 }

// peek is the next n ≤ 32 bits.
func (r *backward) peek(n int) (x uint64) {
	at := r.at - n
	for k := max(at, 0) / 8; k < len(r.b) && 8*k < r.at; k++ {
		if shift := 8*k - at; shift >= 0 {
			x |= uint64(r.b[k]) << shift
		} else {
			x |= uint64(r.b[k]) >> -shift
		}
	}
	return x & (1<<n - 1)
}

func (r *backward) bits(n int) uint64 {
	x := r.peek(n)
	r.at -= n
	return x
}

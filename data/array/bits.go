package array

import (
	"encoding/binary"
	"errors"
	"math"
)

// width is how many bits levels up to most take.
func width(most int) (n int) {
	for ; most > 0; most >>= 1 {
		n++
	}
	return n
}

func bits8(b []byte, width, n int) ([]byte, error) {
	x, err := hybrid(b, width, n)
	levels := make([]byte, len(x))
	for i, l := range x {
		levels[i] = byte(l)
	}
	return levels, err
}

// hybrid reads n whole numbers of a width in bits, in runs of one value or packed.
func hybrid(b []byte, width, n int) (x []uint32, err error) {
	if width > 32 {
		return nil, errThrift
	}
	size := (width + 7) / 8
	for len(x) < n {
		head, k := binary.Uvarint(b)
		if k <= 0 {
			return nil, errThrift
		}
		b = b[k:]
		if head&1 == 0 { // a run
			if len(b) < size || head == 0 {
				return nil, errThrift
			}
			v := uint32(0)
			for i := range size {
				v |= uint32(b[i]) << (8 * i)
			}
			b = b[size:]
			for range min(head>>1, uint64(n-len(x))) {
				x = append(x, v)
			}
			continue
		}
		groups := head >> 1
		if groups == 0 || width > 0 && groups > uint64(len(b)/width)+1 {
			return nil, errThrift
		}
		for i := range min(8*int(min(groups, uint64(n))), n-len(x)) {
			v, ok := packed(b, i, width)
			if !ok {
				return nil, errThrift
			}
			x = append(x, uint32(v))
		}
		b = b[min(uint64(len(b)), min(groups, uint64(n))*uint64(width)):]
	}
	return x, nil
}

// packed is number i of those of a width in bits, packed from the lowest bit on.
func packed(b []byte, i, width int) (x uint64, ok bool) {
	for k := range width {
		bit := i*width + k
		if bit/8 >= len(b) {
			return 0, false
		}
		x |= uint64(b[bit/8]>>(bit%8)&1) << k
	}
	return x, true
}

// delta reads n whole numbers as the first and differences, packed in blocks; rest is what stands behind them.
func delta(b []byte, n int) (x []int64, rest []byte, err error) {
	t := &thrift{b: b}
	block, minis, total := t.uvarint(), t.uvarint(), t.uvarint()
	last := t.varint()
	if t.err != nil || minis == 0 || minis > 1<<10 || block > 1<<20 || block%minis != 0 || total != uint64(n) ||
		block/minis%8 != 0 || block == 0 {
		return nil, nil, errThrift
	}
	each := int(block / minis)
	x = append(x, last)
	for len(x) < n {
		least := t.varint()
		widths := t.bytes(minis)
		if t.err != nil {
			return nil, nil, t.err
		}
		for _, w := range widths {
			if len(x) >= n {
				break
			}
			if w > 64 {
				return nil, nil, errThrift
			}
			body := t.bytes(uint64(each) * uint64(w) / 8)
			for i := 0; i < each && len(x) < n; i++ {
				d, ok := packed(body, i, int(w))
				if !ok {
					return nil, nil, errThrift
				}
				last += least + int64(d)
				x = append(x, last)
			}
		}
	}
	return x, t.b, t.err
}

// snappy unpacks a block (Google, Snappy compressed format).
func snappy(b []byte) ([]byte, error) {
	n, k := binary.Uvarint(b)
	if k <= 0 || n > uint64(len(b))*64 || n > math.MaxInt32 {
		return nil, errors.New("a damaged page")
	}
	out := make([]byte, 0, n)
	for b = b[k:]; len(b) > 0; {
		tag := b[0]
		length, offset, extra := int(tag>>2)+1, 0, 0
		b = b[1:]
		switch tag & 3 {
		case 0: // the bytes themselves
			if length > 60 {
				extra = length - 60
			}
		case 1:
			length, offset, extra = int(tag>>2&7)+4, int(tag>>5)<<8, 1
		case 2:
			extra = 2
		case 3:
			extra = 4
		}
		if len(b) < extra {
			return nil, errors.New("a damaged page")
		}
		more := 0
		for i := range extra {
			more |= int(b[i]) << (8 * i)
		}
		b = b[extra:]
		if tag&3 == 0 {
			if extra > 0 {
				length = more + 1
			}
			if length > len(b) || length < 0 || uint64(len(out)+length) > n {
				return nil, errors.New("a damaged page")
			}
			out, b = append(out, b[:length]...), b[length:]
			continue
		}
		offset |= more
		if offset <= 0 || offset > len(out) || uint64(len(out)+length) > n {
			return nil, errors.New("a damaged page")
		}
		for range length { // may overlap
			out = append(out, out[len(out)-offset])
		}
	}
	if uint64(len(out)) != n {
		return nil, errors.New("a damaged page")
	}
	return out, nil
}

package array

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Encodings and codecs of Parquet.
const (
	encPlain, encPlainDictionary, encRLE, encDelta, encDeltaLength, encDictionary, encSplit = 0, 2, 3, 5, 6, 8, 9
	codecNone, codecSnappy, codecGzip, codecZstd                                            = 0, 1, 2, 6
	pageData, pageDictionary, pageDataV2                                                    = 0, 2, 3
)

var codecs = map[int64]string{3: "LZO", 4: "Brotli", 5: "LZ4", 7: "LZ4"}

// values are those of one column: of the leaves that are there, and which those are.
type values struct {
	leaf               *leaf
	out                Array
	definition, repeat []byte
	dictionary         *Array
}

// page is the header of a page.
type page struct {
	kind, unpacked, packed, count, encoding, definitions, repeats int64

	raw bool // the values of a page of version 2 are not packed
}

func pageHeader(t *thrift) (h page) {
	first := map[int]*int64{1: &h.kind, 2: &h.unpacked, 3: &h.packed}
	inner := map[int]map[int]*int64{5: {1: &h.count, 2: &h.encoding}, 7: {1: &h.count, 2: &h.encoding},
		8: {1: &h.count, 4: &h.encoding, 5: &h.definitions, 6: &h.repeats}}
	t.fields(func(id int, kind byte) {
		switch {
		case first[id] != nil && kind == tI32:
			*first[id] = t.varint()
		case inner[id] != nil && kind == tStruct:
			of := inner[id]
			t.fields(func(at int, kind byte) {
				switch {
				case of[at] != nil && kind == tI32:
					*of[at] = t.varint()
				case id == 8 && at == 7 && kind == tFalse:
					h.raw = true
				default:
					t.skip(kind, 0)
				}
			})
		default:
			t.skip(kind, 0)
		}
	})
	return h
}

// pages reads the pages of a chunk.
func (p *parquet) pages(v *values, b []byte, c chunk) error {
	for read := int64(0); read < c.values; {
		t := &thrift{b: b}
		h := pageHeader(t)
		if t.err != nil || h.packed < 0 || h.packed > int64(len(t.b)) || h.count < 0 || h.unpacked < 0 {
			return errThrift
		}
		body := t.b[:h.packed]
		b = t.b[h.packed:]
		if h.count > p.left || h.unpacked > p.bytes {
			return errors.New("it says that it has more values than a file of this size can hold")
		}
		p.left, p.bytes = p.left-h.count, p.bytes-h.unpacked
		var err error
		switch h.kind {
		case pageDictionary:
			if body, err = unpack(body, c.codec, h.unpacked); err == nil {
				v.dictionary = &Array{}
				err = v.plain(v.dictionary, body, int(h.count))
			}
		case pageData:
			if body, err = unpack(body, c.codec, h.unpacked); err == nil {
				err = v.page(body, h)
			}
			read += h.count
		case pageDataV2:
			err = v.page2(body, h, c.codec)
			read += h.count
		}
		if err != nil {
			return err
		}
		if h.count == 0 && h.kind != pageDictionary && len(b) == 0 {
			break
		}
	}
	return nil
}

// unpack is a page without its compression.
func unpack(b []byte, codec, unpacked int64) ([]byte, error) {
	switch codec {
	case codecNone:
		return b, nil
	case codecSnappy:
		return snappy(b)
	case codecGzip:
		z, err := gzip.NewReader(bytes.NewReader(b))
		if err != nil {
			return nil, err
		}
		return io.ReadAll(io.LimitReader(z, min(int64(len(b))*expansion, unpacked)))
	case codecZstd:
		return zstd(b, int(min(unpacked, int64(len(b))<<15)))
	}
	return nil, fmt.Errorf("it is compressed by %s: write the file with compression=\"snappy\" or \"gzip\"",
		codecs[codec])
}

// page reads a page: repetition, definition, values.
func (v *values) page(b []byte, h page) (err error) {
	n, there := int(h.count), int(h.count)
	level := func(most int) (levels []byte, err error) {
		if len(b) < 4 {
			return nil, errThrift
		}
		size := binary.LittleEndian.Uint32(b)
		if uint64(size) > uint64(len(b)-4) {
			return nil, errThrift
		}
		levels, err = bits8(b[4:4+size], width(most), n)
		b = b[4+size:]
		return levels, err
	}
	if v.leaf.maxRepeat > 0 {
		levels, err := level(v.leaf.maxRepeat)
		if err != nil {
			return err
		}
		v.repeat = append(v.repeat, levels...)
	}
	if v.leaf.maxDefinition > 0 {
		levels, err := level(v.leaf.maxDefinition)
		if err != nil {
			return err
		}
		v.definition = append(v.definition, levels...)
		there = bytes.Count(levels, []byte{byte(v.leaf.maxDefinition)})
	}
	return v.decode(b, h.encoding, there)
}

// page2 reads a page of version 2, whose levels are not packed.
func (v *values) page2(b []byte, h page, codec int64) (err error) {
	if h.repeats < 0 || h.definitions < 0 || h.repeats > int64(len(b)) || h.definitions > int64(len(b))-h.repeats {
		return errThrift
	}
	n, there := int(h.count), int(h.count)
	repeats, definitions := b[:h.repeats], b[h.repeats:h.repeats+h.definitions]
	b = b[h.repeats+h.definitions:]
	if v.leaf.maxRepeat > 0 {
		levels, err := bits8(repeats, width(v.leaf.maxRepeat), n)
		if err != nil {
			return err
		}
		v.repeat = append(v.repeat, levels...)
	}
	if v.leaf.maxDefinition > 0 {
		levels, err := bits8(definitions, width(v.leaf.maxDefinition), n)
		if err != nil {
			return err
		}
		v.definition = append(v.definition, levels...)
		there = bytes.Count(levels, []byte{byte(v.leaf.maxDefinition)})
	}
	if !h.raw && there > 0 {
		if b, err = unpack(b, codec, h.unpacked); err != nil {
			return err
		}
	}
	return v.decode(b, h.encoding, there)
}

// decode appends n values.
func (v *values) decode(b []byte, encoding int64, n int) error {
	if n == 0 {
		return nil
	}
	switch encoding {
	case encPlain:
		return v.plain(&v.out, b, n)
	case encPlainDictionary, encDictionary:
		if v.dictionary == nil || len(b) == 0 {
			return errThrift
		}
		at, err := hybrid(b[1:], int(b[0]), n)
		if err != nil {
			return err
		}
		return v.look(at)
	case encRLE:
		if v.leaf.kind != pqBoolean || len(b) < 4 {
			return errThrift
		}
		x, err := hybrid(b[4:], 1, n)
		for _, x := range x {
			v.out.Int = append(v.out.Int, int64(x))
		}
		return err
	case encDelta:
		x, _, err := delta(b, n)
		v.out.Int = append(v.out.Int, x...)
		return err
	case encDeltaLength:
		return v.lengths(b, n)
	case encSplit:
		return v.split(b, n)
	}
	return fmt.Errorf("encoding %d is not understood: write the file again with other settings", encoding)
}

// look takes values from the dictionary.
func (v *values) look(at []uint32) error {
	d := v.dictionary
	for _, i := range at {
		if int64(i) >= int64(d.Len()) {
			return errThrift
		}
		switch {
		case d.Float != nil:
			v.out.Float = append(v.out.Float, d.Float[i])
		case d.Int != nil:
			v.out.Int = append(v.out.Int, d.Int[i])
		default:
			v.out.Text = append(v.out.Text, d.Text[i])
		}
	}
	return nil
}

// plain appends n values that stand one after the other.
func (v *values) plain(to *Array, b []byte, n int) error {
	size := map[int]int{pqInt32: 4, pqInt64: 8, pqInt96: 12, pqFloat: 4, pqDouble: 8, pqBytes: 4}[v.leaf.kind]
	if v.leaf.kind == pqBoolean && len(b)*8 < n || n > 0 && size > 0 && len(b)/size < n {
		return errThrift
	}
	order := binary.LittleEndian
	for i := range n {
		switch v.leaf.kind {
		case pqBoolean:
			to.Int = append(to.Int, int64(b[i/8]>>(i%8)&1))
		case pqInt32, pqInt64:
			to.Int = append(to.Int, integer(b[i*size:][:size], order, true))
		case pqInt96: // nanoseconds of a day, and days since −4713
			t := b[i*12:]
			const epoch = 2440588
			to.Int = append(to.Int, int64(order.Uint64(t))+(int64(order.Uint32(t[8:]))-epoch)*86400e9)
		case pqFloat, pqDouble:
			to.Float = append(to.Float, float(b[i*size:][:size], order))
		case pqBytes:
			if len(b) < 4 || uint64(order.Uint32(b)) > uint64(len(b)-4) {
				return errThrift
			}
			n := order.Uint32(b)
			to.Text = append(to.Text, string(b[4:4+n]))
			b = b[4+n:]
		default:
			return errors.New("values of a type of its own are not read")
		}
	}
	return nil
}

// split appends numbers whose first bytes stand together, then the second ones, and so on.
func (v *values) split(b []byte, n int) error {
	size := map[int]int{pqFloat: 4, pqDouble: 8, pqInt32: 4, pqInt64: 8}[v.leaf.kind]
	if size == 0 || len(b)/size < n {
		return errThrift
	}
	one := make([]byte, 0, size*n)
	for i := range n {
		for k := range size {
			one = append(one, b[k*n+i])
		}
	}
	return v.plain(&v.out, one, n)
}

// lengths appends texts whose lengths stand together before them.
func (v *values) lengths(b []byte, n int) error {
	lengths, rest, err := delta(b, n)
	if err != nil {
		return err
	}
	for _, l := range lengths {
		if l < 0 || l > int64(len(rest)) {
			return errThrift
		}
		v.out.Text = append(v.out.Text, string(rest[:l]))
		rest = rest[l:]
	}
	return nil
}

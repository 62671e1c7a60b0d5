package array

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
)

const parquetMagic = "PAR1"

// Types of the leaves of a Parquet schema, and how often they occur.
const (
	pqBoolean, pqInt32, pqInt64, pqInt96, pqFloat, pqDouble, pqBytes, pqFixed = 0, 1, 2, 3, 4, 5, 6, 7
	pqRequired, pqOptional, pqRepeated                                        = 0, 1, 2
	pqDecimal                                                                 = 5 // a converted type
)

// leaf is a column of a Parquet file.
type leaf struct {
	path                     []string
	kind, width              int
	converted, scale         int
	maxDefinition, maxRepeat int
	chunks                   []chunk
}

// chunk is a column of one group of rows.
type chunk struct {
	codec, values     int64
	start, dictionary int64
	size              int64
}

// parquet is the description at the end of a file (Apache Parquet, Thrift definition of the format).
type parquet struct {
	file   []byte
	rows   int64
	leaves []leaf
	notes  []string
	// values and unpacked bytes that may still be read: what a file of this size can hold
	left, bytes int64
}

type element struct {
	name                                                string
	kind, width, repetition, children, converted, scale int64
}

// Parquet reads the columns of a Parquet file. A column of lists of one length is an array of two dimensions. What is
// neither is left out and said.
func Parquet(file []byte, part string) (all []Array, notes []string, err error) {
	p := &parquet{file: file, left: 1<<20 + 64*int64(len(file)),
		bytes: 16<<20 + 512*int64(len(file))}
	if err := p.describe(); err != nil {
		return nil, nil, err
	}
	for i := range p.leaves {
		l := &p.leaves[i]
		name := strings.Join(l.path, ".")
		if part != "" && name != part && !strings.HasPrefix(name, part+".") {
			continue
		}
		a, err := p.column(l)
		if err != nil {
			p.notes = append(p.notes, fmt.Sprintf("column %q is left out: %v", name, err))
			continue
		}
		a.Name = name
		all = append(all, a)
	}
	if all == nil {
		return nil, nil, errors.New(strings.Join(append([]string{"no column of numbers"}, p.notes...), "; "))
	}
	all, err = Select(all, part)
	return all, p.notes, err
}

// describe reads the schema and where the columns are.
func (p *parquet) describe() error {
	n := len(p.file)
	if n < 12 || string(p.file[n-4:]) != parquetMagic {
		return errors.New("the file breaks off: write or download it again")
	}
	size := int(binary.LittleEndian.Uint32(p.file[n-8:]))
	if size > n-12 || size == 0 {
		return errors.New("the file is damaged: write or download it again, or write its columns as CSV")
	}
	t := &thrift{b: p.file[n-8-size : n-8]}
	var schema []element
	groups := 0
	t.fields(func(id int, kind byte) {
		switch {
		case id == 2 && kind == tList:
			t.list(func(byte) { schema = append(schema, schemaElement(t)) })
		case id == 3 && kind == tI64:
			p.rows = t.varint()
		case id == 4 && kind == tList:
			if p.leaves == nil && t.err == nil {
				t.err = p.schema(schema)
			}
			t.list(func(byte) { p.group(t); groups++ })
		default:
			t.skip(kind, 0)
		}
	})
	if t.err != nil {
		return t.err
	}
	if groups == 0 || p.rows <= 0 {
		return errors.New("no rows")
	}
	return nil
}

func schemaElement(t *thrift) (e element) {
	to := map[int]*int64{1: &e.kind, 2: &e.width, 3: &e.repetition, 5: &e.children, 6: &e.converted, 7: &e.scale}
	e.kind, e.converted = -1, -1
	t.fields(func(id int, kind byte) {
		switch {
		case to[id] != nil && kind == tI32:
			*to[id] = t.varint()
		case id == 4 && kind == tBinary:
			e.name = t.string()
		default:
			t.skip(kind, 0)
		}
	})
	return e
}

// schema makes leaves of the elements, which are a tree in depth-first order.
func (p *parquet) schema(all []element) error {
	at := 0
	var walk func(path []string, definition, repeat, depth int) error
	walk = func(path []string, definition, repeat, depth int) error {
		if at >= len(all) || depth > 16 {
			return errThrift
		}
		e := all[at]
		at++
		if depth > 0 {
			path = append(slices.Clone(path), e.name)
			switch e.repetition {
			case pqOptional:
				definition++
			case pqRepeated:
				definition, repeat = definition+1, repeat+1
			}
		}
		if e.children <= 0 {
			p.leaves = append(p.leaves, leaf{path: plainPath(path), kind: int(e.kind), width: int(e.width),
				converted: int(e.converted), scale: int(e.scale), maxDefinition: definition, maxRepeat: repeat})
			return nil
		}
		for range e.children {
			if err := walk(path, definition, repeat, depth+1); err != nil {
				return err
			}
		}
		return nil
	}
	return walk(nil, 0, 0, 0)
}

// plainPath leaves out the levels that lists have in a schema: q.list.element is q.
func plainPath(path []string) []string {
	if n := len(path); n > 2 && slices.Contains([]string{"list", "bag", "array"}, path[n-2]) {
		return path[:n-2]
	}
	return path
}

// group reads where the columns of one group of rows are.
func (p *parquet) group(t *thrift) {
	t.fields(func(id int, kind byte) {
		if id != 1 || kind != tList {
			t.skip(kind, 0)
			return
		}
		i := 0
		t.list(func(byte) {
			c := columnChunk(t)
			if i < len(p.leaves) {
				p.leaves[i].chunks = append(p.leaves[i].chunks, c)
			}
			i++
		})
	})
}

func columnChunk(t *thrift) (c chunk) {
	to := map[int]*int64{4: &c.codec, 5: &c.values, 7: &c.size, 9: &c.start, 11: &c.dictionary}
	t.fields(func(id int, kind byte) {
		if id != 3 || kind != tStruct {
			t.skip(kind, 0)
			return
		}
		t.fields(func(id int, kind byte) {
			if to[id] != nil && (kind == tI32 || kind == tI64) {
				*to[id] = t.varint()
			} else {
				t.skip(kind, 0)
			}
		})
	})
	if c.dictionary > 0 && c.dictionary < c.start {
		c.start = c.dictionary
	}
	return c
}

// column reads all values of a leaf.
func (p *parquet) column(l *leaf) (a Array, err error) {
	if l.maxRepeat > 1 {
		return a, errors.New("lists within lists are not read")
	}
	v := values{leaf: l}
	for _, c := range l.chunks {
		if c.start < 4 || c.size < 0 || c.start > int64(len(p.file)) || c.size > int64(len(p.file))-c.start {
			return a, errThrift
		}
		v.dictionary = nil
		if err := p.pages(&v, p.file[c.start:c.start+c.size], c); err != nil {
			return a, err
		}
	}
	return v.array(int(p.rows))
}

// array puts the values into rows.
func (v *values) array(rows int) (a Array, err error) {
	l, n := v.leaf, len(v.definition)
	if l.maxDefinition == 0 {
		n = v.out.Len()
	}
	width := 1
	if l.maxRepeat > 0 {
		if rows == 0 || n%rows != 0 || n == 0 {
			return a, errors.New("its lists are not all of one length")
		}
		width = n / rows
		for i, r := range v.repeat {
			if (r == 0) != (i%width == 0) {
				return a, errors.New("its lists are not all of one length")
			}
		}
	}
	if n != rows*width {
		return a, fmt.Errorf("it has %d values for %d rows", n, rows)
	}
	a = v.out
	if a.Shape = []int{rows}; l.maxRepeat > 0 {
		a.Shape = append(a.Shape, width)
	}
	if l.converted == pqDecimal && l.scale > 0 && a.Int != nil {
		for _, x := range a.Int {
			a.Float = append(a.Float, float64(x)/math.Pow10(l.scale))
		}
		a.Int = nil
	}
	if l.maxDefinition == 0 || a.Len() == n {
		return a, nil
	}
	return v.spread(a)
}

// spread puts values to their places, with NaN, or no text, where there is none.
func (v *values) spread(a Array) (Array, error) {
	if a.Int != nil {
		for _, x := range a.Int {
			a.Float = append(a.Float, float64(x))
		}
		a.Int = nil
	}
	some, texts := a.Float, a.Text
	a.Float, a.Text = nil, nil
	for _, d := range v.definition {
		there := int(d) == v.leaf.maxDefinition
		switch {
		case there && len(some) > 0:
			a.Float, some = append(a.Float, some[0]), some[1:]
		case there && len(texts) > 0:
			a.Text, texts = append(a.Text, texts[0]), texts[1:]
		case there:
			return a, errThrift
		case v.leaf.kind == pqBytes:
			a.Text = append(a.Text, "")
		default:
			a.Float = append(a.Float, math.NaN())
		}
	}
	return a, nil
}

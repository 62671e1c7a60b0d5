package array

import (
	"archive/zip"
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"strings"
	"unicode/utf8"
)

// WriteNPZ writes arrays as a .npz file of NumPy, each under its name.
func WriteNPZ(w io.Writer, all []Array) error {
	z := zip.NewWriter(w)
	for i := range all {
		f, err := z.Create(all[i].Name + ".npy")
		if err != nil {
			return err
		}
		b := bufio.NewWriter(f)
		writeNPY(b, &all[i])
		if err := b.Flush(); err != nil {
			return err
		}
	}
	return z.Close()
}

// writeNPY writes an array as a .npy file; errors stay in b.
func writeNPY(b *bufio.Writer, a *Array) {
	kind, letters := "<f8", 1
	switch {
	case a.Int != nil:
		kind = "<i8"
	case a.Text != nil:
		for _, s := range a.Text {
			letters = max(letters, utf8.RuneCountInString(s))
		}
		kind = fmt.Sprintf("<U%d", letters)
	}
	var shape strings.Builder
	for _, n := range a.Shape {
		fmt.Fprintf(&shape, "%d, ", n)
	}
	head := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': (%s), }", kind, shape.String())
	head += strings.Repeat(" ", 63-(len(head)+10)%64) + "\n" // the numbers begin at a multiple of 64
	_, _ = b.WriteString(npyMagic + "\x01\x00")
	word := binary.LittleEndian.AppendUint16(nil, uint16(len(head)))
	_, _ = b.Write(append(word, head...))
	for _, x := range a.Float {
		_, _ = b.Write(binary.LittleEndian.AppendUint64(word[:0], math.Float64bits(x)))
	}
	for _, x := range a.Int {
		_, _ = b.Write(binary.LittleEndian.AppendUint64(word[:0], uint64(x)))
	}
	for _, s := range a.Text {
		n := 0
		for _, r := range s {
			_, _ = b.Write(binary.LittleEndian.AppendUint32(word[:0], uint32(r)))
			n++
		}
		for ; n < letters; n++ {
			_, _ = b.Write([]byte{0, 0, 0, 0})
		}
	}
}

// pageRows is how many rows are in a page of a Parquet file.
const pageRows = 1 << 17

// WriteParquet writes arrays of one dimension and one length as the columns of a Parquet file, in one group of rows.
func WriteParquet(w io.Writer, all []Array) error {
	b := bufio.NewWriter(w)
	_, _ = b.WriteString(parquetMagic)
	rows, at := 0, int64(len(parquetMagic))
	var chunks thriftWriter // the columns of the group
	chunks.list(tStruct, len(all))
	total := int64(0)
	for i := range all {
		a := &all[i]
		rows = a.Len()
		start := at
		for lo := 0; lo < rows; lo += pageRows {
			page := pageOf(a, lo, min(lo+pageRows, rows))
			n, _ := b.Write(page)
			at += int64(n)
		}
		size := at - start
		total += size
		chunks.i64(2, start)
		chunks.begin(3) // what is said of the column
		chunks.i32(1, parquetKind(a))
		chunks.field(2, tList)
		chunks.list(tI32, 1)
		chunks.zigzag(encPlain)
		chunks.field(3, tList)
		chunks.list(tBinary, 1)
		chunks.text(a.Name)
		chunks.i32(4, codecNone)
		chunks.i64(5, int64(rows))
		chunks.i64(6, size)
		chunks.i64(7, size)
		chunks.i64(9, start)
		chunks.end()
		chunks.end()
	}
	var t thriftWriter
	t.i32(1, 1)
	schemaOf(&t, all)
	t.i64(3, int64(rows))
	t.field(4, tList)
	t.list(tStruct, 1)
	t.last = append(t.last, 0)
	t.field(1, tList)
	t.b = append(t.b, chunks.b...)
	t.i64(2, total)
	t.i64(3, int64(rows))
	t.end()
	t.field(6, tBinary)
	t.text("lagrange")
	t.b = append(t.b, 0)
	_, _ = b.Write(binary.LittleEndian.AppendUint32(t.b, uint32(len(t.b))))
	_, _ = b.WriteString(parquetMagic)
	return b.Flush()
}

func parquetKind(a *Array) int64 {
	switch {
	case a.Text != nil:
		return pqBytes
	case a.Int != nil:
		return pqInt64
	}
	return pqDouble
}

// schemaOf writes the columns: a root, then one leaf each, which no row lacks.
func schemaOf(t *thriftWriter, all []Array) {
	t.field(2, tList)
	t.list(tStruct, len(all)+1)
	t.last = append(t.last, 0)
	t.field(4, tBinary)
	t.text("schema")
	t.i32(5, int64(len(all)))
	t.end()
	for i := range all {
		t.last = append(t.last, 0)
		t.i32(1, parquetKind(&all[i]))
		t.i32(3, pqRequired)
		t.field(4, tBinary)
		t.text(all[i].Name)
		if all[i].Text != nil {
			t.i32(6, 0) // UTF-8
		}
		t.end()
	}
}

// pageOf is a page with the rows lo ≤ i < hi of an array.
func pageOf(a *Array, lo, hi int) []byte {
	var body []byte
	for i := lo; i < hi; i++ {
		switch {
		case a.Text != nil:
			body = binary.LittleEndian.AppendUint32(body, uint32(len(a.Text[i])))
			body = append(body, a.Text[i]...)
		case a.Int != nil:
			body = binary.LittleEndian.AppendUint64(body, uint64(a.Int[i]))
		default:
			body = binary.LittleEndian.AppendUint64(body, math.Float64bits(a.Float[i]))
		}
	}
	var t thriftWriter
	t.i32(1, pageData)
	t.i32(2, int64(len(body)))
	t.i32(3, int64(len(body)))
	t.begin(5)
	t.i32(1, int64(hi-lo))
	t.i32(2, encPlain)
	t.i32(3, encRLE)
	t.i32(4, encRLE)
	t.end()
	return append(append(t.b, 0), body...)
}

// thriftWriter writes structures in the compact protocol.
type thriftWriter struct {
	b    []byte
	last []int // the last field of each structure begun; empty in the outermost, whose last is outer
	top  int
}

// field begins a field of the current structure.
func (t *thriftWriter) field(id int, kind byte) {
	last := &t.top
	if n := len(t.last); n > 0 {
		last = &t.last[n-1]
	}
	t.b = append(t.b, byte(id-*last)<<4|kind) // fields are close together
	*last = id
}

func (t *thriftWriter) zigzag(x int64) { t.b = binary.AppendUvarint(t.b, uint64(x<<1)^uint64(x>>63)) }

func (t *thriftWriter) i32(id int, x int64) { t.field(id, tI32); t.zigzag(x) }

func (t *thriftWriter) i64(id int, x int64) { t.field(id, tI64); t.zigzag(x) }

func (t *thriftWriter) text(s string) {
	t.b = append(binary.AppendUvarint(t.b, uint64(len(s))), s...)
}

func (t *thriftWriter) list(kind byte, n int) {
	if n < 15 {
		t.b = append(t.b, byte(n)<<4|kind)
		return
	}
	t.b = binary.AppendUvarint(append(t.b, 0xf0|kind), uint64(n))
}

// begin begins a structure as a field; end ends it.
func (t *thriftWriter) begin(id int) {
	t.field(id, tStruct)
	t.last = append(t.last, 0)
}

func (t *thriftWriter) end() {
	t.b = append(t.b, 0)
	if n := len(t.last); n > 0 {
		t.last = t.last[:n-1]
	} else {
		t.top = 0
	}
}

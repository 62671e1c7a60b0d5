package data_test

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"lagrange/data"
)

// mostForKilobyte is what reading a file of 1 KiB may allocate, all in all.
const mostForKilobyte = 64 << 20

// bounded reads a file. Whatever its bytes, that ends with a set or an *Error that names it, and takes no more memory
// than is right for so small a file.
func bounded(t *testing.T, file []byte, o data.Options) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	s, err := data.ReadFrom(bytes.NewReader(file), "file", o)
	runtime.ReadMemStats(&after)
	if e := (*data.Error)(nil); err != nil && (!errors.As(err, &e) || e.File != "file" || s != nil) {
		t.Fatalf("%T %v", err, err)
	}
	if n := after.TotalAlloc - before.TotalAlloc; n > mostForKilobyte*uint64(1+len(file)/1024) {
		t.Fatalf("%d bytes allocated for a file of %d: %v", n, len(file), err)
	}
}

// FuzzFiles reads whatever is not text: NumPy, MATLAB, Parquet, Excel, JSON, and what is packed.
func FuzzFiles(f *testing.F) {
	for _, x := range fixtures(f) {
		f.Add(x.file, false)
		f.Add(x.file, true)
	}
	for _, c := range bombs() {
		f.Add(c, false)
	}
	f.Fuzz(func(t *testing.T, file []byte, named bool) {
		o := data.Options{Positions: true}
		if named {
			o = data.Options{Columns: []string{"t", "q", "v"}, Positions: true}
		}
		bounded(t, file, o)
	})
}

// bombs are small files that say that they are large.
func bombs() map[string][]byte {
	npy := func(descr, shape string) []byte {
		head := fmt.Sprintf("{'descr': %s, 'fortran_order': False, 'shape': (%s), }\n", descr, shape)
		return append([]byte{0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, byte(len(head)), 0}, head...)
	}
	packed := func(parts map[string]string) []byte {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		for name, text := range parts {
			w, _ := z.Create(name)
			_, _ = w.Write([]byte(text))
		}
		z.Close()
		return b.Bytes()
	}
	book := map[string]string{
		"xl/workbook.xml":            `<workbook><sheets><sheet name="a" r:id="r"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="r" Target="s.xml"/></Relationships>`,
	}
	with := func(sheet string) []byte { book["xl/s.xml"] = sheet; return packed(book) }
	return map[string][]byte{
		"shape":         npy("'<f8'", "1099511627776,"),
		"shape of none": npy("'<f8'", "0, 4611686018427387904, 4"),
		"negative":      npy("'<f8'", "-1,"),
		"wide":          npy("[('a', '<f8', (1000000,))]", "3,"),
		"zeros": packed(map[string]string{"t.npy": string(npy("'<f8'", "131072,")) + strings.Repeat("\x00",
			1<<20)}),
		"far cell":      with(`<sheetData><row r="1048576"><c r="BZZ1048576"><v>1</v></c></row></sheetData>`),
		"far cells":     with(strings.Repeat(`<row><c r="BZZ1"><v>1</v></c></row>`, 1<<14)),
		"gzip":          squeezed(strings.Repeat("t,q\n", 1<<18)),
		"deep JSON":     []byte(strings.Repeat(`{"a":`, 200)),
		"lists of JSON": []byte(`{"a":[` + strings.Repeat(`[[],[]],`, 100) + `[]]}`),
		"keys of JSON":  []byte(`[{"a":1},` + strings.Repeat(`{},`, 300) + `{"b":[1,2,3]}]`),
		"commas":        squeezed(strings.Repeat(",", 1<<20) + "\n1,2\n"),
		"many names":    squeezed(names(1<<14, ",") + "\n" + strings.Repeat("1,", 1<<14-1) + "1\n"),
		"wide rows":     squeezed("t,q,v\n0,1,2\n1,2,3\n" + strings.Repeat(",1", 1<<19)),
		"wide array": packed(map[string]string{"t.npy": string(npy("'|i1'", "3, 3, 116508")) +
			strings.Repeat("\x00", 1<<20)}),
		"open quote": []byte("t,q,v\n\"" + strings.Repeat("\n", 900)),
	}
}

// squeezed is a text as gzip packs it.
func squeezed(text string) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write([]byte(text))
	z.Close()
	return b.Bytes()
}

// names are n different ones.
func names(n int, sep string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "q%d%s", i, sep)
	}
	return strings.TrimSuffix(b.String(), sep)
}

// No bomb goes off.
func TestBombs(t *testing.T) {
	for name, file := range bombs() {
		t.Run(name, func(t *testing.T) {
			bounded(t, file, data.Options{})
			bounded(t, file, data.Options{Columns: []string{"t", "q", "v"}, Positions: true})
		})
	}
}

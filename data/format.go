package data

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strings"

	"lagrange/data/array"
)

// format is a kind of file that is not text.
type format struct {
	name  string
	magic string                  // the first bytes
	is    func(start []byte) bool // where they alone do not tell
	holds string                  // what is read of it
	read  func(file []byte, part string) (all []array.Array, notes []string, err error)
	way   string // out, where it cannot be read
}

// formats are those that are known by their first bytes.
var formats = []format{
	{name: "NumPy array (.npy)", magic: "\x93NUMPY", read: selected(array.NPY),
		holds: "rows and columns, which --columns names; a structured array, by its fields"},
	{name: "NumPy archive (.npz) or Excel workbook (.xlsx)", magic: "PK\x03\x04", read: array.NPZ,
		holds: "arrays of n rows; of n rows and d columns, which become q1, q2, …; of runs, rows and columns. Of a " +
			"workbook the first sheet, as text would be read; file.xlsx:name for another"},
	{name: "Parquet", magic: "PAR1", read: array.Parquet,
		holds: "columns of numbers and text; lists of one length, as q1, q2, …; plain, Snappy, gzip or Zstandard"},
	{name: "MATLAB (.mat, level 5)", magic: "MATLAB 5.0 MAT-file", read: array.MAT,
		holds: "arrays as of NumPy; structures, by their fields, or file.mat:name for one. As saved with -v6 and -v7"},
	{name: "MATLAB (.mat, level 4)", is: array.IsMAT4, read: array.MAT4,
		holds: "arrays of numbers, as saved with -v4; and as other programs write it"},
	{name: "JSON", is: array.IsJSON, read: selected(array.JSON),
		holds: "objects, one a row, one after the other or in an array; one object of lists"},
	{name: "MATLAB (.mat, version 7.3)", magic: "MATLAB 7.3 MAT-file",
		way: "it is HDF5 and cannot be read: save it in " +
			"MATLAB as save(\"log.mat\", \"-v7\")"},
	{name: "HDF5 (also MATLAB 7.3)", magic: "\x89HDF\r\n\x1a\n", way: "it cannot be read: write its arrays as .npz " +
		"(Python: numpy.savez(\"log.npz\", **{k: f[k][()] for k in f}) with f = h5py.File(…)), or in MATLAB as " +
		"save(\"log.mat\", \"-v7\")"},
	{name: "pickle", magic: "\x80", is: func(start []byte) bool {
		return len(start) > 1 && start[1] >= 2 &&
			start[1] <= 5
	},
		way: "it can run any program and is not read: write its arrays with " +
			"numpy.savez(\"log.npz\", t=…, q=…, v=…), or a data frame with to_csv"},
}

// formatOf is the format of a file that begins with start; the zero value for text.
func formatOf(start []byte) format {
	for _, f := range formats {
		if bytes.HasPrefix(start, []byte(f.magic)) && (f.is == nil || f.is(start)) {
			return f
		}
	}
	return format{}
}

// formatNames lists the formats that can be read.
func formatNames() string {
	var names []string
	for _, f := range formats {
		if f.read != nil {
			names = append(names, f.name)
		}
	}
	return strings.Join(names, ", ")
}

// open reads a file of the format.
func (f format) open(r io.Reader, part string, o Options) (source, error) {
	if f.read == nil {
		return nil, &Error{Msg: f.name + ": " + f.way}
	}
	file, err := io.ReadAll(r)
	if err != nil {
		return nil, &Error{Msg: "cannot be read: " + cause(err)}
	}
	if array.IsWorkbook(file) {
		text, notes, err := array.Sheet(file, part)
		if err != nil {
			return nil, &Error{Msg: "Excel workbook (.xlsx): " + err.Error()}
		}
		s, err := newText(bufio.NewReaderSize(bytes.NewReader(text), peeked), o)
		if err != nil {
			return nil, err
		}
		s.said = append(notes, s.said...)
		return s, nil
	}
	if text, name, ok := array.Packed(file); ok && part == "" {
		s, err := newText(bufio.NewReaderSize(bytes.NewReader(text), peeked), o)
		if err != nil {
			return nil, err
		}
		s.said = append([]string{"it is a zip archive of " + name}, s.said...)
		return s, nil
	}
	all, notes, err := f.read(file, part)
	if err != nil {
		return nil, &Error{Msg: fmt.Sprintf("%s: %v", f.name, err)}
	}
	return newTable(all, notes, o)
}

// selected reads the arrays of a format, and keeps those of the part asked for.
func selected(read func([]byte) ([]array.Array, error)) func([]byte, string) ([]array.Array, []string, error) {
	return func(file []byte, part string) ([]array.Array, []string, error) {
		all, err := read(file)
		if err != nil {
			return nil, nil, err
		}
		all, err = array.Select(all, part)
		return all, nil, err
	}
}

package data

import (
	"bytes"
	"fmt"
	"io"
	"strings"
)

// format is a kind of file that is not text.
type format struct {
	name  string
	magic string // the first bytes; \x00 to \xff each stand for themselves
	read  func(file []byte, part string) (*table, error)
	way   string // out, where it cannot be read
}

// formats are those that are known by their first bytes.
var formats = []format{
	{name: "HDF5 (also MATLAB 7.3)", magic: "\x89HDF\r\n\x1a\n", way: "it cannot be read: write its arrays as .npz " +
		"(Python: numpy.savez(\"log.npz\", **{k: f[k][()] for k in f}) with f = h5py.File(…)), or in MATLAB as " +
		"save(\"log.mat\", \"-v7\")"},
	{name: "pickle", magic: "\x80", way: "it can run any program and is not read: write its arrays with " +
		"numpy.savez(\"log.npz\", t=…, q=…, v=…), or a data frame with to_csv"},
}

// formatOf is the format of a file that begins with start; the zero value for text.
func formatOf(start []byte) format {
	for _, f := range formats {
		if bytes.HasPrefix(start, []byte(f.magic)) {
			if f.magic == "\x80" && (len(start) < 2 || start[1] < 2 || start[1] > 5) {
				continue // a pickle of another protocol is none that Python writes today
			}
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
	t, err := f.read(file, part)
	if err != nil {
		return nil, &Error{Msg: fmt.Sprintf("%s: %v", f.name, err)}
	}
	return t, nil
}

type table struct{ source }

// Package array reads and writes named arrays of numbers in the files of other programs: NumPy (.npy, .npz), MATLAB
// (.mat, level 5), Parquet, Excel workbooks and JSON. What a file declares is checked against the bytes there are
// before
// anything is allocated.
package array

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
)

// Array is one array of a file, row-major. One of Float, Int and Text holds its values: whole numbers stay whole, so
// that
// times in nanoseconds keep every digit. A NaN stands for a value that is missing.
type Array struct {
	Name  string // "" if the file gives it none
	Shape []int
	Float []float64
	Int   []int64
	Text  []string
}

// Len is the number of values.
func (a *Array) Len() int { return max(len(a.Float), len(a.Int), len(a.Text)) }

// maxDimensions bounds the dimensions of an array; more are none of a recording.
const maxDimensions = 8

// size is the number of values of a shape, at most most.
func size(shape []int, most int) (n int, err error) {
	if len(shape) > maxDimensions {
		return 0, fmt.Errorf("%d dimensions", len(shape))
	}
	n = 1
	for _, d := range shape {
		if d < 0 || d > 0 && n > most/d {
			return 0, fmt.Errorf("shape %v is larger than the file", shape)
		}
		n *= d
	}
	if n > most { // of a single value, which has no shape
		return 0, errors.New("a value is larger than the file")
	}
	return n, nil
}

// rowMajor turns values in column-major order, as Fortran and MATLAB keep them, into row-major order.
func rowMajor[T any](x []T, shape []int) []T {
	if len(shape) < 2 || len(x) == 0 {
		return x
	}
	out := make([]T, len(x))
	at := make([]int, len(shape))
	for _, v := range x {
		to := 0
		for k, d := range shape {
			to = to*d + at[k]
		}
		out[to] = v
		for k := range shape { // the first index runs fastest
			if at[k]++; at[k] < shape[k] {
				break
			}
			at[k] = 0
		}
	}
	return out
}

// unzipped opens an archive whose parts together are no larger than the file: none is counted twice.
func unzipped(file []byte) (*zip.Reader, error) {
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		return nil, fmt.Errorf("a damaged archive (%w): write or download it again, or write its columns as CSV", err)
	}
	total := uint64(0)
	for _, f := range z.File {
		if total += f.CompressedSize64; total > uint64(len(file)) || f.CompressedSize64 > uint64(len(file)) {
			return nil, fmt.Errorf("a damaged archive: %s is larger than the file", f.Name)
		}
	}
	return z, nil
}

// expansion is the most that deflate makes of a byte.
const expansion = 1040

// extract is the content of one part of an archive.
func extract(f *zip.File) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.Name, err)
	}
	defer r.Close()
	most := int64(f.CompressedSize64)*expansion + 64
	b, err := io.ReadAll(io.LimitReader(r, most))
	if err != nil && err != flate.CorruptInputError(0) {
		return nil, fmt.Errorf("%s: %w", f.Name, err)
	}
	return b, err
}

// Packed is the text in a zip archive of one file; ok is false of any other archive.
func Packed(file []byte) (text []byte, name string, ok bool) {
	z, err := unzipped(file)
	if err != nil || len(z.File) != 1 || strings.HasSuffix(z.File[0].Name, ".npy") {
		return nil, "", false
	}
	text, err = extract(z.File[0])
	return text, z.File[0].Name, err == nil
}

// Select keeps the arrays of a part of a file: the one of that name, or those of that structure ("log" of log.t,
// log.q).
func Select(all []Array, part string) ([]Array, error) {
	if part == "" {
		return all, nil
	}
	var some []Array
	var names []string
	for _, a := range all {
		names = append(names, a.Name)
		if rest, ok := strings.CutPrefix(a.Name, part+"."); ok {
			a.Name = rest
			some = append(some, a)
		} else if a.Name == part {
			some = append(some, a)
		}
	}
	if some == nil {
		return nil, fmt.Errorf("no part %q; there are %s", part, strings.Join(names, ", "))
	}
	return some, nil
}

// whole are the numbers as integers, if all of them are; NaN is none.
func whole(x []float64) ([]int64, bool) {
	out := make([]int64, len(x))
	for i, v := range x {
		if v != math.Trunc(v) || math.Abs(v) > 1<<53 {
			return nil, false
		}
		out[i] = int64(v)
	}
	return out, true
}

// clip drops dimensions of length one, as MATLAB gives to vectors, but keeps one dimension.
func clip(shape []int) []int {
	out := slices.DeleteFunc(slices.Clone(shape), func(d int) bool { return d == 1 })
	if len(out) == 0 {
		return []int{1}
	}
	return out
}

package data_test

import (
	"bufio"
	"bytes"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"lagrange/data"
)

// long writes a recording of n rows to a file.
func long(b *testing.B, n int) string {
	path := filepath.Join(b.TempDir(), "long.csv")
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	w := bufio.NewWriter(f)
	fmt.Fprintln(w, "t,q,v")
	for i := range n {
		t := 0.001 * float64(i)
		fmt.Fprintf(w, "%.3f,%.6f,%.6f\n", t, math.Sin(t), math.Cos(t))
	}
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
	f.Close()
	return path
}

// BenchmarkRead reads a long recording; BenchmarkParse reads its bytes and parses the numbers, and does nothing else.
func BenchmarkRead(b *testing.B) {
	const n = 1_000_000
	path := long(b, n)
	b.ReportAllocs()
	for b.Loop() {
		s, err := data.Read([]string{path}, data.Options{})
		if err != nil || s.Rows() != n {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/row")
}

func BenchmarkParse(b *testing.B) {
	const n = 1_000_000
	path := long(b, n)
	b.ReportAllocs()
	for b.Loop() {
		f, err := os.Open(path)
		if err != nil {
			b.Fatal(err)
		}
		in := bufio.NewReaderSize(f, 1<<16)
		_, _ = in.ReadSlice('\n')
		sum := 0.0
		for {
			line, err := in.ReadSlice('\n')
			if err != nil {
				break
			}
			line = line[:len(line)-1]
			for len(line) > 0 {
				cell, rest, _ := bytes.Cut(line, []byte{','})
				x, err := strconv.ParseFloat(string(cell), 64)
				if err != nil {
					b.Fatal(err)
				}
				sum, line = sum+x, rest
			}
		}
		f.Close()
		if math.IsNaN(sum) {
			b.Fatal("no number")
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/row")
}

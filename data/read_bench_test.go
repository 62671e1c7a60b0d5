//go:build unix

package data_test

import (
	"bufio"
	"bytes"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
	"testing"
	"time"

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

// lengths are those of the recordings that are read.
var lengths = map[string]int{"1e6": 1_000_000, "1e7": 10_000_000}

// BenchmarkRead reads a long recording; BenchmarkParse reads its bytes and parses the numbers, and does nothing else.
func BenchmarkRead(b *testing.B) {
	for name, n := range lengths {
		b.Run(name, func(b *testing.B) {
			path := long(b, n)
			begin := used(b)
			for b.Loop() {
				s, err := data.Read([]string{path}, data.Options{})
				if err != nil || s.Rows() != n {
					b.Fatal(err)
				}
			}
			report(b, n, begin)
		})
	}
}

func BenchmarkParse(b *testing.B) {
	for name, n := range lengths {
		b.Run(name, func(b *testing.B) {
			path := long(b, n)
			begin := used(b)
			for b.Loop() {
				parse(b, path)
			}
			report(b, n, begin)
		})
	}
}

// used is the processor time of the program so far, in user and system mode.
func used(b *testing.B) time.Duration {
	runtime.GC()
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		b.Fatal(err)
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

// report tells the processor time of a row, and the largest memory that the program had by then.
func report(b *testing.B, n int, begin time.Duration) {
	b.ReportMetric(float64(used(b)-begin)/float64(b.N)/float64(n), "processor-ns/row")
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(r.Maxrss)/1024, "MB-at-most")
}

// parse reads the bytes of a file and parses its numbers.
func parse(b *testing.B, path string) {
	f, err := os.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
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
	if math.IsNaN(sum) {
		b.Fatal("no number")
	}
}

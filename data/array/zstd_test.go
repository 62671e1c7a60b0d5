package array

import (
	"bytes"
	"fmt"
	"os"
	"testing"
)

// The reference implementation packed the text, by pyarrow (testdata/files.py of data): blocks with Huffman codes of
// their own and sequences of all kinds.
func TestZstd(t *testing.T) {
	packed, err := os.ReadFile("testdata/squares.zst")
	if err != nil {
		t.Fatal(err)
	}
	var want []byte
	for i := range 4000 {
		want = fmt.Appendf(want, "%d,", i*i%1009)
	}
	got, err := zstd(packed, len(want))
	if err != nil || !bytes.Equal(got, want) {
		t.Fatalf("%d bytes, want %d: %v", len(got), len(want), err)
	}
	if _, err := zstd(packed, len(want)-1); err == nil {
		t.Error("more bytes than allowed")
	}
	for n := range packed { // whatever is broken, it ends
		_, _ = zstd(packed[:n], len(want))
		broken := bytes.Clone(packed)
		broken[n] ^= 0x55
		_, _ = zstd(broken, len(want))
	}
}

// Text that repeats itself from a few distances, old and new, is packed by those, in all the ways there are to name
// them.
func TestZstdRepeats(t *testing.T) {
	packed, err := os.ReadFile("testdata/repeats.zst")
	if err != nil {
		t.Fatal(err)
	}
	x := 7
	next := func(n int) int {
		x = (x*1103515245 + 12345) % (1 << 31)
		return (x >> 8) % n
	}
	want := []byte("the quick brown fox jumps over the lazy dog 0123456789 ")
	distances := []int{7, 11, 19}
	for range 600 {
		if next(3) == 0 {
			for range 1 + next(3) {
				want = append(want, byte('a'+next(26)))
			}
		}
		if next(8) == 0 {
			far := 5 + next(50)
			distances[next(3)] = far
		}
		k := distances[next(3)]
		for range 4 + next(12) {
			want = append(want, want[len(want)-k])
		}
	}
	if got, err := zstd(packed, len(want)); err != nil || !bytes.Equal(got, want) {
		t.Fatalf("%d bytes, want %d: %v", len(got), len(want), err)
	}
}

// FuzzZstd: whatever the bytes, there are no more than asked for.
func FuzzZstd(f *testing.F) {
	packed, err := os.ReadFile("testdata/squares.zst")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(packed)
	f.Add([]byte{0x28, 0xb5, 0x2f, 0xfd, 0, 0, 0x02, 0, 0x10, 'x', 0x03, 0, 0x10, 'y'})
	f.Fuzz(func(t *testing.T, b []byte) {
		if out, err := zstd(b, 1<<20); err == nil && len(out) > 1<<20 {
			t.Fatal(len(out))
		}
	})
}

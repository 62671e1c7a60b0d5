package array

import (
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// headed is a page with its header.
func headed(kind, count, encoding int64, body []byte) []byte {
	var t thriftWriter
	t.i32(1, kind)
	t.i32(2, int64(len(body)))
	t.i32(3, int64(len(body)))
	t.begin(map[int64]int{pageData: 5, pageDictionary: 7}[kind])
	t.i32(1, count)
	t.i32(2, encoding)
	t.end()
	return append(append(t.b, 0), body...)
}

// A page says in a few bytes that it has so many values: a run of one of them. A file has no more values than its size
// lets expect.
func TestLongRun(t *testing.T) {
	run := func(n int) error {
		pages := headed(pageDictionary, 1, encPlain, make([]byte, 8))
		pages = append(pages, headed(pageData, int64(n), encDictionary, append(binary.AppendUvarint([]byte{1},
			uint64(n)<<1), 0))...)
		p := &parquet{left: 1 << 20, bytes: 1 << 10}
		v := &values{leaf: &leaf{kind: pqDouble}}
		err := p.pages(v, pages, chunk{values: int64(n)})
		if err == nil && len(v.out.Float) != n {
			t.Errorf("%d values, want %d", len(v.out.Float), n)
		}
		return err
	}
	if err := run(1 << 19); err != nil {
		t.Error(err)
	}
	if err := run(1 << 28); err == nil || !strings.Contains(err.Error(), "more values than a file of this size") {
		t.Error(err)
	}
}

// Pages together are not unpacked to more than a file of this size can hold.
func TestUnpacked(t *testing.T) {
	page := headed(pageData, 8, encPlain, make([]byte, 64))
	pages := slices.Repeat(page, 3)
	p := &parquet{left: 1 << 20, bytes: 128}
	err := p.pages(&values{leaf: &leaf{kind: pqDouble}}, pages, chunk{values: 24})
	if err == nil || !strings.Contains(err.Error(), "than a file of this size") {
		t.Error(err)
	}
}

// A map of a million million truth values ends where its bytes do.
func TestEndlessMap(t *testing.T) {
	r := thrift{b: append(binary.AppendUvarint(nil, 1<<50), tTrue<<4|tFalse, 1, 1, 1)}
	if r.skip(tMap, 0); r.err == nil {
		t.Error("accepted")
	}
}

// Numbers packed to a width come back, and so do their runs.
func TestHybrid(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 2))
	for range 200 {
		width := r.IntN(20)
		var want []uint32
		var b []byte
		for range 1 + r.IntN(4) {
			if r.IntN(2) == 0 { // a run
				n, x := 1+r.IntN(30), uint32(r.Uint64())&(1<<width-1)
				b = binary.AppendUvarint(b, uint64(n)<<1)
				for k := range (width + 7) / 8 {
					b = append(b, byte(x>>(8*k)))
				}
				want = append(want, slices.Repeat([]uint32{x}, n)...)
				continue
			}
			groups := 1 + r.IntN(3)
			b = binary.AppendUvarint(b, uint64(groups)<<1|1)
			at := len(b)
			b = append(b, make([]byte, groups*width)...)
			for i := range 8 * groups {
				x := uint32(r.Uint64()) & (1<<width - 1)
				for k := range width {
					b[at+(i*width+k)/8] |= byte(x>>k&1) << ((i*width + k) % 8)
				}
				want = append(want, x)
			}
		}
		n := len(want) - r.IntN(min(7, len(want))) // the last group may be longer than what is asked for
		if got, err := hybrid(b, width, n); err != nil || !slices.Equal(got, want[:n]) {
			t.Fatalf("width %d: %v, %v, want %v", width, got, err, want)
		}
	}
}

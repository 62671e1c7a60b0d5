package array

import (
	"math/bits"
	"slices"
)

// The codes of Zstandard for lengths: the least length of a code, and how many bits are added.
var (
	literalBase = [36]int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 18, 20, 22, 24, 28, 32, 40, 48,
		64, 128,
		256, 512, 1024, 2048, 4096, 8192, 16384, 32768, 65536}
	literalBits = [36]int{16: 1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}
	matchBase   = [53]int{3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26,
		27, 28,
		29, 30, 31, 32, 33, 34, 35, 37, 39, 41, 43, 47, 51, 59, 67, 83, 99, 131, 259, 515, 1027, 2051, 4099, 8195,
		16387,
		32771, 65539}
	matchBits = [53]int{32: 1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}
)

// usual are the distributions of literal lengths, offsets and match lengths where a block has none of its own, and the
// logarithms of the sizes of their tables; largest are those of tables of its own.
var (
	usual = [3][]int{
		{4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1, -1, -1, -1,
			-1},
		{1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1},
		append(append([]int{1, 4, 3, 2, 2, 2, 2, 2, 2}, slices.Repeat([]int{1}, 37)...), -1, -1, -1, -1, -1, -1, -1),
	}
	usualLog = [3]int{6, 5, 6}
	largest  = [3]int{9, 8, 9}
)

// fseTable decodes finite-state entropy (Duda): in each state a symbol, and the bits that lead to the next.
type fseTable struct {
	log   int
	cells []fseCell
}

type fseCell struct {
	symbol, bits uint8
	base         uint16
}

// choose takes the table that a block asks for: the usual one, one symbol, one of its own, or that of the block before.
func (t *fseTable) choose(mode, which int, b []byte) ([]byte, error) {
	switch mode {
	case 0:
		*t = newFSE(usual[which], usualLog[which])
	case 1:
		if len(b) == 0 {
			return nil, errZstd
		}
		*t = fseTable{cells: []fseCell{{symbol: b[0]}}}
		b = b[1:]
	case 2:
		counts, log, used, err := fseCounts(b, largest[which])
		if err != nil {
			return nil, err
		}
		*t = newFSE(counts, log)
		b = b[used:]
	}
	if t.cells == nil {
		return nil, errZstd
	}
	return b, nil
}

// newFSE spreads symbols over a table as often as they are counted; −1 is less than once.
func newFSE(counts []int, log int) fseTable {
	size := 1 << log
	t := fseTable{log, make([]fseCell, size)}
	next := make([]int, len(counts))
	high := size
	for s, n := range counts {
		if next[s] = n; n == -1 {
			high--
			t.cells[high].symbol, next[s] = uint8(s), 1
		}
	}
	at := 0
	for s, n := range counts {
		for range max(n, 0) {
			t.cells[at].symbol = uint8(s)
			for at = (at + size>>1 + size>>3 + 3) & (size - 1); at >= high; {
				at = (at + size>>1 + size>>3 + 3) & (size - 1)
			}
		}
	}
	for i := range t.cells {
		c := &t.cells[i]
		n := next[c.symbol]
		next[c.symbol]++
		c.bits = uint8(log - bits.Len(uint(n)) + 1)
		c.base = uint16(n<<c.bits - size)
	}
	return t
}

// fseCounts reads how often symbols are in a table, and how many bytes say so.
func fseCounts(b []byte, most int) (counts []int, log, used int, err error) {
	at := 0
	peek := func(n int) int {
		x, _ := packedFrom(b, at, n)
		return x
	}
	log = peek(4) + 5
	at += 4
	if log > most {
		return nil, 0, 0, errZstd
	}
	for left := 1<<log + 1; left > 1; {
		n := bits.Len(uint(left))
		x, small := peek(n), 1<<n-1-left
		if x&(1<<(n-1)-1) < small {
			x &= 1<<(n-1) - 1
			at += n - 1
		} else {
			if at += n; x >= 1<<(n-1) {
				x -= small
			}
		}
		x--
		counts = append(counts, x)
		left -= max(x, -x)
		for more := x == 0; more; {
			k := peek(2)
			at += 2
			counts = append(counts, make([]int, k)...)
			more = k == 3
		}
		if left < 1 || len(counts) > 256 || at > 8*len(b) {
			return nil, 0, 0, errZstd
		}
	}
	return counts, log, (at + 7) / 8, nil
}

// packedFrom is n bits from bit at on; bits behind the end are zeros.
func packedFrom(b []byte, at, n int) (x int, ok bool) {
	for k := range n {
		if i := at + k; i/8 < len(b) {
			x |= int(b[i/8]>>(i%8)&1) << k
		}
	}
	return x, true
}

// huffman decodes literals: for the next log bits, a symbol and how many of the bits it takes.
type huffman struct {
	log   int
	cells []fseCell
}

// newHuffman reads the weights of the symbols: packed, or four bits each.
func newHuffman(b []byte) (h *huffman, rest []byte, err error) {
	if len(b) == 0 {
		return nil, nil, errZstd
	}
	n := int(b[0])
	b = b[1:]
	var weights []int
	if n >= 128 {
		n -= 127
		if (n+1)/2 > len(b) {
			return nil, nil, errZstd
		}
		for i := range n {
			weights = append(weights, int(b[i/2]>>(4*(1-i%2))&15))
		}
		rest = b[(n+1)/2:]
	} else {
		if n > len(b) {
			return nil, nil, errZstd
		}
		if weights, err = fseWeights(b[:n]); err != nil {
			return nil, nil, err
		}
		rest = b[n:]
	}
	sum := 0
	for _, w := range weights {
		if w > 11 {
			return nil, nil, errZstd
		}
		sum += 1 << w >> 1
	}
	log := bits.Len(uint(sum))
	left := 1<<log - sum
	if sum == 0 || log > 11 || left&(left-1) != 0 {
		return nil, nil, errZstd
	}
	weights = append(weights, bits.Len(uint(left))) // the last follows from the others
	h = &huffman{log: log}
	for w := 1; w <= log; w++ {
		for s, x := range weights {
			if x == w {
				h.cells = append(h.cells, slices.Repeat([]fseCell{{symbol: uint8(s), bits: uint8(log + 1 - w)}},
					1<<w>>1)...)
			}
		}
	}
	if len(h.cells) != 1<<log || len(weights) > 256 {
		return nil, nil, errZstd
	}
	return h, rest, nil
}

// fseWeights decodes weights by two states in turn, until no bits are left.
func fseWeights(b []byte) (weights []int, err error) {
	counts, log, used, err := fseCounts(b, 6)
	if err != nil || used > len(b) {
		return nil, errZstd
	}
	t := newFSE(counts, log)
	r := newBackward(b[used:])
	state := [2]int{int(r.bits(log)), int(r.bits(log))}
	for i := 0; ; i = 1 - i {
		c := t.cells[state[i]]
		weights = append(weights, int(c.symbol))
		if r.at < int(c.bits) {
			return append(weights, int(t.cells[state[1-i]].symbol)), nil
		}
		state[i] = int(c.base) + int(r.bits(int(c.bits)))
		if len(weights) > 255 {
			return nil, errZstd
		}
	}
}

// decode appends n symbols.
func (h *huffman) decode(out, b []byte, n int) ([]byte, error) {
	r := newBackward(b)
	for range n {
		c := h.cells[r.peek(h.log)]
		r.at -= int(c.bits)
		out = append(out, c.symbol)
	}
	if r.at != 0 {
		return nil, errZstd
	}
	return out, nil
}

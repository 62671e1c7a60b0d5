package lin

import (
	"cmp"
	"slices"
)

// Pattern says where a symmetric matrix of order N has elements: row i those of the columns Col[Row[i]:Row[i+1]], in
// ascending order, the diagonal and both halves included.
type Pattern struct {
	N        int
	Row, Col []int32
}

// NewPattern returns the pattern of a matrix of order n to which blocks are added: each visit of blocks gives the
// indices of one, among which those below 0 do not count.
func NewPattern(n int, blocks func(visit func(index []int32))) *Pattern {
	p := &Pattern{N: n, Row: make([]int32, n+1)}
	blocks(func(index []int32) {
		for _, i := range index {
			if i >= 0 {
				p.Row[i+1] += int32(len(index))
			}
		}
	})
	for i := range n {
		p.Row[i+1]++ // the diagonal
		p.Row[i+1] += p.Row[i]
	}
	col, end := make([]int32, p.Row[n]), slices.Clone(p.Row[:n])
	for i := range n {
		col[end[i]] = int32(i)
		end[i]++
	}
	blocks(func(index []int32) {
		for _, i := range index {
			for _, j := range index {
				if i >= 0 && j >= 0 {
					col[end[i]] = j
					end[i]++
				}
			}
		}
	})
	for i := range n {
		row := col[p.Row[i]:end[i]]
		slices.Sort(row)
		p.Row[i] = int32(len(p.Col))
		p.Col = append(p.Col, slices.Compact(row)...)
	}
	p.Row[n] = int32(len(p.Col))
	return p
}

// Of returns the columns of row i.
func (p *Pattern) Of(i int32) []int32 { return p.Col[p.Row[i]:p.Row[i+1]] }

// At returns where element (i, j) of the pattern stands among the values.
func (p *Pattern) At(i, j int32) int32 {
	k, ok := slices.BinarySearch(p.Of(i), j)
	if !ok {
		panic("lin: no such element in the pattern")
	}
	return p.Row[i] + int32(k)
}

// Mul sets y = M x for the values m of the pattern.
func (p *Pattern) Mul(m, x, y []float64) {
	for i := range p.N {
		s := 0.0
		for k := p.Row[i]; k < p.Row[i+1]; k++ {
			s += m[k] * x[p.Col[k]]
		}
		y[i] = s
	}
}

// Band returns the place of every index in an order that brings the elements near the diagonal, and the half-bandwidth
// of the matrix in it: the order of Cuthill & McKee (1969), in which an index is followed by its neighbours, those with
// few of their own first. A ring comes out folded flat, its two arms side by side.
func (p *Pattern) Band() (place []int32, b int) {
	order := make([]int32, 0, p.N)
	place = slices.Repeat([]int32{-1}, p.N)
	degree := func(i int32) int { return int(p.Row[i+1] - p.Row[i]) }
	level := func(start int32) (last int32) { // numbers what is connected with start
		at := len(order)
		place[start] = int32(at)
		order = append(order, start)
		for ; at < len(order); at++ {
			n := len(order)
			for _, j := range p.Of(order[at]) {
				if place[j] < 0 {
					place[j] = int32(len(order))
					order = append(order, j)
				}
			}
			slices.SortStableFunc(order[n:], func(i, j int32) int { return cmp.Compare(degree(i), degree(j)) })
			for k := n; k < len(order); k++ {
				place[order[k]] = int32(k)
			}
		}
		return order[len(order)-1]
	}
	for i := range int32(p.N) {
		if place[i] >= 0 {
			continue
		}
		n := len(order)
		far := i
		for range 2 { // from the far end of what is connected, twice
			far = level(far)
			for _, j := range order[n:] {
				place[j] = -1
			}
			order = order[:n]
		}
		level(far)
	}
	for i := range int32(p.N) {
		for _, j := range p.Of(i) {
			b = max(b, int(place[i]-place[j]))
		}
	}
	return place, b
}

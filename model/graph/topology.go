package graph

import (
	"fmt"
	"slices"
	"strings"

	"lagrange/internal/lin"
)

// Topology says which coordinates every local term of a Lagrangian sees. It is shared by all tapes made on it.
type Topology struct {
	Nodes, Dim int     // nodes, and coordinates of each; coordinate c of node i is number i·Dim + c
	Terms      []Terms // one for each kind of term, each kind with a density of its own
	m          *lin.Pattern
	place      []int32 // of the coordinates in the order in which M is a band of half-width band
	band       int
}

// Terms is one kind of local term.
type Terms struct {
	Size       int       // coordinates each term sees
	Index      []int32   // (terms, Size); a coordinate below 0 is held at rest at 0, one may stand twice
	Attributes []float64 // constants of the terms, (terms, m)
}

// Len is the number of terms.
func (t Terms) Len() int { return len(t.Index) / t.Size }

// attributes is m.
func (t Terms) attributes() int {
	if t.Len() == 0 {
		return 0
	}
	return len(t.Attributes) / t.Len()
}

// D is the number of coordinates of all nodes.
func (t *Topology) D() int { return t.Nodes * t.Dim }

// NewTopology completes a topology from its terms: the pattern of the mass matrix, and the order in which it is a
// narrow band.
func NewTopology(nodes, dim int, terms ...Terms) *Topology {
	t := &Topology{Nodes: nodes, Dim: dim, Terms: terms}
	if nodes < 1 || dim < 1 {
		panic(fmt.Sprintf("graph: %d nodes of %d coordinates", nodes, dim))
	}
	for _, k := range terms {
		n := k.Len()
		if k.Size < 1 || len(k.Index) != n*k.Size || n > 0 && len(k.Attributes)%n != 0 {
			panic("graph: indices or attributes do not fit the number of terms")
		}
		for _, i := range k.Index {
			if int(i) >= t.D() {
				panic(fmt.Sprintf("graph: a term sees coordinate %d of %d", i, t.D()))
			}
		}
	}
	t.m = lin.NewPattern(t.D(), func(visit func([]int32)) {
		for _, k := range terms {
			for i := range k.Len() {
				visit(k.Index[i*k.Size : (i+1)*k.Size])
			}
		}
	})
	t.place, t.band = t.m.Band()
	return t
}

// Boundary says how a lattice ends along one of its axes.
type Boundary uint8

// The boundaries.
const (
	Periodic Boundary = iota // the last site is a neighbour of the first
	Clamped                  // what lies beyond is held at rest at 0
	Free                     // what lies beyond mirrors what lies within, so nothing pulls at the ends
)

// boundaries are their names.
var boundaries = []string{Periodic: "periodic", Clamped: "clamped", Free: "free"}

// String is the name of a boundary.
func (b Boundary) String() string { return boundaries[b] }

// LookupBoundary finds a boundary by its name; the error lists the names. Older files say "fixed" of clamped ends.
func LookupBoundary(name string) (Boundary, error) {
	if name == "fixed" {
		return Clamped, nil
	}
	i := slices.Index(boundaries, name)
	if i < 0 {
		return 0, fmt.Errorf("no ends %q of an axis; there are %s", name, strings.Join(boundaries, ", "))
	}
	return Boundary(i), nil
}

// at returns the site for place i of an axis of n sites, or −1.
func (b Boundary) at(i, n int) int {
	switch {
	case b == Periodic:
		return ((i % n) + n) % n
	case b == Free:
		if i = ((i % (2 * n)) + 2*n) % (2 * n); i >= n {
			return 2*n - 1 - i
		}
		return i
	case i < 0 || i >= n:
		return -1
	}
	return i
}

// Ring is n sites on a circle; a term sees the sites i−radius … i+radius, in this order.
func Ring(n, radius, dim int) *Topology {
	return Lattice([]int{n}, []Boundary{Periodic}, radius, dim)
}

// Chain is n sites in a row, with the same boundary at both ends.
func Chain(n, radius, dim int, ends Boundary) *Topology {
	return Lattice([]int{n}, []Boundary{ends}, radius, dim)
}

// Lattice is sites in a box, the first axis running fastest. There is one term for every site; it sees those up to
// radius away along each axis: (i−radius … i+radius, j), then (i, j−radius … j−1, j+1 … j+radius), and so on. At a
// clamped boundary the terms centred beyond it that still see a site belong to the sum too.
func Lattice(sizes []int, ends []Boundary, radius, dim int) *Topology {
	if len(sizes) == 0 || len(ends) != len(sizes) || radius < 0 {
		panic("graph: a lattice has a boundary for each axis and a radius")
	}
	sites := 1
	lo, hi := make([]int, len(sizes)), make([]int, len(sizes)) // of the centres
	for a, n := range sizes {
		if n < 1 {
			panic(fmt.Sprintf("graph: %d sites along an axis", n))
		}
		sites *= n
		hi[a] = n
		if ends[a] == Clamped {
			lo[a], hi[a] = -radius, n+radius
		}
	}
	size := (1 + 2*radius*len(sizes)) * dim
	t := Terms{Size: size, Index: make([]int32, 0, sites*size)}
	at := append([]int(nil), lo...)
	term := make([]int32, 0, size)
	for {
		term = term[:0]
		sees := false
		for a := range sizes {
			for o := -radius; o <= radius; o++ {
				if a > 0 && o == 0 {
					continue
				}
				at[a] += o
				i := site(at, sizes, ends)
				at[a] -= o
				sees = sees || i >= 0
				for c := range dim {
					term = append(term, int32(i*dim+c))
					if i < 0 {
						term[len(term)-1] = -1
					}
				}
			}
		}
		if sees {
			t.Index = append(t.Index, term...)
		}
		if !next(at, lo, hi) {
			return NewTopology(sites, dim, t)
		}
	}
}

// site is the number of the site at a place, or −1.
func site(at, sizes []int, ends []Boundary) int {
	s, stride := 0, 1
	for a, n := range sizes {
		i := ends[a].at(at[a], n)
		if i < 0 {
			return -1
		}
		s += i * stride
		stride *= n
	}
	return s
}

// next counts at up within lo ≤ at < hi and says whether there was a next.
func next(at, lo, hi []int) bool {
	for a := range at {
		if at[a]++; at[a] < hi[a] {
			return true
		}
		at[a] = lo[a]
	}
	return false
}

// Edge joins two nodes of a network.
type Edge struct {
	I, J       int
	Attributes []float64 // such as a stiffness
}

// Network is a graph of nodes with attributes, such as masses, and edges with theirs. Its first kind of term sees a
// node, (q_i), its second an edge, (q_i, q_j); an edge counts in both directions, so it does not matter how it was
// written.
func Network(dim int, nodes [][]float64, edges []Edge) *Topology {
	n, e := Terms{Size: dim}, Terms{Size: 2 * dim}
	for i, attributes := range nodes {
		n.Index = site32(n.Index, i, dim)
		n.Attributes = append(n.Attributes, attributes...)
	}
	for _, k := range edges {
		if min(k.I, k.J) < 0 || max(k.I, k.J) >= len(nodes) {
			panic(fmt.Sprintf("graph: an edge between %d and %d of %d nodes", k.I, k.J, len(nodes)))
		}
		e.Index = site32(site32(e.Index, k.I, dim), k.J, dim)
		e.Index = site32(site32(e.Index, k.J, dim), k.I, dim)
		e.Attributes = append(append(e.Attributes, k.Attributes...), k.Attributes...)
	}
	return NewTopology(len(nodes), dim, n, e)
}

func site32(index []int32, i, dim int) []int32 {
	for c := range dim {
		index = append(index, int32(i*dim+c))
	}
	return index
}

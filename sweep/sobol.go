package sweep

import (
	"fmt"
	"math/bits"
	"math/rand/v2"
)

// sobol is the sequence of Sobol (1967) with the direction numbers of Joe and Kuo (2008), moved by a digital shift:
// each 2ᵏ points in a row have one in each of 2ᵏ equal parts of every axis.
type sobol struct {
	f     *File
	v     [][32]uint32 // direction numbers of each axis
	shift []uint32
}

// directions are s, a and m of the axes after the first (Joe and Kuo 2008, new-joe-kuo-6).
var directions = []struct {
	a uint32
	m []uint32
}{
	{0, []uint32{1}}, {1, []uint32{1, 3}}, {1, []uint32{1, 3, 1}}, {2, []uint32{1, 1, 1}},
	{1, []uint32{1, 1, 3, 3}}, {4, []uint32{1, 3, 5, 13}}, {2, []uint32{1, 1, 5, 5, 17}},
	{4, []uint32{1, 1, 5, 5, 5}}, {7, []uint32{1, 1, 7, 11, 19}}, {11, []uint32{1, 1, 5, 1, 1}},
	{13, []uint32{1, 1, 1, 3, 11}}, {14, []uint32{1, 3, 5, 5, 31}}, {1, []uint32{1, 3, 3, 9, 7, 49}},
	{13, []uint32{1, 1, 1, 15, 21, 21}}, {16, []uint32{1, 3, 1, 13, 27, 49}}, {19, []uint32{1, 1, 1, 15, 7, 5}},
	{22, []uint32{1, 3, 1, 15, 13, 25}}, {25, []uint32{1, 1, 5, 5, 19, 61}}, {1, []uint32{1, 3, 7, 11, 23, 15, 103}},
	{4, []uint32{1, 3, 7, 13, 13, 15, 69}},
}

func newSobol(f *File) (Sampler, error) {
	k := len(f.Space)
	if k > len(directions)+1 {
		return nil, fmt.Errorf("sobol has %d axes, the space %d parameters: take random or tpe", len(directions)+1, k)
	}
	s := &sobol{f: f}
	r := rand.New(rand.NewPCG(f.Seed, 0))
	for j := range k {
		s.v, s.shift = append(s.v, direction(j)), append(s.shift, r.Uint32())
	}
	return s, nil
}

// direction gives the direction numbers of axis j:
//
//	mᵢ = 2a₁mᵢ₋₁ ⊕ 2²a₂mᵢ₋₂ ⊕ … ⊕ 2ˢmᵢ₋ₛ ⊕ mᵢ₋ₛ,   vᵢ = mᵢ/2ⁱ .
func direction(j int) (v [32]uint32) {
	if j == 0 {
		for i := range v {
			v[i] = 1 << (31 - i)
		}
		return v
	}
	d := directions[j-1]
	s := len(d.m)
	for i := range v {
		if i < s {
			v[i] = d.m[i] << (31 - i)
			continue
		}
		v[i] = v[i-s] ^ v[i-s]>>s
		for k := 1; k < s; k++ {
			if d.a>>(s-1-k)&1 == 1 {
				v[i] ^= v[i-k]
			}
		}
	}
	return v
}

// Size implements Sampler.
func (*sobol) Size() int { return 0 }

// Next implements Sampler.
func (s *sobol) Next(n, count int, _ []Seen) (ds []Decision) {
	for i := n; i < n+count; i++ {
		x := make([]float64, len(s.v))
		for j := range x {
			x[j] = float64(s.number(i, j)) / (1 << 32)
		}
		ds = append(ds, Decision{x, fmt.Sprintf("number %d of the sequence", i)})
	}
	return ds
}

// number is coordinate j of point i, in units of 2⁻³².
func (s *sobol) number(i, j int) uint32 {
	y := s.shift[j]
	for gray := uint32(i) ^ uint32(i)>>1; gray != 0; gray &= gray - 1 {
		y ^= s.v[j][bits.TrailingZeros32(gray)]
	}
	return y
}

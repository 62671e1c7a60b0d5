package view

import (
	"math"
	"strconv"
)

// Numbers are written to JSON with the seven digits that a picture shows; what is not finite is null.
type Numbers []float64

// MarshalJSON writes them (json.Marshaler).
func (x Numbers) MarshalJSON() ([]byte, error) {
	b := append(make([]byte, 0, 2+10*len(x)), '[')
	for i, v := range x {
		if i > 0 {
			b = append(b, ',')
		}
		if math.IsNaN(v) || math.IsInf(v, 0) {
			b = append(b, "null"...)
			continue
		}
		b = strconv.AppendFloat(b, v, 'g', 7, 64)
	}
	return append(b, ']'), nil
}

// columns takes states (n, d) apart into d columns, of which it keeps the first most.
func columns(x []float64, d, most int) (c []Numbers) {
	for k := range min(d, most) {
		y := make(Numbers, 0, len(x)/d)
		for i := k; i < len(x); i += d {
			y = append(y, x[i])
		}
		c = append(c, y)
	}
	return c
}

// Thinned keeps of a curve the least and the greatest y in each of so many spans of x, and its ends: it looks the same
// where a span is no wider than a pixel. x rises.
func Thinned(x, y []float64, spans int) (tx, ty Numbers) {
	n := len(x)
	if n <= 2*spans+2 {
		return x, y
	}
	keep := func(i int) { tx, ty = append(tx, x[i]), append(ty, y[i]) }
	keep(0)
	lo, width := 1, (x[n-1]-x[0])/float64(spans)
	for s := range spans {
		end, hi := x[0]+float64(s+1)*width, lo
		for hi < n-1 && (x[hi] < end || s == spans-1) {
			hi++
		}
		if hi == lo {
			continue
		}
		least, most := lo, lo
		for i := lo; i < hi; i++ {
			if y[i] < y[least] || math.IsNaN(y[least]) {
				least = i
			}
			if y[i] > y[most] || math.IsNaN(y[most]) {
				most = i
			}
		}
		keep(min(least, most))
		if least != most {
			keep(max(least, most))
		}
		lo = hi
	}
	keep(n - 1)
	return tx, ty
}

// RMS is the root of the mean square.
func RMS(x []float64) float64 {
	s := 0.0
	for _, v := range x {
		s = math.Hypot(s, v/math.Sqrt(float64(len(x))))
	}
	return s
}

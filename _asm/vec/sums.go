package main

import (
	"strings"

	"github.com/mmcloughlin/avo/reg"

	"asm/simd"
)

func replaceT(signature, number string) string { return strings.ReplaceAll(signature, "T", number) }

func add(c simd.Code) {
	begin(c, "add", "x, y *T, n int", "sets y += x.")
	x, y, n := arg("x"), arg("y"), arg("n")
	c.Sweep("loop", n, func(l simd.Lane) {
		v := l.Get(y)
		c.Add(v, l.Get(x), v)
		l.Put(v, y)
	})
	end()
}

// axpy rounds products before it adds them, as plain Go does.
func axpy(c simd.Code) {
	begin(c, "axpy", "c T, x, y *T, n int", "sets y += c x.")
	f, x, y, n := same(c, "c"), arg("x"), arg("y"), arg("n")
	c.Sweep("loop", n, func(l simd.Lane) {
		v, p := l.Get(y), c.Vec()
		c.Mul(f, l.Get(x), p)
		c.Add(v, p, v)
		l.Put(v, y)
	})
	end()
}

func addSquares(c simd.Code) {
	begin(c, "addSquares", "x, y *T, n int, s *float64", "sets y += x and s = Σ y², summed in float64.")
	x, y, n, sum := arg("x"), arg("y"), arg("n"), newSquares(c)
	c.Sweep("loop", n, func(l simd.Lane) {
		v := l.Get(y)
		c.Add(v, l.Get(x), v)
		l.Put(v, y)
		sum.add(v)
	})
	sum.store()
}

func sumSquares(c simd.Code) {
	begin(c, "sumSquares", "y *T, n int, s *float64", "sets s = Σ y², summed in float64.")
	y, n, sum := arg("y"), arg("n"), newSquares(c)
	c.Sweep("loop", n, func(l simd.Lane) { sum.add(l.Get(y)) })
	sum.store()
}

// squares is a sum of squares in float64.
type squares struct {
	c, double simd.Code
	sum       []reg.VecVirtual
}

func newSquares(c simd.Code) squares {
	d := simd.Code{Wide: c.Wide, Double: true}
	q := squares{c, d, []reg.VecVirtual{d.Zero()}}
	if !c.Double {
		q.sum = append(q.sum, d.Zero())
	}
	return q
}

func (q squares) add(v reg.VecVirtual) {
	if q.c.Double {
		q.double.FMA(v, v, q.sum[0])
		return
	}
	lo, hi := q.c.Halves(v)
	q.double.FMA(lo, lo, q.sum[0])
	q.double.FMA(hi, hi, q.sum[1])
}

func (q squares) store() {
	if !q.c.Double {
		q.double.Add(q.sum[0], q.sum[1], q.sum[0])
	}
	q.double.StoreOne(q.double.Sum(q.sum[0]), mem(arg("s")))
	end()
}

func adam(c simd.Code) {
	begin(c, "adam", "grad, theta, m, s *T, n int, b1, c1, b2, c2, r, e, f T",
		"makes a step of Adam with gradient x = f grad:",
		"m = b1 m + c1 x, s = b2 s + c2 x², theta −= r m/(√s + e).")
	g, theta, m, s, n := arg("grad"), arg("theta"), arg("m"), arg("s"), arg("n")
	b1, c1, b2, c2 := same(c, "b1"), same(c, "c1"), same(c, "b2"), same(c, "c2")
	r, e, f := same(c, "r"), same(c, "e"), same(c, "f")
	c.Sweep("loop", n, func(l simd.Lane) {
		x, y, M, S := l.Get(g), c.Vec(), l.Get(m), l.Get(s)
		c.Mul(x, f, x)
		c.Mul(M, b1, M)
		c.FMA(c1, x, M)
		l.Put(M, m)
		c.Mul(c2, x, y)
		c.Mul(S, b2, S)
		c.FMA(x, y, S)
		l.Put(S, s)
		c.Sqrt(S, S)
		c.Add(S, e, S)
		c.Mul(r, M, M)
		c.Div(M, S, M)
		p := l.Get(theta)
		c.Sub(p, M, p)
		l.Put(p, theta)
	})
	end()
}

package main

import (
	"strconv"

	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"asm/simd"
)

func scale(c simd.Code) {
	begin(c, "scale", "f, x, y *T, n, K, step int", "sets y_k = f ⊙ x_k for K ≥ 1 blocks of n numbers.")
	f, x, y, n, K, step := arg("f"), arg("x"), arg("y"), arg("n"), arg("K"), bytes(c, "step")
	c.Sweep("loop", n, func(l simd.Lane) {
		u := l.Get(f)
		l.Blocks("block", K, step, func(l simd.Lane, _ reg.GPVirtual) {
			v := l.Get(x)
			c.Mul(u, v, v)
			l.Put(v, y)
		})
	})
	end()
}

// tile emits sums s[3i+k] = Σ_j f2_j a_j x_{i,j} z_{k,j} of 3×3 pairs, or, where x is z, of those with i ≤ k.
func tile(c simd.Code, x, z []reg.GPVirtual, symmetric bool) {
	f2, a, n, s := arg("f2"), arg("a"), arg("n"), arg("s")
	var sum [9]reg.VecVirtual
	each := func(do func(i, k int)) {
		for i := range 3 {
			for k := range 3 {
				if !symmetric || i <= k {
					do(i, k)
				}
			}
		}
	}
	each(func(i, k int) { sum[3*i+k] = c.Zero() })
	c.Sweep("loop", n, func(l simd.Lane) {
		g := l.Get(f2)
		c.Mul(g, l.Get(a), g)
		v := [3]reg.VecVirtual{l.Get(z[0]), l.Get(z[1]), l.Get(z[2])}
		var w reg.VecVirtual // f2 a x_i
		each(func(i, k int) {
			if k == 0 || symmetric && k == i {
				w = c.Vec()
				if symmetric {
					c.Mul(g, v[i], w)
				} else {
					c.Mul(g, l.Get(x[i]), w)
				}
			}
			c.FMA(w, v[k], sum[3*i+k])
		})
	})
	each(func(i, k int) { c.StoreOne(c.Sum(sum[3*i+k]), Mem{Base: s, Disp: (3*i + k) * c.Size()}) })
	end()
}

func triangle(c simd.Code) {
	begin(c, "triangle", "f2, a, z0, z1, z2 *T, n int, s *[9]T", "sets s[3i+k] = Σ_j f2_j a_j z_{i,j} z_{k,j} for i ≤ k < 3.")
	tile(c, nil, three("z"), true)
}

func rectangle(c simd.Code) {
	begin(c, "rectangle", "f2, a, x0, x1, x2, z0, z1, z2 *T, n int, s *[9]T",
		"sets s[3i+k] = Σ_j f2_j a_j x_{i,j} z_{k,j} for i, k < 3.")
	tile(c, three("x"), three("z"), false)
}

func three(name string) (p []reg.GPVirtual) {
	for i := range 3 {
		p = append(p, arg(name+strconv.Itoa(i)))
	}
	return p
}

func directions(c simd.Code) {
	begin(c, "directions", "cs, ct, x, s, t *T, n, K, step int", "sets s = Σ_k cs_k x_k and t = Σ_k ct_k x_k for K ≥ 1 blocks of n numbers.")
	cs, ct, x, s, t := arg("cs"), arg("ct"), arg("x"), arg("s"), arg("t")
	n, K, step := arg("n"), arg("K"), bytes(c, "step")
	c.Sweep("loop", n, func(l simd.Lane) {
		S, T := c.Zero(), c.Zero()
		l.Blocks("block", K, step, func(l simd.Lane, k reg.GPVirtual) {
			v, f := l.Get(x), c.Vec()
			c.Broadcast(Mem{Base: cs, Index: k, Scale: uint8(c.Size())}, f)
			c.FMA(f, v, S)
			c.Broadcast(Mem{Base: ct, Index: k, Scale: uint8(c.Size())}, f)
			c.FMA(f, v, T)
		})
		l.Put(S, s)
		l.Put(T, t)
	})
	end()
}

func mixed(c simd.Code) {
	begin(c, "mixed", "f1, f2, zs, zt, zst, hs, ht, hst *T, n int",
		"sets hs = f1 zs, ht = f1 zt and hst = f1 zst + f2 zs zt.")
	n := arg("n")
	c.Sweep("loop", n, func(l simd.Lane) {
		get := func(name string) reg.VecVirtual { return l.Get(arg(name)) }
		f1, f2, zs, zt, h := get("f1"), get("f2"), get("zs"), get("zt"), get("zst")
		c.Mul(f2, zs, f2)
		c.Mul(f1, h, h)
		c.FMA(f2, zt, h)
		l.Put(h, arg("hst"))
		c.Mul(f1, zs, zs)
		l.Put(zs, arg("hs"))
		c.Mul(f1, zt, zt)
		l.Put(zt, arg("ht"))
	})
	end()
}

// The pointers are more than the registers: they are read anew for each vector.
func mixedReverse(c simd.Code) {
	begin(c, "mixedReverse", "f1, f2, f3, zs, zt, zst, a, as, at, ast, ds, dt, dst *T, n int",
		"sets the adjoints of a mixed pass:",
		"ds = f1 as + f2 a zs, dt = f1 at + f2 a zt, dst = f1 ast + f2 (as zt + at zs) + a (f3 zs zt + f2 zst).")
	n := arg("n")
	c.Sweep("loop", n, func(l simd.Lane) {
		get := func(name string) reg.VecVirtual { return l.Get(arg(name)) }
		f1, f2, a := get("f1"), get("f2"), get("a")
		zs, zt, as, at, ds, dt, e, dst := get("zs"), get("zt"), get("as"), get("at"), c.Vec(), c.Vec(), get("zst"), get("ast")
		c.Mul(as, zt, ds)
		c.FMA(at, zs, ds) // as zt + at zs
		c.Mul(f1, dst, dst)
		c.FMA(f2, ds, dst)
		c.Mul(f2, e, e)
		c.Mul(zs, zt, dt)
		c.FMA(get("f3"), dt, e) // f3 zs zt + f2 zst
		c.FMA(a, e, dst)
		l.Put(dst, arg("dst"))
		c.Mul(f2, a, a)
		c.Mul(f1, as, ds)
		c.FMA(a, zs, ds)
		l.Put(ds, arg("ds"))
		c.Mul(f1, at, dt)
		c.FMA(a, zt, dt)
		l.Put(dt, arg("dt"))
	})
	end()
}

func dualReverse(c simd.Code) {
	begin(c, "dualReverse", "f1, f2, zs, a, as, ds *T, n int",
		"sets the adjoint of a dual pass, ds = f1 as + f2 a zs.")
	n := arg("n")
	c.Sweep("loop", n, func(l simd.Lane) {
		get := func(name string) reg.VecVirtual { return l.Get(arg(name)) }
		f1, f2, as := get("f1"), get("f2"), get("as")
		c.Mul(get("a"), f2, f2)
		c.Mul(f1, as, as)
		c.FMA(f2, get("zs"), as)
		l.Put(as, arg("ds"))
	})
	end()
}

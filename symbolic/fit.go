package symbolic

import (
	"math"

	"lagrange/internal/lin"
)

// mostConstants is how many constants of one formula are fitted.
const mostConstants = 6

// fit is the data a formula is held against, with the memory of one goroutine.
type fit struct {
	samples
	y, w []float64 // what to explain, and √(weight/Σ weights)
	log  bool
	// affine says that α + β f is held against y, with the best α and β.
	affine bool
	scale  float64 // the error of the best constant, or what stands for it
	r, r1  []float64
	J      [mostConstants][]float64
	at     []int
}

// floor is the error, in units of scale, below which two formulas are equally good: rounding.
const floor = 1e-12

// residuals writes √w (f − y), or √w (ln f − ln y), and returns their norm, the error; +Inf when it is not a number.
func (d *fit) residuals(e []node, r []float64) float64 {
	square, values := 0.0, d.eval(e)
	if d.affine {
		d.lay(values)
	}
	for i, f := range values {
		if d.log {
			f = math.Log(f)
		}
		r[i] = d.w[i] * (f - d.y[i])
		square += r[i] * r[i]
	}
	if E := math.Sqrt(square); E-E == 0 {
		return E
	}
	return math.Inf(1)
}

// lay makes f what is nearest to y of α + β f.
func (d *fit) lay(f []float64) {
	mean, of := 0.0, 0.0
	for i, w := range d.w {
		mean, of = mean+w*w*d.y[i], of+w*w*f[i]
	}
	fy, ff := 0.0, 0.0
	for i, w := range d.w {
		fy, ff = fy+w*w*(f[i]-of)*(d.y[i]-mean), ff+w*w*(f[i]-of)*(f[i]-of)
	}
	β := fy / ff
	if !(ff > 1e-20*of*of) { // a constant
		β = 0
	}
	for i := range f {
		f[i] = mean + β*(f[i]-of)
	}
}

// refine improves the constants of e in place by steps of Levenberg and Marquardt [Marquardt1963], and returns the
// error.
func (d *fit) refine(e []node, steps int) float64 {
	E := d.residuals(e, d.r)
	d.at = d.at[:0]
	for i, k := range e {
		if k.op == constant && len(d.at) < mostConstants {
			d.at = append(d.at, i)
		}
	}
	n := len(d.at)
	if n == 0 || math.IsInf(E, 1) {
		return E
	}
	A, F, g, step := make([]float64, n*n), make([]float64, n*n), make([]float64, n), make([]float64, n)
	work := lin.NewWork[float64](n)
	before := make([]float64, n)
	for damp := 1e-3; steps > 0 && E > floor*d.scale && damp < 1e8; steps-- {
		if !d.jacobian(e) {
			return E
		}
		for i := range n {
			g[i] = -dot(d.J[i], d.r)
			for j := range n {
				A[i*n+j] = dot(d.J[i], d.J[j])
			}
		}
		for i := range n {
			A[i*n+i] += damp*A[i*n+i] + 1e-30
			before[i] = e[d.at[i]].c
		}
		lin.Solve(n, work.Factor(n, A, F), F, g, step)
		for i, at := range d.at {
			e[at].c += step[i]
		}
		now := d.residuals(e, d.r1)
		if now < E {
			still := now > E*(1-1e-9)
			E, damp = now, damp/10
			d.r, d.r1 = d.r1, d.r
			if still {
				return E
			}
			continue
		}
		for i, at := range d.at {
			e[at].c = before[i]
		}
		damp *= 10
	}
	return E
}

// jacobian fills the derivatives of the residuals by the constants, by differences; false when one is not a number.
func (d *fit) jacobian(e []node) bool {
	for i, at := range d.at {
		c := e[at].c
		h := 1e-7 * (math.Abs(c) + 1e-3)
		e[at].c = c + h
		E := d.residuals(e, d.J[i])
		e[at].c = c
		if math.IsInf(E, 1) {
			return false
		}
		for j := range d.J[i] {
			d.J[i][j] = (d.J[i][j] - d.r[j]) / h
		}
	}
	return true
}

func dot(x, y []float64) (s float64) {
	for i, v := range x {
		s += v * y[i]
	}
	return s
}

// polish fits a formula to the end and rounds constants that are integers but for rounding.
func (d *fit) polish(e []node) ([]node, float64) {
	E := d.refine(e, 60)
	for i := range e {
		c := e[i].c
		if k := math.Round(c); e[i].op == constant && k != c && math.Abs(c-k) < 1e-5 {
			e[i].c = k
			if now := d.residuals(e, d.r1); now <= E*(1+1e-6)+floor*d.scale {
				E = now
			} else {
				e[i].c = c
			}
		}
	}
	if s := simplify(e); len(s) < len(e) {
		if now := d.refine(s, 60); now <= E*(1+1e-6)+floor*d.scale {
			return s, now
		}
	}
	return e, E
}

package invariant

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"lagrange/ode"
)

// measured is a combination c of functions, in units of their standard deviations, as an invariant, with its rates over
// the states that confirm.
func (f *search) measured(at []int, c []float64) Invariant {
	x := Invariant{Error: f.check.rate(at, c)}
	values, rates := combined(f.check.phi, at, c), combined(f.check.dot, at, c)
	mean := 0.0
	for _, y := range values {
		mean += y / float64(len(values))
	}
	size := dot(values, values) - mean*mean*float64(len(values))
	x.Rate = math.Sqrt(dot(rates, rates) / size)
	coefficients, leading := make([]float64, len(f.lib.functions)), 0
	for k, y := range c {
		if math.Abs(y) > (1+1e-6)*math.Abs(c[leading]) { // the first of those that are as large
			leading = k
		}
	}
	for k, y := range c {
		if y != 0 {
			coefficients[at[k]] = y / f.sds[at[k]] / (c[leading] / f.sds[at[leading]])
			x.Terms = append(x.Terms, Term{f.lib.functions[at[k]].text, coefficients[at[k]]})
		}
	}
	room := make([]float64, len(f.lib.functions))
	x.Value = func(state []float64) (C float64) {
		f.lib.values(state, room)
		for k, y := range coefficients {
			if y != 0 {
				C += y * room[k]
			}
		}
		return C
	}
	return x
}

// states is how many are looked at for gradients.
const states = 40

// gradient writes ∇C at state b of those that confirm, in units of the standard deviations of x.
func (f *search) gradient(C func(x []float64) float64, b int, g []float64) {
	n := 2 * f.d
	x := append([]float64(nil), f.check.x[b*n:(b+1)*n]...)
	for i := range n {
		g[i] = 0
		if f.sd[i] == 0 {
			continue
		}
		h := 1e-4 * f.sd[i]
		was := x[i]
		x[i] = was + h
		up := C(x)
		x[i] = was - h
		down := C(x)
		x[i] = was
		g[i] = (up - down) / (2 * h) * f.sd[i]
	}
}

// directions are those in which states differ (each (2d), in units of standard deviations): principal ones with more
// than a part of the variance.
func (f *search) directions(states []float64) (span [][]float64) {
	n := 2 * f.d
	C := mat.NewSymDense(n, nil)
	N := len(states) / n
	for b := range N {
		for i := range n {
			for j := i; j < n; j++ {
				if f.sd[i] > 0 && f.sd[j] > 0 {
					C.SetSym(i, j, C.At(i, j)+(states[b*n+i]-f.mean[i])/f.sd[i]*(states[b*n+j]-f.mean[j])/f.sd[j]/
						float64(N))
				}
			}
		}
	}
	var e mat.EigenSym
	if !e.Factorize(C, true) {
		return nil
	}
	var V mat.Dense
	e.VectorsTo(&V)
	for k, w := range e.Values(nil) {
		if w > flat*flat {
			span = append(span, mat.Col(nil, k, &V))
		}
	}
	return span
}

const (
	flat  = 1e-3 // standard deviation of a direction in which states do not differ
	apart = 0.02 // part of a gradient outside of those of others: a function of these has none
)

// independent says whether the gradient of x leaves the span of those that were found, at states that confirm, within
// the directions in which states differ: whether x is no function of them.
func (f *search) independent(x Invariant) bool {
	g, out, all := make([]float64, 2*f.d), 0.0, 0.0
	within := func(C func(x []float64) float64, b int) []float64 {
		f.gradient(C, b, g)
		y := make([]float64, len(f.span))
		for k, s := range f.span {
			for i, z := range s {
				y[k] += z * g[i]
			}
		}
		return y
	}
	for b := range min(states, f.check.N) {
		y := within(x.Value, b)
		all += dot(y, y)
		var basis [][]float64
		for _, o := range f.r.Found {
			z := within(o.Value, b)
			size := dot(z, z)
			project(z, basis)
			if r := dot(z, z); r > apart*apart*size && r > 0 {
				for k := range z {
					z[k] /= math.Sqrt(r)
				}
				basis = append(basis, z)
			}
		}
		project(y, basis)
		out += dot(y, y)
	}
	return out > apart*apart*all
}

// rollouts is how many are followed for the drift, with so many samples each.
const rollouts, samples = 8, 50

// follow rolls out from states that confirm.
func (f *search) follow() error {
	n := 2 * f.d
	times := make([]float64, samples+1)
	for i := range times {
		times[i] = f.r.Span * float64(i) / samples
	}
	field := func(_ float64, x, dx []float64) { f.Field(x, dx) }
	for j := range min(rollouts, f.check.N) {
		b := j * f.check.N / rollouts
		x := append([]float64(nil), f.check.x[b*n:(b+1)*n]...)
		r, err := ode.Solve(f.ctx, field, x, times, ode.Options{Method: ode.Dop853, RTol: 1e-10, ATol: 1e-12, Dim: n})
		if f.ctx.Err() != nil {
			return f.ctx.Err()
		}
		if err == nil { // else it leaves where the field is known
			f.paths = append(f.paths, r.X)
		}
	}
	return nil
}

// drift is the largest change of C along roll-outs, in units of its standard deviation between states; negative without
// any.
func (f *search) drift(c Invariant) float64 {
	n, worst, sd := 2*f.d, -1.0, f.spread(c)
	for _, path := range f.paths {
		first := c.Value(path[:n])
		for i := 0; i < len(path); i += n {
			worst = max(worst, math.Abs(c.Value(path[i:i+n])-first)/sd)
		}
	}
	return worst
}

// spread is the standard deviation of C over the states that confirm.
func (f *search) spread(c Invariant) float64 {
	n, mean, sum := 2*f.d, 0.0, 0.0
	for b := range f.check.N {
		mean += c.Value(f.check.x[b*n:(b+1)*n]) / float64(f.check.N)
	}
	for b := range f.check.N {
		y := c.Value(f.check.x[b*n:(b+1)*n]) - mean
		sum += y * y / float64(f.check.N)
	}
	return math.Sqrt(sum)
}

// Package known fits equations of motion that are known but for some numbers, to recordings of positions: what a model
// is measured against. The start of every segment is unknown too.
package known

import (
	"context"
	"math"
	"slices"

	"lagrange/internal/lin"
	"lagrange/internal/par"
)

// Equations are those of a mechanism with D coordinates, M forces and parameters p.
type Equations struct {
	D, M  int
	Accel func(q, v, u, p, a []float64)
	Held  bool // forces keep a sample until the next; else they go by straight lines
	Steps int  // of the classical Runge–Kutta method from row to row
}

// path carries states of equations with parameters p from row to row.
type path struct {
	*Equations
	p              []float64
	x, k, y, dx, u []float64
}

func (e *Equations) path(p []float64) *path {
	n := 2 * e.D
	return &path{
		e, p, make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, e.M),
	}
}

func (w *path) field(x, u, dx []float64) {
	copy(dx[:w.D], x[w.D:])
	w.Accel(x[:w.D], x[w.D:], u, w.p, dx[w.D:])
}

// step carries x through h, under forces that go from u0 to u1.
func (w *path) step(x, u0, u1 []float64, h float64) {
	weights, nodes := [4]float64{1. / 6, 1. / 3, 1. / 3, 1. / 6}, [4]float64{0, 0.5, 0.5, 1}
	h /= float64(w.Steps)
	for n := range w.Steps {
		copy(w.y, x)
		clear(w.dx)
		for stage, c := range nodes {
			at := (float64(n) + c) / float64(w.Steps)
			if w.Held {
				at = 0
			}
			for j := range w.u {
				w.u[j] = (1-at)*u0[j] + at*u1[j]
			}
			for i := range w.x {
				w.x[i] = x[i] + c*h*w.k[i]
			}
			w.field(w.x, w.u, w.k)
			for i := range w.dx {
				w.dx[i] += weights[stage] * w.k[i]
			}
		}
		for i := range x {
			x[i] = w.y[i] + h*w.dx[i]
		}
	}
}

// Roll is the motion (rows, 2D) from x at the first of times, under forces U (rows, M).
func (e *Equations) Roll(p, x, times, U []float64) (X []float64) {
	w, x := e.path(p), slices.Clone(x)
	X = append(X, x...)
	for k := 1; k < len(times); k++ {
		w.step(x, U[(k-1)*e.M:k*e.M], U[k*e.M:(k+1)*e.M], times[k]-times[k-1])
		X = append(X, x...)
	}
	return X
}

// Recording is one motion: positions (rows, D) that were measured, and forces (rows, M).
type Recording struct{ T, Y, U []float64 }

// A Segment is a piece of a recording, from row First on, and the least-squares problem of its start X (2D).
type Segment struct {
	Recording
	Of, First  int // which recording of those that were cut
	X          []float64
	r, Jx, Jp  []float64 // (rows·D) residuals, (rows·D, 2D), (rows·D, P)
	H, B, g, z []float64 // JxᵀJx (2D, 2D), JxᵀJp (2D, P), Jxᵀr (2D); a trial of the start
}

// Cut makes segments of a duration, which share their last and first rows; what is left of a recording is dropped where
// it is shorter than half of one. Their starts are those of earlier segments that begin at the same row, or of
// polynomials of the fifth degree through the positions.
func (e *Equations) Cut(rs []Recording, duration float64, before []*Segment) (segments []*Segment) {
	type place struct{ of, first int }
	starts := map[place][]float64{}
	for _, g := range before {
		starts[place{g.Of, g.First}] = g.X
	}
	for i, r := range rs {
		for lo := 0; lo+1 < len(r.T); {
			hi := lo + 1
			for hi+1 < len(r.T) && r.T[hi+1]-r.T[lo] < duration*(1+1e-9) {
				hi++
			}
			if hi+1 == len(r.T) && lo > 0 && r.T[hi]-r.T[lo] < duration/2 {
				break
			}
			g := &Segment{Of: i, First: lo, X: slices.Clone(starts[place{i, lo}])}
			g.Recording = Recording{r.T[lo : hi+1], r.Y[lo*e.D : (hi+1)*e.D], r.U[lo*e.M : (hi+1)*e.M]}
			if g.X == nil {
				g.X = e.polynomial(g.T, g.Y)
			}
			segments = append(segments, g)
			lo = hi
		}
	}
	return segments
}

// polynomial is the state at the beginning of the polynomials of the fifth degree that fit positions best.
func (e *Equations) polynomial(times, y []float64) []float64 {
	terms := min(6, len(times))
	x, last := make([]float64, 2*e.D), times[len(times)-1]-times[0]
	for i := range e.D {
		G, c, power := make([]float64, terms*terms), make([]float64, terms), make([]float64, terms)
		for k, at := range times {
			power[0] = 1
			for j := 1; j < terms; j++ {
				power[j] = power[j-1] * (at - times[0]) / last
			}
			for a := range terms {
				c[a] += power[a] * y[k*e.D+i]
				for b := range terms {
					G[a*terms+b] += power[a] * power[b]
				}
			}
		}
		solveSymmetric(terms, G, c)
		x[i], x[e.D+i] = c[0], c[1]/last
	}
	return x
}

// solveSymmetric solves G x = c in place of c, for each of the columns of c (n, k) that follow one another by rows.
func solveSymmetric(n int, G []float64, cs ...[]float64) {
	f, w := make([]float64, n*n), lin.NewWork[float64](n)
	kind := w.Factor(n, G, f)
	for _, c := range cs {
		lin.Solve(n, kind, f, slices.Clone(c), c)
	}
}

// rolled writes the residuals of a segment for a start and parameters, and returns the sum of their squares.
func (e *Equations) rolled(g *Segment, x0, p, r []float64) (cost float64) {
	X := e.Roll(p, x0, g.T, g.U)
	for k := range g.T {
		for i := range e.D {
			off := X[k*2*e.D+i] - g.Y[k*e.D+i]
			r[k*e.D+i] = off
			cost += off * off
		}
	}
	return cost
}

// linearise writes the residuals of a segment, their slopes by differences, and the blocks of its normal equations.
func (e *Equations) linearise(g *Segment, p []float64) {
	const h = 1e-6
	n, N, P := len(g.X), len(g.Y), len(p)
	if g.r == nil {
		g.r, g.Jx, g.Jp = make([]float64, N), make([]float64, N*n), make([]float64, N*P)
		g.H, g.B, g.g, g.z = make([]float64, n*n), make([]float64, n*P), make([]float64, n), make([]float64, n)
	}
	e.rolled(g, g.X, p, g.r)
	moved := make([]float64, N)
	slope := func(at []float64, j int, size float64, to []float64, columns int) {
		was := at[j]
		at[j] += size
		e.rolled(g, g.X, p, moved)
		at[j] = was
		for i := range N {
			to[i*columns+j] = (moved[i] - g.r[i]) / size
		}
	}
	for j := range n {
		slope(g.X, j, h, g.Jx, n)
	}
	p = slices.Clone(p)
	for j := range P {
		slope(p, j, h*max(1, math.Abs(p[j])), g.Jp, P)
	}
	products(N, n, n, g.Jx, g.Jx, g.H)
	products(N, n, P, g.Jx, g.Jp, g.B)
	products(N, n, 1, g.Jx, g.r, g.g)
}

// products sets C = AᵀB for A (N, n) and B (N, k).
func products(N, n, k int, A, B, C []float64) {
	clear(C)
	for r := range N {
		for i, a := range A[r*n : (r+1)*n] {
			for j, b := range B[r*k : (r+1)*k] {
				C[i*k+j] += a * b
			}
		}
	}
}

// Fit makes steps of Levenberg and Marquardt on p and all starts, which are eliminated:
//
//	(C − Σ BᵀH⁻¹B) δp = g_p − Σ BᵀH⁻¹g,   δx = H⁻¹(g − B δp),
//
// until the cost Σ r² falls no more, and returns it with p and the starts of the segments changed. The error is that of
// ctx.
func (e *Equations) Fit(ctx context.Context, segments []*Segment, p []float64) (cost float64, err error) {
	const most, tries = 40, 14
	lambda, costs := 1e-3, make([]float64, len(segments))
	total := func(f func(g *Segment) float64) (sum float64) {
		par.Do(par.Workers(), func(w int) {
			lo, hi := par.Span(len(segments), w, par.Workers())
			for i := lo; i < hi; i++ {
				costs[i] = f(segments[i])
			}
		})
		for _, c := range costs {
			sum += c
		}
		return sum
	}
	cost = math.Inf(1)
	for range most {
		if ctx.Err() != nil {
			return cost, ctx.Err()
		}
		now := total(func(g *Segment) float64 { e.linearise(g, p); return inner(g.r, g.r) })
		if math.Abs(cost-now) < 1e-9*now {
			return now, nil
		}
		cost = now
		fell := false
		for range tries {
			dp, starts := step(segments, len(p), lambda)
			trial := slices.Clone(p)
			for j := range p {
				trial[j] -= dp[j]
			}
			next := total(func(g *Segment) float64 {
				starts(g, dp)
				return e.rolled(g, g.z, trial, slices.Clone(g.r))
			})
			if fell = next < cost; fell {
				copy(p, trial)
				for _, g := range segments {
					copy(g.X, g.z)
				}
				lambda /= 4
				break
			}
			lambda *= 4
		}
		if !fell {
			break
		}
	}
	return cost, nil
}

// step is that of the parameters for a damping, and a function that sets the trial of a segment's start.
func step(segments []*Segment, P int, lambda float64) (dp []float64, starts func(g *Segment, dp []float64)) {
	C, gp := make([]float64, P*P), make([]float64, P)
	CJ := make([]float64, P*P)
	for _, g := range segments {
		products(len(g.r), P, P, g.Jp, g.Jp, CJ)
		add(C, CJ, 1)
		products(len(g.r), P, 1, g.Jp, g.r, CJ[:P])
		add(gp, CJ[:P], 1)
	}
	for j := range P {
		C[j*P+j] *= 1 + lambda
	}
	damped := func(g *Segment) []float64 {
		n, H := len(g.X), slices.Clone(g.H)
		for i := range n {
			H[i*n+i] *= 1 + lambda
		}
		return H
	}
	for _, g := range segments {
		n := len(g.X)
		columns := make([][]float64, P+1)
		for j := range columns {
			columns[j] = make([]float64, n)
			for i := range n {
				if j < P {
					columns[j][i] = g.B[i*P+j]
				} else {
					columns[j][i] = g.g[i]
				}
			}
		}
		solveSymmetric(n, damped(g), columns...)
		for a := range P {
			for i := range n {
				b := g.B[i*P+a]
				for j := range P {
					C[a*P+j] -= b * columns[j][i]
				}
				gp[a] -= b * columns[P][i]
			}
		}
	}
	solveSymmetric(P, C, gp)
	return gp, func(g *Segment, dp []float64) {
		n, right := len(g.X), slices.Clone(g.g)
		for i := range n {
			right[i] -= inner(g.B[i*P:(i+1)*P], dp)
		}
		solveSymmetric(n, damped(g), right)
		for i := range n {
			g.z[i] = g.X[i] - right[i]
		}
	}
}

func inner(x, y []float64) (sum float64) {
	for i := range x {
		sum += x[i] * y[i]
	}
	return sum
}

func add(to, x []float64, c float64) {
	for i := range x {
		to[i] += c * x[i]
	}
}

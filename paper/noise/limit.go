package noise

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"

	"lagrange/internal/lin"
	"lagrange/internal/par"
)

// Known says what the true equations make of a recording.
type Known struct {
	Parameters []float64 `json:"parameters"`
	Sigma      float64   `json:"sigma"` // estimated standard deviation of the noise
	Error      []Error   `json:"error"` // at the horizons
}

// limits fits the true equations by least squares, their parameters and the start of each segment unknown: to segments of
// half a second, the yardstick, then to ones of twice the length and so on, up to whole recordings, which is maximum
// likelihood, the limit.
func (s *system) limits(ctx context.Context, ms, test []motion, seed uint64) (yardstick, limit Known, err error) {
	d, rows := s.d(), len(ms[0].Y)/s.d()
	r := rand.New(rand.NewPCG(seed, 0x11))
	p := slices.Clone(s.p)
	for j := range p {
		p[j] *= 1 + 0.1*r.NormFloat64()
	}
	length := int(0.5/s.dt + 0.5)
	half := length
	var segments []*segment
	for {
		length = min(length, rows-1)
		segments = s.cut(ms, length, segments)
		cost := s.fit(segments, p)
		if err := ctx.Err(); err != nil {
			return yardstick, limit, err
		}
		free := float64(len(segments)*(length+1)*d - len(segments)*2*d - len(p))
		limit = Known{slices.Clone(p), math.Sqrt(cost / free), s.errors(test, p)}
		if length == half {
			yardstick = limit
		}
		if length == rows-1 {
			return yardstick, limit, nil
		}
		length *= 2
	}
}

// A segment is a piece of a motion, and the least-squares problem of its start.
type segment struct {
	y, u       []float64 // (rows, d), (rows, m)
	x          []float64 // (2d) start
	r, Jx, Jp  []float64 // (rows·d) residuals, (rows·d, 2d), (rows·d, P)
	H, B, g, z []float64 // JxᵀJx (2d, 2d), JxᵀJp (2d, P), Jxᵀr (2d); a trial of the start
}

// cut makes segments of the given length of all motions; their starts are those of the segments before, of half the
// length, or of polynomials of the fifth degree.
func (s *system) cut(ms []motion, length int, before []*segment) (segments []*segment) {
	d, m, at := s.d(), s.m(), 0
	for _, w := range ms {
		K, had := (len(w.Y)/d-1)/length, 0
		if before != nil {
			had = max(1, (len(w.Y)/d-1)/((len(before[at].y)/d)-1))
		}
		for k := range max(1, K) {
			lo, hi := k*length, (k+1)*length+1
			g := &segment{y: w.Y[lo*d : hi*d], u: w.U[lo*m : hi*m]}
			if before != nil {
				g.x = slices.Clone(before[at+2*k].x)
			} else {
				g.x = s.polynomial(g.y)
			}
			segments = append(segments, g)
		}
		at += had
	}
	return segments
}

// polynomial is the state at the beginning of the polynomials of the fifth degree that fit positions best.
func (s *system) polynomial(y []float64) []float64 {
	const terms = 6
	d, x := s.d(), make([]float64, 2*s.d())
	rows := len(y) / d
	for i := range d {
		G, c := make([]float64, terms*terms), make([]float64, terms)
		for k := range rows {
			t, power := float64(k)/float64(rows-1), [terms]float64{1}
			for j := 1; j < terms; j++ {
				power[j] = power[j-1] * t
			}
			for a := range terms {
				c[a] += power[a] * y[k*d+i]
				for b := range terms {
					G[a*terms+b] += power[a] * power[b]
				}
			}
		}
		solveSymmetric(terms, G, c)
		x[i], x[d+i] = c[0], c[1]/(float64(rows-1)*s.dt)
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
func (s *system) rolled(g *segment, x0, p, r []float64) (cost float64) {
	d, m, w, x := s.d(), s.m(), s.path(p), slices.Clone(x0)
	for k := range len(g.y) / d {
		if k > 0 {
			w.step(x, g.u[(k-1)*m:k*m], s.dt, 2)
		}
		for i := range d {
			e := x[i] - g.y[k*d+i]
			r[k*d+i] = e
			cost += e * e
		}
	}
	return cost
}

// linearise writes the residuals of a segment, their slopes by differences, and the blocks of its normal equations.
func (s *system) linearise(g *segment, p []float64) {
	const h = 1e-6
	n, N, P := len(g.x), len(g.y), len(p)
	if g.r == nil {
		g.r, g.Jx, g.Jp = make([]float64, N), make([]float64, N*n), make([]float64, N*P)
		g.H, g.B, g.g, g.z = make([]float64, n*n), make([]float64, n*P), make([]float64, n), make([]float64, n)
	}
	s.rolled(g, g.x, p, g.r)
	moved := make([]float64, N)
	slope := func(at []float64, j int, size float64, to []float64, columns int) {
		was := at[j]
		at[j] += size
		s.rolled(g, g.x, p, moved)
		at[j] = was
		for i := range N {
			to[i*columns+j] = (moved[i] - g.r[i]) / size
		}
	}
	for j := range n {
		slope(g.x, j, h, g.Jx, n)
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

// fit makes steps of Levenberg and Marquardt on p and all starts, which are eliminated:
//
//	(C − Σ BᵀH⁻¹B) δp = g_p − Σ BᵀH⁻¹g,   δx = H⁻¹(g − B δp),
//
// until the cost falls no more, and returns it.
func (s *system) fit(segments []*segment, p []float64) (cost float64) {
	const most, tries = 40, 14
	lambda, costs := 1e-3, make([]float64, len(segments))
	total := func(f func(g *segment) float64) (sum float64) {
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
		now := total(func(g *segment) float64 { s.linearise(g, p); return inner(g.r, g.r) })
		if math.Abs(cost-now) < 1e-9*now {
			return now
		}
		cost = now
		fell := false
		for range tries {
			dp, starts := step(segments, len(p), lambda)
			trial := slices.Clone(p)
			for j := range p {
				trial[j] -= dp[j]
			}
			next := total(func(g *segment) float64 {
				starts(g, dp)
				return s.rolled(g, g.z, trial, slices.Clone(g.r))
			})
			if fell = next < cost; fell {
				copy(p, trial)
				for _, g := range segments {
					copy(g.x, g.z)
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
	return cost
}

// step is that of the parameters for a damping, and a function that sets the trial of a segment's start.
func step(segments []*segment, P int, lambda float64) (dp []float64, starts func(g *segment, dp []float64)) {
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
	damped := func(g *segment) []float64 {
		n, H := len(g.x), slices.Clone(g.H)
		for i := range n {
			H[i*n+i] *= 1 + lambda
		}
		return H
	}
	for _, g := range segments {
		n := len(g.x)
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
	return gp, func(g *segment, dp []float64) {
		n, right := len(g.x), slices.Clone(g.g)
		for i := range n {
			right[i] -= inner(g.B[i*P:(i+1)*P], dp)
		}
		solveSymmetric(n, damped(g), right)
		for i := range n {
			g.z[i] = g.x[i] - right[i]
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

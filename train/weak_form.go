package train

import (
	"math"
	"sort"

	"lagrange/internal/par"
	"lagrange/model"
)

// weakForm is what the residuals of a convex problem are where no acceleration occurs in them.
type weakForm struct {
	o        *Measured
	c        WeakOptions
	friction model.Dissipation
	bumps    []bump
	delta    []float64 // (n) the columns from where the problem was made linear
	free     []bool    // (n) columns without a ridge
}

// bump is a test function ψ about a row of a recording, in the rows first … last.
type bump struct {
	of, first, centre, last int
	psi, slope              []float64 // −ψ h/∫ψ and −ψ̇ h/∫ψ at its rows, with h the time that stands for a row
}

// place sets bumps about rows T/3 apart, or farther apart where there would be too many. None reaches into a gap.
func (w *weakForm) place() {
	apart := w.c.Half / 3
	for {
		w.bumps = w.bumps[:0]
		for i := range w.o.Of {
			w.along(i, apart)
		}
		if len(w.bumps) <= w.c.Bumps {
			return
		}
		apart *= max(1.02, float64(len(w.bumps))/float64(w.c.Bumps))
	}
}

// along sets the bumps of a recording.
func (w *weakForm) along(of int, apart float64) {
	m := &w.o.Of[of]
	for first := 0; first < len(m.T); {
		last := first
		for last+1 < len(m.T) && (m.Gap == nil || !m.Gap[last]) {
			last++
		}
		t, before := m.T[first:last+1], -1
		for at := t[0] + w.c.Half; at <= t[len(t)-1]-w.c.Half*(1-1e-9); at += apart {
			c := sort.SearchFloat64s(t, at*(1-1e-12))
			if c = min(c, len(t)-1); c > 0 && at-t[c-1] < t[c]-at {
				c--
			}
			if c != before {
				if b, ok := newBump(of, first, c, t, w.c.Half); ok {
					w.bumps = append(w.bumps, b)
				}
			}
			before = c
		}
		first = last + 1
	}
}

// leastRows is how many rows a bump has on either side of its centre.
const leastRows = 3

// newBump is that about row c of a stretch that begins at row first of its recording, if enough rows are within.
func newBump(of, first, c int, t []float64, half float64) (b bump, ok bool) {
	lo, hi := c, c
	for lo > 0 && t[c]-t[lo-1] < half {
		lo--
	}
	for hi+1 < len(t) && t[hi+1]-t[c] < half {
		hi++
	}
	if c-lo < leastRows-1 || hi-c < leastRows-1 {
		return b, false
	}
	b, sum := bump{of: of, first: first + lo, centre: first + c, last: first + hi}, 0.0
	for k := lo; k <= hi; k++ {
		s, h := (t[k]-t[c])/half, (t[min(k+1, len(t)-1)]-t[max(k-1, 0)])/2
		e := 1 - s*s
		b.psi = append(b.psi, -h*e*e*e*e)
		b.slope = append(b.slope, h*8*s*e*e*e/half)
		sum += h * e * e * e * e
	}
	for k := range b.psi {
		b.psi[k] /= sum
		b.slope[k] /= sum
	}
	return b, true
}

// linearise sets the rows R = ∂r/∂b of all bumps, and the residuals Q at the parameters as they are, in units of the
// speeds. The bumps of a core follow one another, so that a row of the recording is evaluated once for all about it.
func (w *weakForm) linearise(p *convexProblem) {
	clear(p.R)
	clear(p.Q)
	p.team.Do(func(worker int) {
		lo, hi := par.Span(len(w.bumps), worker, p.team.Workers())
		k := &weakCore{convexCore: p.cores[worker], w: w, p: p, x: make([]float64, p.chunk*2*p.d),
			g: make([]float64, p.chunk*2*p.d), row: make([]float64, 2*p.chunk*p.d*p.n), z: make([]float64, p.d)}
		k.slopes, _ = model.As[model.Slopes[float64]](k.tape)
		k.vary, _ = model.As[model.Variation[float64]](k.tape)
		for lo < hi {
			end := lo
			for end < hi && w.bumps[end].of == w.bumps[lo].of {
				end++
			}
			for from, last := w.bumps[lo].first, w.bumps[end-1].last; from <= last; from += p.chunk {
				k.rows(lo, end, from, min(p.chunk, last+1-from))
			}
			lo = end
		}
	})
}

// weakCore is what one core makes the rows with.
type weakCore struct {
	*convexCore
	w      *weakForm
	p      *convexProblem
	slopes model.Slopes[float64]
	vary   model.Variation[float64]
	x, g   []float64 // (B, 2d)
	row    []float64 // (B, d, 2, n) slopes of L_v, and of L_q + F
	z      []float64
}

// rows adds what B rows of a recording, from the given one on, bring to the bumps lo … hi.
func (k *weakCore) rows(lo, hi, from, B int) {
	for lo < hi && k.w.bumps[lo].last < from {
		lo++
	}
	for lo < hi && k.w.bumps[hi-1].first >= from+B {
		hi--
	}
	if lo == hi {
		return
	}
	k.evaluate(&k.w.o.Of[k.w.bumps[lo].of], from, B)
	d, n := k.p.d, k.p.n
	for c := lo; c < hi; c++ {
		bump := &k.w.bumps[c]
		for b := max(0, bump.first-from); b < min(B, bump.last+1-from); b++ {
			psi, slope := bump.psi[from+b-bump.first], bump.slope[from+b-bump.first]
			for i, x := range k.p.m.Spec.Coordinates {
				k.p.Q[c*d+i] += x.Speed * (slope*k.g[b*2*d+d+i] + psi*k.g[b*2*d+i])
				Lv := k.row[(b*d+i)*2*n : ((b*d+i)*2+1)*n]
				Lq := k.row[((b*d+i)*2+1)*n : ((b*d+i)*2+2)*n]
				R := k.p.R[(c*d+i)*n : (c*d+i+1)*n]
				for j, y := range Lv {
					R[j] += slope*y + psi*Lq[j]
				}
			}
		}
	}
}

// evaluate sets g and the slopes at rows of a recording.
func (k *weakCore) evaluate(m *Measurement, from, B int) {
	d, n, f, P := k.p.d, k.p.n, k.p.m.Spec.M(), len(k.p.m.Theta)
	for b := range B {
		x := m.state(from + b)
		copy(k.x[b*2*d:], x)
		copy(k.q[b*d:(b+1)*d], x)
		copy(k.v[b*d:(b+1)*d], x[d:])
		k.inputs(m, from+b, k.convexCore.u[b*f:(b+1)*f])
	}
	clear(k.a)
	k.inverse.Force(k.q[:B*d], k.v[:B*d], k.convexCore.u[:B*f], k.a[:B*d], k.Q[:B*d])
	k.vary.Vary(k.x[:B*2*d], k.convexCore.u[:B*f], k.g, nil)
	none, one := k.dq[:B*d], k.lambda[:B*d]
	clear(none)
	for i, c := range k.p.m.Spec.Coordinates {
		clear(one)
		for b := range B {
			one[b*d+i] = c.Speed
		}
		for part, directions := range [2][2][]float64{{one, none}, {none, one}} {
			J := k.J[:B*P]
			clear(J)
			k.slopes.SlopesVJP(directions[0], directions[1], J)
			for b := range B {
				row := k.row[((b*d+i)*2+part)*n : ((b*d+i)*2+part+1)*n]
				clear(row)
				for j, at := range k.p.at {
					row[j] = J[b*P+at]
				}
				if part == 1 {
					clear(k.z)
					k.z[i] = c.Speed
					k.w.friction.Slopes(k.p.m.Theta, k.v[b*d:(b+1)*d], k.z, row[len(k.p.at):])
				}
			}
		}
	}
}

// inputs sets those of a row. The rule of quadrature has a row stand for the halves of the steps beside it: an input
// that is held is that of the step before and that of the step after, each by its length.
func (k *weakCore) inputs(m *Measurement, row int, u []float64) {
	f := len(u)
	copy(u, m.U[row*f:])
	if row == 0 || row+1 == len(m.T) {
		return
	}
	before, after := m.T[row]-m.T[row-1], m.T[row+1]-m.T[row]
	for j, in := range k.p.m.Spec.Inputs {
		if in.Held {
			u[j] = (before*m.U[(row-1)*f+j] + after*u[j]) / (before + after)
		}
	}
}

// residuals sets the forces Q of bumps from lo on at the parameters as they are.
func (w *weakForm) residuals(p *convexProblem, lo int, Q []float64) {
	for i := range Q {
		at := lo*p.d + i
		Q[i] = (p.Q[at] + dot(p.R[at*p.n:(at+1)*p.n], w.delta)) / p.m.Spec.Coordinates[i%p.d].Speed
	}
}

// solve sets the parameters to the solution of G δ = g with the ridge. Coefficients of friction that would bring energy
// are left out, and the rest is solved for again.
func (w *weakForm) solve(p *convexProblem, g []float64, ridge float64) bool {
	n, first, mean, count := p.n, len(p.at), 0.0, 0.0
	for j := range first {
		if x := p.G[j*n+j]; !w.free[j] {
			mean, count = mean+x, count+1
		}
	}
	for j := range first {
		if !w.free[j] {
			rho := w.c.Ridge * mean / count
			p.G[j*n+j] += rho
			g[j] -= rho * p.w0[j]
		}
	}
	for {
		delta := p.solution(g, ridge)
		if delta == nil {
			return false
		}
		drop, any := w.friction.Creates(delta[first:])
		if !any {
			copy(w.delta, delta)
			p.set(delta)
			w.friction.Set(p.m.Theta, delta[first:])
			return true
		}
		for j, out := range drop {
			if out {
				w.without(p, g, first+j)
			}
		}
	}
}

// without holds column j at 0.
func (w *weakForm) without(p *convexProblem, g []float64, j int) {
	n := p.n
	for i := range n {
		p.G[i*n+j], p.G[j*n+i] = 0, 0
	}
	p.G[j*n+j], g[j], p.mass[j] = math.SmallestNonzeroFloat64, 0, 0
	for i := range n {
		if i != j {
			p.G[j*n+j] = max(p.G[j*n+j], p.G[i*n+i])
		}
	}
}

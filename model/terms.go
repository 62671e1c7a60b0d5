package model

import (
	"math/rand/v2"

	"lagrange/nn"
)

// terms is a Lagrangian that is a sum of given functions of q, times products of two velocities or none,
//
//	L = Σ w_k h_k(q) + ½ Σ_ij Σ_k N_ijk h_k(q) v_i v_j / (s_i s_j),
//
// all of whose coefficients are parameters: a library to find a formula in, or a formula. θ holds the coefficients in
// the order of Spec.Terms, then the forces.
var terms = Family{
	Name: "terms", Title: "sum of terms", Netless: true,
	Check:  Spec.checkTerms,
	Params: func(s Spec) int { return s.coefficients() + forceParams(s) },
	Init: func(s Spec, _ *rand.Rand, theta []float64) {
		at := 0
		for o, ts := range s.Terms {
			for _, t := range ts {
				if o > 0 && onDiagonal(o-1) && t.Function == One || t.Function == Formula && s.kinetic(t) {
					theta[at] = 1
				}
				at++
			}
		}
		initForces(s, theta[at:])
	},
	Tape32: summed[float32],
	Tape64: summed[float64],
	Parts:  summedParts,
	Linear: func(s Spec) (at []int) {
		n := s.coefficients()
		for i := range n {
			at = append(at, i)
		}
		for _, i := range s.Gains() {
			at = append(at, n+i)
		}
		return at
	},
	Constant: func(s Spec, at int) bool {
		for _, ts := range s.Terms {
			if at < len(ts) {
				return ts[at].Function == One
			}
			at -= len(ts)
		}
		return false
	},
}

// coefficients is how many terms there are.
func (s Spec) coefficients() int { return Count(s.Terms) }

func summed[T nn.Float](s Spec, theta []T, batch int) Tape[T] {
	d, n := s.D(), s.coefficients()
	speeds, _ := scales[T](s)
	L := func(k, components int) nn.Part[T] {
		front, entries := newLibrary[T](s, batch, k, components)
		net := &sum[T]{theta: theta[:n], entries: entries, in: front.Out(), out: 1 + triangle(d)}
		return newChain[T](front, net, newQuadraticHead(speeds, 0, front.In(), batch, k), batch, k, components)
	}
	return lift(d, s.M(), batch, newEulerLagrange(d, s.M(), len(theta), s.inputs(true), batch, L,
		newForces(s, theta, n)))
}

// raised is the column of a power.
func (s Spec) raised(t Term) column {
	j := t.coordinate()
	c := column{kind: affine, mean: s.Coordinates[j].Mean, scale: s.Coordinates[j].Scale}
	switch t.Of[j] {
	case 2:
		c.kind = squared
	case -1:
		c.kind = inverse
	case -2:
		c.kind = inverseSquare
	}
	return c
}

// newLibrary has each sine, cosine and power that a term of s needs once, and formulas behind them, and says which of
// them, and which output, each term is of. Combinations z = Σ kᵢ 2π/Pᵢ qᵢ stand in front of sines and cosines.
func newLibrary[T nn.Float](s Spec, batch, k, components int) (front nn.Part[T], entries []entry) {
	type place struct {
		kind kind
		of   string
	}
	at, out := map[place]int{}, 0
	var columns []column
	m := &combine[T]{d: s.D()}
	var formulas []Term
	add := func(c column, t Term) int {
		p := place{c.kind, string(t.key())}
		i, known := at[p]
		if !known {
			i, at[p] = out, out
			out += c.width()
			columns = append(columns, c)
			m.c = append(m.c, combination[T](s, t)...)
		}
		return i
	}
	for o, ts := range s.Terms {
		for _, t := range ts {
			i := -1
			switch t.Function {
			case Sin:
				i = add(column{kind: circle, w: 1}, t)
			case Cos:
				i = add(column{kind: circle, w: 1}, t) + 1
			case Power:
				i = add(s.raised(t), t)
			case Formula:
				i = -2 - len(formulas) // behind all others
				formulas = append(formulas, t)
			}
			entries = append(entries, entry{i, o})
		}
	}
	m.n = len(columns)
	for range s.D() + len(s.inputs(true)) { // velocities and system parameters: the library does not see them
		columns = append(columns, column{kind: dropped})
	}
	m.in, m.features = len(columns)-m.n+m.d, newFeatures[T](columns, batch)
	m.z, m.zbar = nn.NewStreams[T](batch, k, len(columns), components),
		nn.NewAdjoint[T](batch, len(columns), components)
	if formulas == nil {
		return m, entries
	}
	for i, e := range entries {
		if e.in < -1 {
			entries[i].in = m.Out() - 2 - e.in
		}
	}
	return newBeside[T](m, newExpressions[T](s, formulas, m.In(), batch, k, components), batch, components), entries
}

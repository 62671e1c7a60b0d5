package train

import (
	"lagrange/internal/gemm"
	"lagrange/internal/lin"
	"lagrange/internal/vec"
	"lagrange/model"
)

// axes are coordinates c = Uᵀb of the weights of a net in which shooting solves for them: of each output that has a
// prior the principal axes of what its weights do to L_v and L_q. Units of a net that bend little are much alike, so
// that the equations of the weights themselves have digits for a few of their sums alone; those of c have each on its
// own scale. The prior is the same along all axes, as it was along the weights.
type axes struct {
	of [][]int     // places in b of the weights of each output
	U  [][]float64 // (n, n) of each
}

// axesStates is at how many states the axes are found, at most, and axesRows from how many slopes.
const axesStates, axesRows = 400, 1600

// principal returns the axes of the weights that have a prior; nil where there is none, or no Lagrangian.
func (s *shooter) principal() *axes {
	if s.Alike == nil {
		return nil
	}
	a := &axes{of: make([][]int, len(newPrior(s.Alike).precision))}
	for k, g := range s.Alike {
		if g >= 0 {
			a.of[g] = append(a.of[g], k)
		}
	}
	rows := s.firstSlopes()
	if rows == nil {
		return nil
	}
	P := len(s.Of)
	for _, places := range a.of {
		n := len(places)
		K, w, U, own := make([]float64, n*n), make([]float64, n), make([]float64, n*n), make([]float64, n)
		for at := 0; at < len(rows); at += P {
			for i, k := range places {
				own[i] = rows[at+k]
			}
			for i, x := range own {
				vec.Axpy(x, own, K[i*n:(i+1)*n])
			}
		}
		lin.Eigen(n, K, w, U)
		a.U = append(a.U, U)
	}
	return a
}

// firstSlopes are rows of ∂L_v/∂b and ∂L_q/∂b (P), in units of the speeds, at states of what is learned from; nil of a
// model without a Lagrangian.
func (s *shooter) firstSlopes() (rows []float64) {
	tape, d, M := s.Model.Tape(1), s.Measured.D, s.Measured.M
	of, ok := model.As[model.Slopes[float64]](tape)
	if !ok {
		return nil
	}
	x, u := s.Measured.Some(1 + s.Measured.Rows()/max(1, min(axesStates, axesRows/(2*d))))
	J, xdot := make([]float64, len(s.Model.Theta)), make([]float64, 2*d)
	along, none := make([]float64, d), make([]float64, d)
	for b := range len(x) / (2 * d) {
		tape.Field(x[b*2*d:(b+1)*2*d], u[b*M:(b+1)*M], xdot)
		for i, c := range s.Model.Spec.Coordinates {
			clear(along)
			along[i] = c.Speed
			for _, w := range [2][2][]float64{{along, none}, {none, along}} {
				clear(J)
				of.SlopesVJP(w[0], w[1], J)
				for _, at := range s.Of {
					rows = append(rows, J[at])
				}
			}
		}
	}
	return rows
}

// turn makes cᵀ = bᵀU of b, or the same of a row of slopes along b. y has room for the weights of an output. Without
// axes c is b.
func (a *axes) turn(b, y []float64) {
	if a == nil {
		return
	}
	for g, places := range a.of {
		n := len(places)
		y := y[:n]
		clear(y)
		for i, k := range places {
			if b[k] != 0 {
				vec.Axpy(b[k], a.U[g][i*n:(i+1)*n], y)
			}
		}
		for i, k := range places {
			b[k] = y[i]
		}
	}
}

// turnRows turns rows of slopes, of which A (rows, width) has those along b from column at on. y has room for as many
// rows of the weights of an output.
func (a *axes) turnRows(A []float64, rows, width, at int, y []float64) {
	if a == nil || rows == 0 {
		return
	}
	for g, places := range a.of {
		n := len(places)
		if n == 0 {
			continue
		}
		if first := places[0]; places[n-1] == first+n-1 {
			gemm.Mul(rows, n, n, A[at+first:], width, a.U[g], n, y, n)
			for r := range rows {
				copy(A[r*width+at+first:][:n], y[r*n:(r+1)*n])
			}
			continue
		}
		one := &axes{of: a.of[g : g+1], U: a.U[g : g+1]}
		for r := range rows {
			one.turn(A[r*width+at:], y)
		}
	}
}

// back makes b = U c of c.
func (a *axes) back(c, y []float64) {
	if a == nil {
		return
	}
	for g, places := range a.of {
		n := len(places)
		for i := range places {
			y[i] = 0
			for j, k := range places {
				y[i] += a.U[g][i*n+j] * c[k]
			}
		}
		for i, k := range places {
			c[k] = y[i]
		}
	}
}

package train

import (
	"math"

	"lagrange/internal/vec"
	"lagrange/model"
)

// shot is one worker's part of a shooting step.
type shot struct {
	*roller
	*eliminator
	s       *shooter
	blocks  [][]float64 // rows of each segment of a chunk that wait for their reduction (n + blockRows, n+P+1)
	filled  []int       // how many of each
	abs     [][]float64 // |r| of each
	penalty Pass[float64]
	rows    []float64 // of the positive-definiteness penalty (chunk, P of the model)
	turned  []float64 // (P)
	slopes  []float64 // of a residual (n + P)
}

// blockRows is how many rows of a segment are reduced at once: memory does not grow with its length.
const blockRows = 64

func newShot(s *shooter) *shot {
	n, P := 2*s.Measured.D, len(s.Of)
	w := &shot{s: s, turned: make([]float64, blockRows*P), slopes: make([]float64, n+P),
		eliminator: newEliminator(n, P), roller: s.Measured.newRoller(s.Model, s.segments, s.chunks)}
	for range len(w.x) / n {
		w.blocks = append(w.blocks, make([]float64, (n+blockRows)*(n+P+1)))
	}
	w.filled, w.abs = make([]int, len(w.blocks)), make([][]float64, len(w.blocks))
	if s.PositiveDefinite != nil {
		w.penalty = s.PositiveDefinite.Pass(s.Model, model.Chunk)
		w.rows = make([]float64, model.Chunk*len(s.Model.Theta))
	}
	return w
}

// cost follows the segments of a chunk from x and writes what each costs and how large its residuals are.
func (w *shot) cost(x []float64, chunk []int) {
	s, n := w.s, w.roller.n
	w.load(s.segments, chunk)
	for b, i := range chunk {
		w.abs[b], s.costs[i] = w.abs[b][:0], 0
		for j := range n {
			r := s.off(i, j, x[i*n+j])
			s.costs[i] += r * r
		}
	}
	w.run(x, chunk, func(b, row int, at []float64) {
		i, a := chunk[b], w.segments[b]
		if row == a.Last && a.Chained { // its numbers belong to the next segment
			for j := range n {
				r := s.jump(i, j, at[j], x)
				s.costs[i] += r * r
			}
			return
		}
		for j := range n {
			if r, observed := w.o.Of[a.Of].residual(row, j, at); observed {
				rho, _ := s.Penalty.Of(r)
				s.costs[i] += rho
				w.abs[b] = append(w.abs[b], math.Abs(r))
			}
		}
	})
	for b, i := range chunk {
		s.counts[i], s.trialSpread[i] = len(w.abs[b]), spread(w.abs[b])
	}
}

// off is how far number j of the start of segment i is from the smoothed one, in units of a prior that only keeps what
// nothing was observed of from being without bounds.
func (s *shooter) off(i, j int, x float64) float64 {
	a := s.segments[i]
	from := &s.Measured.Of[a.Of]
	return (x - from.state(a.First)[j]) * from.certainty(a.First, j) / shootingPrior
}

// jumpAllowed is what a jump may be, in units of the smoother's deviations.
func (s *shooter) jumpAllowed() float64 { return jumpAllowed * math.Sqrt(s.excess) }

// jump is that from number j at the end of segment i to the start of the next one, in units of what is allowed.
func (s *shooter) jump(i, j int, end float64, x []float64) float64 {
	a := s.segments[i]
	r := (end - x[(i+1)*2*s.Measured.D+j]) * s.Measured.Of[a.Of].certainty(a.Last, j) / s.jumpAllowed()
	if !(math.Abs(r) <= worst*worst) {
		return worst * worst
	}
	return r
}

// form reduces the rows of the segments of a chunk at x and θ, and adds what does not depend on their starts to G.
func (w *shot) form(x []float64, chunk []int) {
	s, n := w.s, w.roller.n
	W := n + w.eliminator.P + 1
	w.load(s.segments, chunk)
	for b, i := range chunk {
		a := s.segments[i]
		rows := w.blocks[b][:n*W]
		clear(rows)
		for j := range n {
			rows[j*W+j] = s.Measured.Of[a.Of].certainty(a.First, j) / shootingPrior
			rows[j*W+W-1] = s.off(i, j, x[i*n+j])
		}
		w.filled[b] = n
	}
	w.vary(x, chunk, s.Of, func(b, row int, at, S []float64) {
		i, a := chunk[b], w.segments[b]
		if row == a.Last && a.Chained {
			w.jumps(i, at, S, x)
			return
		}
		from := &w.o.Of[a.Of]
		for j := range n {
			r, observed := from.residual(row, j, at)
			if !observed || math.Abs(r) == worst {
				continue
			}
			slopes, unit := from.slopes(row, j, S, w.slopes)
			if !vec.Finite(slopes) {
				continue
			}
			c := math.Sqrt(curvature(s.Penalty, r/s.spread[i]))
			w.add(b, c/unit, slopes, c*r)
		}
	})
	for b, i := range chunk {
		w.reduce(b)
		copy(s.reduced[i].own, w.blocks[b][:n*W])
	}
}

// add adds a row c S with its residual to those of a segment.
func (w *shot) add(b int, c float64, S []float64, r float64) {
	W := len(S) + 1
	if w.filled[b] == w.roller.n+blockRows {
		w.reduce(b)
	}
	row := w.blocks[b][w.filled[b]*W : (w.filled[b]+1)*W]
	for k, y := range S {
		row[k] = c * y
	}
	row[W-1] = r
	w.filled[b]++
}

// reduce splits off what the start explains of the rows of a segment: its first n rows are left of them.
func (w *shot) reduce(b int) {
	n, P := w.roller.n, w.eliminator.P
	w.s.axes.turnRows(w.blocks[b][n*(n+P+1):], w.filled[b]-n, n+P+1, n, w.turned)
	triangulate(w.blocks[b], w.filled[b], n+P+1, n, w.eliminator.w)
	gramUpper(w.blocks[b][n*(n+P+1):], w.filled[b]-n, n+P+1, n, P+1, w.G)
	w.filled[b] = n
}

// jumps writes the rows of the jump from the end of segment i to the next one.
func (w *shot) jumps(i int, end, S, x []float64) {
	n, W, a, to := w.roller.n, w.roller.n+w.eliminator.P+1, w.s.segments[i], &w.s.reduced[i]
	for j := range n {
		c := w.o.Of[a.Of].certainty(a.Last, j) / w.s.jumpAllowed()
		row, r := to.jump[j*W:(j+1)*W], w.s.jump(i, j, end[j], x)
		clear(row)
		to.next[j] = 0
		if slopes := S[j*(W-1) : (j+1)*(W-1)]; r < worst*worst && vec.Finite(slopes) {
			vec.Axpy(c, slopes, row)
			w.s.axes.turn(row[w.roller.n:W-1], w.turned)
			row[W-1], to.next[j] = r, -c
		}
	}
}

// definite adds the cost of mass matrices at the states lo … hi of the penalty, and with slopes its rows to G.
func (w *shot) definite(lo, hi int, slopes bool) (cost float64) {
	P, Q, weight := w.eliminator.P, len(w.s.Model.Theta), positiveDefiniteWeight*w.s.excess
	var r, c [model.Chunk]float64
	for ; lo < hi; lo += model.Chunk {
		batch := make([]int, min(model.Chunk, hi-lo))
		for b := range batch {
			batch[b] = lo + b
		}
		w.penalty.Residuals(batch, r[:len(batch)], c[:len(batch)])
		any := false
		for b := range batch {
			if !vec.IsFinite(r[b]) {
				r[b] = worst
			}
			cost += weight * r[b] * r[b]
			any = any || r[b] != 0
		}
		if !slopes || !any {
			continue
		}
		J := w.rows[:len(batch)*Q]
		clear(J)
		w.penalty.Rows(J)
		row := make([]float64, P+1)
		for b := range batch {
			if r[b] == 0 || r[b] == worst {
				continue
			}
			for k, at := range w.s.Of {
				row[k] = math.Sqrt(weight) * J[b*Q+at]
			}
			w.s.axes.turn(row[:P], w.turned)
			row[P] = math.Sqrt(weight) * r[b]
			gramUpper(row, 1, P+1, 0, P+1, w.G)
		}
	}
	return cost
}

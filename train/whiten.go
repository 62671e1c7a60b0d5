package train

import (
	"context"
	"math"
	"slices"

	"lagrange/internal/lin"
	"lagrange/internal/par"
)

const (
	// inCommon is the least eigenvalue of the covariance of residuals between columns, over the least variance of a
	// column, below which these have noise in common: half of it, of two columns. Not tuned
	inCommon = 0.5
	// whitenRounds bounds how often the covariance is estimated anew
	whitenRounds = 6
	// leastShare is what noise counts as at least of the motion of a column, in any sum of columns
	leastShare = 1e-4
)

// Whiten has the numbers of a row weighed by the covariance of their noise where columns have noise in common, and goes
// on from x. With C the covariance of the residuals r = (x − y)/σ of a row, estimated where x leaves no more than the
// noise,
//
//	−2 log likelihood = Σ rᵀC⁻¹r = Σ |W r|²,   W = C^(−½).
//
// What all columns have in common drops out of their differences, which x follows only as nearly as it was found: C is
// estimated again with what was found by it, until its least eigenvalue λ is no more halved. least is λ; 1 where no
// noise is in common, and x as it was.
func (o *Identification) Whiten(ctx context.Context, x Identified) (y Identified, least float64, err error) {
	if x.Shot.at == nil || x.loss() > nearNoise || o.Penalty.Name != L2.Name || o.Learn.Of[0].width() < 2 {
		return x, 1, nil
	}
	learn, held, was := o.Learn, o.Held, x
	n, floor, root := 2*o.Learn.D, o.leastNoise(x), []float64(nil)
	for round := 0; round < whitenRounds && (round == 0 || least > floor); round++ {
		C, err := o.covariance(ctx, x, root)
		if err != nil {
			return was, 1, err
		}
		E, w, own := make([]float64, n*n), make([]float64, n), math.Inf(1)
		for j := range n {
			own = min(own, C[j*n+j])
		}
		lin.Eigen(n, C, w, E)
		if round == 0 && w[0] > inCommon*own || round > 0 && w[0] > least/2 {
			break
		}
		least = w[0]
		var W []float64
		W, root = powers(E, w, floor)
		o.Learn, o.Held = learn.whitened(W), held.whitened(W)
		if x, err = o.Again(ctx, x.Model, x); err != nil {
			return was, 1, err
		}
	}
	if root == nil {
		return was, 1, nil
	}
	if x.loss() > nearNoise || x.Score > nearNoise { // x does not follow what is free of noise
		o.Learn, o.Held = learn, held
		return was, 1, nil
	}
	return x, least, nil
}

// powers are C^(−½) and C^½ of the eigenvectors E and eigenvalues w of C, those below floor taken for it.
func powers(E, w []float64, floor float64) (W, root []float64) {
	n := len(w)
	W, root = make([]float64, n*n), make([]float64, n*n)
	for k, lambda := range w {
		s := math.Sqrt(max(lambda, floor))
		for i := range n {
			for j := range n {
				W[i*n+j] += E[i*n+k] * E[j*n+k] / s
				root[i*n+j] += E[i*n+k] * E[j*n+k] * s
			}
		}
	}
	return W, root
}

// leastNoise is the variance that noise counts as at least, in units of that of its column.
func (o *Identification) leastNoise(x Identified) (least float64) {
	for i, sigma := range o.Learn.Of[0].Sigma {
		c := x.Model.Spec.Coordinates[i%o.Learn.D]
		size := c.Scale
		if i >= o.Learn.D {
			size = c.Speed
		}
		if sigma > 0 {
			least = max(least, math.Pow(leastShare*size/sigma, 2))
		}
	}
	return least
}

// covariance is that of the residuals (x − y)/σ of a row (2d, 2d) that x leaves with the segments that it has come to.
// They are W r where root is W⁻¹.
func (o *Identification) covariance(ctx context.Context, x Identified, root []float64) ([]float64, error) {
	team := par.NewTeam(o.workers())
	defer team.Close()
	at := x.Shot.at
	s, err := o.Learn.fitStarts(ctx, x.Model, team, at.segments, at.x, o.Penalty, heldRounds)
	if err != nil {
		return nil, err
	}
	n := 2 * o.Learn.D
	C, r := make([]float64, n*n), make([]float64, n)
	rows, seen := 0.0, []int(nil) // and the columns of a residual
	for j, sigma := range o.Learn.Of[0].Sigma {
		if sigma > 0 {
			seen = append(seen, j)
		}
	}
	for i, all := range s.Residuals {
		if len(all) != (at.segments[i].steps()+1)*len(seen) {
			continue // a number is missing
		}
		for ; len(all) > 0; all = all[len(seen):] {
			rows++
			clear(r)
			for i, j := range seen {
				for k := range n {
					if root == nil && j == k {
						r[k] += all[i]
					} else if root != nil {
						r[k] += root[k*n+j] * all[i]
					}
				}
			}
			for i := range n {
				for j := range n {
					C[i*n+j] += r[i] * r[j]
				}
			}
		}
	}
	for at := range C {
		C[at] /= max(1, rows)
	}
	for j, sigma := range o.Learn.Of[0].Sigma {
		if sigma == 0 {
			C[j*n+j] = 1
		}
	}
	return C, nil
}

// whitened are the same motions, with residuals W (x − y)/σ.
func (o *Measured) whitened(W []float64) *Measured {
	all := *o
	all.Of = slices.Clone(o.Of)
	for i := range all.Of {
		all.Of[i].White = W
	}
	return &all
}

// unit is number j of W x/σ, for x that are numbers at a row.
func (m *Measurement) unit(row, j int, x func(k int) float64) (sum float64) {
	n := len(m.Sigma)
	for k, w := range m.White[j*n : (j+1)*n] {
		if m.Sigma[k] > 0 {
			sum += w * x(k) / m.sigma(row, k)
		}
	}
	return sum
}

// slopes are those of residual j at a row, times its unit: of the slopes S (2d, ·) of the state, and in to where the
// noise is weighed by its covariance.
func (m *Measurement) slopes(row, j int, S, to []float64) (of []float64, unit float64) {
	n, W := len(m.Sigma), len(to)
	if !m.weighed(row) {
		return S[j*W : (j+1)*W], m.sigma(row, j)
	}
	clear(to)
	for k, w := range m.White[j*n : (j+1)*n] {
		if m.Sigma[k] > 0 {
			c := w / m.sigma(row, k)
			for i, s := range S[k*W : (k+1)*W] {
				to[i] += c * s
			}
		}
	}
	return to, 1
}

// weighed says whether the numbers of a row are weighed by the covariance of their noise: of one that lacks some, each
// counts as if its noise were its own.
func (m *Measurement) weighed(row int) bool {
	if m.White == nil {
		return false
	}
	n := len(m.Sigma)
	for j, y := range m.Y[row*n : (row+1)*n] {
		if m.Sigma[j] > 0 && math.IsNaN(y) {
			return false
		}
	}
	return true
}

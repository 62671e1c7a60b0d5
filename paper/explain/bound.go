package explain

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"lagrange/data"
)

// bound is the statistical limit of a recording: the largest of the deviations of coefficients, relative to them, that
// are left where all is known but these and the starts of the motions. With J the slopes of what was recorded, x those
// in the starts of a motion, c those in the coefficients but the known one,
//
//	C = σ² (Σ J_cᵀJ_c − J_cᵀJ_x (J_xᵀJ_x)⁻¹ J_xᵀJ_c)⁻¹,   √C_kk/|c_k|
//
// over its motions. Noise that is one number for all columns has none: their differences are free of it.
func (s *anchor) bound(noise string, sigma float64, clean *data.Set) float64 {
	d := len(s.coordinates)
	if noise == shared {
		return 0
	}
	c, free := s.coefficients(), []int(nil)
	for k, x := range s.truth {
		if x.Text != s.known {
			free = append(free, k)
		}
	}
	K := len(free)
	columns := 2 * d
	if noise == positions {
		columns = d
	}
	G := mat.NewDense(K, K, nil)
	for _, w := range clean.Trajectories {
		x := append(append([]float64(nil), w.Q[:d]...), w.V[:d]...)
		Jx, Jc := s.slopes(w.T, x, c, free, columns)
		var qr mat.QR // J_c less what starts make up for
		qr.Factorize(Jx)
		var z, left, add mat.Dense
		if qr.SolveTo(&z, false, Jc) != nil {
			return math.NaN()
		}
		left.Mul(Jx, &z)
		left.Sub(Jc, &left)
		add.Mul(left.T(), &left)
		G.Add(G, &add)
	}
	var C mat.Dense
	if C.Inverse(G) != nil {
		return math.Inf(1)
	}
	worst := 0.0
	for i, k := range free {
		worst = max(worst, sigma*math.Sqrt(C.At(i, i))/math.Abs(c[k]))
	}
	return worst
}

// slopes are those of a motion (rows·columns, 2d) in its start x, each in units that make its column 1, and in the free
// ones of the coefficients c, by central differences.
func (s *anchor) slopes(times, x, c []float64, free []int, columns int) (Jx, Jc *mat.Dense) {
	const h = 1e-6
	n, rows := len(x), len(times)*columns
	e := s.equations()
	column := func(J *mat.Dense, j int, y *float64) {
		was := *y
		*y = was + h
		up := e.Roll(c, x, times, nil)
		*y = was - h
		down := e.Roll(c, x, times, nil)
		*y = was
		size := 0.0
		for i := range rows {
			at := i/columns*n + i%columns
			J.Set(i, j, (up[at]-down[at])/(2*h))
			size += J.At(i, j) * J.At(i, j)
		}
		for i := 0; i < rows && J == Jx; i++ {
			J.Set(i, j, J.At(i, j)/math.Sqrt(size))
		}
	}
	Jx, Jc = mat.NewDense(rows, n, nil), mat.NewDense(rows, len(free), nil)
	for j := range x {
		column(Jx, j, &x[j])
	}
	for j, k := range free {
		column(Jc, j, &c[k])
	}
	return Jx, Jc
}

package export

import "lagrange/internal/lin"

// value is what a node makes of the numbers of its arguments (rows, cols).
func (n *node) value(args [][]float64) []float64 {
	y := make([]float64, n.rows*n.cols)
	var x []float64
	if len(args) > 0 {
		x = args[0]
	}
	in := 0
	if len(n.args) > 0 {
		in = n.args[0].cols
	}
	for r := range n.rows {
		row := y[r*n.cols : (r+1)*n.cols]
		switch n.op {
		case add, mul:
			a, b := n.args[0].row(x, r), n.args[1].row(args[1], r)
			for j := range row {
				if row[j] = a[j] + b[j]; n.op == mul {
					row[j] = a[j] * b[j]
				}
			}
		case scale:
			for j := range row {
				row[j] = n.c * x[r*in+j]
			}
		case linear:
			n.product(x[r*in:(r+1)*in], row)
		case gather:
			for j, at := range n.at {
				row[j] = x[r*in+at]
			}
		case scatter:
			for j, at := range n.at {
				row[at] += x[r*in+j]
			}
		case unary:
			for j := range row {
				row[j] = functions[n.name].of(x[r*in+j])
			}
		case gram:
			for j := range row {
				for c, w := range x {
					row[j] += w * args[1][r*in+c] * args[2][j*in+c]
				}
			}
		case solve:
			d, F := n.cols, make([]float64, n.cols*n.cols)
			kind := lin.NewWork[float64](d).Factor(d, x, F)
			lin.Solve(d, kind, F, args[1][r*d:(r+1)*d], row)
		}
	}
	return y
}

// row is row r of the numbers x of a node, or its only one.
func (n *node) row(x []float64, r int) []float64 {
	if n.rows == 1 {
		r = 0
	}
	return x[r*n.cols : (r+1)*n.cols]
}

// product is x W or x Wᵀ.
func (n *node) product(x, y []float64) {
	for i := range n.w.in {
		for o := range n.w.out {
			if w := n.w.w[i*n.w.out+o]; n.transposed {
				y[i] += w * x[o]
			} else {
				y[o] += w * x[i]
			}
		}
	}
}

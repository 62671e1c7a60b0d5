package train

import (
	"math"

	"lagrange/internal/dense"
	"lagrange/internal/gemm"
	"lagrange/internal/vec"
	"lagrange/model"
	"lagrange/nn"
)

// layerRows are the rows of √C J where every parameter is a weight or a bias of a layer. The row of residual i is a
// sum of few products Σ_p h_pi ⊗ δ_pi there, and is never formed: with a metric D = R Cᵀ/ΣR of each layer, which has
// the sums R of the rows and C of the columns of the diagonal of JᵀCJ (Shazeer & Stern 2018, Section 3),
//
//	K_ij = Σ_pq ⟨h_pi, h_qj⟩_{1/R} ⟨δ_pi, δ_qj⟩_{ΣR/C},
//
// summed over the layers (Goodfellow 2015, for i = j). A bias is the weight of an input of one.
type layerRows struct {
	*linearised
	ld     int    // distance of the rows of h and of δ
	has    []bool // residuals with a row that is not 0; those that have one and a weight:
	live   []int
	layers []layerRow
	blocks []weightBlock
	tiles  []tileRoom // one for each core
	parts  []float64  // of y, one of each block
}

// layerRow is a layer: θ[at:] is W (in, out), the biases its last row.
type layerRow struct {
	at, in, out, pairs int
	h, d               []float64 // (in, ld), (out, ld): column p·n + i is h_pi, √c_i δ_pi, with n rows that live
	R, C, newR, newC   []float64 // sums of the metric
}

// weightBlock is some rows of the weights of a layer, which one core takes at a time.
type weightBlock struct {
	*layerRow
	lo, hi int
}

// tileRoom is the memory for some rows of K.
type tileRoom struct{ h, d, H, D, K []float64 }

// So many rows of K are found at a time, and elsewhere so many of W.
const tileRows, weightRows = 32, 64

// layeredPass is a pass whose rows of J are products.
type layeredPass[T nn.Float] interface {
	// Layers visits the layers whose parameters the residuals depend on.
	Layers(visit func(nn.Product[T]))
	// Products follows Residuals, for the same batch. Rows that are not visited are 0.
	Products(visit func(layerSlope[T]))
}

// layerSlope is ∂r_k/∂θ of some samples of a batch and of the parameters of a layer: so many times a product.
type layerSlope[T nn.Float] struct {
	k, layer int
	samples  []int
	scale    T
	nn.Product[T]
}

// each visits what the last sweep of a tape has left of all layers.
func (y layerSlope[T]) each(tape model.Tape[T], visit func(layerSlope[T])) {
	layersIn(tape, func(of nn.Product[T]) { y.Product = of; visit(y); y.layer++ })
}

// layersIn visits the layers of a tape, if it has any.
func layersIn[T nn.Float](tape model.Tape[T], visit func(nn.Product[T])) {
	if of, ok := model.As[nn.Layered[T]](tape); ok {
		of.Products(visit)
	}
}

// layersOf are the layers of a pass that have all of P parameters; nil: there are others.
func layersOf(p Pass[float64], P int) (layers []nn.Product[float64]) {
	of, ok := p.(layeredPass[float64])
	if !ok {
		return nil
	}
	if parametersOf(of) != P {
		return nil
	}
	p.Residuals([]int{0}, make([]float64, p.Width()), make([]float64, p.Width()))
	of.Products(func(y layerSlope[float64]) {
		if y.k == 0 {
			layers = append(layers, y.Product)
		}
	})
	*p.Health() = model.Health{}
	return layers
}

// parametersOf counts those of the layers of a pass.
func parametersOf[T nn.Float](of layeredPass[T]) (n int) {
	of.Layers(func(l nn.Product[T]) { n += (l.In + 1) * l.Out })
	return n
}

// byLayers says whether K costs less by the products of layers than by the rows themselves.
func byLayers(layers []nn.Product[float64], P int) bool {
	sum := 0
	for _, l := range layers {
		sum += l.Pairs * l.Pairs * (l.In + 1 + l.Out)
	}
	return 0 < sum && sum < P
}

func newLayerRows(l *linearised, layers []nn.Product[float64]) *layerRows {
	n := l.B * l.W
	r := &layerRows{linearised: l, has: make([]bool, n)}
	widest := 0
	for _, of := range layers {
		r.ld = max(r.ld, (of.Pairs*n+7)/8*8+8) // rows a multiple of 256 bytes apart would share sets of the cache
		widest = max(widest, of.In+1, of.Out)
	}
	numbers := func(n int) []float64 { return make([]float64, n) }
	for _, of := range layers {
		in, out := of.In+1, of.Out
		r.layers = append(r.layers, layerRow{at: of.At, in: in, out: out, pairs: of.Pairs,
			h: numbers(in * r.ld), d: numbers(out * r.ld),
			R: numbers(in), newR: numbers(in), C: numbers(out), newC: numbers(out)})
	}
	for range l.loop.team.Workers() {
		r.tiles = append(r.tiles, tileRoom{h: numbers(widest * tileRows), d: numbers(widest * tileRows),
			H: numbers(tileRows * n), D: numbers(tileRows * n), K: numbers(tileRows * n)})
	}
	for l := range r.layers {
		y := &r.layers[l]
		for lo := 0; lo < y.in; lo += weightRows {
			r.blocks = append(r.blocks, weightBlock{y, lo, min(y.in, lo+weightRows)})
		}
	}
	r.parts = numbers(len(r.blocks) * n)
	return r
}

func (r *layerRows) found(w, lo, hi int) {
	B, n := hi-lo, len(r.has)
	clear(r.has[lo*r.W : hi*r.W])
	r.loop.passes[w].Pass.(layeredPass[float64]).Products(func(of layerSlope[float64]) {
		y, at := &r.layers[of.layer], lo*r.W+of.k*B
		for p := range of.Pairs {
			bias := 0.0
			if p == of.Pairs-1 {
				bias = 1
			}
			for _, b := range of.samples {
				r.has[at+b] = true
				column := p*n + at + b
				for j, x := range of.H(p, b) {
					y.h[j*r.ld+column] = x
				}
				y.h[(y.in-1)*r.ld+column] = bias
				for j, x := range of.Delta(p, b) {
					y.d[j*r.ld+column] = of.scale * x
				}
			}
		}
	})
}

// scale moves the columns that live together.
func (r *layerRows) scale(s []float64) {
	r.live = r.live[:0]
	for i, has := range r.has {
		if has && s[i] > 0 {
			r.live = append(r.live, i)
		}
	}
	for l := range r.layers {
		y := &r.layers[l]
		r.loop.team.Share(y.in, func(_, j int) { r.gather(y.pairs, y.h[j*r.ld:], nil) })
		r.loop.team.Share(y.out, func(_, k int) { r.gather(y.pairs, y.d[k*r.ld:], s) })
	}
}

func (r *layerRows) gather(pairs int, x, s []float64) {
	n, to := len(r.has), 0
	for p := range pairs {
		for _, i := range r.live {
			if x[to] = x[p*n+i]; s != nil {
				x[to] *= s[i]
			}
			to++
		}
	}
}

// sums sets R and C to those of D.
func (y *layerRow) sums(D []float64) {
	clear(y.C)
	for j := range y.R {
		row := D[y.at+j*y.out:][:y.out]
		y.R[j] = 0
		for _, x := range row {
			y.R[j] += x
		}
		vec.Add(row, y.C)
	}
}

// fill sets D = R Cᵀ/ΣR.
func (y *layerRow) fill(D []float64) {
	total := total(y.R)
	for j, x := range y.R {
		row := D[y.at+j*y.out:][:y.out]
		clear(row)
		if x != 0 {
			vec.Axpy(x/total, y.C, row)
		}
	}
}

func total(x []float64) (sum float64) {
	for _, x := range x {
		sum += x
	}
	return sum
}

func (r *layerRows) squares(share float64, S []float64) {
	r.loop.team.Share(len(r.layers), func(_, l int) {
		y := &r.layers[l]
		y.sums(S)
		r.crossed(y.pairs, y.h, y.d, y.newR)
		r.crossed(y.pairs, y.d, y.h, y.newC)
		for j, x := range y.newR {
			y.R[j] += share * (x - y.R[j])
		}
		for k, x := range y.newC {
			y.C[k] += share * (x - y.C[k])
		}
		y.fill(S)
	})
}

// crossed sets sums_j = Σ_i Σ_pq ⟨y_pi, y_qi⟩ x_pij x_qij: with x and y the inputs and the adjoints of a layer,
// those of the rows of the diagonal of JᵀCJ, Σ_ik (Σ_p x_pij y_pik)².
func (r *layerRows) crossed(pairs int, x, y, sums []float64) {
	n := len(r.live)
	g := make([]float64, n)
	clear(sums)
	for p := range pairs {
		for q := p; q < pairs; q++ {
			clear(g)
			for at := 0; at < len(y); at += r.ld {
				yp, yq := y[at+p*n:][:n], y[at+q*n:][:n]
				for i := range g {
					g[i] += yp[i] * yq[i]
				}
			}
			twice := 2.0
			if p == q {
				twice = 1
			}
			for j := range sums {
				xp, xq, s := x[j*r.ld+p*n:][:n], x[j*r.ld+q*n:][:n], 0.0
				for i, g := range g {
					s += g * xp[i] * xq[i]
				}
				sums[j] += twice * s
			}
		}
	}
}

// raise keeps D what it is, a product of rows and columns. Products of the least numbers are not 0.
func (r *layerRows) raise(D []float64) {
	sum := 0.0
	for _, y := range r.layers {
		sum += total(y.R)
	}
	least := floor*sum/float64(r.P) + math.SmallestNonzeroFloat32
	for l := range r.layers {
		y := &r.layers[l]
		for j := range y.R {
			y.R[j] += least * float64(y.out)
		}
		for k := range y.C {
			y.C[k] += least * float64(y.in)
		}
		y.fill(D)
	}
}

func (r *layerRows) outer(_ []float64, K *dense.Upper) {
	n := len(r.live)
	r.loop.team.Share((n+tileRows-1)/tileRows, func(w, t int) {
		at := t * tileRows
		m, columns, room := min(tileRows, n-at), n-at, &r.tiles[w]
		tile := room.K[:m*columns]
		clear(tile)
		for l := range r.layers {
			r.layers[l].tile(n, r.ld, at, m, room)
		}
		for i := range m {
			K.AddRow(r.live[at+i], r.live[at+i:], tile[i*columns+i:(i+1)*columns])
		}
	})
}

// tile adds what a layer brings to the rows at … at+m of K, from column at on.
func (y *layerRow) tile(n, ld, at, m int, room *tileRoom) {
	columns, total := n-at, total(y.R)
	H, D, K := room.H[:m*columns], room.D[:m*columns], room.K[:m*columns]
	for p := range y.pairs {
		for j, R := range y.R {
			for i, x := range y.h[j*ld+p*n+at:][:m] {
				room.h[j*m+i] = x / R
			}
		}
		for k, C := range y.C {
			for i, x := range y.d[k*ld+p*n+at:][:m] {
				room.d[k*m+i] = x * (total / C)
			}
		}
		for q := range y.pairs {
			clear(H)
			clear(D)
			gemm.MulAdd(m, columns, y.in, room.h, m, y.h[q*n+at:], ld, H, columns)
			gemm.MulAdd(m, columns, y.out, room.d, m, y.d[q*n+at:], ld, D, columns)
			for i, x := range H {
				K[i] += x * D[i]
			}
		}
	}
}

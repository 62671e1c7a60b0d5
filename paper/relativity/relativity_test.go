package relativity

import (
	"math"
	"reflect"
	"testing"

	"gonum.org/v1/gonum/mat"

	"lagrange/experiment"
	"lagrange/internal/vec"
)

// The bound on Hamiltonians with p := q̇, which is the maximum of a dual problem, is also the minimum
// of the primal one, found here by iteratively reweighted least squares on a grid of values of k.
func TestHamiltonianFloor(t *testing.T) {
	for _, Q := range []float64{1, 10} {
		if Q > 1 && testing.Short() {
			continue
		}
		nq := map[float64]int{1: 24, 10: 48}[Q]
		got, want := hamiltonianFloor(Q, 4000), meanField*primalFloor(Q, nq, 60, 40)
		if math.Abs(got/want-1) > 0.01 { // the grid is coarse
			t.Errorf("Q = %g: %g, by least squares %g", Q, got, want)
		}
		if again := hamiltonianFloor(Q, 2000); math.Abs(got/again-1) > 1e-4 {
			t.Errorf("Q = %g: 4000 cells give %g, 2000 %g", Q, got, again)
		}
	}
	// The bound grows with Q, to that of k = −c q, where q is not seen, with c the median of a.
	w, x := officialSpeeds(4000), []float64(nil)
	last := 0.0
	for i, half := 0, 0.0; half < 0.25; i++ {
		x, half = append(x, w.a[i]), half+w.mass[i]
	}
	for i, m := range w.mass {
		last += 2 * m * math.Abs((w.a[i]+w.a[i+1])/2-x[len(x)-1])
	}
	last *= meanField
	a, b, c := hamiltonianFloor(1, 2000), hamiltonianFloor(10, 2000), hamiltonianFloor(1e4, 2000)
	if !(0 < a && a < b && b < c) || math.Abs(c/last-1) > 1e-3 {
		t.Errorf("floors %g, %g, %g; the last one should be %g", a, b, c, last)
	}
}

// primalFloor minimises ∫∫ r (|k_v| + |k_q + a|) over the values of k
// on an even grid in q and one of equal weights in v > 0, k even in v.
func primalFloor(Q float64, nq, nv, steps int) float64 {
	fine := officialSpeeds(4000)
	v, a := []float64{0}, []float64{1}
	for i, sum := 0, 0.0; i < len(fine.mass); i++ {
		if sum += fine.mass[i]; sum >= 0.5*float64(len(v))/float64(nv) && len(v) < nv {
			v, a = append(v, fine.v[i+1]), append(a, fine.a[i+1])
		}
	}
	v, a = append(v, fine.v[len(fine.mass)]), append(a, 0)
	var edges []edge
	share := 1 / float64(nq*nv) // of a cell
	h := 2 * Q / float64(nq)
	at := func(i, j int) int { return i*(nv+1) + j }
	for i := range nq + 1 {
		for j := range nv + 1 {
			end := 1.0 // edges on the boundary have half a cell
			if i == 0 || i == nq {
				end = 0.5
			}
			if j < nv {
				edges = append(edges, edge{at(i, j), at(i, j+1), end * share / (v[j+1] - v[j]), 0, v[j+1] - v[j]})
			}
			if end = 1; j == 0 || j == nv {
				end = 0.5
			}
			if i < nq {
				edges = append(edges, edge{at(i, j), at(i+1, j), end * share / h, a[j] * h, h})
			}
		}
	}
	k := leastAbsolute(edges, (nq+1)*(nv+1), nv+1, steps)
	sum := 0.0
	for _, e := range edges {
		sum += e.w * math.Abs(k[e.to]-k[e.from]+e.c)
	}
	return sum
}

// edge is a term w |k_to − k_from + c| of a sum; size is that of the difference, to begin with.
type edge struct {
	from, to   int
	w, c, size float64
}

// leastAbsolute minimises a sum over edges by iteratively reweighted least squares.
func leastAbsolute(edges []edge, n, band, steps int) []float64 {
	k := make([]float64, n)
	for step := range steps {
		ε := math.Pow(0.8, float64(step))
		A, b := mat.NewSymBandDense(n, band, nil), mat.NewVecDense(n, nil)
		for _, e := range edges {
			w := e.w / math.Hypot(k[e.to]-k[e.from]+e.c, ε*e.size)
			A.SetSymBand(e.from, e.from, A.At(e.from, e.from)+w)
			A.SetSymBand(e.to, e.to, A.At(e.to, e.to)+w)
			A.SetSymBand(e.from, e.to, A.At(e.from, e.to)-w)
			b.SetVec(e.from, b.AtVec(e.from)+w*e.c)
			b.SetVec(e.to, b.AtVec(e.to)-w*e.c)
		}
		for i := range n { // k is defined up to a constant, and edges with nothing left to do are stiff
			A.SetSymBand(i, i, A.At(i, i)*(1+1e-12)+1e-13)
		}
		var chol mat.BandCholesky
		var x mat.VecDense
		if !chol.Factorize(A) || chol.SolveVecTo(&x, b) != nil {
			break // the weights have come to the end of the precision
		}
		copy(k, x.RawVector().Data)
	}
	return k
}

// No change of its two numbers improves the best structured fit, and it is worse than nothing by no means.
func TestStructuredFloor(t *testing.T) {
	floor, alpha, beta := structuredFloor(4000)
	w := officialSpeeds(4000)
	loss := func(α, β float64) (sum float64) {
		for i, m := range w.mass {
			v := (w.v[i] + w.v[i+1]) / 2
			sum += meanField * 2 * m * math.Abs((w.a[i]+w.a[i+1])/2-α-β*v*v)
		}
		return sum
	}
	if best := loss(alpha, beta); math.Abs(floor-best) > 1e-12 {
		t.Errorf("the loss of (%g, %g) is %g, not %g", alpha, beta, best, floor)
	}
	for _, d := range []float64{1e-3, 0.1} {
		for k := range 16 {
			sin, cos := math.Sincos(2 * math.Pi * float64(k) / 16)
			if x := loss(alpha+d*cos, beta+d*sin); x < floor-1e-7 { // a grid of 4000 speeds has a kink at each
				t.Errorf("(%g, %g) has %g < %g", alpha+d*cos, beta+d*sin, x, floor)
			}
		}
	}
	if nothing := loss(0, 0); !(floor < nothing) {
		t.Errorf("floor %g, nothing %g", floor, nothing)
	}
}

// Barely trained, all numbers are finite, the same seed gives the same, and no model is
// better than its bound. What a Lagrangian network reaches in a little time is below both.
func TestRelativity(t *testing.T) {
	if testing.Short() {
		t.Skip("trains for a quarter of a minute")
	}
	run := func() Report {
		r, err := Experiment.Run(t.Context(), experiment.Settings{Steps: 10, Seed: 3})
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Tables[0].Rows) != len(Models)+1 || len(r.Figures["relativity"].Panels) != 3 {
			t.Errorf("%d rows, %d panels", len(r.Tables[0].Rows), len(r.Figures["relativity"].Panels))
		}
		n := r.Numbers.(Report)
		n.Seconds = 0
		for name, m := range n.Models {
			m.Seconds = 0
			n.Models[name] = m
		}
		return n
	}
	r := run()
	for name, m := range r.Models {
		if !(m.Loss > 0) || !vec.IsFinite(m.Loss) || math.Abs(m.Loss-m.Velocity-m.Accel) > 1e-9 ||
			math.Abs(m.Batches/m.Loss-1) > 0.1 {
			t.Errorf("%s: %+v", name, m)
		}
		if m.Loss < 0.97*m.Floor { // 50,000 samples know it to a per cent
			t.Errorf("%s: loss %g below the bound %g", name, m.Loss, m.Floor)
		}
	}
	if again := run(); !reflect.DeepEqual(r, again) {
		t.Errorf("the same seed gives %+v, then %+v", r, again)
	}
	small := Models[0]
	small.Hidden = []int{16, 16}
	net, _, _, err := trainModel(t.Context(), experiment.Settings{Steps: 1000, Seed: 1}, small, Draw(1, 1, states),
		Draw(1, 2, 4096))
	if err != nil {
		t.Fatal(err)
	}
	if m := Draw(1, 3, 20_000).measure(Models[0], net); !(m.Loss < r.Models["delan"].Floor/2) {
		t.Errorf("the Lagrangian network reaches %g only", m.Loss)
	}
}

// Of samples drawn by their weights the plain mean is the weighted mean of those they were drawn from.
func TestDrawnByWeight(t *testing.T) {
	s := Draw(3, 1, 20_000)
	d := s.drawn()
	if len(d.v) != len(s.v) || len(d.q) != len(s.v) || len(d.a) != len(s.v) || len(d.p) != len(s.v) ||
		len(d.g) != len(s.v) {
		t.Fatalf("%d of %d", len(d.v), len(s.v))
	}
	weight := s.weigh()
	for name, f := range map[string]func(q, v, g, a float64) float64{
		"v²":  func(_, v, _, _ float64) float64 { return v * v },
		"|a|": func(_, _, _, a float64) float64 { return math.Abs(a) },
		"q²":  func(q, _, _, _ float64) float64 { return q * q },
		"g²":  func(_, _, g, _ float64) float64 { return g * g },
	} {
		var plain, weighted, square float64
		for i := range s.v {
			x := weight(s.v[i]) * f(s.q[i], s.v[i], s.g[i], s.a[i])
			plain += f(d.q[i], d.v[i], d.g[i], d.a[i])
			weighted, square = weighted+x, square+x*x
		}
		if σ := math.Sqrt(square); math.Abs(plain-weighted) > σ { // systematic draws scatter less than independent ones
			t.Errorf("%s: %g instead of %g, σ = %g", name, plain, weighted, σ)
		}
	}
	if w := d.weigh()(0.99); w != 1 {
		t.Errorf("weight %g of a drawn sample", w)
	}
}

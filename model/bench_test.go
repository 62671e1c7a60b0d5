package model_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"lagrange/internal/par"
	"lagrange/internal/vec"
	"lagrange/model"
	"lagrange/nn"
)

// The sizes that are measured: the default net, the paper's, and one so small that the products hardly count.
var benchmarks = []struct {
	hidden string
	batch  int
}{{"500x4", 32}, {"500x4", 512}, {"64x2", 512}, {"32x3", 512}}

func BenchmarkStep(b *testing.B) {
	for _, c := range benchmarks {
		name := fmt.Sprintf("net=%s/batch=%d", c.hidden, c.batch)
		b.Run("prec=f32/"+name, func(b *testing.B) { benchmarkStep[float32](b, c.hidden, c.batch) })
		b.Run("prec=f64/"+name, func(b *testing.B) { benchmarkStep[float64](b, c.hidden, c.batch) })
	}
}

func BenchmarkAccel(b *testing.B) {
	for _, c := range benchmarks {
		for _, batch := range []int{1, c.batch} {
			if c.hidden == "500x4" && c.batch == 512 && batch == 1 {
				continue // measured with batch 32 already
			}
			name := fmt.Sprintf("net=%s/batch=%d", c.hidden, batch)
			b.Run("prec=f32/"+name, func(b *testing.B) { benchmarkAccel[float32](b, c.hidden, batch) })
			b.Run("prec=f64/"+name, func(b *testing.B) { benchmarkAccel[float64](b, c.hidden, batch) })
		}
	}
}

// benchmarkStep measures one training step on given accelerations a*, loss Σ|a − a*|: every core takes its share of the
// batch through field and gradient, the shares are added, and Adam follows.
func benchmarkStep[T nn.Float](b *testing.B, hidden string, batch int) {
	m, shares := benchmarkModel[T](b, hidden, batch)
	n := len(m.Theta)
	m1, m2 := make([]T, n), make([]T, n)
	i := 0
	step := func() {
		par.Do(len(shares), func(w int) { shares[w].gradient() })
		g := shares[0].dtheta
		for _, s := range shares[1:] {
			vec.Add(s.dtheta, g)
		}
		i++
		vec.Adam(i, 1e-4, 0.9, 0.999, 1e-8, 1/float64(batch), g, m.Theta, m1, m2)
	}
	step() // the first touch of the memory is no part of a step
	for b.Loop() {
		step()
	}
	if !vec.Finite(m.Theta) {
		b.Error("the parameters are not finite")
	}
	gflops(b, m.Spec, 2*m.Spec.D()+10, batch)
}

// benchmarkAccel measures accelerations alone; a batch of one stays on one core: the latency of a single state.
func benchmarkAccel[T nn.Float](b *testing.B, hidden string, batch int) {
	m, shares := benchmarkModel[T](b, hidden, batch)
	field := func(w int) { shares[w].field() }
	par.Do(len(shares), field)
	b.ReportAllocs()
	for b.Loop() {
		if len(shares) == 1 {
			shares[0].field()
		} else {
			par.Do(len(shares), field)
		}
	}
	gflops(b, m.Spec, 2*(m.Spec.D()+2), batch)
}

// share is what one core needs for its part of a batch.
type share[T nn.Float] struct {
	tape                      model.Tape[T]
	x, want, xdot, lambda, dx []T // (B, 2d)
	dtheta                    []T
	d                         int
}

func (s *share[T]) field() { s.tape.Field(s.x, nil, s.xdot) }

// gradient sets dθ, with λ = sign(a − a*).
func (s *share[T]) gradient() {
	clear(s.dtheta)
	s.field()
	for i := range s.lambda {
		s.lambda[i] = 0
		if i%(2*s.d) >= s.d {
			s.lambda[i] = T(math.Copysign(1, float64(s.xdot[i]-s.want[i])))
		}
	}
	s.tape.VJP(s.lambda, s.dtheta, s.dx, nil)
}

// benchmarkModel returns a Lagrangian network of two angles and, for each core, its share of the batch.
func benchmarkModel[T nn.Float](b *testing.B, hidden string, batch int) (*model.Model[T], []*share[T]) {
	sizes, err := model.ParseHidden(hidden)
	if err != nil {
		b.Fatal(err)
	}
	c := model.Coordinate{Period: 2 * math.Pi, Scale: 1, Speed: 1, Accel: 1}
	m, err := model.New[T](model.Spec{Family: "lnn", Coordinates: []model.Coordinate{c, c}, Hidden: sizes, Activation: "softplus", Kinetic: 4}, 1)
	if err != nil {
		b.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	var shares []*share[T]
	cores := min(par.Workers(), batch)
	for w := range cores {
		lo, hi := par.Span(batch, w, cores)
		d := m.Spec.D()
		n := (hi - lo) * 2 * d
		s := &share[T]{
			tape: m.Tape(hi - lo), d: d, dtheta: make([]T, len(m.Theta)),
			x: make([]T, n), want: make([]T, n), xdot: make([]T, n), lambda: make([]T, n), dx: make([]T, n),
		}
		for i := range n {
			s.x[i], s.want[i] = T(r.NormFloat64()), T(r.NormFloat64())
		}
		shares = append(shares, s)
	}
	return m, shares
}

// gflops reports the rate of the matrix products alone: for each weight matrix (in, out), units products of 2·B·in·out
// floating-point operations. A step has 2(d+2) for the accelerations, 1 for the mixed part forward, and back 1 for it
// and 4 for the weights (doc/theory.md).
func gflops(b *testing.B, s model.Spec, units, batch int) {
	in := 3 * s.D() // sin q, cos q, v
	flops := 0
	for _, out := range append(append([]int(nil), s.Hidden...), 1) {
		flops += units * 2 * batch * in * out
		in = out
	}
	b.ReportMetric(float64(flops)*float64(b.N)/b.Elapsed().Seconds()*1e-9, "GFLOP/s")
}

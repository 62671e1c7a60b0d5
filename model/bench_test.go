package model_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"testing"

	"lagrange/internal/gemm/peak"
	"lagrange/internal/par"
	"lagrange/internal/vec"
	"lagrange/model"
	"lagrange/nn"
)

// The sizes that are measured: the paper's net, the default one, and one so small that the products hardly count.
var benchmarks = []struct {
	hidden string
	batch  int
}{{"500x4", 32}, {"500x4", 512}, {"64x2", 512}, {"32x3", 512}}

// BenchmarkStep measures one training step on given accelerations a*, loss Σ|a − a*|, as train makes it: every core
// takes its share of the batch through field and gradient, then a span of the parameters through sum and Adam. With d=
// it is the cost in the number of coordinates.
func BenchmarkStep(b *testing.B) {
	for _, c := range benchmarks {
		name := fmt.Sprintf("net=%s/batch=%d", c.hidden, c.batch)
		b.Run("prec=f32/"+name, func(b *testing.B) { benchmarkStep[float32](b, "lnn", 2, c.hidden, c.batch) })
		b.Run("prec=f64/"+name, func(b *testing.B) { benchmarkStep[float64](b, "lnn", 2, c.hidden, c.batch) })
	}
	for _, d := range []int{1, 2, 3, 4, 6, 8, 12, 16} {
		b.Run(fmt.Sprintf("d=%d/prec=f32/net=200x3/batch=256", d), func(b *testing.B) {
			benchmarkStep[float32](b, "lnn", d, "200x3", 256)
		})
	}
}

// BenchmarkStepHNN measures a step of the Hamiltonian network, which costs 6 products a layer whatever d is.
func BenchmarkStepHNN(b *testing.B) {
	for _, c := range benchmarks {
		name := fmt.Sprintf("net=%s/batch=%d", c.hidden, c.batch)
		b.Run("prec=f32/"+name, func(b *testing.B) { benchmarkStep[float32](b, "hnn", 2, c.hidden, c.batch) })
		b.Run("prec=f64/"+name, func(b *testing.B) { benchmarkStep[float64](b, "hnn", 2, c.hidden, c.batch) })
	}
}

// BenchmarkAccel measures accelerations alone; a batch of one stays on one core: the latency of a single state.
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

func benchmarkStep[T nn.Float](b *testing.B, family string, d int, hidden string, batch int) {
	m, shares := benchmarkModel[T](b, family, d, hidden, batch)
	team := par.NewTeam(len(shares))
	defer team.Close()
	n := len(m.Theta)
	m1, m2 := make([]T, n), make([]T, n)
	i := 0
	gradient := func(w int) { shares[w].gradient() }
	adam := func(w int) {
		lo, hi := par.Span(n, w, len(shares))
		g := shares[0].dtheta[lo:hi]
		for _, s := range shares[1:] {
			vec.Add(s.dtheta[lo:hi], g)
		}
		vec.Adam(i, 1e-4, 0.9, 0.999, 1e-8, 1/float64(batch), g, m.Theta[lo:hi], m1[lo:hi], m2[lo:hi])
	}
	step := func() {
		i++
		team.Do(gradient)
		team.Do(adam)
	}
	step() // the first touch of the memory is no part of a step
	b.ReportAllocs()
	for b.Loop() {
		step()
	}
	if !vec.Finite(m.Theta) {
		b.Error("the parameters are not finite")
	}
	units := d + 11
	if family == "hnn" {
		units = 6
	}
	roofline[T](b, m.Spec, units, batch, len(shares))
}

func benchmarkAccel[T nn.Float](b *testing.B, hidden string, batch int) {
	m, shares := benchmarkModel[T](b, "lnn", 2, hidden, batch)
	team := par.NewTeam(len(shares))
	defer team.Close()
	field := func(w int) { shares[w].each((*share[T]).field) }
	team.Do(field)
	b.ReportAllocs()
	for b.Loop() {
		team.Do(field)
	}
	roofline[T](b, m.Spec, m.Spec.D()+3, batch, len(shares))
}

// share is what one core needs for its part of a batch, which it takes in chunks.
type share[T nn.Float] struct {
	tape             model.Tape[T]
	x, want          []T // (B, 2d)
	xdot, lambda, dx []T // (chunk, 2d)
	dtheta           []T
	d, chunk         int
}

// each runs f on every chunk.
func (s *share[T]) each(f func(s *share[T], x, want []T)) {
	for x, want := s.x, s.want; len(x) > 0; {
		n := min(len(x), s.chunk*2*s.d)
		f(s, x[:n], want[:n])
		x, want = x[n:], want[n:]
	}
}

func (s *share[T]) field(x, _ []T) { s.tape.Field(x, nil, s.xdot[:len(x)]) }

// gradient sets dθ.
func (s *share[T]) gradient() {
	clear(s.dtheta)
	s.each((*share[T]).chunkGradient)
}

// chunkGradient adds the gradient of a chunk, with λ = sign(a − a*).
func (s *share[T]) chunkGradient(x, want []T) {
	s.field(x, nil)
	lambda := s.lambda[:len(x)]
	for i := range lambda {
		lambda[i] = 0
		if i%(2*s.d) >= s.d {
			lambda[i] = T(math.Copysign(1, float64(s.xdot[i]-want[i])))
		}
	}
	s.tape.VJP(lambda, s.dtheta, s.dx[:len(x)], nil)
}

// benchmarkModel returns a model of d angles and, for each core, its share of the batch.
func benchmarkModel[T nn.Float](b *testing.B, family string, d int, hidden string,
	batch int) (*model.Model[T], []*share[T]) {
	sizes, err := model.ParseHidden(hidden)
	if err != nil {
		b.Fatal(err)
	}
	spec := model.Spec{Family: family, Hidden: sizes, Activation: "softplus", Kinetic: 4}
	for range d {
		spec.Coordinates = append(spec.Coordinates, model.Coordinate{Period: 2 * math.Pi, Scale: 1, Speed: 1, Accel: 1})
	}
	m, err := model.New[T](spec, 1)
	if err != nil {
		b.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	var shares []*share[T]
	cores := min(par.Workers(), batch)
	for w := range cores {
		lo, hi := par.Span(batch, w, cores)
		chunk := min(model.Chunk, hi-lo)
		n, c := (hi-lo)*2*d, chunk*2*d
		s := &share[T]{
			tape: m.Tape(chunk), d: d, chunk: chunk, dtheta: make([]T, len(m.Theta)),
			x: make([]T, n), want: make([]T, n), xdot: make([]T, c), lambda: make([]T, c), dx: make([]T, c),
		}
		for i := range n {
			s.x[i], s.want[i] = T(r.NormFloat64()), T(r.NormFloat64())
		}
		shares = append(shares, s)
	}
	return m, shares
}

// roofline reports the rate of the matrix products alone and its share of what the cores do in registers: for each
// weight matrix (in, out), units products of 2·B·in·out floating-point operations (doc/theory.md).
func roofline[T nn.Float](b *testing.B, s model.Spec, units, batch, cores int) {
	in := 3 * s.D() // sin q, cos q, v
	flops := 0
	for _, out := range append(append([]int(nil), s.Hidden...), 1) {
		flops += units * 2 * batch * in * out
		in = out
	}
	rate := float64(flops) * float64(b.N) / b.Elapsed().Seconds() * 1e-9
	b.ReportMetric(rate, "GFLOP/s")
	b.ReportMetric(100*rate/peak.Rate[T](cores), "%peak")
}

// BenchmarkTape measures what a tape of a batch takes of memory.
func BenchmarkTape(b *testing.B) {
	for _, batch := range []int{1, 32, 256, 1024} {
		b.Run(fmt.Sprintf("prec=f32/net=500x4/batch=%d", batch), func(b *testing.B) {
			m, _ := benchmarkModel[float32](b, "lnn", 2, "500x4", 1)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			for b.Loop() {
				m.Tape(batch)
			}
			runtime.ReadMemStats(&after)
			b.ReportMetric(float64(after.TotalAlloc-before.TotalAlloc)/float64(b.N)/1e6, "MB/tape")
		})
	}
}

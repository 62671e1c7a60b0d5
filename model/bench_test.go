package model_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"testing"

	"lagrange/internal/gemm/peak"
	"lagrange/internal/par"
	"lagrange/model"
	"lagrange/nn"
)

// The sizes that are measured: the paper's net, the default one, and one so small that the products hardly count.
var benchmarks = []struct {
	hidden string
	batch  int
}{{"500x4", 32}, {"500x4", 512}, {"64x2", 512}, {"32x3", 512}}

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

func benchmarkAccel[T nn.Float](b *testing.B, hidden string, batch int) {
	const d = 2
	m := benchmarkModel[T](b, d, hidden)
	x, xdot := normal[T](batch*2*d), make([]T, batch*2*d)
	team := par.NewTeam(min(par.Workers(), batch))
	defer team.Close()
	var tapes []model.Tape[T]
	for range team.Workers() {
		tapes = append(tapes, m.Tape(model.Chunk))
	}
	field := func(w int) {
		for lo, hi := par.Span(batch, w, len(tapes)); lo < hi; lo += model.Chunk {
			from, to := lo*2*d, min(lo+model.Chunk, hi)*2*d
			tapes[w].Field(x[from:to], nil, xdot[from:to])
		}
	}
	team.Do(field)
	b.ReportAllocs()
	for b.Loop() {
		team.Do(field)
	}
	peak.Roofline[T](b, 3*d, m.Spec.Hidden, d+3, batch, len(tapes)) // of sin q, cos q and v
}

// benchmarkModel returns a model of d angles.
func benchmarkModel[T nn.Float](b *testing.B, d int, hidden string) *model.Model[T] {
	sizes, err := model.ParseHidden(hidden)
	if err != nil {
		b.Fatal(err)
	}
	spec := model.Spec{Family: "lnn", Hidden: sizes, Activation: "softplus", Kinetic: 4}
	for range d {
		spec.Coordinates = append(spec.Coordinates, model.Coordinate{Period: 2 * math.Pi, Scale: 1, Speed: 1, Accel: 1})
	}
	m, err := model.New[T](spec, 1)
	if err != nil {
		b.Fatal(err)
	}
	return m
}

func normal[T nn.Float](n int) []T {
	r := rand.New(rand.NewPCG(1, 2))
	x := make([]T, n)
	for i := range x {
		x[i] = T(r.NormFloat64())
	}
	return x
}

// BenchmarkTape measures what a tape of a batch takes of memory.
func BenchmarkTape(b *testing.B) {
	for _, batch := range []int{1, 32, 256, 1024} {
		b.Run(fmt.Sprintf("prec=f32/net=500x4/batch=%d", batch), func(b *testing.B) {
			m := benchmarkModel[float32](b, 2, "500x4")
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

package train

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"lagrange/internal/gemm/peak"
	"lagrange/model"
	"lagrange/nn"
)

// The sizes that are measured: the paper's net, the default one, and one so small that the products hardly count.
var steps = []struct {
	hidden string
	batch  int
}{{"500x4", 32}, {"500x4", 512}, {"64x2", 512}, {"32x3", 512}}

// BenchmarkStep measures a step of Adam on given accelerations a*, loss Σ|a − a*|, as train makes it: its samples drawn
// and gathered, field and gradient, the norm of that, and the new parameters. With d= it is the cost in the number of
// coordinates.
func BenchmarkStep(b *testing.B) {
	for _, c := range steps {
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
	for _, c := range steps {
		name := fmt.Sprintf("net=%s/batch=%d", c.hidden, c.batch)
		b.Run("prec=f32/"+name, func(b *testing.B) { benchmarkStep[float32](b, "hnn", 2, c.hidden, c.batch) })
		b.Run("prec=f64/"+name, func(b *testing.B) { benchmarkStep[float64](b, "hnn", 2, c.hidden, c.batch) })
	}
}

func benchmarkStep[T nn.Float](b *testing.B, family string, d int, hidden string, batch int) {
	const N = 4096
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
	o := &Accelerations[T]{X: make([]T, N*2*d), A: make([]T, N*d), N: N, Penalty: L1}
	r := rand.New(rand.NewPCG(1, 2))
	for _, numbers := range [][]T{o.X, o.A} {
		for i := range numbers {
			numbers[i] = T(r.NormFloat64())
		}
	}
	l := Loop[T]{Model: m, Train: o, Valid: o, State: NewState(m)}
	l.Settings = Settings{Steps: 1 << 30, Validate: 1 << 30, Batch: batch, Rate: 1e-4}
	done := errors.New("measured")
	l.Clock = func(*State[T], float64) error { // after each step, the first of which touches the memory first
		if b.Loop() {
			return nil
		}
		return done
	}
	b.ReportAllocs()
	if err := l.Run(context.Background()); err != done {
		b.Fatal(err)
	}
	if l.State.Skipped > 0 {
		b.Errorf("%d steps were skipped", l.State.Skipped)
	}
	units := d + 11
	if family == "hnn" {
		units = 6
	}
	peak.Roofline[T](b, 3*d, sizes, units, batch, l.Settings.Workers) // of sin q, cos q and v
}

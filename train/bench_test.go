package train

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"lagrange/internal/gemm/peak"
	"lagrange/internal/par"
	"lagrange/mech"
	"lagrange/model"
)

// BenchmarkGaussNewton measures a step of Gauss–Newton, 20×2 softplus, on accelerations of chains of d pendulums: of
// d = 2 with the rows of its default batch and with more, of nets of more parameters, and in d.
func BenchmarkGaussNewton(b *testing.B) {
	for _, c := range []struct {
		d, units int
		head     model.Head
		rows     int // residuals for each parameter, times 2
	}{
		{2, 20, model.Quadratic, 5}, {2, 20, model.Quadratic, 10}, {2, 20, model.Quadratic, 20},
		{2, 10, model.Quadratic, 5}, {2, 30, model.Quadratic, 5}, {2, 40, model.Quadratic, 5},
		{4, 20, model.Quadratic, 5}, {7, 20, model.Quadratic, 5}, {7, 20, model.Plain, 5}, {14, 20, model.Plain, 5},
	} {
		l := chainLoop(c.d, c.units, c.head, par.Workers())
		P := len(l.Model.Theta)
		l.Settings.Batch = max(1, c.rows*P/2/c.d/model.Chunk) * model.Chunk
		name := fmt.Sprintf("d=%d/net=%dx2/head=%s/P=%d/rows=%d", c.d, c.units, c.head, P, l.Settings.Batch*c.d)
		b.Run(name, func(b *testing.B) {
			if err := l.prepare(); err != nil {
				b.Fatal(err)
			}
			defer l.release()
			top := peak.Rate[float64](1) // before and after, because the clock of the processor moves
			l.stepper.step()             // the first touch of the memory is no part of a step
			n, from := l.State.Rejected, peak.ProcessorTime()
			for b.Loop() {
				l.stepper.step()
			}
			took, rejected := peak.ProcessorTime()-from, float64(l.State.Rejected-n)/float64(b.N)
			b.ReportMetric(took.Seconds()*1e3/float64(b.N), "cpu-ms/op")
			b.ReportMetric(rejected, "rejected/op")
			p, rows := float64(P), float64(l.Settings.Batch*c.d)
			b.ReportMetric((rows*p*p+(1+rejected)*p*p*p/3)*1e-6, "MFLOP/op")
			b.ReportMetric(max(top, peak.Rate[float64](1)), "peak-GFLOP/s")
		})
	}
}

// chainLoop is a training on some thousand states of a chain of d pendulums.
func chainLoop(d, units int, head model.Head, workers int) *Loop[float64] {
	const N = 4096
	s, r := mech.Chain(d), rand.New(rand.NewPCG(1, uint64(d)))
	o := &Accelerations[float64]{X: make([]float64, 2*d*N), A: make([]float64, d*N), N: N, Penalty: L1}
	speed, accel := make([]float64, d), make([]float64, d)
	for i := range N {
		q, v, a := o.X[2*d*i:2*d*i+d], o.X[2*d*i+d:2*d*(i+1)], o.A[d*i:d*(i+1)]
		s.Sample(r, q, v)
		s.Accel(q, v, a)
		for k := range d {
			speed[k] += v[k] * v[k] / N
			accel[k] += a[k] * a[k] / N
		}
	}
	spec := model.Spec{Family: "lnn", Hidden: []int{units, units}, Activation: "softplus", Head: head, Kinetic: 1}
	for k := range d {
		spec.Coordinates = append(spec.Coordinates, model.Coordinate{Period: 2 * math.Pi, Scale: 1,
			Speed: math.Sqrt(speed[k]), Accel: math.Sqrt(accel[k])})
	}
	m, err := model.New[float64](spec, 1)
	if err != nil {
		panic(err)
	}
	return &Loop[float64]{Model: m, Train: o, Valid: o, State: NewState(m),
		Settings: Settings{Method: GaussNewton, Steps: 1 << 30, Validate: 1 << 30, Seed: 1, Workers: workers}}
}

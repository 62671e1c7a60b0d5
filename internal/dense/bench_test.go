package dense

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"lagrange/internal/gemm/peak"
	"lagrange/internal/par"
)

// sizes are those of nets of one and two layers in the steps of Gauss–Newton.
var sizes = []struct{ n, rows int }{{224, 512}, {644, 1664}, {881, 2016}, {1469, 3584}, {3506, 8960}}

// BenchmarkNormal measures JᵀCJ and JᵀC r: what needs to be multiplied, n² rows, in GFLOP/s.
func BenchmarkNormal(b *testing.B) {
	r := rand.New(rand.NewPCG(3, 3))
	measured(b, func(team *par.Team, n, rows int) (func() bool, float64) {
		J, s, y := normal(r, rows*n), normal(r, rows), normal(r, rows)
		A, g := NewUpper(n), make([]float64, n)
		R := NewRows(rows, n)
		R.Set(0, J)
		run := func() bool { R.Normal(team, rows, s, y, A, g); return true }
		run() // the first touch of the memory is no part of it
		return run, float64(n) * float64(n) * float64(rows)
	})
}

// BenchmarkFactor measures a Cholesky factor: n³/3, in GFLOP/s.
func BenchmarkFactor(b *testing.B) {
	r := rand.New(rand.NewPCG(3, 3))
	measured(b, func(team *par.Team, n, _ int) (func() bool, float64) {
		A, U, J := NewUpper(n), NewUpper(n), NewRows(2*n, n)
		J.Set(0, normal(r, 2*n*n))
		J.Normal(team, 2*n, nil, nil, A, nil)
		return func() bool { return U.Factor(team, A, 0, nil) }, float64(n) * float64(n) * float64(n) / 3
	})
}

// measured runs what is prepared for each of the sizes, and tells its rate by the operations that it needs.
func measured(b *testing.B, prepare func(team *par.Team, n, rows int) (run func() bool, operations float64)) {
	for _, c := range sizes {
		b.Run(fmt.Sprintf("n=%d", c.n), func(b *testing.B) {
			team := par.NewTeam(par.Workers())
			defer team.Close()
			run, operations := prepare(team, c.n, c.rows)
			top := peak.Rate[float64](1) // before and after, because the clock of the processor moves
			from := peak.ProcessorTime()
			for b.Loop() {
				if !run() {
					b.Fatal("not positive definite")
				}
			}
			took := (peak.ProcessorTime() - from).Seconds() / float64(b.N)
			rate := operations / took * 1e-9
			b.ReportMetric(1e3*took, "cpu-ms/op")
			b.ReportMetric(rate, "GFLOP/s")
			b.ReportMetric(100*rate/max(top, peak.Rate[float64](1)), "%peak")
		})
	}
}

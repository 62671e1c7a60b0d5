package dense

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"lagrange/internal/gemm/peak"
	"lagrange/internal/par"
)

// sizes are those of nets of one and two layers in the steps of Gauss–Newton.
var sizes = []struct{ n, rows int }{{224, 512}, {644, 1600}, {881, 2016}, {1469, 3584}, {3506, 8960}}

// BenchmarkNormal measures JᵀCJ and JᵀC r: what needs to be multiplied, n² rows, in GFLOP/s.
func BenchmarkNormal(b *testing.B) {
	r := rand.New(rand.NewPCG(3, 3))
	for _, c := range sizes {
		b.Run(fmt.Sprintf("n=%d", c.n), func(b *testing.B) {
			team := par.NewTeam(par.Workers())
			defer team.Close()
			J, s, y := normal(r, c.rows*c.n), normal(r, c.rows), normal(r, c.rows)
			A, g := make([]float64, c.n*c.n), make([]float64, c.n)
			top := peak.Rate[float64](1)
			Normal(team, c.rows, c.n, J, s, y, A, g)
			from := processorTime()
			for b.Loop() {
				Normal(team, c.rows, c.n, J, s, y, A, g)
			}
			took := (processorTime() - from).Seconds()
			rate := float64(c.n) * float64(c.n) * float64(c.rows) * float64(b.N) / took * 1e-9
			b.ReportMetric(rate, "GFLOP/s")
			b.ReportMetric(100*rate/max(top, peak.Rate[float64](1)), "%peak")
		})
	}
}

// BenchmarkFactor measures a Cholesky factor: n³/3, in GFLOP/s.
func BenchmarkFactor(b *testing.B) {
	r := rand.New(rand.NewPCG(3, 3))
	for _, c := range sizes {
		b.Run(fmt.Sprintf("n=%d", c.n), func(b *testing.B) {
			team := par.NewTeam(par.Workers())
			defer team.Close()
			A, U := make([]float64, c.n*c.n), make([]float64, c.n*c.n)
			Gram(team, 2*c.n, c.n, normal(r, 2*c.n*c.n), A)
			top := peak.Rate[float64](1)
			from := processorTime()
			for b.Loop() {
				copy(U, A)
				if !FactorUpper(team, c.n, U) {
					b.Fatal("not positive definite")
				}
			}
			took := (processorTime() - from).Seconds()
			rate := float64(c.n) * float64(c.n) * float64(c.n) / 3 * float64(b.N) / took * 1e-9
			b.ReportMetric(rate, "GFLOP/s")
			b.ReportMetric(100*rate/max(top, peak.Rate[float64](1)), "%peak")
		})
	}
}

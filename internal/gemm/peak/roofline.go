package peak

import "testing"

// Roofline reports the rate of the matrix products alone of what a benchmark has measured on that many cores, and its
// share of the peak. A net of so many inputs, units of each hidden layer and one output makes, of each weight matrix
// (in, out), units products of 2·batch·in·out floating-point operations (doc/theory.md).
func Roofline[T ~float32 | ~float64](b *testing.B, inputs int, hidden []int, units, batch, cores int) {
	weights, in := 0, inputs
	for _, out := range hidden {
		weights += in * out
		in = out
	}
	flops := units * 2 * batch * (weights + in)
	rate := float64(flops) * float64(b.N) / b.Elapsed().Seconds() * 1e-9
	b.ReportMetric(rate, "GFLOP/s")
	b.ReportMetric(100*rate/Rate[T](cores), "%peak")
}

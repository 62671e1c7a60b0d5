// Package peak measures how many multiply-adds the processor makes in its registers alone: the limit of every matrix
// product, and the unit in which benchmarks state their speed.
package peak

import (
	"sync"
	"sync/atomic"
	"time"
	"unsafe"
)

//go:generate -command asm go run -C ../../../_asm ./gemm/peak
//go:generate asm -out ../internal/gemm/peak/fma_amd64.s -stubs ../internal/gemm/peak/fma_amd64.go -pkg peak

// loop makes turns of flops operations each.
type loop struct {
	run   func(turns int)
	flops int
}

// Rate is the peak of that many cores in GFLOP/s, a multiply-add being two operations: the best of many tries, each
// so short that it fits between two turns of other work on a busy machine. It takes about 50 ms. Without kernels for
// the processor it is the rate of plain Go.
func Rate[T ~float32 | ~float64](cores int) float64 {
	const tries, each = 100, 500 * time.Microsecond
	f := loops(unsafe.Sizeof(T(0)) == 8)
	if f.run == nil {
		f = loop{plain[T], 16}
	}
	best := 0.0
	for range tries {
		best = max(best, f.rate(cores, each))
	}
	return best
}

func (f loop) rate(cores int, each time.Duration) float64 {
	const turns = 2000
	rates := make([]float64, cores)
	var all sync.WaitGroup
	for i := range rates {
		all.Go(func() {
			n, start := 0, time.Now()
			for time.Since(start) < each {
				f.run(turns)
				n += turns
			}
			rates[i] = float64(n*f.flops) / float64(time.Since(start).Nanoseconds())
		})
	}
	all.Wait()
	sum := 0.0
	for _, r := range rates {
		sum += r
	}
	return sum
}

// plain makes turns of eight multiply-adds in Go.
func plain[T ~float32 | ~float64](turns int) {
	s0, s1, s2, s3, s4, s5, s6, s7 := T(0), T(1), T(2), T(3), T(4), T(5), T(6), T(7)
	x, y := T(turns), 1/T(turns)
	for range turns {
		s0, s1, s2, s3 = s0*y+x, s1*y+x, s2*y+x, s3*y+x
		s4, s5, s6, s7 = s4*y+x, s5*y+x, s6*y+x, s7*y+x
	}
	sink.Store(s0+s1+s2+s3+s4+s5+s6+s7 > 0)
}

var sink atomic.Bool // keeps the sums of plain alive

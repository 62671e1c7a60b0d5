// Package par splits work over cores. A call starts its goroutines and waits for them: none outlives it.
package par

import (
	"runtime"
	"sync"
)

// Workers is the number of cores a whole step is shared among when the caller does not say: GOMAXPROCS.
func Workers() int { return runtime.GOMAXPROCS(0) }

// Span returns the half-open share [lo, hi) of n items that worker w of p takes; shares differ by at most one item,
// and depend on n, w and p alone, so that sums over shares are repeatable.
func Span(n, w, p int) (lo, hi int) { return n * w / p, n * (w + 1) / p }

// Do runs f(0) … f(p−1) at the same time and returns when all have returned. The calling goroutine does share 0 itself,
// since starting a goroutine on an idle processor costs more than a small share of work. A panic in a share is
// raised again in the caller.
func Do(p int, f func(w int)) {
	if p < 1 {
		panic("par: Do needs at least one worker")
	}
	var wg sync.WaitGroup
	failed := make([]any, p)
	for w := 1; w < p; w++ {
		wg.Go(func() {
			defer func() { failed[w] = recover() }()
			f(w)
		})
	}
	func() {
		defer wg.Wait()
		f(0)
	}()
	for _, e := range failed {
		if e != nil {
			panic(e)
		}
	}
}

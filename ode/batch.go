package ode

import (
	"fmt"
	"iter"
	"slices"
	"sync/atomic"

	"lagrange/internal/par"
)

// Batch evaluates ẋ = f(t, x) for one state each of several solutions: row b of x (B, n) is the state of solution
// who[b] at its own time t[b], and row b of dx is for its derivative. who ascends; who, t and x must not be changed.
type Batch func(who []int, t, x, dx []float64)

// Together runs solve(0, f) … solve(N−1, f) side by side and returns when all have returned. Each integrates a state of
// n numbers in its own way, by Solve with a method, times and steps of its own, once or piece by piece. Its f waits
// until every other solution of its batch wants the field too or has ended; then the field is evaluated for all at
// once. A solution therefore is what it would be alone, up to the rounding of the field.
//
// A batch starts with at most most solutions, with fewer if there are few, so that up to 64 cores have work. Who shares
// a batch depends on N and most alone: the results do not depend on the number of cores. fields is called once on each
// core that takes part and returns a Batch for up to size states; it serves one batch after the other, and never runs
// at the same time as a solve of its batch, so it may read what solve(i, ·) leaves for i. f is to be called by solve
// itself, not by another goroutine.
func Together(N, n, most int, fields func(size int) Batch, solve func(i int, f Field)) {
	if N < 0 || n < 1 || most < 1 {
		panic(fmt.Sprintf("ode: %d solutions of %d numbers in batches of %d", N, n, most))
	}
	if N == 0 {
		return
	}
	const few, cores = 8, 64 // a batch of few states costs little more for each of them than a large one
	G := 1                   // batches; a power of two goes evenly into most numbers of cores
	for N > G*most || G < cores && N >= 2*few*G {
		G *= 2
	}
	var taken atomic.Int64
	par.Do(min(G, par.Workers()), func(int) {
		field := fields((N + G - 1) / G)
		for g := int(taken.Add(1)) - 1; g < G; g = int(taken.Add(1)) - 1 {
			lo, hi := par.Span(N, g, G)
			abreast(lo, hi, n, field, solve)
		}
	})
}

// abreast runs solve(lo, f) … solve(hi−1, f) on this core: each up to where it wants the field, then the field for all
// that do, until none is left.
func abreast(lo, hi, n int, field Batch, solve func(i int, f Field)) {
	B := hi - lo
	who, t, x, dx := make([]int, B), make([]float64, B), make([]float64, B*n), make([]float64, B*n)
	lanes := make([]*lane, B)
	for b := range lanes {
		lanes[b] = newLane(lo+b, n, solve)
	}
	defer func() { // there are some left if field or a solve panics
		for _, l := range lanes {
			l.stop()
		}
	}()
	for {
		lanes = slices.DeleteFunc(lanes, (*lane).ends)
		if B = len(lanes); B == 0 {
			return
		}
		for b, l := range lanes {
			who[b], t[b] = l.i, l.t
			copy(x[b*n:], l.x)
		}
		field(who[:B], t[:B], x[:B*n], dx[:B*n])
		for b, l := range lanes {
			copy(l.dx, dx[b*n:])
		}
	}
}

// lane is solution i under way: a coroutine that rests where it wants f(t, x) in dx.
type lane struct {
	i     int
	t     float64
	x, dx []float64
	next  func() (struct{}, bool)
	stop  func()
}

func newLane(i, n int, solve func(i int, f Field)) *lane {
	l := &lane{i: i}
	l.next, l.stop = iter.Pull(func(rest func(struct{}) bool) {
		stopped := false
		defer func() {
			if stopped {
				_ = recover()
			}
		}()
		solve(i, func(t float64, x, dx []float64) {
			if len(x) != n || len(dx) != n {
				panic(fmt.Sprintf("ode: a state of %d and a derivative of %d numbers, want %d", len(x), len(dx), n))
			}
			l.t, l.x, l.dx = t, x, dx
			if stopped = !rest(struct{}{}); stopped {
				panic("ode: stopped") // the way out of solve
			}
		})
	})
	return l
}

// ends goes on to where l wants the field next, or to its end.
func (l *lane) ends() bool {
	_, more := l.next()
	return !more
}

// Package par splits work over cores. Goroutines end with the call or the team that started them.
package par

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// Workers is the number of cores a whole step is shared among when the caller does not say: GOMAXPROCS.
func Workers() int { return runtime.GOMAXPROCS(0) }

// Span returns the half-open share [lo, hi) of n items that worker w of p takes; shares differ by at most one item,
// and depend on n, w and p alone, so that sums over shares are repeatable.
func Span(n, w, p int) (lo, hi int) { return n * w / p, n * (w + 1) / p }

// Do runs f(0) … f(p−1) at the same time and returns when all have returned.
func Do(p int, f func(w int)) {
	t := NewTeam(p)
	defer t.Close()
	t.Do(f)
}

// Team is a number of goroutines that work together again and again, as the cores of a training run do step after step.
//
// Waking a sleeping processor costs about 100 µs, as much as the whole step of a small network. So whoever waits, for
// work or for the others, looks out for as long as a wake-up costs before going to sleep: waiting then never costs more
// than twice what the better choice would have [Karlin1994] (the ski-rental argument).
type Team struct {
	p       int
	f       func(w int)
	failed  []any
	round   atomic.Uint32 // counts calls of Do
	working atomic.Int32  // others that have not finished this round
	leader  sleeper
	others  []sleeper
	wg      sync.WaitGroup
}

// patience is how long a waiting goroutine looks out.
const patience = 100 * time.Microsecond

// NewTeam starts p−1 goroutines; the caller of Do is the other member.
func NewTeam(p int) *Team {
	if p < 1 {
		panic("par: a team needs at least one worker")
	}
	t := &Team{p: p, failed: make([]any, p), leader: newSleeper(p), others: make([]sleeper, p-1)}
	for i := range t.others {
		t.others[i] = newSleeper(p)
		t.wg.Go(func() { t.member(i + 1) })
	}
	return t
}

// Workers is the size of the team.
func (t *Team) Workers() int { return t.p }

// Do runs f(0) … f(p−1) at the same time, f(0) on the calling goroutine, and returns when all have returned. A panic in
// a share is raised again in the caller. One call at a time.
func (t *Team) Do(f func(w int)) {
	t.start(f)
	func() {
		defer t.leader.wait(func() bool { return t.working.Load() == 0 })
		f(0)
	}()
	for w, e := range t.failed {
		if e != nil {
			t.failed[w] = nil
			panic(e)
		}
	}
}

// Share visits 0 … n − 1, each by whichever member is free, so that f must not add to what is a member's own.
func (t *Team) Share(n int, f func(w, i int)) {
	var next atomic.Int64
	t.Do(func(w int) { Claim(&next, n, func(i int) { f(w, i) }) })
}

// Claim visits those of 0 … n − 1 that nobody has claimed.
func Claim(next *atomic.Int64, n int, f func(i int)) {
	for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
		f(i)
	}
}

// InTurn gives 0 … n − 1 to the members in turn: which are whose depends on their number alone, and so does what f adds
// up for each.
func (t *Team) InTurn(n int, f func(w, i int)) {
	t.Do(func(w int) {
		for i := w; i < n; i += t.p {
			f(w, i)
		}
	})
}

// Close ends the goroutines and waits for their end.
func (t *Team) Close() {
	t.start(nil)
	t.wg.Wait()
}

func (t *Team) start(f func(w int)) {
	t.f = f
	t.working.Store(int32(t.p - 1))
	t.round.Add(1)
	for i := range t.others {
		t.others[i].wake()
	}
}

// member does share w of every round until Close.
func (t *Team) member(w int) {
	for round := uint32(1); ; round++ {
		t.others[w-1].wait(func() bool { return t.round.Load() == round })
		if t.f == nil {
			return
		}
		func() {
			defer func() { t.failed[w] = recover() }()
			t.f(w)
		}()
		if t.working.Add(-1) == 0 {
			t.leader.wake()
		}
	}
}

// sleeper is one goroutine's waiting for a condition that others make true before they call wake.
type sleeper struct {
	asleep atomic.Bool
	bell   chan struct{}
	look   bool // false when there is no core to spare for looking out
}

func newSleeper(p int) sleeper {
	return sleeper{bell: make(chan struct{}, 1), look: p <= runtime.GOMAXPROCS(0)}
}

func (s *sleeper) wait(ready func() bool) {
	const glances = 256 // between two looks at the clock
	for start := time.Now(); s.look && time.Since(start) < patience; {
		for range glances {
			if ready() {
				return
			}
		}
	}
	for { // a bell may belong to a round that was seen without it
		s.asleep.Store(true)
		if ready() && s.asleep.CompareAndSwap(true, false) {
			return
		}
		<-s.bell
	}
}

func (s *sleeper) wake() {
	if s.asleep.CompareAndSwap(true, false) {
		s.bell <- struct{}{}
	}
}

package par

import (
	"errors"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestSpanTilesTheRange(t *testing.T) {
	for n := range 40 {
		for p := 1; p < 9; p++ {
			end := 0
			for w := range p {
				lo, hi := Span(n, w, p)
				if lo != end || hi-lo > n/p+1 {
					t.Fatalf("Span(%d,%d,%d) = [%d,%d) after %d", n, w, p, lo, hi, end)
				}
				end = hi
			}
			if end != n {
				t.Fatalf("n=%d p=%d: shares end at %d", n, p, end)
			}
		}
	}
}

func TestDoRunsEveryShareOnce(t *testing.T) {
	var seen [7]atomic.Int32
	Do(7, func(w int) { seen[w].Add(1) })
	for w := range seen {
		if seen[w].Load() != 1 {
			t.Fatalf("share %d ran %d times", w, seen[w].Load())
		}
	}
}

func TestDoRaisesAPanic(t *testing.T) {
	for _, bad := range []int{0, 2} {
		func() {
			defer func() {
				if recover() != "lost" {
					t.Errorf("the panic of share %d did not reach the caller", bad)
				}
			}()
			Do(3, func(w int) {
				if w == bad {
					panic("lost")
				}
			})
		}()
	}
}

// A team keeps its rounds apart whether its members look out or sleep, and leaves no goroutine behind.
func TestTeamRounds(t *testing.T) {
	defer goleak.VerifyNone(t)
	r := rand.New(rand.NewPCG(3, 1))
	for _, p := range []int{1, 2, 5} { // five share fewer cores on most machines, and do not look out then
		team := NewTeam(p)
		counts := make([]int, p)
		for round := range 300 {
			lazy := -1
			if round%10 == 0 {
				lazy = r.IntN(p)
				time.Sleep(2 * patience) // members fall asleep
			}
			team.Do(func(w int) {
				if w == lazy {
					time.Sleep(2 * patience) // the leader falls asleep, or the others do
				}
				counts[w]++
			})
			for w, n := range counts {
				if n != round+1 {
					t.Fatalf("p=%d: after round %d member %d has run %d times", p, round, w, n)
				}
			}
		}
		team.Close()
	}
}

func TestTeamSurvivesAPanic(t *testing.T) {
	team := NewTeam(3)
	defer team.Close()
	func() {
		defer func() { _ = recover() }()
		team.Do(func(w int) { panic(w) })
	}()
	var n atomic.Int32
	team.Do(func(int) { n.Add(1) })
	if n.Load() != 3 {
		t.Errorf("%d of 3 members worked after a panic", n.Load())
	}
}

// BenchmarkTeam measures a round without work, BenchmarkDo that of goroutines started for it.
func BenchmarkTeam(b *testing.B) {
	team := NewTeam(2)
	defer team.Close()
	nothing := func(int) {}
	for b.Loop() {
		team.Do(nothing)
	}
}

func BenchmarkDo(b *testing.B) {
	nothing := func(int) {}
	for b.Loop() {
		Do(2, nothing)
	}
}

// The first error counts, however those that were under way have ended after it.
func TestAbreastEndsWithTheFirstError(t *testing.T) {
	broken := errors.New("broken")
	for _, late := range []error{nil, errors.New("late")} {
		begun, failed := make(chan struct{}), make(chan struct{})
		err := Abreast(2, 9, func(i int) error {
			switch i {
			case 0:
				close(begun)
				<-failed
				time.Sleep(10 * time.Millisecond) // the error is noted meanwhile
				return late
			case 1:
				<-begun
				close(failed)
				return broken
			}
			t.Errorf("job %d was begun", i)
			return nil
		})
		if err != broken {
			t.Errorf("the error is %v", err)
		}
	}
}

// Items are visited once each, whoever is free; in turn each member has always the same.
func TestShareAndInTurn(t *testing.T) {
	for _, p := range []int{1, 2, 5} {
		team := NewTeam(p)
		for _, n := range []int{0, 1, 7, 40} {
			shared, by := make([]atomic.Int32, n), make([]int, n)
			team.Share(n, func(_, i int) { shared[i].Add(1) })
			team.InTurn(n, func(w, i int) { by[i] += 1 + w })
			for i := range n {
				if shared[i].Load() != 1 || by[i] != 1+i%p {
					t.Errorf("p=%d: item %d of %d is visited %d times, in turn by %d", p, i, n, shared[i].Load(),
						by[i]-1)
				}
			}
		}
		team.Close()
	}
}

package par

import (
	"sync/atomic"
	"testing"
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

package par

import "sync"

// Abreast runs jobs 0 … n−1, at most p of them at a time, the first ones first, and returns when none is under way. The
// first error ends it: what is under way runs to its end, and what has not begun is left.
func Abreast(p, n int, job func(i int) error) error {
	var mutex sync.Mutex
	var fail error
	next := 0
	take := func() int {
		mutex.Lock()
		defer mutex.Unlock()
		if fail != nil {
			return n
		}
		next++
		return next - 1
	}
	ended := func(err error) {
		mutex.Lock()
		defer mutex.Unlock()
		if fail == nil {
			fail = err
		}
	}
	Do(max(1, min(n, p)), func(int) {
		for i := take(); i < n; i = take() {
			ended(job(i))
		}
	})
	return fail
}

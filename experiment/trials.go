package experiment

import (
	"context"
	"math"
	"sync"
	"time"

	"lagrange/internal/par"
)

// Trials are what an experiment makes many of: each is a function of its key and of nothing else that may differ.
type Trials[K comparable, V any] struct {
	Store *Store[K, V]
	Make  func(context.Context, K) (V, error)
	Loss  func(V) float64 // for Progress
}

// Each returns the trials of keys in their order. Those that the store lacks are made and added, side by side; s.On
// hears how many are there.
func (t Trials[K, V]) Each(ctx context.Context, s Settings, what string, keys []K) ([]V, error) {
	values, least := make([]V, len(keys)), math.Inf(1)
	var todo []int
	for i, k := range keys {
		v, ok := t.Store.Get(k)
		if !ok {
			todo = append(todo, i)
			continue
		}
		values[i], least = v, min(least, t.Loss(v))
	}
	if on := s.On; on != nil {
		s.On = func(p Progress) {
			p.Step, p.Steps, p.Valid = p.Step+len(keys)-len(todo), len(keys), min(p.Valid, least)
			on(p)
		}
	}
	return values, Abreast(s, what, len(todo), func(i int) (loss float64, err error) {
		at := todo[i]
		if values[at], err = t.Make(ctx, keys[at]); err != nil {
			return 0, err
		}
		return t.Loss(values[at]), t.Store.Add(values[at])
	})
}

// Abreast runs jobs 0 … n−1, each on one core, the first ones first, and tells how many are done, the last one's loss
// and the least. The first error ends it, see par.Abreast.
func Abreast(s Settings, what string, n int, job func(i int) (loss float64, err error)) error {
	var mutex sync.Mutex
	done, least, begin := 0, math.Inf(1), time.Now()
	return par.Abreast(par.Workers(), n, func(i int) error {
		loss, err := job(i)
		if err != nil {
			return err
		}
		mutex.Lock()
		defer mutex.Unlock()
		done++
		if least = min(least, loss); s.On != nil {
			s.On(Progress{Model: what, Step: done, Steps: n, Loss: loss, Valid: least,
				Left: time.Duration(float64(time.Since(begin)) * float64(n-done) / float64(done))})
		}
		return nil
	})
}

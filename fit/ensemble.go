package fit

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"lagrange/internal/par"
)

// ensemble trains networks from one seed after another, for as many steps as the first. They go side by
// side, each on its share of the cores: a step of one small network does not keep many busy.
func (f *problem) ensemble(ctx context.Context) ([]Network, error) {
	k, cores := f.s.Ensemble, f.s.Workers
	if cores == 0 {
		cores = par.Workers()
	}
	side := min(k, cores)
	each := f.s
	each.Preparing = nil // members prepare side by side
	each.Workers = cores / side
	if f.s.Budget > 0 {
		left := max(f.s.Budget/leastShare, f.s.Budget-f.watch.elapsed())
		each.Budget = left * time.Duration(side) / time.Duration(k)
	}
	all := crew{on: f.s.On, begin: time.Now(), done: make([]int, k), steps: make([]int, k), restarts: make([]int, k)}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ms, errs := make([]Network, k), make([]error, k)
	train := func(j, steps int, agree func(int) (int, error)) {
		s := each
		s.Seed, s.Steps, s.On = s.Seed+uint64(j), steps, all.member(j)
		s.Checkpoint = ofMember(s.Checkpoint, j)
		if ms[j], errs[j] = f.network(ctx, s, watch{begin: time.Now()}, j, agree); errs[j] != nil {
			cancel()
			return
		}
		all.finish(j, ms[j].Record.Steps)
	}
	var next atomic.Int64
	next.Store(int64(side) - 1)
	steps, told := 0, make(chan struct{})
	par.Do(side, func(w int) {
		// what a step takes is measured by all at once, as they will run
		train(w, each.Steps, func(n int) (int, error) {
			if w == 0 {
				steps = n
				close(told)
			}
			select {
			case <-told:
				return steps, nil
			case <-ctx.Done():
				return 0, ctx.Err()
			}
		})
		for j := int(next.Add(1)); j < k && ctx.Err() == nil; j = int(next.Add(1)) {
			train(j, steps, nil)
		}
	})
	if err := cause(errs); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return ms, nil
}

// cause is the error that ended the others, if it was not from outside.
func cause(errs []error) (err error) {
	for _, e := range errs {
		if e != nil && (err == nil || errors.Is(err, context.Canceled)) {
			err = e
		}
	}
	return err
}

// crew tells the progress of several networks as one.
type crew struct {
	on                    func(Progress)
	begin                 time.Time
	one                   sync.Mutex
	from                  int // steps done before the first that was told, and itself; 0 before
	done, steps, restarts []int
}

// member tells of network j.
func (c *crew) member(j int) func(Progress) {
	if c.on == nil {
		return nil
	}
	return func(p Progress) {
		c.one.Lock()
		defer c.one.Unlock()
		c.done[j], c.steps[j], c.restarts[j] = p.Step, p.Steps, p.Restarts
		own := p.Steps
		p.Step, p.Restarts, p.Steps, p.Elapsed = 0, 0, 0, time.Since(c.begin)
		for i, n := range c.done {
			all := c.steps[i]
			if all == 0 { // it has not begun
				all = own
			}
			p.Step, p.Restarts, p.Steps = p.Step+n, p.Restarts+c.restarts[i], p.Steps+all
		}
		if c.from == 0 {
			c.from = p.Step
		}
		p.Left = time.Duration(float64(p.Elapsed) / float64(1+p.Step-c.from) * float64(p.Steps-p.Step))
		c.on(p)
	}
}

// finish counts the steps of a network that had no more to tell, as one that was complete before.
func (c *crew) finish(j, steps int) {
	c.one.Lock()
	defer c.one.Unlock()
	c.done[j], c.steps[j] = max(c.done[j], steps), steps
}

package fit

import (
	"context"
	"errors"
	"sync"
	"time"

	"lagrange/internal/par"
)

// ensemble trains networks from one seed after another, for as many steps as the first. Each has one core, whatever
// else there is, so that they are the same bit for bit on any number of cores; as many go side by side as there are.
func (f *problem) ensemble(ctx context.Context) ([]Network, error) {
	k, side := f.s.Ensemble, min(f.s.Ensemble, f.cores)
	each := f.s
	each.Preparing = nil // members prepare side by side
	if f.s.Budget > 0 {
		each.Budget = turn(remains(f.s.Budget, f.watch.elapsed()), k, side)
	}
	all := crew{on: f.s.On, begin: time.Now(), done: make([]int, k), steps: make([]int, k), restarts: make([]int, k)}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ms, errs := make([]Network, k), make([]error, k)
	steps, told := 0, make(chan struct{})
	// what a step takes is measured by all that begin at once, as they will run
	agree := func(j int) func(int) (int, error) {
		return func(n int) (int, error) {
			if j == 0 {
				steps = n
				close(told)
			}
			select {
			case <-told:
				return steps, nil
			case <-ctx.Done():
				return 0, ctx.Err()
			}
		}
	}
	err := par.Abreast(side, k, func(j int) error {
		s, agreed := each, agree(j)
		if j >= side { // one of the first has ended
			s.Steps, agreed = steps, nil
		}
		s.Seed, s.On, s.Checkpoint = s.Seed+uint64(j), all.member(j), ofMember(s.Checkpoint, j)
		if ms[j], errs[j] = f.network(ctx, s, watch{begin: time.Now()}, j, agreed); errs[j] != nil {
			cancel() // the others save what they have
			return errs[j]
		}
		all.finish(j, ms[j].Record.Steps)
		return ctx.Err()
	})
	if why := cause(errs); why != nil {
		err = why
	}
	if err != nil {
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

// turn is the time of each of k networks in what is left for all, if so many go side by side: they take turns.
func turn(left time.Duration, k, side int) time.Duration {
	return left / time.Duration((k+side-1)/side)
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

package fit

import (
	"context"
	"os"
	"time"

	"lagrange/train"
)

// unusable says why a checkpoint cannot be gone on from: no other family is tried in its place.
type unusable struct{ error }

// remember has an identification go on from its checkpoint, if it is there and wanted, and leave one now and then.
// keep leaves the last one and returns the error that it is told: what failed leaves none, unless ctx ended it.
func (f *problem) remember(o *train.Identification, s Options, w *watch) (
	keep func(ctx context.Context, err error) error, err error) {
	path, of := ofIdentification(s.Checkpoint, s.rung), f.identity("identification", s)
	if path == "" {
		return func(_ context.Context, err error) error { return err }, nil
	}
	o.Memory = &train.Memory{}
	if s.Resume {
		if o.Memory, err = train.LoadMemory(path, of); err != nil {
			return nil, unusable{err}
		}
		if o.Memory.Seconds > 0 {
			w.goOn(o.Memory.Seconds)
		}
	}
	save := func() error {
		o.Memory.Seconds = w.elapsed().Seconds()
		return o.Memory.Save(path, of)
	}
	last := time.Now()
	o.Memory.On = func() error {
		if time.Since(last) < s.Every {
			return nil
		}
		last = time.Now()
		return save()
	}
	return func(ctx context.Context, err error) error {
		if err != nil && ctx.Err() == nil {
			os.Remove(path) // there is nothing to go on from
			return err
		}
		if e := save(); err == nil {
			err = e
		}
		return err
	}, nil
}

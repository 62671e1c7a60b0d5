package sweep

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"lagrange/internal/file"
)

// ErrStop says that the time of a sweep is over. What had begun is saved, and can be gone on with.
var ErrStop = errors.New("the time of the sweep is over")

// Run posts what is due, takes results as they come, and returns when every trial has ended. on is told each result
// that is news, and nil when trials were posted. A simulated recording stands in the folder scratch. When ctx ends
// first the board keeps everything.
func (s *Sweep) Run(ctx context.Context, b Board, scratch string, on func(*Result) error) error {
	if err := s.begun(ctx, b, scratch); err != nil {
		return err
	}
	watching, end := context.WithCancel(ctx)
	defer end()
	news, ended := make(chan Result, 256), make(chan error, 1)
	go func() {
		ended <- b.Results(watching, s.ID, func(r Result) {
			select {
			case news <- r:
			case <-watching.Done():
			}
		})
	}()
	defer func() { end(); <-ended }()
	var over <-chan time.Time
	if s.File.Total > 0 {
		timer := time.NewTimer(time.Duration(s.File.Total))
		defer timer.Stop()
		over = timer.C
	}
	for !s.Over() {
		for _, t := range s.Due() {
			if err := b.Post(ctx, t); err != nil {
				return err
			}
		}
		if err := on(nil); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-over:
			return ErrStop
		case err := <-ended:
			ended <- nil
			return err
		case r := <-news:
			if !s.Add(r) {
				continue
			}
			if err := on(&r); err != nil {
				return err
			}
		}
	}
	return nil
}

// begun puts what all trials need on the board.
func (s *Sweep) begun(ctx context.Context, b Board, scratch string) error {
	if s.simulated != nil {
		path := filepath.Join(scratch, Simulated)
		if err := file.Put(path, s.simulated); err != nil {
			return err
		}
		s.recordings[objectOf(s.simulated)] = path
	}
	for object, path := range s.recordings {
		there, err := b.Noted(ctx, s.ID, object)
		if err != nil {
			return err
		}
		if there != nil {
			continue
		}
		if err := b.Put(ctx, s.ID, object, path); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		if err := b.Note(ctx, s.ID, object, []byte(filepath.Base(path))); err != nil {
			return err
		}
	}
	return nil
}

// Points are what has been decided so far.
func (s *Sweep) Points() []Decided { return s.points }

// Ended counts the trials with a result, those of them that failed, and those that are decided.
func (s *Sweep) Ended() (ended, failed, decided int) {
	for _, r := range s.results {
		if r.Failed() {
			failed++
		}
	}
	return len(s.results), failed, len(s.results) + s.waiting
}

// Trials is how many trials there will be, as far as can be said: halving may drop points that fail.
func (s *Sweep) Trials() (n int) {
	f := s.File
	for first := 0; first < f.Points; first += f.Batch {
		alive := min(f.Batch, f.Points-first)
		n += alive * f.Seeds
		for range f.rungs() - 1 {
			alive = f.Halving.survivors(alive)
			n += alive * f.Seeds
		}
	}
	return n
}

package sweep

import (
	"context"
	"errors"
)

// A Board is where sweeps stand: trials that wait, results, and files by name. A server keeps it, or a folder.
type Board interface {
	// Post puts up a trial. One that is up or has ended is left as it is.
	Post(ctx context.Context, t Trial) error
	// Results calls on for each result of a sweep, those that are there first, until ctx ends. Some may come twice.
	Results(ctx context.Context, sweep string, on func(Result)) error
	// Take waits for a trial. It returns ErrNone when there is none and idle has passed without one.
	Take(ctx context.Context, worker string) (Claim, error)
	// Put stores a file by its name; Get writes it to path, or says ErrNoFile.
	Put(ctx context.Context, sweep, name, path string) error
	Get(ctx context.Context, sweep, name, path string) error
	// Forget drops a file, if it is there.
	Forget(ctx context.Context, sweep, name string) error
	// Note keeps a short text under a key, Noted returns it, or nil. Create notes only where there is nothing yet.
	Note(ctx context.Context, sweep, key string, text []byte) error
	Create(ctx context.Context, sweep, key string, text []byte) (bool, error)
	Noted(ctx context.Context, sweep, key string) ([]byte, error)
	// Close lets go of the board; what stands there stays.
	Close() error
}

// Claim is a trial that a worker has taken. It has to say that it is alive well within Alive's time, or the trial is
// given to another.
type Claim interface {
	Trial() Trial
	Taken() int // how often the trial has been taken, this time included
	// Alive keeps the claim; an error says that it is lost.
	Alive(ctx context.Context) error
	// Done notes the result, unless there is one, and takes the trial off the board.
	Done(ctx context.Context, r Result) error
	// Back puts the trial up again, for whoever is next.
	Back(ctx context.Context) error
}

// ErrNone says that no trial waits.
var ErrNone = errors.New("no trial is waiting")

// ErrNoFile says that no file has the name.
var ErrNoFile = errors.New("no such file on the board")

// Package dir keeps sweeps in a folder that several machines share, where no server may run. All it needs of the file
// system is that a rename within the folder is atomic: no locks, no database, and no clock that machines agree on.
//
//	ID/waiting/TRIAL.N          a trial that was taken N times
//	ID/taken/TRIAL.N.CLAIM      one that is under way; the claim is unique
//	ID/beats/CLAIM              a number that grows as long as its worker lives
//	ID/results/TRIAL            how a trial ended
//	ID/posted/TRIAL             trials that were put up, each once
//	ID/files, ID/notes          files and short texts by name
package dir

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"lagrange/internal/file"
	"lagrange/sweep"
)

// Wait is how long a worker may be silent before its trial is given to another.
const Wait = 60 * time.Second

// look is how often the folder is looked at by who waits.
const look = time.Second

// Board is a sweep.Board in a folder.
type Board struct {
	Folder string
	Idle   time.Duration // how long Take waits for a trial; 0: it returns at once
	Wait   time.Duration
	Say    func(string) // told once of each thing that is not the board's; nil: nobody

	mu    sync.Mutex
	told  map[string]bool // places of what Say has heard of
	beats map[string]beat // of claims of others, as seen from here
}

// beat is a number of a claim and when it was seen first, by the clock of this process.
type beat struct {
	text string
	at   time.Time
}

// Open opens a folder, which is made where it is not there.
func Open(folder string) (*Board, error) {
	if err := made(folder); err != nil {
		return nil, err
	}
	return &Board{Folder: folder, Wait: Wait, told: map[string]bool{}, beats: map[string]beat{}}, nil
}

// Close implements sweep.Board.
func (*Board) Close() error { return nil }

// parts are the folders of a sweep.
var parts = []string{"waiting", "taken", "beats", "results", "posted", "files", "notes"}

func (b *Board) at(id string, names ...string) string {
	return filepath.Join(append([]string{b.Folder, id}, names...)...)
}

func (b *Board) prepare(id string) error {
	for _, p := range parts {
		if err := made(b.at(id, p)); err != nil {
			return err
		}
	}
	return nil
}

// put writes a file whole, with the folder that it is in.
func put(path string, text []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	return file.Put(path, text)
}

// Post implements sweep.Board.
func (b *Board) Post(_ context.Context, t sweep.Trial) error {
	if err := b.prepare(t.Sweep); err != nil {
		return err
	}
	mark := b.at(t.Sweep, "posted", t.ID)
	if _, err := os.Stat(mark); err == nil {
		return nil
	}
	text, err := json.Marshal(t)
	if err != nil {
		return err
	}
	if err := put(b.at(t.Sweep, "waiting", t.ID+".0"), text); err != nil {
		return err
	}
	return put(mark, nil) // cut off before this, the trial is put up twice, and ends once all the same
}

// Results implements sweep.Board.
func (b *Board) Results(ctx context.Context, id string, on func(sweep.Result)) error {
	met := map[string]bool{}
	for {
		names, err := names(b.at(id, "results"))
		if err != nil {
			return err
		}
		for _, name := range names {
			if met[name] {
				continue
			}
			r, ok, err := b.result(id, name)
			if err != nil {
				return err
			}
			if ok {
				met[name] = true
				on(r)
			}
		}
		if !pause(ctx, look) {
			return ctx.Err()
		}
	}
}

// names lists a folder, without what is being written there; of one that is not there nothing.
func names(folder string) (all []string, err error) {
	entries, err := os.ReadDir(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if info, e := os.Stat(folder); err != nil && e == nil && !info.IsDir() {
		return nil, isFile(folder)
	}
	for _, e := range entries {
		if !hidden(e.Name()) {
			all = append(all, e.Name())
		}
	}
	return all, err
}

// hidden are names of what is being written, and of what file systems keep beside files.
func hidden(name string) bool { return strings.HasPrefix(name, ".") }

// Take implements sweep.Board.
func (b *Board) Take(ctx context.Context, worker string) (sweep.Claim, error) {
	for until := time.Now().Add(b.Idle); ; {
		sweeps, err := b.sweeps()
		if err != nil {
			return nil, err
		}
		for _, id := range sweeps {
			if c, err := b.take(id, worker); c != nil || err != nil {
				return c, err
			}
			if err := b.reclaim(id); err != nil {
				return nil, err
			}
		}
		if time.Now().After(until) {
			return nil, sweep.ErrNone
		}
		if !pause(ctx, look) {
			return nil, ctx.Err()
		}
	}
}

// take claims a trial by a rename, which only one worker succeeds in.
func (b *Board) take(id, worker string) (sweep.Claim, error) {
	waiting, err := names(b.at(id, "waiting"))
	if err != nil {
		return nil, err
	}
	slices.SortFunc(waiting, inOrder)
	for _, name := range waiting {
		trial, n, ok := counted(name)
		if !ok {
			trial = ""
		}
		t, ok, err := b.trial(id, "waiting", name, trial)
		if err != nil {
			return nil, err
		}
		if !ok {
			continue
		}
		claimed := fmt.Sprintf("%s-%08x", worker, rand.Uint32())
		path := b.at(id, "taken", fmt.Sprintf("%s.%d.%s", trial, n+1, claimed))
		if err := put(b.at(id, "beats", claimed), []byte("0")); err != nil {
			return nil, err
		}
		if err := os.Rename(b.at(id, "waiting", name), path); err != nil {
			_ = os.Remove(b.at(id, "beats", claimed)) // another was faster
			continue
		}
		c := &claim{b: b, t: t, path: path, beat: b.at(id, "beats", claimed), taken: n + 1}
		if _, err := os.Stat(b.at(id, "results", trial)); err == nil {
			c.drop()
			continue
		}
		return c, nil
	}
	return nil, nil
}

// inOrder sorts p2-… before p10-….
func inOrder(x, y string) int {
	if len(x) != len(y) {
		return len(x) - len(y)
	}
	return strings.Compare(x, y)
}

// counted takes TRIAL.N apart.
func counted(name string) (trial string, n int, ok bool) {
	trial, rest, ok := strings.Cut(name, ".")
	n, err := strconv.Atoi(rest)
	return trial, n, ok && err == nil
}

// reclaim puts up again what has been taken by a worker that is silent for longer than Wait. The name of a claim is
// never used twice, so nobody's newer claim can be meant.
func (b *Board) reclaim(id string) error {
	taken, err := names(b.at(id, "taken"))
	if err != nil {
		return err
	}
	for _, name := range taken {
		words := strings.SplitN(name, ".", 3)
		if len(words) != 3 {
			words = make([]string, 3)
		}
		if _, ok, err := b.trial(id, "taken", name, words[0]); err != nil || !ok {
			if err != nil {
				return err
			}
			continue
		}
		text, err := os.ReadFile(b.at(id, "beats", words[2]))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if !b.silent(name, string(text)) {
			continue
		}
		if os.Rename(b.at(id, "taken", name), b.at(id, "waiting", words[0]+"."+words[1])) == nil {
			_ = os.Remove(b.at(id, "beats", words[2]))
		}
	}
	return nil
}

// silent says whether a claim has had the same number for longer than Wait.
func (b *Board) silent(name, text string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	last, ok := b.beats[name]
	if !ok || last.text != text {
		b.beats[name] = beat{text, time.Now()}
		return false
	}
	if time.Since(last.at) < b.Wait {
		return false
	}
	delete(b.beats, name)
	return true
}

// pause waits, and says whether ctx goes on.
func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

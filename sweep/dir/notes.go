package dir

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"

	"lagrange/internal/file"
	"lagrange/sweep"
)

// Put implements sweep.Board.
func (b *Board) Put(_ context.Context, id, name, path string) error {
	text, err := os.Open(path)
	if err != nil {
		return err
	}
	defer text.Close()
	to := b.at(id, "files", name)
	if err := os.MkdirAll(filepath.Dir(to), 0o777); err != nil {
		return err
	}
	return file.Write(to, func(w io.Writer) error { _, err := io.Copy(w, text); return err })
}

// Get implements sweep.Board.
func (b *Board) Get(_ context.Context, id, name, path string) error {
	text, err := os.Open(b.at(id, "files", name))
	if errors.Is(err, fs.ErrNotExist) {
		return sweep.ErrNoFile
	}
	if err != nil {
		return err
	}
	defer text.Close()
	return file.Write(path, func(w io.Writer) error { _, err := io.Copy(w, text); return err })
}

// Forget implements sweep.Board.
func (b *Board) Forget(_ context.Context, id, name string) error {
	if err := os.Remove(b.at(id, "files", name)); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// Note implements sweep.Board.
func (b *Board) Note(_ context.Context, id, key string, text []byte) error {
	return put(b.at(id, "notes", key), text)
}

// Create implements sweep.Board.
func (b *Board) Create(_ context.Context, id, key string, text []byte) (bool, error) {
	return create(b.at(id, "notes", key), text)
}

// create writes a file where there is none: whole, under another name, which is then linked.
func create(path string, text []byte) (bool, error) {
	temp := filepath.Join(filepath.Dir(path), fmt.Sprintf(".%s.%016x", filepath.Base(path), rand.Uint64()))
	if err := put(temp, text); err != nil {
		return false, err
	}
	defer os.Remove(temp)
	err := os.Link(temp, path)
	if errors.Is(err, fs.ErrExist) {
		return false, nil
	}
	return err == nil, err
}

// Noted implements sweep.Board.
func (b *Board) Noted(_ context.Context, id, key string) ([]byte, error) {
	text, err := os.ReadFile(b.at(id, "notes", key))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if text == nil && err == nil {
		text = []byte{}
	}
	return text, err
}

// claim is a trial in the folder of those under way.
type claim struct {
	b          *Board
	t          sweep.Trial
	path, beat string
	taken      int
	alive      int
}

// Trial implements sweep.Claim.
func (c *claim) Trial() sweep.Trial { return c.t }

// Taken implements sweep.Claim.
func (c *claim) Taken() int { return c.taken }

// Alive implements sweep.Claim.
func (c *claim) Alive(context.Context) error {
	if _, err := os.Stat(c.path); errors.Is(err, fs.ErrNotExist) {
		return errors.New("another worker has the trial: this one was silent for too long")
	}
	c.alive++
	return put(c.beat, []byte(strconv.Itoa(c.alive)))
}

// Done implements sweep.Claim.
func (c *claim) Done(_ context.Context, r sweep.Result) error {
	text, err := json.Marshal(r)
	if err != nil {
		return err
	}
	if _, err := create(c.b.at(c.t.Sweep, "results", c.t.ID), text); err != nil {
		return err
	}
	c.drop()
	return nil
}

// drop takes the claim off the board. What a power cut leaves of it is put up again, and found to have a result.
func (c *claim) drop() {
	_ = os.Remove(c.path)
	_ = os.Remove(c.beat)
}

// Back implements sweep.Claim.
func (c *claim) Back(context.Context) error {
	err := os.Rename(c.path, c.b.at(c.t.Sweep, "waiting", fmt.Sprintf("%s.%d", c.t.ID, c.taken)))
	_ = os.Remove(c.beat)
	if errors.Is(err, fs.ErrNotExist) { // it has been taken away
		return nil
	}
	return err
}

package dir

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"lagrange/sweep"
)

// sweeps lists the folders of the board, each of which may be a sweep, and tells of what else is there.
func (b *Board) sweeps() (ids []string, err error) {
	entries, err := os.ReadDir(b.Folder)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		switch at := b.at(e.Name()); {
		case hidden(e.Name()):
		case e.IsDir():
			ids = append(ids, e.Name())
		default:
			b.foreign(b.Folder, at+" is no sweep, and is left alone: a board is best a folder of its own")
		}
	}
	return ids, nil
}

// foreign tells once of something at a place that is not the board's.
func (b *Board) foreign(at, what string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.Say != nil && !b.told[at] {
		b.told[at] = true
		b.Say(what)
	}
}

// stranger tells of a file among those of a sweep, or is an error if the sweep waits for what should stand there.
func (b *Board) stranger(id, part, name, trial string, why error) error {
	at, mark := b.at(id, part, name), b.at(id, "posted", trial)
	if _, err := os.Stat(mark); trial != "" && err == nil {
		return fmt.Errorf("%s is damaged (%w): remove it and %s, and \"lagrange sweep resume\" puts the trial up again",
			at, why, mark)
	}
	b.foreign(at, fmt.Sprintf("%s is none of the sweep's files, and is left alone: move it elsewhere", at))
	return nil
}

// trial reads the file of a trial. ok is false where it has gone meanwhile, or is none.
func (b *Board) trial(id, part, name, trial string) (t sweep.Trial, ok bool, err error) {
	text, err := os.ReadFile(b.at(id, part, name))
	if errors.Is(err, fs.ErrNotExist) {
		return t, false, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &t)
	}
	if err == nil && (t.ID != trial || t.Sweep != id) {
		err = fmt.Errorf("it is of trial %q of sweep %q", t.ID, t.Sweep)
	}
	if err != nil {
		return t, false, b.stranger(id, part, name, trial, err)
	}
	return t, true, nil
}

// result reads how a trial ended; ok is false where the file is none of a result.
func (b *Board) result(id, name string) (r sweep.Result, ok bool, err error) {
	text, err := os.ReadFile(b.at(id, "results", name))
	if err == nil {
		err = json.Unmarshal(text, &r)
	}
	if err == nil && r.ID != name {
		err = fmt.Errorf("it is of trial %q", r.ID)
	}
	if err != nil {
		return r, false, b.stranger(id, "results", name, name, err)
	}
	return r, true, nil
}

// made makes a folder.
func made(path string) error {
	err := os.MkdirAll(path, 0o777)
	if info, e := os.Stat(path); err != nil && e == nil && !info.IsDir() {
		return isFile(path)
	}
	return err
}

func isFile(path string) error {
	return fmt.Errorf("%s is a file, and a folder of the board has to be there: move it elsewhere", path)
}

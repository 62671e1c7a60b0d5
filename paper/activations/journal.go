package activations

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"lagrange/internal/file"
)

// journal is the append-only list of finished trials, trials.jsonl: one JSON object a line.
type journal struct {
	trials map[Config]Trial
	file   *os.File // nil: nothing is written
}

// openJournal reads what is there, leaves out a last line that a crash has torn, and goes on behind it. Without a folder
// the journal is kept in memory only.
func openJournal(folder string) (*journal, error) {
	j := &journal{trials: map[Config]Trial{}}
	if folder == "" {
		return j, nil
	}
	path := filepath.Join(folder, "trials.jsonl")
	text, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	whole := 0
	for line := range bytes.Lines(text) {
		var t Trial
		if !bytes.HasSuffix(line, []byte("\n")) || json.Unmarshal(line, &t) != nil {
			break
		}
		j.trials[t.Config] = t
		whole += len(line)
	}
	if whole < len(text) || text == nil {
		if err := file.Write(path, func(w io.Writer) error { _, err := w.Write(text[:whole]); return err }); err != nil {
			return nil, err
		}
	}
	j.file, err = os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	return j, err
}

// add writes a trial behind the others, down to the disk.
func (j *journal) add(t Trial) error {
	j.trials[t.Config] = t
	if j.file == nil {
		return nil
	}
	line, err := json.Marshal(t)
	if err != nil {
		return err
	}
	if _, err := j.file.Write(append(line, '\n')); err != nil {
		return err
	}
	return j.file.Sync()
}

// Close ends the writing.
func (j *journal) Close() error {
	if j.file == nil {
		return nil
	}
	return j.file.Close()
}

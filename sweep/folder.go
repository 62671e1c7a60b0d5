package sweep

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"lagrange/internal/file"
)

// Folder is what a sweep leaves on the disk of whoever began it: the file, where its board is, what was decided, the
// results as they came, and the table.
//
//	sweep.json      the sweep file, with the folder that its recordings are in
//	results.jsonl   a line for each trial that has ended, in the order in which they did
//	points.jsonl    a line for each point: where, and why there
//	results.csv     the table, and results.parquet
//	results.svg     the measure against each parameter
//	board/          where no other board is named: the state of the server within
//	work/           scratch of trials under way
type Folder struct {
	Path  string
	Sweep *Sweep
	State State
	log   *os.File
	lock  *os.File // nil: another process may be at work here
	wrote int      // points that are in points.jsonl
}

// State is how a sweep is gone on with.
type State struct {
	ID      string `json:"id"`
	File    string `json:"file"` // path of the sweep file
	Text    string `json:"text"` // its text when the sweep began
	Program string `json:"program"`
	Board   Where  `json:"board"`
	// recordings by their names, and what they held; absent in older folders
	Recordings map[string]string `json:"recordings,omitempty"`
}

// Where is the board of a sweep: on a NATS server, in a folder that machines share, or, if both are "", within.
type Where struct {
	Server string `json:"server,omitempty"`
	Dir    string `json:"dir,omitempty"`
}

const (
	stateName   = "sweep.json"
	lockName    = "lock"
	resultsName = "results.jsonl"
	pointsName  = "points.jsonl"
	tableName   = "results.csv"
	columnsName = "results.parquet"
	pictureName = "results.svg"
)

// Begin makes the folder of a sweep, or goes on with it where it holds the same one.
func Begin(path string, s *Sweep, board Where) (*Folder, error) {
	at, err := filepath.Abs(s.File.Path)
	if err != nil {
		return nil, err
	}
	state := State{s.ID, at, string(s.File.Text), s.Program, board, s.files}
	switch have, err := readState(path); {
	case errors.Is(err, fs.ErrNotExist):
		if entries, err := os.ReadDir(path); err == nil && len(entries) > 0 {
			return nil, fmt.Errorf("%s holds other things: name a folder that is empty or not there", path)
		}
	case err != nil:
		return nil, err
	case have.ID != s.ID || have.Board != board:
		return nil, fmt.Errorf("%s holds another sweep, %s: its file, recordings, program or board differ; name "+
			"another folder, or go on with it by \"lagrange sweep resume %s\"", path, have.ID, path)
	}
	if err := os.MkdirAll(path, 0o755); err != nil {
		return nil, err
	}
	text, err := json.MarshalIndent(state, "", "  ")
	if err != nil {
		return nil, err
	}
	if err := file.Put(filepath.Join(path, stateName), text); err != nil {
		return nil, err
	}
	return openFolder(path, s, state, true)
}

func readState(path string) (s State, err error) {
	text, err := os.ReadFile(filepath.Join(path, stateName))
	if err != nil {
		return s, err
	}
	if err := json.Unmarshal(text, &s); err != nil {
		return s, fmt.Errorf("%s: %w", filepath.Join(path, stateName), err)
	}
	return s, nil
}

// Open reads the folder of a sweep, to look at it or, where a program is named, to go on. The error of one whose
// recordings or program have changed, or on which a process is at work, says so.
func Open(path, program string, simulate func(args []string) ([]byte, error)) (*Folder, error) {
	state, err := readState(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s is no folder of a sweep: there is no %s in it", path, stateName)
	}
	if err != nil {
		return nil, err
	}
	if program != "" && program != state.Program {
		return nil, fmt.Errorf("%s: %w", path, OtherVersion{state.Program, program})
	}
	f, err := Parse(state.File, []byte(state.Text))
	if err != nil {
		return nil, err
	}
	s, err := New(f, state.Program, simulate)
	if err != nil {
		return nil, err
	}
	if s.ID != state.ID {
		if program != "" {
			return nil, fmt.Errorf("%s: %w", path, state.changed(s))
		}
		s.ID = state.ID // whoever looks needs no recordings
	}
	return openFolder(path, s, state, program != "")
}

// changed says which recording is not the one that the sweep began with.
func (s State) changed(now *Sweep) error {
	for _, arg := range now.File.Args {
		was, ok := s.Recordings[filepath.Base(arg)]
		at := arg
		if !filepath.IsAbs(at) {
			at = filepath.Join(now.File.Folder(), arg)
		}
		switch have, there := now.files[filepath.Base(arg)]; {
		case !ok || have == was:
		case !there:
			return fmt.Errorf("the recording %s is gone: put it back as it was, and the same command goes on", at)
		default:
			return fmt.Errorf("%s is not the recording that the sweep began with, and trials of both would not "+
				"compare: put back what it was, or begin another sweep, with -o and another folder", at)
		}
	}
	return errors.New("the recordings of the sweep are not those that it began with: put back what they were, or " +
		"begin another sweep, with -o and another folder")
}

// openFolder gives the sweep the results that the folder has. mine says that this process goes on with it; otherwise
// nothing is written, since another may be at work there.
func openFolder(path string, s *Sweep, state State, mine bool) (d *Folder, err error) {
	d = &Folder{Path: path, Sweep: s, State: state}
	defer func(opened *Folder) {
		if err != nil {
			err = errors.Join(err, opened.Close())
		}
	}(d)
	mode := os.O_RDONLY
	if mine {
		mode = os.O_RDWR | os.O_CREATE | os.O_APPEND
		if d.lock, err = lock(path); err != nil {
			return nil, err
		}
	}
	switch d.log, err = os.OpenFile(filepath.Join(path, resultsName), mode, 0o644); {
	case errors.Is(err, fs.ErrNotExist):
		return d, nil
	case err != nil:
		return nil, err
	}
	size := int64(0)
	for lines := bufio.NewReader(d.log); ; {
		line, err := lines.ReadBytes('\n')
		if err != nil { // what a power cut has left of a line comes again from the board
			break
		}
		var r Result
		if err := json.Unmarshal(line, &r); err != nil {
			return nil, fmt.Errorf("%s: %w", filepath.Join(path, resultsName), err)
		}
		s.Add(r)
		size += int64(len(line))
	}
	if !mine {
		return d, nil
	}
	return d, errors.Join(d.log.Truncate(size), d.decided())
}

// Note writes a result, and the points that were decided since.
func (d *Folder) Note(r *Result) error {
	if r != nil {
		line, err := json.Marshal(r)
		if err != nil {
			return err
		}
		if _, err := d.log.Write(append(line, '\n')); err != nil {
			return err
		}
	}
	return d.decided()
}

// decided writes what was decided since it was called last.
func (d *Folder) decided() error {
	if d.wrote == len(d.Sweep.points) {
		return nil
	}
	mode := os.O_WRONLY | os.O_CREATE | os.O_APPEND
	if d.wrote == 0 {
		mode = os.O_WRONLY | os.O_CREATE | os.O_TRUNC // they follow from the file and the results
	}
	f, err := os.OpenFile(filepath.Join(d.Path, pointsName), mode, 0o644)
	if err != nil {
		return err
	}
	e := json.NewEncoder(f)
	for _, p := range d.Sweep.points[d.wrote:] {
		err = errors.Join(err, e.Encode(p))
	}
	d.wrote = len(d.Sweep.points)
	return errors.Join(err, f.Close())
}

// Finish writes the tables and, where something is varied and has a measure, the picture.
func (d *Folder) Finish() error {
	err := errors.Join(d.log.Sync(), file.Write(filepath.Join(d.Path, tableName), d.Sweep.WriteCSV),
		file.Write(filepath.Join(d.Path, columnsName), d.Sweep.WriteParquet))
	if len(d.Sweep.File.Space) == 0 || len(d.Sweep.Best()) == 0 {
		return err
	}
	return errors.Join(err, d.Sweep.Figure().Save(filepath.Join(d.Path, pictureName)))
}

// Close lets go of the folder.
func (d *Folder) Close() (err error) {
	for _, f := range []*os.File{d.log, d.lock} {
		if f != nil {
			err = errors.Join(err, f.Close())
		}
	}
	return err
}

// Within is where the server within keeps its state, Work is scratch.
func (d *Folder) Within() string { return filepath.Join(d.Path, "board") }

// Work is scratch of trials under way.
func (d *Folder) Work() string { return filepath.Join(d.Path, "work") }

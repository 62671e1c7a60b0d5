// Package sweep runs many trainings as one: a file says what is varied, a sampler decides the points, workers take the
// trials, here or on other machines, and each trial ends exactly once in a table that is a function of the file alone.
package sweep

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"
)

// File is what a sweep file says, with the defaults filled in.
type File struct {
	Run  string   `toml:"run"`  // a command of the program: train or reproduce
	Args []string `toml:"args"` // what stands behind it, the same in each trial
	// Simulate are the arguments of a simulate whose recording, Simulated, may be among Args.
	Simulate []string `toml:"simulate"`
	Measure  string   `toml:"measure"` // path to a number that the command prints with --json: models.lnn.rmse_q
	Goal     string   `toml:"goal"`    // min or max
	Seeds    int      `toml:"seeds"`   // trials of each point, with seeds 1, 2, …; a point has the median
	Sampler  string   `toml:"sampler"` // see Samplers
	Points   int      `toml:"points"`  // how many points are tried; of a grid all, if not given
	Seed     uint64   `toml:"seed"`    // of the sampler's random numbers
	Batch    int      `toml:"batch"`   // points that are decided together, from the results of all batches before
	Cores    int      `toml:"cores"`   // of one trial
	Limit    Span     `toml:"limit"`   // most time of one trial
	Total    Span     `toml:"total"`   // most time of the sweep; what has begun by then is saved

	Space   map[string]*Parameter `toml:"space"`
	Halving *Halving              `toml:"halving"`

	Path string `toml:"-"` // of the file
	Text []byte `toml:"-"`
}

// Span is a time such as 90s or 8h.
type Span time.Duration

// UnmarshalText implements encoding.TextUnmarshaler.
func (s *Span) UnmarshalText(text []byte) error {
	d, err := time.ParseDuration(string(text))
	if err != nil || d <= 0 {
		return fmt.Errorf("%q is no time such as 90s, 10m or 8h", text)
	}
	*s = Span(d)
	return nil
}

// ReadFile reads a sweep file. Errors name file, line and the way out.
func ReadFile(path string) (*File, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return Parse(path, text)
}

// Parse reads the text of a sweep file that stands at path.
func Parse(path string, text []byte) (*File, error) {
	f := &File{Goal: "min", Seeds: 1, Sampler: "random", Seed: 1, Batch: 8, Cores: 1, Path: path, Text: text}
	d := toml.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(f); err != nil {
		return nil, f.located(err)
	}
	for name, p := range f.Space {
		p.Name = name
	}
	if err := f.check(); err != nil {
		return nil, err
	}
	return f, nil
}

// located puts file, line and column before what the reader of TOML found.
func (f *File) located(err error) error {
	var unknown *toml.StrictMissingError
	if errors.As(err, &unknown) && len(unknown.Errors) > 0 {
		row, col := unknown.Errors[0].Position()
		return fmt.Errorf("%s:%d:%d: no setting has the name %s", f.Path, row, col,
			strings.Join(unknown.Errors[0].Key(), "."))
	}
	var one *toml.DecodeError
	if errors.As(err, &one) {
		row, col := one.Position()
		return fmt.Errorf("%s:%d:%d: %s", f.Path, row, col, strings.TrimPrefix(one.Error(), "toml: "))
	}
	return fmt.Errorf("%s: %w", f.Path, err)
}

// wrong is an error about a setting or a table of the file.
func (f *File) wrong(key, format string, a ...any) error {
	at := f.Path
	last := key[strings.LastIndexByte(key, '.')+1:]
	for i, line := range strings.Split(string(f.Text), "\n") {
		line = strings.TrimSpace(line)
		name, _, _ := strings.Cut(line, "=")
		if line == "["+key+"]" || strings.TrimSpace(name) == last || strings.TrimSpace(name) == key {
			at = fmt.Sprintf("%s:%d", f.Path, i+1)
			break
		}
	}
	return fmt.Errorf("%s: %s", at, fmt.Sprintf(format, a...))
}

func (f *File) check() error {
	switch {
	case !slices.ContainsFunc(commands, func(c command) bool { return c.name == f.Run }):
		return f.wrong("run", "run = %q: want train or reproduce", f.Run)
	case f.Measure == "" && !f.Page():
		return f.wrong("measure", "no measure: give the path to a number that --json prints, such as "+
			"measure = \"models.lnn.rmse_q\"")
	case f.Goal != "min" && f.Goal != "max":
		return f.wrong("goal", "goal = %q: want min or max", f.Goal)
	case f.Seeds < 1:
		return f.wrong("seeds", "seeds = %d: want 1 or more", f.Seeds)
	case f.Batch < 1:
		return f.wrong("batch", "batch = %d: want 1 or more", f.Batch)
	case f.Cores < 1:
		return f.wrong("cores", "cores = %d: want 1 or more", f.Cores)
	case f.Points < 0 || f.Points > mostPoints:
		return f.wrong("points", "points = %d: want 1 to %d", f.Points, mostPoints)
	}
	if f.Page() {
		if err := f.checkPage(); err != nil {
			return err
		}
	}
	for _, p := range f.parameters() {
		if err := p.check(f); err != nil {
			return err
		}
	}
	if err := f.conditions(); err != nil {
		return err
	}
	if f.Halving != nil {
		if err := f.Halving.check(f); err != nil {
			return err
		}
	}
	make, ok := samplers[f.Sampler]
	if !ok {
		return f.wrong("sampler", "sampler = %q: want %s", f.Sampler, strings.Join(Samplers(), ", "))
	}
	s, err := make(f)
	if err != nil {
		return f.wrong("sampler", "%v", err)
	}
	if n := s.Size(); f.Points == 0 || n > 0 && n < f.Points {
		f.Points = n
	}
	if f.Points == 0 {
		return f.wrong("points", "how many points? the sampler %s has no end of its own: give points = 50", f.Sampler)
	}
	return nil
}

// mostPoints is what the names of trials have room for.
const mostPoints = 1_000_000

// Folder is where the file stands: names of recordings count from there.
func (f *File) Folder() string { return filepath.Dir(f.Path) }

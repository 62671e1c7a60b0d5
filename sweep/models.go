package sweep

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"lagrange/internal/file"
)

// Arguments are those of the command at a point, without a seed, with recordings by their paths. A simulated recording
// is written into a folder.
func (s *Sweep) Arguments(r Row, folder string) (args []string, err error) {
	for _, arg := range s.args {
		switch object, ok := s.files[arg]; {
		case ok && arg == Simulated && s.simulated != nil:
			arg = filepath.Join(folder, Simulated)
			if err := file.Put(arg, s.simulated); err != nil {
				return nil, err
			}
		case ok:
			arg = s.recordings[object]
		}
		args = append(args, arg)
	}
	args = append(args, r.At.Args()...)
	if r.Steps > 0 {
		args = append(args, fmt.Sprintf("--steps=%d", r.Steps))
	}
	return args, nil
}

// Models fetches what all seeds of a point have learned into a folder, and gives the paths in the order of the seeds.
func (s *Sweep) Models(ctx context.Context, b Board, r Row, folder string) (paths []string, err error) {
	for seed := 1; seed <= s.File.Seeds; seed++ {
		id := s.File.trialID(r.Point, seed, r.Rung)
		if x := s.results[id]; x.Failed() {
			return nil, fmt.Errorf("seed %d of point %d has no model, it failed: %s", seed, r.Point, x.why())
		}
		path := filepath.Join(folder, id+".lagrange")
		switch err := b.Get(ctx, s.ID, id+"/model", path); {
		case errors.Is(err, ErrNoFile):
			return nil, fmt.Errorf("the model of seed %d of point %d is not on the board any more: train it by "+
				"\"lagrange %s %s --ensemble=%d --seed=1\"", seed, r.Point, s.File.Run,
				strings.Join(append(s.File.Args, r.At.Args()...), " "), s.File.Seeds)
		case err != nil:
			return nil, err
		}
		paths = append(paths, path)
	}
	return paths, nil
}

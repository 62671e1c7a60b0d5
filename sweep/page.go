package sweep

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Page says whether the trials are experiments of `reproduce all`: each leaves a section of one page of results.
func (f *File) Page() bool { return onPage(f.Run, f.Args) }

func onPage(run string, args []string) bool {
	return run == "reproduce" && len(args) > 0 && args[0] == "all"
}

// done is the measure of an experiment that has left its section: such have no number in common.
const done = 1.

// checkPage refuses what would leave two sections in one place.
func (f *File) checkPage() error {
	const all = "a sweep of reproduce all "
	switch {
	case f.Space["only"] == nil || len(f.Space) > 1:
		return f.wrong("args", all+"varies the experiment, by [space.only], and nothing else")
	case f.Sampler != "grid":
		return f.wrong("sampler", all+"takes each experiment once: want sampler = \"grid\"")
	case f.Seeds > 1:
		return f.wrong("seeds", all+"is of one seed: leave seeds out")
	case f.Measure != "":
		return f.wrong("measure", all+"has no number that all experiments print: leave measure out")
	}
	return nil
}

// section puts what an experiment has left on the board: the folder results/EXPERIMENT.
func (w *Worker) section(ctx context.Context, t Trial, c command, folder string) error {
	files := left(folder, c)
	if len(files) == 0 {
		return errors.New("no experiment has run: one that needs recordings wants " +
			`"--recordings", "/FOLDER" in args`)
	}
	return w.save(ctx, t, "section", folder, files)
}

// At is where the point of a trial lies, and its number.
func (s *Sweep) At(r Result) (at Point, point int) {
	_, _ = fmt.Sscanf(r.ID, "p%d-", &point)
	return s.points[point].At, point
}

// Experiment is that of a trial of a page.
func (s *Sweep) Experiment(r Result) string {
	at, _ := s.At(r)
	return at["only"]
}

// Collect lays out the section that a trial of a page has left.
func (d *Folder) Collect(ctx context.Context, b Board, r Result) error {
	path := filepath.Join(d.Path, "section.tar")
	defer os.Remove(path)
	if err := b.Get(ctx, d.Sweep.ID, r.ID+"/section", path); err != nil {
		return err
	}
	files, err := unpacked(path)
	if err != nil {
		return err
	}
	return spread(d.Path, files)
}

//go:build !nosweep

package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"lagrange/internal/file"
	"lagrange/sweep"
	"lagrange/sweep/tensorboard"
	"lagrange/view"
)

// eventsOf is the folder of a sweep that TensorBoard shows: a run for each trial. A sweep that has it goes on with it.
func eventsOf(d *sweep.Folder) string { return filepath.Join(d.Path, "tensorboard") }

// parametersOf are the parameters of a sweep by their names, as TensorBoard wants them.
func parametersOf(f *sweep.File) (all []tensorboard.Parameter) {
	for _, name := range slices.Sorted(maps.Keys(f.Space)) {
		p := f.Space[name]
		to := tensorboard.Parameter{Name: name, Range: slices.Concat(p.Range, p.Log)}
		for _, c := range p.Choices {
			to.Choices = append(to.Choices, fmt.Sprint(c))
		}
		all = append(all, to)
	}
	return all
}

// beginEvents writes what is varied, unless it stands there.
func beginEvents(d *sweep.Folder) error {
	path := filepath.Join(eventsOf(d), tensorboard.FileName)
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	if err := os.MkdirAll(eventsOf(d), 0o755); err != nil {
		return err
	}
	now := float64(time.Now().UnixMicro()) / 1e6
	var e tensorboard.Events
	e.Begin(now)
	e.Experiment(now, filepath.Base(d.Path), parametersOf(d.Sweep.File), d.Sweep.File.Measure)
	return file.Put(path, e)
}

// events writes what TensorBoard shows of a trial that has ended: its losses over the steps, its parameters, and its
// measure.
func events(ctx context.Context, d *sweep.Folder, board sweep.Board, r *sweep.Result) error {
	if !d.Sweep.History || r == nil {
		return nil
	}
	folder := filepath.Join(eventsOf(d), r.ID)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	kept := filepath.Join(folder, "history")
	defer os.Remove(kept)
	var lines []view.HistoryLine
	switch err := board.Get(ctx, d.Sweep.ID, r.ID+"/history", kept); {
	case err == nil:
		if lines, err = view.ReadHistory(kept); err != nil {
			return err
		}
	case !errors.Is(err, sweep.ErrNoFile): // a trial that failed, or no training, has none
		return err
	}
	at, point := d.Sweep.At(*r)
	ended := float64(time.Now().UnixMicro()) / 1e6
	begun := ended - r.Seconds
	var e tensorboard.Events
	e.Begin(begun)
	e.Start(begun, fmt.Sprint("point ", point), parametersOf(d.Sweep.File), at)
	last := 0
	for _, l := range lines {
		last = max(last, l.Step)
		number := func(name string, x *float64) {
			if x != nil {
				e.Scalar(begun+l.Elapsed, l.Step, fmt.Sprintf("%s/%s %s", l.Model, l.Stage, name), *x)
			}
		}
		number("loss", l.Loss)
		number("validation", l.Valid)
	}
	if r.Value != nil {
		e.Scalar(ended, last, d.Sweep.File.Measure, *r.Value)
	}
	e.End(ended, r.Failed())
	return file.Put(filepath.Join(folder, tensorboard.FileName), e)
}

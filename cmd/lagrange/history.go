package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"lagrange/internal/file"
	"lagrange/plot"
	"lagrange/view"
)

// newHistory opens the history beside a model, and reads what stands there. A run that is resumed goes on with it,
// another one begins it anew; what is no history is left alone.
func newHistory(model string, resume bool) (f *os.File, before []view.HistoryLine, err error) {
	path := model + view.HistorySuffix
	before, err = view.ReadHistory(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, nil, fmt.Errorf("%w, where the history of the training goes: name another model", err)
	}
	mode := os.O_WRONLY | os.O_CREATE | os.O_APPEND
	if !resume {
		f, err = os.OpenFile(path, mode|os.O_TRUNC, 0o666)
		return f, nil, err
	}
	if f, err = os.OpenFile(path, mode, 0o666); err != nil {
		return nil, nil, err
	}
	text, err := os.ReadFile(path)
	if err == nil {
		err = f.Truncate(int64(bytes.LastIndexByte(text, '\n') + 1)) // what comes next is a line of its own
	}
	if err != nil {
		return nil, nil, errors.Join(err, f.Close())
	}
	return f, before, nil
}

// drawHistory draws what the page shows of how models were trained.
func drawHistory(paths []string) (f plot.Figure, err error) {
	f = plot.Figure{Columns: 1, Width: 7, Height: 7}
	var runs []view.Run
	for _, path := range paths {
		at := path
		if file.KindOf(path) == "model" {
			at += view.HistorySuffix
		}
		lines, err := view.ReadHistory(at)
		if errors.Is(err, fs.ErrNotExist) {
			return f, fmt.Errorf("%s: no history is beside it: train writes one, %s", path, at)
		}
		if err != nil {
			return f, err
		}
		name := called(strings.TrimSuffix(path, view.HistorySuffix))
		runs = append(runs, view.Run{Name: name, Lines: lines})
	}
	for _, p := range view.Histories(runs) {
		f.Panels = append(f.Panels, panelOf(p))
	}
	if f.Panels == nil {
		return f, fmt.Errorf("%s: nothing is in the history to draw", strings.Join(paths, ", "))
	}
	return f, nil
}

package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"lagrange/internal/file"
	"lagrange/plot"
)

// historySuffix is what the name of a model's history has behind that of the model: a progressLine for each line.
const historySuffix = ".history.jsonl"

// newHistory opens the history beside a model. A run that is resumed goes on with it, another one begins it anew; what
// stands there and is no history is left alone.
func newHistory(model string, resume bool) (*os.File, error) {
	path := model + historySuffix
	if _, err := readHistory(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w, where the history of the training goes: name another model", err)
	}
	mode := os.O_WRONLY | os.O_CREATE | os.O_APPEND
	if !resume {
		mode |= os.O_TRUNC
	}
	f, err := os.OpenFile(path, mode, 0o666)
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(path)
	if err == nil {
		err = f.Truncate(int64(bytes.LastIndexByte(text, '\n') + 1)) // what comes next is a line of its own
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// readHistory reads the lines of a history; half a line at its end is what a power cut has left.
func readHistory(path string) (lines []progressLine, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	for r := bufio.NewReader(f); ; {
		text, end := r.ReadBytes('\n')
		if end != nil {
			return lines, nil
		}
		var l progressLine
		d := json.NewDecoder(strings.NewReader(string(text)))
		d.DisallowUnknownFields()
		if err := d.Decode(&l); err != nil || l.Model == "" {
			return nil, fmt.Errorf("%s:%d: no line of a history", path, len(lines)+1)
		}
		lines = append(lines, l)
	}
}

// drawHistory draws losses against steps, one line for each network and stage of each run.
func drawHistory(paths []string) (f plot.Figure, err error) {
	names := []string{"loss", "validation loss"}
	f = plot.Figure{Columns: 1, Width: 7, Height: 7}
	for _, name := range names {
		f.Panels = append(f.Panels, plot.Panel{XLabel: "step", YLabel: name, LogX: true, LogY: true})
	}
	for _, path := range paths {
		at := path
		if file.KindOf(path) == "model" {
			at += historySuffix
		}
		lines, err := readHistory(at)
		if errors.Is(err, fs.ErrNotExist) {
			return f, fmt.Errorf("%s: no history is beside it: train writes one, %s", path, at)
		}
		if err != nil {
			return f, err
		}
		run := ""
		if len(paths) > 1 {
			run = strings.TrimSuffix(filepath.Base(path), historySuffix) + " "
		}
		for _, l := range lines {
			name := run + strings.TrimSpace(l.Model+" "+l.Stage)
			for k, y := range []*float64{l.Loss, l.Valid} {
				if y == nil {
					continue
				}
				s := seriesOf(&f.Panels[k], name)
				s.X, s.Y = append(s.X, float64(l.Step)), append(s.Y, *y)
			}
		}
	}
	return f, nil
}

// seriesOf finds the series of a name in a panel, or begins it.
func seriesOf(p *plot.Panel, name string) *plot.Series {
	for i := range p.Series {
		if p.Series[i].Name == name {
			return &p.Series[i]
		}
	}
	p.Series = append(p.Series, plot.Series{Name: name})
	return &p.Series[len(p.Series)-1]
}

package main

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lagrange"
	"lagrange/data"
	"lagrange/plot"
	"lagrange/view"
)

// The examples of plot draw pictures as they are written, of recordings, and of the runs that the page of results
// shows.
func TestPlotExamples(t *testing.T) {
	folder := t.TempDir()
	link(t, "../../doc", filepath.Join(folder, "doc"))
	t.Chdir(folder)
	for _, name := range []string{"dp.csv", "predicted.csv"} {
		if out, code := inProcess(t, "simulate", "double-pendulum", "--trajectories", "2", "--duration", "1", "-o",
			name); code != exitOK {
			t.Fatal(out)
		}
	}
	if out, code := inProcess(t, "train", "dp.csv", "--model", "terms", "--no-baseline", "--steps", "3", "-o",
		"dp.lagrange"); code != exitOK {
		t.Fatal(out)
	}
	for _, name := range modelFigures {
		path := name + ".svg"
		if out, code := inProcess(t, "plot", "dp.lagrange", "dp.csv", "--figure", name, "-o", path); code != exitOK {
			t.Errorf("--figure %s: exit code %d, %s", name, code, out)
		}
	}
	for line := range strings.Lines(plotCommand().Example) {
		args := strings.Fields(line)[1:]
		if out, code := inProcess(t, args...); code != exitOK {
			t.Errorf("%s: exit code %d, %s", line, code, out)
		}
		for i, a := range args {
			if a != "-o" {
				continue
			}
			if info, err := os.Stat(args[i+1]); err != nil || info.Size() < 1000 {
				t.Errorf("%s: %v", line, err)
			}
		}
	}
}

// A phase portrait is smooth between rows far apart, and what was recorded is points below it.
func TestPhaseIsSmooth(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, args := range []string{"simulate pendulum --trajectories 3 --duration 2 --dt 0.1 -o p.csv",
		"train p.csv --model terms --no-baseline --steps 3 -o p.lagrange"} {
		if out, code := inProcess(t, strings.Fields(args)...); code != exitOK {
			t.Fatal(out)
		}
	}
	m, err := lagrange.Load("p.lagrange")
	if err != nil {
		t.Fatal(err)
	}
	set, err := data.Read([]string{"p.csv"}, m.Options())
	if err != nil {
		t.Fatal(err)
	}
	s, err := view.New(t.Context(), "", []view.Named{{Name: "p", Model: m}}, set, "")
	if err != nil {
		t.Fatal(err)
	}
	f, err := drawModel(t.Context(), s, "phase")
	if err != nil {
		t.Fatal(err)
	}
	all := f.Panels[0].Series
	below, above := all[0], all[len(all)-1]
	if below.Style != plot.Points || len(below.X) != 21 || above.Name != "learned p" || len(above.X) < 200 {
		t.Errorf("below %s, %d points; above %s, %d points", below.Name, len(below.X), above.Name, len(above.X))
	}
}

// A width on paper is that of all columns together; what has no room stands below.
func TestWide(t *testing.T) {
	f := plot.Figure{Columns: 3, Width: 10, Height: 6, Panels: make([]plot.Panel, 6)}
	for width, want := range map[string][3]float64{"84mm": {2, 4.2, 4}, "17.4cm": {3, 5.8, 4}, "40mm": {1, 4, 4},
		"": {3, 10, 6}} {
		if g, err := wide(f, width); err != nil || math.Abs(g.Width-want[1]) > 1e-9 || g.Columns != int(want[0]) ||
			g.Height != want[2] {
			t.Errorf("%q: %d columns of %g cm × %g cm, %v", width, g.Columns, g.Width, g.Height, err)
		}
	}
	for _, width := range []string{"84", "mm", "-84mm", "1mm", "NaNcm", "84in"} {
		if _, err := wide(f, width); err == nil {
			t.Errorf("%q is taken", width)
		}
	}
}

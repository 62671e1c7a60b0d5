package main

import (
	"bytes"
	"io"
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

// A phase portrait is smooth between rows far apart, what was recorded is points below it, and all trajectories are
// there under names that stand once in the legend. What is left out is told.
func TestPhaseIsSmooth(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, args := range []string{"simulate pendulum --trajectories 3 --duration 2 --dt 0.1 -o p.csv",
		"simulate pendulum --trajectories 13 --duration 1 --dt 0.1 -o p13.csv",
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
	f, err := drawModel(t.Context(), s, "phase", 3)
	if err != nil {
		t.Fatal(err)
	}
	p := f.Panels[0]
	var names []string
	for _, x := range p.Series {
		names = append(names, x.Name)
	}
	if got := strings.Join(names, ","); got != "recorded,recorded,recorded,learned p,learned p,learned p,"+
		"true pendulum,true pendulum,true pendulum" {
		t.Fatalf("drawn are %s", got)
	}
	if x, y := p.Series[0], p.Series[3]; x.Style != plot.Points || len(x.X) != 21 || len(y.X) < 200 {
		t.Errorf("recorded, %d points; learned, %d points", len(x.X), len(y.X))
	}
	if p.XLabel != "θ (rad)" || p.YLabel != "θ\u0307 (rad/s)" {
		t.Errorf("the axes are %s and %s", p.XLabel, p.YLabel)
	}
	for args, want := range map[string]string{"plot p.csv -o a.svg": "",
		"plot p.lagrange p.csv --figure phase -o b.svg":                      "",
		"plot p13.csv -o c.svg":                                              "the first 3 of 13 trajectories",
		"plot p.lagrange p13.csv --figure energy -o d.svg":                   "the first 12 of 13 trajectories",
		"plot p.lagrange p13.csv --figure energy --trajectories 12 -o e.svg": "",
		"plot p.lagrange p13.csv --figure residuals -o f.svg":                ""} {
		var errw bytes.Buffer
		code, none := run(strings.Fields(args), nil, io.Discard, &errw), want == ""
		if code != exitOK || none && errw.Len() > 0 || !strings.Contains(errw.String(), want) {
			t.Errorf("%s: exit code %d, %s", args, code, &errw)
		}
	}
}

// The baseline is drawn beside one trajectory, and left out of several.
func TestBaselineOfOne(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, args := range []string{"simulate pendulum --trajectories 3 --duration 2 --dt 0.1 -o p.csv",
		"train p.csv --model terms --steps 3 -o p.lagrange",
		"plot p.lagrange p.csv --figure phase --trajectories 1 -o one.svg",
		"plot p.lagrange p.csv --figure phase --trajectories 3 -o three.svg"} {
		if out, code := inProcess(t, strings.Fields(args)...); code != exitOK {
			t.Fatal(out)
		}
	}
	for name, want := range map[string]bool{"one.svg": true, "three.svg": false} {
		if got := strings.Contains(content(t, name), ">"+view.Baseline+"<"); got != want {
			t.Errorf("the baseline is in %s: %v", name, got)
		}
	}
}

// An angle that goes round stays within half a turn, and its curve is broken there.
func TestWithinTurn(t *testing.T) {
	x, y := withinTurn([]float64{3, 4, 5, 8}, []float64{1, 2, 3, 4}, 6)
	if len(x) != 5 || x[0] != 3 || !math.IsNaN(x[1]) || !math.IsNaN(y[1]) || x[2] != -2 || x[4] != 2 || y[4] != 4 {
		t.Errorf("%v %v", x, y)
	}
}

// Rows without room become columns, and nothing is lost.
func TestNarrowed(t *testing.T) {
	f := plot.Figure{Columns: 3}
	for _, name := range []string{"q1", "v1", "p1", "q2", "v2", "p2", "q3", "v3", "p3", "q4", "v4", "p4"} {
		f.Panels = append(f.Panels, plot.Panel{Title: name})
	}
	for n, want := range map[int]string{3: "q1 v1 p1 q2 v2 p2 q3 v3 p3 q4 v4 p4",
		2: "q1 q2 v1 v2 p1 p2 q3 q4 v3 v4 p3 p4",
		1: "q1 v1 p1 q2 v2 p2 q3 v3 p3 q4 v4 p4"} {
		g := narrowed(f, n)
		var names []string
		for _, p := range g.Panels {
			names = append(names, p.Title)
		}
		if got := strings.Join(names, " "); got != want || g.Columns != n {
			t.Errorf("%d columns, in %d: %s", n, g.Columns, got)
		}
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

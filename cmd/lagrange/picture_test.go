package main

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lagrange/plot/plottest"
)

// moved is a recording of two coordinates whose columns nobody can take for one another.
type moved struct {
	names []string
	rows  [][]float64 // a column each
}

// spiral is such a recording, shifted by so much, with or without the standard deviations that rollout writes, or
// wrote.
func spiral(shift float64, spread bool) (m moved) {
	m.names = []string{"t [s]", "x [m]", "y [mm]", "vx [m/s]", "vy [mm/s]"}
	if spread {
		m.names = append(m.names, "spread_x [m]", "spread_y [mm]", "spread_vx [m/s]", "spread_vy [mm/s]")
	}
	m.rows = make([][]float64, len(m.names))
	for n := range 25 {
		t := float64(n) / 4
		row := []float64{
			t, 3 + shift + t*math.Cos(2*t), 200 + 50*math.Exp(-t)*math.Sin(3*t),
			-5 + t*t/4 + shift, 7000 * math.Exp(-t),
			0.1 + t/20, 1 + t, 0.2 + t*t/50, 100 * (1 + t),
		}
		for i := range m.rows {
			m.rows[i] = append(m.rows[i], row[i])
		}
	}
	return m
}

func (m moved) write(t *testing.T, path string) {
	t.Helper()
	var b strings.Builder
	fmt.Fprintln(&b, strings.Join(m.names, ","))
	for n := range m.rows[0] {
		for i, x := range m.rows {
			if i > 0 {
				b.WriteByte(',')
			}
			fmt.Fprint(&b, x[n])
		}
		b.WriteByte('\n')
	}
	if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

// drawn runs plot on recordings and reads the picture.
func drawn(t *testing.T, ms ...moved) plottest.Figure {
	t.Helper()
	folder := t.TempDir()
	path := filepath.Join(folder, "p.svg")
	args := []string{"plot", "-o", path}
	for i, m := range ms {
		name := filepath.Join(folder, fmt.Sprint(i, ".csv"))
		m.write(t, name)
		args = append(args, name)
	}
	var said bytes.Buffer
	if code := run(args, nil, &said, &said); code != 0 {
		t.Fatalf("code %d: %s", code, said.String())
	}
	svg, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	f, err := plottest.Read(svg)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// inPapers are columns as papers write them.
var inPapers = map[string]string{"t [s]": "t (s)", "x [m]": "x (m)", "vx [m/s]": "x\u0307 (m/s)", "y [mm]": "y (mm)",
	"vy [mm/s]": "y\u0307 (mm/s)"}

// Every row of a picture is a coordinate: itself and its velocity against time, and the velocity against the
// coordinate, each under the symbol and unit of its column, and each point where the tick labels say.
func TestPlotShowsItsColumns(t *testing.T) {
	one, other := spiral(0, false), spiral(0.5, false)
	for _, ms := range [][]moved{{one}, {one, other}} {
		f := drawn(t, ms...)
		if len(f.Panels) != 6 {
			t.Fatalf("%d panels", len(f.Panels))
		}
		for k, axes := range [][2]int{{0, 1}, {0, 3}, {1, 3}, {0, 2}, {0, 4}, {2, 4}} {
			p := f.Panels[k]
			if x, y := inPapers[one.names[axes[0]]], inPapers[one.names[axes[1]]]; p.XLabel != x || p.YLabel != y {
				t.Errorf("panel %d is one of %s against %s; want %s against %s", k, p.YLabel, p.XLabel, y, x)
			}
			if p.X.Log || p.Y.Log || !(p.X.From < p.X.To) || !(p.Y.From < p.Y.To) {
				t.Errorf("panel %d has the axes %+v and %+v", k, p.X, p.Y)
			}
			for i, m := range ms {
				name := ""
				if len(ms) > 1 {
					name = []string{"recorded", "predicted"}[i]
				}
				if err := p.Shows(i, name, m.rows[axes[0]], m.rows[axes[1]]); err != nil {
					t.Errorf("panel %d: %v", k, err)
				}
			}
		}
	}
}

// What rollout writes of an ensemble is drawn as its mean on a band of two spreads to either side, of that coordinate
// or velocity.
func TestPlotShowsSpreads(t *testing.T) {
	m := spiral(0, true)
	f := drawn(t, m)
	for k, column := range map[int]int{0: 1, 1: 3, 3: 2, 4: 4} {
		var x, y []float64
		n := len(m.rows[0])
		for i := range 2 * n { // there along the lower side, and back along the upper one
			row, sign := i, -2.
			if i >= n {
				row, sign = 2*n-1-i, 2
			}
			x, y = append(x, m.rows[0][row]), append(y, m.rows[column][row]+sign*m.rows[column+4][row])
		}
		p := f.Panels[k]
		if err := p.Shows(0, "± 2 standard deviations", x, y); err != nil || p.Curves[0].Kind != plottest.Area {
			t.Errorf("panel %d: %v", k, err)
		}
		if err := p.Shows(1, "mean", m.rows[0], m.rows[column]); err != nil {
			t.Errorf("panel %d: %v", k, err)
		}
	}
}

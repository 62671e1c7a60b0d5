package benchtest

import (
	"bytes"
	"math"
	"testing"

	"lagrange/plot"
	"lagrange/plot/plottest"
)

// Drawn draws a figure and reads it back.
func Drawn(t *testing.T, f plot.Figure) plottest.Figure {
	t.Helper()
	var svg bytes.Buffer
	if err := f.Encode(&svg, "svg"); err != nil {
		t.Fatal(err)
	}
	got, err := plottest.Read(svg.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// Wandering is a motion (times, 2d) of two coordinates none of whose numbers can be taken for another, from x₀ on.
func Wandering(times []float64, x0 float64) (x []float64) {
	for _, t := range times {
		x = append(x, x0+t, 10+x0-t*t, 100-20*t+x0, 1000*math.Exp(-t))
	}
	return x
}

func column(x []float64, width, k int) (y []float64) {
	for ; k < len(x); k += width {
		y = append(y, x[k])
	}
	return y
}

// Shows says what a panel has to be: its labels, and curves of columns of motions (times, 4) against one another.
type Shows struct {
	X, Y     string
	Against  int // column along x; −1: the times
	Column   int // along y
	Of       map[string][]float64
	In       []string // order
	Times    []float64
	Panel    plottest.Panel
	Position int
}

// Check fails unless the panel is so.
func (s Shows) Check(t *testing.T) {
	t.Helper()
	p := s.Panel
	if p.XLabel != s.X || p.YLabel != s.Y || !(p.X.From < p.X.To) || !(p.Y.From < p.Y.To) || p.X.Log || p.Y.Log {
		t.Errorf("panel %d is one of %q against %q on %+v and %+v", s.Position, p.YLabel, p.XLabel, p.Y, p.X)
	}
	for i, name := range s.In {
		x := s.Times
		if s.Against >= 0 {
			x = column(s.Of[name], 4, s.Against)
		}
		if err := p.Shows(i, name, x, column(s.Of[name], 4, s.Column)); err != nil {
			t.Errorf("panel %d: %v", s.Position, err)
		}
	}
}

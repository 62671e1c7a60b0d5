package paper

import (
	"bytes"
	"math"
	"testing"

	"lagrange/plot"
	"lagrange/plot/plottest"
)

// looked draws a figure and reads it back.
func looked(t *testing.T, f plot.Figure) plottest.Figure {
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

// wandering is a motion (times, 2d) of two coordinates none of whose numbers can be taken for another, from x₀ on.
func wandering(times []float64, x0 float64) (x []float64) {
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

// shows says what a panel has to be: its labels, and curves of columns of motions (times, 4) against one another.
type shows struct {
	x, y     string
	against  int // column along x; −1: the times
	column   int // along y
	of       map[string][]float64
	in       []string // order
	times    []float64
	panel    plottest.Panel
	position int
}

func (s shows) check(t *testing.T) {
	t.Helper()
	p := s.panel
	if p.XLabel != s.x || p.YLabel != s.y || !(p.X.From < p.X.To) || !(p.Y.From < p.Y.To) || p.X.Log || p.Y.Log {
		t.Errorf("panel %d is one of %q against %q on %+v and %+v", s.position, p.YLabel, p.XLabel, p.Y, p.X)
	}
	for i, name := range s.in {
		x := s.times
		if s.against >= 0 {
			x = column(s.of[name], 4, s.against)
		}
		if err := p.Shows(i, name, x, column(s.of[name], 4, s.column)); err != nil {
			t.Errorf("panel %d: %v", s.position, err)
		}
	}
}

package plot_test

import (
	"bytes"
	"math"
	"testing"

	"lagrange/plot"
	"lagrange/plot/plottest"
)

// seen draws a figure and reads it back.
func seen(t *testing.T, f plot.Figure) plottest.Figure {
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

// A figure reads as what it was made of: titles, labels, names, kinds of axes that rise to the right and upwards, and
// every point where the tick labels say.
func TestFigureReadsAsItsData(t *testing.T) {
	nan := math.NaN()
	x, y := []float64{0.5, 1, 3, 4, 10, 40}, []float64{2e-3, 0.5, 0.1, 7, 3, 200}
	falling, broken := []float64{9, 6, 4, 2, 1, 0.7}, []float64{1, 3, nan, 2, 5, 4}
	f := plot.Figure{Title: "A title", Columns: 2}
	for k := range 4 {
		f.Panels = append(f.Panels, plot.Panel{
			Title: "q̈₁ of " + string(rune('a'+k)), XLabel: "time (s)", YLabel: "q̇₁ [rad s⁻¹]",
			LogX: k&1 > 0, LogY: k&2 > 0,
			Series: []plot.Series{
				{Name: "rising", X: x, Y: y}, {Name: "falling", X: x, Y: falling}, {Name: "broken", X: x, Y: broken},
				{Name: "recorded", X: x, Y: broken, Style: plot.Points},
			},
		})
	}
	got := seen(t, f)
	if got.Title != f.Title || len(got.Panels) != len(f.Panels) {
		t.Fatalf("reads %q with %d panels", got.Title, len(got.Panels))
	}
	for k, p := range got.Panels {
		want := f.Panels[k]
		if p.Title != want.Title || p.XLabel != want.XLabel || p.YLabel != want.YLabel {
			t.Errorf("panel %d reads %q, %q against %q", k, p.Title, p.YLabel, p.XLabel)
		}
		if p.X.Log != want.LogX || p.Y.Log != want.LogY || !(p.X.From < p.X.To) || !(p.Y.From < p.Y.To) {
			t.Errorf("panel %d has the axes %+v and %+v", k, p.X, p.Y)
		}
		if len(p.Curves) != len(want.Series) {
			t.Fatalf("panel %d has %d curves", k, len(p.Curves))
		}
		for i, s := range want.Series {
			if err := p.Shows(i, s.Name, s.X, s.Y); err != nil {
				t.Errorf("panel %d: %v", k, err)
			}
		}
	}
}

// Times far from 0 are counted from a round number near them, which the label names; labels stay short.
func TestFarFromZero(t *testing.T) {
	for _, from := range []float64{1.7e9, 1.7e18, 86400123.4, -5e5} {
		x, y := []float64{from, from + 1.5e-9*math.Abs(from), from + 4e-9*math.Abs(from)}, []float64{1, 3, 2}
		panel := plot.Panel{XLabel: "t", YLabel: "q", Series: []plot.Series{{X: x, Y: y}}}
		f := plot.Figure{Panels: []plot.Panel{panel}}
		p := seen(t, f).Panels[0]
		var svg bytes.Buffer
		if err := f.Encode(&svg, "svg"); err != nil || from < 1e12 && bytes.Contains(svg.Bytes(), []byte("×")) {
			t.Errorf("from %g: labels have powers of ten: %v", from, err)
		}
		if err := p.Shows(0, "", x, y); err != nil || p.XLabel != "t" {
			t.Errorf("from %g: label %q: %v", from, p.XLabel, err)
		}
	}
}

// An area reads as its outline.
func TestBandReadsAsItsData(t *testing.T) {
	x, low, high := []float64{0, 1, 2}, []float64{-3, 0, 1}, []float64{-1, 4, 9}
	p := seen(t, plot.Figure{Panels: []plot.Panel{{Series: []plot.Series{plot.Band("± 2", x, low, high)}}}}).Panels[0]
	err := p.Shows(0, "± 2", []float64{0, 1, 2, 2, 1, 0}, []float64{-3, 0, 1, 9, 4, -1})
	if err != nil || p.Curves[0].Kind != plottest.Area {
		t.Errorf("%+v: %v", p.Curves, err)
	}
}

// A map reads as its cells, each in its place along both axes, which are those of the grid, and as what is over it.
func TestMapReadsAsItsCells(t *testing.T) {
	m := &plot.Map{X: [2]float64{-1, 5}, Y: [2]float64{10, 40}, Columns: 3, Limit: 2}
	m.Z = plot.Levels{-2, 0, 1, 2, -1, 0.5}
	path := plot.Series{Name: "path", X: []float64{0, 4, 1}, Y: []float64{12, 20, 39}}
	f := plot.Figure{Columns: 2, Panels: []plot.Panel{{Map: m, Series: []plot.Series{path}}, {Map: m}}}
	for k, p := range seen(t, f).Panels {
		if math.Hypot(p.X.From+1, p.X.To-5) > 0.05 || math.Hypot(p.Y.From-10, p.Y.To-40) > 0.05 {
			t.Errorf("panel %d has the axes %+v and %+v", k, p.X, p.Y)
		}
		for i, z := range m.Z {
			want := int(math.Round(127.5 * (1 + z/2)))
			if got := p.Grey(float64(2*(i%3)), 17.5+15*float64(i/3)); got != want {
				t.Errorf("panel %d: cell %d is of grey %d, want %d", k, i, got, want)
			}
		}
		if err := p.Shows(0, "path", path.X, path.Y); k == 0 && err != nil {
			t.Error(err)
		}
	}
}

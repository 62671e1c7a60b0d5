// Package plottest reads a picture back from its SVG as a person does: places on an axis by its tick labels, curves by
// the legend. It knows SVG and nothing of how a figure is drawn, so that what a picture shows can be held against the
// data.
package plottest

import (
	"cmp"
	"errors"
	"fmt"
	"image"
	"image/color"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Figure is what is read of a picture.
type Figure struct {
	Title  string
	Panels []Panel // row by row
}

// Panel is one pair of axes.
type Panel struct {
	Title, XLabel, YLabel string
	X, Y                  Axis
	Curves                []Curve // in the order in which they are drawn
	image                 element // under them
}

// Curve is a line, marks or the outline of an area, by the values that the labels give its points. A piece ends with
// NaN.
type Curve struct {
	Name string // in the legend; "" if it is not there
	Kind Kind
	X, Y []float64
	look string
}

// Kind says how a curve is drawn.
type Kind string

// The kinds.
const (
	Line  Kind = "line"
	Marks Kind = "marks"
	Area  Kind = "area"
)

// Shows reports how curve i of a panel is not that of a name through the points (x, y), in their order, to a fifth of a
// point on the page. A line has to break where a NaN stands, and nowhere else.
func (p Panel) Shows(i int, name string, x, y []float64) error {
	if i >= len(p.Curves) || p.Curves[i].Name != name {
		var names []string
		for _, c := range p.Curves {
			names = append(names, c.Name)
		}
		return fmt.Errorf("curve %d of %q is not %q", i, names, name)
	}
	c := p.Curves[i]
	got, want := points(c.X, c.Y), points(x, y)
	if len(got) != len(want) {
		return fmt.Errorf("%s has %d points, and the data %d", name, len(got), len(want))
	}
	for n, g := range got {
		w := want[n]
		if c.Kind == Line && g.opens != w.opens {
			return fmt.Errorf("%s: a piece begins at point %d: %v, in the data %v", name, n, g.opens, w.opens)
		}
		dx, dy := p.X.Long*(p.X.Place(g.x)-p.X.Place(w.x)), p.Y.Long*(p.Y.Place(g.y)-p.Y.Place(w.y))
		if !(math.Hypot(dx, dy) < 2*near) {
			return fmt.Errorf("%s: point %d is drawn at (%.5g, %.5g), in the data it is (%.5g, %.5g)",
				name, n, g.x, g.y, w.x, w.y)
		}
	}
	return nil
}

// Grey is the grey of the map under the curves at a place of the axes, from 0 for black to 255; −1 where there is none.
func (p Panel) Grey(x, y float64) int {
	if p.image.image == nil {
		return -1
	}
	first, last, size := p.image.pieces[0].ps[0], p.image.pieces[0].ps[1], p.image.image.Bounds()
	at := point{p.X.start + p.X.Place(x)*(p.X.end-p.X.start), p.Y.start + p.Y.Place(y)*(p.Y.end-p.Y.start)}
	column := int(float64(size.Dx()) * (at.x - first.x) / (last.x - first.x))
	row := int(float64(size.Dy()) * (at.y - first.y) / (last.y - first.y))
	if !(image.Point{column, row}).In(size) {
		return -1
	}
	return int(color.GrayModel.Convert(p.image.image.At(column, row)).(color.Gray).Y)
}

// seen is a point of a curve by its values.
type seen struct {
	x, y  float64
	opens bool // a piece
}

// points leaves out what is no number.
func points(x, y []float64) (ps []seen) {
	opens := true
	for n := range x {
		if math.IsNaN(x[n]) || math.IsNaN(y[n]) {
			opens = true
			continue
		}
		ps = append(ps, seen{x[n], y[n], opens})
		opens = false
	}
	return ps
}

// frame is the area of the data on the page.
type frame struct{ left, right, top, bottom float64 }

const near = 0.1 // points: what is written with five digits lies so near

// Read reads a picture. It is an error if the labels of an axis are too few, or neither linear nor
// logarithmic.
func Read(svg []byte) (f Figure, err error) {
	es, err := elements(svg)
	if err != nil {
		return f, err
	}
	var frames []frame
	for _, e := range es {
		if k, ok := e.frame(); ok {
			frames = append(frames, k)
		}
	}
	if len(frames) == 0 {
		return f, errors.New("no panel has a frame")
	}
	slices.SortFunc(frames, func(a, b frame) int {
		if math.Abs(a.top-b.top) > near {
			return cmp.Compare(a.top, b.top)
		}
		return cmp.Compare(a.left, b.left)
	})
	texts, names := read(es, frames[0].top)
	for _, t := range texts {
		if t.bold && t.size > 11 {
			f.Title = t.text
		}
	}
	for i, k := range frames {
		p, err := k.panel(es, texts, names)
		if err != nil {
			return f, fmt.Errorf("panel %d: %w", i+1, err)
		}
		f.Panels = append(f.Panels, p)
	}
	return f, nil
}

// frame says whether an element is the outline of a panel.
func (e element) frame() (k frame, ok bool) {
	const least = 40 // points
	if len(e.pieces) != 1 || !e.pieces[0].closed || len(e.pieces[0].ps) != 4 || e.style["fill"] != "none" {
		return k, false
	}
	k = around(e.pieces[0].ps)
	return k, k.right-k.left > least && k.bottom-k.top > least
}

func around(ps []point) frame {
	k := frame{ps[0].x, ps[0].x, ps[0].y, ps[0].y}
	for _, p := range ps {
		k.left, k.right = min(k.left, p.x), max(k.right, p.x)
		k.top, k.bottom = min(k.top, p.y), max(k.bottom, p.y)
	}
	return k
}

// look is what tells curves apart.
func (e element) look() string {
	if fill := e.style["fill"]; fill != "none" {
		return fill
	}
	return e.style["stroke"] + " " + e.style["stroke-width"] + " " + e.style["stroke-dasharray"]
}

// panel reads what is in and around a frame.
func (k frame) panel(es []element, texts []text, names map[string]string) (p Panel, err error) {
	var below, beside ticks // of x and y
	for _, e := range es {
		if e.text != "" || e.image != nil || len(e.pieces) == 0 {
			continue
		}
		a, b, segment := e.segment()
		switch {
		case segment && math.Abs(a.y-k.bottom) < near && math.Abs(a.x-b.x) < near && k.wide(a.x):
			below.add(a.x, b.y-k.bottom)
		case segment && math.Abs(a.x-k.left) < near && math.Abs(a.y-b.y) < near && k.high(a.y):
			beside.add(a.y, k.left-b.x)
		}
	}
	x, y := map[float64]float64{}, map[float64]float64{}
	for _, t := range texts {
		if err := k.label(t, below.long, beside.long, x, y, &p); err != nil {
			return p, err
		}
	}
	p.XLabel, p.YLabel = based(p.XLabel, x), based(p.YLabel, y)
	if p.X, err = newAxis(x, below, k.left, k.right); err != nil {
		return p, fmt.Errorf("x axis: %w", err)
	}
	if p.Y, err = newAxis(y, beside, k.bottom, k.top); err != nil {
		return p, fmt.Errorf("y axis: %w", err)
	}
	for _, e := range es {
		if e.image != nil && k.wide(e.pieces[0].ps[0].x) && k.wide(e.pieces[0].ps[1].x) && k.high(e.pieces[0].ps[0].y) {
			p.image = e
		}
		if c, ok := k.curve(e, p.X, p.Y); ok {
			c.Name, c.look = names[e.look()], e.look()
			if n := len(p.Curves) - 1; c.Kind == Area && n >= 0 && p.Curves[n].look == c.look { // its next piece
				p.Curves[n].X, p.Curves[n].Y = append(p.Curves[n].X, c.X...), append(p.Curves[n].Y, c.Y...)
			} else {
				p.Curves = append(p.Curves, c)
			}
		}
	}
	return p, nil
}

// segment is a path from a to b and nothing else.
func (e element) segment() (a, b point, ok bool) {
	if len(e.pieces) != 1 || len(e.pieces[0].ps) != 2 || e.pieces[0].closed {
		return a, b, false
	}
	return e.pieces[0].ps[0], e.pieces[0].ps[1], true
}

func (k frame) wide(x float64) bool { return x > k.left-near && x < k.right+near }
func (k frame) high(y float64) bool { return y > k.top-near && y < k.bottom+near }

// label notes the values of tick labels at the places of their ticks, and the words beside the axes.
func (k frame) label(t text, below, beside []float64, x, y map[float64]float64, p *Panel) error {
	const close, far, foot = 7, 60, 3 // points; the middle of a number is so far above its foot
	mid := t.at.x + t.width/2
	switch under, left := t.at.y-k.bottom, k.left-t.at.x; {
	case t.turned:
		if left > 0 && left < far && k.high(t.at.y) {
			p.YLabel = t.text
		}
	case t.bold:
		if t.size < 11 && k.wide(mid) && k.top-t.at.y > 0 && k.top-t.at.y < 20 {
			p.Title = t.text
		}
	case under > 4 && under < 20 && t.size < 9.5 && mid > k.left-20 && mid < k.right+20:
		return note(t, nearest(below, mid), mid, 2*close, x)
	case under > 12 && under < 35 && t.size > 9.5 && k.wide(mid):
		p.XLabel = t.text
	case math.Abs(left-t.width-close) < close && t.size < 9.5 && t.at.y > k.top-near && t.at.y < k.bottom+close:
		return note(t, nearest(beside, t.at.y-foot), t.at.y-foot, close, y)
	}
	return nil
}

// base is what tick labels leave out, behind the label of the axis.
var base = regexp.MustCompile(`^(.*?) ?([−+]) ([0-9.]+)$`)

// based adds to the values of ticks what the label of their axis says that they leave out, and gives the label without.
func based(label string, values map[float64]float64) string {
	m := base.FindStringSubmatch(label)
	if m == nil {
		return label
	}
	by, err := strconv.ParseFloat(m[3], 64)
	if err != nil {
		return label
	}
	if m[2] == "+" {
		by = -by
	}
	for tick := range values {
		values[tick] += by
	}
	return m[1]
}

// note writes down the value of a label at its tick.
func note(t text, tick, at, close float64, values map[float64]float64) error {
	v, err := t.value()
	if err != nil || !(math.Abs(tick-at) < close) {
		return fmt.Errorf("the label %q at %.1f has its tick at %.1f: %w", t.text, at, tick, err)
	}
	if _, twice := values[tick]; twice {
		return fmt.Errorf("the tick at %.1f has two labels", tick)
	}
	values[tick] = v
	return nil
}

func nearest(xs []float64, x float64) float64 {
	best := math.NaN()
	for _, y := range xs {
		if !(math.Abs(best-x) < math.Abs(y-x)) {
			best = y
		}
	}
	return best
}

// value reads a tick label.
func (t text) value() (float64, error) {
	s := t.text
	if exponent, ok := strings.CutPrefix(s, "10"); ok && strings.ContainsAny(s, raised) {
		s = "1e" + exponent
	}
	return strconv.ParseFloat(swapped(strings.Replace(s, "×10", "e", 1), "−"+raised, "-"+"-0123456789"), 64)
}

// curve reads what is drawn within the frame, but for lines from edge to edge.
func (k frame) curve(e element, x, y Axis) (c Curve, ok bool) {
	if e.text != "" || e.image != nil || len(e.pieces) == 0 {
		return c, false
	}
	_, isFrame := e.frame()
	a, b, segment := e.segment()
	if isFrame || segment && (math.Abs(b.x-a.x) > x.Long-near || math.Abs(b.y-a.y) > y.Long-near) {
		return c, false
	}
	c.Kind = Line
	for _, piece := range e.pieces {
		ps := piece.ps
		for _, p := range ps {
			if !(p.x > k.left && p.x < k.right && p.y > k.top && p.y < k.bottom) {
				return c, false
			}
		}
		if out := around(ps); piece.closed && max(out.right-out.left, out.bottom-out.top) < 5 {
			c.Kind, ps = Marks, []point{{(out.left + out.right) / 2, (out.top + out.bottom) / 2}}
		} else if piece.closed {
			c.Kind = Area
		}
		for _, p := range ps {
			c.X, c.Y = append(c.X, x.value(p.x)), append(c.Y, y.value(p.y))
		}
		c.X, c.Y = append(c.X, math.NaN()), append(c.Y, math.NaN())
	}
	return c, true
}

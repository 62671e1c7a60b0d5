package plot

import (
	"image/color"
	"math"
	"strconv"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// An axis is a range of values, its ends included, with ticks.
type axis struct {
	lo, hi float64
	log    bool
	ticks  []tick
	base   float64 // what tick labels leave out, where all values are near it
}

// newAxis makes the axis of data in [lo, hi], with room at both ends and about
// want labelled ticks; from five on, at least two fall on it.
func newAxis(lo, hi, part float64, log bool, want int) axis {
	a := axis{log: log}
	a.lo, a.hi = room(lo, hi, part, log)
	if log {
		a.ticks = logTicks(a.lo, a.hi, want)
	} else {
		a.base = base(a.lo, a.hi)
		a.ticks = linearTicks(a.lo-a.base, a.hi-a.base, want)
		for i := range a.ticks {
			a.ticks[i].at += a.base
		}
	}
	return a
}

// far is how many times its length an axis may be away from 0 before its labels count from somewhere nearer.
const far = 1e4

// base is a round number near the values of an axis that is far from 0, such as times since some day, else 0.
func base(lo, hi float64) float64 {
	if max(math.Abs(lo), math.Abs(hi)) < far*(hi-lo) || lo < 0 && hi > 0 {
		return 0
	}
	e := int(math.Ceil(math.Log10(hi - lo)))
	if e < 0 {
		return math.Floor(lo*math.Pow10(-e)) / math.Pow10(-e)
	}
	return math.Floor(lo/math.Pow10(e)) * math.Pow10(e)
}

// name is what stands beside an axis: its label, less what tick labels leave out.
func (a axis) name(label string) string {
	if a.base == 0 {
		return label
	}
	sign, base := " − ", a.base
	if base < 0 {
		sign, base = " + ", -base
	}
	return strings.TrimSpace(label + sign + strconv.FormatFloat(base, 'f', -1, 64))
}

// at is the place of v on the axis, from 0 to 1.
func (a axis) at(v float64) float64 {
	if a.log {
		lo := math.Log(a.lo)
		return (math.Log(v) - lo) / (math.Log(a.hi) - lo)
	}
	return (v - a.lo) / (a.hi - a.lo)
}

// widest is the width of the widest tick label.
func (a axis) widest() (w vg.Length) {
	for _, t := range a.ticks {
		w = max(w, tickX.Width(t.label))
	}
	return w
}

// room widens [lo, hi] by a fraction of its length at both ends. What has no
// length, to the digits that tick labels can show, gets one.
func room(lo, hi, part float64, log bool) (float64, float64) {
	switch {
	case lo > hi && log:
		return 0.1, 10
	case lo > hi:
		return 0, 1
	case log:
		lo, hi = math.Log(lo), math.Log(hi)
		d := max(part*(hi-lo), 0.05)
		return math.Exp(lo - d), math.Exp(hi + d)
	}
	d := part * (hi - lo)
	if size := max(math.Abs(lo), math.Abs(hi)); hi-lo <= max(1e-10*size, 1/drawable) {
		d = 0.1 * size
	}
	if d < 1/drawable {
		d = 1
	}
	return lo - d, hi + d
}

// Sizes in points.
const (
	tickLong = 4
	tickGap  = 2.5
	labelGap = 4
	digitMid = 0.7 // the middle of a digit lies so far under the middle of its line
)

var (
	panelStyle = style(10, bold, draw.XCenter, draw.YBottom)
	tickX      = style(9, regular, draw.XCenter, draw.YTop)
	tickY      = style(9, regular, draw.XRight, draw.YCenter)
	labelX     = style(10, regular, draw.XCenter, draw.YTop)
	labelY     = turned(style(10, regular, draw.XCenter, draw.YBottom))
	noticeText = style(9, regular, draw.XCenter, draw.YCenter)
)

// A view is a panel ready to be drawn.
type view struct {
	Panel
	x, y axis
}

// margins are what a panel needs around its area of data: left and bottom in
// Min, right and top in Max.
func (v view) margins() (m vg.Rectangle) {
	m.Min.X = max(tickLong+tickGap+v.y.widest(), v.x.widest()/2)
	m.Min.Y = tickLong + tickGap + tickX.Height("0")
	m.Max = vg.Point{X: v.x.widest() / 2, Y: tickY.Height("0") / 2}
	if y := v.y.name(v.YLabel); y != "" {
		m.Min.X += labelGap + labelX.Height(y)
	}
	if x := v.x.name(v.XLabel); x != "" {
		m.Min.Y += labelGap/2 + labelX.Height(x)
	}
	if v.Map != nil {
		m.Max.X = max(m.Max.X, v.Map.room())
	}
	if v.Title != "" {
		m.Max.Y = max(m.Max.Y, labelGap+panelStyle.Height(v.Title))
	}
	return m
}

// draw draws the panel, its data into the area of c and the rest around it.
func (v view) draw(c draw.Canvas, keys []key) {
	empty := v.Map == nil
	if empty {
		v.drawGrid(c)
	} else {
		v.Map.draw(c)
		v.Map.drawBar(c)
	}
	for i, s := range v.Series {
		var pieces [][]vg.Point
		for _, piece := range v.shown(s) {
			var ps []vg.Point
			for _, p := range piece {
				ps = append(ps, vg.Point{X: c.X(v.x.at(p.x)), Y: c.Y(v.y.at(p.y))})
			}
			pieces, empty = append(pieces, ps), false
		}
		switch k := find(keys, s, i); {
		case k.fill != nil:
			fill(c, k.fill, pieces)
		case k.mark != nil:
			k.mark.draw(c, k.mark.thin(pieces))
		default:
			sty := k.stroke
			if v.crowded(s) {
				sty.Width *= 0.6
			}
			strokes(c, sty, pieces)
		}
	}
	if empty {
		c.FillText(noticeText, c.Center(), "nothing to show: no finite values")
	}
	v.drawFrame(c)
}

// crowded says whether many curves of the panel have the name of s: they are drawn thin, to be told apart.
func (v view) crowded(s Series) bool {
	n := 0
	for _, o := range v.Series {
		if s.Name != "" && o.Name == s.Name && o.Style == s.Style {
			n++
		}
	}
	return n > 3
}

// drawGrid draws a faint line at each labelled tick.
func (v view) drawGrid(c draw.Canvas) {
	sty := draw.LineStyle{Color: faint, Width: 0.4}
	for _, t := range v.x.ticks {
		if x := c.X(v.x.at(t.at)); t.label != "" {
			c.StrokeLine2(sty, x, c.Min.Y, x, c.Max.Y)
		}
	}
	for _, t := range v.y.ticks {
		if y := c.Y(v.y.at(t.at)); t.label != "" {
			c.StrokeLine2(sty, c.Min.X, y, c.Max.X, y)
		}
	}
}

// drawFrame closes the area of the data on all four sides and writes around it.
func (v view) drawFrame(c draw.Canvas) {
	sty := draw.LineStyle{Color: color.Black, Width: 0.5}
	c.SetLineStyle(sty)
	c.Stroke(c.Rectangle.Path())
	long := func(t tick) vg.Length {
		if t.label == "" {
			return tickLong / 2.0
		}
		return tickLong
	}
	for _, t := range v.x.ticks {
		x := c.X(v.x.at(t.at))
		c.StrokeLine2(sty, x, c.Min.Y, x, c.Min.Y-long(t))
		c.FillText(tickX, vg.Point{X: x, Y: c.Min.Y - tickLong - tickGap}, t.label)
	}
	for _, t := range v.y.ticks {
		y := c.Y(v.y.at(t.at))
		c.StrokeLine2(sty, c.Min.X, y, c.Min.X-long(t), y)
		c.FillText(tickY, vg.Point{X: c.Min.X - tickLong - tickGap, Y: y + digitMid}, t.label)
	}
	mid := c.Center()
	below := tickLong + tickGap + tickX.Height("0") + labelGap/2
	left := tickLong + tickGap + v.y.widest() + labelGap
	c.FillText(labelX, vg.Point{X: mid.X, Y: c.Min.Y - below}, v.x.name(v.XLabel))
	c.FillText(labelY, vg.Point{X: c.Min.X - left, Y: mid.Y}, v.y.name(v.YLabel))
	c.FillText(panelStyle, vg.Point{X: mid.X, Y: c.Max.Y + labelGap}, v.Title)
}

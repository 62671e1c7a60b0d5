package plot

import (
	"fmt"
	"image/color"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

var (
	white = color.Gray{255}
	faint = color.Gray{225}
)

// palette: Okabe and Ito (2008), without the yellow that white paper swallows,
// neighbours far apart in hue and in grey.
var palette = []color.Color{
	color.RGBA{0x00, 0x72, 0xb2, 255}, // blue
	color.RGBA{0xd5, 0x5e, 0x00, 255}, // vermilion
	color.RGBA{0x00, 0x00, 0x00, 255}, // black
	color.RGBA{0x00, 0x9e, 0x73, 255}, // green
	color.RGBA{0xcc, 0x79, 0xa7, 255}, // purple
	color.RGBA{0xe6, 0x9f, 0x00, 255}, // orange
}

// dashes in points, on and off in turn, each with the width that makes it look
// as heavy as the others. Eight dashes and six colours, which
// move on by one after 24 lines: forty-eight looks.
var dashes = []struct {
	pattern []vg.Length
	width   vg.Length
}{
	{nil, 1.3},
	{[]vg.Length{5, 2.5}, 1.5},
	{[]vg.Length{1.5, 2}, 1.7},
	{[]vg.Length{7, 2, 1.5, 2}, 1.4},
	{[]vg.Length{11, 4}, 1.0},
	{[]vg.Length{7, 2, 1.5, 2, 1.5, 2}, 1.4},
	{[]vg.Length{13, 2.5, 4, 2.5}, 1.2},
	{[]vg.Length{2.5, 1.2}, 2},
}

// A mark is what Points draws: add appends one outline of radius r around p.
type mark struct {
	add    func(path *vg.Path, p vg.Point, r vg.Length)
	radius vg.Length
	filled bool
	color  color.Color
}

// marks are grey, so that a line over them stands out.
var marks = []mark{
	{disc, 1.3, true, color.Gray{120}},
	{cross, 1.7, false, color.Gray{40}},
	{disc, 1.8, false, color.Gray{80}},
	{square, 1.5, true, color.Gray{170}},
}

func disc(path *vg.Path, p vg.Point, r vg.Length) {
	path.Move(vg.Point{X: p.X + r, Y: p.Y})
	path.Arc(p, r, 0, 2*math.Pi)
	path.Close()
}

func cross(path *vg.Path, p vg.Point, r vg.Length) {
	for _, s := range []vg.Length{-r, r} {
		path.Move(vg.Point{X: p.X - r, Y: p.Y - s})
		path.Line(vg.Point{X: p.X + r, Y: p.Y + s})
	}
}

func square(path *vg.Path, p vg.Point, r vg.Length) {
	path.Move(vg.Point{X: p.X - r, Y: p.Y - r})
	path.Line(vg.Point{X: p.X + r, Y: p.Y - r})
	path.Line(vg.Point{X: p.X + r, Y: p.Y + r})
	path.Line(vg.Point{X: p.X - r, Y: p.Y + r})
	path.Close()
}

// draw draws the mark at all points as one path.
func (m mark) draw(c draw.Canvas, at []vg.Point) {
	var path vg.Path
	for _, p := range at {
		m.add(&path, p, m.radius)
	}
	if len(path) == 0 {
		return
	}
	if m.filled {
		c.SetColor(m.color)
		c.Fill(path)
		return
	}
	c.SetLineStyle(draw.LineStyle{Color: m.color, Width: 0.6})
	c.Stroke(path)
}

// A look is a mark, or a filled area, or without either a stroke.
type look struct {
	stroke draw.LineStyle
	mark   *mark
	fill   color.Color
}

// A key is a name in the legend and its look. Lines and points of one name are
// two keys.
type key struct {
	name  string
	style Style
	look
}

// nameOf tells the nameless series of a panel apart by their place in it. The
// NUL cannot be part of a name that anyone reads.
func nameOf(s Series, place int) string {
	if s.Name == "" {
		return fmt.Sprintf("\x00%d", place)
	}
	return s.Name
}

// keys gives each name of the figure its look, in order of first appearance.
func (f Figure) keys() (keys []key) {
	lines, points := 0, 0
	for _, p := range f.Panels {
		for i, s := range p.Series {
			if len(s.X) != len(s.Y) {
				panic(fmt.Sprintf("plot: series %q has %d X and %d Y", s.Name, len(s.X), len(s.Y)))
			}
			if find(keys, s, i) != nil {
				continue
			}
			k := key{name: nameOf(s, i), style: s.Style}
			switch s.Style {
			case Points:
				k.mark = &marks[points%len(marks)]
				points++
			case Area:
				k.fill = pale
			default:
				d := dashes[lines%len(dashes)]
				colour := palette[(lines+lines/24)%len(palette)]
				k.stroke = draw.LineStyle{Color: colour, Width: d.width, Dashes: d.pattern}
				lines++
			}
			keys = append(keys, k)
		}
	}
	return keys
}

func find(keys []key, s Series, place int) *key {
	name := nameOf(s, place)
	for i := range keys {
		if keys[i].name == name && keys[i].style == s.Style {
			return &keys[i]
		}
	}
	return nil
}

// Sizes of the head, in points.
const (
	headEdge   = 8
	legendLine = 14
	sampleLong = 26
	sampleGap  = 5
	entryGap   = 18
)

var (
	titleStyle  = style(12, bold, draw.XCenter, draw.YBottom)
	legendStyle = style(9.5, regular, draw.XLeft, draw.YCenter)
)

// legend breaks the named keys into lines that fit into width.
func legend(keys []key, width vg.Length) (lines [][]key) {
	used := vg.Length(0)
	for _, k := range keys {
		if k.name[0] == 0 {
			continue
		}
		w := k.width()
		if len(lines) == 0 || used+w > width-2*headEdge {
			lines, used = append(lines, nil), 0
		}
		lines[len(lines)-1] = append(lines[len(lines)-1], k)
		used += w
	}
	return lines
}

func (k key) width() vg.Length {
	return sampleLong + sampleGap + legendStyle.Width(k.name) + entryGap
}

func headHeight(title string, keys []key, width vg.Length) vg.Length {
	h := vg.Length(len(legend(keys, width))) * legendLine
	if title != "" {
		h += titleStyle.Height(title) + headEdge/2
	}
	if h > 0 {
		h += headEdge
	}
	return h
}

// drawHead draws the title and, under it, the centred lines of the legend.
func drawHead(c draw.Canvas, title string, keys []key) {
	y := c.Max.Y - headEdge
	if title != "" {
		y -= titleStyle.Height(title)
		c.FillText(titleStyle, vg.Point{X: c.Center().X, Y: y}, title)
		y -= headEdge / 2
	}
	for _, line := range legend(keys, c.Size().X) {
		w := -vg.Length(entryGap)
		for _, k := range line {
			w += k.width()
		}
		x, mid := c.Center().X-w/2, y-legendLine/2
		for _, k := range line {
			k.sample(c, x, mid-digitMid)
			c.FillText(legendStyle, vg.Point{X: x + sampleLong + sampleGap, Y: mid}, k.name)
			x += k.width()
		}
		y -= legendLine
	}
}

// sample draws the look of a key, its left end at (x, y).
func (k key) sample(c draw.Canvas, x, y vg.Length) {
	const half = 4
	switch {
	case k.fill != nil:
		fill(c, k.fill, [][]vg.Point{{
			{X: x, Y: y - half}, {X: x + sampleLong, Y: y - half},
			{X: x + sampleLong, Y: y + half}, {X: x, Y: y + half},
		}})
		return
	case k.mark == nil:
		c.StrokeLine2(k.stroke, x, y, x+sampleLong, y)
		return
	}
	k.mark.draw(c, []vg.Point{
		{X: x + 0.2*sampleLong, Y: y}, {X: x + 0.5*sampleLong, Y: y}, {X: x + 0.8*sampleLong, Y: y},
	})
}

package plot

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"math"
	"strconv"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A Map is a quantity z(x, y) on a regular grid of cells, drawn in grey: black at −Limit, white at Limit, the same grey
// at zero in every map, and a bar beside the panel that says so. What lies beyond the limits is drawn like the limit,
// cells that are not finite are hatched.
type Map struct {
	X, Y    [2]float64 // the edges of the grid
	Columns int        // cells along x
	Z       Levels     // row by row, the first at Y[0]
	Limit   float64    // 0: the largest finite |z|
	Label   string     // of the bar
}

// Levels are numbers of which some may be NaN or infinite. In JSON they are one string, numbers with blanks between
// them and a dash for each that is not finite, which is read back as NaN: a list would be written one to a line.
type Levels []float64

// MarshalText implements encoding.TextMarshaler.
func (z Levels) MarshalText() (text []byte, err error) {
	for i, x := range z {
		if i > 0 {
			text = append(text, ' ')
		}
		if x-x != 0 {
			text = append(text, '-')
		} else {
			text = strconv.AppendFloat(text, x, 'g', -1, 64)
		}
	}
	return text, nil
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (z *Levels) UnmarshalText(text []byte) error {
	*z = nil
	for word := range bytes.FieldsSeq(text) {
		x := math.NaN()
		if string(word) != "-" {
			var err error
			if x, err = strconv.ParseFloat(string(word), 64); err != nil {
				return err
			}
		}
		*z = append(*z, x)
	}
	return nil
}

// UnmarshalJSON implements json.Unmarshaler; it refuses a Map that cannot be drawn.
func (m *Map) UnmarshalJSON(text []byte) error {
	type plain Map
	if err := json.Unmarshal(text, (*plain)(m)); err != nil {
		return err
	}
	return m.check()
}

// check reports what is wrong with a Map.
func (m *Map) check() error {
	for _, r := range [][2]float64{m.X, m.Y} {
		if !fits(r[0], false) || !fits(r[1], false) ||
			r[1]-r[0] <= 1e-10*max(math.Abs(r[0]), math.Abs(r[1]), 1/drawable) {
			return fmt.Errorf("a map over [%g, %g]: its edges have to ascend", r[0], r[1])
		}
	}
	if m.Columns < 1 || len(m.Z) == 0 || len(m.Z)%m.Columns != 0 {
		return fmt.Errorf("a map of %d cells has no rows of %d", len(m.Z), m.Columns)
	}
	if !(m.Limit >= 0) || !fits(m.Limit, false) {
		return errors.New("the limit of a map has to be positive, or 0")
	}
	return nil
}

// limit is the |z| of black and white.
func (m *Map) limit() float64 {
	most := m.Limit
	if most == 0 {
		for _, z := range m.Z {
			if fits(z, false) {
				most = max(most, math.Abs(z))
			}
		}
	}
	if most < 1/drawable {
		return 1
	}
	return most
}

// exact is the axis from lo to hi, without room at its ends.
func exact(lo, hi float64, want int) axis {
	return axis{lo: lo, hi: hi, ticks: linearTicks(lo, hi, want)}
}

// axes returns the axes of a panel with the map.
func (m *Map) axes(nx, ny int) (x, y axis) {
	return exact(m.X[0], m.X[1], nx), exact(m.Y[0], m.Y[1], ny)
}

// raster is the map in w × h pixels, each the mean of the cells it covers.
func (m *Map) raster(w, h int) *image.Gray {
	img, most, rows := image.NewGray(image.Rect(0, 0, w, h)), m.limit(), len(m.Z)/m.Columns
	cells := func(pixel, pixels, n int) (lo, hi int) {
		lo = pixel * n / pixels
		return lo, max(lo+1, (pixel+1)*n/pixels)
	}
	for y := range h {
		r0, r1 := cells(h-1-y, h, rows)
		for x := range w {
			c0, c1 := cells(x, w, m.Columns)
			sum := 0.0
			for r := r0; r < r1; r++ {
				for _, z := range m.Z[r*m.Columns+c0 : r*m.Columns+c1] {
					sum += z / most
				}
			}
			img.SetGray(x, y, shade(sum/float64((r1-r0)*(c1-c0)), x, y))
		}
	}
	return img
}

// shade is the grey of z, in units of the limit, at a pixel.
func shade(z float64, x, y int) color.Gray {
	if z-z != 0 {
		return color.Gray{Y: 255 * uint8(min(1, (x+y)%6))}
	}
	return color.Gray{Y: uint8(math.Round(127.5 * (1 + min(1, max(-1, z)))))}
}

// draw fills c with the map.
func (m *Map) draw(c draw.Canvas) {
	s := c.Size()
	dots := func(l vg.Length) int { return max(1, int(math.Round(l.Dots(dotsPerInch)))) }
	c.DrawImage(c.Rectangle, m.raster(dots(s.X), dots(s.Y)))
}

// Sizes of the bar, in points.
const (
	barGap  = 7
	barWide = 8
)

var (
	barTick  = style(9, regular, draw.XLeft, draw.YCenter)
	barLabel = turned(style(10, regular, draw.XCenter, draw.YTop))
)

// bar is the map of the bar's own levels.
func (m *Map) bar() view {
	const levels = 256
	top := m.limit()
	b := &Map{X: [2]float64{0, 1}, Y: [2]float64{-top, top}, Columns: 1, Z: make(Levels, levels), Limit: top}
	for i := range b.Z {
		b.Z[i] = b.Y[0] + (float64(i)+0.5)/levels*(b.Y[1]-b.Y[0])
	}
	v := view{Panel: Panel{Map: b}}
	v.y = exact(b.Y[0], b.Y[1], 5)
	return v
}

// room is what the bar and its labels take to the right of the panel.
func (m *Map) room() vg.Length {
	w := barGap + barWide + tickLong + tickGap + m.bar().y.widest()
	if m.Label != "" {
		w += labelGap + barLabel.Height(m.Label)
	}
	return w
}

// drawBar draws the bar to the right of the area of data.
func (m *Map) drawBar(c draw.Canvas) {
	v := m.bar()
	x := c.Max.X + barGap
	c.Rectangle = vg.Rectangle{Min: vg.Point{X: x, Y: c.Min.Y}, Max: vg.Point{X: x + barWide, Y: c.Max.Y}}
	v.Map.draw(c)
	sty := draw.LineStyle{Color: color.Black, Width: 0.5}
	c.SetLineStyle(sty)
	c.Stroke(c.Rectangle.Path())
	for _, t := range v.y.ticks {
		if y := c.Y(v.y.at(t.at)); t.label != "" {
			c.StrokeLine2(sty, c.Max.X, y, c.Max.X+tickLong, y)
			c.FillText(barTick, vg.Point{X: c.Max.X + tickLong + tickGap, Y: y + digitMid}, t.label)
		}
	}
	right := tickLong + tickGap + v.y.widest() + labelGap
	c.FillText(barLabel, vg.Point{X: c.Max.X + right, Y: c.Center().Y}, m.Label)
}

// stretched gives the images of an SVG their true type, the shape of their frame, and cells with sharp edges.
func stretched(svg []byte) []byte {
	return bytes.ReplaceAll(svg, []byte(`xlink:href="data:image/jpg;`),
		[]byte(`preserveAspectRatio="none" style="image-rendering:pixelated" xlink:href="data:image/png;`))
}

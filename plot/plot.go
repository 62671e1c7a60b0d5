// Package plot draws the figures of a run: trajectories, learning curves, errors
// over time. They are made to be read in grey as well as in colour: every series
// has a colour of the palette of Okabe and Ito (2008), told apart by all common
// kinds of colour vision, and a dash or a mark of its own. A name has the same
// look in every panel of a figure, and one legend above the panels explains it.
//
// The same figure gives the same bytes.
package plot

import (
	"bytes"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgpdf"
	"gonum.org/v1/plot/vg/vgsvg"

	"lagrange/internal/file"
)

// Style says how a series is drawn.
type Style int

const (
	// Line joins neighbouring points. The first name in a figure is drawn solid,
	// the next ones dashed, dotted, …; a point without neighbours becomes a dot.
	Line Style = iota
	// Points draws a mark at each point: for what was recorded.
	Points
	// Area fills what each unbroken piece goes around; see Band.
	Area
)

// A Series is a curve or a cloud of points. A point whose X or Y is NaN or
// infinite, or not positive on a logarithmic axis, is left out and breaks the
// line there. Series with an empty Name are not in the legend.
type Series struct {
	Name  string
	X, Y  []float64 // equally long
	Style Style
}

// A Panel is one pair of axes. Series are drawn in order, the last on top. With a Map under them the axes are those of
// its grid, and linear.
type Panel struct {
	Title, XLabel, YLabel string
	LogX, LogY            bool
	Series                []Series
	Map                   *Map `json:",omitempty"`
}

// A Figure is a grid of panels, filled row by row.
type Figure struct {
	Title         string
	Panels        []Panel // at least one
	Columns       int     // 0 means 1
	Width, Height float64 // of each panel, in cm, at least 4; 0 means 12 and 7
}

// Resolution of a PNG. One pixel is also the width of a column in which long
// lines are thinned.
const (
	dotsPerInch = 200
	pixel       = vg.Inch / dotsPerInch
)

// Save draws the figure into a file, atomically: a failure leaves an existing
// file as it was. The ending of path chooses the format, .svg, .pdf or .png.
func (f Figure) Save(path string) error {
	format := strings.TrimPrefix(strings.ToLower(filepath.Ext(path)), ".")
	if err := check(format); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return file.Write(path, func(w io.Writer) error { return f.Encode(w, format) })
}

// Formats are the kinds of pictures.
func Formats() []string { return []string{"svg", "pdf", "png"} }

func check(format string) error {
	if !slices.Contains(Formats(), format) {
		return fmt.Errorf("cannot draw a picture of kind %q; choose .svg, .pdf or .png", format)
	}
	return nil
}

// Encode draws the figure to w; format is one of Formats. It panics on a figure
// without panels, on a series whose X and Y differ in length, and on a map whose
// numbers do not fit its grid.
func (f Figure) Encode(w io.Writer, format string) error {
	if err := check(format); err != nil {
		return err
	}
	f = f.withDefaults()
	keys := f.keys()
	width := vg.Length(f.Columns) * vg.Length(f.Width) * vg.Centimeter
	body := vg.Length(f.rows()) * vg.Length(f.Height) * vg.Centimeter
	height := body + headHeight(f.Title, keys, width)
	switch format {
	case "pdf":
		c := outlined{vgpdf.New(width, height)}
		f.draw(draw.New(c), keys, body)
		_, err := c.WriteTo(w)
		return err
	case "png":
		c := vgimg.PngCanvas{Canvas: vgimg.NewWith(vgimg.UseWH(width, height), vgimg.UseDPI(dotsPerInch))}
		f.draw(draw.New(c), keys, body)
		_, err := c.WriteTo(w)
		return err
	}
	c := vgsvg.New(width, height)
	f.draw(draw.New(c), keys, body)
	var b bytes.Buffer
	if _, err := c.WriteTo(&b); err != nil {
		return err
	}
	// Arial and Helvetica have the widths of Liberation Sans, which few viewers have.
	svg := bytes.ReplaceAll(b.Bytes(), []byte("font-family:Liberation Sans;"),
		[]byte("font-family:'Liberation Sans',Arial,Helvetica,sans-serif;"))
	_, err := w.Write(stretched(svg))
	return err
}

func (f Figure) withDefaults() Figure {
	if len(f.Panels) == 0 {
		panic("plot: figure without panels")
	}
	for _, p := range f.Panels {
		if p.Map == nil {
			continue
		}
		if err := p.Map.check(); err != nil {
			panic("plot: " + err.Error())
		}
	}
	if f.Columns == 0 {
		f.Columns = 1
	}
	f.Columns = min(f.Columns, len(f.Panels))
	if f.Width == 0 {
		f.Width = 12
	}
	if f.Height == 0 {
		f.Height = 7
	}
	return f
}

func (f Figure) rows() int { return (len(f.Panels) + f.Columns - 1) / f.Columns }

// draw puts the head at the top of c and the panels into the rest, their axes
// aligned along rows and columns.
func (f Figure) draw(c draw.Canvas, keys []key, body vg.Length) {
	c.SetColor(white)
	c.Fill(c.Rectangle.Path())
	head := c
	head.Min.Y = c.Min.Y + body
	drawHead(head, f.Title, keys)
	c.Max.Y = c.Min.Y + body

	const edge = 0.3 * vg.Centimeter
	views := make([]view, len(f.Panels))
	var m vg.Rectangle // the widest margins serve all, so that areas are equal and in line
	for i, p := range f.Panels {
		x, y := p.axes(max(5, int(0.55*f.Width)), max(5, int(0.75*f.Height)))
		views[i] = view{p, x, y}
		own := views[i].margins()
		m.Min = vg.Point{X: max(m.Min.X, own.Min.X), Y: max(m.Min.Y, own.Min.Y)}
		m.Max = vg.Point{X: max(m.Max.X, own.Max.X), Y: max(m.Max.Y, own.Max.Y)}
	}
	w, h := c.Size().X/vg.Length(f.Columns), c.Size().Y/vg.Length(f.rows())
	for i, v := range views {
		x, y := c.Min.X+vg.Length(i%f.Columns)*w, c.Max.Y-vg.Length(i/f.Columns)*h
		cell := c
		cell.Rectangle = vg.Rectangle{Min: vg.Point{X: x, Y: y - h}, Max: vg.Point{X: x + w, Y: y}}
		v.draw(draw.Crop(cell, m.Min.X+edge, -m.Max.X-edge, m.Min.Y+edge, -m.Max.Y-edge), keys)
	}
}

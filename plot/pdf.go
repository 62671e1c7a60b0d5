package plot

import (
	"image"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/vgpdf"
)

// A PDF says when it was made, which would make each one different.
func init() {
	fpdf.SetDefaultCreationDate(time.Unix(0, 0).UTC())
	fpdf.SetDefaultModificationDate(time.Unix(0, 0).UTC())
	fpdf.SetDefaultCatalogSort(true)
}

// outlined is a PDF whose letters are areas. Its fonts would have the letters of western languages alone, without
// θ, − and ˙.
type outlined struct{ *vgpdf.Canvas }

// FillString draws a text by the outlines of its letters, placed as font.Face.Width measures them.
func (c outlined) FillString(f font.Face, pt vg.Point, s string) {
	var b sfnt.Buffer
	em := fixed.Int26_6(f.Face.UnitsPerEm())
	scale := f.Font.Size / vg.Length(em)
	at := func(p fixed.Point26_6) vg.Point {
		return vg.Point{X: pt.X + vg.Length(p.X)*scale, Y: pt.Y - vg.Length(p.Y)*scale}
	}
	var before sfnt.GlyphIndex
	for i, r := range s {
		g, err := f.Face.GlyphIndex(&b, r)
		if err != nil {
			continue
		}
		if i > 0 {
			if kern, err := f.Face.Kern(&b, before, g, em, 0); err == nil {
				pt.X += vg.Length(kern) * scale
			}
		}
		before = g
		outline, err := f.Face.LoadGlyph(&b, g, em, nil)
		if err != nil {
			continue
		}
		if p := pathOf(outline, at); len(p) > 0 {
			c.Fill(p)
		}
		if w, err := f.Face.GlyphAdvance(&b, g, em, 0); err == nil {
			pt.X += vg.Length(w) * scale
		}
	}
}

// DrawImage draws an image with its first row at the top: the axis y of a vgpdf.Canvas goes up, that of images down.
func (c outlined) DrawImage(at vg.Rectangle, m image.Image) {
	b := m.Bounds()
	turned := image.NewNRGBA(b)
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			turned.Set(x, b.Max.Y-1-(y-b.Min.Y), m.At(x, y))
		}
	}
	c.Canvas.DrawImage(at, turned)
}

// pathOf is the outline of a letter.
func pathOf(outline sfnt.Segments, at func(fixed.Point26_6) vg.Point) (p vg.Path) {
	for _, s := range outline {
		a := s.Args
		switch s.Op {
		case sfnt.SegmentOpMoveTo:
			if len(p) > 0 {
				p.Close()
			}
			p.Move(at(a[0]))
		case sfnt.SegmentOpLineTo:
			p.Line(at(a[0]))
		case sfnt.SegmentOpQuadTo:
			p.QuadTo(at(a[0]), at(a[1]))
		case sfnt.SegmentOpCubeTo:
			p.CubeTo(at(a[0]), at(a[1]), at(a[2]))
		}
	}
	if len(p) > 0 {
		p.Close()
	}
	return p
}

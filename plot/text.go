package plot

import (
	"image/color"
	"math"
	"strings"
	"unicode"
	"unicode/utf8"

	xfont "golang.org/x/image/font"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/font/liberation"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
)

const (
	regular = xfont.WeightNormal
	bold    = xfont.WeightBold
)

// A handler sets plain text with what the letters of mechanics need and the
// built-in fonts have only in part: ⁰…⁹ ⁻ and ₀…₉ are ordinary characters, small
// and shifted; the combining dots of q̇ and q̈ stand over the letter before them.
type handler struct{ text.Plain }

var scripts = handler{text.Plain{Fonts: font.NewCache(liberation.Collection())}}

func style(size vg.Length, weight xfont.Weight, x text.XAlignment, y text.YAlignment) text.Style {
	return text.Style{
		Color:   color.Black,
		Font:    font.Font{Typeface: "Liberation", Variant: "Sans", Weight: weight, Size: size},
		XAlign:  x,
		YAlign:  y,
		Handler: scripts,
	}
}

// turned is sty read from below to above.
func turned(sty text.Style) text.Style {
	sty.Rotation = math.Pi / 2
	return sty
}

const (
	supers = "⁰¹²³⁴⁵⁶⁷⁸⁹⁻"
	subs   = "₀₁₂₃₄₅₆₇₈₉"
)

// plain is supers and subs in ordinary characters, rune by rune.
var plain = []rune("0123456789−")

// super writes an integer in superscript characters.
func super(n int) string {
	sign := ""
	if n < 0 {
		sign, n = "⁻", -n
	}
	for digits := ""; ; n /= 10 {
		digits = string([]rune(supers)[n%10]) + digits
		if n < 10 {
			return sign + digits
		}
	}
}

// A run is a piece of text set in one go.
type run struct {
	text  string
	shift vg.Length // of the base line, in units of the font size; if not 0 the text is small
	over  bool      // centred over the last letter of the run before
}

func runs(txt string) (rs []run) {
	for _, r := range txt {
		k := run{}
		if i := strings.IndexRune(supers, r); i >= 0 {
			r, k.shift = plain[len([]rune(supers[:i]))], 0.35
		} else if i := strings.IndexRune(subs, r); i >= 0 {
			r, k.shift = plain[len([]rune(subs[:i]))], -0.15
		} else if r == '\u0307' {
			r, k.over = '˙', true
		} else if r == '\u0308' {
			r, k.over = '¨', true
		}
		if n := len(rs); n > 0 && !k.over && !rs[n-1].over && rs[n-1].shift == k.shift {
			rs[n-1].text += string(r)
			continue
		}
		k.text = string(r)
		rs = append(rs, k)
	}
	return rs
}

// set walks through the runs of txt and returns its width; put, unless nil, gets
// each run with its face and its place relative to the start.
func (h handler) set(txt string, fnt font.Font, put func(font.Face, vg.Point, string)) (x vg.Length) {
	var letter rune // the last one
	for _, r := range runs(txt) {
		f, at := fnt, vg.Point{X: x, Y: r.shift * fnt.Size}
		if r.shift != 0 {
			f.Size *= 0.7
		}
		face := h.Fonts.Lookup(f, f.Size)
		if r.over {
			at.X -= (face.Width(string(letter)) + face.Width(r.text)) / 2
			at.Y = 0.06 * fnt.Size
			if unicode.IsUpper(letter) || strings.ContainsRune("bdfhkltβδθλ", letter) {
				at.Y = 0.25 * fnt.Size
			}
		} else {
			x += face.Width(r.text)
			letter, _ = utf8.DecodeLastRuneInString(r.text)
		}
		if put != nil {
			put(face, at, r.text)
		}
	}
	return x
}

// Box returns the size of one line.
func (h handler) Box(txt string, fnt font.Font) (width, height, depth vg.Length) {
	e := h.Extents(fnt)
	return h.set(txt, fnt, nil), e.Ascent, e.Descent
}

// Draw draws one line of text at pt with the alignment and rotation of sty.
func (h handler) Draw(c vg.Canvas, txt string, sty text.Style, pt vg.Point) {
	c.SetColor(sty.Color)
	if sty.Rotation != 0 {
		c.Push()
		defer c.Pop()
		c.Rotate(sty.Rotation)
	}
	sin, cos := math.Sincos(sty.Rotation)
	s, k := vg.Length(sin), vg.Length(cos)
	pt = vg.Point{X: pt.Y*s + pt.X*k, Y: pt.Y*k - pt.X*s}

	width, height, _ := h.Box(txt, sty.Font)
	pt.X += vg.Length(sty.XAlign) * width
	pt.Y += vg.Length(sty.YAlign)*sty.Height(txt) + sty.Font.Size - height
	h.set(txt, sty.Font, func(face font.Face, at vg.Point, s string) {
		c.FillString(face, pt.Add(at), s)
	})
}

package plottest

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"image"
	"image/png"
	"io"
	"math"
	"strconv"
	"strings"
)

// point is a place on the page, in its units, y downwards.
type point struct{ x, y float64 }

// matrix maps (x, y) to (a x + c y + e, b x + d y + f), as in the transform of SVG.
type matrix struct{ a, b, c, d, e, f float64 }

func (m matrix) of(x, y float64) point { return point{m.a*x + m.c*y + m.e, m.b*x + m.d*y + m.f} }

// after is m behind n: what n has mapped, m maps on.
func (m matrix) after(n matrix) matrix {
	return matrix{
		m.a*n.a + m.c*n.b, m.b*n.a + m.d*n.b, m.a*n.c + m.c*n.d, m.b*n.c + m.d*n.d,
		m.a*n.e + m.c*n.f + m.e, m.b*n.e + m.d*n.f + m.f,
	}
}

// element is a path, a text or an image of a picture. A text has one place, an image the corners of its first and last
// pixel.
type element struct {
	at     matrix
	style  map[string]string
	pieces []piece
	text   string
	image  image.Image
}

// piece is a part of a path that is drawn without lifting the pen.
type piece struct {
	ps     []point
	closed bool
}

// elements lists what an SVG draws, in its order.
func elements(svg []byte) (all []element, err error) {
	d := xml.NewDecoder(bytes.NewReader(svg))
	stack := []matrix{{a: 1, d: 1}}
	for {
		token, err := d.Token()
		if err == io.EOF {
			return all, nil
		}
		if err != nil {
			return nil, err
		}
		switch k := token.(type) {
		case xml.StartElement:
			m, err := transform(attribute(k, "transform"))
			if err != nil {
				return nil, err
			}
			stack = append(stack, stack[len(stack)-1].after(m))
			e := element{at: stack[len(stack)-1], style: styleOf(attribute(k, "style"))}
			switch k.Name.Local {
			case "path":
				if e.pieces, err = path(attribute(k, "d"), e.at); err != nil {
					return nil, err
				}
				all = append(all, e)
			case "text":
				xy, err := numbers(attribute(k, "x") + " " + attribute(k, "y"))
				if err != nil || len(xy) != 2 {
					return nil, fmt.Errorf("a text at %v: %w", xy, err)
				}
				e.pieces = []piece{{ps: []point{e.at.of(xy[0], xy[1])}}}
				all = append(all, e)
			case "image":
				if err = e.raster(k); err != nil {
					return nil, err
				}
				all = append(all, e)
			}
		case xml.EndElement:
			stack = stack[:len(stack)-1]
		case xml.CharData:
			if n := len(all) - 1; n >= 0 && strings.TrimSpace(string(k)) != "" {
				all[n].text += string(k)
			}
		}
	}
}

// raster reads an image that the SVG carries.
func (e *element) raster(k xml.StartElement) error {
	corner, size := attribute(k, "x")+" "+attribute(k, "y"), attribute(k, "width")+" "+attribute(k, "height")
	box, err := numbers(corner + " " + size)
	if err != nil || len(box) != 4 {
		return fmt.Errorf("an image at %v: %w", box, err)
	}
	_, data, _ := strings.Cut(attribute(k, "href"), "base64,")
	text, err := base64.StdEncoding.DecodeString(data)
	if err != nil {
		return err
	}
	e.image, err = png.Decode(bytes.NewReader(text))
	e.pieces = []piece{{ps: []point{e.at.of(box[0], box[1]), e.at.of(box[0]+box[2], box[1]+box[3])}}}
	return err
}

func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

func styleOf(css string) map[string]string {
	style := map[string]string{}
	for rule := range strings.SplitSeq(css, ";") {
		if name, value, ok := strings.Cut(rule, ":"); ok {
			style[strings.TrimSpace(name)] = strings.TrimSpace(value)
		}
	}
	return style
}

func numbers(text string) (xs []float64, err error) {
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == ',' || r == '\n' }) {
		x, err := strconv.ParseFloat(word, 64)
		if err != nil {
			return nil, err
		}
		xs = append(xs, x)
	}
	return xs, nil
}

// transform reads the functions of a transform; the first is applied last.
func transform(text string) (m matrix, err error) {
	m = matrix{a: 1, d: 1}
	for text = strings.TrimSpace(text); text != ""; {
		name, rest, _ := strings.Cut(text, "(")
		inside, behind, ok := strings.Cut(rest, ")")
		x, err := numbers(inside)
		if err != nil || !ok {
			return m, fmt.Errorf("the transform %q: %w", text, err)
		}
		var n matrix
		switch name = strings.Trim(name, " ,"); {
		case name == "translate" && len(x) == 2:
			n = matrix{a: 1, d: 1, e: x[0], f: x[1]}
		case name == "scale" && len(x) == 2:
			n = matrix{a: x[0], d: x[1]}
		case name == "rotate" && len(x) == 1:
			sin, cos := math.Sincos(x[0] * math.Pi / 180)
			n = matrix{a: cos, b: sin, c: -sin, d: cos}
		default:
			return m, fmt.Errorf("the transform %q is not known here", text)
		}
		m, text = m.after(n), strings.TrimSpace(behind)
	}
	return m, nil
}

// path reads moves, lines, arcs and ends; of an arc it keeps where it ends.
func path(d string, m matrix) (pieces []piece, err error) {
	for d != "" {
		end := strings.IndexAny(d[1:], "MLAZ") + 1
		if end == 0 {
			end = len(d)
		}
		x, err := numbers(d[1:end])
		if err != nil {
			return nil, err
		}
		n := len(x)
		switch {
		case d[0] == 'M' && n == 2:
			pieces = append(pieces, piece{ps: []point{m.of(x[0], x[1])}})
		case len(pieces) > 0 && (d[0] == 'L' && n == 2 || d[0] == 'A' && n == 7):
			last := &pieces[len(pieces)-1]
			last.ps = append(last.ps, m.of(x[n-2], x[n-1]))
		case len(pieces) > 0 && d[0] == 'Z' && n == 0:
			pieces[len(pieces)-1].closed = true
		default:
			return nil, fmt.Errorf("the path %q is not known here", d[:end])
		}
		d = d[end:]
	}
	return pieces, nil
}

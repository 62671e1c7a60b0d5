package view

import (
	"fmt"
	"slices"
	"strings"

	"lagrange/data"
	"lagrange/model"
)

// Drawing says how the mechanism looks: a kind, and the coordinates that it reads, in its own order.
type Drawing struct {
	Kind string `json:"kind"`
	Of   []int  `json:"of"`
	Grid []int  `json:"grid,omitempty"` // of a field: sites along each axis, the first running fastest
}

// The kinds of drawings.
const (
	Chain     = "chain"     // pendulums, by angles from the downward vertical
	Joints    = "joints"    // pendulums, by angles from the one before
	CartPole  = "cartpole"  // x, and the angle of the pole from the downward vertical
	Spring    = "spring"    // masses on a line, by how far each is from rest
	Polar     = "polar"     // one body about a centre: its distance and angle
	Spherical = "spherical" // a pendulum in space: the angle from the downward vertical, and that about it
	Bodies    = "bodies"    // x, y of one body after the other
	Ring      = "ring"      // values of sites in a circle
	Field     = "field"     // values of sites on a line or a grid
	Bars      = "bars"      // coordinates that nothing is known of
)

// counts are how many coordinates a kind takes: 0 stands for any number, −2 for an even one.
var counts = map[string]int{Chain: 0, Joints: 0, CartPole: 2, Spring: 0, Polar: 2, Spherical: 2, Bodies: -2, Ring: 0,
	Field: 0, Bars: 0}

// kinds lists their names.
func kinds() string {
	return strings.Join([]string{Chain, Joints, CartPole, Spring, Polar, Spherical, Bodies, Ring,
		Field, Bars}, ", ")
}

// ParseDrawing reads a drawing such as "chain:theta1,theta2" or "cartpole:x,theta"; "ring" takes all coordinates.
// Of the empty text it is what the names and units of the coordinates suggest.
func ParseDrawing(text string, of *data.Set) (Drawing, error) {
	if text == "" {
		return suggested(of), nil
	}
	kind, names, some := strings.Cut(text, ":")
	want, known := counts[kind]
	if !known {
		return Drawing{}, fmt.Errorf("no drawing %q; there are %s", kind, kinds())
	}
	d := Drawing{Kind: kind}
	if !some {
		d.Of = all(of.D())
	}
	for name := range strings.SplitSeq(names, ",") {
		if !some {
			break
		}
		name = strings.TrimSpace(name)
		at := slices.IndexFunc(of.Coordinates, func(c data.Coordinate) bool { return c.Name == name })
		if at < 0 {
			return d, fmt.Errorf("the drawing %q names %q, which is none of the coordinates %s", text, name,
				described(of))
		}
		d.Of = append(d.Of, at)
	}
	if n := len(d.Of); want > 0 && n != want || want < 0 && n%2 != 0 {
		return d, fmt.Errorf("the drawing %s takes %s, %q gives it %d", kind,
			map[int]string{2: "two coordinates", -2: "x and y of each body"}[want], text, n)
	}
	return d, nil
}

func all(n int) (of []int) {
	for k := range n {
		of = append(of, k)
	}
	return of
}

// suggested guesses by names and units.
func suggested(s *data.Set) Drawing {
	var names []string
	angles := 0
	for _, c := range s.Coordinates {
		names = append(names, strings.ToLower(c.Name))
		if c.Period > 0 {
			angles++
		}
	}
	d := len(names)
	is := func(want ...string) bool { return slices.Equal(names, want) }
	switch {
	case is("theta", "phi"):
		return Drawing{Kind: Spherical, Of: all(d)}
	case is("r", "phi"), is("r", "theta"):
		return Drawing{Kind: Polar, Of: all(d)}
	case angles == d && d <= 40:
		return Drawing{Kind: Chain, Of: all(d)}
	case d == 2 && angles == 1 && s.Coordinates[1].Period > 0:
		return Drawing{Kind: CartPole, Of: all(d)}
	case d%2 == 0 && plane(names):
		return Drawing{Kind: Bodies, Of: all(d)}
	case d == 1 && angles == 0:
		return Drawing{Kind: Spring, Of: all(d)}
	case d >= 8 && angles == 0 && unnumbered(names[0]) == unnumbered(names[d-1]):
		return Drawing{Kind: Ring, Of: all(d)}
	}
	return Drawing{Kind: Bars, Of: all(d)}
}

// unnumbered is a name without the number at its end.
func unnumbered(name string) string { return strings.TrimRight(name, "0123456789") }

// plane says whether names are x and y of one body after the other: x1, y1, x2, y2.
func plane(names []string) bool {
	for i := 0; i+1 < len(names); i += 2 {
		x, y := names[i], names[i+1]
		if !strings.HasPrefix(x, "x") || !strings.HasPrefix(y, "y") || x[1:] != y[1:] {
			return false
		}
	}
	return true
}

// sites draws a graph by the shape that it has; more than one coordinate at each site is left to the names.
func (d *Drawing) sites(n *model.Nodes) {
	if n == nil || n.Size != 1 {
		return
	}
	switch n.Shape {
	case "ring":
		d.Kind = Ring
	case "grid":
		d.Kind, d.Grid = Field, n.Grid
	default:
		d.Kind = Field
	}
}

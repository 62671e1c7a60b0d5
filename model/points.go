package model

import (
	"fmt"
	"strings"
)

// PointTerms is a library of points that have a mass each, in the plane or in space: T = Σ ½ m ẋ², and in the potential
// each coordinate and its square, and of the distance r of any two points r, r², 1/r, 1/r² and ln r; with a centre
// those of the distance of each point from the origin, too. Points are named by their coordinates: x1 and y1, or x_sun,
// y_sun and z_sun, or sun_x and sun_y, or x and y. It is nil where a coordinate is not that of a point, or where there
// would be no distance.
func (s Spec) PointTerms(centre bool) [][]Term {
	points := s.points()
	if len(points) < 2 && !(centre && len(points) == 1) {
		return nil
	}
	all := make([][]Term, 1+triangle(s.D()))
	for i := range s.Coordinates {
		all[0] = append(all[0], Term{Function: Power, Of: s.combined(i, 1)},
			Term{Function: Power, Of: s.combined(i, 2)})
		all[element(i, i)] = []Term{{Function: One}}
	}
	for k, a := range points {
		for _, b := range points[:k] {
			var squares []string
			for k, i := range a {
				squares = append(squares, fmt.Sprintf("(%s-%s)^2", s.Coordinates[b[k]].Name, s.Coordinates[i].Name))
			}
			all[0] = s.distances(all[0], squares)
		}
		if centre {
			var squares []string
			for _, i := range a {
				squares = append(squares, s.Coordinates[i].Name+"^2")
			}
			all[0] = s.distances(all[0], squares)
		}
	}
	return all
}

// distances adds the terms of a distance whose square is that sum.
func (s Spec) distances(to []Term, squares []string) []Term {
	square := strings.Join(squares, "+")
	for _, form := range []string{"1/sqrt(%s)", "sqrt(%s)", "%s", "1/(%s)", "ln(%s)"} {
		to = s.withFormula(to, fmt.Sprintf(form, square))
	}
	return to
}

// points are the coordinates of each point, x before y before z; nil where they are not all those of points of one
// dimension, two or three.
func (s Spec) points() (points [][]int) {
	axes := map[string]map[byte]int{}
	var names []string
	for i, c := range s.Coordinates {
		axis, name := point(c.Name)
		if axis == 0 || c.Period > 0 || c.Cyclic {
			return nil
		}
		if axes[name] == nil {
			axes[name], names = map[byte]int{}, append(names, name)
		}
		if _, twice := axes[name][axis]; twice {
			return nil
		}
		axes[name][axis] = i
	}
	for _, name := range names {
		var of []int
		for _, axis := range []byte("xyz") {
			if i, ok := axes[name][axis]; ok {
				of = append(of, i)
			} else if _, others := axes[names[0]][axis]; others {
				return nil
			}
		}
		if len(of) < 2 || len(of) != len(axes[names[0]]) {
			return nil
		}
		points = append(points, of)
	}
	return points
}

// point is the axis that a coordinate is of, x, y or z, and the name of its point; 0 where it is none.
func point(coordinate string) (axis byte, name string) {
	low := strings.ToLower(coordinate)
	if low == "" {
		return 0, ""
	}
	first, last := low[0], low[len(low)-1]
	switch rest := strings.TrimPrefix(low[1:], "_"); {
	case strings.IndexByte("xyz", first) >= 0 && (rest == "" || len(rest) < len(low)-1 || isDigits(rest)):
		return first, rest
	case strings.IndexByte("xyz", last) >= 0:
		return last, strings.TrimSuffix(low[:len(low)-1], "_")
	}
	return 0, ""
}

// isDigits says whether a text is a whole number.
func isDigits(text string) bool { return strings.Trim(text, "0123456789") == "" }

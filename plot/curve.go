package plot

import (
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

type point struct{ x, y float64 }

// drawable bounds what is drawn, so that the ends of an axis, its length and its
// ticks stay finite.
const drawable = 1e200

func fits(x float64, log bool) bool {
	return math.Abs(x) < drawable && (!log || x > 1/drawable) // false for NaN
}

// shown cuts a series into its unbroken pieces.
func (p Panel) shown(s Series) (pieces [][]point) {
	open := false
	for i, x := range s.X {
		y := s.Y[i]
		if !fits(x, p.LogX) || !fits(y, p.LogY) {
			open = false
			continue
		}
		if !open {
			pieces, open = append(pieces, nil), true
		}
		last := len(pieces) - 1
		pieces[last] = append(pieces[last], point{x, y})
	}
	return pieces
}

// axes returns both axes, as long as what is shown with a little room around it,
// with about nx and ny labelled ticks.
func (p Panel) axes(nx, ny int) (x, y axis) {
	if p.Map != nil {
		return p.Map.axes(nx, ny)
	}
	lo, hi := point{math.Inf(1), math.Inf(1)}, point{math.Inf(-1), math.Inf(-1)}
	for _, s := range p.Series {
		for _, piece := range p.shown(s) {
			for _, v := range piece {
				lo = point{min(lo.x, v.x), min(lo.y, v.y)}
				hi = point{max(hi.x, v.x), max(hi.y, v.y)}
			}
		}
	}
	return newAxis(lo.x, hi.x, 0.02, p.LogX, nx), newAxis(lo.y, hi.y, 0.06, p.LogY, ny)
}

// strokes draws all pieces as one path; a piece of one point becomes a dot.
func strokes(c draw.Canvas, sty draw.LineStyle, pieces [][]vg.Point) {
	var path vg.Path
	var lone []vg.Point
	for _, piece := range pieces {
		if len(piece) == 1 {
			lone = append(lone, piece[0])
			continue
		}
		for i, p := range thin(piece) {
			if i == 0 {
				path.Move(p)
			} else {
				path.Line(p)
			}
		}
	}
	if len(path) > 0 {
		c.SetLineStyle(sty)
		c.Stroke(path)
	}
	dot := mark{disc, sty.Width, true, sty.Color}
	dot.draw(c, dot.thin([][]vg.Point{lone}))
}

// thin reduces each run of neighbouring points within one column of pixels to
// its first, lowest, highest and last point, in their order: the pixels inked
// are the same, and their number no longer grows with the number of points.
func thin(ps []vg.Point) (kept []vg.Point) {
	column := func(p vg.Point) int { return int(math.Floor(float64(p.X / pixel))) }
	for i := 0; i < len(ps); {
		first, lo, hi := i, i, i
		col := column(ps[i])
		for ; i < len(ps) && column(ps[i]) == col; i++ {
			if ps[i].Y < ps[lo].Y {
				lo = i
			}
			if ps[i].Y > ps[hi].Y {
				hi = i
			}
		}
		last := -1
		for _, k := range [4]int{first, min(lo, hi), max(lo, hi), i - 1} {
			if k > last {
				kept, last = append(kept, ps[k]), k
			}
		}
	}
	return kept
}

// thin leaves one point, the first, in each square as wide as the radius of the
// mark: the others would lie under it but for less than that.
func (m mark) thin(pieces [][]vg.Point) (kept []vg.Point) {
	cell := func(x vg.Length) int { return int(math.Floor(float64(x / m.radius))) }
	seen := map[[2]int]bool{}
	for _, piece := range pieces {
		for _, p := range piece {
			if at := [2]int{cell(p.X), cell(p.Y)}; !seen[at] {
				seen[at] = true
				kept = append(kept, p)
			}
		}
	}
	return kept
}

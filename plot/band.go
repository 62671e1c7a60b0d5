package plot

import (
	"image/color"
	"math"
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// pale fills areas: light enough for the lines over it, in colour and in grey.
var pale = color.RGBA{0xc9, 0xdf, 0xec, 255}

// Band is the area between low and high over X, for an uncertainty; it belongs before the lines of a panel, which are
// drawn over it. A point that is not finite ends a piece.
func Band(name string, x, low, high []float64) Series {
	s := Series{Name: name, Style: Area}
	for lo := 0; lo < len(x); lo++ {
		hi := lo
		for ; hi < len(x) && fits(x[hi], false) && fits(low[hi], false) && fits(high[hi], false); hi++ {
			s.X, s.Y = append(s.X, x[hi]), append(s.Y, low[hi])
		}
		if hi == lo {
			continue
		}
		back, over := slices.Clone(x[lo:hi]), slices.Clone(high[lo:hi])
		slices.Reverse(back)
		slices.Reverse(over)
		s.X, s.Y = append(append(s.X, back...), x[hi-1]), append(append(s.Y, over...), math.NaN())
		lo = hi
	}
	return s
}

// fill draws what the pieces go around.
func fill(c draw.Canvas, of color.Color, pieces [][]vg.Point) {
	c.SetColor(of)
	for _, piece := range pieces {
		var path vg.Path
		for i, p := range piece {
			if i == 0 {
				path.Move(p)
			} else {
				path.Line(p)
			}
		}
		path.Close()
		c.Fill(path)
	}
}

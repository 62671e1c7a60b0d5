package train

import (
	"math"
	"testing"
)

// What a better model leaves counts as noise where it is more than that, and where it is far more the stretches that
// select speak in its place. Segments of other lengths are not compared, and without any motion held out is.
func TestLikelier(t *testing.T) {
	rows := func(n int) *Measured {
		return &Measured{D: 1, Of: []Measurement{{T: make([]float64, n), Sigma: []float64{0.1, 0}}}}
	}
	o := &Identification{Learn: rows(50), Held: rows(10)}
	of := func(loss, score float64, segments int) Identified {
		return Identified{Score: score, Lengths: []Length{{Segments: segments, Loss: loss}}}
	}
	for _, c := range []struct {
		x, y Identified
		want float64
	}{
		{of(1.2, 1, 4), of(0.9, 9, 4), 0.3 * 50},
		{of(4, 1, 4), of(2, 9, 4), 2. / 2 * 50},
		{of(8, 3, 4), of(200, 2, 4), math.Log(1.5) * 50},
		{of(4, 1, 4), of(2, 1, 8), 0},
		{Identified{Score: 3}, of(2, 1, 8), 2 * 10}, // one was not shot with
	} {
		if got := c.x.Likelier(c.y, o); math.Abs(got-c.want) > 1e-9 {
			t.Errorf("from %+v to %+v: %g, not %g", c.x.Lengths, c.y.Lengths, got, c.want)
		}
	}
}

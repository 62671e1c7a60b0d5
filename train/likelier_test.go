package train

import (
	"math"
	"slices"
	"testing"
)

// What a better model leaves counts as noise where it is more than that. Where it is far more the geometric mean over
// segments takes the place of the mean, or that over the stretches that select, where segments differ by chance. Those
// of other lengths are not compared, and without any motion held out is.
func TestLikelier(t *testing.T) {
	rows := func(n int) *Measured {
		return &Measured{D: 1, Of: []Measurement{{T: make([]float64, n), Sigma: []float64{0.1, 0}}}}
	}
	o := &Identification{Learn: rows(50), Held: rows(10)}
	of := func(loss, score float64, logs ...float64) Identified {
		return Identified{Score: score, Lengths: []Length{{Segments: len(logs), Loss: loss, Logs: logs}}}
	}
	alike := slices.Repeat([]float64{2}, 4)
	for _, c := range []struct {
		x, y Identified
		want float64
	}{
		{of(1.2, 1, alike...), of(0.9, 9, alike...), 0.3 * 50},
		{of(4, 1, alike...), of(2, 9, alike...), 2. / 2 * 50},
		{of(8, 2, 2.5, 2.6, 2.5, 2.4), of(200, 3, alike...), 0.5 * 50},
		{of(200, 3, alike...), of(8, 2, 2.5, 2.6, 2.5, 2.4), -0.5 * 50},
		{of(8, 3, 2.5, 2.6, 2.5, 0.6), of(200, 2, alike...), math.Log(1.5) * 50},
		{of(4, 1, alike...), of(2, 1, append(alike, 2)...), 0},
		{Identified{Score: 3}, of(2, 1, alike...), 2 * 10}, // one was not shot with
	} {
		if got := c.x.Likelier(c.y, o); !(math.Abs(got-c.want) <= 1e-9) {
			t.Errorf("from %+v to %+v: %g, not %g", c.x.Lengths, c.y.Lengths, got, c.want)
		}
	}
}

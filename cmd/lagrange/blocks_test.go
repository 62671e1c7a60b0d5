package main

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"lagrange"
	"lagrange/data"
	"lagrange/eval"
)

// The scores of one to six coordinates fit 80 columns and show every number once, in the order of the coordinates.
func TestScoresFit(t *testing.T) {
	for d := 1; d <= 6; d++ {
		set := &data.Set{}
		var s eval.Scores
		for k := range d {
			set.Coordinates = append(set.Coordinates, data.Coordinate{Name: fmt.Sprint("theta", k+1), Unit: "rad",
				Velocity: fmt.Sprint("omega", k+1)})
			s.RMSEQ, s.RMSEV = append(s.RMSEQ, 0.1101+float64(k)), append(s.RMSEV, 0.2202+float64(k))
			s.MedianQ = append(s.MedianQ, 0.3303+float64(k))
		}
		e := lagrange.Evaluation{Models: map[string]eval.Scores{"lnn": s, "constant_velocity": s}}
		var b bytes.Buffer
		if err := printScores(&b, set, e); err != nil {
			t.Fatal(err)
		}
		text, last := b.String(), -1
		for _, line := range strings.Split(text, "\n") {
			if n := len([]rune(line)); n > 80 {
				t.Errorf("%d coordinates: %d columns: %s", d, n, line)
			}
		}
		for k := range d {
			head := strings.Index(text, fmt.Sprintf("median window theta%d", k+1))
			if head <= last {
				t.Errorf("%d coordinates: theta%d is not in its place:\n%s", d, k+1, text)
			}
			last = head
			for _, x := range []float64{s.RMSEQ[k], s.RMSEV[k], s.MedianQ[k]} {
				if n := strings.Count(text, fmt.Sprintf("%.4g", x)); n != 2 {
					t.Errorf("%d coordinates: %.4g stands there %d times, want once for each of two models:\n%s", d, x,
						n, text)
				}
			}
		}
	}
}

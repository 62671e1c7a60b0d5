package plot

import (
	"bytes"
	"math"
	"slices"
	"testing"
)

// A band goes along its lower side and back along the upper one, in pieces.
func TestBand(t *testing.T) {
	nan := math.NaN()
	s := Band("b", []float64{0, 1, 2, 3}, []float64{0, -1, nan, 5}, []float64{1, 2, 3, 6})
	var got []float64
	for i, y := range s.Y {
		if !math.IsNaN(y) {
			got = append(got, s.X[i], y)
		}
	}
	want := []float64{0, 0, 1, -1, 1, 2, 0, 1, 3, 5, 3, 6}
	if !slices.Equal(got, want) || len(s.Y) != 8 || !math.IsNaN(s.Y[4]) {
		t.Errorf("%v %v", s.X, s.Y)
	}
	var out bytes.Buffer
	f := Figure{Panels: []Panel{{Series: []Series{s, {Name: "b", X: []float64{0, 1}, Y: []float64{0, 1}}}}}}
	if err := f.Encode(&out, "svg"); err != nil || !bytes.Contains(bytes.ToUpper(out.Bytes()), []byte("FILL:#C9DFEC")) {
		t.Errorf("no area of its colour: %v", err)
	}
}

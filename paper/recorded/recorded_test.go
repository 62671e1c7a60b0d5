package recorded

import (
	"os"
	"path/filepath"
	"testing"
)

// The textbook's equations, fitted, predict held-out motion of every recording better than constant velocity, and the
// free swings by a hundredth of it.
func TestTextbook(t *testing.T) {
	folder := filepath.Join("..", "..", "..", "shared", "data")
	if _, err := os.Stat(folder); err != nil {
		t.Skip("no recordings")
	}
	if testing.Short() {
		t.Skip("it takes seconds")
	}
	for _, r := range recordings {
		p, err := r.read(folder)
		if err != nil {
			t.Fatal(err)
		}
		numbers, err := r.textbook(t.Context(), p.learn)
		if err != nil {
			t.Fatal(err)
		}
		of := func(r recording, numbers []float64) Error {
			e, err := r.score(p.windows, func(w window) ([]float64, error) {
				return r.predicted(t.Context(), numbers, w)
			})
			if err != nil {
				t.Fatal(err)
			}
			return e
		}
		still := r
		still.Accel = func(_, _, _, _, a []float64) { clear(a) }
		textbook, constant := of(r, numbers), of(still, nil)
		limit := 1.
		if !r.forced {
			limit = 0.01
		}
		if r.name == "gravity-compensation" { // no equation knows of the hand
			continue
		}
		if !(textbook.Over < limit*constant.Over) {
			t.Errorf("%s: %v, constant velocity %v", r.name, textbook, constant)
		}
	}
}

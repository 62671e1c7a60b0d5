package bench

import (
	"testing"

	"lagrange/model"
)

// The head is named where there is a choice of one, the plain one too, and layers of one size by their number.
func TestDescribed(t *testing.T) {
	for _, c := range []struct {
		got, want string
	}{
		{Described("lnn", "lnn", model.Quadratic, []int{20, 20}), "lnn, quadratic head, 20×2"},
		{Described("lnn-plain", "lnn", "", []int{160}), "lnn-plain, plain head, 160×1"},
		{Described("hnn-canonical", "hnn", "", []int{64, 32}), "hnn-canonical, plain head, 64, 32"},
		{Described("baseline", "nn", "", []int{24, 24, 24}), "baseline, 24×3"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}

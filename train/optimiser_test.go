package train

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"lagrange/model"
)

// An optimiser is found by its name alone, for the number types that it takes; the error says what there is.
func TestOptimiserOf(t *testing.T) {
	for _, name := range Methods() {
		if o, err := optimiserOf[float64](name); err != nil || o.name() != name {
			t.Errorf("%s: %v, %v", name, o, err)
		}
	}
	if names := Methods(); len(slices.Compact(slices.Sorted(slices.Values(names)))) != len(names) {
		t.Errorf("%v: one stands twice", names)
	}
	if _, err := optimiserOf[float32](Adam); err != nil {
		t.Error(err)
	}
	if _, err := optimiserOf[float32](GaussNewton); err == nil || !strings.Contains(err.Error(), "float64") {
		t.Errorf("in float32: %v", err)
	}
	if _, err := optimiserOf[float64]("sgd"); err == nil || !strings.Contains(err.Error(), Adam) {
		t.Errorf("an unknown one: %v", err)
	}
}

// The mean loss counts every sample once, whatever the number of them that are taken together.
func TestMeanLoss(t *testing.T) {
	r, m := rand.New(rand.NewPCG(4, 1)), drivenModel(t, "lnn")
	for _, N := range []int{1, model.Chunk, model.Chunk + 3} {
		o, want := windows(r, N, 2, Huber), 0.0
		for i := range N {
			want += NewLoss(o, m, 1).Of([]int{i}, nil) / float64(N)
		}
		if got := MeanLoss(o, m); !(math.Abs(got-want) < 1e-12*want) {
			t.Errorf("%d samples: %v, one by one %v", N, got, want)
		}
	}
}

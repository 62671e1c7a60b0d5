package train

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"lagrange/model"
)

// An identification that goes on from what it had come to at any moment ends at the bits of one that nobody disturbed:
// parameters, losses, covariance, and the starts that it would go on from.
func TestMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	for _, c := range []struct{ rows, from int }{{151, -1}, {301, 2}} { // lengths are kept, and are not
		o, spec := swingingFor(t, c.rows, 0.01)
		o.Workers = 1
		spec.Family, spec.Terms, spec.Kinetic = "lnn", nil, 1
		spec.Hidden, spec.Head, spec.Natural = []int{8}, model.Quadratic, true
		o.Learn.Of, o.Held.Of = o.Learn.Of[:2], o.Held.Of[:1]
		goesOn(t, c.from, func(memory *Memory) string { return identifiedWith(t, o, spec, memory) })
	}
}

// goesOn holds identifications that go on from the outcomes before shooting and so many of its lengths, and more,
// against one that nobody disturbed.
func goesOn(t *testing.T, from int, identified func(*Memory) string) {
	t.Helper()
	calm, whole := identified(nil), &Memory{}
	if identified(whole) != calm {
		t.Fatal("a memory changes what is found")
	}
	path, of := filepath.Join(t.TempDir(), "c"), Identity{"seed": "1"}
	lengths := slices.IndexFunc(whole.outcomes, func(o outcome) bool { return strings.HasPrefix(o.question, "shoot") })
	if lengths < 1 || len(whole.outcomes) < lengths+3 {
		t.Fatalf("%d outcomes, %d of them before shooting", len(whole.outcomes), lengths)
	}
	for k := lengths + from; k <= len(whole.outcomes); k++ {
		was := &Memory{outcomes: whole.outcomes[:k:k]}
		if err := was.Save(path, of); err != nil {
			t.Fatal(err)
		}
		m, err := LoadMemory(path, of)
		if err != nil {
			t.Fatal(err)
		}
		made := 0
		m.On = func() error { made++; return nil }
		if identified(m) != calm {
			t.Errorf("what goes on after %d outcomes of %d ends elsewhere", k, len(whole.outcomes))
		}
		if made != len(whole.outcomes)-k {
			t.Errorf("after %d outcomes of %d as many as %d were made again", k, len(whole.outcomes), made)
		}
	}
	_, err := LoadMemory(path, Identity{"seed": "2"})
	if err == nil || !strings.Contains(err.Error(), "seed 1, not 2") {
		t.Errorf("the memory of another run: %v", err)
	}
}

// identifiedWith is all that an identification finds with a memory, to the last bit.
func identifiedWith(t *testing.T, o *Identification, spec model.Spec, memory *Memory) string {
	t.Helper()
	m, err := model.New[float64](spec, 1)
	if err != nil {
		t.Fatal(err)
	}
	again := *o
	learn, held := *o.Learn, *o.Held
	again.Learn, again.Held, again.Memory = &learn, &held, memory
	x, err := again.Weak(t.Context(), m)
	if err == nil {
		x, err = again.Shoot(t.Context(), x)
	}
	if err == nil {
		x, err = again.All(t.Context(), x)
	}
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%x", []any{x.Model.Theta, x.Log, x.Score, x.Lengths, x.Shot.Covariance, x.Shot.at.x,
		x.Shot.at.heldX, again.Learn.Parts, again.Held.Parts})
}

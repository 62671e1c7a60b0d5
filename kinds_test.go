package lagrange_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"lagrange"
	"lagrange/internal/file"
)

// kept is what a model file gave when it was written: the accelerations a (d) of each of its networks, the baseline
// last, at a state (q, v) under inputs u.
type kept struct {
	Q []float64   `json:"q"`
	V []float64   `json:"v"`
	U []float64   `json:"u"`
	A [][]float64 `json:"a"`
}

// networks are all that a file holds.
func networks(m *lagrange.Model) []*lagrange.Model {
	all := m.Members()
	if m.Baseline != nil {
		all = append(slices.Clone(all), m.Baseline)
	}
	return all
}

// drawn are a few states within the scales of a model, with what it gives there.
func drawn(m *lagrange.Model) (states []kept) {
	r, spec := rand.New(rand.NewPCG(3, 5)), m.Spec()
	for range 3 {
		var k kept
		for _, c := range spec.Coordinates {
			k.Q = append(k.Q, c.Mean+c.Scale*r.NormFloat64())
			k.V = append(k.V, c.Speed*r.NormFloat64())
		}
		for _, u := range spec.Inputs {
			k.U = append(k.U, u.Mean+u.Scale*r.NormFloat64())
		}
		for _, n := range networks(m) {
			k.A = append(k.A, n.Accel(k.Q, k.V, k.U))
		}
		states = append(states, k)
	}
	return states
}

// A model file of each kind, written by an earlier version, loads and gives the accelerations that it gave then. A new
// kind is a file in testdata/models; -golden notes the accelerations of files that have none.
func TestKeptModels(t *testing.T) {
	list := filepath.Join("testdata", "models", "accelerations.json")
	all := map[string][]kept{}
	if text, err := os.ReadFile(list); err == nil {
		if err := json.Unmarshal(text, &all); err != nil {
			t.Fatal(err)
		}
	}
	paths, err := filepath.Glob(filepath.Join("testdata", "models", "*.model"))
	if err != nil || len(paths) == 0 {
		t.Fatal("no model files", err)
	}
	for _, path := range paths {
		name := strings.TrimSuffix(filepath.Base(path), ".model")
		m, err := lagrange.Load(path)
		if err != nil {
			t.Error(err)
			continue
		}
		keeps(t, path, m)
		if all[name] == nil && *renew {
			all[name] = drawn(m)
		}
		if all[name] == nil {
			t.Errorf("%s: no accelerations are noted; run with -golden", name)
		}
		for _, k := range all[name] {
			gives(t, name, m, k)
		}
	}
	if len(all) != len(paths) {
		t.Errorf("%d models are noted, and there are %d files", len(all), len(paths))
	}
	if *renew {
		text, err := json.Marshal(all)
		if err == nil {
			err = os.WriteFile(list, fmt.Appendf(text, "\n"), 0o666)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// keeps saves a model again: all that its file said of it is said in the same words.
func keeps(t *testing.T, path string, m *lagrange.Model) {
	t.Helper()
	again := filepath.Join(t.TempDir(), "again")
	if err := m.Save(again); err != nil {
		t.Fatal(err)
	}
	var was, is any
	for _, k := range []struct {
		path string
		to   *any
	}{{path, &was}, {again, &is}} {
		c, err := file.Load(k.path, "model", math.MaxInt)
		if err == nil {
			err = json.Unmarshal(c.Header, k.to)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if what := lost(was, is); what != "" {
		t.Errorf("%s says %s, and its model, saved again, does not", path, what)
	}
}

// lost names something that a value read from JSON holds and another does not hold; "" for nothing.
func lost(was, is any) string {
	switch a := was.(type) {
	case map[string]any:
		b, _ := is.(map[string]any)
		for key, x := range a {
			if what := lost(x, b[key]); what != "" {
				return key + ": " + what
			}
		}
		return ""
	case []any:
		b, ok := is.([]any)
		if !ok || len(a) != len(b) {
			return fmt.Sprint(was)
		}
		for i, x := range a {
			if what := lost(x, b[i]); what != "" {
				return what
			}
		}
		return ""
	}
	if was != is {
		return fmt.Sprint(was)
	}
	return ""
}

// gives compares what a model gives with what it gave, to rounding in the units of its scales.
func gives(t *testing.T, name string, m *lagrange.Model, k kept) {
	t.Helper()
	all := networks(m)
	if len(all) != len(k.A) {
		t.Errorf("%s holds %d networks, and held %d", name, len(all), len(k.A))
		return
	}
	for i, n := range all {
		for j, a := range n.Accel(k.Q, k.V, k.U) {
			size := math.Abs(k.A[i][j]) + n.Spec().Coordinates[j].Accel
			if miss := math.Abs(a-k.A[i][j]) / size; !(miss < 1e-12) {
				t.Errorf("%s, network %d: acceleration %d is %.17g, and was %.17g", name, i, j, a, k.A[i][j])
			}
		}
	}
}

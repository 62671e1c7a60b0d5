package lagrange_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"lagrange"
)

// A model and its baseline share a budget by their networks, and each has the method, the features and the checkpoint
// of its own.
func TestTraining(t *testing.T) {
	if testing.Short() {
		t.Skip("under the race detector so little time has too few steps")
	}
	set, s := recording("pendulum", 12, 30, true, 0.05), quick()
	s.Steps, s.Budget, s.Ensemble = 0, 300*time.Millisecond, 2
	var plans []lagrange.Plan
	s.Planned = func(p lagrange.Plan) { plans = append(plans, p) }
	tr := lagrange.Training{Settings: s, Baseline: true, Path: filepath.Join(t.TempDir(), "m")}
	begin := time.Now()
	m, err := tr.Fit(t.Context(), set)
	if err != nil {
		t.Fatal(err)
	}
	took := time.Since(begin).Seconds()
	if len(m.Members()) != 2 || m.Baseline == nil || m.Baseline.Spec().Family != "nn" {
		t.Fatalf("%d networks, baseline %v", len(m.Members()), m.Baseline)
	}
	if len(plans) != 1 || plans[0].Line("steps").Choice != "as many as fit into 200ms" ||
		!strings.Contains(plans[0].Line("steps").Reason, "300ms") {
		t.Errorf("plans %+v", plans)
	}
	if took > 3 {
		t.Errorf("300 ms took %.1f s", took)
	}
	left, err := tr.Checkpoints()
	var names []string
	for _, path := range left { // of a training that was given up there is one more
		if name := filepath.Base(path); !strings.HasSuffix(strings.TrimRight(name, "0123456789"), ".r") {
			names = append(names, name)
		}
	}
	if want := []string{"m.lnn.checkpoint", "m.lnn.checkpoint.m1", "m.nn.checkpoint"}; err != nil ||
		!slices.Equal(names, want) {
		t.Errorf("checkpoints %v, %v; want %v", names, err, want)
	}
	other := tr
	other.Settings.Seed++
	if !tr.Made(m, set) || other.Made(m, set) {
		t.Error("a model is not known by its training, or by another")
	}
	tr.Discard()
	if left, _ := tr.Checkpoints(); left != nil {
		t.Errorf("left %v", left)
	}
	if alone, err := (lagrange.Training{Settings: lagrange.Settings{Model: "nn", Steps: 1, Workers: 1},
		Baseline: true}).Fit(t.Context(), set); err != nil || alone.Baseline != nil {
		t.Errorf("the baseline of a baseline: %v, %v", alone, err)
	}
}

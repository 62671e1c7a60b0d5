package lagrange_test

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"lagrange"
	"lagrange/data"
	"lagrange/export"
	"lagrange/mech"
	"lagrange/model"
	"lagrange/sim"
)

// trained are models of a double pendulum, of a recorded pendulum with friction and a motor, and of an arm of seven
// joints, after some steps.
func trained(t *testing.T) map[string]*lagrange.Model {
	t.Helper()
	swings := func(n int) *data.Set {
		s := sim.Simulation{System: mech.Chain(n), Trajectories: 4, Steps: 40, Dt: 0.02, Seed: 1, Accelerations: true}
		set, err := s.Run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return set
	}
	motor, err := data.Read([]string{filepath.Join("examples", "motor.csv")}, data.Options{})
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]*lagrange.Model{}
	for name, k := range map[string]struct {
		set *data.Set
		s   lagrange.Settings
	}{
		"pendulum2": {swings(2), lagrange.Settings{Model: "lnn", Steps: 4, Method: "adam"}},
		"motor": {motor, lagrange.Settings{Model: "lnn", Objective: lagrange.Windows, Friction: model.Both,
			Hidden: []int{8}, Steps: 2, Method: "adam"}},
		"arm7": {swings(7), lagrange.Settings{Model: "lnn", Hidden: []int{8}, Steps: 2, Method: "adam"}},
	} {
		m, err := lagrange.Fit(t.Context(), k.set, k.s)
		if err != nil {
			t.Fatal(name, err)
		}
		all[name] = m
	}
	return all
}

// said is what an export to Python says at a state: accelerations, and their derivatives by q and by v.
type said struct {
	A      []float64
	Aq, Av [][]float64
}

// saying asks an export of m.
func saying(t *testing.T, python, name string, m *lagrange.Model, q, v, u []float64) (says said) {
	t.Helper()
	const script = `
import json, sys
sys.path.insert(0, sys.argv[1])
k = json.load(sys.stdin)
m = __import__(sys.argv[2])
J = m.accel_jacobian(k["q"], k["v"], k["u"] or None)
print(json.dumps({"a": m.accel(k["q"], k["v"], k["u"] or None).tolist(), "aq": J[0].tolist(), "av": J[1].tolist()}))
`
	source, err := m.Source()
	if err != nil {
		t.Fatal(err)
	}
	files, err := export.Python(source, export.Options{Name: name})
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, files[0].Name), files[0].Text, 0o600); err != nil {
		t.Fatal(err)
	}
	in, err := json.Marshal(map[string][]float64{"q": q, "v": v, "u": u})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), python, "-B", "-c", script, folder, name)
	var stderr bytes.Buffer
	cmd.Stdin, cmd.Stderr = bytes.NewReader(in), &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", name, err, stderr.String())
	}
	if err := json.Unmarshal(out, &says); err != nil {
		t.Fatal(err)
	}
	return says
}

// Python says of trained models what the library says: accelerations, and their derivatives by Linearize.
func TestExportOfTrainedModels(t *testing.T) {
	if testing.Short() {
		t.Skip("three trainings")
	}
	python := os.Getenv("LAGRANGE_PYTHON")
	if python == "" {
		python = "python3"
	}
	if exec.CommandContext(t.Context(), python, "-c", "import numpy").Run() != nil {
		t.Skip("no Python with numpy: .ci/python installs one")
	}
	for name, m := range trained(t) {
		q, v, u, d := make([]float64, m.D()), make([]float64, m.D()), make([]float64, m.M()), m.D()
		for i := range q {
			q[i], v[i] = 0.3+0.1*float64(i), 0.5-0.2*float64(i)
		}
		for i := range u {
			u[i] = 0.4
		}
		l, err := m.Linearize(q, v, u)
		if err != nil {
			t.Fatal(err)
		}
		says := saying(t, python, name, m, q, v, u)
		for i := range d {
			got := append(append([]float64{says.A[i]}, says.Aq[i]...), says.Av[i]...)
			want := append([]float64{l.Xdot[d+i]}, l.A[d+i]...)
			size := 0.0
			for _, x := range want {
				size = math.Max(size, math.Abs(x))
			}
			if slices.EqualFunc(got, want, func(x, y float64) bool { return math.Abs(x-y) < 1e-10*size }) {
				continue
			}
			t.Errorf("%s, coordinate %d: %v, the library says %v", name, i, got, want)
		}
	}
}

package lagrange_test

import (
	"bytes"
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"lagrange"
	"lagrange/export"
)

// inONNX is what onnxruntime says of m at states, by the names of outputs.
func inONNX(t *testing.T, python, name string, m *lagrange.Model, in map[string][][]float64) map[string][][]float64 {
	t.Helper()
	const script = `
import json, sys
import numpy, onnxruntime
s = onnxruntime.InferenceSession(sys.argv[1])
x = json.load(sys.stdin)
says = s.run(None, {i.name: numpy.array(x[i.name]) for i in s.get_inputs()})
json.dump({o.name: y.reshape(len(y), -1).tolist() for o, y in zip(s.get_outputs(), says)}, sys.stdout)
`
	source, err := m.Source()
	if err != nil {
		t.Fatal(err)
	}
	files, err := export.ONNX(source, export.Options{Name: name})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), files[0].Name)
	if err := os.WriteFile(path, files[0].Text, 0o600); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), python, "-c", script, path)
	var stderr bytes.Buffer
	cmd.Stdin, cmd.Stderr = bytes.NewReader(text), &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", name, err, stderr.String())
	}
	var says map[string][][]float64
	if err := json.Unmarshal(out, &says); err != nil {
		t.Fatal(err)
	}
	return says
}

// onnxruntime says of trained models what the library says at 1000 states: accelerations, energies,
// momenta, and forces for given accelerations.
func TestONNXOfTrainedModels(t *testing.T) {
	if testing.Short() {
		t.Skip("three trainings")
	}
	python := os.Getenv("LAGRANGE_PYTHON")
	if python == "" {
		python = "python3"
	}
	if exec.CommandContext(t.Context(), python, "-c", "import onnxruntime").Run() != nil {
		t.Skip("no Python with onnxruntime: .ci/python installs one")
	}
	for name, m := range trained(t) {
		in, r, worst := map[string][][]float64{}, rand.New(rand.NewPCG(1, 2)), 0.0
		draw := func(n int) (x []float64) {
			for range n {
				x = append(x, r.NormFloat64())
			}
			return x
		}
		for range 1000 {
			in["q"], in["v"] = append(in["q"], draw(m.D())), append(in["v"], draw(m.D()))
			in["a"], in["u"] = append(in["a"], draw(m.D())), append(in["u"], draw(m.M()))
		}
		says := inONNX(t, python, name, m, in)
		for n, q := range in["q"] {
			v, a, u := in["v"][n], in["a"][n], in["u"][n]
			held := func(got, want []float64) {
				miss, size := 0.0, 0.0
				for i, x := range want {
					miss, size = math.Max(miss, math.Abs(x-got[i])), math.Max(size, math.Abs(x))
				}
				if worst = math.Max(worst, miss/size); !(worst < 1e-9) {
					t.Fatalf("%s, state %d: %v, the library says %v", name, n, got, want)
				}
			}
			held(says["accel"][n], m.Accel(q, v, u))
			E, _ := m.Energy(q, v, u)
			held(says["energy"][n], []float64{E})
			p, _ := m.Momentum(q, v, u)
			held(says["momentum"][n], p)
			want, _ := m.Force(q, v, a, u)
			tau := append([]float64(nil), says["bias"][n]...)
			for i := range tau {
				for j, x := range a {
					tau[i] += says["inertia"][n][i*m.D()+j] * x
				}
			}
			held(tau, want)
		}
		t.Logf("%s: up to %.1e apart", name, worst)
	}
}

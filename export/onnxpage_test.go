package export

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// clockedONNX is a script that prints the version of onnxruntime and times in nanoseconds, of one state and of each of
// 1000: those of accel taken out alone, and of all outputs.
const clockedONNX = `
import json, sys, time
import numpy, onnx, onnxruntime, onnx.utils
def session(path):
    o = onnxruntime.SessionOptions()
    o.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(path, o)
def least(s, states, calls):
    given = {i.name: numpy.zeros((states, i.shape[1])) for i in s.get_inputs()}
    best = 1e18
    for _ in range(30):
        t = time.perf_counter_ns()
        for _ in range(calls):
            s.run(None, given)
        best = min(best, (time.perf_counter_ns() - t) / calls)
    return best / states
path = sys.argv[1]
whole = session(path)
onnx.utils.extract_model(path, path + ".part", [i.name for i in whole.get_inputs()], ["accel"])
print(json.dumps([onnxruntime.__version__] + [least(s, n, c) for s in (session(path + ".part"), whole)
                                              for n, c in ((1, 20), (1000, 2))]))
`

// onnxRows measure ONNX.
func (x specimen) onnxRows(t *testing.T, python string) string {
	files, err := ONNX(x.Source, Options{Name: "m"})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "m.onnx")
	if err := os.WriteFile(path, files[0].Text, 0o666); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), python, "-c", clockedONNX, path).Output()
	if err != nil {
		t.Fatal(err)
	}
	var version string
	var ns [4]float64
	if err := json.Unmarshal(out, &[]any{&version, &ns[0], &ns[1], &ns[2], &ns[3]}); err != nil {
		t.Fatal(err)
	}
	worst := fmt.Sprintf("%.0e", ran(t, python, []specimen{x}, Options{Name: "m"}, 1000, rounding))
	many := func(ns float64) string { return fmt.Sprintf("%.2f µs", ns/1e3) }
	client, size := "ONNX, onnxruntime "+version, len(files[0].Text)
	return row(client+", `accel` alone", worst, size, time.Duration(ns[0]), many(ns[1])) +
		row("the same, all outputs", worst, size, time.Duration(ns[2]), many(ns[3]))
}

package export

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// running is a script that is told files of ONNX with their inputs, (states, n) each. It checks each file in full, runs
// it by onnxruntime, which has to say of one state what it says of many, and answers with what it says.
const running = `
import json, sys
import numpy, onnx, onnxruntime, onnx.utils

def told(x):
    onnx.checker.check_model(x["path"], full_check=True)
    says = {p.key: p.value for p in onnx.load(x["path"]).metadata_props}
    assert says["lagrange_fingerprint"] == "0123456789abcdef" and len(json.loads(says["q_names"])) == len(x["q"][0])
    s = onnxruntime.InferenceSession(x["path"])
    real = numpy.float32 if "float)" in s.get_inputs()[0].type else numpy.float64
    given = {i.name: numpy.array(x[i.name], real) for i in s.get_inputs()}
    names = [o.name for o in s.get_outputs()]
    states = len(x["q"])
    says = dict(zip(names, s.run(None, given)))
    for name, first in zip(names, s.run(None, {k: y[:1] for k, y in given.items()})):
        assert says[name].dtype == real and len(says[name]) == states, (name, says[name].dtype, says[name].shape)
        assert numpy.allclose(first[0], says[name][0], 1e-4 if real == numpy.float32 else 1e-9, 1e-9, True), name
    if "mass" in says: # a state that is no number says so of itself alone
        odd = {k: y.copy() for k, y in given.items()}
        odd["q"][1] = numpy.nan
        a = s.run(["accel"], odd)[0]
        assert numpy.isnan(a[1]).all() and numpy.allclose(a[2:], says["accel"][2:], 1e-9, 1e-12), a[:3]
    if "bias" in says:
        says["force"] = says["bias"] + (says["inertia"] @ numpy.array(x["a"], real)[:, :, None])[:, :, 0]
        del says["bias"], says["inertia"]
    return {name: y.astype(float).reshape(states, -1).tolist() for name, y in says.items()}

def alone(x):
    "what is asked for alone can be taken out"
    onnx.utils.extract_model(x["path"], x["path"] + ".part", [n for n in "qvuc" if n in x], ["accel"])
    assert len(onnx.load(x["path"] + ".part").graph.node) < len(onnx.load(x["path"]).graph.node) / 2
    whole, part = (onnxruntime.InferenceSession(p) for p in (x["path"], x["path"] + ".part"))
    given = {n: numpy.array(x[n]) for n in "qvuc" if n in x}
    assert (part.run(None, given)[0] == whole.run(["accel"], given)[0]).all()

questions = json.load(sys.stdin)
if sys.argv[1:]:
    alone(questions[0])
json.dump([told(x) for x in questions], sys.stdout)
`

// inONNX are the names of what truth says.
var inONNX = map[string]string{"accel": "a", "accel_q": "aq", "accel_v": "av", "accel_u": "au", "accel_c": "ac",
	"energy": "energy", "momentum": "p", "mass": "m", "force": "tau", "rate": "w"}

// asked is an export to ONNX at path with its inputs, and what the library says.
func (x specimen) asked(t *testing.T, path string, o Options, states int) (map[string]any, []map[string][]float64) {
	t.Helper()
	p, err := newProgram(x.Source)
	if err != nil {
		t.Fatal(err)
	}
	files, err := ONNX(x.Source, o)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, files[0].Text, 0o666); err != nil {
		t.Fatal(err)
	}
	k, args, r := map[string]any{"path": path}, map[string][][]float64{}, rand.New(rand.NewPCG(7, 8))
	var truths []map[string][]float64
	for range states {
		q, v, a, u := x.state(r)
		for name, y := range p.arguments(q, v, a, u) {
			args[name] = append(args[name], y)
		}
		truths = append(truths, x.truth(q, v, a, u))
	}
	for name, y := range args {
		k[name] = y
	}
	return k, truths
}

// ran holds files of ONNX against the library; more are arguments of the script.
func ran(t *testing.T, python string, all []specimen, o Options, states int, tolerance float64,
	more ...string) (worst float64) {
	t.Helper()
	folder := t.TempDir()
	var questions []map[string]any
	var want [][]map[string][]float64
	for i, x := range all {
		k, truths := x.asked(t, filepath.Join(folder, fmt.Sprintf("m%d.onnx", i)), o, states)
		questions, want = append(questions, k), append(want, truths)
	}
	in, err := json.Marshal(questions)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), python, append([]string{"-c", running}, more...)...)
	var stdout, stderr bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(in), &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s", err, stderr.String())
	}
	if stderr.Len() > 0 {
		t.Errorf("onnxruntime warns: %s", stderr.String())
	}
	var says []map[string][][]float64
	if err := json.Unmarshal(stdout.Bytes(), &says); err != nil {
		t.Fatal(err)
	}
	for i, x := range all {
		for name, of := range inONNX {
			if says[i][name] == nil && len(want[i][0][of]) > 0 && !(name == "rate" && x.Spec.Family != "hnn") {
				t.Errorf("%s says no %s", x.name, name)
			}
		}
		for name, rows := range says[i] {
			for n, got := range rows {
				truth := want[i][n][inONNX[name]]
				e := off(got, truth)
				if worst = max(worst, e); !(e < tolerance) {
					t.Fatalf("%s, state %d: %s = %v, the library says %v", x.name, n, name, got, truth)
				}
			}
		}
		t.Logf("%s: %d outputs; up to %.1e apart so far", x.name, len(says[i]), worst)
	}
	return worst
}

// The ONNX of every family passes the checker and says what the library says, of many states at once and of one; in
// float it does so to what floats leave.
func TestONNX(t *testing.T) {
	if testing.Short() {
		t.Skip("onnxruntime takes seconds to load all of them")
	}
	python := withNumpy(t, "onnx", "onnxruntime")
	ran(t, python, append(specimens(t), shapes(t)...), Options{Name: "m"}, 60, rounding, "alone")
	ran(t, python, shapes(t)[1:], Options{Name: "m", Single: true}, 60, 2e-2)
}

// Every function of the form has its operators.
func TestONNXFunctions(t *testing.T) {
	for name := range functions {
		if onnxFunctions[name] == nil {
			t.Errorf("%s has no operators of ONNX", name)
		}
	}
}

// What a file tells is read back; one that is cut off or changed is no export or says that it is damaged.
func TestAboutONNX(t *testing.T) {
	x := specimens(t)[0]
	x.Source.About = map[string]string{"fingerprint": x.Fingerprint}
	files, err := ONNX(x.Source, Options{Name: "m"})
	if err != nil {
		t.Fatal(err)
	}
	path, text := filepath.Join(t.TempDir(), "m.onnx"), files[0].Text
	read := func(text []byte) (ok bool, fingerprint string, err error) {
		if err := os.WriteFile(path, text, 0o666); err != nil {
			t.Fatal(err)
		}
		var about struct{ Fingerprint string }
		ok, err = About(path, &about)
		return ok, about.Fingerprint, err
	}
	if ok, print, err := read(text); !ok || err != nil || print != x.Fingerprint {
		t.Errorf("%v, %q, %v", ok, print, err)
	}
	damaged := bytes.Replace(text, []byte(`{"fingerprint"`), []byte(`{ fingerprint"`), 1)
	if ok, _, err := read(damaged); !ok || err == nil {
		t.Errorf("damaged: %v, %v", ok, err)
	}
	r := rand.New(rand.NewPCG(1, 1))
	for range 1000 {
		odd := bytes.Clone(text)
		odd[r.IntN(len(odd))] ^= byte(1 + r.IntN(255))
		if ok, _, err := read(odd[:1+r.IntN(len(odd))]); err != nil && !ok {
			t.Fatal(err)
		}
	}
}

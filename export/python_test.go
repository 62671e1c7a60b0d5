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

// withNumpy is a Python that has numpy: that of LAGRANGE_PYTHON, which .ci/python
// installs, or the one on the path; else the test is skipped.
func withNumpy(t testing.TB, modules ...string) string {
	for _, python := range []string{os.Getenv("LAGRANGE_PYTHON"), "python3"} {
		if python == "" {
			continue
		}
		need := "import numpy"
		for _, m := range modules {
			need += ", " + m
		}
		if exec.CommandContext(t.Context(), python, "-c", need).Run() == nil {
			return python
		}
	}
	t.Skip("no Python with numpy: .ci/python installs one")
	return ""
}

// asking is a script that is told exports with arguments of their routines, (states, n) each, and what the routines
// write. It answers with what they say: of many states at once, which has to be what they say of one alone.
const asking = `
import importlib.util, json, sys
import numpy
jax = None
if len(sys.argv) > 1:
    import jax, jax.numpy
    jax.config.update("jax_enable_x64", True)

def tuples(y):
    return y if isinstance(y, tuple) else (y,)

def told(x):
    spec = importlib.util.spec_from_file_location("m", x["path"])
    m = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(m)
    states = len(x["q"])
    a = {n: numpy.array(y, float).reshape(states, -1) for n, y in x.items() if n in "qvauc"}
    u, c = (a["u"] if m.M else None), (a["c"] if m.P else None)
    if jax: # accel compiled, and what JAX makes of it, which is what accel_jacobian says
        m.np = jax.numpy
        over = (0, 0, 0 if m.M else None, 0 if m.P else None)
        says = {"a": jax.jit(m.accel)(a["q"], a["v"], u, c),
                "aq": jax.jit(jax.vmap(jax.jacobian(m.accel), over))(a["q"], a["v"], u, c)}
    else:
        says = {"xdot": m.field(0.0, numpy.concatenate((a["q"], a["v"]), -1), u, c)}
        for name, outs in x["routines"].items():
            args = (a["q"], a["v"]) + ((a["a"],) if name == "force" else ()) + (u, c)
            many = tuples(getattr(m, name)(*args))
            one = tuples(getattr(m, name)(*(None if z is None else z[0] for z in args)))
            for out, y, first in zip(outs, many, one):
                assert numpy.allclose(first, y[0], rtol=1e-9, atol=1e-9 * abs(y[0]).max()), name
                says[out] = y
    return {out: numpy.asarray(y).reshape(states, -1).tolist() for out, y in says.items()}

json.dump([told(x) for x in json.load(sys.stdin)], sys.stdout)
`

// question is an export to Python at path with arguments of its routines, and what the library says.
func (x specimen) question(t *testing.T, path string, states int) (map[string]any, []map[string][]float64) {
	t.Helper()
	p, err := newProgram(x.Source)
	if err != nil {
		t.Fatal(err)
	}
	files, err := Python(x.Source, Options{Name: "m"})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, files[0].Text, 0o666); err != nil {
		t.Fatal(err)
	}
	routines := map[string][]string{}
	for _, r := range p.routines {
		for _, o := range r.outputs {
			routines[r.name] = append(routines[r.name], o.name)
		}
	}
	k := map[string]any{"path": path, "routines": routines}
	r, args := rand.New(rand.NewPCG(5, 6)), map[string][][]float64{}
	var truths []map[string][]float64
	for range states {
		q, v, a, u := x.state(r)
		for name, y := range p.arguments(q, v, a, u) {
			args[name] = append(args[name], y)
		}
		truth := x.truth(q, v, a, u)
		truth["xdot"] = append(append([]float64(nil), truth["w"]...), truth["a"]...)
		truths = append(truths, truth)
	}
	for name, y := range args {
		k[name] = y
	}
	return k, truths
}

// inPython holds exports against the library; more are arguments of the script.
func inPython(t *testing.T, python string, all []specimen, states int, more ...string) (worst float64) {
	t.Helper()
	folder := t.TempDir()
	var questions []map[string]any
	var want [][]map[string][]float64
	for i, x := range all {
		k, truths := x.question(t, filepath.Join(folder, fmt.Sprintf("m%d.py", i)), states)
		questions, want = append(questions, k), append(want, truths)
	}
	in, err := json.Marshal(questions)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), python, append([]string{"-B", "-W", "error", "-c", asking}, more...)...)
	var stdout, stderr bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(in), &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s", err, stderr.String())
	}
	var says []map[string][][]float64
	if err := json.Unmarshal(stdout.Bytes(), &says); err != nil {
		t.Fatal(err)
	}
	for i, x := range all {
		for name, rows := range says[i] {
			for n, got := range rows {
				e := off(got, want[i][n][name])
				if worst = max(worst, e); !(e < rounding) {
					t.Fatalf("%s, state %d: %s = %v, the library says %v", x.name, n, name, got, want[i][n][name])
				}
			}
		}
		t.Logf("%s: %d outputs; up to %.1e apart so far", x.name, len(says[i]), worst)
	}
	return worst
}

// The Python of every family says what the library says, of many states at once and of one.
func TestPython(t *testing.T) { inPython(t, withNumpy(t), specimens(t), 200) }

// So it does under jax.numpy, and its derivative by JAX is that of the library: of a Lagrangian, and of a
// Hamiltonian.
func TestPythonInJAX(t *testing.T) {
	if testing.Short() {
		t.Skip("JAX compiles for some seconds")
	}
	python, all := withNumpy(t, "jax"), specimens(t)
	inPython(t, python, []specimen{all[0], all[9]}, 20, "jax")
}

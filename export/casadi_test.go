package export

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"testing"
)

// shared compiles an export for CasADi to a library.
func shared(t *testing.T, x specimen, name string) string {
	t.Helper()
	files, err := CasADi(x.Source, Options{Name: name})
	if err != nil {
		t.Fatal(err)
	}
	folder := compiled(t, files, "-fPIC", "-O1", "-D"+name+"_NARROW")
	cc(t, folder, "-fPIC", "-O1", "-shared", name+"_casadi.c", "export.o", "-o", name+".so", "-lm")
	return filepath.Join(folder, name+".so")
}

// asked runs a script in Python on what it is told and reads its answer.
func asked(t *testing.T, python, script string, told, answer any) {
	t.Helper()
	in, err := json.Marshal(told)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), python, "-B", "-c", script)
	var stdout, stderr bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(in), &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s", err, stderr.String())
	}
	if err := json.Unmarshal(stdout.Bytes(), answer); err != nil {
		t.Fatalf("%v\n%.300s", err, stdout.String())
	}
}

// CasADi takes accelerations and their Jacobian from an export, by name, for every combination of inputs.
func TestCasADi(t *testing.T) {
	python := withNumpy(t, "casadi")
	compiler(t)
	const script = `
import casadi, json, sys
out = []
for k in json.load(sys.stdin):
    f = casadi.external(k["name"], k["path"])
    x = [casadi.MX.sym(n, f.size1_in(n)) for n in f.name_in()]
    a = f(*x)
    g = casadi.Function("g", x, [a] + [casadi.jacobian(a, y) for y in x])
    for state in k["states"]:
        y = g(*(state[n] for n in f.name_in()))
        out.append({"a": y[0].full().ravel().tolist(),
                    **{"a" + n: z.full().ravel().tolist() for n, z in zip(f.name_in(), y[1:])}})
json.dump(out, sys.stdout)
`
	var told []map[string]any
	var want []map[string][]float64
	for i, x := range specimens(t) {
		if i != 0 && i != 4 && i != 5 && i != 9 && i != 11 && i != 13 {
			continue
		}
		p, err := newProgram(x.Source)
		if err != nil {
			t.Fatal(err)
		}
		k := map[string]any{"name": x.name, "path": shared(t, x, x.name)}
		r, states := rand.New(rand.NewPCG(7, 8)), []map[string][]float64(nil)
		for range 5 {
			q, v, a, u := x.state(r)
			states, want = append(states, p.arguments(q, v, a, u)), append(want, x.truth(q, v, a, u))
		}
		k["states"] = states
		told = append(told, k)
	}
	var says []map[string][]float64
	asked(t, python, script, told, &says)
	if len(says) != len(want) {
		t.Fatalf("%d answers to %d questions", len(says), len(want))
	}
	for n, y := range says {
		for name, got := range y {
			if e := off(got, want[n][name]); !(e < rounding) {
				t.Errorf("state %d: %s = %v, the library says %v", n, name, got, want[n][name])
			}
		}
	}
}

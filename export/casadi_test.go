package export

import (
	"bytes"
	"encoding/json"
	"math"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"testing"

	"lagrange/model"
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

// An optimal swing-up is found through an export: a pendulum with a weak motor reaches the top, and rolled out by
// CVodes under these torques it does.
func TestSwingUp(t *testing.T) {
	python := withNumpy(t, "casadi")
	if testing.Short() {
		t.Skip("solves an optimal-control problem")
	}
	angle := model.Coordinate{Name: "q", Velocity: "v", Period: 2 * math.Pi, Scale: 1, Speed: 1, Accel: 1}
	s := model.Spec{Family: "terms", Coordinates: []model.Coordinate{angle}, Activation: "softplus",
		Inputs: []model.Input{{Name: "tau", Scale: 1}}, Friction: model.Viscous,
		Terms: [][]model.Term{{{Function: model.Cos, Of: []int{1}}}, {{Function: model.One}}}}
	x := drawn(t, "pendulum", s, 1)
	copy(x.nets[0].Theta, []float64{9.8, 1, 1, 0, math.Sqrt(0.1)}) // a = τ − 0.1 v − 9.8 sin q
	x = x.again(t)
	const script = `
import casadi, json, math, sys
k = json.load(sys.stdin)
f = casadi.external("pendulum", k["path"])
x, u = casadi.MX.sym("x", 2), casadi.MX.sym("u")
ode = casadi.vertcat(x[1], f(x[0], x[1], u))
rate = casadi.Function("rate", [x, u], [ode])
N, h = 80, 0.05
opti = casadi.Opti()
X, U = opti.variable(2, N + 1), opti.variable(1, N)
for n in range(N):
    k1 = rate(X[:, n], U[n])
    k2 = rate(X[:, n] + h / 2 * k1, U[n])
    k3 = rate(X[:, n] + h / 2 * k2, U[n])
    k4 = rate(X[:, n] + h * k3, U[n])
    opti.subject_to(X[:, n + 1] == X[:, n] + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4))
opti.subject_to(X[:, 0] == [0, 0])
opti.subject_to(X[:, N] == [math.pi, 0])
opti.subject_to(opti.bounded(-5, U, 5))
opti.minimize(casadi.sumsqr(U))
opti.set_initial(X[0, :], casadi.linspace(0, math.pi, N + 1).T)
opti.set_initial(U, 1)
opti.solver("ipopt", {"print_time": False}, {"print_level": 0, "sb": "yes", "hessian_approximation": "limited-memory",
                                              "max_iter": 2000})
s = opti.solve()
step = casadi.integrator("step", "cvodes", {"x": x, "p": u, "ode": ode}, 0, h, {"reltol": 1e-10, "abstol": 1e-10})
y = casadi.DM([0, 0])
for n in range(N):
    y = step(x0=y, p=s.value(U)[n])["xf"]
json.dump({"end": y.full().ravel().tolist(), "torque": s.value(U).tolist()}, sys.stdout)
`
	var says struct{ End, Torque []float64 }
	asked(t, python, script, map[string]any{"path": shared(t, x, "pendulum")}, &says)
	if math.Abs(says.End[0]-math.Pi) > 0.02 || math.Abs(says.End[1]) > 0.05 {
		t.Errorf("the motion ends at %v, want %v", says.End, []float64{math.Pi, 0})
	}
	worst := 0.0
	for _, u := range says.Torque {
		worst = math.Max(worst, math.Abs(u))
	}
	t.Logf("ends at %v under at most %.3g, where gravity asks for 9.8", says.End, worst)
}

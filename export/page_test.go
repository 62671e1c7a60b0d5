package export

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"lagrange/model"
)

var update = flag.Bool("update", false, "measure and write doc/exports.md")

const page = "../doc/exports.md"

// shapes are the models of the page: a net as the double pendulum is learned with, the terms that a pendulum with a
// motor is, wide nets of two and of seven angles.
func shapes(t testing.TB) []specimen {
	angle := func(i int) model.Coordinate {
		return model.Coordinate{Name: fmt.Sprint("q", i), Velocity: fmt.Sprint("v", i), Period: 2 * math.Pi, Scale: 1,
			Speed: 2, Accel: 5}
	}
	net := func(d int, hidden []int, head model.Head) model.Spec {
		s := model.Spec{Family: "lnn", Hidden: hidden, Activation: "softplus", Kinetic: 1, Head: head}
		for i := range d {
			s.Coordinates = append(s.Coordinates, angle(i))
		}
		return s
	}
	motor := model.Spec{Family: "terms", Coordinates: []model.Coordinate{angle(0)}, Activation: "softplus",
		Inputs: []model.Input{{Name: "tau", Scale: 1}}, Friction: model.Both}
	motor.Terms = motor.DefaultTerms()
	return []specimen{
		drawn(t, "double pendulum, 20x2, quadratic head", net(2, []int{20, 20}, model.Quadratic), 1),
		drawn(t, "pendulum, terms, motor and friction", motor, 1),
		drawn(t, "two angles, 64x2", net(2, []int{64, 64}, model.Plain), 1),
		drawn(t, "seven angles, 64x2", net(7, []int{64, 64}, model.Plain), 1),
	}
}

// libraryTime is how long the library takes for the acceleration at one state, the least of many tries.
func (x specimen) libraryTime() time.Duration {
	d := x.Spec.D()
	tape, z, u, xdot := x.nets[0].Tape(1), make([]float64, 2*d), make([]float64, x.Spec.M()), make([]float64, 2*d)
	least := time.Hour
	for range tries {
		begin := time.Now()
		for range calls {
			tape.Field(z, u, xdot)
			z[0] += 1e-9 * xdot[0]
		}
		least = min(least, time.Since(begin)/calls)
	}
	return least
}

// The least of so many tries is taken, of so many calls each.
const tries, calls = 300, 50

// timing is a main program that prints the least time of accel, in nanoseconds.
func (x specimen) timing(p *program, name string) string {
	return strings.NewReplacer("NAME", name, "DIM", fmt.Sprint(x.Spec.D()), "FORCES", fmt.Sprint(max(1, len(p.forces))),
		"TRIES", fmt.Sprint(tries), "CALLS", fmt.Sprint(calls)).Replace(`#define _POSIX_C_SOURCE 199309L
#include <stdio.h>
#include <time.h>
#include "NAME.h"
int main(void)
{
	NAME_real q[DIM] = {0}, v[DIM] = {0}, a[DIM], u[FORCES] = {0};
	double least = 1e18;
	for (int n = 0; n < TRIES; n++) {
		struct timespec s, e;
		clock_gettime(CLOCK_MONOTONIC, &s);
		for (int k = 0; k < CALLS; k++) {
			NAME_accel(q, v, u, 0, a);
			q[0] += (NAME_real)1e-9 * a[0];
		}
		clock_gettime(CLOCK_MONOTONIC, &e);
		const double t = ((double)(e.tv_sec - s.tv_sec) * 1e9 + (double)(e.tv_nsec - s.tv_nsec)) / CALLS;
		if (t < least) least = t;
	}
	printf("%.0f\n", least);
	return 0;
}
`)
}

// cRow measures C.
func (x specimen) cRow(t *testing.T, p *program, o Options, client string, tolerance float64, flags ...string) string {
	files, err := C(x.Source, o)
	if err != nil {
		t.Fatal(err)
	}
	folder := compiled(t, files, flags...)
	worst := x.held(t, linked(t, folder, driver(p, o.Name)), p, 1000, tolerance)
	out, err := exec.CommandContext(t.Context(), linked(t, folder, x.timing(p, o.Name))).Output()
	if err != nil {
		t.Fatal(err)
	}
	var ns float64
	if _, err := fmt.Sscan(string(out), &ns); err != nil {
		t.Fatal(err)
	}
	return row(client, fmt.Sprintf("%.0e", worst), len(files[1].Text), time.Duration(ns), "")
}

func row(client, agreement string, bytes int, one time.Duration, many string) string {
	size := ""
	if bytes > 0 {
		size = fmt.Sprintf("%.0f kB", float64(bytes)/1000)
	}
	return fmt.Sprintf("| %s | %s | %s | %.2f µs | %s |\n", client, agreement, size, float64(one)/1e3, many)
}

// clocked is a script that prints versions and times of accel, in nanoseconds: of one state, and of each of 1000.
const clocked = `
import importlib.util, json, sys, time
spec = importlib.util.spec_from_file_location("m", sys.argv[1])
m = importlib.util.module_from_spec(spec)
spec.loader.exec_module(m)
import numpy
version, f = "numpy " + numpy.__version__, m.accel
if len(sys.argv) > 2:
    import jax
    jax.config.update("jax_enable_x64", True)
    import jax.numpy
    m.np = jax.numpy
    version, f = "JAX " + jax.__version__ + ", compiled", jax.jit(m.accel)
def least(shape, calls):
    q, v, u = numpy.zeros(shape + (m.D,)), numpy.zeros(shape + (m.D,)), numpy.zeros(shape + (m.M,))
    numpy.asarray(f(q, v, u))
    best = 1e18
    for _ in range(30):
        t = time.perf_counter_ns()
        for _ in range(calls):
            numpy.asarray(f(q, v, u))
        best = min(best, (time.perf_counter_ns() - t) / calls)
    return best
print(json.dumps([version, least((), 20), least((1000,), 2) / 1000]))
`

// pythonRow measures numpy, or JAX.
func (x specimen) pythonRow(t *testing.T, python string, more ...string) string {
	files, err := Python(x.Source, Options{Name: "m"})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "m.py")
	if err := os.WriteFile(path, files[0].Text, 0o666); err != nil {
		t.Fatal(err)
	}
	args := append([]string{"-B", "-c", clocked, path}, more...)
	cmd := exec.CommandContext(t.Context(), python, args...)
	cmd.Env = append(os.Environ(), "OMP_NUM_THREADS=1", "OPENBLAS_NUM_THREADS=1",
		"XLA_FLAGS=--xla_cpu_multi_thread_eigen=false")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var version string
	var one, many float64
	if err := json.Unmarshal(out, &[]any{&version, &one, &many}); err != nil {
		t.Fatal(err)
	}
	worst := ""
	if more == nil {
		worst = fmt.Sprintf("%.0e", inPython(t, python, []specimen{x}, 1000))
	}
	return row("Python, "+version, worst, len(files[0].Text), time.Duration(one), fmt.Sprintf("%.2f µs", many/1e3))
}

// simulated is a script that prints the version of FMPy, the time of setting the states and asking for their
// derivatives, in nanoseconds, and all that is made of the variables from 1 on, for so many values of them.
const simulated = `
import ctypes, json, shutil, sys, time
import fmpy
from fmpy.fmi3 import FMU3Model
folder = fmpy.extract(sys.argv[1])
d = fmpy.read_model_description(folder)
m = FMU3Model(guid=d.guid, unzipDirectory=folder, modelIdentifier=d.modelExchange.modelIdentifier, instanceName="m")
m.instantiate()
m.enterInitializationMode(startTime=0)
m.exitInitializationMode()
made, says = [v.valueReference for v in d.modelVariables if v.initial == "calculated"], []
for row in json.load(sys.stdin):
    m.setFloat64(list(range(1, len(row) + 1)), row)
    says.append(list(m.getFloat64(made)))
n = len(d.modelExchange and d.derivatives)
x, dx, least = (ctypes.c_double * n)(), (ctypes.c_double * n)(), 1e18
for _ in range(300):
    t = time.perf_counter_ns()
    for _ in range(50):
        m.fmi3SetContinuousStates(m.component, x, n)
        m.fmi3GetContinuousStateDerivatives(m.component, dx, n)
    least = min(least, (time.perf_counter_ns() - t) / 50)
m.terminate()
m.freeInstance()
shutil.rmtree(folder)
print(json.dumps([fmpy.__version__, least, says]))
`

// fmuRow measures an FMU in FMPy.
func (x specimen) fmuRow(t *testing.T, p *program, python string) string {
	files, err := FMU(x.Source, Options{Name: "m", Compiler: compiler(t)})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "m.fmu")
	if err := os.WriteFile(path, files[0].Text, 0o666); err != nil {
		t.Fatal(err)
	}
	r, rows, want := rand.New(rand.NewPCG(7, 8)), [][]float64(nil), [][]float64(nil)
	for range 1000 {
		q, v, a, u := x.state(r)
		k, truth := p.arguments(q, v, a, u), x.truth(q, v, a, u)
		rows = append(rows, slices.Concat(q, v, k["u"], k["c"]))
		want = append(want, slices.Concat(truth["w"], truth["a"], truth["energy"], truth["p"]))
	}
	in, err := json.Marshal(rows)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), python, "-B", "-c", simulated, path)
	cmd.Stdin = bytes.NewReader(in)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var version string
	var one, worst float64
	var says [][]float64
	if err := json.Unmarshal(out, &[]any{&version, &one, &says}); err != nil {
		t.Fatal(err)
	}
	for n := range want {
		worst = max(worst, off(says[n], want[n]))
	}
	return row("FMU, FMPy "+version, fmt.Sprintf("%.0e", worst), len(files[0].Text), time.Duration(one), "")
}

// The page of exports names every target; with -update it is measured anew.
func TestPage(t *testing.T) {
	if !*update {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, target := range Targets() {
			if !strings.Contains(string(text), "`--to "+target.Name+"`") {
				t.Errorf("%s says nothing of --to %s: go test ./export -run TestPage -update", page, target.Name)
			}
		}
		return
	}
	version, err := exec.CommandContext(t.Context(), compiler(t), "-dumpfullversion").Output()
	if err != nil {
		t.Fatal(err)
	}
	gcc, python := "gcc "+strings.TrimSpace(string(version)), withNumpy(t, "jax", "fmpy", "onnx", "onnxruntime")
	var b strings.Builder
	for _, x := range shapes(t) {
		p, err := newProgram(x.Source)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "\n## %s\n\n| client | apart from the library | size | one state | each of 1000 |\n"+
			"|---|---|---|---|---|\n", strings.ToUpper(x.name[:1])+x.name[1:])
		b.WriteString(row("library, "+runtime.Version(), "", 0, x.libraryTime(), ""))
		b.WriteString(x.cRow(t, p, Options{Name: "m"}, "C, "+gcc+" -O2", 1e-8, "-O2"))
		b.WriteString(x.cRow(t, p, Options{Name: "m"}, "C, the same, -Dm_NARROW", 1e-8, "-O2", "-Dm_NARROW"))
		b.WriteString(x.cRow(t, p, Options{Name: "m", Single: true}, "C, `--single`", 1, "-O2"))
		b.WriteString(x.fmuRow(t, p, python))
		b.WriteString(x.onnxRows(t, python))
		b.WriteString(x.pythonRow(t, python))
		b.WriteString(x.pythonRow(t, python, "jax"))
	}
	old, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	_, trained, _ := strings.Cut(string(old), trainedModels) // that section is written by a test of cmd/lagrange
	text := strings.ReplaceAll(pageText, "@", "`") + b.String() + trainedModels + trained
	if err := os.WriteFile(page, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

const trainedModels = "\n## Trained models\n"

const pageText = `# Exports

@lagrange export MODEL --to TARGET@ writes a model for other programs. The guide shows how
([guide](guide.md), "Take it with you").

| target | what it is | client in the tests |
|---|---|---|
| @--to c@ | C99, one .h and one .c, math.h alone, no allocation, no state | gcc or clang, without a warning |
| @--to casadi@ | the C, and a file more: a with its Jacobian | CasADi: Jacobians, a swing-up by Ipopt, CVodes |
| @--to fmu@ | FMI 3.0 or 2.0, model exchange and co-simulation, sources and library | FMPy: its checks, CVode, steps |
| @--to onnx@ | one file of standard operators, opset 17, for many states at once | onnx.checker, onnxruntime |
| @--to python@ | one file for numpy; under jax.numpy it can be differentiated | numpy, JAX |

Every model can be exported: @lnn@ with both heads, @delan@, @hnn@, @terms@, @nn@, @node@, with
formulas of your own among the terms, known forces, all friction, system parameters, and ensembles
of them. A @graph@ is written out for its sites, or for as many as @--sites@ says, of at most 16
coordinates: every site is a copy of the net, and the C of 16 compiles for half a minute.

The tables below are written by

    LAGRANGE_PYTHON=$(bash .ci/python FOLDER) go test ./export -run TestPage -update -timeout 30m

"Apart" is the largest difference of all outputs at 1000 states, relative to the largest number of
an output: accelerations and their derivatives, forces, momenta, mass matrix, energy, and a step
of C. For @--single@ it shows what floats leave where a mass matrix is nearly singular. Times are
of the acceleration, the least of many tries on one core of a busy machine with AVX-512.
Parameters are drawn, not trained: sizes and times do not depend on it. @-Dm_NARROW@ leaves the
wide instructions out. Of Python and ONNX, a call costs more than its arithmetic, so many states
at once are the way. An FMU has its states set and is asked for their derivatives, from Python,
which costs most of the time; its size is that of the archive with the library of one machine.

onnxruntime computes all outputs of a file, whichever are asked for, and derivatives are most of the
work. Who needs accelerations alone takes them out once:

    onnx.utils.extract_model("arm.onnx", "accel.onnx", ["q", "v"], ["accel"])
`

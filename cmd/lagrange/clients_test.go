package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"lagrange"
	"lagrange/export"
)

// A client runs what was exported to a target, and says what it finds at states.
type client struct {
	target string
	title  string   // on the page of exports, before the version
	needs  []string // modules of Python
	// what is done in the folder of the export before the client is asked, if anything
	prepare func(t *testing.T, folder string)
	// script is a program in Python that reads a question and writes an answer; "": C is compiled instead
	script string
}

// clients lists them: a target of package export has one at least.
func clients() []client {
	return []client{
		{target: "c", title: "C, by"},
		{target: "casadi", title: "CasADi", needs: []string{"casadi"}, prepare: sharedLibrary, script: byCasADi},
		{target: "onnx", title: "onnxruntime", needs: []string{"onnx", "onnxruntime"}, script: byONNX},
		{target: "fmu", title: "FMI 3.0, FMPy", needs: []string{"fmpy"}, script: byFMPy},
		{target: "python", title: "Python, numpy", needs: []string{"numpy"}, script: byNumpy},
		{target: "python", title: "Python, JAX", needs: []string{"jax"}, script: byJAX},
	}
}

// A question is an export and states, as rows. The export is a file or folder of the name m.
type question struct {
	Path    string
	Q, V, U [][]float64
}

// An answer has accelerations at the states and their derivatives by q and v, by u where there are some; the least time
// of a call for the acceleration at one state, and the version of the client.
type answer struct {
	Version    string
	A          [][]float64
	Aq, Av, Au [][][]float64
	NS         float64
}

// pythonWith is a Python that has modules: that of LAGRANGE_PYTHON, which .ci/python makes, or the one on the path; ""
// is none.
func pythonWith(t *testing.T, modules ...string) string {
	for _, python := range []string{os.Getenv("LAGRANGE_PYTHON"), "python3"} {
		if python != "" && exec.CommandContext(t.Context(), python, "-c",
			"import "+strings.Join(append([]string{"sys"}, modules...), ", ")).Run() == nil {
			return python
		}
	}
	return ""
}

// compilerHere is a C compiler; "" is none.
func compilerHere() string {
	for _, cc := range []string{"gcc", "clang"} {
		if path, err := exec.LookPath(cc); err == nil {
			return path
		}
	}
	return ""
}

// missing says what a client lacks here.
func (c client) missing(t *testing.T) string {
	switch {
	case (c.script == "" || c.prepare != nil) && compilerHere() == "":
		return "no gcc or clang"
	case c.script != "" && pythonWith(t, c.needs...) == "":
		return "no Python with " + strings.Join(c.needs, " and ") + ": .ci/python makes one"
	}
	return ""
}

// asks exports a model by the command, and asks the client. It returns the size of the export, too.
func (c client) asks(t *testing.T, model string, m *lagrange.Model, states question) (answer, int64) {
	t.Helper()
	folder := t.TempDir()
	target, err := export.Lookup(c.target)
	if err != nil {
		t.Fatal(err)
	}
	states.Path = filepath.Join(folder, "m"+target.Extension)
	said(t, "export", model, "--to", c.target, "-o", states.Path, "--name", "m")
	size := sizeOf(t, states.Path)
	if c.prepare != nil {
		c.prepare(t, states.Path)
	}
	if c.script == "" {
		return inC(t, states, m), size
	}
	var a answer
	askPython(t, pythonWith(t, c.needs...), c.script, states, &a)
	return a, size
}

// sizeOf is that of a file, or of all files of a folder.
func sizeOf(t *testing.T, path string) (n int64) {
	t.Helper()
	err := filepath.Walk(path, func(_ string, info os.FileInfo, err error) error {
		if err == nil && info.Mode().IsRegular() {
			n += info.Size()
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// askPython runs a script on a question and reads its answer.
func askPython(t *testing.T, python, script string, question, answer any) {
	t.Helper()
	in, err := json.Marshal(question)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), python, "-B", "-c", script)
	cmd.Env = append(os.Environ(), "OMP_NUM_THREADS=1", "OPENBLAS_NUM_THREADS=1",
		"XLA_FLAGS=--xla_cpu_multi_thread_eigen=false")
	var stdout, stderr bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(in), &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s", err, stderr.String())
	}
	if err := json.Unmarshal(stdout.Bytes(), answer); err != nil {
		t.Fatalf("%v\n%.300s", err, stdout.String())
	}
}

// compile runs the C compiler in a folder, with the warnings that an export has to be free of.
func compile(t *testing.T, folder string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), compilerHere(), append([]string{"-std=c99", "-Wall", "-Wextra",
		"-Wconversion", "-Werror", "-pedantic", "-O2"}, args...)...)
	cmd.Dir = folder
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%.3000s", err, text)
	}
}

// sharedLibrary compiles an export for CasADi.
func sharedLibrary(t *testing.T, folder string) {
	compile(t, folder, "-fPIC", "-shared", "m.c", "m_casadi.c", "-o", "m.so", "-lm")
}

// inC compiles an export with a main program that answers.
func inC(t *testing.T, k question, m *lagrange.Model) (a answer) {
	t.Helper()
	u, name := m.M(), "NULL"
	if u > 0 {
		name = "u"
	}
	text := strings.NewReplacer("DIM", fmt.Sprint(m.D()), "FORCES", fmt.Sprint(u), "ROOM", fmt.Sprint(max(1, u)),
		"INPUT", name, "DERIVATIVES", map[bool]string{true: "aq, av, au", false: "aq, av"}[u > 0]).Replace(mainProgram)
	if err := os.WriteFile(filepath.Join(k.Path, "main.c"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	compile(t, k.Path, "m.c", "main.c", "-o", "main", "-lm")
	var in bytes.Buffer
	for n := range k.Q {
		for _, row := range [][]float64{k.Q[n], k.V[n], k.U[n]} {
			for _, x := range row {
				fmt.Fprintf(&in, "%.17g ", x)
			}
		}
	}
	cmd := exec.CommandContext(t.Context(), filepath.Join(k.Path, "main"))
	cmd.Stdin = &in
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(out, &a); err != nil {
		t.Fatalf("%v\n%.300s", err, out)
	}
	version, err := exec.CommandContext(t.Context(), compilerHere(), "-dumpfullversion").Output()
	if err != nil {
		t.Fatal(err)
	}
	a.Version = filepath.Base(compilerHere()) + " " + strings.TrimSpace(string(version)) + " -O2"
	return a
}

// mainProgram reads states from standard input and writes an answer.
const mainProgram = `#include <stdio.h>
#include <time.h>
#include "m.h"
static void rows(const double *x, int n, int of)
{
	for (int i = 0; i < n; i++) {
		printf(i ? ",[" : "[");
		for (int j = 0; j < of; j++) printf(j ? ",%.17g" : "%.17g", x[i * of + j]);
		printf("]");
	}
}
static double in[2 * DIM + ROOM], a[10000 * DIM], aq[DIM * DIM], av[DIM * DIM], au[DIM * ROOM];
static double all[3][1000000];
int main(void)
{
	double *q = in, *v = in + DIM, *u = in + 2 * DIM;
	int n = 0;
	(void)u; (void)au;
	for (;; n++) {
		for (int i = 0; i < 2 * DIM + FORCES; i++) if (scanf("%lf", &in[i]) != 1) goto read;
		m_accel(q, v, INPUT, NULL, a + n * DIM);
		m_accel_jacobian(q, v, INPUT, NULL, DERIVATIVES);
		for (int i = 0; i < DIM * DIM; i++) {
			all[0][n * DIM * DIM + i] = aq[i];
			all[1][n * DIM * DIM + i] = av[i];
		}
		for (int i = 0; i < DIM * FORCES; i++) all[2][n * DIM * FORCES + i] = au[i];
	}
read:
	printf("{\"A\":[");
	rows(a, n, DIM);
	for (int k = 0; k < 3; k++) {
		const int cols = k < 2 ? DIM : FORCES;
		printf("],\"%s\":[", k == 0 ? "Aq" : k == 1 ? "Av" : "Au");
		for (int i = 0; i < n && cols > 0; i++) {
			printf(i ? ",[" : "[");
			rows(all[k] + i * DIM * cols, DIM, cols);
			printf("]");
		}
	}
	double least = 1e18;
	for (int k = 0; k < 100; k++) {
		const clock_t begin = clock();
		for (int i = 0; i < 1000; i++) {
			m_accel(q, v, INPUT, NULL, a);
			q[0] += 1e-12 * a[0];
		}
		const double t = (double)(clock() - begin) / CLOCKS_PER_SEC * 1e6;
		if (t < least) least = t;
	}
	printf("],\"NS\":%.1f}\n", least);
	return 0;
}
`

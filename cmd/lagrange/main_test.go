package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"go.uber.org/goleak"

	"lagrange/internal/file"
	"lagrange/model"
)

// leakless runs the tests and fails when a goroutine is left.
type leakless struct{ *testing.M }

func (m leakless) Run() int {
	code := m.M.Run()
	if err := goleak.Find(); code == 0 && err != nil {
		os.Stderr.WriteString(err.Error() + "\n")
		return 1
	}
	return code
}

func TestMain(m *testing.M) {
	testscript.Main(leakless{m}, map[string]func(){
		"lagrange": func() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) },
	})
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"code": code, "usage": usage,
			"model": writeModel, "springs": springs, "alone": alone},
	})
}

// code runs a command and wants its exit code and, unless that is 0, one message on stderr: "code 1 lagrange inspect
// x.csv".
func code(ts *testscript.TestScript, _ bool, args []string) {
	err := ts.Exec(args[1], args[2:]...)
	got := 0
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if fmt.Sprint(got) != args[0] {
		ts.Fatalf("exit code %d, want %s", got, args[0])
	}
	if said := ts.ReadFile("stderr"); got != 0 && (!strings.HasPrefix(said, "lagrange: ") || strings.Count(said,
		"\n") != 1) {
		ts.Fatalf("want one line that begins with the name of the program, got %q", said)
	}
}

// alone leaves nothing but the program on the path: no compiler either.
func alone(ts *testscript.TestScript, _ bool, _ []string) {
	ts.Setenv("PATH", filepath.SplitList(ts.Getenv("PATH"))[0])
	ts.Setenv("CC", "")
}

// usage is code 2, with a word on where to read more and nothing on stdout.
func usage(ts *testscript.TestScript, neg bool, args []string) {
	code(ts, neg, append([]string{"2"}, args...))
	if said := ts.ReadFile("stderr"); !strings.Contains(said, "--help)") || ts.ReadFile("stdout") != "" {
		ts.Fatalf("want one line on stderr that names the help, and an empty stdout")
	}
}

// writeModel writes a model of one coordinate q whose motion is known: "model free FILE" has a = 0, so q = q₀ + v₀t;
// "model bursts FILE" has a = 3 max(0, 3 + 3q + 3v)² + 3, which leaves the plane in finite time.
func writeModel(ts *testscript.TestScript, _ bool, args []string) {
	spec := model.Spec{
		Family:      "lnn",
		Coordinates: []model.Coordinate{{Name: "q", Unit: "m", Velocity: "v", Scale: 1, Speed: 1, Accel: 1}},
		Hidden:      []int{1}, Activation: "relu2", Kinetic: 1, TimeUnit: "s",
	}
	weight := 0.0
	if args[0] == "bursts" {
		spec.Family, weight = "nn", 3
	}
	n, err := model.Params(spec)
	ts.Check(err)
	header, err := json.Marshal([]any{map[string]any{"spec": spec, "record": struct{}{}}})
	ts.Check(err)
	c := file.Container{Kind: "model", Version: 1, Header: header, Floats: make([]float64, n)}
	for i := range c.Floats {
		c.Floats[i] = weight
	}
	ts.Check(c.Save(ts.MkAbs(args[1])))
}

package lagrange_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Another module uses the library from a folder, as the README says: its path has no dot in its first element, so that
// no go command fetches it.
func TestReplace(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a program")
	}
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	sums, err := os.ReadFile("go.sum")
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	for name, text := range map[string]string{
		"go.mod": "module example.com/arm\n\ngo 1.26\n\nrequire lagrange v0.0.0\n\nreplace lagrange => " + here + "\n",
		"go.sum": string(sums),
		"main.go": `package main

import (
	"context"
	"fmt"

	"lagrange"
	"lagrange/mech"
	"lagrange/sim"
)

func main() {
	system, err := mech.Lookup("spring")
	if err != nil {
		panic(err)
	}
	set, err := sim.Simulation{System: system, Trajectories: 9, Steps: 40, Dt: 0.1, Seed: 1, Accelerations: true}.Run(context.Background())
	if err != nil {
		panic(err)
	}
	m, err := lagrange.Fit(context.Background(), set, lagrange.Settings{Hidden: []int{4}, Method: "adam", Steps: 5})
	if err != nil {
		panic(err)
	}
	fmt.Println(m.D(), "coordinate")
}
`,
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("go", "run", ".")
	cmd.Dir = folder
	cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOPROXY=off", "GOWORK=off")
	out, err := cmd.CombinedOutput()
	switch {
	case err != nil && strings.Contains(string(out), "module lookup disabled by GOPROXY=off"):
		t.Skipf("the modules that it needs are not in the cache: %s", out)
	case err != nil || string(out) != "1 coordinate\n":
		t.Errorf("%v: %s", err, out)
	}
}

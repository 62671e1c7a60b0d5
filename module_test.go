package lagrange_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var goBlock = regexp.MustCompile("(?ms)^```go\\n(.*?)^```")

// program is the Go of the README made whole: its lines in a main, with five steps in place of a minute.
func program(t *testing.T, here string) string {
	t.Helper()
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	block := goBlock.FindStringSubmatch(string(readme))
	if block == nil {
		t.Fatal("the README has no Go")
	}
	for _, line := range []string{"`require lagrange v0.0.0`", "`replace lagrange => ../lagrange`"} {
		if !strings.Contains(string(readme), line) {
			t.Errorf("the README has no line %s for go.mod", line)
		}
	}
	lines := strings.NewReplacer("Budget: time.Minute", `Method: "adam", Hidden: []int{4}, Steps: 5`,
		`"examples/`, `"`+filepath.ToSlash(here)+`/examples/`).Replace(block[1])
	return `package main

import (
	"context"
	"fmt"

	"lagrange"
	"lagrange/data"
	"lagrange/model"
)

func main() {
	ctx, q, v, u, times := context.Background(), []float64{0}, []float64{0}, []float64{0}, []float64{0, 1}
` + lines + `
	fmt.Println(len(a), "coordinate,", path.Len(), "rows,", err)
}
`
}

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
		"go.mod":  "module example.com/arm\n\ngo 1.26\n\nrequire lagrange v0.0.0\n\nreplace lagrange => " + here + "\n",
		"go.sum":  string(sums),
		"main.go": program(t, here),
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
	case err != nil || string(out) != "1 coordinate, 2 rows, <nil>\n":
		t.Errorf("%v: %s", err, out)
	}
}

package main

import (
	"bytes"
	"encoding/json"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	goBlock  = regexp.MustCompile("(?ms)^```go\\n// (\\S+\\.go)\\n(.*?)^```")
	listLine = regexp.MustCompile("(?ms)^```go\\n// in (\\w+), (\\S+\\.go)\\n(.*?)\\n^```")
	goTest   = regexp.MustCompile(`(?m)^go test (\./\S+) -run '?([^'\s]+)'?$`)
)

// extended is a checkout with what doc/extending.md adds: files in place of those of the checkout, as go's -overlay
// has them.
type extended struct {
	t       *testing.T
	root    string // of the checkout
	folder  string // of the files that take their places
	Replace map[string]string
}

// put gives a file of the checkout a new text.
func (e *extended) put(name, text string) {
	to := filepath.Join(e.folder, strings.ReplaceAll(name, "/", "_"))
	if err := os.WriteFile(to, []byte(text), 0o666); err != nil {
		e.t.Fatal(err)
	}
	e.Replace[filepath.Join(e.root, name)] = to
}

// get is the text of a file of the checkout, as it is extended so far.
func (e *extended) get(name string) []byte {
	at := filepath.Join(e.root, name)
	if to := e.Replace[at]; to != "" {
		at = to
	}
	text, err := os.ReadFile(at)
	if err != nil {
		e.t.Fatal(err)
	}
	return text
}

// add puts an element at the end of the first composite literal in the declaration of a list.
func (e *extended) add(name, list, element string) {
	text, set := e.get(name), token.NewFileSet()
	file, err := parser.ParseFile(set, name, text, 0)
	if err != nil {
		e.t.Fatal(err)
	}
	end := 0
	find := func(n ast.Node) bool {
		if c, ok := n.(*ast.CompositeLit); ok && end == 0 && len(c.Elts) > 0 {
			end = set.Position(c.Elts[len(c.Elts)-1].End()).Offset
		}
		return end == 0
	}
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Name.Name == list {
				ast.Inspect(d.Body, find)
			}
		case *ast.GenDecl:
			for _, s := range d.Specs {
				if v, ok := s.(*ast.ValueSpec); ok && v.Names[0].Name == list {
					ast.Inspect(v, find)
				}
			}
		}
	}
	if end == 0 {
		e.t.Fatalf("%s has no list %s", name, list)
	}
	e.put(name, string(text[:end])+", "+strings.TrimSuffix(element, ",")+string(text[end:]))
}

// imports gives a file one more import.
func (e *extended) imports(name, what string) {
	e.put(name, strings.Replace(string(e.get(name)), "import (", "import (\n\t\""+what+"\"", 1))
}

// run runs the go command on what is extended.
func (e *extended) run(args ...string) {
	e.t.Helper()
	text, err := json.Marshal(e)
	if err != nil {
		e.t.Fatal(err)
	}
	overlay := filepath.Join(e.folder, "overlay.json")
	if err := os.WriteFile(overlay, text, 0o666); err != nil {
		e.t.Fatal(err)
	}
	cmd := exec.Command("go", append([]string{args[0], "-overlay", overlay}, args[1:]...)...)
	cmd.Dir = e.root
	if out, err := cmd.CombinedOutput(); err != nil || bytes.Contains(out, []byte("no tests to run")) {
		e.t.Fatalf("go %q: %v\n%s", args, err, out)
	}
}

// What doc/extending.md adds is one new file and one line in one list each: with them in place the program builds, the
// tests of laws that the page names hold, and its commands find each by its name.
func TestExtending(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program")
	}
	page, err := os.ReadFile("../../doc/extending.md")
	if err != nil {
		t.Fatal(err)
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	e := &extended{t: t, root: root, folder: t.TempDir(), Replace: map[string]string{}}
	files, lines := goBlock.FindAllSubmatch(page, -1), listLine.FindAllSubmatch(page, -1)
	if len(files) != len(lines) || len(files) < 8 {
		t.Fatalf("%d new files and %d lines in lists: want one line for each file, and one of each kind", len(files),
			len(lines))
	}
	for _, f := range files {
		name, text := string(f[1]), string(f[2])
		if _, err := os.Stat(filepath.Join(root, name)); err == nil {
			t.Fatalf("%s is no new file", name)
		}
		if pretty, err := format.Source(f[2]); err != nil || string(pretty) != text {
			t.Errorf("%s: not as gofmt has it: %v", name, err)
		}
		e.put(name, text)
	}
	for _, l := range lines {
		list, name, element := string(l[1]), string(l[2]), string(l[3])
		e.add(name, list, element)
		if pkg, _, found := strings.Cut(element, ".Experiment"); found {
			e.imports(name, "lagrange/"+path.Dir(name)+"/"+pkg)
		}
	}
	program := filepath.Join(e.folder, "lagrange")
	e.run("build", "-o", program, "./cmd/lagrange")
	for _, c := range goTest.FindAllStringSubmatch(string(page), -1) {
		e.run("test", "-short", "-run", c[2], c[1])
	}
	for _, line := range commands(string(page)) {
		cmd := exec.Command(program, hurried(line)...)
		cmd.Dir = e.folder
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", line, err, out)
		}
	}
}

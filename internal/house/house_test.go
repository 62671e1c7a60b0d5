// Package house keeps the plan of the house: it reads every Go file of the
// module and holds it against the rules of doc/architecture.md.
package house

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

const (
	module    = "lagrange"
	maxFile   = 400 // lines
	maxFunc   = 60
	generated = "// Code generated "
)

// floors gives each room its floor; imports go to lower floors only. A room is a
// package with all packages under it, and within a room imports are free:
// model/modeltest lives in the room model. The root package is ".".
var floors = map[string]int{
	"internal/isa":  -1,
	"internal/file": 0, "internal/gemm": 0, "internal/house": 0, "internal/lin": 0, "internal/par": 0,
	"internal/protobuf": 0, "internal/vec": 0,
	"internal/dense": 1,
	"examples":       0,
	"data":           1, "mech": 1, "ode": 1, "plot": 1, "symbolic": 1,
	"invariant": 2, "nn": 2, "sim": 2, "smooth": 2, "sweep": 2,
	"model":   3,
	"control": 4, "eval": 4, "export": 4, "filter": 4, "formula": 4, "train": 4,
	"fit": 5,
	".":   6,

	"experiment": 7, "view": 7,
	"paper": 8,
	"bench": 9, "cmd": 9,
}

// room finds the room of a package by its folder relative to the module.
func room(folder string) (name string, ok bool) {
	for name = folder; name != "."; name = path.Dir(name) {
		if _, ok := floors[name]; ok {
			return name, true
		}
	}
	return ".", folder == "."
}

// A source is one parsed file.
type source struct {
	name string // relative to the module, with slashes
	text []byte
	set  *token.FileSet
	file *ast.File
}

func parse(name string, text []byte) (source, error) {
	set := token.NewFileSet()
	f, err := parser.ParseFile(set, name, text, parser.ParseComments|parser.SkipObjectResolution)
	return source{name, text, set, f}, err
}

func (s source) isTest() bool { return strings.HasSuffix(s.name, "_test.go") }

// at begins a complaint about the line of p.
func (s source) at(p token.Pos) string {
	return fmt.Sprintf("%s:%d: ", s.name, s.set.Position(p).Line)
}

// imports complains about imports that do not point down.
func (s source) imports() (complaints []string) {
	from, ok := room(path.Dir(s.name))
	if !ok {
		return []string{s.name + ": this package has no floor; add it to floors and to doc/architecture.md"}
	}
	for _, spec := range s.file.Imports {
		target, err := strconv.Unquote(spec.Path.Value)
		if err != nil || target != module && !strings.HasPrefix(target, module+"/") {
			continue
		}
		folder := "."
		if target != module {
			folder = strings.TrimPrefix(target, module+"/")
		}
		to, ok := room(folder)
		if !ok || to != from && floors[to] >= floors[from] {
			complaints = append(complaints, fmt.Sprintf("%s%s (floor %d) imports %s (floor %d); imports "+
				"point down only",
				s.at(spec.Pos()), from, floors[from], folder, floors[to]))
		}
	}
	return complaints
}

// lengths complains about what is too long to be read in one go.
func (s source) lengths() (complaints []string) {
	if n := strings.Count(string(s.text), "\n"); n > maxFile {
		complaints = append(complaints, fmt.Sprintf("%s: %d lines; a file has at most %d", s.name, n, maxFile))
	}
	for _, d := range s.file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok {
			continue
		}
		if n := s.set.Position(f.End()).Line - s.set.Position(f.Pos()).Line + 1; n > maxFunc {
			complaints = append(complaints, fmt.Sprintf("%s%s has %d lines; a function has at most %d", s.at(f.Pos()),
				f.Name.Name, n, maxFunc))
		}
	}
	return complaints
}

// documented complains about exported names without a comment. A method counts
// as exported when its type is.
func (s source) documented() (complaints []string) {
	if s.isTest() {
		return nil
	}
	complain := func(name *ast.Ident) {
		complaints = append(complaints, fmt.Sprintf("%s%s is exported and has no comment", s.at(name.Pos()), name.Name))
	}
	for _, d := range s.file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Name.IsExported() && d.Doc == nil && receiverIsExported(d) {
				complain(d.Name)
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				switch spec := spec.(type) {
				case *ast.TypeSpec:
					if spec.Name.IsExported() && d.Doc == nil && spec.Doc == nil && spec.Comment == nil {
						complain(spec.Name)
					}
				case *ast.ValueSpec:
					for _, name := range spec.Names {
						if name.IsExported() && d.Doc == nil && spec.Doc == nil && spec.Comment == nil {
							complain(name)
						}
					}
				}
			}
		}
	}
	return complaints
}

func receiverIsExported(d *ast.FuncDecl) bool {
	if d.Recv == nil {
		return true
	}
	t := d.Recv.List[0].Type
	for {
		switch x := t.(type) {
		case *ast.StarExpr:
			t = x.X
		case *ast.IndexExpr:
			t = x.X
		case *ast.IndexListExpr:
			t = x.X
		case *ast.Ident:
			return x.IsExported()
		default:
			return true
		}
	}
}

// sources reads all Go files under root that people write.
func sources(root string) (all []source, err error) {
	err = filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() {
			if p != root && (name == "testdata" || name == "vendor" || strings.HasPrefix(name, "_") ||
				strings.HasPrefix(name, ".")) {
				return fs.SkipDir
			}
			return nil
		}
		if filepath.Ext(name) != ".go" || strings.HasPrefix(name, "_") || strings.HasPrefix(name, ".") {
			return nil
		}
		text, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		if strings.HasPrefix(string(text), generated) || strings.Contains(string(text), "\n"+generated) {
			return nil
		}
		rel, err := filepath.Rel(root, p)
		if err != nil {
			return err
		}
		s, err := parse(filepath.ToSlash(rel), text)
		all = append(all, s)
		return err
	})
	return all, err
}

func TestHouse(t *testing.T) {
	all, err := sources("../..")
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 2 {
		t.Fatalf("found %d files; is this the module?", len(all))
	}
	explained := map[string]bool{} // folders with a package comment
	first := map[string]string{}
	for _, s := range all {
		for _, complaints := range [][]string{s.imports(), s.lengths(), s.documented()} {
			for _, c := range complaints {
				t.Error(c)
			}
		}
		folder := path.Dir(s.name)
		explained[folder] = explained[folder] || s.file.Doc != nil
		if first[folder] == "" {
			first[folder] = s.name
		}
	}
	for folder, ok := range explained {
		if !ok {
			t.Errorf("%s: the package has no comment", first[folder])
		}
	}
}

// The rules themselves: each must refuse what it is there to refuse.
func TestRules(t *testing.T) {
	long := strings.Repeat("\n", maxFunc)
	for _, c := range []struct{ name, text, want string }{
		{"model/a.go", `package model; import "lagrange/nn"`, ""},
		{"model/a.go", `package model; import "lagrange/train"`, "imports point down only"},
		{"nn/a_test.go", `package nn; import "lagrange/model"`, "imports point down only"},
		{"mech/a.go", `package mech; import "lagrange/ode"`, "imports point down only"},
		{"internal/vec/a.go", `package vec; import "lagrange/internal/par"`, "imports point down only"},
		{"train/a.go", `package train; import "lagrange"`, "imports point down only"},
		{"paper/a.go", `package paper; import "lagrange"`, ""},
		{"paper/wave/a.go", `package wave; import ("lagrange/experiment/bench"; "lagrange/paper/chains")`, ""},
		{"experiment/a.go", `package experiment; import "lagrange/paper"`, "imports point down only"},
		{"a.go", `package lagrange; import "lagrange/paper"`, "imports point down only"},
		{"cmd/lagrange/a.go", `package main; import ("lagrange"; "lagrange/paper"; "fmt")`, ""},
		{"model/a_test.go", `package model_test; import "lagrange/model/modeltest"`, ""},
		{"model/modeltest/a.go", `package modeltest; import "lagrange/model"`, ""},
		{"model/modeltest/a.go", `package modeltest; import "lagrange/train"`, "imports point down only"},
		{"utils/a.go", `package utils`, "has no floor"},
		{"nn/a.go", `package nn; import "lagrange/utils"`, "imports point down only"},
		{"nn/a.go", "package nn\nfunc f() {" + long + "}", "f has 61 lines"},
		{"nn/a.go", "package nn" + strings.Repeat("\n", maxFile+1), "401 lines"},
		{"nn/a.go", "package nn\nfunc F() {}", "F is exported"},
		{"nn/a.go", "package nn\ntype T[P any] struct{}\n", "T is exported"},
		{"nn/a.go", "package nn\n// T is a type.\ntype T[P any] struct{}\nfunc (t *T[P]) M() {}", "M is exported"},
		{"nn/a.go", "package nn\ntype t struct{}\nfunc (t) M() {}", ""},
		{"nn/a.go", "package nn\nconst (\nA = 1 // A is one.\nB = 2\n)", "B is exported"},
		{"nn/a_test.go", "package nn\nfunc TestF() {}", ""},
	} {
		s, err := parse(c.name, []byte(c.text))
		if err != nil {
			t.Fatal(err)
		}
		got := strings.Join(append(append(s.imports(), s.lengths()...), s.documented()...), "\n")
		if c.want == "" && got != "" || !strings.Contains(got, c.want) {
			t.Errorf("%s %q:\n got %q\nwant %q", c.name, c.text[:min(60, len(c.text))], got, c.want)
		}
	}
}

package house

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"
)

const (
	maxLine  = 120 // columns of Go
	maxProse = 100 // columns of Markdown
	tab      = 4   // columns
)

// wideProse are the pages that are generated.
var wideProse = map[string]bool{"doc/results.md": true, "doc/performance.md": true}

func columns(line string) int {
	return utf8.RuneCountInString(line) + strings.Count(line, "\t")*(tab-1)
}

// lines complains about lines that are longer than a reader's window.
func (s source) lines() (complaints []string) {
	for i, l := range strings.Split(string(s.text), "\n") {
		if n := columns(l); n > maxLine {
			complaints = append(complaints, fmt.Sprintf("%s:%d: %d columns; a line has at most %d", s.name, i+1, n,
				maxLine))
		}
	}
	return complaints
}

// target is what a link of Markdown leads to.
var target = regexp.MustCompile(`\]\([^)]*\)|<?https?://[^ >]*>?`)

// prose complains about long lines of a page but for headings, tables, code and formulas, which cannot be broken; what
// a link leads to does not count.
func prose(name, text string) (complaints []string) {
	if wideProse[name] {
		return nil
	}
	code, formula := false, false
	for i, l := range strings.Split(text, "\n") {
		begin := strings.TrimLeft(l, " ")
		if signs := strings.Count(l, "$$"); signs > 0 || formula {
			formula = formula != (signs%2 == 1)
			continue
		}
		if strings.HasPrefix(begin, "```") {
			code = !code
		}
		if code || strings.HasPrefix(l, "    ") || strings.HasPrefix(begin, "|") || strings.HasPrefix(l, "#") {
			continue
		}
		if n := columns(target.ReplaceAllString(l, "]")); n > maxProse {
			complaints = append(complaints, fmt.Sprintf("%s:%d: %d columns; prose has at most %d", name, i+1, n,
				maxProse))
		}
	}
	return complaints
}

// pages reads all pages under root.
func pages(root string) (all map[string]string, err error) {
	all = map[string]string{}
	return all, filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && p != root && strings.HasPrefix(d.Name(), ".") {
			return fs.SkipDir
		}
		if d.IsDir() || filepath.Ext(p) != ".md" {
			return nil
		}
		text, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, p)
		all[filepath.ToSlash(rel)] = string(text)
		return err
	})
}

func TestLines(t *testing.T) {
	all, err := sources("../..")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range all {
		for _, c := range s.lines() {
			t.Error(c)
		}
	}
	found, err := pages("../..")
	if err != nil {
		t.Fatal(err)
	}
	if found["README.md"] == "" {
		t.Errorf("%d pages without README.md; is this the module?", len(found))
	}
	for name, text := range found {
		for _, c := range prose(name, text) {
			t.Error(c)
		}
	}
	for name := range wideProse {
		if found[name] == "" {
			t.Errorf("wideProse: there is no page %s", name)
		}
	}
}

// The rules of lines: each must refuse what it is there to refuse, and nothing else.
func TestLineRules(t *testing.T) {
	x := func(n int) string { return strings.Repeat("é", n) }
	for _, c := range []struct {
		name, text string
		want       int // complaints
	}{
		{"paper/a.go", "package paper\n// " + x(117), 0},
		{"paper/a.go", "package paper\n// " + x(118), 1},
		{"paper/wave/a.go", "package wave\nfunc f() {\n\t// " + x(113) + "\n\t// " + x(114) + "\n}", 1},
		{"cmd/lagrange/a.go", "package main\n// " + x(200), 1},
		{"doc/new.md", x(100) + "\n\n" + x(101) + "\n" + x(102), 2},
		{"doc/new.md", "# " + x(120) + "\n| " + x(120) + " |\n    " + x(120), 0},
		{"doc/new.md", "```\n" + x(120) + "\n```\n" + x(101), 1},
		{"doc/new.md", "[" + x(90) + "](" + x(120) + ") https://" + x(120), 0},
		{"doc/new.md", "[" + x(120) + "](a)", 1},
		{"doc/results.md", x(120), 0},
	} {
		var got []string
		if strings.HasSuffix(c.name, ".md") {
			got = prose(c.name, c.text)
		} else {
			s, err := parse(c.name, []byte(c.text))
			if err != nil {
				t.Fatal(err)
			}
			got = s.lines()
		}
		if len(got) != c.want {
			t.Errorf("%s %.60q: %q, want %d complaints", c.name, c.text, got, c.want)
		}
	}
}

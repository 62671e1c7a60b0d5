package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"testing"
	"time"

	"lagrange/experiment"
)

// checkout is a repository with a module, and a program compiled in it.
type checkout struct {
	*testing.T
	root, program string
	built         time.Time
}

func (c checkout) git(args ...string) string {
	c.Helper()
	args = append([]string{"-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"}, args...)
	out, err := git(c.root, args...)
	if err != nil {
		c.Fatalf("git %v: %v\n%s", args, err, out)
	}
	return out
}

// write writes a file of the repository, before the program was built or after.
func (c checkout) write(name, text string, before bool) {
	c.Helper()
	path, at := filepath.Join(c.root, name), c.built.Add(time.Hour)
	if before {
		at = c.built.Add(-time.Hour)
	}
	if err := errors.Join(os.WriteFile(path, []byte(text), 0o666), os.Chtimes(path, at, at)); err != nil {
		c.Fatal(err)
	}
}

func (c checkout) check(what string, info *debug.BuildInfo, root string, want experiment.Code) {
	c.Helper()
	got := codeOf(info, root, c.program)
	if _, err := time.Parse(time.RFC3339, got.Time); (err != nil) != (want.Commit == experiment.UnknownCommit) {
		c.Errorf("%s: time %q", what, got.Time)
	}
	if got.Time = ""; got != want {
		c.Errorf("%s: %+v, want %+v", what, got, want)
	}
}

func stamp(commit, modified string) *debug.BuildInfo {
	return &debug.BuildInfo{Settings: []debug.BuildSetting{{Key: "vcs.revision", Value: commit},
		{Key: "vcs.time", Value: "2026-02-03T00:00:00Z"}, {Key: "vcs.modified", Value: modified}}}
}

// The code of a program is the last commit that changed sources: what the go command has stamped, or what is checked
// out where the program was compiled, if that is still the same. Changed sources and unknown commits are told apart by
// the program itself.
func TestCodeOf(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("no git")
	}
	const hashed = "1310ca2c8932" // printf program | sha256sum
	c := checkout{t, t.TempDir(), filepath.Join(t.TempDir(), "lagrange"), time.Now()}
	if err := os.WriteFile(c.program, []byte("program"), 0o777); err != nil {
		t.Fatal(err)
	}
	c.write("go.mod", "module m\n", true)
	c.write("a.go", "package m\n", true)
	c.git("init", "-q")
	c.git("add", ".")
	c.git("commit", "-qm", "code", "--date=2026-01-02T03:04:05+02:00")
	first := c.git("rev-parse", "HEAD")
	c.write("doc.md", "words\n", false)
	c.write("a_test.go", "package m\n", true)
	c.git("add", ".")
	c.git("commit", "-qm", "words")
	head := c.git("rev-parse", "HEAD")
	none, nowhere := &debug.BuildInfo{}, filepath.Join(c.root, "nowhere")
	c.check("checked out", none, c.root, experiment.Code{Commit: first})
	c.check("stamped", stamp(head, "false"), c.root, experiment.Code{Commit: first})
	c.check("stamped, installed elsewhere", stamp(head, "false"), nowhere, experiment.Code{Commit: head})
	c.check("stamped, changed", stamp(head, "true"), nowhere, experiment.Code{Commit: head, Program: hashed})
	c.check("nothing known", none, nowhere, experiment.Code{Commit: experiment.UnknownCommit, Program: hashed})
	c.write("a.go", "package m // changed\n", false)
	c.check("changed since it was compiled", none, c.root, experiment.Code{Commit: experiment.UnknownCommit,
		Program: hashed})
	c.write("a.go", "package m // changed\n", true)
	c.check("changed before", none, c.root, experiment.Code{Commit: first, Program: hashed})
	c.git("commit", "-qam", "changed")
	head = c.git("rev-parse", "HEAD")
	c.check("and committed", none, c.root, experiment.Code{Commit: head})
	c.write("b.go", "package m\n", true)
	c.check("a new file", none, c.root, experiment.Code{Commit: head, Program: hashed})
}

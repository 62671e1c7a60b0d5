package main

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"lagrange/experiment"
)

// ownCode is what this program was made from.
func ownCode() experiment.Code {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		info = &debug.BuildInfo{}
	}
	_, file, _, _ := runtime.Caller(0)
	program, _ := os.Executable() // "" is a program of which nothing is known
	return codeOf(info, filepath.Join(filepath.Dir(file), "..", ".."), program)
}

// sources are what decides what a program does, for git.
var sources = []string{"*.go", "*.s", "examples/*.csv", "go.mod", "go.sum", ":(exclude)*_test.go"}

// codeOf finds the commit that the go command has stamped into a program. `go run` stamps none: then it is the one
// checked out in root, the folder that the program was compiled in, provided nothing there has changed since. Of the
// commits up to that one, the last that changed the sources names the code, if root knows it: others change documents.
func codeOf(info *debug.BuildInfo, root, program string) (c experiment.Code) {
	setting := func(key string) string {
		for _, s := range info.Settings {
			if s.Key == key {
				return s.Value
			}
		}
		return ""
	}
	c = experiment.Code{Commit: setting("vcs.revision"), Time: setting("vcs.time")}
	modified := setting("vcs.modified") == "true"
	if c.Commit == "" && unchanged(root, program) {
		c.Commit, _ = git(root, "rev-parse", "HEAD")
		changes, err := git(root, append([]string{"status", "--porcelain", "--untracked-files=all", "--"},
			sources...)...)
		modified = err != nil || changes != ""
	}
	if c.Commit == "" {
		c.Commit = experiment.UnknownCommit
	} else if last, err := git(root, append([]string{"log", "-1", "--format=%H %cI", c.Commit, "--"},
		sources...)...); err == nil {
		if commit, when, ok := strings.Cut(last, " "); ok {
			c.Commit, c.Time = commit, when
		}
	}
	if t, err := time.Parse(time.RFC3339, c.Time); err == nil {
		c.Time = t.UTC().Format(time.RFC3339)
	}
	if modified || c.Commit == experiment.UnknownCommit {
		c.Program = hash(program)
	}
	return c
}

// git asks git in a folder that holds a module.
func git(root string, args ...string) (string, error) {
	if _, err := os.Stat(filepath.Join(root, "go.mod")); err != nil {
		return "", err
	}
	out, err := exec.Command("git", append([]string{"-C", root, "--no-optional-locks"}, args...)...).Output()
	return strings.TrimSpace(string(out)), err
}

// unchanged says that a program was compiled from what now lies in root: `go run` has just done so, and otherwise no
// source is newer than the program.
func unchanged(root, program string) bool {
	made, err := os.Stat(program)
	if err != nil {
		return false
	}
	if strings.Contains(filepath.ToSlash(program), "/go-build") { // where go run and go test put programs
		return true
	}
	err = filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.IsDir() && e.Name() == ".git":
			return fs.SkipDir
		case !strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, ".s"):
			return nil
		}
		if info, err := e.Info(); err != nil || info.ModTime().After(made.ModTime()) {
			return fs.ErrExist
		}
		return nil
	})
	return err == nil
}

// hash begins like the SHA-256 of a file; "" is that of none.
func hash(path string) string {
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return ""
	}
	return hex.EncodeToString(sum.Sum(nil))[:12]
}

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/spf13/pflag"

	"lagrange/fit"
	"lagrange/model"
	"lagrange/train"
)

// said is what a command line that succeeds prints.
func said(t *testing.T, args ...string) string {
	t.Helper()
	var out, errw bytes.Buffer
	if code := run(args, nil, &out, &errw); code != exitOK {
		t.Fatalf("%q: exit code %d\n%s", args, code, &errw)
	}
	return out.String()
}

func TestVersionFlag(t *testing.T) {
	if flag, command := said(t, "--version"), said(t, "version"); flag != command || !strings.HasPrefix(flag,
		"lagrange ") {
		t.Errorf("--version says %q, version %q", flag, command)
	}
}

// Every flag of train stands in one group of its help, and no line is longer than 80 columns.
func TestTrainHelp(t *testing.T) {
	help := said(t, "train", "--help")
	for line := range strings.Lines(help) {
		if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > 80 {
			t.Errorf("%d columns: %s", n, line)
		}
	}
	var names []string
	for _, g := range trainGroups {
		names = append(names, strings.Fields(g.names)...)
		if !strings.Contains(help, "\n"+g.title+":\n") {
			t.Errorf("no group %q", g.title)
		}
	}
	trainCommand().Flags().VisitAll(func(f *pflag.Flag) {
		if f.Hidden { // the old name of another
			return
		}
		at := slices.Index(names, f.Name)
		if at < 0 || slices.Contains(names[at+1:], f.Name) {
			t.Errorf("--%s stands in no group, or in two", f.Name)
		}
	})
}

func TestCompletion(t *testing.T) {
	path := filepath.Join(t.TempDir(), "arm.csv")
	if err := os.WriteFile(path, []byte("t [s],shoulder [rad],elbow [rad],shoulder_dot,elbow_dot\n0,1,2,3,4\n"),
		0o666); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ flag, text, want string }{
		{"--friction", "", "none viscous coulomb both stribeck all auto"},
		{"--model", "", strings.Join(model.Families(), " ")},
		{"--head", "", "plain quadratic"},
		{"--loss", "", strings.Join(train.Penalties(), " ")},
		{"--method", "", strings.Join(train.Methods(), " ")},
		{"--objective", "", strings.Join(fit.Objectives(), " ")},
		{"--activation", "", strings.Join(activations(), " ")},
		{"--q", "", "t shoulder elbow shoulder_dot elbow_dot"},
		{"--v", "shoulder_dot,e", "shoulder_dot,elbow shoulder_dot,elbow_dot"},
		{"--u", "elbow_", "elbow_dot"}, {"--angles", "s", "shoulder shoulder_dot"},
		{"--cyclic", "e", "elbow elbow_dot"}, {"--parameters", "shoulder_", "shoulder_dot"},
	} {
		got := strings.Fields(said(t, "__complete", "train", path, c.flag, c.text))
		want := strings.Fields(c.want)
		if len(got) == 0 || !slices.Equal(got[:len(got)-1], want) {
			t.Errorf("%s %q: %q, want %q", c.flag, c.text, got, want)
		}
	}
}

// Words that are none are refused before a recording is read, with a word on the way out.
func TestWrongWords(t *testing.T) {
	for _, c := range []struct{ flag, word, way string }{
		{"--model", "foo", "lnn, delan"}, {"--loss", "foo", "huber"}, {"--activation", "foo", "softplus"},
		{"--method", "foo", "gauss-newton"},
		{"--objective", "foo", "windows"}, {"--friction", "foo", "viscous"}, {"--head", "foo", "quadratic"},
		{"--hidden", "foo", "64x2"},
		{"--steps", "-1", "out of range"}, {"--rate", "-1", "out of range"}, {"--window", "-1", "out of range"},
	} {
		var out, errw bytes.Buffer
		code := run([]string{"train", "no-such-file.csv", "-o", "m.lagrange", c.flag + "=" + c.word}, nil, &out, &errw)
		if code != exitUsage || !strings.Contains(errw.String(), c.way) || !strings.Contains(errw.String(), c.word) {
			t.Errorf("%s %s: exit code %d, %s", c.flag, c.word, code, &errw)
		}
	}
}

// The old name of a flag does what the new one does, and says how that is called.
func TestOldNames(t *testing.T) {
	for _, c := range []struct{ old, now, value, want string }{
		{"condition", "parameters", "m", "[m]"}, {"relative", "translation-invariant", "true", "true"},
		{"site", "node-size", "2", "2"}, {"plan", "steps-of", "m.lagrange", "m.lagrange"},
	} {
		var errw bytes.Buffer
		cmd := trainCommand()
		cmd.SetErr(&errw)
		if err := cmd.ParseFlags([]string{"--" + c.old + "=" + c.value}); err != nil {
			t.Fatal(err)
		}
		f := cmd.Flags().Lookup(c.now)
		if !f.Changed || f.Value.String() != c.want || !strings.Contains(errw.String(),
			"note: --"+c.old+" is called --"+c.now) {
			t.Errorf("--%s: --%s is %s, changed %v; said %q", c.old, c.now, f.Value, f.Changed, &errw)
		}
	}
	for text, noted := range map[string]bool{
		"fixed": true, "grid:8x6:fixed": true, "grid:8x6:free,fixed": true, "clamped": false, "grid:8x6": false,
		"grid:8x6:clamped": false, "fixed.csv": false,
	} {
		var errw bytes.Buffer
		cmd := trainCommand()
		cmd.SetErr(&errw)
		if renamedEnds(cmd, text); strings.Contains(errw.String(), "clamped") != noted {
			t.Errorf("%s: said %q", text, &errw)
		}
	}
}

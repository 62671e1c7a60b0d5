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
	if flag, command := said(t, "--version"), said(t, "version"); flag != command || !strings.HasPrefix(flag, "lagrange ") {
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
		at := slices.Index(names, f.Name)
		if at < 0 || slices.Contains(names[at+1:], f.Name) {
			t.Errorf("--%s stands in no group, or in two", f.Name)
		}
	})
}

func TestCompletion(t *testing.T) {
	path := filepath.Join(t.TempDir(), "arm.csv")
	if err := os.WriteFile(path, []byte("t [s],shoulder [rad],elbow [rad],shoulder_dot,elbow_dot\n0,1,2,3,4\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	activations := ""
	for _, a := range nn.Activations() {
		activations += a.Name + " "
	}
	for _, c := range []struct{ flag, text, want string }{
		{"--friction", "", "none viscous coulomb both"},
		{"--model", "", strings.Join(model.Families(), " ")},
		{"--head", "", "plain quadratic"},
		{"--loss", "", strings.Join(train.Penalties(), " ")},
		{"--method", "", strings.Join(train.Methods(), " ")},
		{"--objective", "", strings.Join(fit.Objectives(), " ")},
		{"--activation", "", activations},
		{"--q", "", "t shoulder elbow shoulder_dot elbow_dot"},
		{"--v", "shoulder_dot,e", "shoulder_dot,elbow shoulder_dot,elbow_dot"},
		{"--u", "elbow_", "elbow_dot"}, {"--angles", "s", "shoulder shoulder_dot"},
		{"--cyclic", "e", "elbow elbow_dot"}, {"--condition", "shoulder_", "shoulder_dot"},
	} {
		got := strings.Fields(said(t, "__complete", "train", path, c.flag, c.text))
		want := strings.Fields(c.want)
		if len(got) == 0 || !slices.Equal(got[:len(got)-1], want) {
			t.Errorf("%s %q: %q, want %q", c.flag, c.text, got, want)
		}
	}
}

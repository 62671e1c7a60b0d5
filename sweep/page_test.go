package sweep

import (
	"archive/tar"
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lagrange/internal/file"
)

const validPage = `run = "reproduce"
args = ["all", "--quick"]
sampler = "grid"
[space.only]
choices = ["planets", "wave"]
`

// TestPageErrors changes a line of the file of a page.
func TestPageErrors(t *testing.T) {
	if f := parsed(t, validPage); !f.Page() || f.Points != 2 {
		t.Errorf("%+v", f)
	}
	for _, c := range []struct{ old, new, want string }{
		{`["all", "--quick"]`, `["seeds"]`, "no measure"},
		{"only", "steps", "sweep.toml:2: a sweep of reproduce all varies the experiment"},
		{`"wave"]`, "\"wave\"]\n[space.steps]\nchoices = [\"1\"]", "and nothing else"},
		{`"grid"`, `"random"`, "sweep.toml:3: a sweep of reproduce all takes each experiment once"},
		{`[space`, "seeds = 2\n[space", "sweep.toml:4: a sweep of reproduce all is of one seed"},
		{`[space`, "measure = \"x\"\n[space", "sweep.toml:4: a sweep of reproduce all has no number"},
	} {
		_, err := Parse("sweep.toml", []byte(strings.Replace(validPage, c.old, c.new, 1)))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s → %s:\n%v\nwant %s", c.old, c.new, err, c.want)
		}
	}
}

// TestSection carries what an experiment has left from the folder of its trial to that of the sweep, and nothing but
// that; what has left nothing, or would lie elsewhere, is an error.
func TestSection(t *testing.T) {
	s, err := New(parsed(t, validPage), "v1", nil)
	if err != nil {
		t.Fatal(err)
	}
	board, from := &one{}, t.TempDir()
	w, d, trial := &Worker{Board: board}, &Folder{Path: t.TempDir(), Sweep: s}, s.Due()[1]
	c, err := trial.command()
	if err != nil {
		t.Fatal(err)
	}
	r := Result{ID: trial.ID}
	if s.Experiment(r) != "wave" || trial.Args[2] != "--only=wave" {
		t.Error(s.Experiment(r), trial.Args)
	}
	if err := w.section(t.Context(), trial, c, from); err == nil || !strings.Contains(err.Error(), "--recordings") {
		t.Errorf("nothing is left: %v", err)
	}
	for _, name := range []string{"results.md", "results/wave/report.json", "results/wave/wave.png"} {
		if err := spread(from, map[string][]byte{name: []byte(name)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.section(t.Context(), trial, c, from); err != nil {
		t.Fatal(err)
	}
	if err := d.Collect(t.Context(), board, r); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"results.md": "", "results/wave/report.json": "results/wave/report.json",
		"results/wave/wave.png": "results/wave/wave.png", "section.tar": ""} {
		if text, _ := os.ReadFile(filepath.Join(d.Path, name)); string(text) != want {
			t.Errorf("%s: %q", name, text)
		}
	}
	var out bytes.Buffer
	a := tar.NewWriter(&out)
	for _, name := range []string{"results/a", "../a"} {
		if err := a.WriteHeader(&tar.Header{Name: name, Mode: 0o644}); err != nil {
			t.Fatal(err)
		}
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "a.tar")
	if err := file.Put(path, out.Bytes()); err != nil {
		t.Fatal(err)
	}
	if files, err := unpacked(path); err == nil || files != nil {
		t.Errorf("%v", files)
	}
}

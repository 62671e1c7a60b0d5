package data_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lagrange/data"
)

const files = "testdata/files/"

// The files of testdata/files hold the table of the texts. NumPy 2.3, SciPy 1.16, pyarrow 21 and openpyxl 3.1 wrote
// them.
func TestFiles(t *testing.T) {
	named := func(names string) data.Options { return data.Options{Columns: strings.Fields(names)} }
	for _, c := range []struct {
		path string
		o    data.Options
		note string
	}{
		{"plain.npz", data.Options{}, ""},
		{"packed.npz", data.Options{}, `column "label" is ignored`},
		{"nanoseconds.npz", data.Options{}, "nanoseconds since 1970"},
		{"batch.npz", data.Options{}, ""},
		{"columns.npz", data.Options{Q: []string{"state1"}, V: []string{"state2"}}, ""},
		{"columns.npz", named("t q v"), ""},
		{"rows.npz", data.Options{}, ""},
		{"record.npy", data.Options{}, `column "on" is ignored`},
		{"bare.npy", named("t q v"), ""},
		{"object.npz", data.Options{}, `array "extra" is left out: it holds Python objects`},
		{"plain.mat", data.Options{}, ""},
		{"packed.mat", data.Options{}, `column "run" is ignored`},
		{"level4.mat", data.Options{}, `array "name" is left out: text, sparse or complex`},
		{"struct.mat:log", data.Options{}, `array "inner.a" of shape [1] is left out`},
		{"plain.parquet", data.Options{}, `column "id" is ignored`},
		{"gzip.parquet", data.Options{}, `column "empty" is ignored`},
		{"none.parquet", data.Options{}, `column "k" is ignored`},
		{"zstd.parquet", data.Options{}, ""},
		{"split.parquet", data.Options{}, ""},
		{"delta.parquet", data.Options{}, "nanoseconds since 1970"},
		{"stamps.parquet", data.Options{}, "the first row, 2025-05-08 21:07:49 UTC"},
		{"columns.npz", data.Options{Q: []string{"state"}, Differentiate: true}, ""},
		{"lerobot.parquet", data.Options{Time: "timestamp", Q: []string{"observation.state1"},
			V: []string{"observation.state2"}}, ""},
		{"sheets.xlsx:run 2", data.Options{}, "1 line is left out: the header stands below"},
		{"dates.xlsx", data.Options{}, "holds dates"},
		{"lines.jsonl", data.Options{}, `column "info.ok" is ignored`},
		{"array.json", data.Options{Q: []string{"x1"}}, ""},
		{"columns.json", data.Options{}, ""},
	} {
		s, err := data.Read([]string{files + c.path}, c.o)
		if err != nil {
			t.Errorf("%s: %v", c.path, err)
			continue
		}
		if c.o.Differentiate { // both columns of the array
			if s.D() != 2 || s.Coordinates[1].Name != "state2" {
				t.Errorf("%s: %v", c.path, s.Coordinates)
			}
			continue
		}
		samePlain(t, c.path, s)
		if notes := strings.Join(s.Notes, "\n"); !strings.Contains(notes, c.note) {
			t.Errorf("%s: notes %q lack %q", c.path, notes, c.note)
		}
		if runs := strings.HasPrefix(c.path, "batch") || strings.HasPrefix(c.path, "lerobot"); runs !=
			(len(s.Trajectories) == 2) {
			t.Errorf("%s: %d trajectories", c.path, len(s.Trajectories))
		}
	}
}

// A file that cannot be read is called by its name, and the way out is said.
func TestFilesNotRead(t *testing.T) {
	text := func(name string) string {
		b, err := os.ReadFile(files + name)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	header := strings.Repeat(" ", 124)
	for name, c := range map[string]struct{ text, want string }{
		"a.h5": {"\x89HDF\r\n\x1a\n...", "HDF5 (also MATLAB 7.3): it cannot be read: write its arrays as .npz"},
		"new.mat": {"MATLAB 7.3 MAT-file" + header[19:] + "\x00\x02IM",
			`save it in MATLAB as save("log.mat", "-v7")`},
		"odd.mat": {"MATLAB 5.0 MAT-file" + header[19:] + "\x00\x02IM", `save("log.mat", "-v7")`},
		"a.pkl":   {"\x80\x04\x95\x10\x00\x00", "pickle: it can run any program"},
		"a.npz": {"PK\x03\x04\x14\x00\x00\x00",
			"NumPy archive (.npz) or Excel workbook (.xlsx): a damaged archive"},
		"a.parquet": {"PAR1\x00\x00\x00\x00\x00\x00PAR1", "Parquet: the file is damaged: write or download it again"},
		"a.npy":     {text("bare.npy"), "an array has no names for its columns: name the 3 columns"},
		"a.json":    {`{"t": 0, "q": 1`, "JSON: row 1: damaged JSON"},
		"one.json":  {`{"t": 0, "q": 1}`, "JSON: one row only"},
		"a.bin":     {"t,q\x00,v", "not a text file, and none of NumPy array (.npy), NumPy archive (.npz)"},
	} {
		_, err := data.ReadFrom(strings.NewReader(c.text), name, data.Options{})
		if err == nil || !strings.HasPrefix(err.Error(), name+": ") || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
	for path, want := range map[string]string{
		"plain.npz:z":     `no array "z"; there are t, q, v`,
		"struct.mat:x":    `no part "x"; there are log.t, log.q, log.v, log.inner.a, other.t`,
		"sheets.xlsx:x":   `no sheet "x"; there are notes, run 2`,
		"sheets.xlsx":     "no coordinate among nothing here",
		"lines.jsonl:x":   `no part "x"`,
		"plain.parquet:x": "no column of numbers",
	} {
		if _, err := data.Read([]string{files + path}, data.Options{}); err == nil || !strings.Contains(err.Error(),
			want) {
			t.Errorf("%s: %v", path, err)
		}
	}
	path := filepath.Join(t.TempDir(), "a.csv")
	if err := os.WriteFile(path, []byte(texts[0].text), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := data.Read([]string{path + ":x"}, data.Options{}); err == nil || !strings.Contains(err.Error(),
		"text holds one table: leave out :x") {
		t.Errorf("%v", err)
	}
}

// fixture is a file that another program has written.
type fixture struct {
	name string
	file []byte
}

// fixtures are all of them, by name.
func fixtures(t testing.TB) (all []fixture) {
	t.Helper()
	entries, err := os.ReadDir(files)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		file, err := os.ReadFile(files + e.Name())
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, fixture{e.Name(), file})
	}
	return all
}

// Files cut short anywhere are errors, or read as what is there, and never more than that.
func TestFilesCut(t *testing.T) {
	for _, f := range fixtures(t) {
		for n := 0; n < len(f.file); n += 1 + len(f.file)/150 {
			_, _ = data.ReadFrom(bytes.NewReader(f.file[:n]), f.name, data.Options{})
			broken := bytes.Clone(f.file)
			broken[n] ^= 0x81
			_, _ = data.ReadFrom(bytes.NewReader(broken), fmt.Sprint(f.name, n), data.Options{})
		}
	}
}

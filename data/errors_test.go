package data_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lagrange/data"
)

// Every kind of bad input, and the whole message it must give.
var bad = []struct {
	name, text string
	o          data.Options
	want       string
}{
	{"empty", "", data.Options{}, `motion.csv: empty file: a header with column names is expected, then ` +
		`rows of numbers`},
	{"blank lines only", "\n\n", data.Options{},
		`motion.csv: empty file: a header with column names is expected, then rows of numbers`},
	{"UTF-16", "\xff\xfet\x00,\x00", data.Options{Strict: true}, `motion.csv:1: UTF-16 text: save it as UTF-8`},
	{"Latin-1 header", "t,q [\xb0],v\n0,0,0\n", data.Options{Strict: true},
		`motion.csv:1: header cell 2 is not UTF-8 text: save the file as UTF-8`},
	{"Latin-1 id", "trial,t,q,v\n\xe9,0,0,0\n", data.Options{Strict: true},
		`motion.csv:2: column "trial": "\xe9" is not UTF-8 text: save the file as UTF-8`},
	{"no header", "0,1,2\n1,2,3\n", data.Options{},
		`motion.csv:1: the first line holds numbers, not column names: add a header, or name the 3 columns, with _ ` +
			`for one to leave out, such as --columns t,q,v`},
	{"header only", "t,q,v\n", data.Options{}, `motion.csv:1: only a header, no rows`},
	{"duplicate", "t,q,v,q\n0,0,0,0\n", data.Options{},
		`motion.csv:1: column "q": the name stands twice in the header (columns 2 and 4): rename one`},
	{"duplicate but for unit", "t,q [rad],v,q [deg]\n0,0,0,0\n", data.Options{},
		`motion.csv:1: column "q": the name stands twice in the header (columns 2 and 4): rename one`},
	{"ragged short", "t,q,v\n0,1,2\n\n1,2\n", data.Options{Strict: true},
		`motion.csv:4: 2 cells where the header has 3 columns`},
	{"ragged long", "t,q,v\n0,1,2\n1,2,3,4\n", data.Options{}, `motion.csv:3: 4 cells where the header has 3 ` +
		`columns: put text with a comma into quotes; if it is a decimal comma, write a point, or separate the ` +
		`columns by semicolons`},
	{"ragged", "t;q;v\n0;1;2\n1;2;3;4\n", data.Options{}, `motion.csv:3: 4 cells where the header has 3 columns: ` +
		`leave the line out, or put text with a separator into quotes`},
	{"bare quote", "t,q,v\n0,1\"2,3\n", data.Options{}, `motion.csv:2: bare " in non-quoted-field: ` +
		`put the whole cell into quotes, with those in it doubled`},
	{"not a number", "t,q,v\n0,0,0\n1,x,0\n", data.Options{},
		`motion.csv:3: column "q": not a number: "x": mend it, or leave the row out`},
	{"decimal comma", "t;theta2 [rad];v\n0;1,5;0\n", data.Options{Strict: true},
		`motion.csv:2: column "theta2": not a number: "1,5" (decimal comma? write 1.5)`},
	{"cell over two lines", "trial,t,q,v\n\"a\nb\",x,0,0\n", data.Options{},
		`motion.csv:2: column "t": not a number: "x": mend it, or leave the row out`},
	{"empty cell", "t,q,v\n0,,0\n", data.Options{Strict: true},
		`motion.csv:2: column "q": empty cell: leave the row out, or read without --strict`},
	{"NaN", "t,q,v\n0,0,0\n1,1,nan\n", data.Options{Strict: true},
		`motion.csv:3: column "v": nan is no number: leave the row out, or read without --strict`},
	{"all left out", "t,q,v\n0,,0\n1,,2\n", data.Options{},
		`motion.csv: no row is left: 2 rows are left out: empty cell in column "q" (the first: line 2)`},
	{"infinite", "t,q,v\n0,-Inf,0\n", data.Options{},
		`motion.csv:2: column "q": -Inf is not a finite number: leave the row out, or split the recording there`},
	{"decimal commas between commas", "made by hand\nt,q,v\n0,5,1,25,0,1\n1,0,2,25,0,2\n", data.Options{},
		`motion.csv:3: 6 cells where the header has 3 columns: put text with a comma into quotes; if it is a decimal ` +
			`comma, write a point, or separate the columns by semicolons`},
	{"overflow", "t,q,v\n0,1e999,0\n", data.Options{},
		`motion.csv:2: column "q": 1e999 is beyond the range of float64`},
	{"time repeats", "t,q,v\n0,0,0\n1,1,1\n1,2,2\n", data.Options{Strict: true},
		`motion.csv:4: column "t": time 1 repeats (line 3): rows must advance in time`},
	{"time goes back", "t,q,v\n0,0,0\n1,1,1\n2,1,1\n1,2,2\n", data.Options{},
		`motion.csv:5: column "t": time goes back from 2 (line 4) to 1: rows must advance in time; several ` +
			`trajectories in one file need a trajectory column`},
	{"id comes back", "trial,t,q,v\n" + "a,0,0,0\na,1,1,1\na,2,2,1\nb,0,0,0\nb,1,1,1\nb,2,0,0\na,3,1,1\n",
		data.Options{}, `motion.csv:8: column "trial": trajectory "a" comes back after it ended on line 4: its rows ` +
			`must stand together`},
	{"empty id", "trial,t,q,v\n ,0,0,0\n", data.Options{Strict: true},
		`motion.csv:2: column "trial": empty cell: leave the row out, or read without --strict`},
	{"few rows", "trial,t,q,v\na,0,0,0\na,1,1,1\na,2,2,1\nb,0,0,0\nb,1,1,1\n", data.Options{},
		`motion.csv:5: trajectory "b" has 2 rows: at least 3 are needed`},
	{"q never moves", "t,q1,q2,v1,v2\n0,0,5,0,1\n1,1,5,1,2\n2,2,5,3,0\n", data.Options{},
		`motion.csv:2: column "q2": never moves (5 in all of 3 rows): leave it out with --q, or add a recording in ` +
			`which it moves`},
	{"v never changes", "t,q,v\n0,0,0\n1,1,0\n2,5,0\n", data.Options{},
		`motion.csv:2: column "v": always 0 from here on while q moves otherwise: name the true velocity with --v, ` +
			`or have it estimated with --differentiate`},
	{"no time", "q,v\n0,0\n", data.Options{}, `motion.csv:1: no time column among q, v: call it t or time, name ` +
		`it with --time, or say with --dt what the time from one row to the next is`},
	{"no coordinate", "t,m,v\n0,0,0\n", data.Options{}, `motion.csv:1: no coordinate among t, m, v: name it with --q ` +
		`(recognised are q…, pos…, theta…, angle…, phi…, and a column x beside its velocity v_x, dx or x_dot)`},
	{"no velocity", "t,q,u\n0,0,0\n", data.Options{}, `motion.csv:1: no velocity column for q among t, q, u: name it ` +
		`with --v, or have velocities estimated with --differentiate`},
	{"fewer v", "t,theta1,theta2,omega1\n0,0,0,0\n", data.Options{},
		`motion.csv:1: 2 coordinates (theta1, theta2) but 1 velocity (omega1): name both with --q and --v, in the ` +
			`same order, or have velocities estimated with --differentiate`},
	{"more v", "t,q,v1,v2\n0,0,0,0\n", data.Options{}, `motion.csv:1: 1 coordinate (q) but 2 velocities (v1, v2): ` +
		`name both with --q and --v, in the same order, or have velocities estimated with --differentiate`},
	{"flag names nothing", "t,q,v\n0,0,0\n", data.Options{V: []string{"w"}},
		`motion.csv:1: no column "w" for --v; there are t, q, v`},
	{"time flag names nothing", "t,q,v\n0,0,0\n", data.Options{Time: "s"},
		`motion.csv:1: no column "s" for --time; there are t, q, v`},
	{"flags overlap", "t,q,v\n0,0,0\n", data.Options{Q: []string{"q"}, V: []string{"q"}},
		`motion.csv:1: column "q": named by --q and again by --v`},
	{"angle names nothing", "t,q,v\n0,0,0\n1,1,1\n2,2,3\n", data.Options{Angles: []string{"phi"}},
		`motion.csv:1: no coordinate "phi" for --angles; there are q`},
	{"flags exclude", "t,q,v\n0,0,0\n", data.Options{V: []string{"v"}, Differentiate: true},
		`motion.csv:1: --v and --differentiate exclude each other: velocities are either read or estimated`},
	{"wrong number of a", "t,q,v,a1,a2\n0,0,0,0,0\n", data.Options{A: []string{"a1", "a2"}},
		`motion.csv:1: --a names 2 columns (a1, a2) for 1 coordinate (q)`},
}

func TestBadInput(t *testing.T) {
	for _, c := range bad {
		t.Run(c.name, func(t *testing.T) {
			s, err := data.ReadFrom(strings.NewReader(c.text), "motion.csv", c.o)
			if err == nil || s != nil {
				t.Fatalf("accepted: %v", s)
			}
			if err.Error() != c.want {
				t.Errorf("\n got %s\nwant %s", err, c.want)
			}
			if e := (*data.Error)(nil); !errors.As(err, &e) || e.File != "motion.csv" {
				t.Errorf("%T does not name the file", err)
			}
		})
	}
}

// Files read together, and files that cannot be read.
func TestBadFiles(t *testing.T) {
	dir := t.TempDir()
	put := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	a := put("a.csv", "t,q [rad],v\n0,0,0\n1,1,1\n2,3,2\n")
	for _, c := range []struct{ path, want string }{
		{filepath.Join(dir, "none.csv"), "none.csv: no such file or directory"},
		{dir, ": cannot be read: is a directory"},
		{put("b.csv", "t,q [rad],w\n0,0,0\n"), `b.csv:1: no column "v", which the first file has; there are t, q, w: ` +
			`files read together need the same columns`},
		{put("c.csv", "t,q [deg],v\n0,0,0\n"), `c.csv:1: column "q": is in [deg], but in [rad] in the first file`},
		{put("d.csv", "trial,t,q [rad],v\n0,0,0,0\n"),
			`d.csv:1: column "trial": the first file has no such column: files read together need the same columns`},
		{a, "a.csv: named twice"},
	} {
		if _, err := data.Read([]string{a, c.path}, data.Options{}); err == nil ||
			!strings.HasSuffix(err.Error(), c.want) {
			t.Errorf("\n got %v\nwant %s", err, c.want)
		}
	}
	if _, err := data.Read(nil, data.Options{}); err == nil {
		t.Error("no file was accepted")
	}
	b := put("e.csv", "v,t,ignored,q [rad]\n0,0,x,0\n1,1,x,1\n2,2,x,4\n")
	s, err := data.Read([]string{a, b}, data.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got := s.Trajectories[1].Q; len(s.Trajectories) != 2 || got[2] != 4 || s.Trajectories[1].ID != "e" {
		t.Errorf("columns in another order are read as %v in %q", got, s.Trajectories[1].ID)
	}
}

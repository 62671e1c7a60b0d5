package data_test

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"encoding/csv"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"lagrange/data"
)

// plainTable is what every text of TestTexts holds, written in its own way.
const (
	plainTimes = "[0 0.5 1 1.5 2]"
	plainQ     = "[1 1.25 1.5 1.25 1]"
	plainV     = "[0.5 0.5 0 -0.5 -0.5]"
)

// texts are ways to write the table, each with a part of a note that it has to give.
var texts = []struct{ name, text, note, unit string }{
	{"commas", "t,q,v\n0,1,0.5\n0.5,1.25,0.5\n1,1.5,0\n1.5,1.25,-0.5\n2,1,-0.5\n", "", ""},
	{"semicolons", "t;q;v\n0;1;0.5\n0.5;1.25;0.5\n1;1.5;0\n1.5;1.25;-0.5\n2;1;-0.5\n", "semicolons", ""},
	{"tabs", "t\tq\tv\n0\t1\t0.5\n0.5\t1.25\t0.5\n1\t1.5\t0\n1.5\t1.25\t-0.5\n2\t1\t-0.5\n", "tabs", ""},
	{"spaces", "t q v\n0 1 0.5\n0.5 1.25 0.5\n1 1.5 0\n1.5 1.25 -0.5\n2 1 -0.5\n", "runs of spaces", ""},
	{"aligned", "   t     q     v\n   0     1   0.5\n 0.5  1.25   0.5\n   1   1.5     0\n 1.5  1.25  -0.5\n   2  " +
		"   1  -0.5\n",
		"runs of spaces", ""},
	{"aligned with units", "t [s]  q (m)  v [m / s]\n0 1 0.5\n0.5 1.25 0.5\n1 1.5 0\n1.5 1.25 -0.5\n2 1 -0.5\n",
		"runs of spaces", "m"},
	{"decimal commas", "t;q;v\n0;1;0,5\n0,5;1,25;0,5\n1;1,5;0\n1,5;1,25;-0,5\n2;1;-5,0E-1\n", "semicolons", ""},
	{"decimal commas and tabs", "t\tq\tv\n0\t1\t0,5\n0,5\t1,25\t0,5\n1\t1,5\t0\n1,5\t1,25\t-0,5\n2\t1\t-0,5\n",
		"tabs", ""},
	{"decimal commas and spaces", "t q v\n0 1 0,5\n0,5 1,25 0,5\n1 1,5 0\n1,5 1,25 -0,5\n2 1 -0,5\n", "spaces", ""},
	{"mark, CRLF, Mac", bomText + "t,q,v\r\n0,1,0.5\r\n0.5,1.25,0.5\r\n1,1.5,0\r\n1.5,1.25,-0.5\r\n2,1,-0.5\r\n", "",
		""},
	{"carriage returns", "t,q,v\r0,1,0.5\r0.5,1.25,0.5\r1,1.5,0\r1.5,1.25,-0.5\r2,1,-0.5", "", ""},
	{"comments", "# pendulum, run 2\nt,q,v\n0,1,0.5\n// paused\n0.5,1.25,0.5\n1,1.5,0\n% " +
		"on\n1.5,1.25,-0.5\n\n2,1,-0.5\n",
		"2 lines are left out: comments (the first: line 4)", ""},
	{"header in a comment", "# made by hand\n# t q v\n0 1 0.5\n0.5 1.25 0.5\n1 1.5 0\n1.5 1.25 -0.5\n2 1 -0.5\n",
		"spaces", ""},
	{"preamble", "Pendulum 2\nRate: " +
		"2\nkey,value\nmass,3\n\nt,q,v\n0,1,0.5\n0.5,1.25,0.5\n1,1.5,0\n1.5,1.25,-0.5\n2,1,-0.5\n",
		"4 lines are left out: the header stands below (the first: line 1)", ""},
	{"preamble of as many cells",
		"Name,Test,\nmass,3,\nt,q,v\n0,1,0.5\n0.5,1.25,0.5\n1,1.5,0\n1.5,1.25,-0.5\n2,1,-0.5\n",
		"2 lines are left out: the header stands below (the first: line 1)", ""},
	{"boot message", "ready.\nt,q,v\nt,q,v\n0,1,0.5\n0.5,1.25,0.5\nt,q,v\n1,1.5,0\n1.5,1.25,-0.5\n2,1,-0.5\n",
		"2 lines are left out: the header again (the first: line 3)", ""},
	{"units below", "t;q;v\n[s];[m];[m/s]\n0;1;0.5\n0.5;1.25;0.5\n1;1.5;0\n1.5;1.25;-0.5\n2;1;-0.5\n", "units", "m"},
	{"bare units below", "t,q,v\ns,m,m/s\n0,1,0.5\n0.5,1.25,0.5\n1,1.5,0\n1.5,1.25,-0.5\n2,1,-0.5\n", "units", "m"},
	{"trailing separators", "t,q,v\n0,1,0.5,\n0.5,1.25,0.5,\n1,1.5,0,\n1.5,1.25,-0.5,\n2,1,-0.5,\n", "", ""},
	{"trailing in the header", "t,q,v,\n0,1,0.5\n0.5,1.25,0.5\n1,1.5,0\n1.5,1.25,-0.5\n2,1,-0.5\n", "", ""},
	{"index", ",t,q,v\n0,0,1,0.5\n1,0.5,1.25,0.5\n2,1,1.5,0\n3,1.5,1.25,-0.5\n4,2,1,-0.5\n", "has no name", ""},
	{"index without a cell", "t q v\n1 0 1 0.5\n2 0.5 1.25 0.5\n3 1 1.5 0\n4 1.5 1.25 -0.5\n5 2 1 -0.5\n",
		"has no name", ""},
	{"cut short", "t,q,v\n0,1,0.5\n0.5,1.25,0.5\n1,1.5,0\n1.5,1.25,-0.5\n2,1,-0.5\n2.5,0.", "the last line (line 7)",
		""},
	{"cut in a number", "t,q,v\n0,1,0.5\n0.5,1.25,0.5\n1,1.5,0\n1.5,1.25,-0.5\n2,1,-0.5\n2.5,0.75,-1e", "breaks off",
		""},
	{"blank " +
		"rows", "t,q,v\n0,1,0.5\n,,\n0.5,1.25,0.5\n0.7,NaN,1\n1,1.5,0\n1.2,null,\n1.3,-,N/A\n1.5,1.25,-0.5\n2,1,-0.5\n",
		`4 rows are left out: empty cell in column "t" (the first: line 3)`, ""},
	{"few cells", "t,q,v\n0,1,0.5\n0.5,1.25,0.5\n0.7\n1,1.5,0\n1.5,1.25,-0.5\n2,1,-0.5\n",
		"1 row is left out: fewer cells", ""},
	{"row again", "t,q,v\n0,1,0.5\n0.5,1.25,0.5\n0.5,1.25,0.5\n1,1.5,0\n1.5,1.25,-0.5\n2,1,-0.5\n",
		"1 row is left out: the row before once more (line 4)", ""},
	{"time again", "t,q,v\n0,1,0.5\n0.5,1.25,0.5\n0.5,7,0.5\n1,1.5,0\n1.5,1.25,-0.5\n2,1,-0.5\n",
		"1 row is left out: other numbers at the time of the row before (line 4)", ""},
	{"text beside", "who;t;q;v\n=A1;0;1;0.5\n;0.5;1.25;0.5\nx;1;1.5;0\n\"a;b\";1.5;1.25;-0.5\nNaN;2;1;-0.5\n",
		"not recognised", ""},
	{"Latin-1", "t,q [m\xb0],v\n0,1,0.5\n0.5,1.25,0.5\n1,1.5,0\n1.5,1.25,-0.5\n2,1,-0.5\n", "Windows-1252", "m°"},
}

const bomText = "\ufeff"

// Whatever the way, the numbers are the same, and what was left out is said.
func TestTexts(t *testing.T) {
	for _, c := range texts {
		s, err := data.ReadFrom(strings.NewReader(c.text), "motion.csv", data.Options{})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		samePlain(t, c.name, s)
		if notes := strings.Join(s.Notes, "\n"); !strings.Contains(notes, c.note) {
			t.Errorf("%s: notes %q lack %q", c.name, notes, c.note)
		}
		if s.Coordinates[0].Unit != c.unit {
			t.Errorf("%s: q is in %q", c.name, s.Coordinates[0].Unit)
		}
	}
}

func samePlain(t *testing.T, name string, s *data.Set) {
	t.Helper()
	tr := s.Trajectories[0]
	if fmt.Sprint(tr.T) != plainTimes || fmt.Sprint(tr.Q) != plainQ || fmt.Sprint(tr.V) != plainV {
		t.Errorf("%s: read as %v %v %v", name, tr.T, tr.Q, tr.V)
	}
}

// Strict refuses what would be left out or guessed, and only that.
func TestStrict(t *testing.T) {
	fine := map[string]bool{"commas": true, "semicolons": true, "tabs": true, "spaces": true, "aligned": true,
		"mark, CRLF, Mac": true, "carriage returns": true, "index": true, "text beside": true}
	for _, c := range texts {
		_, err := data.ReadFrom(strings.NewReader(c.text), "motion.csv", data.Options{Strict: true})
		if fine[c.name] != (err == nil) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// UTF-16 with and without a mark, and text that is packed.
func TestEncodings(t *testing.T) {
	text := texts[0].text
	for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
		for _, mark := range []string{"", bomText} {
			var b []byte
			for _, u := range utf16.Encode([]rune(mark + strings.Replace(text, "q", "q (𝜃)", 1))) {
				b = order.AppendUint16(b, u)
			}
			s, err := data.ReadFrom(bytes.NewReader(b), "motion.csv", data.Options{})
			if err != nil {
				t.Fatal(err)
			}
			samePlain(t, order.String(), s)
			if s.Coordinates[0].Unit != "𝜃" || !strings.Contains(s.Notes[0], "UTF-16") {
				t.Errorf("unit %q, notes %q", s.Coordinates[0].Unit, s.Notes)
			}
		}
	}
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	fmt.Fprint(z, text)
	z.Close()
	s, err := data.ReadFrom(&b, "motion.csv.gz", data.Options{})
	if err != nil {
		t.Fatal(err)
	}
	samePlain(t, "gzip", s)
}

// A table without a header is read once its columns are named.
func TestColumnsNamed(t *testing.T) {
	_, rows, _ := strings.Cut(texts[1].text, "\n")
	_, err := data.ReadFrom(strings.NewReader(rows), "1.txt", data.Options{})
	if err == nil || !strings.Contains(err.Error(), "1.txt:1: ") || !strings.Contains(err.Error(), "--columns t,q,v") {
		t.Errorf("%v", err)
	}
	s, err := data.ReadFrom(strings.NewReader("hello\n"+rows), "1.txt", data.Options{Columns: []string{"t", "q", "v"}})
	if err != nil {
		t.Fatal(err)
	}
	samePlain(t, "named", s)
	s, err = data.ReadFrom(strings.NewReader(rows), "1.txt", data.Options{Columns: []string{"t", "x", "_"},
		Q: []string{"x"}, Differentiate: true})
	if err != nil {
		t.Fatal(err)
	}
	if tr := s.Trajectories[0]; fmt.Sprint(tr.T) != plainTimes || fmt.Sprint(tr.Q) != plainQ {
		t.Errorf("read as %v %v", tr.T, tr.Q)
	}
	_, err = data.ReadFrom(strings.NewReader(rows), "1.txt", data.Options{Columns: []string{"t", "x"}})
	if want := "1.txt: --columns names 2 columns of 3: name all, with _ for one to leave out"; fmt.Sprint(err) != want {
		t.Errorf("%v", err)
	}
	s, err = data.ReadFrom(strings.NewReader(texts[0].text), "1.txt", data.Options{Columns: []string{"a", "b"}})
	if err != nil {
		t.Fatal(err)
	}
	samePlain(t, "with a header", s)
}

// A sign for decimals is one for all: a point between thousands would make a number a thousandth of itself.
func TestMixedDecimals(t *testing.T) {
	for text, want := range map[string]string{
		"t;q;v\n0;1,5;0\n1;2.500,5;1\n2;3;2\n": "2.500,5 has a point, where cells before it have decimal commas",
		"t;q;v\n0;1,5;0\n1;2.500;1\n2;3;2\n":   "2.500 has a point, where cells before it have decimal commas",
		"t,q,v\n0,\"1,5\",0\n1,2,1\n2,3,2\n":   `not a number: "1,5" (decimal comma? write 1.5)`,
	} {
		if _, err := data.ReadFrom(strings.NewReader(text), "a.csv", data.Options{}); err == nil ||
			!strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// Lines with quotes are taken apart as encoding/csv does it, wherever that accepts them.
func TestQuotes(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 1))
	letters := []rune("ab\",; \n\"x")
	for range 3000 {
		var cells []string
		for range 3 {
			var c []rune
			for range r.IntN(5) {
				c = append(c, letters[r.IntN(len(letters))])
			}
			cells = append(cells, string(c))
		}
		var b bytes.Buffer
		w := csv.NewWriter(&b)
		_ = w.Write(append([]string{"id", "t", "q", "v"}, "more", "words"))
		for i := range 4 {
			_ = w.Write(append([]string{"a " + cells[0] + "\"b", fmt.Sprint(i), fmt.Sprint(i * i), fmt.Sprint(i)},
				cells[1:]...))
		}
		w.Flush()
		s, err := data.ReadFrom(bytes.NewReader(b.Bytes()), "a.csv", data.Options{Trajectory: "id"})
		if err != nil {
			t.Fatalf("%v in\n%s", err, b.String())
		}
		if got, want := s.Trajectories[0].ID, strings.Join(strings.Fields("a "+cells[0]+"\"b"), " "); got != want ||
			s.Rows() != 4 {
			t.Fatalf("%q, want %q, %d rows, in\n%s", got, want, s.Rows(), b.String())
		}
	}
}

// times reads rows of a time and two other numbers.
func times(t *testing.T, header string, o data.Options, rows ...string) ([]float64, *data.Set) {
	t.Helper()
	text := header + ",q,v\n"
	for i, r := range rows {
		text += fmt.Sprintf("%s,%d,%d\n", r, i*i, i)
	}
	s, err := data.ReadFrom(strings.NewReader(text), "a.csv", o)
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	return s.Trajectories[0].T, s
}

// Dates, times of day and numbers since 1970 are seconds from the first row, to the last digit that they have.
func TestTimes(t *testing.T) {
	for _, c := range []struct {
		header string
		rows   []string
		want   []float64
		unit   string
		note   string
	}{
		{"time", []string{"2025-05-08T21:07:49.000", "2025-05-08T21:07:49.010", "2025-05-08T21:07:50"}, []float64{0,
			0.01, 1},
			"s", "the first row, 2025-05-08T21:07:49.000"},
		{"time", []string{"2025-05-08 23:59:59.5Z", "2025-05-09 00:00:00Z", "2025-05-09 00:00:01.000001Z"},
			[]float64{0, 0.5, 1.500001}, "s", "dates"},
		{"time", []string{"2025-05-08T21:07:49+02:00", "2025-05-08T21:07:50+02:00", "2025-05-08T19:07:51+00:00"},
			[]float64{0, 1, 2}, "s", "dates"},
		{"time", []string{"8.5.2025 21:07:49", "8.5.2025 21:07:50", "9.5.2025 21:07:49"}, []float64{0, 1, 86400},
			"s", "dates"},
		{"time", []string{"23:59:59.25", "00:00:00.25", "00:00:01"}, []float64{0, 1, 1.75}, "s", "one midnight passes"},
		{"time", []string{"1:02:03", "1:02:04.5", "1:02:05"}, []float64{0, 1.5, 2}, "s", "times of day"},
		{"time", []string{"11:59:59 AM", "12:00:00 PM", "12:00:01 PM"}, []float64{0, 1, 2}, "s", "times of day"},
		{"time", []string{"59:59.5", "60:00.0", "60:01.25"}, []float64{0, 0.5, 1.75}, "s", "times of day"},
		{"day,time", []string{"2025-02-28,23:59:59", "2025-03-01,00:00:00", "2025-03-01,00:00:01.5"}, []float64{0, 1,
			2.5},
			"s", "the first row, 2025-02-28 23:59:59"},
		{"time", []string{"1498567200", "1498567200.02", "1498567201"}, []float64{0, 0.02, 1}, "s",
			"holds seconds since 1970"},
		{"time", []string{"1498567200123", "1498567200143", "1498567201123.5"}, []float64{0, 0.02, 1.0005}, "s",
			"milliseconds since 1970"},
		{"time", []string{"1498567200000001", "1498567200020001", "1498567201000002"}, []float64{0, 0.02, 1.000001},
			"s",
			"microseconds"},
		{"%time", []string{"1498567200000000001", "1498567200020000001", "1498567200020000002"}, []float64{0, 0.02,
			0.020000001},
			"s", "nanoseconds since 1970 and is read as seconds from the first row, 2017-06-27 12:40:00.000000001 UTC"},
		{"time", []string{"1.498567200e9", "1.4985672005e9", "1.498567201e9"}, []float64{0, 0.5, 1}, "s", "seconds"},
		// a clock that began when the machine did
		{"t_ns", []string{"1500000000000", "1500020000000", "1500040000000"}, []float64{0, 2e7, 4e7}, "",
			"counted from"},
		{"time [us]", []string{"1500000000.5", "1500020001", "1500040000.5"}, []float64{0, 20000.5, 40000}, "us",
			"counted from"},
		{"time", []string{"100000000", "100000001", "100000002"}, []float64{1e8, 1e8 + 1, 1e8 + 2}, "", ""},
	} {
		o := data.Options{}
		if c.header == "t_ns" {
			o.Time = "t_ns"
		}
		got, s := times(t, c.header, o, c.rows...)
		if !slices.Equal(got, c.want) || s.TimeUnit() != c.unit {
			t.Errorf("%s %v: %v [%s], want %v [%s]", c.header, c.rows, got, s.TimeUnit(), c.want, c.unit)
		}
		if notes := strings.Join(s.Notes, "\n"); !strings.Contains(notes, c.note) {
			t.Errorf("%v: notes %q", c.rows, notes)
		}
		back, err := data.ReadFrom(strings.NewReader(write(t, s)), "a.csv", o)
		if err != nil || !slices.Equal(back.Trajectories[0].T, got) || back.TimeUnit() != s.TimeUnit() {
			t.Errorf("%v: written and read again: %v, %v", c.rows, back, err)
		}
	}
}

// Steps of a known length are a time; without a column of steps, rows are.
func TestSteps(t *testing.T) {
	for _, c := range []struct {
		text string
		o    data.Options
		name string
		want []float64
	}{
		{"episode,step,q,v\n0,0,1,1\n0,1,2,2\n0,2,4,3\n", data.Options{Step: 0.5}, "step", []float64{0, 0.5, 1}},
		{"frame,q,v\n10,1,1\n11,2,2\n14,4,3\n", data.Options{Step: 0.5, Time: "frame"}, "frame", []float64{5, 5.5, 7}},
		{"q,v\n1,1\n2,2\n4,3\n,\n5,6\n", data.Options{Step: 0.5}, "t", []float64{0, 0.5, 1, 2}},
		{"t,q,v\n0,1,1\n2,2,2\n3,4,3\n", data.Options{Step: 0.5}, "t", []float64{0, 2, 3}},
	} {
		s, err := data.ReadFrom(strings.NewReader(c.text), "a.csv", c.o)
		if err != nil {
			t.Errorf("%v", err)
			continue
		}
		if got := s.Trajectories[0].T; s.Time != c.name || !slices.Equal(got, c.want) {
			t.Errorf("%q: %s %v", c.text, s.Time, got)
		}
		again, err := data.ReadFrom(strings.NewReader(c.text), "a.csv", s.Layout(c.o))
		if err != nil || !slices.Equal(again.Trajectories[0].T, c.want) {
			t.Errorf("%q: read in the same way: %v, %v", c.text, again, err)
		}
		back, err := data.ReadFrom(strings.NewReader(write(t, s)), "a.csv", data.Options{Time: c.name})
		if err != nil || !slices.Equal(back.Trajectories[0].T, c.want) {
			t.Errorf("%q: written and read again: %v, %v", c.text, back, err)
		}
	}
	dir := t.TempDir()
	var paths []string
	for _, name := range []string{"a.csv", "b.csv"} {
		paths = append(paths, filepath.Join(dir, name))
		if err := os.WriteFile(paths[len(paths)-1], []byte("q,v\n1,1\n2,2\n4,3\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s, err := data.Read(paths, data.Options{Step: 0.25})
	if err != nil || !slices.Equal(s.Trajectories[1].T, []float64{0, 0.25, 0.5}) {
		t.Errorf("%v, %v", s, err)
	}
}

// Files that are read together have times of one kind.
func TestTimesOfFiles(t *testing.T) {
	dir := t.TempDir()
	a, b := filepath.Join(dir, "a.csv"), filepath.Join(dir, "b.csv")
	for path, first := range map[string]string{a: "12:00:0", b: ""} {
		text := "time,q,v\n"
		for i := range 4 {
			text += fmt.Sprintf("%s%d,%d,%d\n", first, i, i*i, i)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := data.Read([]string{a, b}, data.Options{}); err == nil ||
		!strings.Contains(err.Error(), `b.csv: column "time": is in [], but in [s] in the first file`) {
		t.Errorf("%v", err)
	}
}

// Large files take as much memory as their numbers.
func TestLongTable(t *testing.T) {
	var b bytes.Buffer
	fmt.Fprintln(&b, "t,q,v")
	n := 200000
	for i := range n {
		fmt.Fprintf(&b, "%.3f,%.6f,%.6f\n", 0.001*float64(i), math.Sin(0.001*float64(i)), math.Cos(0.001*float64(i)))
	}
	path := filepath.Join(t.TempDir(), "long.csv")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := data.Read([]string{path}, data.Options{})
	if err != nil {
		t.Fatal(err)
	}
	tr := s.Trajectories[0]
	if tr.Len() != n || tr.T[n-1] != 199.999 || cap(tr.T) > n+n/10 || cap(tr.Q) > n+n/10 {
		t.Errorf("%d rows in room for %d and %d", tr.Len(), cap(tr.T), cap(tr.Q))
	}
}

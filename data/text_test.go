package data_test

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"encoding/csv"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
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
	{"decimal commas", "t;q;v\n0;1;,5\n0,5;1,25;0,5\n1;1,5;0\n1,5;1,25;-0,5\n2;1;-5,0E-1\n", "semicolons", ""},
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
	{"zeros at the end", "t,q,v\n0,1,0.5\n0.5,1.25,0.5\n1,1.5,0\n1.5,1.25,-0.5\n2,1,-0.5\n\x00\x00\x00\x00\x00\x00",
		"", ""},
	{"Fortran", "t q v\n0.0D0 1.0D+00 0.5\n.5 1.25D0 5.0D-01\n1 1.5 0\n1.5 1.25 -0.5\n2 1 -0.5\n", "spaces", ""},
	{"words between", "t q v\n0 1 0.5\n0.5 1.25 0.5\nrst cause boot mode three\n1 1.5 0\n1.5 1.25 −0.5\n2 1 -0.5\n",
		"1 line is left out: words, not a row of the table (line 4)", ""},
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
		"mark, CRLF, Mac": true, "carriage returns": true, "index": true, "text beside": true,
		"zeros at the end": true, "Fortran": true}
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
	b.Reset()
	p := zip.NewWriter(&b)
	w, _ := p.Create("motion.csv")
	fmt.Fprint(w, text)
	p.Close()
	if s, err = data.ReadFrom(&b, "motion.zip", data.Options{}); err != nil {
		t.Fatal(err)
	}
	samePlain(t, "zip", s)
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
		"t;q;v\n0;1.001,5;0\n1;2,500.5;1\n2;3;2\n": "2,500.5 has a point, where cells before it have decimal commas",
		"t;q;v\n0;1,001.5;0\n1;2.500,5;1\n2;3;2\n": "2.500,5 has ',' before its decimals, where cells before it " +
			"have '.'",
		"t;q;v\n0;1,5;0\n1;2.500;1\n2;3;2\n": "2.500 has a point, where cells before it have decimal commas",
		"t,q,v\n0,\"1,5\",0\n1,2,1\n2,3,2\n": `not a number: "1,5" (decimal comma? write 1.5)`,
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

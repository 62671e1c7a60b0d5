package data_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"lagrange/data"
)

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

// written are times as files have them, and what they are in seconds, or in their unit.
var written = []struct {
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
	{"t_ns", []string{"1500000000000", "1500020000000", "1500040000000"}, []float64{0, 2e7, 4e7}, "ns",
		"counted from"},
	{"time", []string{"1500000000000", "1500020000000", "1500040000000"}, []float64{0, 2e7, 4e7}, "",
		"counted from"},
	{"time [us]", []string{"1500000000.5", "1500020001", "1500040000.5"}, []float64{0, 20000.5, 40000}, "us",
		"counted from"},
	{"time", []string{"100000000", "100000001", "100000002"}, []float64{1e8, 1e8 + 1, 1e8 + 2}, "", ""},
}

// Dates, times of day and numbers since 1970 are seconds from the first row, to the last digit that they have.
func TestTimes(t *testing.T) {
	for _, c := range written {
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

// The first row is the first that is kept.
func TestFirstRow(t *testing.T) {
	s, err := data.ReadFrom(strings.NewReader("time,q,v\n12:00:00,,\n12:00:01,1,0\n12:00:02,2,1\n12:00:03,4,2\n"),
		"a.csv", data.Options{})
	if err != nil || !slices.Equal(s.Trajectories[0].T, []float64{0, 1, 2}) {
		t.Errorf("%v, %v", s, err)
	}
}

// A date and a time of day that a space sets apart stand under one name, where spaces separate columns.
func TestStampWithSpace(t *testing.T) {
	s, err := data.ReadFrom(strings.NewReader("time q v\n2025-05-08 21:07:49.0 1 0\n2025-05-08  21:07:49.5 2 1\n"+
		"2025-05-08 21:07:50 4 2\n"), "a.dat", data.Options{})
	if err != nil || !slices.Equal(s.Trajectories[0].T, []float64{0, 0.5, 1}) {
		t.Errorf("%v, %v", s, err)
	}
}

// Rows whose dates are written in another way than the first are no guess.
func TestMixedDates(t *testing.T) {
	_, err := data.ReadFrom(strings.NewReader("time,q,v\n12/5/2025 23:59:59,1,0\n13/5/2025 0:00:00,2,1\n"), "a.csv",
		data.Options{})
	if err == nil || !strings.Contains(err.Error(), `a.csv:3: column "time": "13/5/2025 0:00:00" is not written as`) {
		t.Errorf("%v", err)
	}
}

// Where the time begins anew, so does a trajectory.
func TestRestarts(t *testing.T) {
	text := "t,q,v\n0,1,1\n1,2,2\n2,4,1\n0,1,2\n1,2,2\nt,q,v\n2,3,3\n0.1,1,1\n1,2,1\n2,2,2\n"
	s, err := data.ReadFrom(strings.NewReader(text), "runs.csv", data.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, tr := range s.Trajectories {
		ids = append(ids, fmt.Sprint(tr.ID, " ", tr.Len(), " ", tr.Line))
	}
	if got := strings.Join(ids, ", "); got != "runs 3 2, runs-2 3 5, runs-3 3 9" ||
		!strings.Contains(strings.Join(s.Notes, "\n"),
			"the time begins anew 2 times, first on line 5: 3 trajectories") {
		t.Errorf("%s, %q", got, s.Notes)
	}
	if _, err := data.ReadFrom(strings.NewReader(text), "runs.csv", data.Options{Strict: true}); err == nil {
		t.Error("strict")
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
		{"episode,step,q,v\n0,0,1,1\n0,1,2,2\n0,2,4,3\n", data.Options{Step: 0.5}, "t", []float64{0, 0.5, 1}},
		{"frame,q,v\n10,1,1\n11,2,2\n14,4,3\n", data.Options{Step: 0.5, Time: "frame"}, "t", []float64{5, 5.5, 7}},
		{"q,v\n1,1\n2,2\n4,3\n,\n5,6\n", data.Options{Step: 0.5}, "t", []float64{0, 0.5, 1, 2}},
		{"t,q,v\n0,1,1\n2,2,2\n3,4,3\n", data.Options{Step: 0.5}, "t", []float64{0, 2, 3}},
		{"time_step [s],q,v\n0,1,1\n2,2,2\n3,4,3\n", data.Options{Step: 0.5}, "time_step", []float64{0, 2, 3}},
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
		back, err := data.ReadFrom(strings.NewReader(write(t, s)), "a.csv", s.Layout(c.o)) // and not multiplied again
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

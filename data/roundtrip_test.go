package data_test

import (
	"bytes"
	"errors"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"lagrange/data"
)

// content is what a set says apart from where it stood and what was noted.
type content struct {
	Coordinates  []data.Coordinate
	Inputs       []string
	Time         string
	Trajectories []data.Trajectory
}

func contents(s *data.Set) content {
	c := content{s.Coordinates, s.Inputs, s.Time, nil}
	for _, t := range s.Trajectories {
		t.File, t.Line = "", 0
		c.Trajectories = append(c.Trajectories, t)
	}
	return c
}

// bits tells −0 from 0.
var bits = cmp.Comparer(func(x, y float64) bool { return math.Float64bits(x) == math.Float64bits(y) })

func write(t interface{ Fatal(...any) }, s *data.Set) string {
	var b bytes.Buffer
	if err := s.WriteCSV(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// numbers draws finite float64 of any size.
func numbers(t *rapid.T, n int, label string) []float64 {
	return rapid.SliceOfN(rapid.Float64Range(-math.MaxFloat64, math.MaxFloat64), n, n).Draw(t, label)
}

func drawSet(t *rapid.T) *data.Set {
	d, m := rapid.IntRange(1, 3).Draw(t, "d"), rapid.IntRange(0, 2).Draw(t, "m")
	s := &data.Set{Time: "t", TrajectoryColumn: "trial", Inputs: []string{"tau", "u2"}[:m:m]}
	accel := rapid.Bool().Draw(t, "accelerations")
	for k := range d {
		c := data.Coordinate{Name: []string{"x", "y", "q3"}[k], Unit: []string{"m", "", "a, b"}[k],
			Velocity: []string{"v_x", "y_dot", "v3"}[k]}
		if accel {
			c.Acceleration = []string{"a_x", "y_ddot", "a3"}[k]
		}
		s.Coordinates = append(s.Coordinates, c)
	}
	if m == 0 {
		s.Inputs = nil
	}
	ids := rapid.SliceOfNDistinct(rapid.StringMatching(`[a-z",;#é]{1,4}`), 1, 3, rapid.ID).Draw(t, "ids")
	for _, id := range ids {
		n := rapid.IntRange(3, 6).Draw(t, "n")
		p := data.Trajectory{ID: id, Q: numbers(t, n*d, "q"), V: numbers(t, n*d, "v")}
		at := rapid.Float64Range(-1e6, 1e6).Draw(t, "t0")
		for range n {
			p.T = append(p.T, at)
			at += rapid.Float64Range(1e-6, 1e6).Draw(t, "dt")
		}
		if accel {
			p.A = numbers(t, n*d, "a")
		}
		if m > 0 {
			p.U = numbers(t, n*m, "u")
		}
		s.Trajectories = append(s.Trajectories, p)
	}
	for k := range d { // no column may stand still
		s.Trajectories[0].Q[k], s.Trajectories[0].Q[d+k] = 1, 2
		s.Trajectories[0].V[k], s.Trajectories[0].V[d+k] = 1, 2
	}
	return s
}

// Read after WriteCSV is the identity, to the last bit.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawSet(t)
		text := write(t, s)
		back, err := data.ReadFrom(strings.NewReader(text), "motion.csv", data.Options{Angles: []string{}})
		if err != nil {
			t.Fatalf("%v in\n%s", err, text)
		}
		if diff := cmp.Diff(contents(s), contents(back), bits); diff != "" {
			t.Fatal(diff)
		}
		if again := write(t, back); again != text {
			t.Fatalf("written first\n%s\nthen\n%s", text, again)
		}
	})
}

// The header comes out as it went in, what was ignored left out; several files get a trajectory column.
func TestWrittenHeader(t *testing.T) {
	dir := t.TempDir()
	var paths []string
	for _, name := range []string{"one", "two"} {
		path := filepath.Join(dir, name+".csv")
		if err := os.WriteFile(path, []byte("t [s],note,phi (rad),tau,phi_dot\n0,a,0,1,0\n1,b,0.5,2,1\n2,c,2,3,2\n"),
			0o600); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	s, err := data.Read(paths, data.Options{})
	if err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(dir, "out.csv")
	if err := s.Save(out); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	rows := "%,0,0,1,0\n%,1,0.5,2,1\n%,2,2,3,2\n"
	want := "trajectory,t [s],phi (rad),tau,phi_dot\n" + strings.ReplaceAll(rows, "%", "one") +
		strings.ReplaceAll(rows, "%", "two")
	if string(text) != want {
		t.Errorf("got\n%s\nwant\n%s", text, want)
	}
}

// ofRun are names that may be those of a column of one run.
var ofRun = regexp.MustCompile(`(?i)run|trial|data ?set|messung|versuch|durchgang|test`)

// FuzzRead: whatever the bytes, reading ends with a set or an *Error that names the file; what is accepted can be
// inspected, split and measured, and comes back the same after writing.
func FuzzRead(f *testing.F) {
	for _, c := range bad {
		f.Add([]byte(c.text), false)
	}
	for _, h := range []string{"t,r,phi,v_r,v_phi", "trial,t,q,qd,qdd,u", "time,position,velocity,torque"} {
		f.Add([]byte(table(h)), false)
		f.Add([]byte(table(h)), true)
	}
	for _, c := range exports {
		text := c.head
		for n := range 4 {
			text += c.row(instant{n, 0.01 * float64(n), float64(n * n), float64(2 * n), 1, float64(n)}) + "\n"
		}
		f.Add([]byte(text), false)
	}
	f.Fuzz(func(t *testing.T, text []byte, differentiate bool) {
		o := data.Options{Differentiate: differentiate}
		s, err := data.ReadFrom(bytes.NewReader(text), "motion.csv", o)
		if err != nil {
			if e := (*data.Error)(nil); !errors.As(err, &e) || e.File != "motion.csv" || s != nil {
				t.Fatalf("%T %v", err, err)
			}
			return
		}
		r := data.Inspect(s)
		if err := r.WriteText(&bytes.Buffer{}); err != nil {
			t.Fatal(err)
		}
		s.Scales()
		s.Windows(3*s.TypicalStep(), 1)
		_, _ = s.Split(s.TypicalStep(), true) // an error is right for so few rows
		for _, c := range s.Columns {
			if c.Role == data.RoleTime && strings.HasPrefix(c.Why, "it alone grows") {
				o.Time = c.Name // rows that are left out may have told
			}
		}
		// columns of estimates are new, and phi, v_phi and vv_phi are one derived from another; columns of runs that
		// were read as they are may be all of two runs
		runs := slices.ContainsFunc(s.Columns, func(c data.Column) bool { return ofRun.MatchString(c.Name) })
		for _, c := range s.Coordinates {
			if differentiate || runs {
				o.Q = append(o.Q, c.Name)
			}
			if runs && !differentiate && s.RecordedVelocities() {
				o.V = append(o.V, c.Velocity)
			}
		}
		back, err := data.ReadFrom(strings.NewReader(write(t, s)), "motion.csv", o)
		if err != nil {
			t.Fatalf("%v in\n%s", err, write(t, s))
		}
		if diff := cmp.Diff(contents(s), contents(back), bits); diff != "" {
			t.Fatal(diff)
		}
	})
}

package main

import (
	"encoding/csv"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"lagrange"
	"lagrange/data"
)

var update = flag.Bool("update", false, "write figures into doc/exports.md and doc/sweeps.md")

const exportsPage = "../../doc/exports.md"

// what an export and the library may differ by, relative to the largest number of an answer: they add in another order,
// and what a condition of the mass matrix up to 1e7 leaves of 1e-16.
const exportTolerance = 1e-9

// taken is a model that the command has trained, and states that its recording has.
type taken struct {
	title, model, recording string
	m                       *lagrange.Model
	states                  question
	set                     *data.Set // the recording
}

// recordedPendulum is a recording of a real pendulum with a motor, where there is one; else the example.
func recordedPendulum(t *testing.T) (path, title string) {
	path = "../../../shared/data/dfki-simple-pendulum/control_method_ilqr/data_measured.csv"
	title = "Recorded pendulum, motor and friction"
	if _, err := os.Stat(path); err != nil {
		t.Logf("no %s: the example takes its place", path)
		path, title = "../../examples/motor.csv", "Pendulum of examples/motor.csv, motor and friction"
	}
	return path, title
}

// trainedModels trains a double pendulum, a recorded pendulum with friction and a motor, and an arm of seven joints.
func trainedModels(t *testing.T) (all []*taken) {
	folder := t.TempDir()
	simulated := func(system string) string {
		path := filepath.Join(folder, system+".csv")
		said(t, "simulate", system, "--trajectories", "6", "--duration", "1", "--dt", "0.02", "--accelerations", "-o",
			path)
		return path
	}
	pendulum, title := recordedPendulum(t)
	for i, k := range []struct{ title, recording, train string }{
		{"Double pendulum", simulated("double-pendulum"), "--model lnn --method adam --steps 20"},
		{title, pendulum, "--friction both"},
		{"Arm of seven joints", simulated("chain-7"), "--model lnn --hidden 64x2 --method adam --steps 4"},
	} {
		x := &taken{title: k.title, model: filepath.Join(folder, fmt.Sprintf("m%d.lagrange", i)),
			recording: k.recording}
		said(t, append([]string{"train", k.recording, "--no-baseline", "-o", x.model}, strings.Fields(k.train)...)...)
		var err error
		if x.m, err = lagrange.Load(x.model); err != nil {
			t.Fatal(err)
		}
		if x.set, err = data.Read([]string{k.recording}, x.m.Options()); err != nil {
			t.Fatal(err)
		}
		x.choose()
		all = append(all, x)
	}
	return all
}

// choose takes up to 100 rows of a recording as states.
func (x *taken) choose() {
	row, every := 0, max(1, x.set.Rows()/100)
	for i := range x.set.Trajectories {
		s := &x.set.Trajectories[i]
		for n := range s.T {
			if row++; row%every != 0 {
				continue
			}
			q, v, u := x.at(s, n)
			x.states.Q, x.states.V = append(x.states.Q, q), append(x.states.V, v)
			x.states.U = append(x.states.U, append([]float64{}, u...)) // of a model without inputs [], not null
		}
	}
}

// at is the state and the inputs at a row, with the slope to the next row where no velocities are learned from.
func (x *taken) at(s *data.Trajectory, n int) (q, v, u []float64) {
	d, f := x.m.D(), x.m.M()
	if s.V != nil {
		return s.Q[n*d : (n+1)*d], s.V[n*d : (n+1)*d], s.U[n*f : (n+1)*f]
	}
	v = make([]float64, d)
	k := min(n, s.Len()-2)
	for j := range v {
		v[j] = (s.Q[(k+1)*d+j] - s.Q[k*d+j]) / (s.T[k+1] - s.T[k])
	}
	return s.Q[n*d : (n+1)*d], v, s.U[n*f : (n+1)*f]
}

// library is what the library says of the states.
func (x *taken) library(t *testing.T) (a answer) {
	d := x.m.D()
	for n, q := range x.states.Q {
		l, err := x.m.Linearize(q, x.states.V[n], x.states.U[n])
		if err != nil {
			t.Fatal(err)
		}
		var aq, av [][]float64
		for _, row := range l.A[d:] {
			aq, av = append(aq, row[:d]), append(av, row[d:])
		}
		a.A, a.Aq, a.Av, a.Au = append(a.A, l.Xdot[d:]), append(a.Aq, aq), append(a.Av, av), append(a.Au, l.B[d:])
	}
	tape, z, xdot := x.m.Tape(1), append(append([]float64{}, x.states.Q[0]...), x.states.V[0]...),
		make([]float64, 2*d)
	a.NS = math.Inf(1)
	for range 100 {
		begin := time.Now()
		for range 100 {
			tape.Field(z, x.states.U[0], xdot)
			z[0] += 1e-12 * xdot[0]
		}
		a.NS = min(a.NS, float64(time.Since(begin).Nanoseconds())/100)
	}
	a.Version = runtime.Version()
	return a
}

// apart is the largest difference of two answers, relative to the largest number of each output at a state.
func (a answer) apart(b answer) (worst float64) {
	compare := func(x, y [][]float64) {
		if len(x) != len(y) {
			worst = math.Inf(1)
			return
		}
		size, off := 0.0, 0.0
		for i := range x {
			if len(x[i]) != len(y[i]) {
				worst = math.Inf(1)
				return
			}
			for j := range x[i] {
				size, off = max(size, math.Abs(y[i][j])), max(off, math.Abs(x[i][j]-y[i][j]))
			}
		}
		if off > 0 || off != off {
			worst = max(worst, off/size)
		}
	}
	if len(a.A) != len(b.A) || len(a.Aq) != len(b.Aq) || len(a.Av) != len(b.Av) {
		return math.Inf(1)
	}
	for n := range a.A {
		compare([][]float64{a.A[n]}, [][]float64{b.A[n]})
		compare(a.Aq[n], b.Aq[n])
		compare(a.Av[n], b.Av[n])
		if len(b.Au[n][0]) > 0 {
			compare(a.Au[n], b.Au[n])
		}
	}
	return worst
}

// The commands that take a model along work on three trained models, and every client that is here says what the
// library says, of accelerations and of their derivatives, at the rows of the recording. With -update, the page of
// exports has the outcome.
func TestTakenAlong(t *testing.T) {
	if testing.Short() {
		t.Skip("three trainings")
	}
	var page strings.Builder
	models := trainedModels(t)
	for _, x := range models {
		want := x.library(t)
		x.commands(t, want)
		fmt.Fprintf(&page, "\n### %s\n\n| target | client | apart from the library | size | one state |\n"+
			"|---|---|---|---|---|\n| | library, %s | | | %.2f µs |\n", x.title, want.Version, want.NS/1e3)
		for _, c := range clients() {
			if why := c.missing(t); why != "" {
				if *update {
					t.Fatalf("%s: %s", c.title, why)
				}
				t.Logf("%s: skipped, %s", c.title, why)
				continue
			}
			got, size := c.asks(t, x.model, x.m, x.states)
			e := got.apart(want)
			if !(e < exportTolerance) {
				t.Errorf("%s, %s: up to %.1e apart, want %.0e", x.title, c.title, e, exportTolerance)
			}
			t.Logf("%s, %s: up to %.1e apart at %d states", x.title, c.title, e, len(got.A))
			fmt.Fprintf(&page, "| `--to %s` | %s %s | %.0e | %.0f kB | %.2f µs |\n", c.target, c.title, got.Version, e,
				float64(size)/1e3, got.NS/1e3)
		}
	}
	models[1].swingUp(t)
	if *update {
		writeTrained(t, page.String())
	}
}

// swingUp finds an optimal swing-up through an export of a learned pendulum, with at most 0.6 of the torque that would
// hold it level: the motion reaches the top, and so does the library under these torques.
func (x *taken) swingUp(t *testing.T) {
	python := pythonWith(t, "casadi")
	if python == "" || compilerHere() == "" {
		t.Log("no Python with casadi, or no C compiler: no swing-up")
		return
	}
	level, ok := x.m.Force([]float64{math.Pi / 2}, []float64{0}, []float64{0}, nil)
	if !ok {
		t.Fatal("no inverse dynamics")
	}
	k := struct {
		Path       string
		Most, Time float64
	}{filepath.Join(t.TempDir(), "m"), 0.6 * math.Abs(level[0]), 4}
	said(t, "export", x.model, "--to", "casadi", "-o", k.Path)
	sharedLibrary(t, k.Path)
	var says struct{ End, Torque []float64 }
	askPython(t, python, bySwingUp, k, &says)
	z := []float64{0, 0}
	for _, u := range says.Torque {
		if math.Abs(u) > k.Most*(1+1e-6) {
			t.Errorf("a torque of %g, at most %g were allowed", u, k.Most)
		}
		times := []float64{0, k.Time / float64(len(says.Torque))}
		path, err := x.m.Rollout(t.Context(), z[:1], z[1:], []float64{u}, times, lagrange.RolloutOptions{})
		if err != nil {
			t.Fatal(err)
		}
		z = []float64{path.Q[1], path.V[1]}
	}
	for _, end := range [][]float64{says.End, z} {
		if math.Abs(end[0]-math.Pi) > 0.02 || math.Abs(end[1]) > 0.1 {
			t.Errorf("the motion ends at %v, want %v", end, []float64{math.Pi, 0})
		}
	}
	t.Logf("%s: swung up to %v, by the library to %v, under at most %.3g; %.3g holds it level", x.title, says.End, z,
		k.Most, math.Abs(level[0]))
}

// writeTrained writes the tables of trained models between their marks.
func writeTrained(t *testing.T, tables string) {
	text, err := os.ReadFile(exportsPage)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok := strings.Cut(string(text), "<!-- trained -->\n")
	_, tail, closed := strings.Cut(rest, "<!-- end -->")
	if !ok || !closed {
		t.Fatalf("%s has no place for trained models", exportsPage)
	}
	text = []byte(head + "<!-- trained -->\n" + tables + "\n<!-- end -->" + tail)
	if err := os.WriteFile(exportsPage, text, 0o666); err != nil {
		t.Fatal(err)
	}
}

// commands holds info, linearize and force against the library: the forces behind the model's own accelerations are
// those that act.
func (x *taken) commands(t *testing.T, want answer) {
	var about lagrange.Info
	if err := json.Unmarshal([]byte(said(t, "info", x.model, "--json")), &about); err != nil {
		t.Fatal(err)
	}
	if about.Fingerprint != x.m.Fingerprint() || len(about.Coordinates) != x.m.D() {
		t.Errorf("%s: info says %+v", x.title, about)
	}
	if text := said(t, "info", x.model); !strings.Contains(text, about.Fingerprint) {
		t.Errorf("%s: info says\n%s", x.title, text)
	}
	var l lagrange.Linearization
	args := []string{"linearize", x.model, "--json", "--q", listed(x.states.Q[3]), "--v", listed(x.states.V[3])}
	if x.m.M() > 0 {
		args = append(args, "--u", listed(x.states.U[3]))
	}
	if err := json.Unmarshal([]byte(said(t, args...)), &l); err != nil {
		t.Fatal(err)
	}
	for i, a := range want.A[3] {
		if l.Xdot[x.m.D()+i] != a {
			t.Errorf("%s: linearize says a = %v, the library %v", x.title, l.Xdot, want.A[3])
		}
	}
	x.forces(t)
}

func listed(x []float64) string {
	words := make([]string, len(x))
	for i, y := range x {
		words[i] = strconv.FormatFloat(y, 'g', -1, 64)
	}
	return strings.Join(words, ",")
}

// forces writes rows of the recording, with the model's own accelerations, as a motion: the forces behind it are those
// that act.
func (x *taken) forces(t *testing.T) {
	f, row := x.m.M(), &x.set.Trajectories[0]
	var names [3][]string
	for _, c := range x.m.Columns().Coordinates {
		for i, name := range []string{c.Name, c.Velocity, "a_" + c.Name} {
			names[i] = append(names[i], name)
		}
	}
	text := x.set.Time + "," + strings.Join(slices.Concat(names[:]...), ",") + "\n"
	rows := min(50, row.Len())
	for n := range rows {
		q, v, u := x.at(row, n)
		text += listed(slices.Concat([]float64{row.T[n]}, q, v, x.m.Accel(q, v, u))) + "\n"
	}
	path := filepath.Join(t.TempDir(), "motion.csv")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	flags := []string{"force", x.model, path, "--u", ""}
	for i, role := range []string{"--q", "--v", "--a"} {
		flags = append(flags, role, strings.Join(names[i], ","))
	}
	got, err := csv.NewReader(strings.NewReader(said(t, flags...))).ReadAll()
	if err != nil || len(got) != rows+1 {
		t.Fatalf("%s: %v, %d rows of forces, want %d", x.title, err, len(got)-1, rows)
	}
	for i, head := range got[0] {
		if !strings.HasPrefix(head, lagrange.ForcePrefix) {
			continue
		}
		for n, line := range got[1:] {
			want := 0.0
			if f > 0 {
				want = row.U[n*f]
			}
			if y, err := strconv.ParseFloat(line[i], 64); err != nil || !(math.Abs(y-want) < 1e-8) {
				t.Fatalf("%s: row %d: %s = %s, want %g", x.title, n, head, line[i], want)
			}
		}
	}
}

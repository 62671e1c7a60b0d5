package paper

import (
	"bytes"
	"math"
	"testing"

	"lagrange/mech"
	"lagrange/model"
	"lagrange/plot"
	"lagrange/plot/plottest"
	"lagrange/train"
)

// looked draws a figure and reads it back.
func looked(t *testing.T, f plot.Figure) plottest.Figure {
	t.Helper()
	var svg bytes.Buffer
	if err := f.Encode(&svg, "svg"); err != nil {
		t.Fatal(err)
	}
	got, err := plottest.Read(svg.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// wandering is a motion (times, 2d) of two coordinates none of whose numbers can be taken for another, from x₀ on.
func wandering(times []float64, x0 float64) (x []float64) {
	for _, t := range times {
		x = append(x, x0+t, 10+x0-t*t, 100-20*t+x0, 1000*math.Exp(-t))
	}
	return x
}

func column(x []float64, width, k int) (y []float64) {
	for ; k < len(x); k += width {
		y = append(y, x[k])
	}
	return y
}

// shows says what a panel has to be: its labels, and curves of columns of motions (times, 4) against one another.
type shows struct {
	x, y     string
	against  int // column along x; −1: the times
	column   int // along y
	of       map[string][]float64
	in       []string // order
	times    []float64
	panel    plottest.Panel
	position int
}

func (s shows) check(t *testing.T) {
	t.Helper()
	p := s.panel
	if p.XLabel != s.x || p.YLabel != s.y || !(p.X.From < p.X.To) || !(p.Y.From < p.Y.To) || p.X.Log || p.Y.Log {
		t.Errorf("panel %d is one of %q against %q on %+v and %+v", s.position, p.YLabel, p.XLabel, p.Y, p.X)
	}
	for i, name := range s.in {
		x := s.times
		if s.against >= 0 {
			x = column(s.of[name], 4, s.against)
		}
		if err := p.Shows(i, name, x, column(s.of[name], 4, s.column)); err != nil {
			t.Errorf("panel %d: %v", s.position, err)
		}
	}
}

// The double pendulum's figure shows both angles over time, and the first velocity against the first angle.
func TestPendulumFigureShowsItsMotion(t *testing.T) {
	times := grid(2, 0.1)
	of := map[string][]float64{"true": wandering(times, 0), "lnn": wandering(times, 0.3)}
	f := &pendulumFigures{system: mech.Chain(2)}
	for _, name := range []string{"true", "lnn"} {
		f.add(name, times, of[name], 2)
	}
	panels := looked(t, f.figure()).Panels
	for i, s := range []shows{
		{x: "t [s]", y: "θ₁ [rad]", against: -1, column: 0},
		{x: "t [s]", y: "θ₂ [rad]", against: -1, column: 1},
		{x: "θ₁ [rad]", y: "ω₁ [rad/s]", against: 0, column: 2},
	} {
		s.of, s.in, s.times, s.panel, s.position = of, []string{"true", "lnn"}, times, panels[i], i
		s.check(t)
	}
}

// The figure of a task shows its first coordinate over time, and that one's velocity against it.
func TestTaskFigureShowsItsMotion(t *testing.T) {
	times := grid(2, 0.1)
	of := map[string][]float64{"true": wandering(times, 0), "lnn": wandering(times, 0.3)}
	k := &task{title: "Task", body: mech.Chain(2), times: times, truth: [][]float64{of["true"]}, ylabel: "error"}
	b := &bout{
		task: k, contestant: contestant{name: "lnn"}, first: of["lnn"], errors: times,
		curve: []train.Point{{Step: 1, Valid: 100}, {Step: 10, Valid: 0.1}},
	}
	panels := looked(t, k.figure([]*bout{b})).Panels
	for i, s := range []shows{
		{x: "t", y: "q₁", against: -1, column: 0},
		{x: "q₁", y: "q̇₁", against: 0, column: 2},
	} {
		s.of, s.in, s.times, s.panel, s.position = of, []string{"true", "lnn"}, times, panels[i], i
		s.check(t)
	}
}

// The particle's figure shows velocities, whatever a model has beside q: of a free Lagrangian, and of a free
// Hamiltonian in which q̇ is E p/P².
func TestParticleFigureShowsVelocities(t *testing.T) {
	f := newParticleFigures(nil)
	times := f.motion[0].X
	want := [][]float64{f.motion[0].Y}
	for _, canonical := range []bool{false, true} {
		m := particleModel{title: "free", family: "lnn", hidden: []int{2}, kinetic: 1, shrunk: 1}
		m.scale, m.speed, m.accel = 2, 3, 4
		v := fallSpeed
		if canonical {
			m.title, m.family, m.canonical = "free, of momenta", "hnn", true
			v = 2 * 4 * particleMomentum(fallSpeed) / 9 // E = q ṗ
		}
		net, err := model.New[float64](m.spec(), 1)
		if err != nil {
			t.Fatal(err)
		}
		clear(net.Theta)
		s := f.fall(t.Context(), m, net)
		f.motion = append(f.motion, s)
		y := make([]float64, len(times))
		for i := range y {
			y[i] = v
		}
		want = append(want, y)
	}
	p := looked(t, f.all()["relativity"]).Panels[0]
	if p.XLabel != "t" || p.YLabel != "q̇" {
		t.Errorf("a panel of %q against %q", p.YLabel, p.XLabel)
	}
	for i, name := range []string{"true", "free", "free, of momenta"} {
		if err := p.Shows(i, name, times, want[i]); err != nil {
			t.Error(err)
		}
	}
}

package control

import (
	"math"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"lagrange/model"
)

// arm is a network of so many joints with a motor each, two layers of units and friction.
func arm(t testing.TB, joints, units int) *model.Model[float64] {
	s := model.Spec{Family: "lnn", Head: model.Quadratic, Hidden: []int{units, units}, Activation: "softplus",
		Kinetic: 1, Friction: model.Both}
	for i := range joints {
		name := string(rune('a' + i))
		s.Coordinates = append(s.Coordinates, model.Coordinate{Name: "q" + name, Velocity: "v" + name,
			Period: 2 * math.Pi, Scale: 1, Speed: 2, Accel: 5})
		s.Inputs = append(s.Inputs, model.Input{Name: "u" + name, Scale: 1})
	}
	m, err := model.New[float64](s, 1)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// A program that evaluates models carries nothing that draws, trains, reads recordings or takes commands.
func TestLittleIsCarried(t *testing.T) {
	const foreign = "{{if not .Standard}}{{.ImportPath}}{{end}}"
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", foreign, ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range strings.Fields(string(out)) {
		may := []string{"lagrange/control", "lagrange/model", "lagrange/model/graph", "lagrange/nn", "lagrange/ode",
			"lagrange/symbolic", "golang.org/x/sys/cpu"}
		if !slices.Contains(may, name) && !strings.HasPrefix(name, "lagrange/internal/") {
			t.Errorf("%s comes along", name)
		}
	}
}

// Misuse is told by the number that is wrong.
func TestMisuse(t *testing.T) {
	c := New([]*model.Model[float64]{arm(t, 2, 4)})
	two, three := make([]float64, 2), make([]float64, 3)
	for want, call := range map[string]func(){
		"control: 3 coordinates where the model has 2":   func() { c.Accel(three, two, nil, two) },
		"control: 3 velocities where the model has 2":    func() { c.Step(two, three, nil, 1) },
		"control: 3 inputs where the model has 2":        func() { c.Accel(two, two, three, two) },
		"control: 3 accelerations where the model has 2": func() { c.Accel(two, two, nil, three) },
		"control: 3 forces where the model has 2":        func() { c.Force(two, two, two, nil, three) },
		"control: no networks":                           func() { New(nil) },
	} {
		func() {
			defer func() {
				if got := recover(); got != want {
					t.Errorf("%v, want %s", got, want)
				}
			}()
			call()
		}()
	}
}

// BenchmarkLoop is a loop at 1 kHz for an arm of seven joints: the forces behind accelerations that are wanted, then a
// step ahead. It reports how long one turn takes beside its clock's tick.
func BenchmarkLoop(b *testing.B) {
	c := New([]*model.Model[float64]{arm(b, 7, 64)})
	q, v, a, tau := make([]float64, 7), make([]float64, 7), make([]float64, 7), make([]float64, 7)
	var took []float64
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for b.Loop() {
		<-tick.C
		begin := time.Now()
		for i := range a {
			a[i] = -25*q[i] - 10*v[i] + math.Sin(float64(len(took))/1000)
		}
		c.Force(q, v, a, nil, tau)
		c.Step(q, v, tau, 0.001)
		took = append(took, float64(time.Since(begin).Nanoseconds())/1000)
	}
	slices.Sort(took)
	b.ReportMetric(took[len(took)/2], "µs/median")
	b.ReportMetric(took[len(took)*99/100], "µs/p99")
	b.ReportMetric(took[len(took)-1], "µs/worst")
}

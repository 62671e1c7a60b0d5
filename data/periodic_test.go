package data

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

// motion writes a recording of one coordinate x under a(x), by small symplectic steps.
func motion(x, v float64, a func(x float64) float64) string {
	b := &strings.Builder{}
	b.WriteString("t,x,v_x\n")
	for k := range 400 {
		fmt.Fprintf(b, "%v,%v,%v\n", 0.05*float64(k), x, v)
		for range 50 {
			v += 0.001 * a(x)
			x += 0.001 * v
		}
	}
	return b.String()
}

// A pendulum that goes over the top is periodic in its coordinate; a spring and a rolling body that go as far are not.
func TestAnglesShowInTheMotion(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want bool
	}{
		"rotating pendulum": {motion(0, 7, func(x float64) float64 { return -9.8 * math.Sin(x) }), true},
		"wide spring":       {motion(0, 7, func(x float64) float64 { return -0.5 * x }), false},
		"quartic spring":    {motion(0, 20, func(x float64) float64 { return -0.1*x*x*x - x }), false},
		"swinging pendulum": {motion(0, 3, func(x float64) float64 { return -9.8 * math.Sin(x) }), false},
	} {
		s, err := ReadFrom(strings.NewReader(c.text), "m.csv", Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got := s.Coordinates[0].Period > 0; got != c.want {
			t.Errorf("%s: angle %v, want %v (%v)", name, got, c.want, s.Notes)
		}
		s, err = ReadFrom(strings.NewReader(c.text), "m.csv", Options{Positions: true, V: []string{}})
		if err != nil {
			t.Fatal(err)
		}
		if got := s.Coordinates[0].Period > 0; got != c.want || s.Trajectories[0].V != nil {
			t.Errorf("%s, positions alone: angle %v, want %v (%v)", name, got, c.want, s.Notes)
		}
		s, err = ReadFrom(strings.NewReader(c.text), "m.csv", Options{Angles: []string{}})
		if err != nil || s.Coordinates[0].Period > 0 {
			t.Errorf("%s: an empty --angles is not obeyed (%v)", name, err)
		}
	}
}

// An angle by its name, without a unit, is in degrees where its motion says so, with velocities and without, and no
// step
// of it is taken for a turn.
func TestDegreesShowInTheMotion(t *testing.T) {
	b, bare := &strings.Builder{}, &strings.Builder{}
	b.WriteString("t,theta,omega\n")
	bare.WriteString("t,theta\n")
	x, v := 2.2, 0.0
	for k := range 400 {
		fmt.Fprintf(b, "%v,%v,%v\n", 0.02*float64(k), x*180/math.Pi, v*180/math.Pi)
		fmt.Fprintf(bare, "%v,%v\n", 0.02*float64(k), x*180/math.Pi)
		for range 100 {
			v -= 2e-4 * 9.81 * math.Sin(x)
			x += 2e-4 * v
		}
	}
	for _, text := range []string{b.String(), bare.String()} {
		s, err := ReadFrom(strings.NewReader(text), "m.csv", Options{Positions: true})
		if err != nil {
			t.Fatal(err)
		}
		if c := s.Coordinates[0]; c.Period != 360 || s.extent(0) > 260 {
			t.Errorf("period %v, over %v: %v", c.Period, s.extent(0), s.Notes)
		}
	}
	if s, err := ReadFrom(strings.NewReader(strings.Replace(motion(0, 7,
		func(x float64) float64 { return -9.8 * math.Sin(x) }),
		"x,v_x", "theta,omega", 1)), "m.csv", Options{}); err != nil || s.Coordinates[0].Period != 2*math.Pi {
		t.Errorf("turns in radians: %v, %v", err, s.Coordinates[0])
	}
}

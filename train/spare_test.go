package train

import (
	"math"
	"slices"
	"testing"

	"lagrange/model"
)

// Of a cart with a pole, a motor on the cart and friction at both, a gain on the pole, constant forces and friction
// between the two go where there are none, and what is left is known better; what is there stays, and so does the motor
// that hardly pulls.
func TestSpare(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes seconds")
	}
	spec := model.Spec{Family: "terms", Activation: "softplus", Friction: model.Viscous,
		Coordinates: []model.Coordinate{{Name: "x", Velocity: "v", Scale: 1, Speed: 1, Accel: 1},
			{Name: "a", Velocity: "w", Period: 2 * math.Pi, Scale: 1, Speed: 1, Accel: 1}},
		Inputs: []model.Input{{Name: "u", Scale: 1, Held: true}},
		Terms: [][]model.Term{{{Function: model.Cos, Of: []int{0, 1}}}, {{Function: model.One}},
			{{Function: model.Cos, Of: []int{0, 1}}}, {{Function: model.One}}}}
	const gain, constant = 4 + 1, 4 + 3 // on the pole
	for _, c := range []struct {
		there []int
		names []string // of what goes
	}{
		{nil, []string{"gain of u on a", "constant force on x", "constant force on a",
			"viscous friction between x and a"}},
		{[]int{gain, constant}, []string{"constant force on x", "viscous friction between x and a"}},
	} {
		theta := []float64{2, 1.3, 0.5, 1, 1, 0, 0, 0, 0.5, 0, 0.4}
		for _, k := range c.there {
			theta[k] = 0.2
		}
		m, err := model.With(spec, theta)
		if err != nil {
			t.Fatal(err)
		}
		all, _ := motions(m, 6, 161, 0.01, 0.02, false, 4)
		o := &Identification{Learn: &Measured{D: 2, M: 1, Of: all.Of[:5]}, Held: &Measured{D: 2, M: 1, Of: all.Of[5:]},
			Swing: 3, Penalty: L2, Workers: 1}
		x, err := o.Score(t.Context(), m.Copy())
		if err == nil {
			x, err = o.Shoot(t.Context(), x)
		}
		if err != nil || x.Shot.at == nil {
			t.Fatal(x.Why, err)
		}
		y, err := o.Spare(t.Context(), x)
		if err != nil {
			t.Fatal(err)
		}
		if names := gone(t, x.Model, y.Model); !slices.Equal(names, c.names) {
			t.Errorf("there are %v; %v went", c.there, names)
		}
		if was, is := x.Shot.Deviations(), y.Shot.Deviations(); !(is[0] < was[0]) || y.Score > 1.2 {
			t.Errorf("the first deviation was %g and is %g; %g times the noise is left", was[0], is[0], y.Score)
		}
		vague := x // nothing seems certain, so that all is tried without first
		vague.Shot.Covariance = slices.Clone(x.Shot.Covariance)
		for i := range vague.Shot.Covariance {
			vague.Shot.Covariance[i] *= 1e6
		}
		if y, err = o.Spare(t.Context(), vague); err != nil {
			t.Fatal(err)
		}
		if names := gone(t, x.Model, y.Model); !slices.Equal(names, c.names) {
			t.Errorf("there are %v; where nothing seems certain, %v went", c.there, names)
		}
	}
}

// gone are the names of spares of x that y has not, where they are 0.
func gone(t *testing.T, x, y *model.Model[float64]) (names []string) {
	t.Helper()
	left := y.Spares()
	for _, s := range x.Spares() {
		if slices.Contains(left, s) {
			continue
		}
		if names = append(names, s.Name); y.Theta[s.At] != 0 {
			t.Errorf("%s is %g", s.Name, y.Theta[s.At])
		}
	}
	return names
}

// Only spares go, those that are fewest deviations off 0 first, the others with them to where they are likeliest.
func TestSparing(t *testing.T) {
	m, err := model.With(model.Spec{Family: "terms", Activation: "softplus",
		Coordinates: []model.Coordinate{{Name: "x", Velocity: "v", Scale: 1, Speed: 1, Accel: 1},
			{Name: "y", Velocity: "w", Scale: 1, Speed: 1, Accel: 1}},
		Inputs: []model.Input{{Name: "u", Scale: 1}},
		Terms: [][]model.Term{{{Function: model.Power, Of: []int{1, 0}}}, {{Function: model.One}}, nil,
			{{Function: model.One}}}}, []float64{0.1, 1, 1, 0.9, 0.85, 0.5, 0.4})
	if err != nil {
		t.Fatal(err)
	}
	b := m.Outer()
	P := len(b)
	x := Identified{Model: m}
	x.Shot.Covariance = make([]float64, P*P)
	for i := range P {
		x.Shot.Covariance[i*P+i] = 1
	}
	at := func(place int) int { return slices.Index(b, place) }
	i, j := at(5), at(6) // the constant forces: that on y is 0.4, and has that on x fall by half of what it rises
	x.Shot.Covariance[i*P+j], x.Shot.Covariance[j*P+i] = -0.5, -0.5
	o := &Identification{Learn: &Measured{D: 2, M: 1, Of: []Measurement{{Sigma: []float64{1, 1, 0, 0},
		T: make([]float64, 100), Y: make([]float64, 400)}}}}
	for _, c := range []struct {
		most int
		want []float64
	}{
		{1, []float64{0.1, 1, 1, 0.9, 0.85, 0.7, 0}},
		{2, []float64{0.1, 1, 1, 0.9, 0.85, 0, 0}},
		{9, []float64{0.1, 1, 1, 0.9, 0, 0, 0}}, // the largest gain stays, and so do terms
	} {
		y, dropped := o.sparing(x, c.most)
		off := 0.0
		for k := range c.want {
			off = max(off, math.Abs(y.Theta[k]-c.want[k]))
		}
		if off > 1e-12 || dropped != min(c.most, 3) {
			t.Errorf("at most %d: %g are left, %d dropped; want %g", c.most, y.Theta, dropped, c.want)
		}
	}
}

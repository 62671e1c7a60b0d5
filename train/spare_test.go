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
		var names []string
		left := y.Model.Spares()
		for _, s := range x.Model.Spares() {
			if !slices.Contains(left, s) {
				names = append(names, s.Name)
				if y.Model.Theta[s.At] != 0 {
					t.Errorf("%s is %g", s.Name, y.Model.Theta[s.At])
				}
			}
		}
		if !slices.Equal(names, c.names) {
			t.Errorf("there are %v; %v went", c.there, names)
		}
		if was, is := x.Shot.Deviations(), y.Shot.Deviations(); !(is[0] < was[0]) || y.Score > 1.2 {
			t.Errorf("the first deviation was %g and is %g; %g times the noise is left", was[0], is[0], y.Score)
		}
	}
}

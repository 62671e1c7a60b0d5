package lagrange

import (
	"fmt"
	"math"
	"strings"

	"lagrange/model"
)

// unitOfL is what a Lagrangian is measured in.
type unitOfL struct {
	size  float64    // in the unit of the model
	what  string     // in words
	unit  model.Unit // of which model.Scale is a part where motion leaves it open; nil: not known
	fixed bool       // by a force or a mass that is known in units of measure
}

// unitOf is the unit of L: the gain of the known force that moves most is 1 or, without known forces, the mean mass of
// the last coordinate that has a constant one, or of the last of all.
func unitOf(net *model.Model[float64], x []float64) (u unitOfL) {
	s := net.Spec
	gain, at, by := net.StrongestGain()
	if u.size = gain; gain > 0 {
		force := s.Inputs[by]
		u.what = fmt.Sprintf("the gain of %s on %s is 1: of all known forces it moves most", force.Name,
			s.Coordinates[at].Name)
		if of := model.ParseUnit(force.Unit); of != nil {
			u.unit, u.fixed = of.Times(s.UnitOf(at, 1, 0), 1), true
		} else {
			u.unit = model.Unit{model.Scale: 1}
			u.what += fmt.Sprintf("; %s is the unit of that force, which the recording does not say, times that of %s",
				model.Scale, s.Coordinates[at].Name)
		}
		return u
	}
	d := s.D()
	of := d - 1
	for i := range d {
		if ts := s.Terms[(i+1)*(i+2)/2]; len(ts) == 1 && ts[0].Function == model.One {
			of = i
		}
	}
	u.size = meanMasses(net, x)[of]
	u.what = fmt.Sprintf("the mean mass of %s is 1", s.Coordinates[of].Name)
	if u.unit = s.UnitOf(of, 0, 2).Times(model.Unit{model.Scale: 1}, 1); u.unit != nil {
		u.what = fmt.Sprintf("the mean mass of %s is %s", s.Coordinates[of].Name, model.Scale)
	}
	return u
}

// numbers are places of all of a model's forces, always in the same order.
func numbers(f *model.ForceCoefficients) (all []*float64) {
	for _, rows := range [][][]float64{f.Viscous, {f.Dry, f.Drag, f.Between, f.Breakaway}, f.Gains} {
		for _, row := range rows {
			for i := range row {
				all = append(all, &row[i])
			}
		}
	}
	return all
}

// meanMasses are the diagonal of M in the mean over states.
func meanMasses(net *model.Model[float64], x []float64) []float64 {
	d := net.Spec.D()
	mean := make([]float64, d)
	tape, dx, u := net.Tape(1), make([]float64, 2*d), make([]float64, net.Spec.M())
	mech, _ := model.As[model.Mechanics[float64]](tape)
	for n := 0; n < len(x); n += 2 * d {
		tape.Field(x[n:n+2*d], u, dx)
		for i := range d {
			mean[i] += mech.Mass(0)[i*d+i] * float64(2*d) / float64(len(x))
		}
	}
	return mean
}

// Known gives L the unit in which the mean mass of a coordinate, such as "theta=0.02 kg m^2", is what is known of it.
func (l *Lagrangian) Known(mass string) error {
	name, text, ok := strings.Cut(mass, "=")
	size, measure, _ := strings.Cut(strings.TrimSpace(text), " ")
	unit := model.ParseUnit(measure)
	var value float64
	if _, err := fmt.Sscan(size, &value); !ok || err != nil || !(value > 0) || math.IsInf(value, 0) || unit == nil {
		return fmt.Errorf("the mass %q: write a coordinate, a number and a unit, like theta=0.02 kg m^2", mass)
	}
	if l.Model == nil {
		return fmt.Errorf("no formula to give the mass %q: %s", mass, l.Why)
	}
	if l.Fixed {
		return fmt.Errorf("the mass %q: a known force tells the unit of L already (%s)", mass, l.Unit)
	}
	s := l.Model.net.Spec
	for i, c := range s.Coordinates {
		if c.Name == strings.TrimSpace(name) {
			l.write(func(net *model.Model[float64]) unitOfL {
				return unitOfL{meanMasses(net, l.from.x)[i] / value, "the mean mass of " + mass + " is known",
					unit.Times(s.UnitOf(i, 0, 2), 1), true}
			})
			return nil
		}
	}
	return fmt.Errorf("the mass %q: no coordinate %q", mass, name)
}

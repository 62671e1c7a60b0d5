package model

import (
	"fmt"
	"math"
	"slices"

	"lagrange/nn"
)

// Spare is a parameter of the forces that a mechanism need not have, by its place in θ, and what it is.
type Spare struct {
	At   int
	Name string
}

// Spares are those that are not absent: offsets, viscous friction between coordinates, and gains of known forces, but
// for the largest of each.
func (m *Model[T]) Spares() (all []Spare) {
	s, l, at := m.Spec, layout(m.Spec), m.forces()
	name := func(i int) string { return s.Coordinates[i].Name }
	add := func(place int, format string, of ...any) {
		if !slices.Contains(s.Absent, place) {
			all = append(all, Spare{at + place, fmt.Sprintf(format, of...)})
		}
	}
	in := s.inputs(false)
	for j, u := range in {
		gain := func(i int) int { return l.actuators + i*len(in) + j }
		size := func(i int) float64 { return math.Abs(float64(m.Theta[at+gain(i)])) }
		largest := 0
		for i := range s.D() {
			if size(i) > size(largest) {
				largest = i
			}
		}
		for i := range s.D() {
			if i != largest {
				add(gain(i), "gain of %s on %s", s.Inputs[u].Name, name(i))
			}
		}
	}
	for i := range s.D() {
		if l.actuators >= 0 {
			add(l.actuators+s.D()*len(in)+i, "constant force on %s", name(i))
		}
		for j := range i {
			if l.viscous >= 0 {
				add(l.viscous+i*(i+1)/2+j, "viscous friction between %s and %s", name(j), name(i))
			}
		}
	}
	return all
}

// Lacking is a copy in which spares are absent, too: they are 0, and no training moves them.
func (m *Model[T]) Lacking(spares []Spare) *Model[T] {
	out := m.Copy()
	out.Spec.Absent = slices.Clone(m.Spec.Absent)
	for _, x := range spares {
		out.Theta[x.At] = 0
		out.Spec.Absent = append(out.Spec.Absent, x.At-m.forces())
	}
	slices.Sort(out.Spec.Absent)
	out.Spec.Absent = slices.Compact(out.Spec.Absent)
	return out
}

// checkAbsent reports what is wrong with the places of what is absent.
func (s Spec) checkAbsent() error {
	if len(s.Absent) == 0 {
		return nil
	}
	if s.Nodes != nil {
		return fmt.Errorf("forces of a %s are all there", Title(s.Family))
	}
	for _, k := range s.Absent {
		if n := forceParams(s); k < 0 || k >= n {
			return fmt.Errorf("absent is parameter %d of the forces, of which there are %d", k, n)
		}
	}
	return nil
}

// absent has no force: it stands behind all others and takes back their slopes in what is absent.
type absent[T nn.Float] struct{ at []int }

func (f absent[T]) add(_, _, _ []T) {}

func (f absent[T]) vjp(_, _, _, dtheta, _, _ []T) {
	for _, k := range f.at {
		dtheta[k] = 0
	}
}

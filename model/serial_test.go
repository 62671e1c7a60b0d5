package model

import (
	"math"
	"math/rand/v2"
	"testing"
)

// vector is one of space.
type vector [3]float64

func cross(a, b vector) vector {
	return vector{a[1]*b[2] - a[2]*b[1], a[2]*b[0] - a[0]*b[2], a[0]*b[1] - a[1]*b[0]}
}

// turned is x after a turn by an angle about an axis of length 1 through an origin (Rodrigues).
func turned(x, axis, origin vector, angle float64) (y vector) {
	s, c := math.Sincos(angle)
	for i := range x {
		x[i] -= origin[i]
	}
	across, along := cross(axis, x), dot(axis[:], x[:])
	for i := range y {
		y[i] = origin[i] + c*x[i] + s*across[i] + (1-c)*along*axis[i]
	}
	return y
}

// spatialArm has joints with an axis each and a place of it, and behind each joint some masses, at q = 0.
type spatialArm struct {
	axis, place []vector
	masses      [][]vector
	gravity     vector
}

func newSpatialArm(r *rand.Rand, d int) (a spatialArm) {
	some := func() vector { return vector{r.NormFloat64(), r.NormFloat64(), r.NormFloat64()} }
	for range d {
		n := some()
		size := math.Sqrt(dot(n[:], n[:]))
		a.axis = append(a.axis, vector{n[0] / size, n[1] / size, n[2] / size})
		a.place, a.masses = append(a.place, some()), append(a.masses, []vector{some(), some(), some()})
	}
	a.gravity = some()
	return a
}

// at are the mass matrix and the potential at q, of masses of 1:
// M_kl = Σ (n_k × (x − o_k)) · (n_l × (x − o_l)).
func (a spatialArm) at(q []float64) (M [][]float64, V float64) {
	d := len(q)
	M = make([][]float64, d)
	for k := range M {
		M[k] = make([]float64, d)
	}
	for last, masses := range a.masses {
		for _, x := range masses {
			n, o := make([]vector, d), make([]vector, d)
			for k := last; k >= 0; k-- { // what lies beyond joint k turns with it
				turn := func(x vector) vector { return turned(x, a.axis[k], a.place[k], q[k]) }
				x, n[k], o[k] = turn(x), a.axis[k], a.place[k]
				for l := k + 1; l <= last; l++ {
					n[l], o[l] = turned(n[l], a.axis[k], vector{}, q[k]), turn(o[l])
				}
			}
			J := make([]vector, last+1)
			for k := range J {
				J[k] = cross(n[k], vector{x[0] - o[k][0], x[1] - o[k][1], x[2] - o[k][2]})
			}
			for k := range J {
				for l := range J {
					M[k][l] += dot(J[k][:], J[l][:])
				}
			}
			V += dot(a.gravity[:], x[:])
		}
	}
	return M, V
}

// The mass matrix and the potential of any arm in space, of whatever axes and masses, are sums of the terms of its
// library, list by list, and no term is there that none has.
func TestSerialTermsHoldAnyArm(t *testing.T) {
	const d, rows = 4, 400
	spec := of("theta1 theta2 theta3 theta4")
	all := spec.SerialTerms()
	r := rand.New(rand.NewPCG(2, 2))
	a := newSpatialArm(r, d)
	var q [][]float64
	numbers := make([][]float64, len(all))
	for n := range rows {
		q = append(q, make([]float64, d))
		for i := range d {
			q[n][i] = 6 * r.Float64()
		}
		M, V := a.at(q[n])
		numbers[0] = append(numbers[0], V)
		for o := 1; o < len(all); o++ {
			l, k := MassElement(o)
			numbers[o] = append(numbers[o], M[l][k])
		}
	}
	for o, terms := range all {
		if o == 0 {
			terms = append([]Term{{Function: One}}, terms...) // of the potential that changes nothing
		}
		x, off := solved(t, terms, q, numbers[o])
		if off > 1e-11 {
			t.Errorf("list %d is off by %.2g", o, off)
		}
		for i, term := range terms {
			if math.Abs(x[i]) < 1e-9 && term.Function != One {
				t.Errorf("list %d needs no %s", o, spec.TermText(term))
			}
		}
	}
}

// A gantry stands before an arm; an arm with a slide in it has terms of another kind.
func TestSerialTermsOfOthers(t *testing.T) {
	for names, want := range map[string]bool{"x theta1 theta2": true, "theta1 x theta2": false, "x theta1": false} {
		if got := of(names).SerialTerms() != nil; got != want {
			t.Errorf("%s has a library: %v", names, got)
		}
	}
	s := of("theta1 theta2 theta3")
	s.Coordinates[1].Cyclic = true
	for _, terms := range s.SerialTerms() {
		for _, term := range terms {
			if term.Of != nil && term.Of[1] != 0 {
				t.Errorf("%s of an ignorable angle", s.TermText(term))
			}
		}
	}
}

package sim

import "math"

// vector is one of space, z upwards.
type vector [3]float64

func (a vector) plus(c float64, b vector) vector {
	return vector{a[0] + c*b[0], a[1] + c*b[1], a[2] + c*b[2]}
}

func (a vector) cross(b vector) vector {
	return vector{a[1]*b[2] - a[2]*b[1], a[2]*b[0] - a[0]*b[2], a[0]*b[1] - a[1]*b[0]}
}

func (a vector) dot(b vector) float64 { return a[0]*b[0] + a[1]*b[1] + a[2]*b[2] }

// frame are the directions x, y and z of a link.
type frame [3]vector

// turned is a frame after a turn by q about its own axis, 1 for y or 2 for z.
func (f frame) turned(axis int, q float64) frame {
	s, c := math.Sincos(q)
	i, j := (axis+1)%3, (axis+2)%3
	x, y := f[i], f[j]
	f[i], f[j] = vector{}.plus(c, x).plus(s, y), vector{}.plus(c, y).plus(-s, x)
	return f
}

// point is that of a link, by its frame.
func (f frame) point(x, y, z float64) vector {
	return vector{}.plus(x, f[0]).plus(y, f[1]).plus(z, f[2])
}

const (
	linkLength = 0.4 // m, from joint to joint, with an offset of a tenth to the side
	linkMass   = 0.5 // kg, of each of the two masses of a link
	motorMass  = 0.05
	gravity    = 9.81
)

// masses are where those of a link are, by its frame, in m: out of line, so that a link that turns has inertia.
var masses = [2]vector{{0.1, 0.05, 0.3}, {-0.1, 0.1, 0.4}}

// spatialTorques are those of the joints of an arm in space with the axes of a Barrett WAM: those of joints 1,
// 3 and so on are z of the link before, those of 2 and 4 are y. Forward along the arm go the rotation ω of
// each link, its change α, and the acceleration of its joint; from them come those of its masses, and the
// torque of a joint is what is wanted about its axis for all masses beyond it (Luh, Walker, Paul 1980). A
// motor resists with motorMass, in kg m², too.
func spatialTorques(q, v, a []float64) (tau []float64) {
	tau = make([]float64, len(q))
	f := frame{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}
	var omega, alpha, o vector
	accel := vector{0, 0, gravity} // of a joint: to stand still in gravity is to be accelerated upwards without it
	var axes, places []vector
	for k := range q {
		axis := 2 - k%2
		n := f[axis]
		alpha = alpha.plus(a[k], n).plus(v[k], omega.cross(n))
		omega, f = omega.plus(v[k], n), f.turned(axis, q[k])
		axes, places = append(axes, n), append(places, o)
		at := func(r vector) vector { // the acceleration at r from the joint
			return accel.plus(1, alpha.cross(r)).plus(1, omega.cross(omega.cross(r)))
		}
		for _, m := range masses {
			r := f.point(m[0], m[1], m[2])
			force := at(r)
			for i, n := range axes {
				tau[i] += linkMass * n.cross(o.plus(1, r).plus(-1, places[i])).dot(force)
			}
		}
		tau[k] += motorMass * a[k]
		next := f.point(0, linkLength/10, linkLength)
		accel, o = at(next), o.plus(1, next)
	}
	return tau
}

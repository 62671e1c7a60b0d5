package model

import (
	"math"

	"lagrange/internal/vec"
	"lagrange/nn"
)

// hnn is the Hamiltonian neural network (Greydanus et al. 2019): the net of the Lagrangian network gives H(q, p),
// Hamilton's equations the field. States are (q, p), and in a Spec Speed and Accel are then the scales of p and ṗ.
// Whether p is a true canonical momentum or q̇ put in its place is a matter of the data alone.
var hnn = Family{
	Name: "hnn", Title: "Hamiltonian network", Heads: true,
	Params: lnn.Params,
	Init:   lnn.Init,
	Tape32: hamiltonian[float32],
	Tape64: hamiltonian[float64],
	Parts:  hamiltonianParts,
}

// hamiltonian composes H = E (l + ½ Σ c (pᵢ/Pᵢ)²), with P the scales of p and E that of energy.
func hamiltonian[T nn.Float](s Spec, theta []T, batch int) Tape[T] {
	H, n := scalar(s, theta, batch, 0, nn.Dual)
	return newHamilton(s.D(), s.M(), len(theta), s.inputs(true), batch, T(s.energy()), H,
		hamiltonianForces(s, theta, n))
}

// hamiltonianForces composes the forces on the parameters theta[at:].
func hamiltonianForces[T nn.Float](s Spec, theta []T, at int) Forces[T] {
	E, power, speeds := s.energy(), 0.0, []T(nil)
	for _, c := range s.Coordinates { // q̇ is of the size of H_p, E/P
		power += math.Pow(c.Accel*E/c.Speed, 2) / float64(s.D())
		speeds = append(speeds, T(E/c.Speed))
	}
	return composeForces(s, theta, at, T(math.Sqrt(power)), speeds)
}

// energy is the unit of a Hamiltonian: q ṗ, in the mean over the coordinates on which it may depend; p² where there is
// none.
func (s Spec) energy() float64 {
	var qp, pp []float64
	for _, c := range s.Coordinates {
		if !c.Cyclic {
			qp = append(qp, c.Scale*c.Accel)
		}
		pp = append(pp, c.Speed*c.Speed)
	}
	if qp == nil {
		qp = pp
	}
	return vec.Norm(qp) / math.Sqrt(float64(len(qp)))
}

// Package control evaluates learned models inside the programs that steer machines. It reads a model file and answers
// with accelerations, forces and steps, in buffers that are made once; it needs nothing that trains, draws or reads
// recordings.
//
//	nets, err := control.Read(file)
//	c := control.New(nets)
//	tau := make([]float64, c.Forces())
//	for range time.Tick(time.Millisecond) {
//		// q, v are measured, a is wanted
//		c.Force(q, v, a, nil, tau)    // what the motors have to give
//		c.Step(q, v, tau, 0.001)      // where that will bring the machine
//	}
package control

import (
	"fmt"

	"lagrange/model"
	_ "lagrange/model/graph" // the family
)

// Controller answers for a model, of an ensemble as the mean of its networks. Nothing is allocated after it was made.
// It serves one goroutine at a time: each makes one of its own, of the same networks.
//
// States are q and v (d), of a Hamiltonian network q and its momenta. Inputs u (m) are known forces and system
// parameters in the order of the Spec; nil: zeros. Where an input has a delay, u is what acts now.
type Controller struct {
	spec       model.Spec
	members    []member
	forces     int       // numbers that Force writes
	x, y       []float64 // (q, v)
	slope, sum []float64 // ẋ
	none, Q    []float64 // zeros for u, generalised forces
}

// member is a network with its buffers.
type member struct {
	tape    model.Tape[float64]
	inverse model.InverseDynamics[float64] // nil: it has no Lagrangian
	motors  []float64                      // (d, forces): the known forces that bring 1 of each generalised one
}

// New makes a controller of networks that answer together, such as Read gives.
func New(nets []*model.Model[float64]) *Controller {
	if len(nets) == 0 {
		panic("control: no networks")
	}
	s := nets[0].Spec
	d, m := s.D(), s.M()
	c := &Controller{spec: s, x: make([]float64, 2*d), y: make([]float64, 2*d), slope: make([]float64, 2*d),
		sum: make([]float64, 2*d), none: make([]float64, m), Q: make([]float64, d)}
	for _, net := range nets {
		if net.Spec.D() != d || net.Spec.M() != m || net.Spec.Family != s.Family {
			panic("control: networks of different systems")
		}
		k := member{tape: net.Tape(1)}
		if inverse, ok := model.As[model.InverseDynamics[float64]](k.tape); ok {
			k.inverse, c.forces = inverse, d
			for i := range d {
				unit := make([]float64, d)
				unit[i] = 1
				row := inverse.Motors(unit)
				k.motors = append(k.motors, row...)
				if row != nil {
					c.forces = len(row)
				}
			}
		}
		c.members = append(c.members, k)
	}
	return c
}

// Spec is what is fixed about the model: names, units, inputs.
func (c *Controller) Spec() model.Spec { return c.spec }

// Forces is how many numbers Force writes: as many as there are known forces; without any of these one for each
// coordinate; 0 for a model without a Lagrangian.
func (c *Controller) Forces() int { return c.forces }

// Health counts solves so far, and those where the mass matrix was not safely positive definite or not finite.
func (c *Controller) Health() (h model.Health) {
	for _, k := range c.members {
		h.Add(*k.tape.Health())
	}
	return h
}

// Accel writes the accelerations a (d) at (q, v) under u.
func (c *Controller) Accel(q, v, u, a []float64) {
	u = c.fit(q, v, u)
	fits("accelerations", len(a), len(q))
	c.field(c.x, u)
	copy(a, c.sum[len(q):])
}

// Force writes the forces tau (Forces) that have to act at (q, v) for the accelerations a (d), beside those that u
// brings: what the motors must give, in the units of the known forces or, without any of these, generalised forces in
// the model's own unit, of an ensemble those of its first network. It is false for a model without a Lagrangian.
func (c *Controller) Force(q, v, a, u, tau []float64) bool {
	u = c.fit(q, v, u)
	fits("accelerations", len(a), len(q))
	fits("forces", len(tau), c.forces)
	if c.forces == 0 {
		return false
	}
	if c.members[0].motors == nil {
		c.members[0].inverse.Force(q, v, u, a, tau)
		return true
	}
	clear(tau)
	for _, k := range c.members {
		k.inverse.Force(q, v, u, a, c.Q)
		for i, Q := range c.Q {
			for j, x := range k.motors[i*c.forces : (i+1)*c.forces] {
				tau[j] += Q * x / float64(len(c.members))
			}
		}
	}
	return true
}

// Step moves (q, v) by the time h under constant u, with one step of the classical Runge–Kutta method of order 4.
func (c *Controller) Step(q, v, u []float64, h float64) {
	u = c.fit(q, v, u)
	for i, part := range [...]float64{1. / 6, 1. / 3, 1. / 3, 1. / 6} {
		at := c.x
		if i > 0 {
			ahead := h / 2
			if i == 3 {
				ahead = h
			}
			for j, x := range c.x {
				c.y[j] = x + ahead*c.sum[j]
			}
			at = c.y
		}
		c.field(at, u)
		for j := range q {
			q[j] += h * part * c.sum[j]
			v[j] += h * part * c.sum[len(q)+j]
		}
	}
}

// field sets sum to ẋ at x, the mean of the members.
func (c *Controller) field(x, u []float64) {
	if len(c.members) == 1 {
		c.members[0].tape.Field(x, u, c.sum)
		return
	}
	clear(c.sum)
	for _, k := range c.members {
		k.tape.Field(x, u, c.slope)
		for i, y := range c.slope {
			c.sum[i] += y / float64(len(c.members))
		}
	}
}

// fit copies a state to x, and gives zeros for no inputs.
func (c *Controller) fit(q, v, u []float64) []float64 {
	if u == nil {
		u = c.none
	}
	fits("coordinates", len(q), c.spec.D())
	fits("velocities", len(v), c.spec.D())
	fits("inputs", len(u), c.spec.M())
	copy(c.x, q)
	copy(c.x[len(q):], v)
	return u
}

func fits(what string, got, want int) {
	if got != want {
		panic(fmt.Sprintf("control: %d %s where the model has %d", got, what, want))
	}
}

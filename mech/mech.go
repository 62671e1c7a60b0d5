// Package mech holds mechanical systems whose Lagrangian is known: the ground truth to learn from and to measure
// against. Accelerations are closed forms or solves of the true equations of motion and share nothing with learned
// models.
package mech

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
)

// Coordinate describes one q and its v = q̇. Angles are in radians and do not wrap.
type Coordinate struct {
	Name, VelocityName string
	Unit, VelocityUnit string
	Angle              bool
}

// Parameter is a constant of a system.
type Parameter struct {
	Name, Unit, Meaning string
	Value               float64
}

// About is what a reader should know of a system.
type About struct {
	Title       string
	Lagrangian  string // L(q, v) as text, in the names of Parameters and the usual signs of the coordinates
	Coordinates []Coordinate
	Parameters  []Parameter
	EnergyScale float64 // what an energy error is divided by, in the unit of the energy
	Source      string  // where the equations and the sampling come from
}

// System is a conservative mechanical system of d degrees of freedom. q, v and a hold d numbers. The methods may be
// called concurrently.
type System interface {
	Name() string
	About() About
	Dim() int // d
	Lagrangian(q, v []float64) float64
	Accel(q, v, a []float64) // writes a = q̈; a must not overlap q or v
	Energy(q, v []float64) float64
	Momentum(q, v, p []float64)          // writes the canonical momentum p = L_v; p must not overlap q or v
	Sample(r *rand.Rand, q, v []float64) // writes a state to train on
	Start(r *rand.Rand, q, v []float64)  // writes a start for a roll-out
}

// Parametrised is a system with m system parameters c: parameters that are drawn anew for every sample or motion and
// stand still along it. A model is told them. The methods of System hold for the values in About.
type Parametrised interface {
	System
	// those of About's that are system parameters, with the values they have
	SystemParameters() []Parameter
	SampleParameters(r *rand.Rand, c []float64) // writes system parameters to train on, or for a roll-out
	At(c []float64) System                      // the system at the values c of these
}

var systems = []System{
	Chain(1),
	Chain(2),
	Chain(3),
	spring{m: 1, k: 1},
	cartPole{M: 1, m: 1, l: 1, g: gravity},
	kepler{μ: 1},
	twoBody{m1: 1, m2: 1},
	relativistic{g: 10},
	spherical{m: 1, l: 1, g: gravity},
	threeBody{m: [3]float64{1, 1, 1}},
}

// Systems returns the systems that have a name of their own, always in the same order.
func Systems() []System { return append([]System(nil), systems...) }

// Lookup finds a system by its name: one of Systems, chain-n for a chain of n pendulums, or wave-n for a ring of n
// sites with c = 1 and length 1. The error lists the names.
func Lookup(name string) (System, error) {
	names := make([]string, len(systems))
	for i, s := range systems {
		if s.Name() == name {
			return s, nil
		}
		names[i] = s.Name()
	}
	if digits, ok := strings.CutPrefix(name, "chain-"); ok {
		if n, err := strconv.Atoi(digits); err == nil && 1 <= n && n <= 1000 {
			return Chain(n), nil
		}
	}
	if digits, ok := strings.CutPrefix(name, "wave-"); ok {
		if n, err := strconv.Atoi(digits); err == nil && 3 <= n && n <= 1000 {
			return Wave{N: n, C: 1, H: 1 / float64(n)}, nil
		}
	}
	return nil, fmt.Errorf("no system %q; there are %s, chain-n with n from 1 to 1000, and wave-n with n from 3", name,
		strings.Join(names, ", "))
}

// gravity is g in m/s², with the digits of Cranmer et al. (2020).
const gravity = 9.8

func uniform(r *rand.Rand, x []float64, low, high float64) {
	for i := range x {
		x[i] = low + (high-low)*r.Float64()
	}
}

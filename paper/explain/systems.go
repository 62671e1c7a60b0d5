package explain

import (
	"context"
	"slices"
	"time"

	"lagrange"
	"lagrange/fit"
	"lagrange/mech"
	"lagrange/model/graph"
	"lagrange/sim"
	"lagrange/train"
)

// A learned system is one whose clean recording, with accelerations, a network learns from.
type system struct {
	name          string
	motions, rows int
	dt            float64
	steps         int   // of the network
	hidden        []int // its layers; nil: the default
	network       string
	truth         truth
	parameter     string // the term of the truth whose coefficient is the system parameter; "" none
	conserved     int    // independent quantities
	quick         bool
	// motions begin as roll-outs do, not where states to learn from are drawn: those of the relativistic particle come
	// within 1e-5 of the speed of light, and those of the wave are so smooth that they hardly tell neighbours apart
	starts bool
}

var systems = []system{
	{name: "spring", motions: 10, rows: 100, dt: 0.05, steps: 400, conserved: 1, quick: true,
		truth: truth{terms: []Term{{"v^2", 0.5}, {"q^2", -0.5}}}},
	{name: "pendulum", motions: 20, rows: 100, dt: 0.03, steps: 600, conserved: 1, quick: true,
		truth: truth{terms: []Term{{"cos(theta)", 9.8}, {"omega^2", 0.5}}}},
	{name: "double-pendulum", motions: 20, rows: 150, dt: 0.02, steps: 2000, conserved: 1,
		truth: truth{terms: []Term{{"cos(theta1)", 19.6}, {"cos(theta2)", 9.8}, {"omega1^2", 1},
			{"cos(theta1-theta2)*omega1*omega2", 1}, {"omega2^2", 0.5}}}},
	{name: "cart-pole", motions: 20, rows: 150, dt: 0.02, steps: 2000, conserved: 2,
		truth: truth{terms: []Term{{"cos(theta)", 9.8}, {"v_x^2", 1}, {"cos(theta)*v_x*v_theta", 1},
			{"v_theta^2", 0.5}}}},
	{name: "spherical-pendulum", motions: 30, rows: 150, dt: 0.02, steps: 2000, conserved: 2,
		truth: truth{terms: []Term{{"cos(theta)", 9.8}, {"omega^2", 0.5}, {"v_phi^2", 0.25},
			{"cos(2*theta)*v_phi^2", -0.25}}}},
	{name: "kepler", motions: 30, rows: 120, dt: 0.05, steps: 2000, conserved: 3, starts: true,
		truth: truth{terms: []Term{{"1/r", 1}, {"v_r^2", 0.5}, {"r^2*v_phi^2", 0.5}}}},
	{name: "triple-pendulum", motions: 30, rows: 100, dt: 0.02, steps: 1200, conserved: 1,
		truth: truth{terms: []Term{{"cos(theta1)", 29.4}, {"cos(theta2)", 19.6}, {"cos(theta3)", 9.8},
			{"omega1^2", 1.5}, {"cos(theta1-theta2)*omega1*omega2", 2}, {"omega2^2", 1},
			{"cos(theta1-theta3)*omega1*omega3", 1}, {"cos(theta2-theta3)*omega2*omega3", 1}, {"omega3^2", 0.5}}}},
	{name: "relativistic", motions: 400, rows: 11, dt: 0.04, steps: 16000, hidden: []int{30}, conserved: 1,
		starts:    true,
		truth:     truth{terms: []Term{{"1/sqrt(1-v^2)", 1}, {"q", 0}}, unit: "1/sqrt(1-v^2)"},
		parameter: "q"},
	{name: "wave-8", motions: 20, rows: 61, dt: 0.005, steps: 30, network: "graph", conserved: 2, starts: true,
		truth: truth{terms: []Term{{"Σ v^2", 0.5}, {"Σ (u-u')^2", -32}}}},
}

// Learned is what is found of a system by the network that has learned from a clean recording of it.
type Learned struct {
	System string  `json:"system"`
	Off    float64 `json:"off"` // error of accelerations of the network, relative to their size
	Formula
	Library int     `json:"library,omitempty"`
	Found   float64 `json:"formula,omitempty"` // errors over held-out windows, in units of the scales: of the formula
	Network float64 `json:"network,omitempty"`
	// Conserved are the names of what the network or, where that predicts better, the formula conserves
	Conserved []string `json:"conserved"`
	Known     int      `json:"known"`
	Seconds   float64  `json:"seconds"`
}

// beside compares a formula with the true one, at the system parameter for which it holds.
func (s system) beside(l *lagrange.Lagrangian) Formula {
	t := truth{slices.Clone(s.truth.terms), s.truth.unit}
	for k, x := range t.terms {
		if x.Text == s.parameter && l.Parameters != nil {
			t.terms[k].Value = l.Parameters[0]
		}
	}
	return t.beside(l)
}

// learned has a network learn from a recording of a system, and a formula found of it.
func (s system) learned(ctx context.Context, o fit.Options) (l Learned, err error) {
	l, begin := Learned{System: s.name, Known: s.conserved, Conserved: []string{}}, time.Now()
	of, err := mech.Lookup(s.name)
	if err != nil {
		return l, err
	}
	recording, err := sim.Simulation{System: of, Trajectories: s.motions, Steps: s.rows - 1, Dt: s.dt, Seed: o.Seed,
		Sampled: !s.starts, Accelerations: true}.Run(ctx)
	if err != nil {
		return l, err
	}
	if o.Model, o.Method = "lnn", train.Kaczmarz; s.network != "" {
		o.Model, o.Method, o.Graph = s.network, "", fit.Graph{Shape: graph.RingShape}
	}
	o.Hidden = s.hidden
	if o.Steps == 0 {
		o.Steps = s.steps
	}
	m, err := lagrange.Fit(ctx, recording, o)
	switch {
	case ctx.Err() != nil:
		return l, ctx.Err()
	case err != nil:
		l.Failed = err.Error()
		return l, nil
	}
	e, err := m.Explain(ctx, recording, 0, 1)
	if err != nil {
		return l, err
	}
	l.Formula, l.Off, l.Library = s.beside(e.Lagrangian), e.Accuracy.Error, e.Lagrangian.Library
	if c := e.Lagrangian.Compared; c != nil {
		l.Found, l.Network = c.Formula, c.Network
	}
	for _, x := range e.Conserved.Found {
		l.Conserved = append(l.Conserved, x.Name)
	}
	l.Seconds = time.Since(begin).Seconds()
	return l, nil
}

// Package recorded has the experiment on recordings of real mechanisms: textbook models, whose numbers are fitted,
// beside learned ones.
package recorded

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"

	"lagrange/data"
	"lagrange/experiment/known"
	"lagrange/smooth"
)

// A recording is of a real mechanism, with the textbook's equations for it.
type recording struct {
	name, title string
	file, test  string // in the folder of recordings; test "": a part of the file is held out
	horizon     float64
	thin        int // every so many rows are taken
	known.Equations
	p        []float64 // numbers to begin with
	friction []int     // which of them are friction, which brings no energy where they are not negative
	forced   bool
	quick    bool   // whether a quick run has it
	remark   string // what makes it hard
}

// motor is the textbook's pendulum with a motor, θ from hanging:
//
//	θ̈ = k u − b θ̇ − c tanh(θ̇/0.1) − g sin θ + a₀.
var motor = known.Equations{D: 1, M: 1, Steps: 2, Accel: func(q, v, u, p, a []float64) {
	a[0] = p[0]*u[0] - p[1]*v[0] - p[2]*math.Tanh(v[0]/0.1) - p[3]*math.Sin(q[0]) + p[4]
}}

// single swings freely, θ from upright: θ̈ = g sin θ − b θ̇ − c tanh(θ̇/0.1).
var single = known.Equations{D: 1, Steps: 2, Accel: func(q, v, _, p, a []float64) {
	a[0] = p[0]*math.Sin(q[0]) - p[1]*v[0] - p[2]*math.Tanh(v[0]/0.1)
}}

// double swings freely, angles from upright, friction in both joints; D = θ₁ − θ₂, and the first inertia is the unit:
//
//	θ̈₁ + m cos D θ̈₂ = −m sin D θ̇₂² + g₁ sin θ₁ − b₁ θ̇₁ − b₂ (θ̇₁ − θ̇₂),
//	m cos D θ̈₁ + n θ̈₂ = m sin D θ̇₁² + g₂ sin θ₂ − b₂ (θ̇₂ − θ̇₁).
var double = known.Equations{D: 2, Steps: 2, Accel: func(q, v, _, p, a []float64) {
	m, n, g1, g2, b1, b2 := p[0], p[1], p[2], p[3], p[4], p[5]
	sin, cos := math.Sincos(q[0] - q[1])
	f1 := -m*sin*v[1]*v[1] + g1*math.Sin(q[0]) - b1*v[0] - b2*(v[0]-v[1])
	f2 := m*sin*v[0]*v[0] + g2*math.Sin(q[1]) - b2*(v[1]-v[0])
	det := n - m*m*cos*cos
	a[0], a[1] = (n*f1-m*cos*f2)/det, (f2-m*cos*f1)/det
}}

var motorStart, motorFriction = []float64{7, 0.2, 1, 22, 0}, []int{1, 2}

const dfki, multiarm = "dfki-simple-pendulum/control_method_", "multiarm-pendulum/"

// recordings are those that are used.
var recordings = []recording{
	{
		name: "ilqr", title: "Pendulum with a motor, ilqr",
		file: dfki + "ilqr/data_measured.csv", horizon: 0.5,
		Equations: motor, p: motorStart, friction: motorFriction, forced: true,
	},
	{
		name: "ddp", title: "the same, ddp",
		file: dfki + "ddp/data_measured.csv", horizon: 0.25,
		Equations: motor, p: motorStart, friction: motorFriction, forced: true, quick: true,
	},
	{
		name: "direct-collocation", title: "the same, direct collocation",
		file: dfki + "direct_collocation/data_measured.csv", horizon: 0.25,
		Equations: motor, p: motorStart, friction: motorFriction, forced: true, quick: true,
	},
	{
		name: "energy-shaping", title: "the same, energy shaping",
		file: dfki + "energy_shaping/data_measured.csv", horizon: 0.5,
		Equations: motor, p: motorStart, friction: motorFriction, forced: true,
		remark: "it is held upright, where any error grows, and at 16 s pushed by ten times what its motor does",
	},
	{
		name: "sac", title: "the same, soft actor-critic",
		file: dfki + "sac/data_measured.csv", horizon: 0.5,
		Equations: motor, p: motorStart, friction: motorFriction, forced: true,
		remark: "most of it is held upright, where any error grows, and it is pushed now and then, as at 22 s",
	},
	{
		name: "gravity-compensation", title: "the same, gravity compensation",
		file: dfki + "gravity_compensation/data_measured.csv", horizon: 0.5, thin: 5,
		Equations: motor, p: motorStart, friction: motorFriction, forced: true,
		remark: "a hand moves the arm",
	},
	{
		name: "system-identification", title: "the same, pd",
		file: dfki + "pd/system_identification/data_measured.csv", horizon: 0.5, thin: 2,
		Equations: motor, p: motorStart, friction: motorFriction, forced: true,
		remark: "the measured torque explains little of it",
	},
	{
		name: "single", title: "Single pendulum, free swings",
		file: multiarm + "single-train.csv",
		test: multiarm + "single-test.csv", horizon: 1, thin: 5,
		Equations: single, p: []float64{30, 0.1, 0},
	},
	{
		name: "double", title: "Double pendulum, free swings",
		file: multiarm + "double-train.csv",
		test: multiarm + "double-test.csv", horizon: 1, thin: 3,
		Equations: double, p: []float64{0.3, 0.3, 40, 15, 0.01, 0.01}},
}

// parts are a recording as a training gets it, which holds out the windows itself (data.Set.Split), what it learns from
// of it at most, the windows, in all that was recorded, and the noise of what is learned from.
type parts struct {
	all, learn *data.Set
	windows    []window
	noise      []*smooth.Fit // of each coordinate
}

// read reads the recording from a folder.
func (r *recording) read(ctx context.Context, folder string) (p parts, err error) {
	if p, err = r.parts(folder); err == nil {
		p.noise, err = r.noises(ctx, p.learn)
	}
	return p, err
}

// parts reads the recording, all but its noise.
func (r *recording) parts(folder string) (p parts, err error) {
	set, err := r.open(folder, r.file)
	if err != nil {
		return p, err
	}
	if r.test != "" {
		test, err := r.open(folder, r.test)
		if err == nil {
			p = parts{all: set, learn: set, windows: r.windows(test)}
		}
		return p, err
	}
	split, err := set.Split(r.horizon, true)
	if err != nil {
		return p, err
	}
	p.all, p.learn = set, split.Train
	all := recordingsOf(set)
	for _, at := range split.At[2] {
		w := all[at.Trajectory]
		look := row(w.T, w.T[at.Start]-before)
		p.windows = append(p.windows, window{w, look, at.Start, at.Start + at.Steps})
	}
	return p, nil
}

// open reads a file of positions, and forces if there are any.
func (r *recording) open(folder, name string) (*data.Set, error) {
	o := data.Options{Positions: true, V: []string{}, U: []string{}}
	if r.forced {
		o.U, o.Angles = []string{"torque"}, []string{"position"}
	}
	set, err := data.Read([]string{filepath.Join(folder, filepath.FromSlash(name))}, o)
	if os.IsNotExist(err) {
		return nil, fmt.Errorf("%w: the recording %s is not in --data %s", err, r.name, folder)
	}
	if err == nil && r.thin > 1 {
		r.thinned(set)
	}
	return set, err
}

// thinned takes every so many rows.
func (r *recording) thinned(set *data.Set) {
	d, m := set.D(), set.M()
	for i, t := range set.Trajectories {
		w := data.Trajectory{ID: t.ID, File: t.File, Line: t.Line}
		for k := 0; k < t.Len(); k += r.thin {
			w.T, w.Q = append(w.T, t.T[k]), append(w.Q, t.Q[k*d:(k+1)*d]...)
			if m > 0 {
				w.U = append(w.U, t.U[k*m:(k+1)*m]...)
			}
		}
		set.Trajectories[i] = w
	}
}

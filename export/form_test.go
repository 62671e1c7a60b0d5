package export

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"lagrange/model"
	"lagrange/model/graph"
)

// evaluate is what a routine writes at inputs, by name.
func (p *program) evaluate(r routine, in map[string][]float64) map[string][]float64 {
	of, out := map[*node][]float64{}, map[string][]float64{}
	var all []*node
	for _, o := range r.outputs {
		all = append(all, o.of)
	}
	for _, n := range p.reached(all...) {
		switch n.op {
		case input:
			of[n] = in[n.name]
		case constant:
			of[n] = n.data
		default:
			var args [][]float64
			for _, a := range n.args {
				args = append(args, of[a])
			}
			of[n] = n.value(args)
		}
	}
	for _, o := range r.outputs {
		y := of[o.of]
		if o.turned {
			y = make([]float64, len(y))
			for i := range o.of.rows {
				for j := range o.of.cols {
					y[j*o.of.rows+i] = of[o.of][i*o.of.cols+j]
				}
			}
		}
		out[o.name] = y
	}
	return out
}

// specimen is a model of one kind, with all that a state needs to be drawn.
type specimen struct {
	name string
	nets []*model.Model[float64]
	*Source
}

// specimens are small models of every family that can be exported, away from their first parameters: all kinds of
// columns, heads, activations, forces, friction and system parameters.
func specimens(t testing.TB) (all []specimen) {
	angle := model.Coordinate{Name: "phi", Velocity: "w", Unit: "rad", Scale: 1, Speed: 2.5, Accel: 6}
	angle.Period = 2 * math.Pi
	other := model.Coordinate{Name: "psi", Velocity: "w2", Period: 2 * math.Pi, Scale: 1, Speed: 1.5, Accel: 5}
	place := model.Coordinate{Name: "x", Velocity: "v", Unit: "m", Mean: 0.3, Scale: 1.7, Speed: 3.5, Accel: 4}
	cyclic := model.Coordinate{Name: "y", Velocity: "vy", Cyclic: true, Scale: 2, Speed: 1.2, Accel: 3}
	wide := model.Coordinate{Name: "r", Velocity: "vr", Mean: 1.5, Scale: 1, Speed: 2, Accel: 5}
	wide.Knee, wide.SpeedKnee = 0.3, 0.5
	force, second := model.Input{Name: "F", Scale: 1.5}, model.Input{Name: "G", Scale: 20}
	mass := model.Input{Name: "m", SystemParameter: true, Mean: 2, Scale: 0.4}
	type cs = []model.Coordinate
	type us = []model.Input
	far := model.Coordinate{Name: "r", Velocity: "vr", Mean: 5, Scale: 0.5, Speed: 1, Accel: 1} // from 1/r = ∞
	powers := model.Spec{Family: "terms", Coordinates: cs{far, angle}, Activation: "softplus"}
	powers.Terms = [][]model.Term{
		{{Function: model.Power, Of: []int{-1, 0}}, {Function: model.Power, Of: []int{-2, 0}}},
		{{Function: model.One}}, {{Function: model.Cos, Of: []int{0, 2}}}, {{Function: model.One}},
	}
	formulas := model.Spec{Family: "terms", Coordinates: cs{place, angle}, Inputs: us{force}, Activation: "softplus",
		Friction: model.Viscous}
	formulas.Terms = formulas.DefaultTerms()
	for _, text := range []string{"1/sqrt(1+x^2)", "cos(2*phi)*v^2/(3+w^2)", "exp(-x^2)+x^3*w", "ln(2+x^2+w^2)*w^4",
		"(1+x^2)^(2/3)*v^2", "sqrt(1+v^2+x^2)"} {
		formulas.Terms[0] = append(formulas.Terms[0], model.Term{Function: model.Formula, Text: text, Size: 1.3})
	}
	for i, s := range []model.Spec{
		{Family: "lnn", Coordinates: cs{angle, place}, Activation: "softplus"},
		{Family: "lnn", Coordinates: cs{place, wide}, Activation: "gelu", Friction: model.Viscous},
		{Family: "lnn", Coordinates: cs{place, wide}, Activation: "swish", Friction: model.Coulomb,
			Combinations: []model.Combination{{Of: []float64{1, -1}, Mean: 0.2, Scale: 0.8}}},
		{Family: "lnn", Coordinates: cs{angle, other, place}, Inputs: us{force, mass}, Activation: "tanh",
			Friction: model.AllFriction, Head: model.Quadratic},
		{Family: "lnn", Coordinates: cs{place, wide}, Inputs: us{mass, force, second}, Activation: "sigmoid",
			Head: model.Quadratic, Friction: model.Stribeck},
		{Family: "lnn", Coordinates: cs{angle}, Activation: "relu3"},
		{Family: "lnn", Coordinates: cs{angle, place, wide}, Inputs: us{force, mass}, Activation: "softplus",
			Head: model.Quadratic, Natural: true, Friction: model.Both},
		{Family: "delan", Coordinates: cs{angle, place}, Activation: "softplus"},
		{Family: "delan", Coordinates: cs{cyclic, wide, angle, other}, Inputs: us{mass, force}, Activation: "tanh",
			Friction: model.Both},
		{Family: "hnn", Coordinates: cs{angle, place}, Activation: "softplus"},
		{Family: "hnn", Coordinates: cs{wide, cyclic}, Inputs: us{force, mass}, Activation: "softplus",
			Friction: model.Stribeck, Head: model.Quadratic},
		{Family: "terms", Coordinates: cs{angle, place, other, cyclic}, Inputs: us{force, second},
			Activation: "softplus", Friction: model.Both},
		powers, formulas,
		{Family: "nn", Coordinates: cs{angle, place, cyclic}, Inputs: us{force, mass}, Activation: "relu2"},
		{Family: "node", Coordinates: cs{wide, angle}, Activation: "softplus"},
	} {
		if s.Hidden, s.Kinetic = []int{6, 5}, 2; s.Family == "terms" {
			if s.Hidden = nil; s.Terms == nil {
				s.Terms = s.DefaultTerms()
			}
		}
		all = append(all, drawn(t, fmt.Sprintf("%s%d", s.Family, i), s, uint64(i)))
	}
	return append(all, others(t, model.Spec{Family: "lnn", Coordinates: cs{angle, place}, Inputs: us{force},
		Activation: "softplus", Hidden: []int{4}, Kinetic: 1, Head: model.Quadratic, Friction: model.Viscous})...)
}

// others are an ensemble, a wider net, and mass matrices that have no inverse by Cholesky's method.
func others(t testing.TB, s model.Spec) (all []specimen) {
	all = append(all, drawn(t, "ensemble", s, 1, 2, 3))
	s.Hidden = []int{9, 14} // whole fours of units, and some left over
	all = append(all, drawn(t, "wide", s, 4))
	s.Kinetic = -3 // so that M is negative definite, and the pseudo-inverse takes over
	all = append(all, drawn(t, "negative", s, 5))
	s.Kinetic = 0
	flat := drawn(t, "flat", s, 6) // and where L = 0 nothing moves
	theta := flat.nets[0].Theta
	clear(theta[:len(theta)-len(s.ForceTheta())])
	all = append(all, flat.again(t))
	// the last pivot, or the first, is positive and no more than rounding: M⁺ leaves it out
	for name, N := range map[string][]float64{"thin": {1, 1, 1 + 1e-14}, "light": {1e-14, 0, 1}} {
		x := drawn(t, name, s, 7)
		theta := x.nets[0].Theta
		net := theta[:len(theta)-len(s.ForceTheta())]
		clear(net)
		copy(net[len(net)-3:], N)
		all = append(all, x.again(t))
	}
	return append(all, graphs(t)...)
}

// graphs are a ring that is seen by differences, a chain with forces and a system parameter, a clamped one of pairs,
// and a network with masses and stiffnesses.
func graphs(t testing.TB) (all []specimen) {
	shared := model.Input{Name: "c", SystemParameter: true, Mean: 1, Scale: 0.5}
	chain := model.Spec{Nodes: &model.Nodes{Shape: string(graph.ChainShape)}, Friction: model.Both}
	for i := range 3 {
		chain.Inputs = append(chain.Inputs, model.Input{Name: fmt.Sprint("F", i), Scale: 1.5})
	}
	chain.Inputs = append(chain.Inputs, shared)
	net := model.Spec{Inputs: []model.Input{shared}, Nodes: &model.Nodes{Shape: string(graph.NetworkShape),
		Edges: [][2]int{{0, 1}, {2, 1}, {1, 3}}}}
	net.Nodes.OfNodes = &model.Attributes{Names: []string{"m"}, Of: [][]float64{{1}, {2}, {0.5}, {1.5}}}
	net.Nodes.OfEdges = &model.Attributes{Names: []string{"k"}, Of: [][]float64{{1}, {3}, {2}}}
	for i, s := range []model.Spec{
		{Nodes: &model.Nodes{Shape: string(graph.RingShape)}},
		chain,
		{Nodes: &model.Nodes{Size: 2, Shape: string(graph.ClampedShape)}, Head: model.Quadratic,
			Friction: model.Viscous},
		net,
	} {
		s.Family, s.Hidden, s.Activation, s.Kinetic = graph.Family, []int{5}, "softplus", 2
		s.Nodes.Size = max(1, s.Nodes.Size)
		for k := range []int{5, 3, 3, 4}[i] * s.Nodes.Size {
			s.Coordinates = append(s.Coordinates, model.Coordinate{Name: fmt.Sprint("x", k), Velocity: fmt.Sprint("v",
				k), Mean: 0.1, Scale: 1.3, Speed: 2, Accel: 3})
		}
		r, q := rand.New(rand.NewPCG(1, 1)), []float64(nil)
		for range 40 * s.D() {
			q = append(q, r.NormFloat64())
		}
		s, err := graph.Describe(s, i == 0, q)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, drawn(t, fmt.Sprint("graph", i), s, uint64(20+i)))
	}
	return all
}

// drawn is a model of so many networks.
func drawn(t testing.TB, name string, s model.Spec, seeds ...uint64) specimen {
	x := specimen{name: name, Source: &Source{Spec: s, Fingerprint: "0123456789abcdef"}}
	for _, seed := range seeds {
		net, err := model.New[float64](s, seed)
		if err != nil {
			t.Fatal(name, err)
		}
		r := rand.New(rand.NewPCG(seed, 12))
		for i := range net.Theta {
			net.Theta[i] += 0.15 * r.NormFloat64()
		}
		x.nets, x.Members = append(x.nets, net), append(x.Members, model.Parts{})
	}
	return x.again(t)
}

// again takes the parts of networks that were changed.
func (x specimen) again(t testing.TB) specimen {
	for i, net := range x.nets {
		p, err := net.Parts()
		if err != nil {
			t.Fatal(err)
		}
		x.Members[i] = p
	}
	return x
}

// state draws a state, accelerations and all inputs.
func (x specimen) state(r *rand.Rand) (q, v, a, u []float64) {
	for _, c := range x.Spec.Coordinates {
		y := c.Mean + c.Scale*r.NormFloat64()
		if c.Knee > 0 {
			y = math.Abs(y)
		}
		q, v, a = append(q, y), append(v, c.Speed*r.NormFloat64()), append(a, c.Accel*r.NormFloat64())
	}
	for _, in := range x.Spec.Inputs {
		u = append(u, in.Mean+in.Scale*r.NormFloat64())
	}
	return q, v, a, u
}

// truth is what the library says at a state, by the names of outputs.
func (x specimen) truth(q, v, a, u []float64) map[string][]float64 {
	d, out, k := len(q), map[string][]float64{}, float64(len(x.nets))
	add := func(name string, y []float64) {
		if out[name] == nil {
			out[name] = make([]float64, len(y))
		}
		for i := range y {
			out[name][i] += y[i] / k
		}
	}
	for i, net := range x.nets {
		tape, xdot := net.Tape(1), make([]float64, 2*d)
		tape.Field(append(append([]float64(nil), q...), v...), u, xdot)
		add("fallbacks", []float64{float64(tape.Health().Fallbacks)})
		add("w", xdot[:d])
		add("a", xdot[d:])
		if i == 0 {
			if c, ok := model.As[model.Conserved[float64]](tape); ok {
				out["energy"] = []float64{c.Energy(0)}
			}
			if c, ok := model.As[model.Mechanics[float64]](tape); ok {
				out["p"], out["m"] = append([]float64(nil), c.Momentum(0)...), append([]float64(nil), c.Mass(0)...)
			}
		}
		aq, av, au, ac := make([]float64, d*d), make([]float64, d*d), []float64(nil), []float64(nil)
		for i := range d {
			lambda, dx, du := make([]float64, 2*d), make([]float64, 2*d), make([]float64, len(u))
			lambda[d+i] = 1
			tape.VJP(lambda, make([]float64, len(net.Theta)), dx, du)
			copy(aq[i*d:], dx[:d])
			copy(av[i*d:], dx[d:])
			for j, in := range x.Spec.Inputs {
				if in.SystemParameter {
					ac = append(ac, du[j])
				} else {
					au = append(au, du[j])
				}
			}
		}
		add("aq", aq)
		add("av", av)
		add("au", au)
		add("ac", ac)
		if f, ok := model.As[model.InverseDynamics[float64]](tape); ok {
			Q := make([]float64, d)
			f.Force(q, v, u, a, Q)
			if tau := f.Motors(Q); tau != nil {
				Q = tau
			}
			add("tau", Q)
		}
	}
	return out
}

// inputs are the arguments of routines at a state.
func (p *program) arguments(q, v, a, u []float64) map[string][]float64 {
	in := map[string][]float64{"q": q, "v": v, "a": a}
	for _, j := range p.forces {
		in["u"] = append(in["u"], u[j])
	}
	for _, j := range p.params {
		in["c"] = append(in["c"], u[j])
	}
	return in
}

// off is the largest difference of two vectors, relative to the largest number.
func off(x, y []float64) float64 {
	if len(x) != len(y) {
		return math.Inf(1)
	}
	miss, size := 0.0, 0.0
	for i := range y {
		miss, size = math.Max(miss, math.Abs(x[i]-y[i])), math.Max(size, math.Abs(y[i]))
	}
	if miss == 0 {
		return 0
	}
	return miss / size
}

// The form of every family says what the library says.
func TestForm(t *testing.T) {
	seen, fallbacks := map[string]bool{}, 0.0
	for _, x := range specimens(t) {
		seen[x.Spec.Family] = true
		p, err := newProgram(x.Source)
		if err != nil {
			t.Fatal(x.name, err)
		}
		r, worst := rand.New(rand.NewPCG(1, 2)), 0.0
		for range 50 {
			q, v, a, u := x.state(r)
			want := x.truth(q, v, a, u)
			fallbacks += want["fallbacks"][0]
			for _, f := range p.routines {
				for name, got := range p.evaluate(f, p.arguments(q, v, a, u)) {
					e := off(got, want[name])
					if worst = math.Max(worst, e); !(e < 1e-8) {
						t.Fatalf("%s: %s of %s = %v, the library says %v", x.name, name, f.name, got, want[name])
					}
				}
			}
		}
		t.Logf("%s: up to %.1e apart", x.name, worst)
	}
	if fallbacks == 0 {
		t.Error("nothing was solved by the pseudo-inverse")
	}
	for _, family := range model.Families() {
		if !seen[family] {
			t.Errorf("nobody exports a %s", family)
		}
	}
}

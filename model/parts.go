package model

import (
	"fmt"
	"slices"

	"lagrange/nn"
	"lagrange/symbolic"
)

// Parts is a model taken apart into numbers, for what evaluates it in another way:
//
//	(q, v, u) ─► Combine ─► Columns, Formulas ─► Layers ─► Head ─► Equation, beside Forces.
//
// What stands in front of the columns is (q, v, u_Inputs) or, with Combine, (C q, v, u_Inputs).
type Parts struct {
	Combine    [][]float64 // C (n, d); nil: q itself
	Columns    []Column
	Inputs     []int // the places in u that the columns see
	Formulas   FormulaParts
	Layers     []Layer
	Activation string // behind each layer but the last
	Head       HeadPart
	Equation   Equation
	Forces     ForceParts
	// Densities are what L is the sum of; where there are some, the whole has no columns, layers and head of its own
	Densities []DensityParts
}

// DensityParts are those of a density of some coordinates of the whole, up to the head. Its inputs are Attributes, then
// the system parameters of the whole.
type DensityParts struct {
	Parts
	At         []int // its coordinates among those of the whole; one below 0 is at rest at 0
	Attributes []float64
}

// Column says how one number x enters the net. The kinds are affine, (x − Mean)/Scale; squared, the square of that;
// circle, sin Wx and cos Wx; logarithmic, asinh(x/Knee) − asinh(Mean/Knee); inverse and inverse-square, Scale/x and its
// square; dropped, not at all.
type Column struct {
	Kind                 string
	Mean, Scale, W, Knee float64
}

// FormulaParts are formulas of (q, v), which enter the net behind the columns: Steps[At]/Size of each.
type FormulaParts struct {
	Steps []symbolic.Step
	At    []int
	Sizes []float64
}

// Layer is y = x W + b, with W (in, out).
type Layer struct {
	In, Out int
	W, B    []float64
}

// HeadPart says what is made of the outputs l of the last layer. With w_i = v_i/Speed_i, the kinds are kinetic,
// l + ½ Σ Mass_i v_i²; quadratic, l + ½ wᵀ(N + C)w with N the lower triangle, row by row, behind l; factor,
// ½ wᵀ(RRᵀ + Floor)w − E V with the lower triangle of R before V, its diagonal softplus(l + Shift); scale, Mass ⊙ l.
type HeadPart struct {
	Kind               string
	Speed, Mass        []float64 // (d)
	C, E, Floor, Shift float64
}

// Equation is what gives motion: the Euler–Lagrange equation of L, Hamilton's of E H, or accelerations as they are.
type Equation struct {
	Kind string  // lagrange, hamilton, newton
	E    float64 // of hamilton
}

// ForceParts are generalised forces: Q = G u + Offset − Viscous q̇ − Σ rubs, with G (d, m) over all inputs.
type ForceParts struct {
	Gains, Viscous [][]float64 // nil: none
	Offset         []float64
	Rubs           []Rub
	// Motors (d, forces) are the known forces, in their order, that bring a generalised force of 1 on each coordinate,
	// see InverseDynamics; nil without known forces
	Motors [][]float64
}

// Rub is friction by a law of the list laws: Q_I = −Size g(w), w = q̇_I/Speed or, where J ≥ 0, w = (q̇_I − q̇_J)/Speed
// and Q_J = −Q_I.
type Rub struct {
	Law         string
	I, J        int
	Speed, Size float64
	Shapes      []float64
}

// Parts takes a model apart. The error says that its family cannot be.
func (m *Model[T]) Parts() (Parts, error) {
	f, err := lookup(m.Spec.Family)
	if err != nil {
		return Parts{}, err
	}
	if f.Parts == nil || m.tape != nil {
		return Parts{}, fmt.Errorf("a %s of this kind cannot be taken apart", f.Title)
	}
	theta := make([]float64, len(m.Theta))
	for i, x := range m.Theta {
		theta[i] = float64(x)
	}
	p := f.Parts(m.Spec, theta)
	if f.ForceSpec != nil {
		of := f.ForceSpec(m.Spec)
		node := newForces(of, theta, len(theta)-len(of.ForceTheta())).parts(of)
		p.Forces = node.each(of.D(), m.Spec.D()/of.D(), m.Spec.M())
	}
	for _, z := range m.Spec.Combinations {
		p.Combine = append(p.Combine, z.Of)
	}
	return p, nil
}

var columnKinds = [...]string{dropped: "dropped", affine: "affine", circle: "circle", logarithmic: "logarithmic",
	squared: "squared", inverse: "inverse", inverseSquare: "inverse-square"}

// netParts are the columns and the layers of a net on the first parameters.
func netParts(s Spec, columns []column, inputs []int, shape nn.Shape, theta []float64) Parts {
	p := Parts{Inputs: inputs, Activation: s.Activation}
	for _, c := range columns {
		p.Columns = append(p.Columns, Column{columnKinds[c.kind], c.mean, c.scale, c.w, c.knee})
	}
	for l := range shape.Layers() {
		in, out := shape.Sizes[l], shape.Sizes[l+1]
		p.Layers = append(p.Layers, Layer{in, out, theta[:in*out], theta[in*out : (in+1)*out]})
		theta = theta[(in+1)*out:]
	}
	return p
}

// scalarParts are those of the net of a scalar with its head.
func scalarParts(s Spec, theta []float64) Parts {
	p := netParts(s, s.seen(), s.inputs(true), s.scalarNet(), theta)
	speeds, _ := scales[float64](s)
	if s.Head == Quadratic {
		p.Head = HeadPart{Kind: "quadratic", Speed: speeds, C: s.Kinetic}
		return p
	}
	p.Head.Kind = "kinetic"
	for _, v := range speeds {
		p.Head.Mass = append(p.Head.Mass, s.Kinetic/(v*v))
	}
	return p
}

// lagrangianParts are those of the Lagrangian network.
func lagrangianParts(s Spec, theta []float64) Parts {
	p := scalarParts(s, theta)
	p.Equation.Kind = "lagrange"
	p.Forces = newForces(s, theta, s.scalarNet().Params()).parts(s)
	return p
}

// hamiltonianParts are those of the Hamiltonian network.
func hamiltonianParts(s Spec, theta []float64) Parts {
	p := scalarParts(s, theta)
	p.Equation = Equation{"hamilton", s.energy()}
	p.Forces = hamiltonianForces(s, theta, s.scalarNet().Params()).parts(s)
	return p
}

// structuredParts are those of the structured Lagrangian.
func structuredParts(s Spec, theta []float64) Parts {
	p := netParts(s, s.positions(), s.inputs(true), s.inertiaNet(), theta)
	speeds, _ := scales[float64](s)
	p.Head = HeadPart{Kind: "factor", Speed: speeds, E: s.height(), Floor: inertiaFloor, Shift: inertiaShift}
	p.Equation.Kind = "lagrange"
	p.Forces = newForces(s, theta, s.inertiaNet().Params()).parts(s)
	return p
}

// summedParts are those of a sum of terms: a layer with a weight for each.
func summedParts(s Spec, theta []float64) Parts {
	library, entries := newLibrary[float64](s, 1, 0, 0)
	var formulas FormulaParts
	in, out := library.Out(), 1+triangle(s.D())
	if both, ok := library.(*beside[float64]); ok {
		library = both.first
		e := both.second.(*expressions[float64])
		formulas = FormulaParts{e.steps, e.outs, e.sizes}
	}
	front := library.(*combine[float64])
	layer := Layer{in, out, make([]float64, in*out), make([]float64, out)}
	for e, at := range entries {
		if at.in < 0 {
			layer.B[at.out] += theta[e]
		} else {
			layer.W[at.in*out+at.out] += theta[e]
		}
	}
	p := netParts(s, front.features.columns, s.inputs(true), nn.Shape{Sizes: []int{0}}, nil)
	p.Formulas = formulas
	for j := range front.n {
		p.Combine = append(p.Combine, front.c[j*front.d:(j+1)*front.d])
	}
	speeds, _ := scales[float64](s)
	p.Layers, p.Head = []Layer{layer}, HeadPart{Kind: "quadratic", Speed: speeds}
	p.Equation.Kind = "lagrange"
	p.Forces = newForces(s, theta, s.coefficients()).parts(s)
	return p
}

// plainParts are those of the baseline.
func plainParts(s Spec, theta []float64) Parts {
	var all []int
	for j := range s.Inputs {
		all = append(all, j)
	}
	p := netParts(s, s.columns(true), all, s.shape(s.columns(true), s.D()), theta)
	_, accel := scales[float64](s)
	p.Head, p.Equation.Kind = HeadPart{Kind: "scale", Mass: accel}, "newton"
	return p
}

// parts are the numbers of forces in the units of a Spec.
func (fs Forces[T]) parts(s Spec) (p ForceParts) {
	d := s.D()
	for _, f := range fs {
		switch f := f.(type) {
		case *actuators[T]:
			p.Gains, p.Offset = zeros(d, s.M()), make([]float64, d)
			m := len(f.us)
			for i, v := range f.vs {
				p.Offset[i] = float64(f.E / v * f.theta[d*m+i])
				for j, k := range f.in {
					p.Gains[i][k] = float64(f.E / v * f.theta[i*m+j] / f.us[j])
				}
				unit := make([]T, d)
				unit[i] = 1
				row := make([]float64, m)
				for j, u := range f.motors(unit) {
					row[j] = float64(u)
				}
				p.Motors = append(p.Motors, row)
			}
		case *viscous[T]:
			p.Viscous = zeros(d, d)
			unit, r := make([]T, d), make([]T, d)
			for j := range d {
				clear(unit)
				clear(r)
				unit[j] = 1
				f.add(unit, nil, r)
				for i := range d {
					p.Viscous[i][j] = -float64(r[i])
				}
			}
		case *rubbing[T]:
			for k, a := range f.contacts {
				c := f.theta[f.at+k]
				x := Rub{Law: f.name, I: a.i, J: a.j, Speed: a.s, Size: float64(f.E/T(a.s)*c) * float64(c)}
				for _, at := range f.shapes {
					x.Shapes = append(x.Shapes, float64(f.theta[at+k]))
				}
				p.Rubs = append(p.Rubs, x)
			}
		}
	}
	return p
}

// each are the forces of so many nodes of d coordinates, those of one after the other, among m inputs.
func (p ForceParts) each(d, nodes, m int) (all ForceParts) {
	block := func(A [][]float64, columns int) (B [][]float64) {
		if A == nil {
			return nil
		}
		B = zeros(nodes*d, columns)
		for i := range B {
			copy(B[i][i/d*len(A[0]):], A[i%d])
		}
		return B
	}
	all = ForceParts{Viscous: block(p.Viscous, nodes*d), Offset: slices.Repeat(p.Offset, nodes)}
	if p.Gains != nil {
		each := len(p.Gains[0])
		all.Gains, all.Motors = block(p.Gains, m), block(p.Motors, nodes*each)
	}
	for _, r := range p.Rubs { // law by law
		for i := range nodes {
			k := r
			if k.I += i * d; k.J >= 0 {
				k.J += i * d
			}
			all.Rubs = append(all.Rubs, k)
		}
	}
	return all
}

func zeros(rows, columns int) (m [][]float64) {
	for range rows {
		m = append(m, make([]float64, columns))
	}
	return m
}

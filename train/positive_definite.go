package train

import (
	"lagrange/internal/lin"
	"lagrange/internal/vec"
	"lagrange/model"
	"lagrange/nn"
)

// PositiveDefinite is a loss of mass matrices that are not positive definite enough: (ε − λ)₊/ε with λ the least
// eigenvalue of M at a state, in units of v. Without it Gauss and Newton's steps may well leave the signature that an
// initial guess has found.
type PositiveDefinite[T nn.Float] struct {
	X     []T // states (N, 2d)
	U     []T // inputs (N, m)
	Unit  []T // of v (d)
	Floor T   // ε
	N     int
}

// Len implements Objective.
func (o *PositiveDefinite[T]) Len() int { return o.N }

// Pass implements Objective; it panics for a model without a mass matrix.
func (o *PositiveDefinite[T]) Pass(m *model.Model[T], most int) Pass[T] {
	d, tape := m.Spec.D(), m.Tape(most)
	mass, ok := model.As[model.Mechanics[T]](tape)
	inertia, also := model.As[model.Inertia[T]](tape)
	if !ok || !also {
		panic("train: a " + m.Spec.Family + " has no mass matrix")
	}
	return &positiveDefinitePass[T]{
		o: o, tape: tape, mass: mass, inertia: inertia, d: d, m: m.Spec.M(),
		x: make([]T, most*2*d), u: make([]T, most*m.Spec.M()), xdot: make([]T, most*2*d), w: make([]T, most*d),
		M: make([]T, d*d), E: make([]T, d*d), e: make([]T, d),
	}
}

type positiveDefinitePass[T nn.Float] struct {
	o       *PositiveDefinite[T]
	tape    model.Tape[T]
	mass    model.Mechanics[T]
	inertia model.Inertia[T]
	d, m, B int
	shared  bool  // the tape has evaluated the batch already
	bent    []int // samples with a loss
	// w (B, d): directions of the least eigenvalues, 0 where there is no loss; rows (B, P)
	x, u, xdot, w, M, E, e, rows []T
}

// evaluates takes the tape of another pass, which evaluates each batch before this one.
func (p *positiveDefinitePass[T]) evaluates(tape model.Tape[T]) {
	p.tape, p.shared = tape, true
	p.mass, _ = model.As[model.Mechanics[T]](tape)
	p.inertia, _ = model.As[model.Inertia[T]](tape)
}

// Health implements Pass.
func (p *positiveDefinitePass[T]) Health() *model.Health { return p.tape.Health() }

// Width implements Pass.
func (p *positiveDefinitePass[T]) Width() int { return 1 }

// Penalty implements Pass.
func (p *positiveDefinitePass[T]) Penalty() Penalty { return L2 }

// Residuals implements Pass.
func (p *positiveDefinitePass[T]) Residuals(batch []int, r, c []T) {
	d, n, B := p.d, 2*p.d, len(batch)
	p.B = B
	if !p.shared {
		for b, i := range batch {
			copy(p.x[b*n:(b+1)*n], p.o.X[i*n:])
			copy(p.u[b*p.m:(b+1)*p.m], p.o.U[i*p.m:])
		}
		p.tape.Field(p.x[:B*n], p.u[:B*p.m], p.xdot[:B*n])
	}
	clear(p.w[:B*d])
	p.bent = p.bent[:0]
	for b := range B {
		M := p.mass.Mass(b)
		r[b], c[b] = 0, 1
		if p.scaled(M, p.o.Floor); lin.Positive(d, p.M, p.E) {
			continue
		}
		p.scaled(M, 0)
		lin.Eigen(d, p.M, p.e, p.E)
		if !(p.e[0] >= p.o.Floor) { // NaN too
			r[b] = 1 - p.e[0]/p.o.Floor
			p.bent = append(p.bent, b)
			for i, s := range p.o.Unit {
				p.w[b*d+i] = s * p.E[i*d]
			}
		}
	}
}

// scaled sets M in units of v, less a multiple of one.
func (p *positiveDefinitePass[T]) scaled(M []T, less T) {
	d := p.d
	for i := range d * d {
		p.M[i] = M[i] * p.o.Unit[i/d] * p.o.Unit[i%d]
	}
	for i := range d {
		p.M[i*d+i] -= less
	}
}

// Pull implements Pass.
func (p *positiveDefinitePass[T]) Pull(y, dtheta []T) {
	P := len(dtheta)
	for b, row := range p.slopes(P) {
		vec.Axpy(-y[b]/p.o.Floor, row, dtheta)
	}
}

// Rows implements Pass.
func (p *positiveDefinitePass[T]) Rows(J []T) {
	P := len(J) / p.B
	for b, row := range p.slopes(P) {
		vec.Axpy(-1/p.o.Floor, row, J[b*P:(b+1)*P])
	}
}

// Layers implements layeredPass.
func (p *positiveDefinitePass[T]) Layers(visit func(nn.Product[T])) { layersIn(p.tape, visit) }

// Products implements layeredPass: matrices that are positive definite enough have none.
func (p *positiveDefinitePass[T]) Products(visit func(layerSlope[T])) {
	if len(p.bent) == 0 {
		return
	}
	p.inertia.MassVJP(p.w[:p.B*p.d], nil)
	layerSlope[T]{samples: p.bent, scale: -1 / p.o.Floor}.each(p.tape, visit)
}

// slopes visits ∂λ/∂θ = uᵀ ∂M/∂θ u (P) of all samples.
func (p *positiveDefinitePass[T]) slopes(P int) func(func(b int, row []T) bool) {
	if len(p.rows) < P*p.B {
		p.rows = make([]T, P*p.B)
	}
	rows := p.rows[:P*p.B]
	clear(rows)
	p.inertia.MassVJP(p.w[:p.B*p.d], rows)
	return func(yield func(int, []T) bool) {
		for b := 0; b < p.B && yield(b, rows[b*P:(b+1)*P]); b++ {
		}
	}
}

// KeepPositiveDefinite puts a loss of mass matrices beside accelerations or windows, at their states. A model that has
// no mass matrix, and another objective, is as it was, and so is one of more coordinates than a convex initialisation
// takes, since eigenvalues cost d³. Of a convex initialisation that was kept, or else the zero value, comes the unit of
// v, which else is that of the scales of the model. The least eigenvalue wanted is a third of the floor of that.
func KeepPositiveDefinite(m *model.Model[float64], o Objective[float64], guess InitialGuess) Objective[float64] {
	if _, ok := model.As[model.Inertia[float64]](m.Tape(1)); !ok || m.Spec.D() > MostCoordinates {
		return o
	}
	unit, floor := guess.Unit, leastEigen
	if guess.Done && guess.Floor > 0 {
		floor = min(floor, guess.Floor/3)
	}
	if unit == nil {
		for _, c := range m.Spec.Coordinates {
			unit = append(unit, c.Speed)
		}
	}
	second, of := &PositiveDefinite[float64]{Unit: unit, Floor: floor}, [][]int(nil)
	switch first := o.(type) {
	case *Accelerations[float64]:
		second.X, second.U, second.N = first.X, first.U, first.N
	case *Segments[float64]:
		second.X, second.U, second.N = first.X, first.U, len(first.H)
		for _, at := range first.First {
			of = append(of, []int{at, at + first.Steps}) // where it begins and ends
		}
	default:
		return o
	}
	return &WeightedSum[float64]{First: o, Second: second, Of: of, Weight: positiveDefiniteWeight}
}

// leastEigen is the least eigenvalue of a mass matrix that is wanted, where those of the data are of order one.
const leastEigen = 0.01

// positiveDefiniteWeight is what the loss of a mass matrix counts beside that of an acceleration. With 1, Gauss and
// Newton's steps on the relativistic particle, whose M spans orders of magnitude, let some of them pass through zero,
// where accelerations are beyond all bounds.
const positiveDefiniteWeight = 10

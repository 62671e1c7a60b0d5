package train

import (
	"fmt"
	"math"
	"math/rand/v2"

	"lagrange/internal/lin"
	"lagrange/internal/par"
	"lagrange/internal/vec"
	"lagrange/model"
)

// mostLinear bounds the matrices of a convex initialisation, to some hundred MB; MostCoordinates is how many
// coordinates a mass matrix may have whose eigenvalues are found over and over, as there and in PositiveDefinite.
const (
	mostLinear      = 3000
	MostCoordinates = 64
)

// convexProblem is the least-squares problem around the parameters of its model. M is (N, d, d) in units of the speeds,
// and so are forces.
type convexProblem struct {
	c       ConvexOptions
	m       *model.Model[float64]
	o       *Accelerations[float64]
	d, n    int
	at      []int     // the linear parameters, the first of n columns
	weak    *weakForm // whose residuals stand in place of the forces at the samples; nil: none
	samples []int
	team    *par.Team
	cores   []*convexCore
	chunk   int
	w0      []float64 // (n) where it was made linear
	R       []float64 // (N·d, n) ∂Q/∂w
	Q       []float64 // (N, d) there
	D       []float64 // (N, d, d) weights of Q
	eigen   float64   // least eigenvalue at the last evaluation
	kappa   float64   // weight of the cuts
	low     []cut
	unit    []float64   // (d) of v for M
	mean    []float64   // (d) of the diagonal of M in units of the speeds, at the last evaluation
	mean0   []float64   // the same at w0
	slope   [][]float64 // (d, n) of it in w
	mass    []float64   // (n) slope of mean tr M − d, and
	lack    float64     // its value at w0
	G, F    []float64   // (n, n) normal matrix and its factor
	X       []float64   // (rows, n) weighted rows
}

// cut holds up the eigenvalue of M along u at a sample of the problem.
type cut struct {
	sample int
	u      []float64 // (d)
	value  float64   // uᵀMu
}

// convexCore is what one core works with.
type convexCore struct {
	tape                                 model.Tape[float64]
	inverse                              model.InverseDynamics[float64]
	mass                                 model.Mechanics[float64]
	inertia                              model.Inertia[float64]
	q, v, a, u, Q, lambda, dq, dv, du, J []float64
	M, E, w, y                           []float64
	loss, eigen                          float64
	mean                                 []float64   // (d) sums of the diagonal of M
	slope                                [][]float64 // (d, P) of these in all parameters
	cuts                                 []cut
}

func newConvexProblem(m *model.Model[float64], o *Accelerations[float64],
	c ConvexOptions) (p *convexProblem, why string) {
	d, f, at := m.Spec.D(), m.Spec.M(), m.Linear()
	if len(at) == 0 || o.Qdot != nil {
		return nil, "a " + model.Title(m.Spec.Family) + " has no Lagrangian that is linear in parameters"
	}
	if o.Scale != nil || o.Weight != nil && len(o.Weight) != o.N {
		return nil, "accelerations have scales of their own, or weights by component"
	}
	if len(at) > mostLinear {
		return nil, fmt.Sprintf("%d columns are too many: at most %d", len(at), mostLinear)
	}
	if d > MostCoordinates {
		return nil, fmt.Sprintf("%d coordinates are too many: at most %d", d, MostCoordinates)
	}
	c = c.defaults(len(at), d, len(m.Theta))
	p = &convexProblem{c: c, m: m, o: o, d: d, at: at}
	p.samples = rand.New(rand.NewPCG(c.Seed, 0xc0e)).Perm(o.N)
	p.samples = p.samples[:min(len(p.samples), c.Samples)]
	p.allocate(len(at))
	for _, x := range m.Spec.Coordinates {
		p.unit = append(p.unit, x.Speed)
	}
	p.chunk = max(1, min(model.Chunk, (1<<20)/len(m.Theta)))
	p.team = par.NewTeam(c.Workers)
	for range c.Workers {
		B, take := p.chunk, func(n int) []float64 { return make([]float64, n) }
		k := &convexCore{
			tape: m.Tape(B), q: take(B * d), v: take(B * d), a: take(B * d), u: take(B * f), Q: take(B * d),
			lambda: take(B * d),
			dq:     take(B * d), dv: take(B * d), du: take(B * f), J: take(B * len(m.Theta)), M: take(d * d),
			E: take(d * d), w: take(d), y: take(d),
		}
		k.mean = take(d)
		for range d {
			k.slope = append(k.slope, take(len(m.Theta)))
		}
		k.inverse, _ = model.As[model.InverseDynamics[float64]](k.tape)
		k.mass, _ = model.As[model.Mechanics[float64]](k.tape)
		k.inertia, _ = model.As[model.Inertia[float64]](k.tape)
		p.cores = append(p.cores, k)
	}
	return p, ""
}

// allocate makes room for n columns and the rows of all samples.
func (p *convexProblem) allocate(n int) {
	d, N := p.d, len(p.samples)
	p.n = n
	p.R, p.Q, p.D = make([]float64, N*d*n), make([]float64, N*d), make([]float64, N*d*d)
	p.G, p.F, p.mass = make([]float64, n*n), make([]float64, n*n), make([]float64, n)
	p.X, p.w0 = make([]float64, block*n), make([]float64, n)
	p.mean, p.mean0, p.slope = make([]float64, d), make([]float64, d), make([][]float64, d)
}

// sweep evaluates the forces of all samples in chunks, on all cores, and lets see look at each: samples lo … lo+B of
// the problem.
func (p *convexProblem) sweep(see func(k *convexCore, lo, B int)) {
	d, f := p.d, p.m.Spec.M()
	p.team.Do(func(w int) {
		k := p.cores[w]
		lo, hi := par.Span(len(p.samples), w, p.team.Workers())
		for ; lo < hi; lo += p.chunk {
			B := min(p.chunk, hi-lo)
			for b := range B {
				p.load(k, b, lo+b)
			}
			k.inverse.Force(k.q[:B*d], k.v[:B*d], k.u[:B*f], k.a[:B*d], k.Q[:B*d])
			if p.weak != nil {
				p.weak.residuals(p, lo, k.Q[:B*d])
			}
			see(k, lo, B)
		}
	})
}

// load gives sample s of the problem the place b in a batch.
func (p *convexProblem) load(k *convexCore, b, s int) {
	d, f, i := p.d, p.m.Spec.M(), p.samples[s]
	copy(k.q[b*d:(b+1)*d], p.o.X[2*i*d:])
	copy(k.v[b*d:(b+1)*d], p.o.X[(2*i+1)*d:])
	copy(k.a[b*d:(b+1)*d], p.o.A[i*d:])
	copy(k.u[b*f:(b+1)*f], p.o.U[i*f:])
}

// linearise sets R and Q at the parameters as they are, and the slope of mean tr M.
func (p *convexProblem) linearise() {
	d, n, P, f := p.d, p.n, len(p.m.Theta), p.m.Spec.M()
	for j, at := range p.at {
		p.w0[j] = p.m.Theta[at]
	}
	if p.weak != nil {
		p.weak.linearise(p)
	}
	p.sweep(func(k *convexCore, lo, B int) {
		for i, c := range p.m.Spec.Coordinates {
			for b := range B {
				clear(k.lambda[b*d : (b+1)*d])
				k.lambda[b*d+i] = c.Speed
			}
			k.inertia.MassVJP(k.lambda[:B*d], k.slope[i])
			if p.weak != nil {
				continue
			}
			for b := range B {
				p.Q[(lo+b)*d+i] = k.Q[b*d+i] * c.Speed
			}
			J := k.J[:B*P]
			clear(J)
			k.inverse.ForceVJP(k.lambda[:B*d], J, k.dq[:B*d], k.dv[:B*d], k.du[:B*f])
			for b := range B {
				row := p.R[((lo+b)*d+i)*n:]
				for j, at := range p.at {
					row[j] = J[b*P+at]
				}
			}
		}
	})
	copy(p.mean0, p.mean)
	for i := range d {
		p.slope[i] = make([]float64, n)
		for _, k := range p.cores {
			for j, at := range p.at {
				p.slope[i][j] += k.slope[i][at] / float64(len(p.samples))
			}
		}
	}
}

// scale chooses the units of M: those in which the mean of its diagonal at the parameters as they are is 1, or as they
// were when it is not positive. The fixed kinetic energy of a head must not be more than what is wanted of any
// coordinate, for the net would have to take it away again: the scale of L is made as large as that needs.
func (p *convexProblem) scale() (grown bool) {
	least, most := math.Inf(1), 0.0
	for _, m := range p.mean {
		least, most = math.Min(least, m), math.Max(most, m)
	}
	if most > 0 {
		least = math.Max(least, most/1000)
		grow := math.Max(1, p.m.Spec.Kinetic/least)
		grown = grow > 1.5
		for i, c := range p.m.Spec.Coordinates {
			p.unit[i] = c.Speed / math.Sqrt(grow*math.Max(p.mean[i], least))
		}
	}
	p.lack = -float64(p.d)
	clear(p.mass)
	for i, c := range p.m.Spec.Coordinates {
		x := p.unit[i] / c.Speed
		p.lack += x * x * p.mean0[i]
		for j, y := range p.slope[i] {
			p.mass[j] += x * x * y
		}
	}
	return grown
}

// restart begins anew at the parameters as they are.
func (p *convexProblem) restart() {
	for i, x := range p.m.Spec.Coordinates {
		p.unit[i] = x.Speed
	}
	if p.kappa = 1e-3; p.weak != nil {
		p.kappa = weakKappa
	}
	p.evaluate()
	p.level()
	p.scale() // of the head alone, if it is anything
}

// level weights the forces for the first round as if M were 1.
func (p *convexProblem) level() {
	d := p.d
	clear(p.D)
	for s := range p.samples {
		for i, c := range p.m.Spec.Coordinates {
			p.D[(s*d+i)*d+i] = p.unit[i] * p.unit[i] / (c.Speed * c.Accel) * p.weight(s)
		}
	}
	p.low = nil
}

// weight is √w of a sample.
func (p *convexProblem) weight(s int) float64 {
	if p.o.Weight == nil {
		return 1
	}
	return math.Sqrt(p.o.Weight[p.samples[s]])
}

// evaluate returns the mean loss of the accelerations at the parameters as they are, and sets D, the least eigenvalue
// and the cuts.
func (p *convexProblem) evaluate() (loss float64) {
	for _, k := range p.cores {
		k.loss, k.eigen, k.cuts = 0, math.Inf(1), nil
		clear(k.mean)
	}
	clear(p.mean)
	p.sweep(func(k *convexCore, lo, B int) {
		for b := range B {
			p.assess(k, lo+b, b)
		}
	})
	p.eigen, p.low = math.Inf(1), nil
	for _, k := range p.cores {
		loss, p.eigen = loss+k.loss, math.Min(p.eigen, k.eigen)
		p.low = append(p.low, k.cuts...)
		for i, x := range k.mean {
			p.mean[i] += x / float64(len(p.samples))
		}
	}
	return loss / float64(len(p.samples))
}

// assess does that for sample s of the problem, the b-th of the tape. With M = Σ λ u uᵀ the error of the acceleration
// is Σ u (uᵀQ)/λ; D has the eigenvalues raised to the floor, and the weights of its rows are such that their squares
// sum up to the penalty.
func (p *convexProblem) assess(k *convexCore, s, b int) {
	d, coordinates, M := p.d, p.m.Spec.Coordinates, k.mass.Mass(b)
	for i, c := range coordinates {
		k.mean[i] += M[i*d+i] * c.Speed * c.Speed
		for j := range d {
			k.M[i*d+j] = M[i*d+j] * p.unit[i] * p.unit[j]
		}
	}
	if !vec.Finite(k.M) {
		k.loss, k.eigen = math.NaN(), math.NaN()
		return
	}
	lin.Eigen(d, k.M, k.w, k.E)
	k.eigen = math.Min(k.eigen, k.w[0])
	weight, D := p.weight(s), p.D[s*d*d:(s+1)*d*d]
	clear(D)
	for i, c := range coordinates {
		r, row := 0.0, D[i*d:(i+1)*d]
		for l, x := range k.w {
			e, along := p.unit[i]/c.Accel*k.E[i*d+l], 0.0
			for j, y := range coordinates {
				along += k.E[j*d+l] * k.Q[b*d+j] * p.unit[j]
				row[j] += e * k.E[j*d+l] / max(math.Abs(x), p.c.Floor) * p.unit[j] / y.Speed
			}
			r += e * along / x
		}
		rho, slope := p.o.Penalty.Of(r)
		k.loss += weight * weight * rho
		scale := weight * math.Sqrt(slope/2/r)
		if !(scale < 10*weight) { // |r| next to nothing
			scale = 10 * weight
		}
		for j := range row {
			row[j] *= scale
		}
	}
	for l, x := range k.w {
		if x < p.c.Floor {
			u := make([]float64, d)
			for j := range u {
				u[j] = k.E[j*d+l]
			}
			k.cuts = append(k.cuts, cut{s, u, x})
		}
	}
}

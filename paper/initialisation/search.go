package initialisation

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"

	"lagrange/experiment/bench"
	"lagrange/internal/lin"
	"lagrange/internal/par"
	"lagrange/model"
	"lagrange/nn"
)

// gradients measures how far from unit normal the accelerations and gradients of a freshly drawn Lagrangian network
// are, as the code published with Cranmer et al. 2020 (BestInitialization) does: 256 states from a unit normal, angles
// modulo 2π; the gradient is that of the sum of all accelerations. With μ and s the mean and standard deviation of one
// acceleration over the states, or of the gradient over the weights of one layer,
//
//	KL = Σ ½(μ² + s² − 1) − ln s  +  0.1 Σ_layers ½ρ² − ln ρ,   ρ = σ √(in + out)/√6
//
// and the measure is log₁₀ KL. The last sum is the published code's, against extreme σ. Biases are 0 and do not count.
type gradients struct {
	shape    nn.Shape
	theta    []float64
	tape     model.Tape[float64]
	x, y, λ  []float64
	dx, grad []float64
}

const gradientStates = 256

// shapeOf is the net of the search: q and v of two coordinates in, as they are.
func shapeOf(n, depth int) nn.Shape {
	a, err := nn.LookupActivation("softplus")
	if err != nil {
		panic("initialisation: " + err.Error())
	}
	return nn.Shape{Sizes: append(append([]int{4}, slices.Repeat([]int{n}, depth)...), 1), Activation: a}
}

func newGradients(n, depth int) (*gradients, error) {
	// Kinetic 0: the paper's form
	spec := model.Spec{Family: "lnn", Hidden: slices.Repeat([]int{n}, depth), Activation: "softplus"}
	for _, name := range []string{"q1", "q2"} {
		spec.Coordinates = append(spec.Coordinates, model.Coordinate{Name: name, Velocity: "v" + name, Scale: 1,
			Speed: 1, Accel: 1})
	}
	g := &gradients{shape: shapeOf(n, depth)}
	g.theta, g.grad = make([]float64, g.shape.Params()), make([]float64, g.shape.Params())
	m, err := model.With(spec, g.theta)
	if err != nil {
		return nil, err
	}
	g.tape = m.Tape(model.Chunk)
	g.x, g.y = make([]float64, 4*gradientStates), make([]float64, 4*gradientStates)
	g.λ, g.dx = slices.Repeat([]float64{1}, 4*model.Chunk), make([]float64, 4*model.Chunk)
	return g, nil
}

// measure draws weights of the given σ and states, and returns log₁₀ KL; NaN where there is none.
func (g *gradients) measure(sigma func(i int) float64, seed uint64) float64 {
	r := rand.New(rand.NewPCG(seed, 0x9ad))
	nn.Law(func(_ nn.Shape, i int) float64 { return sigma(i) })(g.shape, r, g.theta)
	for k := range g.x {
		g.x[k] = r.NormFloat64()
		if k%4 < 2 && g.x[k] < 0 { // an angle; |q| < 2π but for one in a thousand million
			g.x[k] += 2 * math.Pi
		}
	}
	clear(g.grad)
	for lo := 0; lo < len(g.x); lo += 4 * model.Chunk {
		hi := lo + 4*model.Chunk
		g.tape.Field(g.x[lo:hi], nil, g.y[lo:hi])
		g.tape.VJP(g.λ, g.grad, g.dx, nil)
	}
	KL := fromUnitNormal(g.y, 2, 4) + fromUnitNormal(g.y, 3, 4)
	at := 0
	for i := range g.shape.Layers() {
		in, out := g.shape.Sizes[i], g.shape.Sizes[i+1]
		rho := sigma(i) * math.Sqrt(float64(in+out)/6)
		KL += fromUnitNormal(g.grad[at:at+in*out], 0, 1) + 0.1*(rho*rho/2-math.Log(rho))
		at += (in + 1) * out
	}
	return math.Log10(KL)
}

// fromUnitNormal is the divergence KL(N(μ, s²) ‖ N(0, 1)) of the mean and deviation of x[from], x[from+step], ….
func fromUnitNormal(x []float64, from, step int) float64 {
	n, mu, square := 0.0, 0.0, 0.0
	for k := from; k < len(x); k += step {
		n, mu = n+1, mu+x[k]
	}
	mu /= n
	for k := from; k < len(x); k += step {
		square += (x[k] - mu) * (x[k] - mu)
	}
	s2 := square / n
	return (mu*mu+s2-1)/2 - math.Log(s2)/2
}

// search optimises the σ of all layers of one net.
type search struct {
	n, depth, draws, generations int
	team                         *par.Team
	cores                        []*gradients
}

func newSearch(n, depth, draws, generations int, team *par.Team) (*search, error) {
	s := &search{n: n, depth: depth, draws: draws, generations: generations, team: team}
	for range team.Workers() {
		g, err := newGradients(n, depth)
		if err != nil {
			return nil, err
		}
		s.cores = append(s.cores, g)
	}
	return s, nil
}

// medians measures laws on the same draws of weights and states, and returns the median of each, +Inf for none.
func (s *search) medians(laws []func(i int) float64, seed uint64, draws int) []float64 {
	all := make([]float64, len(laws)*draws)
	s.team.Do(func(w int) {
		lo, hi := par.Span(len(all), w, len(s.cores))
		for k := lo; k < hi; k++ {
			all[k] = s.cores[w].measure(laws[k/draws], seed+uint64(k%draws))
			if !(all[k] < 300) { // or NaN
				all[k] = math.Inf(1)
			}
		}
	})
	m := make([]float64, len(laws))
	for k := range m {
		m[k] = bench.Median(all[k*draws : (k+1)*draws])
	}
	return m
}

// run returns the best σ of the layers, from 1/√in on. Each generation has draws of its own, so that
// none of them is learned by heart; only the rank of a law counts, so that heavy tails and failures
// do no harm. The last third of the way is averaged, since the search never comes to rest on noise.
func (s *search) run(ctx context.Context, seed uint64, on func(generation int, best float64)) ([]float64, error) {
	start := make([]float64, s.depth+1)
	for i := range start {
		start[i] = -math.Log(float64(shapeOf(s.n, s.depth).Sizes[i])) / 2
	}
	last, average := (s.generations+2)/3, make([]float64, s.depth+1)
	e := newEvolution(start, 1, seed)
	for g := range s.generations {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		X := e.ask()
		laws := make([]func(i int) float64, len(X))
		for k, x := range X {
			laws[k] = func(i int) float64 { return math.Exp(x[i]) }
		}
		m := s.medians(laws, seed<<32+uint64(g*s.draws), s.draws)
		e.tell(m)
		if g >= s.generations-last {
			for i, x := range e.mean {
				average[i] += x / float64(last)
			}
		}
		on(g+1, slices.Min(m))
	}
	sigma := make([]float64, len(start))
	for i, x := range average {
		sigma[i] = math.Exp(x)
	}
	return sigma, nil
}

// evolution is the evolution strategy with an adapted covariance matrix, CMA-ES [Hansen2016], whose letters
// these are. It minimises by ranks alone.
type evolution struct {
	n, λ, μ            int
	r                  *rand.Rand
	mean, pc, ps       []float64
	σ                  float64
	C, B, D            []float64 // covariance C = B diag(D²) Bᵀ
	w                  []float64
	μeff, cc, cs       float64
	c1, cμ, damp, chiN float64
	x, y               [][]float64
	g                  int
}

func newEvolution(mean []float64, σ float64, seed uint64) *evolution {
	n := len(mean)
	N := float64(n)
	e := &evolution{n: n, λ: 6 + int(3*math.Log(N)), r: rand.New(rand.NewPCG(seed, 0xc3a)), σ: σ,
		mean: slices.Clone(mean)}
	e.μ = e.λ / 2
	sum, squares := 0.0, 0.0
	for i := range e.μ {
		e.w = append(e.w, math.Log(float64(e.λ+1)/2)-math.Log(float64(i+1)))
		sum += e.w[i]
	}
	for i := range e.w {
		e.w[i] /= sum
		squares += e.w[i] * e.w[i]
	}
	e.μeff = 1 / squares
	e.cc, e.cs = (4+e.μeff/N)/(N+4+2*e.μeff/N), (e.μeff+2)/(N+e.μeff+5)
	e.c1 = 2 / ((N+1.3)*(N+1.3) + e.μeff)
	e.cμ = min(1-e.c1, 2*(e.μeff-2+1/e.μeff)/((N+2)*(N+2)+e.μeff))
	e.damp = 1 + 2*max(0, math.Sqrt((e.μeff-1)/(N+1))-1) + e.cs
	e.chiN = math.Sqrt(N) * (1 - 1/(4*N) + 1/(21*N*N))
	e.pc, e.ps, e.D = make([]float64, n), make([]float64, n), make([]float64, n)
	e.C, e.B = make([]float64, n*n), make([]float64, n*n)
	for i := range n {
		e.C[i*n+i] = 1
	}
	return e
}

// ask draws the points of a generation, x = mean + σ B D z.
func (e *evolution) ask() [][]float64 {
	n := e.n
	lin.Eigen(n, slices.Clone(e.C), e.D, e.B)
	for i, w := range e.D {
		e.D[i] = math.Sqrt(max(w, 1e-20))
	}
	e.x, e.y = make([][]float64, e.λ), make([][]float64, e.λ)
	for k := range e.λ {
		e.x[k], e.y[k] = slices.Clone(e.mean), make([]float64, n)
		for j := range n {
			z := e.D[j] * e.r.NormFloat64()
			for i := range n {
				e.y[k][i] += e.B[i*n+j] * z
			}
		}
		for i := range n {
			e.x[k][i] += e.σ * e.y[k][i]
		}
	}
	return e.x
}

// tell moves mean, step and covariance by the values found at the points of ask.
func (e *evolution) tell(f []float64) {
	n, order := e.n, make([]int, e.λ)
	for k := range order {
		order[k] = k
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case f[a] < f[b]:
			return -1
		case f[a] > f[b]:
			return 1
		}
		return 0
	})
	e.g++
	y := make([]float64, n)
	for i, w := range e.w {
		for j := range n {
			y[j] += w * e.y[order[i]][j]
		}
	}
	norm := 0.0
	for i := range n { // p_σ follows C^(−1/2) y = B D⁻¹ Bᵀ y
		c := 0.0
		for j := range n {
			t := 0.0
			for k := range n {
				t += e.B[k*n+j] * y[k]
			}
			c += e.B[i*n+j] * t / e.D[j]
		}
		e.mean[i] += e.σ * y[i]
		e.ps[i] += -e.cs*e.ps[i] + math.Sqrt(e.cs*(2-e.cs)*e.μeff)*c
	}
	for _, p := range e.ps {
		norm += p * p
	}
	norm = math.Sqrt(norm)
	h := 0.0
	if norm/math.Sqrt(1-math.Pow(1-e.cs, 2*float64(e.g))) < (1.4+2/float64(n+1))*e.chiN {
		h = 1
	}
	for i := range n {
		e.pc[i] += -e.cc*e.pc[i] + h*math.Sqrt(e.cc*(2-e.cc)*e.μeff)*y[i]
	}
	for i := range n {
		for j := range n {
			c := (1 - e.c1 - e.cμ + (1-h)*e.c1*e.cc*(2-e.cc)) * e.C[i*n+j]
			c += e.c1 * e.pc[i] * e.pc[j]
			for k, w := range e.w {
				c += e.cμ * w * e.y[order[k]][i] * e.y[order[k]][j]
			}
			e.C[i*n+j] = c
		}
	}
	e.σ *= math.Exp(min(1, e.cs/e.damp*(norm/e.chiN-1)))
}

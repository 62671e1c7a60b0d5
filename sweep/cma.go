package sweep

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// cma is the evolution strategy with an adapted covariance, in the letters of Hansen 2016, "The CMA Evolution Strategy:
// A Tutorial". A batch is a generation of λ members, drawn from N(m, σ²C); the state follows from the results, so it is
// built anew from the generations before. (The one in gonum 0.17 draws without σ, and hardly converges.)
type cma struct{ f *File }

func newCMA(f *File) (Sampler, error) {
	if len(f.Space) == 0 {
		return nil, fmt.Errorf("cma-es needs parameters to vary")
	}
	if f.Batch < 4 {
		return nil, fmt.Errorf("batch = %d: cma-es needs generations of 4 or more", f.Batch)
	}
	return cma{f}, nil
}

// Size implements Sampler.
func (cma) Size() int { return 0 }

// Next implements Sampler.
func (s cma) Next(n, count int, seen []Seen) (ds []Decision) {
	e := newEvolution(len(s.f.Space), s.f.Batch)
	for first := 0; first+s.f.Batch <= len(seen) && first < n; first += s.f.Batch {
		generation := seen[first : first+s.f.Batch]
		ys := make([][]float64, len(generation))
		for i := range ys {
			ys[i] = s.draw(e, first+i)
		}
		e.learn(ys, generation)
	}
	for i := n; i < n+count; i++ {
		x := make([]float64, e.n)
		for k, y := range s.draw(e, i) {
			x[k] = e.m[k] + e.sigma*y
		}
		ds = append(ds, Decision{inside(x), fmt.Sprintf("member %d of generation %d, σ %.3g", i-n+1, n/s.f.Batch+1,
			e.sigma)})
	}
	return ds
}

// draw gives y = BDz of point i, with z from N(0, I).
func (s cma) draw(e *evolution, i int) []float64 {
	r := s.f.source(i)
	z := make([]float64, e.n)
	for k := range z {
		z[k] = e.d[k] * r.NormFloat64()
	}
	y := make([]float64, e.n)
	for a := range y {
		for k := range z {
			y[a] += e.b.At(a, k) * z[k]
		}
	}
	return y
}

// evolution is the state of the strategy: mean, step, covariance C = BD²Bᵀ and the two paths.
type evolution struct {
	n                   int
	w                   []float64 // weights of the best μ
	mu                  float64   // μ_eff
	cs, ds, cc, c1, cmu float64
	chi                 float64 // E‖N(0, I)‖
	m, ps, pc, d        []float64
	sigma               float64
	c                   *mat.SymDense
	b                   mat.Dense
	generation          int
}

func newEvolution(n, lambda int) *evolution {
	e := &evolution{n: n, sigma: 0.3, c: mat.NewSymDense(n, nil), ps: make([]float64, n), pc: make([]float64, n)}
	sum, squares := 0.0, 0.0
	for i := range lambda / 2 {
		e.w = append(e.w, math.Log(float64(lambda+1)/2)-math.Log(float64(i+1)))
		sum += e.w[i]
	}
	for i := range e.w {
		e.w[i] /= sum
		squares += e.w[i] * e.w[i]
	}
	e.mu = 1 / squares
	k := float64(n)
	e.cs = (e.mu + 2) / (k + e.mu + 5)
	e.ds = 1 + 2*math.Max(0, math.Sqrt((e.mu-1)/(k+1))-1) + e.cs
	e.cc = (4 + e.mu/k) / (k + 4 + 2*e.mu/k)
	e.c1 = 2 / ((k+1.3)*(k+1.3) + e.mu)
	e.cmu = math.Min(1-e.c1, 2*(e.mu-2+1/e.mu)/((k+2)*(k+2)+e.mu))
	e.chi = math.Sqrt(k) * (1 - 1/(4*k) + 1/(21*k*k))
	for i := range n {
		e.m = append(e.m, 0.5)
		e.c.SetSym(i, i, 1)
	}
	e.factor()
	return e
}

// factor finds B and D of C.
func (e *evolution) factor() {
	var eig mat.EigenSym
	if !eig.Factorize(e.c, true) {
		panic("sweep: a covariance without eigenvalues")
	}
	e.d = eig.Values(nil)
	for i, v := range e.d {
		e.d[i] = math.Sqrt(math.Max(v, 1e-20))
	}
	eig.VectorsTo(&e.b)
}

// learn moves mean, step and covariance by a generation: members y and what came of them.
func (e *evolution) learn(ys [][]float64, seen []Seen) {
	order := make([]int, len(ys))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(seen[i].Loss, seen[j].Loss) })
	y := make([]float64, e.n) // ⟨y⟩ = Σ wᵢ yᵢ
	for i, w := range e.w {
		for k, v := range ys[order[i]] {
			y[k] += w * v
		}
	}
	for k := range e.m {
		e.m[k] += e.sigma * y[k]
	}
	e.generation++
	norm := e.step(y)
	h := 0.0
	fade := math.Sqrt(1 - math.Pow(1-e.cs, 2*float64(e.generation)))
	if norm/fade < (1.4+2/float64(e.n+1))*e.chi {
		h = 1
	}
	for k := range e.pc {
		e.pc[k] = (1-e.cc)*e.pc[k] + h*math.Sqrt(e.cc*(2-e.cc)*e.mu)*y[k]
	}
	keep := 1 - e.c1 - e.cmu + e.c1*(1-h)*e.cc*(2-e.cc)
	for a := range e.n {
		for b := range a + 1 {
			c := keep*e.c.At(a, b) + e.c1*e.pc[a]*e.pc[b]
			for i, w := range e.w {
				c += e.cmu * w * ys[order[i]][a] * ys[order[i]][b]
			}
			e.c.SetSym(a, b, c)
		}
	}
	e.factor()
}

// step moves the path p_σ by C^(−½)⟨y⟩ = BD⁻¹Bᵀ⟨y⟩ and σ by its length, which it returns.
func (e *evolution) step(y []float64) (norm float64) {
	z := make([]float64, e.n)
	for k := range z {
		for a := range y {
			z[k] += e.b.At(a, k) * y[a]
		}
		z[k] /= e.d[k]
	}
	for a := range e.ps {
		e.ps[a] *= 1 - e.cs
		for k := range z {
			e.ps[a] += math.Sqrt(e.cs*(2-e.cs)*e.mu) * e.b.At(a, k) * z[k]
		}
		norm += e.ps[a] * e.ps[a]
	}
	norm = math.Sqrt(norm)
	e.sigma *= math.Exp(e.cs / e.ds * (norm/e.chi - 1))
	e.sigma = math.Min(e.sigma, 1) // a step as long as the cube draws evenly
	return norm
}

// inside reflects x into [0, 1).
func inside(x []float64) []float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		v = math.Abs(math.Mod(v, 2))
		if v > 1 {
			v = 2 - v
		}
		y[i] = min(v, math.Nextafter(1, 0))
	}
	return y
}

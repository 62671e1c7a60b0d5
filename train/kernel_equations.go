package train

// kernelEquations are those of the residuals, of which there are fewer than parameters,
//
//	d = D⁻¹ Jᵀ √C (K + λ)⁻¹ √C r.
type kernelEquations struct {
	*gaussNewtonSteps
	k    *kernel
	D, z []float64
}

func newKernelEquations(g *gaussNewtonSteps) *kernelEquations {
	k := newKernel(g.linearised)
	return &kernelEquations{gaussNewtonSteps: g, k: k, D: make([]float64, g.P), z: make([]float64, k.n)}
}

func (e *kernelEquations) metric() []float64 { return e.D }

func (e *kernelEquations) form() {
	e.k.roots()
	e.k.squares(1, e.D)
	e.k.raise(e.D)
	e.k.form(e.D)
	e.right()
	e.k.pull(e.z, e.g)
}

// right sets z = √C r.
func (e *kernelEquations) right() {
	for i, r := range e.r {
		e.z[i] = e.k.s[i] * r
	}
}

func (e *kernelEquations) solve(lambda float64) bool {
	e.right()
	if !e.k.solve(lambda, e.z) {
		return false
	}
	e.k.pull(e.z, e.d)
	for j, w := range e.k.inverse {
		e.d[j] *= w
	}
	return true
}

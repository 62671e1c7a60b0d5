package train

import (
	"fmt"
	"math"
	"slices"
	"time"

	"lagrange/internal/vec"
	"lagrange/model"
)

// GaussNewton is Gauss and Newton's method with the damping of Levenberg and Marquardt, in float64, for nets of up to
// some thousand parameters and, more slowly, beyond.
const GaussNewton = "gauss-newton"

type gaussNewton struct{}

func (gaussNewton) name() string { return GaussNewton }

func (gaussNewton) plan(l *Loop[float64]) error {
	return l.Settings.plan(len(l.Model.Theta), l.Train.Pass(l.Model, 1).Width(), l.Train.Len())
}

// cheaper counts a row of J for each residual, and products of it.
func (gaussNewton) cheaper() float64 { return 25 }

func (gaussNewton) begin(l *Loop[float64]) stepper { return newGaussNewtonSteps(l) }

// gaussNewtonSteps are steps of Levenberg and Marquardt on the residuals of a batch: with J = ∂r/∂θ, weights C = diag(c
// ρ′(r)/r) and D the diagonal of JᵀCJ,
//
//	θ ← θ − d,   (JᵀCJ + λD) d = JᵀC r,
//
// where λ falls while the loss falls as the linear model says, and grows until it falls at all (Nocedal & Wright 2006,
// Sections 10.3 and 4.1). The weights make a least-squares step serve any penalty (iteratively reweighted least
// squares); nine residuals of ten count alike, so that L1 has a curvature.
//
// The equations of a batch are those of its own samples, whose residuals a network with room can bring to zero all at
// once: a gradient over more samples than the curvature was seen to end at a hundredfold λ and to learn slowly.
type gaussNewtonSteps struct {
	*linearised
	g, d, was []float64 // JᵀC r, the step, θ before it
	equations equations
	trial     time.Duration // the least that a trial of a step took
}

// equations are (JᵀCJ + λD) d = g in one of several forms.
type equations interface {
	// form takes the batch, its residuals and its weights, and sets g.
	form()
	// metric is D of the last form.
	metric() []float64
	// solve sets d; it returns false when that is not possible with so small a λ.
	solve(lambda float64) bool
}

// The forms of the equations: of the parameters, JᵀCJ, and of the residuals, J D⁻¹ Jᵀ, when they are fewer.
const (
	Normal = "normal"
	Kernel = "kernel"
)

// mostNormal is the number of parameters up to which JᵀCJ and its factor are held, 0.3 GB together; mostRows that of
// numbers of J, up to which the rows of a batch are held, 0.3 GB.
const (
	mostNormal = 6000
	mostRows   = 1 << 25
)

// plan chooses the form and the size of a batch for P parameters, W residuals a sample, N samples. The equations of a
// batch need some rows more than unknowns: with 2.5 of them for each parameter a step was seen to serve fresh samples,
// too. Nets of more than mostNormal parameters have batches that there is room for.
func (s *Settings) plan(P, W, N int) error {
	if !slices.Contains([]string{"", Normal, Kernel}, s.Equations) {
		return fmt.Errorf("no equations %q; there are %s and %s", s.Equations, Normal, Kernel)
	}
	if s.Batch == 0 {
		s.Batch = (5*P/(2*W) + model.Chunk) / model.Chunk * model.Chunk
	}
	s.Batch = min(s.Batch, N)
	if s.Equations == "" {
		switch rows := s.Batch * W; {
		case P > mostNormal:
			s.Batch = max(1, min(s.Batch, mostRows/(P*W)))
			s.Equations = Kernel
		case rows < P && rows*P <= mostRows:
			s.Equations = Kernel
		default:
			s.Equations = Normal
		}
	}
	return nil
}

func newGaussNewtonSteps(l *Loop[float64]) *gaussNewtonSteps {
	g := &gaussNewtonSteps{linearised: newLinearised(l)}
	for _, x := range []*[]float64{&g.g, &g.d, &g.was} {
		*x = make([]float64, g.P)
	}
	l.averaged = g.share() < 1
	switch l.Settings.Equations {
	case Normal:
		g.equations = newNormalEquations(g)
	default:
		g.equations = newKernelEquations(g)
	}
	return g
}

// step makes one step and returns the loss before it.
func (g *gaussNewtonSteps) step() float64 {
	l, st := g.loop, g.loop.State
	loss, before, ok := g.take()
	if ok {
		g.equations.form()
		ok = vec.Finite(g.g)
	}
	if !ok {
		st.Skipped++
		return math.NaN()
	}
	copy(g.was, l.Model.Theta)
	c := slices.Clone(g.c)
	for range tries {
		begin := time.Now()
		taken := g.try(before, c)
		if took := time.Since(begin); g.trial == 0 || took < g.trial {
			g.trial = took
		}
		if taken {
			st.Updates++
			g.average()
			break
		}
		copy(l.Model.Theta, g.was)
		st.Rejected++
	}
	g.forget()
	return loss
}

// averagedRows is how many residuals for each parameter the average of θ spans. Solutions of batches that have fewer
// are those of their own samples, more than of all: on accelerations of a chain of seven pendulums 60 steps on batches
// of 2.5 left a validation loss of 0.13, 0.11, 0.13 (seeds 2 to 4), and their averages 0.09, 0.06, 0.08.
const averagedRows = 8

// average moves the average of θ over steps on different batches, State.M, by the share that the residuals of a batch
// have in averagedRows; at first it is that of all steps.
func (g *gaussNewtonSteps) average() {
	if !g.loop.averaged {
		return
	}
	st := g.loop.State
	share := max(g.share(), 1/float64(st.Updates))
	for i, t := range st.Theta {
		st.M[i] += share * (t - st.M[i])
	}
}

// share is the part that a batch has of what the average spans; 1: of the whole, or of all samples, there is none.
func (g *gaussNewtonSteps) share() float64 {
	if g.B == g.loop.Train.Len() {
		return 1
	}
	return min(1, float64(g.B*g.W)/float64(averagedRows*g.P))
}

// tries is how often a step is shortened before the next batch is taken; a step that is taken shrinks λ, one that is
// not grows it, within its bounds.
const (
	tries       = 8
	shrink      = 2.5
	grow        = 4
	leastLambda = 1e-15
	mostLambda  = 1e8
)

// try moves θ by the step of the damping λ and says whether the cost fell.
func (g *gaussNewtonSteps) try(before float64, scratch []float64) bool {
	st, theta := g.loop.State, g.loop.Model.Theta
	if !g.equations.solve(st.Damping) {
		st.Damping = min(10*st.Damping, mostLambda)
		return false
	}
	said := 0.0 // by the linear model: d·(g + λ D d)
	D := g.equations.metric()
	for i, d := range g.d {
		theta[i] = g.was[i] - d
		said += d * (g.g[i] + st.Damping*D[i]*d)
	}
	if !vec.Finite(theta) || !(said > 0) {
		st.Damping = min(grow*st.Damping, mostLambda)
		return false
	}
	g.residuals(g.next, scratch)
	fell := before - g.cost(g.next)
	if !(fell > 0) {
		st.Damping = min(grow*st.Damping, mostLambda)
		return false
	}
	st.Damping = max(st.Damping/shrink, leastLambda)
	return true
}

// lasting is what a step of a run will have taken, given the least that one of its first ones took: these have fewer
// trials than those of a λ in balance, which grows as often as it takes to undo the shrinking, 1 + ln 2.5/ln 4 trials a
// step.
func (g *gaussNewtonSteps) lasting(least time.Duration) time.Duration {
	return least + time.Duration(math.Log(shrink)/math.Log(grow)*float64(g.trial))
}

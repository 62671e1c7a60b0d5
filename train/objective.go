// Package train fits models to data: losses, optimisers, the loop, and checkpoints from which a run goes on
// bit for bit.
//
// doc/extending.md has a penalty and an optimiser of one's own.
package train

import (
	"fmt"
	"math"
	"strings"

	"lagrange/model"
	"lagrange/nn"
)

// Objective is a loss over a set of samples.
type Objective[T nn.Float] interface {
	// Len is the number of samples.
	Len() int
	// Pass returns an evaluator of the loss for one goroutine and up to most samples at a time.
	Pass(m *model.Model[T], most int) Pass[T]
}

// Pass evaluates the residuals of an objective, and the products of an adjoint with their derivatives, on one core.
// Nothing that trains needs more. Of B samples, residuals are (Width, B).
type Pass[T nn.Float] interface {
	// Width is the number of residuals of a sample.
	Width() int
	// Penalty is ρ: the loss is Σ c ρ(r).
	Penalty() Penalty
	// Residuals writes the residuals r of a batch, each in units of its scale, and their weights c.
	Residuals(batch []int, r, c []T)
	// Pull follows Residuals, for the same batch: it adds Σ y ∂r/∂θ to dθ (P).
	Pull(y, dtheta []T)
	// Rows follows Residuals, for the same batch: it adds ∂r/∂θ to J (Width, B, P).
	Rows(J []T)
	// Health counts what went wrong.
	Health() *model.Health
}

// Loss is the loss of an objective on one core.
type Loss[T nn.Float] struct {
	Pass[T]
	most int // samples at a time
	r, c []T
}

// NewLoss binds an objective to a model, for up to most samples at a time.
func NewLoss[T nn.Float](o Objective[T], m *model.Model[T], most int) *Loss[T] {
	p := o.Pass(m, most)
	n := most * p.Width()
	return &Loss[T]{Pass: p, most: most, r: make([]T, n), c: make([]T, n)}
}

// Of returns the sum of the losses of the samples of a batch; with dθ it adds the gradient of that sum.
func (l *Loss[T]) Of(batch []int, dtheta []T) (sum float64) {
	sum, slopes := l.slopes(batch)
	if dtheta != nil {
		l.Pull(slopes, dtheta)
	}
	return sum
}

// slopes returns the sum of the losses of the samples of a batch and its derivatives by their residuals (Width, B).
func (l *Loss[T]) slopes(batch []int) (sum float64, slopes []T) {
	n, of := len(batch)*l.Width(), l.Penalty().Of
	r, c := l.r[:n], l.c[:n]
	l.Residuals(batch, r, c)
	for i, x := range r {
		rho, slope := of(float64(x))
		sum += float64(c[i]) * rho
		c[i] *= T(slope)
	}
	return sum, c
}

// MeanLoss is the mean loss of a model over all samples of an objective.
func MeanLoss[T nn.Float](o Objective[T], m *model.Model[T]) float64 {
	return NewLoss(o, m, model.Chunk).sum(0, o.Len(), each) / float64(o.Len())
}

// sum is that of the losses of the samples at(lo) … at(hi − 1), as many at a time as there is room for.
func (l *Loss[T]) sum(lo, hi int, at func(i int) int) (sum float64) {
	batch := make([]int, 0, l.most)
	for lo < hi {
		batch = batch[:0]
		for ; lo < hi && len(batch) < cap(batch); lo++ {
			batch = append(batch, at(lo))
		}
		sum += l.Of(batch, nil)
	}
	return sum
}

// each takes every sample.
func each(i int) int { return i }

// Penalty turns a residual, in units of its scale, into a loss.
type Penalty struct {
	Name string
	// Of returns ρ(r) and ρ′(r).
	Of func(r float64) (rho, slope float64)
}

// The penalties: L1 |r|, L2 r², and Huber's, quadratic within 1 and linear beyond.
var (
	L1    = Penalty{"l1", func(r float64) (float64, float64) { return math.Abs(r), sign(r) }}
	L2    = Penalty{"l2", func(r float64) (float64, float64) { return r * r, 2 * r }}
	Huber = Penalty{"huber", func(r float64) (float64, float64) {
		if math.Abs(r) <= 1 {
			return r * r / 2, r
		}
		return math.Abs(r) - 0.5, sign(r)
	}}
)

// penalties lists those known by name.
func penalties() []Penalty { return []Penalty{L1, L2, Huber} }

// Penalties lists the names of the penalties.
func Penalties() (names []string) {
	for _, p := range penalties() {
		names = append(names, p.Name)
	}
	return names
}

// LookupPenalty finds a penalty by name; the error lists the names.
func LookupPenalty(name string) (Penalty, error) {
	for _, p := range penalties() {
		if p.Name == name {
			return p, nil
		}
	}
	return Penalty{}, fmt.Errorf("no loss %q; there are %s", name, strings.Join(Penalties(), ", "))
}

func sign(r float64) float64 {
	switch {
	case r > 0:
		return 1
	case r < 0:
		return -1
	}
	return r // 0 or NaN
}

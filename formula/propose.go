package formula

import (
	"cmp"
	"context"
	"math"
	"slices"

	"lagrange/model"
	"lagrange/symbolic"
)

const (
	fewStates = 400  // that proposals are looked for at
	clearly   = 3.0  // times less has a function to leave than the library without it, for a term to be proposed
	alike     = 2.0  // times as much leaves an argument, or a law, that is as good as another
	laws      = 150  // numbers that a formula is looked for of
	near      = 0.02 // of a number: a simple one that is nearer takes its place where it leaves no more, or
	noWorse   = 1.05 // times as much
	searches  = 6    // for a law: the first to find one may miss a shorter one
)

// propose looks for texts of terms that a library lacks. A function of one argument after the other, as a sum of
// polynomials, takes part in the equations. That of the argument which leaves least of the accelerations, if it is
// clearly less than without, is given to symbolic regression; of the laws that this finds, the shortest that leaves
// nearly as little as the best is what is proposed. None: the library lacks nothing that can be found.
func (t Task) propose(ctx context.Context) (texts []string, err error) {
	d := t.Of.Spec.D()
	t.States, t.accel = Thinned(t.States, 2*d, fewStates), Thinned(t.accel, d, fewStates)
	base, err := newEquations(t)
	if err != nil {
		return nil, err
	}
	full := base.spec.Terms
	for _, library := range [][][]model.Term{constant(full), full} {
		if texts, err = t.lacks(ctx, library); texts != nil || err != nil {
			return texts, err
		}
	}
	return nil, nil
}

// constant is a library with a constant mass for each coordinate, and none between them: where a momentum p is
// conserved, ½ p² would give any motion.
func constant(terms [][]model.Term) [][]model.Term {
	terms = slices.Clone(terms)
	for o := 1; o < len(terms); o++ {
		if i, j := model.MassElement(o); i != j {
			terms[o] = nil
		} else {
			terms[o] = []model.Term{{Function: model.One}}
		}
	}
	return terms
}

// lacks proposes what a library lacks.
func (t Task) lacks(ctx context.Context, library [][]model.Term) ([]string, error) {
	least := t.with(ctx, library, nil) * alike / clearly
	if least < rounding {
		return nil, nil
	}
	var best argument
	var y, z, w []float64
	for _, a := range arguments(t.Of.Spec) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		left, of, at, weights := t.function(ctx, a, library)
		// what is below the error of the model is as good as that, and an argument before is better if it is as good
		if left = max(left, t.Error, rounding); left < least/alike {
			best, least, y, z, w = a, left, of, at, weights
		}
	}
	if y == nil {
		return nil, nil
	}
	X := make([][]float64, len(z))
	for i := range z {
		X[i] = []float64{z[i]}
	}
	return t.lawful(ctx, best, library, func(seed uint64) (symbolic.Front, error) {
		return symbolic.Search(ctx, X, y, symbolic.Settings{Names: []string{"z"}, Weights: w, Affine: true, MaxSize: 8,
			Islands: 16, Population: 60, Generations: 40, Seed: seed})
	})
}

// function solves the equations with a function of each number of an argument, and gives what is left, and values of
// the first one with their arguments and weights.
func (t Task) function(ctx context.Context, a argument, library [][]model.Term) (left float64, y, z, w []float64) {
	left = math.Inf(1)
	d := t.Of.Spec.D()
	t.Terms = a.without(library)
	own := len(t.Terms[0])
	var low, high float64
	for k := range a.of {
		all := t.Of.Spec.Values(model.Term{Function: model.Formula, Text: a.of[k], Size: 1}, t.States)
		l, h := slices.Min(all), slices.Max(all)
		if !spans(l, h) || math.IsNaN(l+h) || math.IsInf(l+h, 0) {
			return left, nil, nil, nil
		}
		if k == 0 {
			z, low, high = all, l, h
		}
		t.Terms[0] = append(t.Terms[0], a.polynomials(k, l, h)...)
	}
	e, β, left := t.solved(ctx)
	if β == nil {
		return left, nil, nil, nil
	}
	from, to := inner(z)
	for n := 0; n < len(z) && len(y) < laws; n += max(1, len(z)/laws) {
		if z[n] < from || z[n] > to {
			continue
		}
		size := 0.0
		for i := range d {
			size += e.a[n*d+i] * e.a[n*d+i] / (e.size[i] * e.size[i] * float64(d))
		}
		z[len(y)] = z[n]
		y = append(y, value(β[own:own+degrees], (2*z[n]-low-high)/(high-low)))
		w = append(w, min(1, size))
	}
	return left, y, z[:len(y)], w
}

// lawful are the terms of the shortest law that leaves hardly more than the best one, of all searches.
func (t Task) lawful(ctx context.Context, a argument, library [][]model.Term,
	search func(seed uint64) (symbolic.Front, error)) ([]string, error) {
	var tried []law
	least := math.Inf(1)
	for seed := uint64(1); seed <= searches; seed++ {
		front, err := search(seed)
		if err != nil {
			return nil, err
		}
		for _, found := range front {
			k := law{found.Expr, a.texts(found.Expr), found.Size, 0}
			k.left = t.with(ctx, library, k.texts)
			simple := found.Simple(near)
			texts := a.texts(simple)
			if y := t.with(ctx, library, texts); !slices.Equal(texts, k.texts) && y <= noWorse*k.left {
				k.expr, k.texts, k.left = simple, texts, y
			}
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			tried, least = append(tried, k), min(least, k.left)
		}
	}
	slices.SortStableFunc(tried, func(a, b law) int { return cmp.Compare(a.size, b.size) })
	for _, k := range tried {
		if k.left < math.Inf(1) && k.left <= alike*max(least, rounding, t.Error) {
			return t.rounded(ctx, a, library, k), ctx.Err()
		}
	}
	return nil, nil
}

// law is one that was found, as terms, with what it leaves.
type law struct {
	expr  symbolic.Expr
	texts []string
	size  int
	left  float64
}

// rounded are the terms of a law or, where the model is not good enough to tell them from these, of the best of its
// shape with numbers of one digit: of a model that is off by a hundredth 1/√(1 − z) may be (1.07 − z)^(−2/3) too.
func (t Task) rounded(ctx context.Context, a argument, library [][]model.Term, k law) []string {
	parts := k.expr.Parts()
	if len(parts) != 1 {
		return k.texts
	}
	off := func(texts []string) float64 {
		t.Terms, t.More = library, texts
		e, β, left := t.solved(ctx)
		if math.IsInf(left, 1) {
			return left
		}
		return e.off(e.at, β)
	}
	texts, least := k.texts, slack*max(off(k.texts), t.Error, rounding)
	for _, other := range parts[0].Alike() {
		some := a.texts(other)
		if y := off(some); y < least {
			texts, least = some, y
		}
	}
	return texts
}

// texts are the terms of a law, of each number of an argument.
func (a argument) texts(law symbolic.Expr) (texts []string) {
	for _, part := range law.Parts() {
		for _, number := range a.of {
			texts = append(texts, part.Named(number).Code())
		}
	}
	return texts
}

// with is what a library with formulas more leaves; infinite if there is no such library.
func (t Task) with(ctx context.Context, library [][]model.Term, texts []string) float64 {
	t.Terms, t.More = library, texts
	_, _, left := t.solved(ctx)
	return left
}

// solved are the coefficients of all terms of the library and what they leave; infinite, without coefficients, where
// there are none with a mass for each coordinate.
func (t Task) solved(ctx context.Context) (e *equations, β []float64, left float64) {
	e, err := newEquations(t)
	if err != nil || e.weigh(ctx) != nil {
		return nil, nil, math.Inf(1)
	}
	if β = e.solve(e.learn, e.at); β == nil || !e.massy(e.at, β) {
		return e, nil, math.Inf(1)
	}
	return e, β, e.left(e.check, e.at, β)
}

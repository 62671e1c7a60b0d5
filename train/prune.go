package train

import (
	"context"
	"math"
	"reflect"
	"slices"

	"lagrange/model"
)

// pruneBelow are the parts of the largest coefficient below which terms are dropped, one after the other.
var pruneBelow = []float64{0.002, 0.005, 0.01, 0.02, 0.04}

// Prune drops terms of a sum of terms and finds the rest anew, as long as nothing speaks for them: what is left is a
// formula. After shooting it is known how certain each coefficient is; before, those that are small are tried without.
func (o *Identification) Prune(ctx context.Context, x Identified) (Identified, error) {
	if x.Shot.at != nil {
		return o.pruneUncertain(ctx, x)
	}
	for _, below := range pruneBelow {
		smaller, dropped := Without(x.Model, small(x.Model, below))
		if dropped == 0 {
			continue
		}
		if o.over() {
			break
		}
		y, err := o.Again(ctx, smaller, x)
		if err != nil {
			return x, err
		}
		if !o.spared(x, y, dropped) {
			break
		}
		x = y
	}
	return x, nil
}

// pruneUncertain drops terms as long as a model that is shot without them bears it out.
func (o *Identification) pruneUncertain(ctx context.Context, x Identified) (Identified, error) {
	for {
		y, err := o.leaner(ctx, x)
		if err != nil || y.Model == nil {
			return x, err
		}
		x = y
	}
}

// subsetsBelow is the loss of held-out motion, of which noise alone leaves 1, from which on the information says which
// terms can go. Where the model leaves more than the noise, its own error rules: of a real pendulum (1.4) subsets were
// tried for a quarter of an hour and none held.
const subsetsBelow = 1.25

// leaner is x with fewer terms, or nothing: of models of selected subsets, and of the terms that backward elimination
// leaves, that go on from the motions of x the best by the criterion of spared or, if none bears it out, the first of
// them begun anew, for it may be far from b̂; then one without half of what elimination picks, a quarter, …
func (o *Identification) leaner(ctx context.Context, x Identified) (y Identified, err error) {
	greedy, dropped := Without(o.eliminated(x, math.MaxInt))
	var all []*model.Model[float64]
	if x.Score < subsetsBelow {
		all = o.selected(x)
	}
	best := math.Inf(1)
	if i := slices.IndexFunc(all, func(m *model.Model[float64]) bool {
		return reflect.DeepEqual(m.Spec.Terms, greedy.Spec.Terms)
	}); i >= 0 {
		all[i] = greedy // by the covariance, which has what draws b, too
	} else if dropped > 0 {
		all = append(all, greedy)
	}
	for _, m := range all {
		z, off, err := o.lacking(ctx, m, x, x)
		if err != nil {
			return y, err
		}
		if off < best {
			y, best = z, off
		}
	}
	if y.Model == nil && len(all) > 0 {
		if z, off, err := o.lacking(ctx, all[0], x, Identified{}); err != nil || off < 0 {
			return z, err
		}
	}
	for most := dropped / 2; most > 0 && y.Model == nil; most = dropped / 2 {
		greedy, dropped = Without(o.eliminated(x, most))
		if dropped == 0 {
			break
		}
		if z, off, err := o.lacking(ctx, greedy, x, x); err != nil || off < 0 {
			return z, err
		}
	}
	return y, nil
}

// lacking is m, which lacks terms of x, after shooting from the motions of another, and by how much less it costs by
// the criterion of spared: less than 0, or +∞ where it will not do.
func (o *Identification) lacking(ctx context.Context, m *model.Model[float64], x, from Identified) (y Identified,
	off float64, err error) {
	if o.over() {
		return x, math.Inf(1), nil
	}
	dropped := count(x.Model) - count(m)
	if y, err = o.Sparing(x, m).Again(ctx, m, from); err != nil || y.Shot.at == nil || !o.spared(x, y, dropped) {
		return y, math.Inf(1), err
	}
	return y, -x.Likelier(y, o) - float64(dropped)*math.Log(float64(o.Learn.numbers())), nil
}

// eliminated picks terms by backward elimination, at most so many, as long as the criterion of spared asks for it.
func (o *Identification) eliminated(x Identified, most int) (m *model.Model[float64], drop []bool) {
	m = x.Model.Copy()
	drop = make([]bool, count(m))
	e := newElimination(m, x.Shot.Covariance)
	for range min(most, len(drop)) {
		k := e.next(math.Log(float64(o.Learn.numbers())), func(at int) bool {
			return at < len(drop) && !drop[at] && !needed(m, drop, at)
		})
		if k < 0 {
			break
		}
		e.drop(k)
		drop[e.of[k]] = true
	}
	return m, drop
}

// elimination drops parameters b of a model one by one. The others go along to where they are likeliest without it;
// with C the covariance of all, of which s is dropped,
//
//	χ² += b_s²/C_ss,   b −= C_·s b_s/C_ss,   C −= C_·s C_s·/C_ss.
type elimination struct {
	m  *model.Model[float64]
	of []int // places of b in θ
	C  []float64
}

func newElimination(m *model.Model[float64], C []float64) elimination {
	return elimination{m, m.Outer(), slices.Clone(C)}
}

// next is the number of the parameter, of those at places that may be dropped, that is fewest standard deviations off
// 0, by less than χ² = bound; −1 where there is none. Rounding leaves no variance, or less, of what the others settle.
func (e elimination) next(bound float64, may func(at int) bool) int {
	s, P := -1, len(e.of)
	for k, at := range e.of {
		if may(at) {
			if z := e.m.Theta[at] * e.m.Theta[at] / e.C[k*P+k]; z >= 0 && z < bound {
				s, bound = k, z
			}
		}
	}
	return s
}

// drop drops parameter s.
func (e elimination) drop(s int) {
	P := len(e.of)
	row, c := slices.Clone(e.C[s*P:(s+1)*P]), e.C[s*P+s]
	b := e.m.Theta[e.of[s]]
	for i := range P {
		e.m.Theta[e.of[i]] -= row[i] * b / c
		for j := range P {
			e.C[i*P+j] -= row[i] * row[j] / c
		}
	}
}

// spared says whether y, which has fewer terms than x, will do: it predicts held-out motion no worse, or by no more
// than chance, and what was learned from is not so much less likely that the terms are worth it by the criterion
// −2 log likelihood + terms · log numbers [Schwarz1978].
func (o *Identification) spared(x, y Identified, dropped int) bool {
	if y.Model == nil || -x.Likelier(y, o) > float64(dropped)*math.Log(float64(o.Learn.numbers())) {
		return false
	}
	n := min(len(x.Log), len(y.Log)) // of fewer parameters more stretches may select
	return geometric(y.Log[:n]) <= noWorse*geometric(x.Log[:n]) || Tied(y.Log, x.Log)
}

// Serves says whether y, which has fewer terms than x, will do in its place.
func (o *Identification) Serves(x, y Identified) bool {
	return y.Model != nil && o.spared(x, y, count(x.Model)-count(y.Model))
}

// Worth says whether y is worth the terms that it has more than x: x would not do in its place, y follows the motion
// as far, and it predicts what is held out no worse.
func (o *Identification) Worth(x, y Identified) bool {
	return !o.spared(y, x, count(y.Model)-count(x.Model)) && y.Longest() >= x.Longest() &&
		(y.Score <= noWorse*x.Score || Tied(y.Log, x.Log))
}

// count is how many terms there are.
func count(m *model.Model[float64]) int { return model.Count(m.Spec.Terms) }

// needed says whether a term is the last one left of a diagonal element of the mass matrix.
func needed(m *model.Model[float64], drop []bool, term int) bool {
	first := 0
	for o, ts := range m.Spec.Terms {
		if last := first + len(ts); term < last {
			left := 0
			for _, out := range drop[first:last] {
				if !out {
					left++
				}
			}
			return diagonal(o) && left == 1
		}
		first += len(ts)
	}
	return false
}

// diagonal says whether list o of Spec.Terms is that of a diagonal element of the mass matrix.
func diagonal(o int) bool {
	if o == 0 {
		return false
	}
	i, j := model.MassElement(o)
	return i == j
}

// small are the terms whose coefficients are smaller than a part of the largest one.
func small(m *model.Model[float64], below float64) (drop []bool) {
	terms, largest := m.Theta[:count(m)], 0.0
	for _, c := range terms {
		largest = max(largest, math.Abs(c))
	}
	for _, c := range terms {
		drop = append(drop, math.Abs(c) < below*largest)
	}
	return drop
}

// Without is a sum of terms without some of them; it says how many these are. The diagonal of the mass matrix keeps
// one term at least, the largest.
func Without(m *model.Model[float64], drop []bool) (smaller *model.Model[float64], dropped int) {
	spec, at := m.Spec, 0
	var theta []float64
	spec.Terms = nil
	for o, ts := range m.Spec.Terms {
		var kept []model.Term
		most := 0 // the place of the largest of this list
		for i := range ts {
			if math.Abs(m.Theta[at+i]) > math.Abs(m.Theta[at+most]) {
				most = i
			}
		}
		for i, t := range ts {
			c := m.Theta[at+i]
			if drop[at+i] && !(i == most && diagonal(o)) {
				dropped++
				continue
			}
			kept, theta = append(kept, t), append(theta, c)
		}
		spec.Terms = append(spec.Terms, kept)
		at += len(ts)
	}
	theta = append(theta, m.Theta[at:]...)
	smaller, err := model.With(spec, theta)
	if err != nil {
		panic("train: a library without some terms is none: " + err.Error())
	}
	return smaller, dropped
}

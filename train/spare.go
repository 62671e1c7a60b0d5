package train

import (
	"context"
	"math"

	"lagrange/model"
)

// Spare has a sum of terms do without forces that a mechanism need not have (model.Spares) and that nothing speaks for,
// by the criterion of spared. They are picked by backward elimination; where the motion does not bear out that all of
// them can go, half of them are tried, a quarter, …
//
// What is free though it is 0 takes its share of the noise. Of a cart with a pole, σ = 0.01 and 0.001, a gain on the
// pole, two constant forces and friction between the two made predictions 1.6 times as far off as the true equations.
func (o *Identification) Spare(ctx context.Context, x Identified) (Identified, error) {
	if x.Shot.at == nil {
		return x, nil
	}
	for most := math.MaxInt; most > 0 && !o.over(); {
		m, dropped := o.sparing(x, most)
		if dropped == 0 {
			break
		}
		y, err := o.Again(ctx, m, x)
		if err != nil {
			return x, err
		}
		if y.Shot.at != nil && o.spared(x, y, dropped) {
			return y, nil
		}
		most = dropped / 2
	}
	return x, nil
}

// sparing is a model without spares that backward elimination picks, at most so many; it says how many these are.
func (o *Identification) sparing(x Identified, most int) (*model.Model[float64], int) {
	m, spares := x.Model.Copy(), map[int]model.Spare{}
	for _, s := range m.Spares() {
		spares[s.At] = s
	}
	e := newElimination(m, x.Shot.Covariance)
	var out []model.Spare
	for len(out) < most {
		k := e.next(math.Log(float64(o.Learn.numbers())), func(at int) bool {
			_, there := spares[at]
			return there
		})
		if k < 0 {
			break
		}
		e.drop(k)
		out = append(out, spares[e.of[k]])
		delete(spares, e.of[k])
	}
	return m.Lacking(out), len(out)
}

package paper

import (
	"context"
	"time"

	"lagrange/experiment"
	"lagrange/model"
	"lagrange/train"
)

// contestant is a model and how it learns; with canonical its states are (q, p).
type contestant struct {
	name, family string
	canonical    bool
	head         model.Head
	hidden       []int
	activation   string
	method       string
	rate         float64 // of Adam
	batch        int
	penalty      train.Penalty
}

// allContestants are the models with what short trials found best for each.
func allContestants(t *task) []contestant {
	chain := t.period > 0
	cs := []contestant{
		{name: "nn", family: "nn", hidden: []int{128, 128}, rate: 1e-2},
		{name: "node", family: "node", hidden: []int{64, 64}, rate: 1e-2},
		{name: "hnn-canonical", family: "hnn", canonical: true, hidden: []int{64, 64}, rate: 1e-2},
		{name: "hnn-velocity", family: "hnn", hidden: []int{64, 64}, rate: 1e-2},
		{name: "delan", family: "delan", hidden: []int{64, 64}, rate: 1e-2},
		{name: "lnn", family: "lnn", hidden: []int{64, 64}, rate: 1e-2},
	}
	for i := range cs {
		cs[i].activation, cs[i].penalty, cs[i].batch = "softplus", train.L2, 64
		if !chain {
			continue
		}
		// pieces without noise: second-order steps over half of them, and nets that do not learn the few by heart
		cs[i].penalty, cs[i].method, cs[i].batch, cs[i].hidden = train.L1, train.GaussNewton, chainPieces/2, []int{20, 20}
		if cs[i].family == "lnn" || cs[i].family == "hnn" {
			cs[i].head = model.Quadratic
		}
	}
	return cs
}

// train trains one model on one core for the budget.
func (t *task) train(ctx context.Context, c contestant, s experiment.Settings, budget time.Duration) (m *model.Model[float64], fitted Fitted, curve []train.Point, err error) {
	if m, err = model.New[float64](t.spec(c), s.Seed); err != nil {
		return nil, fitted, nil, err
	}
	stages := t.stages(c)
	var unit []float64
	for i, l := range stages {
		learn := l.learn
		if c.method == train.GaussNewton {
			if o, ok := learn.(*train.Accelerations[float64]); ok {
				start, err := train.ConvexStart(ctx, m, o, train.Convex{Seed: s.Seed, Workers: 1})
				if err != nil {
					return nil, fitted, nil, err
				}
				unit = start.Unit
			}
			learn = train.KeepDefinite(m, learn, unit)
		}
		f := fit[float64]{
			learn: learn, valid: l.valid, budget: budget / time.Duration(len(stages)), most: t.most,
			set: train.Settings{Method: c.method, Steps: s.Steps, Batch: c.batch, Rate: l.rate, Seed: s.Seed + uint64(i), Workers: 1},
		}
		part, history, err := f.train(ctx, m)
		if err != nil {
			return nil, fitted, nil, err
		}
		fitted, curve = fitted.then(part), history
	}
	return m, fitted, curve, nil
}

// named finds a model by name.
func named(t *task, name string) contestant {
	for _, c := range allContestants(t) {
		if c.name == name {
			return c
		}
	}
	panic("paper: no model " + name)
}

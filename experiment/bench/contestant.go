package bench

import (
	"context"
	"time"

	"lagrange/experiment"
	"lagrange/model"
	"lagrange/train"
)

// Contestant is a network and how it learns.
type Contestant struct {
	Network
	Method  string
	Rate    float64 // of Adam
	Batch   int
	Penalty train.Penalty
}

// AllContestants are the models with what short trials found best for each.
func AllContestants(t *Task) []Contestant {
	chain := t.Period > 0
	cs := []Contestant{
		{Network: Network{Name: "nn", Family: "nn", Hidden: []int{128, 128}}},
		{Network: Network{Name: "node", Family: "node", Hidden: []int{64, 64}}},
		{Network: Network{Name: "hnn-canonical", Family: "hnn", Canonical: true, Hidden: []int{64, 64}}},
		{Network: Network{Name: "hnn-velocity", Family: "hnn", Hidden: []int{64, 64}}},
		{Network: Network{Name: "delan", Family: "delan", Hidden: []int{64, 64}}},
		{Network: Network{Name: "lnn", Family: "lnn", Hidden: []int{64, 64}}},
	}
	for i := range cs {
		cs[i].Penalty, cs[i].Batch, cs[i].Rate = train.L2, 64, 1e-2
		if !chain {
			continue
		}
		// pieces without noise: second-order steps over half of them, and nets that do not learn the few by heart
		cs[i].Penalty, cs[i].Method, cs[i].Batch, cs[i].Hidden = train.L1, train.GaussNewton, ChainPieces/2,
			[]int{20, 20}
		if cs[i].Family == "lnn" || cs[i].Family == "hnn" {
			cs[i].Head = model.Quadratic
		}
	}
	return cs
}

// Train trains one model on one core for the budget.
func (t *Task) Train(ctx context.Context, c Contestant, s experiment.Settings,
	budget time.Duration) (m *model.Model[float64], fitted Fitted, curve []train.Point, err error) {
	if m, err = model.New[float64](t.Spec(c), s.Seed); err != nil {
		return nil, fitted, nil, err
	}
	stages := t.stages(c)
	var guess train.InitialGuess
	for i, l := range stages {
		learn := l.learn
		if c.Method == train.GaussNewton {
			if o, ok := learn.(*train.Accelerations[float64]); ok {
				guess, err = train.ConvexInitialisation(ctx, m, o, train.ConvexOptions{Seed: s.Seed, Workers: 1})
				if err != nil {
					return nil, fitted, nil, err
				}
			}
			learn = train.KeepPositiveDefinite(m, learn, guess)
		}
		f := Training[float64]{
			Learn: learn, Valid: l.valid, Budget: budget / time.Duration(len(stages)), Most: t.Most,
			Set: train.Settings{Method: c.Method, Steps: s.Steps, Batch: c.Batch, Rate: l.rate,
				Seed: s.Seed + uint64(i), Workers: 1},
		}
		part, history, err := f.Run(ctx, m)
		if err != nil {
			return nil, fitted, nil, err
		}
		fitted, curve = fitted.Then(part), history
	}
	return m, fitted, curve, nil
}

// Named finds a model by name.
func Named(t *Task, name string) Contestant {
	for _, c := range AllContestants(t) {
		if c.Name == name {
			return c
		}
	}
	panic("bench: no model " + name)
}

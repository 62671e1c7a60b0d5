package fit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"lagrange/data"
	"lagrange/model"
)

// Join makes of networks that were trained apart, of the recording, by o, and from the seeds o.Seed, o.Seed + 1, …,
// what Train makes with Options.Ensemble: bit for bit where each had one core and no budget in seconds. The error says
// which of them is another's, and the way out.
func Join(ctx context.Context, set *data.Set, o Options, apart []Network) (Result, error) {
	if len(apart) < 2 {
		return Result{}, fmt.Errorf("an ensemble has two networks or more, and this is %d", len(apart))
	}
	o.Ensemble = len(apart)
	for _, n := range apart {
		if n.Record.Objective == Motion {
			return Result{}, errors.New("networks that learn from measured motion are alike from every seed: train " +
				"--ensemble finds one, and draws the others from what the motion leaves open")
		}
	}
	f, err := newProblem(ctx, set, o)
	if err != nil {
		return Result{}, err
	}
	r, run := Result{Held: f.heldOut()}, hashed(f.id)
	for j, n := range apart {
		if err := f.belongs(n, j); err != nil {
			return Result{}, err
		}
		alone := o
		alone.Ensemble, alone.Seed = 1, o.Seed+uint64(j)
		if n.Record.Run != hashed(identity(f.print, alone)) || n.Record.Workers > 1 {
			run = "" // no one training makes these
		}
	}
	for _, n := range apart {
		n.Record.Run, n.Record.Plan = run, &f.plan
		r.Networks = append(r.Networks, n)
	}
	return r, nil
}

// belongs says what keeps a network from being member j of an ensemble.
func (f *problem) belongs(n Network, j int) error {
	switch seed := f.s.Seed + uint64(j); {
	case n.Record.Seed != seed:
		return fmt.Errorf("member %d of the ensemble is of seed %d, and the model is of seed %d", j+1, seed,
			n.Record.Seed)
	case n.Record.Data != f.print:
		return fmt.Errorf("the model of seed %d was trained on another recording", seed)
	case n.Record.Horizon != f.s.Horizon || n.Record.Apart != f.s.Apart:
		return fmt.Errorf("the model of seed %d was chosen by other motion than is held out for the ensemble: give "+
			"all the same --horizon and --test", seed)
	case written(n.Net.Spec) != written(f.spec):
		name := n.Net.Spec.Family
		if hidden := shown(n.Net.Spec.Hidden); hidden != "" {
			name += " of " + hidden
		}
		return fmt.Errorf("the model of seed %d is another one than an ensemble of them has, a %s: what was not asked "+
			"for was decided by its seed, or for it alone; train all with --model, --hidden and --head given", seed,
			name)
	}
	return nil
}

// written is a Spec as files have it.
func written(s model.Spec) string {
	text, err := json.Marshal(s)
	if err != nil {
		panic("fit: a Spec that is no JSON: " + err.Error()) // numbers of recordings are finite
	}
	return string(text)
}

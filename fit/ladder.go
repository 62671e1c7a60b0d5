package fit

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"lagrange/data"
	"lagrange/model"
	"lagrange/train"
)

// ladder are the families that positions alone are tried with where no model was asked for, the simplest first. Where
// it has the terms a sum of terms was three to two hundred times closer than a network (lagrange reproduce noise).
var ladder = []string{"terms", "lnn"}

// climb trains the families of the ladder until one is down to the noise of held-out motion, and returns the best.
func climb(ctx context.Context, set *data.Set, o Options) (best Result, err error) {
	asked, said, begin := o, []string(nil), time.Now()
	o.climbing = true
	for k, name := range ladder {
		if bound := asked.bound(); bound > 0 {
			if o.Budget = bound - time.Since(begin); o.Budget <= 0 && best.Networks != nil {
				said = append(said, model.Title(name)+" not tried in the time given")
				break
			}
		}
		o.Model, o.rung = name, k
		r, e := trained(ctx, set, o)
		if ctx.Err() != nil {
			return Result{}, ctx.Err()
		}
		if errors.As(e, new(unusable)) {
			return Result{}, e
		}
		o.Planned = nil // one plan is enough
		if e != nil {
			why, _, _ := strings.Cut(e.Error(), ". ") // what follows is advice
			err, said = e, append(said, model.Title(name)+": "+why)
			continue
		}
		o.rubs = r.Networks[0].Net.Spec.Friction
		score := r.Networks[0].Record.Validation
		said = append(said, fmt.Sprintf("%s %.3g", model.Title(name), score))
		if best.Networks == nil || train.Clearly(r.Networks[0].losses, best.Networks[0].losses) {
			best = r
		}
		if score < downToNoise {
			break
		}
	}
	if best.Networks == nil {
		return best, err
	}
	for i := range best.Networks {
		r := &best.Networks[i].Record
		r.Run = Run(set, asked)
		plan := *r.Plan
		plan.Lines = append([]Line(nil), plan.Lines...)
		plan.set("model", model.Title(best.Networks[i].Net.Spec.Family),
			"held-out motion is off, in mean squares of the noise: "+strings.Join(said, ", "))
		r.Plan = &plan
	}
	return best, nil
}

package recorded

import (
	"context"
	"fmt"

	"lagrange"
	"lagrange/fit"
)

// Learn has the default learn from the recording of a name, as o says, and sets it beside the textbook's equations. A
// training that fails is a result, with the model nil.
func Learn(ctx context.Context, folder, name string, o fit.Options) (Row, *lagrange.Model, error) {
	for i := range recordings {
		r := &recordings[i]
		if r.name != name {
			continue
		}
		out := Row{Name: r.name, Title: r.title, Remark: r.remark, Horizon: r.horizon, Models: map[string]Scored{},
			Others: map[string]map[string]Error{filtered: {}, smoothed: {}, through: {}}}
		p, err := r.read(ctx, folder)
		if err != nil {
			return out, nil, err
		}
		if err := r.equations(ctx, p, &out); err != nil {
			return out, nil, err
		}
		o.Horizon, o.Apart = r.horizon, r.test != ""
		m, x, err := r.learned(ctx, p, o, out.Others, name)
		out.Models[models[0]] = x
		return out, m, err
	}
	panic(fmt.Sprintf("recorded: no recording %q", name))
}

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
		p, err := r.read(ctx, folder)
		if err != nil {
			return Row{Name: r.name, Title: r.title}, nil, err
		}
		out, err := r.equations(ctx, p)
		if err != nil {
			return Row{Name: r.name, Title: r.title}, nil, err
		}
		o.Horizon, o.Apart = r.horizon, r.test != ""
		m, x, err := r.learned(ctx, p, o)
		out.add(models[0], x)
		return *out, m, err
	}
	panic(fmt.Sprintf("recorded: no recording %q", name))
}

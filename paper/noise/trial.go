package noise

import (
	"context"
	"fmt"

	"lagrange"
	"lagrange/fit"
)

// Trial is what the default has learned from a recording of a system with noise.
type Trial struct {
	Model *lagrange.Model // nil: Failed
	// errors of held-out motion, at 0.25, 0.5 and 1 s: of the model, and of the true equations that are fitted to whole
	// recordings
	Errors, Limit []Error
	Failed        string
}

// Systems are the names of the systems.
func Systems() (names []string) {
	for _, s := range systems {
		names = append(names, s.name)
	}
	return names
}

// Try makes the recording of a system that the experiment makes with the same noise and seed, which o has, learns from
// it as o says and measures that beside the limit. A training that fails is a result.
func Try(ctx context.Context, name string, sigma float64, o fit.Options) (t Trial, err error) {
	for _, s := range systems {
		if s.name != name {
			continue
		}
		learn, test := s.drawn(sigma, o.Seed)
		_, limit, err := s.limits(ctx, learn, test, o.Seed)
		if err != nil {
			return t, err
		}
		o.Apart, t.Limit = true, limit.Error
		if t.Model, err = lagrange.Fit(ctx, s.set(learn, false), o); err != nil {
			if ctx.Err() == nil {
				t.Failed = err.Error()
			}
			return t, ctx.Err()
		}
		t.Errors, _, err = s.predictions(ctx, t.Model, test)
		return t, err
	}
	panic(fmt.Sprintf("noise: no system %q", name))
}

package explain

import (
	"context"
	"math"
	"strings"
	"time"

	"lagrange/fit"
	"lagrange/model"
	"lagrange/paper/noise"
)

// Limit is what the default finds in positions alone of a system of package noise, from one seed.
type Limit struct {
	System string  `json:"system"`
	Sigma  float64 `json:"sigma"`
	Seed   uint64  `json:"seed"`
	Formula
	// Over is the median error of predicted motion at 0.25, 0.5 and 1 s, over that of the true equations
	Over    []float64 `json:"over_the_limit,omitempty"`
	Seconds float64   `json:"seconds"`
}

// limitSigmas are the standard deviations of the noise, in radians and metres.
var limitSigmas = []float64{1e-3, 0.01}

// truths are the formulas of the systems of package noise.
var truths = map[string]truth{
	"pendulum": {terms: []Term{{"cos(theta)", 9.8}, {"theta_vel^2", 0.5}, {"viscous theta theta", 0.15}}},
	"double-pendulum": {terms: []Term{{"cos(theta1)", 19.6}, {"cos(theta2)", 9.8}, {"theta1_vel^2", 1},
		{"cos(theta1-theta2)*theta1_vel*theta2_vel", 1}, {"theta2_vel^2", 0.5}}},
	"cart-pole": {terms: []Term{{"cos(theta)", 1.47}, {"x_vel^2", 0.65}, {"cos(theta)*x_vel*theta_vel", 0.15},
		{"theta_vel^2", 0.0375}, {"viscous x x", 0.4}, {"viscous theta theta", 0.02}, {"gain force on x", 1}}},
}

// limit learns from one recording.
func limit(ctx context.Context, system string, sigma float64, o fit.Options) (l Limit, err error) {
	l, begin := Limit{System: system, Sigma: sigma, Seed: o.Seed}, time.Now()
	t, err := noise.Try(ctx, system, sigma, o)
	if err != nil {
		return l, err
	}
	if l.Failed = t.Failed; t.Model != nil {
		l.Formula, _, err = truths[system].of(ctx, t.Model, nil)
		for k, e := range t.Errors {
			l.Over = append(l.Over, e.Median/t.Limit[k].Median)
		}
	}
	l.Seconds = time.Since(begin).Seconds()
	return l, err
}

// intervalSeeds are recordings whose formula is told but for its numbers: how often their deviations hold the truth.
const intervalSeeds = 20

// told asks for the terms of a true formula, and for the friction that it has.
func (t truth) told(o fit.Options) fit.Options {
	o.Model, o.Friction = "terms", model.NoFriction
	for _, x := range t.terms {
		switch {
		case strings.HasPrefix(x.Text, "viscous "):
			o.Friction = model.Viscous
		case !strings.HasPrefix(x.Text, "gain "):
			o.Terms = append(o.Terms, x.Text)
		}
	}
	return o
}

// Coverage is how many coefficients have a deviation, and how many of these are within one and two of the truth.
type Coverage struct {
	Of  int `json:"of"`
	One int `json:"within_one"`
	Two int `json:"within_two"`
}

// add counts those of a formula. What is zero in truth counts among forces, which are there whether they act or not; of
// terms of L the spurious are no numbers that have been measured.
func (c *Coverage) add(f *Formula) {
	for _, x := range f.Terms {
		if x.SD == 0 || x.Truth == 0 && !x.force {
			continue
		}
		z := math.Abs(x.Value-x.Truth) / x.SD
		c.Of++
		if z <= 1 {
			c.One++
		}
		if z <= 2 {
			c.Two++
		}
	}
}

package fit

import (
	"context"
	"fmt"
	"math"
	"strings"

	"lagrange/model"
	"lagrange/train"
)

// frictions are those that are tried in turn where nothing was said of friction, each with more parameters than the one
// before.
var frictions = []model.Friction{model.NoFriction, model.Viscous, model.Both, model.AllFriction}

// withFriction learns with no friction and with more of it, and takes what the motion speaks for.
func (f *problem) withFriction(ctx context.Context, o *train.Identification, s Options) (x train.Identified,
	err error) {
	choice, said, idle := model.NoFriction, []string(nil), 0
	for i, kind := range frictions {
		spec := f.spec
		spec.Friction = kind
		if i > 0 && o.Over() {
			said = append(said, "nothing more in the time given")
			break
		}
		if idle == mostIdle {
			break
		}
		net, err := drawn(spec, s.Seed)
		if err != nil {
			return x, err
		}
		y, err := f.shot(ctx, o, net, s)
		if err != nil {
			return x, err
		}
		if i > 0 {
			gain := f.gain(o, x, y)
			if said = append(said, fmt.Sprintf("%s %.3g", kind, gain)); math.IsInf(gain, 1) {
				said[len(said)-1] = string(kind) + " all (without it the motion is lost)"
			}
			if gain < frictionGain {
				idle++
				continue
			}
		}
		x, choice, idle = y, kind, 0
	}
	f.plan.set("friction", string(choice), fmt.Sprintf("%d is asked for, and the logarithm of the likelihood "+
		"gains with %s",
		frictionGain, strings.Join(said, ", with ")))
	return x, nil
}

// gain is by how much y makes the motion that was learned from likelier than x, as the difference of the logarithms,
// where both have come to segments as long; it is infinite where y follows the motion further.
func (f *problem) gain(o *train.Identification, x, y train.Identified) float64 {
	switch a, b := x.Longest(), y.Longest(); {
	case b > a && y.Score <= x.Score:
		return math.Inf(1)
	case a != b, y.Score > x.Score && !train.Tied(y.Log, x.Log):
		return 0
	}
	return x.Likelier(y, o) / 2
}

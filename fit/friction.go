package fit

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"lagrange/data"
	"lagrange/model"
	"lagrange/train"
)

// AutoFriction asks for the friction that the motion speaks for, as where nothing is said of friction.
const AutoFriction model.Friction = "auto"

// Frictions lists what may be asked for: the kinds of friction, and to find out which.
func Frictions() []model.Friction { return append(model.Frictions(), AutoFriction) }

// frictions are those that are tried in turn where it is to be found out, each with more parameters than the one
// before. A breakaway force is a part of dry friction, so it is tried only where that was taken.
var frictions = []model.Friction{model.NoFriction, model.Viscous, model.Both, model.AllFriction, model.Stribeck}

// freeFriction says whether friction is to be chosen.
func (s Options) freeFriction() bool {
	return (s.Friction == "" || s.Friction == AutoFriction) && s.From == nil && !model.FamilyOf(s.Model).Bare
}

// unrubbed says why friction cannot be found in a recording; "" if it can.
func (s Options) unrubbed(set *data.Set) string {
	switch f := model.FamilyOf(s.Model); {
	case f.Bare:
		return fmt.Sprintf("a %s has no friction of its own", f.Title)
	case s.Objective == Motion:
		return ""
	case f.Nodes || f.Name == "hnn":
		return fmt.Sprintf("a %s learns with the friction that is named", f.Title)
	case s.Objective == Torque:
		return "from torques models learn with the friction that is named"
	case set.M() > len(set.Forces()):
		return "with system parameters models learn with the friction that is named"
	case set.D() > s.mostRubbed(set):
		return fmt.Sprintf("with more than %d coordinates models learn with the friction that is named",
			s.mostRubbed(set))
	}
	return ""
}

// mostRubbed are coordinates up to which the friction of states is looked for. With many it takes half a minute, which
// only those have that a smoother found.
func (s Options) mostRubbed(set *data.Set) int {
	if s.Objective == SmoothedMotion && angles(set) >= leastLinks {
		return mostLinks
	}
	return mostShot
}

// found refuses to find friction that was asked for where it cannot be found.
func (s Options) found(set *data.Set, asked Options) error {
	if why := s.unrubbed(set); asked.Friction == AutoFriction && why != "" {
		return fmt.Errorf("friction %s: %s: name one of %s, or leave it out", AutoFriction, why,
			strings.Join(words(model.Frictions()), ", "))
	}
	return nil
}

// rubbing finds the friction of recorded states: the weak form of a sum of terms, which is linear in friction, says
// what each kind leaves of the force. More friction is taken where it leaves a part of what less does. It returns the
// line of the plan; none where nothing was looked at.
func (f *problem) rubbing(ctx context.Context) (line Line, err error) {
	if !f.s.freeFriction() || f.s.Objective == Motion || f.s.unrubbed(f.set) != "" {
		return line, nil
	}
	left, said := math.Inf(1), []string(nil)
	weak := func(terms [][]model.Term, kind model.Friction) (train.InitialGuess, error) {
		net, err := f.sum(terms, kind)
		if err != nil || net == nil {
			return train.InitialGuess{}, err
		}
		return f.weakGuess(ctx, net, 1)
	}
	terms, both, err := f.rubbedTerms(weak)
	if err != nil || terms == nil {
		return line, err
	}
	line = Line{What: "friction", Choice: string(model.NoFriction)}
	for _, kind := range frictions {
		if kind == model.Stribeck && !dry(model.Friction(line.Choice)) {
			continue
		}
		g := both
		if kind != model.Both || !g.Done {
			g, err = weak(terms, kind)
		}
		if err != nil || !g.Done && kind == model.NoFriction {
			return Line{}, err
		}
		if !g.Done {
			continue
		}
		said = append(said, fmt.Sprintf("with %s %.2g", kind, math.Sqrt(g.After)))
		if kind == model.NoFriction || g.After < frictionLeaves*left && left > leastLeft {
			left, line.Choice = g.After, string(kind)
		}
	}
	if line.Choice != string(model.NoFriction) {
		f.spec.Friction = model.Friction(line.Choice)
	}
	line.Reason = "of the acceleration a sum of terms leaves, " + strings.Join(said, ", ")
	return line, nil
}

// weakGuess gives a sum of terms the weak initialisation from the states that are learned from, which is linear in
// friction, too, with bumps so many times as long as those that friction is found with.
func (f *problem) weakGuess(ctx context.Context, net *model.Model[float64], times float64) (train.InitialGuess, error) {
	half := times * max(frictionHalf*f.plan.Recording.RowsBySwing, leastHalf) // in rows
	rows := max(frictionRows, int(frictionNumbers*half/3)*len(net.Theta)/f.spec.D())
	return train.WeakInitialisation(ctx, net, recordedStates(sampled(f.split.Train, rows, f.stretch())),
		train.WeakOptions{Half: half * f.plan.Recording.Step, Ridge: frictionRidge, Workers: f.s.Workers})
}

// rubbedTerms are those of the sum of terms that says which friction there is: those that were asked for, or of the
// library that leaves least with friction of those that have what other libraries have, too, with what was found then
// if there was a choice. nil: there are none.
func (f *problem) rubbedTerms(weak func([][]model.Term, model.Friction) (train.InitialGuess, error)) (
	terms [][]model.Term, both train.InitialGuess, err error) {
	if f.s.Terms != nil {
		return f.spec.Terms, both, nil
	}
	var all [][][]model.Term
	for _, terms := range f.rich() {
		net, err := f.sum(terms, model.NoFriction)
		if err == nil && net != nil && len(net.Theta) <= mostTried {
			all = append(all, terms)
		}
	}
	if len(all) == 1 {
		return all[0], both, nil
	}
	least := math.Inf(1)
	for _, candidate := range all {
		g, err := weak(candidate, model.Both)
		if err != nil {
			return nil, both, err
		}
		if g.Done && g.After < least {
			least, terms, both = g.After, candidate, g
		}
	}
	return terms, both, nil
}

// dry says whether a friction is dry.
func dry(x model.Friction) bool { return x == model.Both || x == model.AllFriction }

// recordedStates are states as they were recorded, for the weak form.
func recordedStates(set *data.Set) *train.Measured {
	d, o := set.D(), &train.Measured{D: set.D(), M: set.M()}
	sigma := make([]float64, 2*d)
	for i := range set.Trajectories {
		t := &set.Trajectories[i]
		gaps, m := t.Gaps(), train.Measurement{T: t.T, U: t.U, X: t.AppendStates(nil, d, 0, t.Len()), Sigma: sigma}
		for n := range t.T {
			m.Gap = append(m.Gap, n+1 < t.Len() && gaps.Before(n+1))
		}
		m.Y, m.SD = m.X, make([]float64, len(m.X))
		o.Of = append(o.Of, m)
	}
	return o
}

// withFriction learns with little friction and with more of it, and takes what the motion speaks for.
func (f *problem) withFriction(ctx context.Context, o *train.Identification, s Options) (x train.Identified,
	err error) {
	least, why, err := f.leastFriction(ctx, o, s)
	if err != nil {
		return x, err
	}
	choice, said, idle := model.Friction(""), []string(nil), 0
	for _, kind := range frictions[slices.Index(frictions, least):] {
		spec := f.spec
		spec.Friction = kind
		if choice != "" && o.Over() {
			said = append(said, "nothing more in the time given")
			break
		}
		if idle == mostIdle {
			break
		}
		if kind == model.Stribeck && choice != "" && !dry(choice) {
			continue
		}
		y, err := f.withMore(ctx, o, x, spec, s)
		if err != nil {
			return x, err
		}
		if choice != "" {
			var gain float64
			if x, gain, err = f.gainAfter(ctx, o, x, y); err != nil {
				return x, err
			}
			word := fmt.Sprintf("%s %.3g", kind, gain)
			if math.IsInf(gain, 1) {
				word = string(kind) + " all (without it the motion is lost)"
			}
			if said = append(said, word); gain < frictionGain {
				idle++
				continue
			}
		}
		x, choice, idle = y, kind, 0
	}
	if borne, err := f.borneOut(ctx, o, s, x); err != nil {
		return x, err
	} else if !borne {
		s.rubs = ""
		return f.withFriction(ctx, o, s)
	}
	if said != nil {
		why = append(why, fmt.Sprintf("%d is asked for, and the logarithm of the likelihood gains with %s",
			frictionGain, strings.Join(said, ", with ")))
	}
	f.plan.set("friction", string(choice), strings.Join(why, "; "))
	return x, nil
}

// borneOut says whether friction that another family found is worth it here, too: that may have stood for what the
// other family lacks.
func (f *problem) borneOut(ctx context.Context, o *train.Identification, s Options, x train.Identified) (bool, error) {
	if s.rubs == "" || x.Model.Spec.Friction == model.NoFriction || o.Over() {
		return true, nil
	}
	m, err := x.Model.Rubbing(model.NoFriction, 1)
	if err != nil {
		return false, err
	}
	y, err := o.Against(x).Again(ctx, m, x)
	return train.Clearly(x.Log, y.Log) || f.gain(o, y, x) >= frictionGain, err
}

// leastFriction is what to begin with: what another family has found of the same motion, or the first kind after which
// the weak form leaves little, or no more than with the next kinds beyond doubt. Those before it are not shot with. It
// says why, where there are any.
func (f *problem) leastFriction(ctx context.Context, o *train.Identification, s Options) (kind model.Friction,
	why []string, err error) {
	if s.rubs != "" {
		return s.rubs, []string{"begun with that of the model tried before"}, nil
	}
	var left []string
	k, kinds := 0, frictions[:slices.Index(frictions, model.Stribeck)]
	guess := func(k int) (train.Identified, error) {
		spec := f.spec
		spec.Friction = kinds[k]
		net, err := drawn(spec, s.Seed)
		if err != nil || len(net.Linear()) == 0 {
			return train.Identified{}, err
		}
		return o.Weak(ctx, net)
	}
	x, err := guess(0)
	for more := 1; err == nil && more < len(kinds) && more <= k+mostIdle; more++ {
		if x.Model == nil || x.Score < doubtful || o.Over() {
			break
		}
		y, e := guess(more)
		if err = e; err == nil && y.Model != nil && train.Clearly(y.Log, x.Log) {
			left = append(left, fmt.Sprintf("%.3g with %s", x.Score, kinds[k]))
			x, k = y, more
		}
	}
	if left != nil {
		why = []string{fmt.Sprintf("after the weak form held-out motion is off, in mean squares of the noise, by %s, "+
			"%.3g with %s", strings.Join(left, ", "), x.Score, kinds[k])}
	}
	return kinds[k], why, err
}

// withMore is a model with the friction of a spec, which is more than x has, where that is a model. One that is down to
// the noise is next to where it is likeliest with more friction, too, and that goes on from its motions; any other says
// little of where.
func (f *problem) withMore(ctx context.Context, o *train.Identification, x train.Identified, spec model.Spec,
	s Options) (train.Identified, error) {
	if x.Model != nil && x.Longest() > 0 && x.Score < downToNoise && left(x) < downToNoise {
		m, err := x.Model.Rubbing(spec.Friction, littleFriction)
		if err != nil {
			return x, err
		}
		return o.Again(ctx, m, x)
	}
	net, err := drawn(spec, s.Seed)
	if err != nil {
		return x, err
	}
	y, err := f.shot(ctx, o.Against(x), net, s)
	if err != nil || x.Model == nil || !spec.Friction.Includes(x.Model.Spec.Friction) {
		return y, err
	}
	return f.beyond(ctx, o, x, y)
}

// fromAll is y, a sum of terms with the friction that was asked for, or what has come of one with all friction, if that
// is likelier, predicts held-out motion no worse, and y leaves more than the noise: it may have begun too far off. A
// recorded pendulum with a motor and both frictions was so left with hardly any friction, and 0.019 rad a quarter of a
// second ahead (ddp, lagrange reproduce recorded).
func (f *problem) fromAll(ctx context.Context, o *train.Identification, s Options, y train.Identified) (
	train.Identified, error) {
	switch f.spec.Friction {
	case "", model.NoFriction, model.AllFriction:
		return y, nil
	}
	if y.Score < downToNoise || o.Over() || !model.FamilyOf(f.spec.Family).Netless {
		return y, nil
	}
	spec := f.spec
	spec.Friction = model.AllFriction
	x, err := f.withMore(ctx, o, train.Identified{}, spec, s)
	if err != nil {
		return y, err
	}
	z, err := f.beyond(ctx, o, x, y)
	if err != nil || o.WorseOnHeld(z, y) {
		return y, err
	}
	return z, nil
}

// beyond is y, which has more friction than x, or what has come of x with as much, if that is likelier: x is a case of
// y, and where y has not come as far as x it began too far off. Of a recorded pendulum both frictions from a guess of
// their own were less likely than none by 11 (direct collocation, lagrange reproduce recorded).
func (f *problem) beyond(ctx context.Context, o *train.Identification, x, y train.Identified) (train.Identified,
	error) {
	if x.Longest() == 0 || y.Longest() == 0 || x.Likelier(y, o) >= 0 || o.Over() {
		return y, nil
	}
	m, err := x.Model.Rubbing(y.Model.Spec.Friction, 1)
	if err != nil {
		return y, err
	}
	z, err := o.Again(ctx, m, x)
	if err != nil || !(y.Likelier(z, o) > 0) {
		return y, err
	}
	return z, nil
}

// gainAfter is the gain of y where x, too, had the steps of shooting that y may have had from where x ended; it returns
// what x then is. Of a chain of four, where x needs more steps than a length has, viscous friction that is not there
// had gained 10.7, and with that −2.9.
func (f *problem) gainAfter(ctx context.Context, o *train.Identification, x, y train.Identified) (train.Identified,
	float64, error) {
	gain := f.gain(o, x, y)
	if gain < frictionGain || gain > chanceGain || o.Over() {
		return x, gain, nil
	}
	x, err := o.Again(ctx, x.Model.Copy(), x)
	return x, f.gain(o, x, y), err
}

// gain is by how much y makes the motion that was learned from likelier than x, as the difference of the logarithms,
// where both have come to segments as long, or y predicts better beyond doubt what neither has learned from, or both
// are off by far more than the noise: then what is left grows with segments, the more so the less it was. It is
// infinite where y follows the motion further, and 0 where y predicts motion worse that neither has learned from.
func (f *problem) gain(o *train.Identification, x, y train.Identified) float64 {
	a, b := x.Longest(), y.Longest()
	far := min(left(x), left(y)) > doubtful
	switch {
	case b > a && y.Score <= x.Score && !far:
		return math.Inf(1)
	case a != b && !far && !train.Clearly(y.Log, x.Log), y.Score > x.Score && !train.Tied(y.Log, x.Log),
		o.WorseOnHeld(y, x):
		return 0
	}
	return x.Likelier(y, o) / 2
}

package fit

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"lagrange/data"
	"lagrange/model"
	"lagrange/train"
)

// identified is what a problem found by it.
type identified struct {
	seed uint64
	train.Identified
	tried []Tried
}

// shoots says whether a model can be learned from smoothed states by shooting: one of a family that is linear in a part
// of its parameters, where no accelerations are recorded and nothing else was asked for.
func (s Options) shoots(set *data.Set) bool {
	s.Model = cmp.Or(s.Model, DefaultModel)
	family := model.FamilyOf(s.Model)
	objective, err := s.objective(set)
	return err == nil && objective == Windows && s.Method == "" && s.Beside == nil && set.D() <= train.MostCoordinates &&
		family.Linear != nil && !family.Nodes
}

// identification is what finds models of the recording.
func (f *problem) identification(seed uint64) *train.Identification {
	o := &train.Identification{Learn: f.measured.part(f.split.At[0]), Held: f.measured.part(f.split.At[1]),
		Swing: f.measured.swing, Penalty: train.L2, Seed: seed, Workers: f.s.Workers, Iterations: f.s.Steps}
	if f.measured.outliers() {
		o.Penalty = train.Student
	}
	return o
}

// identify finds the model: a sum of terms, pruned, a network, or where nothing was asked for the one of them that
// predicts held-out motion better.
func (f *problem) identify(ctx context.Context, asked Options) error {
	o := f.identification(f.s.Seed)
	free := asked.Model == "" && asked.Hidden == nil && asked.Head == "" && f.s.Ensemble <= 1
	terms := f.s.Model == "terms" || free && len(f.set.Forces()) == f.set.M()
	var best identified
	friction := asked.Friction
	if terms && f.s.From == nil {
		spec := f.spec
		spec.Family, spec.Hidden, spec.Head, spec.Kinetic = "terms", nil, "", 1
		spec.Terms = spec.DefaultTerms()
		x, err := f.library(ctx, o, spec, asked)
		if err != nil {
			return err
		}
		if x.Model != nil {
			best, friction = x, x.Model.Spec.Friction
			f.s.Held = held(x.Model.Spec)
		}
	}
	if f.s.Model != "terms" && f.s.From == nil {
		spec := f.spec
		if spec.Friction = friction; best.Model != nil {
			spec.Inputs = best.Model.Spec.Inputs
		}
		x, err := f.networked(ctx, o, spec, asked)
		if err != nil {
			return err
		}
		if x.Model != nil {
			tried := append(best.tried, x.tried...)
			if best.Model == nil || x.Score < best.Score && !train.Tied(best.Log, x.Log) {
				best = x
			}
			best.tried = tried
		}
	}
	if f.s.From != nil {
		x, err := o.Known(ctx, f.s.From[0].Net)
		if err != nil {
			return err
		}
		best = identified{seed: f.s.Seed, Identified: x}
	}
	if best.Model == nil {
		return nil
	}
	best.seed, f.identified = f.s.Seed, &best
	f.took(best, asked)
	return nil
}

// took writes into options and plan what was found.
func (f *problem) took(x identified, asked Options) {
	f.spec, f.s.Method = x.Model.Spec, Shooting
	f.s.Model, f.s.Hidden, f.s.Head, f.s.Friction = f.spec.Family, f.spec.Hidden, f.spec.Head, f.spec.Friction
	var tried []string
	unit := f.plan.Recording.TimeUnit
	for _, t := range x.tried {
		tried = append(tried, fmt.Sprintf("%s %.4g", t.Model, t.Score))
	}
	f.plan.set("model", model.Title(f.s.Model),
		"held-out motion in units of the noise, squared: "+strings.Join(tried, ", "))
	if asked.Horizon == 0 {
		f.plan.set("windows", fmt.Sprintf("%.3g %s held out", f.s.Horizon, unit), "a little more than the fastest swing")
	}
	f.plan.set("path", "smoothed states, weak form, shooting", f.measured.why)
	f.plan.set("method", Shooting, "parameters and starts of all segments at once")
	f.plan.set("initial guess", fmt.Sprintf("weak form, bumps of ±%.2g %s, ridge %.0e", x.Half, unit, x.Ridge),
		"held-out motion")
	if f.s.Hidden == nil {
		f.plan.set("net", "none", fmt.Sprintf("%d parameters are left", len(x.Model.Theta)))
	} else {
		f.plan.set("net", shown(f.s.Hidden)+", features of positions", "the output layer is solved for")
	}
	if f.s.Friction != "" && f.s.Friction != model.NoFriction {
		f.plan.set("friction", string(f.s.Friction), "the simplest that held-out motion asks for")
	}
	f.plan.set("steps", fmt.Sprint(iterations(x)), "of shooting, from short segments to whole recordings")
}

// library finds a sum of terms.
func (f *problem) library(ctx context.Context, o *train.Identification, spec model.Spec,
	asked Options) (identified, error) {
	x, err := f.simplest(ctx, o, spec, asked)
	if err == nil && x.Model != nil {
		x.Identified, err = o.Shoot(ctx, x.Identified)
	}
	if err != nil || x.Model == nil {
		return x, err
	}
	x.tried = []Tried{{"library", len(x.Model.Theta), x.Score}}
	if x.Identified, err = o.Prune(ctx, x.Identified); err != nil {
		return x, err
	}
	if len(f.set.Forces()) > 0 && asked.Held == nil {
		if err = f.between(ctx, o, &x.Identified); err != nil {
			return x, err
		}
	}
	x.tried = append(x.tried, Tried{"formula", len(x.Model.Theta), x.Score})
	return x, nil
}

// between decides how known forces go between rows, by straight lines or held at the last one, by what is likelier.
func (f *problem) between(ctx context.Context, o *train.Identification, x *train.Identified) error {
	m := x.Model.Copy()
	m.Spec.Inputs = append([]model.Input(nil), m.Spec.Inputs...)
	for j := range m.Spec.Inputs {
		m.Spec.Inputs[j].Held = !m.Spec.Inputs[j].SystemParameter
	}
	y, err := o.Weak(ctx, m)
	if err == nil && y.Model != nil {
		y, err = o.Shoot(ctx, y)
	}
	if err == nil && x.Likelier(y, o) > likelier {
		*x = y
	}
	return err
}

// simplest chooses friction where nothing was asked of it.
func (f *problem) simplest(ctx context.Context, o *train.Identification, spec model.Spec,
	asked Options) (x identified, err error) {
	kinds := []model.Friction{model.NoFriction, model.Viscous, model.Both}
	if asked.Friction != "" {
		kinds = []model.Friction{asked.Friction}
	}
	var ms []*model.Model[float64]
	for _, k := range kinds {
		spec.Friction = k
		m, err := f.features(spec, f.s.Seed)
		if err != nil {
			return x, err
		}
		ms = append(ms, m)
	}
	x.Identified, err = o.Simplest(ctx, ms)
	return x, err
}

// networked finds a network.
func (f *problem) networked(ctx context.Context, o *train.Identification, spec model.Spec,
	asked Options) (x identified, err error) {
	family := model.FamilyOf(spec.Family)
	if asked.Hidden == nil {
		spec.Hidden = []int{features}
	}
	if asked.Head == "" && family.Heads {
		spec.Head = model.Quadratic
	}
	if asked.Friction == "" && spec.Friction != "" {
		asked.Friction, asked.Held = spec.Friction, []string{}
	}
	if x, err = f.simplest(ctx, o, spec, asked); err == nil && x.Model != nil {
		x.Identified, err = o.Shoot(ctx, x.Identified)
		x.tried = []Tried{{"network", len(x.Model.Theta), x.Score}}
	}
	return x, err
}

// features draws a network. With the quadratic head it sees no velocities: what they are wrong by would enter twice.
func (f *problem) features(spec model.Spec, seed uint64) (*model.Model[float64], error) {
	m, err := model.New[float64](spec, seed)
	if err == nil && spec.Head == model.Quadratic {
		m.BlindToVelocities()
	}
	return m, err
}

// held lists the inputs that are held.
func held(s model.Spec) (names []string) {
	for _, u := range s.Inputs {
		if u.Held {
			names = append(names, u.Name)
		}
	}
	return names
}

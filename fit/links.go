package fit

import (
	"context"
	"fmt"

	"lagrange/model"
	"lagrange/train"
)

// tryLinks has a sum of terms of a chain of links (model.Spec.LinkTerms) learn accelerations of angles that are all
// driven by known forces, as those of an arm, where no model was asked for and nothing that only a network has. All of
// its coefficients are solved for at once. It is taken where the solution leaves next to nothing of the loss without
// acceleration on rows held out; else all is as it was.
//
// It does not grow with the rows: it sees linkRows of them from all over the recording.
func (f *problem) tryLinks(ctx context.Context, asked Options) error {
	if asked.Model != "" || asked.Activation != "" || asked.Ensemble > 1 || f.s.Model != DefaultModel ||
		f.set.D() < leastLinks || len(f.set.Forces()) != f.set.D() {
		return nil
	}
	learn := accelerations(f.split.Train.Thinned(linkRows), f.penalty)
	held := accelerations(f.split.Valid.Thinned(linkRows), f.penalty)
	still := f.still(held)
	for _, joints := range []bool{true, false} {
		spec := f.spec
		spec.Family, spec.Hidden, spec.Head = ladder[0], nil, ""
		spec.Terms = spec.LinkTerms(joints)
		net, err := model.New[float64](spec, f.s.Seed)
		if err != nil {
			return nil // a library has no system parameters, and so many terms at most
		}
		// one solution, for the weights do not matter to what is left of nothing
		guess, err := train.ConvexInitialisation(ctx, net, learn, train.ConvexOptions{Seed: f.s.Seed,
			Workers: f.s.Workers, Selection: held, Ridges: convexRidges[:1], Rounds: 1,
			Samples: linkNumbers * len(net.Theta) / f.set.D(), On: f.s.preparing("terms of a chain of links")})
		if err != nil {
			return err
		}
		if !guess.Done || !(guess.After < exactTerms*still) {
			continue
		}
		was := asked
		was.Model, was.Method = spec.Family, train.GaussNewton
		s, plan, err := decide(f.set, f.plan.Recording, asked, was)
		if err != nil {
			return err
		}
		f.s, f.plan, f.spec, f.guessed = s, f.because(plan), spec, guessed{f.s.Seed, net.Theta, guess}
		f.plan.set("model", model.Title(spec.Family), fmt.Sprintf("sines and cosines of the angles "+
			"between links leave %.2g %% of the loss without acceleration; --model %s for a network",
			100*guess.After/still, DefaultModel))
		f.plan.set("method", s.Method, "its coefficients are few")
		return nil
	}
	return nil
}

package lagrange

import (
	"context"
	"os"
	"slices"

	"lagrange/model"
	"lagrange/model/graph"
	"lagrange/train"
)

const (
	goodStart = 0.02 // of the loss without acceleration: a convex start that leaves less is kept
	warmSteps = 600  // of Adam otherwise
	warmBatch = 256  // states, of a graph sites, at least 16 states
	warmRate  = 5e-3
)

// begin prepares a network for Gauss and Newton's method, and returns the objective, of a Lagrangian with the loss that keeps its mass matrix positive
// definite. A convex start that leaves next to nothing is kept. Otherwise steps of Adam from the parameters as they were drawn come first: all layers move
// with them, and Gauss and Newton's steps then end more often in a good place than from a solution of the last layer alone.
func begin(ctx context.Context, net *model.Model[float64], o, valid *train.Accelerations[float64], s Settings) (train.Objective[float64], error) {
	drawn := slices.Clone(net.Theta)
	start, err := train.ConvexStart(ctx, net, o, train.Convex{Seed: s.Seed, Workers: s.Workers})
	learn := train.KeepDefinite(net, o, start.Unit)
	if err != nil || start.Done && start.After < goodStart*nothing(net.Spec, o) {
		return learn, err
	}
	if start.Done {
		copy(net.Theta, drawn)
		learn = train.KeepDefinite(net, o, nil)
	}
	if s.resumes() { // what follows has been done
		return learn, nil
	}
	sites := 1
	if s.Model == graph.Family {
		sites = net.Spec.D() / max(1, s.Graph.Site)
	}
	warm := train.Settings{Steps: warmSteps, Validate: warmSteps / 6, Batch: max(16, warmBatch/sites), Rate: warmRate, Seed: s.Seed, Workers: s.Workers}
	loop := train.Loop[float64]{Model: net, Train: learn, Valid: valid, Settings: warm, State: train.NewState(net)}
	return learn, loop.Run(ctx)
}

// resumes says whether there is a checkpoint to go on from.
func (s Settings) resumes() bool {
	if !s.Resume || s.Checkpoint == "" {
		return false
	}
	_, err := os.Stat(s.Checkpoint)
	return err == nil
}

// nothing is the mean loss of a model without acceleration.
func nothing(spec model.Spec, o *train.Accelerations[float64]) (loss float64) {
	d := spec.D()
	for k, a := range o.A {
		rho, _ := o.Penalty.Of(a / spec.Coordinates[k%d].Accel)
		loss += rho / float64(o.N)
	}
	return loss
}

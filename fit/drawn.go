package fit

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"

	"lagrange/data"
	"lagrange/internal/dense"
	"lagrange/internal/par"
	"lagrange/train"
)

// drawMembers are the networks of an ensemble whose objective is Motion: one that is learned, and others as likely as
// it,
//
//	θ ~ N(θ̂, C),
//
// with C the covariance that shooting ends with. Other seeds would find the same: it is the noise of the recording that
// the parameters are not sure of.
func (f *problem) drawMembers(ctx context.Context) ([]Network, error) {
	first, err := f.network(ctx, f.s, f.watch, 0, nil)
	if err != nil {
		return nil, err
	}
	of := train.Moved(first.Net)
	P := len(of)
	if len(first.covariance) != P*P {
		return nil, errors.New("the model is too far off to say what else is likely: train without an ensemble")
	}
	sd, U := make([]float64, P), make([]float64, P*P)
	for i := range sd {
		sd[i] = math.Sqrt(first.covariance[i*P+i])
	}
	for i := range P { // in units that make the diagonal 1
		for j := i; j < P; j++ {
			U[i*P+j] = first.covariance[i*P+j] / (sd[i] * sd[j])
		}
		U[i*P+i] += alike
	}
	team := par.NewTeam(1)
	defer team.Close()
	if !dense.FactorUpper(team, P, U) {
		return nil, errors.New("parameters are not known: train without an ensemble, or record more motion")
	}
	all := []Network{first}
	for j := 1; j < f.s.Ensemble; j++ {
		n := Network{Record: first.Record, Net: first.Net.Copy()}
		n.Record.Seed = f.s.Seed + uint64(j)
		r := rand.New(rand.NewPCG(n.Record.Seed, 17))
		for i := range P { // θ = θ̂ + D Uᵀ z
			z := r.NormFloat64()
			for k := i; k < P; k++ {
				n.Net.Theta[of[k]] += sd[k] * U[i*P+k] * z
			}
		}
		all = append(all, n)
	}
	return all, nil
}

const (
	alike   = 1e-9 // is added to the diagonal of correlations, so that rounding leaves them positive definite
	certain = 1.5  // times the usual deviation of velocities: windows for a calibration begin at no others
)

// heldOut is the part of the recording that chose the parameters: of measured motion windows of the horizon, each from
// a state that the smoother is sure of, as it is not at the ends.
func (f *problem) heldOut() *data.Set {
	if f.motion == nil {
		return f.split.Valid
	}
	r, d, m := f.motion.smoothed, f.set.D(), f.set.M()
	out := *r.Set
	out.Trajectories = nil
	for i := range r.Set.Trajectories {
		t, was, first := &r.Set.Trajectories[i], &r.Measured.Trajectories[i], sure(r.Deviations[i].V, d)
		if t.T[len(t.T)-1]-t.T[first] < f.s.Horizon { // the piece bears no more than one
			first = 0
		}
		one := *r.Set
		one.Trajectories = []data.Trajectory{t.Slice(d, m, first, t.Len())}
		for _, w := range one.Windows(f.s.Horizon, 0) {
			lo, hi := first+w.Start, first+w.Start+w.Steps+1
			p := t.Slice(d, m, lo, hi)
			p.Q, p.V, p.A = slices.Clone(p.Q), slices.Clone(p.V), nil
			copy(p.Q[d:], was.Q[(lo+1)*d:hi*d])
			if was.V != nil {
				copy(p.V[d:], was.V[(lo+1)*d:hi*d])
			}
			out.Trajectories = append(out.Trajectories, p)
		}
	}
	return &out
}

// sure is the first row whose velocities have usual deviations, of sd (n, d).
func sure(sd []float64, d int) (row int) {
	for k := range d {
		var all []float64
		for at := k; at < len(sd); at += d {
			all = append(all, sd[at])
		}
		limit := certain * median(slices.Clone(all))
		row = max(row, slices.IndexFunc(all, func(x float64) bool { return x <= limit }))
	}
	return row
}

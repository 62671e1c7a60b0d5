package lagrange

import (
	"context"
	"fmt"
	"slices"

	"lagrange/data"
	"lagrange/model"
	"lagrange/smooth"
)

// The prefixes of the columns that ForceSet adds.
const (
	ForcePrefix    = "force_"
	FrictionPrefix = "friction_"
)

// ForceSet finds the forces behind a recorded motion, row by row: what Force says of each known force of the model, in
// columns with ForcePrefix and in its unit, and how much of that overcomes friction, with FrictionPrefix. Without known
// forces there is a column for each coordinate, in the unit of the model's L. Accelerations are the recorded ones or,
// where there are none, those that a smoother finds without the model, whose states are then taken too. The recording
// needs no known forces; where it has some, they stay as they are.
func (m *Model) ForceSet(ctx context.Context, set *data.Set) (*data.Set, error) {
	own := m.Columns()
	if _, ok := model.As[model.InverseDynamics[float64]](m.net.Tape(1)); !ok {
		return nil, fmt.Errorf("a %s has no Lagrangian, which tells the forces behind a motion: take a model that has "+
			"one, such as %s", model.Title(m.net.Spec.Family), model.Title("lnn"))
	}
	parameters := own.Inputs[len(own.Forces()):]
	if given := set.Inputs[len(set.Forces()):]; set.D() != m.D() || !slices.Equal(given, parameters) {
		return nil, fmt.Errorf("the motion has %d coordinates and the parameters %v, the model %d and %v; name the "+
			"columns with --q, --v, --parameters", set.D(), given, m.D(), parameters)
	}
	if !set.HasAccelerations() {
		r, err := smooth.Set(ctx, bare(set), 0)
		if err != nil {
			return nil, err
		}
		set = r.Set
	}
	names := own.Forces()
	if len(names) == 0 {
		for _, c := range own.Coordinates {
			names = append(names, c.Name)
		}
	}
	out, free := *set, m.frictionless()
	out.Trajectories = slices.Clone(set.Trajectories)
	out.Columns, out.Inputs = slices.Clone(set.Columns), slices.Clone(set.Inputs)
	for _, prefix := range []string{ForcePrefix, FrictionPrefix} {
		for _, name := range names {
			out.Inputs = append(out.Inputs, prefix+name)
			out.Columns = append(out.Columns, data.Column{Name: prefix + name, Role: data.RoleU})
		}
	}
	for i := range out.Trajectories {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		out.Trajectories[i].U = m.behind(free, set, &set.Trajectories[i])
	}
	return &out, nil
}

// behind are the inputs of a trajectory, and in each row after them the forces behind its motion and the share of
// friction, which is what a model without friction does not need.
func (m *Model) behind(free *Model, set *data.Set, t *data.Trajectory) (rows []float64) {
	d, f, p := set.D(), set.M(), set.SystemParameters
	u := make([]float64, m.M())
	for k := range t.T {
		copy(u[m.M()-p:], t.U[(k+1)*f-p:(k+1)*f])
		q, v, a := t.Q[k*d:(k+1)*d], t.V[k*d:(k+1)*d], t.A[k*d:(k+1)*d]
		tau, _ := m.Force(q, v, a, u)
		without, _ := free.Force(q, v, a, u)
		rows = append(append(rows, t.U[k*f:(k+1)*f]...), tau...)
		for j := range tau {
			rows = append(rows, tau[j]-without[j])
		}
	}
	return rows
}

// frictionless is the model, of an ensemble each of its members, without friction.
func (m *Model) frictionless() *Model {
	out := &Model{Record: m.Record, net: m.net.Frictionless()}
	if m.Ensemble != nil {
		out.Ensemble = &Ensemble{}
		for _, k := range m.Ensemble.Members {
			out.Ensemble.Members = append(out.Ensemble.Members, k.frictionless())
		}
	}
	return out
}

package lagrange

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"lagrange/data"
	"lagrange/filter"
	"lagrange/model"
	"lagrange/smooth"
	"lagrange/train"
)

// longInterval is how many typical time steps an interval may have that is followed in one step of RK4.
const longInterval = 1.5

// pieceRows are smoothed at once, with overlapRows of the pieces before and behind: a state depends on rows that are
// further off no more, and memory does not grow with the recording.
const pieceRows, overlapRows = 4096, 256

// likelyRows are those whose likelihood chooses a process noise; not tuned.
const likelyRows = 1500

// observation is a recording as filters through a model see it.
type observation struct {
	m     *Model
	noise filter.Noise
	of    []filter.Measured // the trajectories
	free  *smooth.Recording // their states without a model
}

// Filter returns a filter through the model, for control loops: it estimates the state from measurements as they
// come, and allocates nothing from one to the next. That of an ensemble is one through its first member. Noise says
// what filter and smoother would take for the noise of a recording. Known forces are to be given as they act: where
// Spec().Inputs have a Delay, those that were recorded so much earlier.
func (m *Model) Filter(noise filter.Noise) *filter.Filter { return filter.New(m.net, noise) }

// Noise finds the noise of a recording: that of its columns by package smooth, and how large accelerations are that
// the model does not explain, by the likelihood of what it predicts from row to row.
func (m *Model) Noise(ctx context.Context, set *data.Set) (filter.Noise, error) {
	o, err := m.observe(ctx, set)
	if err != nil {
		return filter.Noise{}, err
	}
	return o.noise, nil
}

// observe finds the noise of a recording, and states near which the true ones are.
func (m *Model) observe(ctx context.Context, set *data.Set) (*observation, error) {
	if set.D() != m.D() || set.M() != m.M() {
		return nil, fmt.Errorf("the recording has %d coordinates and %d inputs, the model %d and %d",
			set.D(), set.M(), m.D(), m.M())
	}
	free, err := smooth.Set(ctx, bare(m.acting(set)), 0)
	if err != nil {
		return nil, err
	}
	return m.through(ctx, set, free)
}

// through is observe of a recording whose states were found without a model.
func (m *Model) through(ctx context.Context, set *data.Set, free *smooth.Recording) (*observation, error) {
	seen, err := train.NewMeasured(free.Measured, free)
	if err != nil {
		return nil, err
	}
	step := set.TypicalStep()
	o := &observation{m: m, free: free, noise: filter.Noise{Sigma: seen.Of[0].Sigma, Step: longInterval * step}}
	o.jitter()
	var likely []filter.Measured
	rows, f := 0, set.M()
	for _, r := range seen.Of {
		o.of = append(o.of, o.measured(r.T, r.Y, r.U, r.X))
		if n := min(len(r.T), likelyRows-rows); n > 1 {
			likely = append(likely, o.measured(r.T[:n], r.Y[:n*2*set.D()], r.U[:n*f], r.X[:n*2*set.D()]))
			rows += n
		}
	}
	o.noise.Process, err = filter.Likeliest(ctx, m.net, o.noise, likely, step)
	return o, err
}

// jitter has filters know how much times jitter: positions are off by as much as the velocities say, and velocities by
// what typical accelerations make of it.
func (o *observation) jitter() {
	d := o.m.D()
	for k, f := range o.free.Findings {
		if f.Jitter == nil {
			continue
		}
		if o.noise.Jitter == nil {
			o.noise.Jitter, o.noise.Sigma = make([]float64, d), slices.Clone(o.noise.Sigma)
		}
		o.noise.Jitter[k] = f.Jitter.Value
		if sigma := &o.noise.Sigma[d+k]; *sigma > 0 {
			aa, n := 0.0, 0.0
			for _, t := range o.free.Set.Trajectories {
				for i := k; i < len(t.A); i += d {
					aa, n = aa+t.A[i]*t.A[i], n+1
				}
			}
			*sigma = math.Hypot(*sigma, f.Jitter.Value*math.Sqrt(aa/n))
		}
	}
}

// bare is a recording with no velocities but those that were recorded.
func bare(set *data.Set) *data.Set {
	if set.RecordedVelocities() {
		return set
	}
	out := *set
	out.Trajectories = slices.Clone(set.Trajectories)
	for i := range out.Trajectories {
		out.Trajectories[i].V = nil
	}
	return &out
}

// wide is how many deviations of the noise, and scales of a velocity, the first state may be off.
const wide = 3

// measured is a motion about whose first state nothing is known but what is measured there.
func (o *observation) measured(T, Y, U, X []float64) filter.Measured {
	d := o.m.D()
	r := filter.Measured{T: T, Y: Y, U: U, X: X, Prior: make([]float64, 2*d)}
	for i, c := range o.m.net.Spec.Coordinates {
		if r.Prior[i] = Y[i]; math.IsNaN(Y[i]) { // an outlier
			r.Prior[i] = X[i]
		}
		r.SD = append(r.SD, wide*max(o.noise.Sigma[i], 1e-9*c.Scale))
	}
	for _, c := range o.m.net.Spec.Coordinates {
		r.SD = append(r.SD, wide*c.Speed)
	}
	return r
}

// Smooth estimates the states of all trajectories of a recording through the model, from all their rows: positions,
// velocities, and the model's accelerations there, with standard deviations, at the rows or, if dt > 0, every dt.
// That of an ensemble is through its first member.
func (m *Model) Smooth(ctx context.Context, set *data.Set, dt float64) (*smooth.Recording, error) {
	o, err := m.observe(ctx, set)
	if err != nil {
		return nil, err
	}
	out, grids := o.free, []data.Trajectory(nil)
	if dt > 0 {
		if out, err = smooth.Set(ctx, bare(m.acting(set)), dt); err != nil {
			return nil, err
		}
		grids = out.Set.Trajectories
	}
	d := m.D()
	for i := range o.of {
		r, wanted := o.of[i], []int(nil)
		if dt > 0 {
			r, wanted = o.merged(r, &grids[i])
		}
		to, sd, tape := &out.Set.Trajectories[i], &out.Deviations[i], newSlopes(m.net)
		err := o.smooth(ctx, r, func(row int, x, P []float64) {
			if wanted != nil {
				if row = wanted[row]; row < 0 {
					return
				}
			}
			copy(to.Q[row*d:(row+1)*d], x)
			copy(to.V[row*d:(row+1)*d], x[d:])
			tape.write(x, P, to.U[row*m.M():(row+1)*m.M()], to.A[row*d:(row+1)*d], sd.A[row*d:(row+1)*d])
			for k := range d {
				sd.Q[row*d+k] = math.Sqrt(max(0, P[k*2*d+k]))
				sd.V[row*d+k] = math.Sqrt(max(0, P[(d+k)*2*d+d+k]))
			}
		})
		if err != nil {
			return nil, err
		}
	}
	for k, c := range set.Coordinates {
		unit := set.TimeUnit()
		if c.Unit != "" && unit != "" {
			unit = c.Unit + "/" + unit
		}
		note := fmt.Sprintf("what the model does not explain makes the velocity uncertain by %s after %s",
			strings.TrimSpace(fmt.Sprintf("%.2g %s", o.noise.Process[k], unit)), strings.TrimSpace("1 "+set.TimeUnit()))
		out.Findings[k].Notes = append(out.Findings[k].Notes, note)
	}
	return out, nil
}

// smooth calls see with the state and the covariance of every row, in pieces.
func (o *observation) smooth(ctx context.Context, r filter.Measured, see func(row int, x, P []float64)) error {
	n, f := 2*o.m.D(), o.m.M()
	for lo := 0; lo < len(r.T); lo += pieceRows {
		hi := min(lo+pieceRows, len(r.T))
		from, to := max(0, lo-overlapRows), min(len(r.T), hi+overlapRows)
		piece := r
		if from > 0 {
			piece = o.measured(r.T[from:to], r.Y[from*n:to*n], r.U[from*f:to*f], r.X[from*n:to*n])
			piece.Prior = piece.X[:n]
		} else {
			piece.T, piece.Y, piece.U, piece.X = r.T[:to], r.Y[:to*n], r.U[:to*f], r.X[:to*n]
		}
		_, err := filter.Smooth(ctx, o.m.net, o.noise, piece, func(row int, x, P []float64) {
			if row += from; row >= lo && row < hi {
				see(row, x, P)
			}
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// merged has rows of which nothing was measured at the times of a grid, too; wanted is the row of the grid for each
// row, or −1.
func (o *observation) merged(r filter.Measured, grid *data.Trajectory) (all filter.Measured, wanted []int) {
	d, f, k := o.m.D(), o.m.M(), 0
	all = filter.Measured{Prior: r.Prior, SD: r.SD}
	add := func(want int, t float64, y, x, u []float64) {
		all.T, all.Y, all.X, all.U = append(all.T, t), append(all.Y, y...), append(all.X, x...), append(all.U, u...)
		wanted = append(wanted, want)
	}
	recorded := func(want int) {
		add(want, r.T[k], r.Y[2*k*d:2*(k+1)*d], r.X[2*k*d:2*(k+1)*d], r.U[k*f:(k+1)*f])
		k++
	}
	none := slices.Repeat([]float64{math.NaN()}, 2*d)
	for g, t := range grid.T {
		for k < len(r.T) && r.T[k] < t {
			recorded(-1)
		}
		if k < len(r.T) && r.T[k] == t {
			recorded(g)
			continue
		}
		add(g, t, none, slices.Concat(grid.Q[g*d:(g+1)*d], grid.V[g*d:(g+1)*d]), grid.U[g*f:(g+1)*f])
	}
	for k < len(r.T) {
		recorded(-1)
	}
	return all, wanted
}

// slopes evaluates accelerations with the deviations that those of the state leave, sd² = G P Gᵀ with G = ∂a/∂x.
type slopes struct {
	d                    int
	tape                 model.Tape[float64]
	xdot, lambda, dx, du []float64
	theta                []float64
}

func newSlopes(m *model.Model[float64]) *slopes {
	d := m.Spec.D()
	zeros := func(n int) []float64 { return make([]float64, n) }
	return &slopes{d, m.Tape(1), zeros(2 * d), zeros(2 * d), zeros(2 * d), zeros(m.Spec.M()), zeros(len(m.Theta))}
}

func (s *slopes) write(x, P, u, a, sd []float64) {
	s.tape.Field(x, u, s.xdot)
	copy(a, s.xdot[s.d:])
	for k := range s.d {
		clear(s.lambda)
		s.lambda[s.d+k] = 1
		s.tape.VJP(s.lambda, s.theta, s.dx, s.du)
		v := 0.0
		for i, g := range s.dx {
			for j, h := range s.dx {
				v += g * P[i*2*s.d+j] * h
			}
		}
		sd[k] = math.Sqrt(max(0, v))
	}
}

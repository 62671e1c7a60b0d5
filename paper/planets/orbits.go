package planets

import (
	"context"
	"errors"
	"math"
	"strings"

	"lagrange/data"
	"lagrange/examples"
	"lagrange/experiment/bench"
	"lagrange/model"
	"lagrange/ode"
	"lagrange/train"
)

// Orbits are the recorded motions of the planets, examples/planets.csv: q = (r, φ) every two days for forty years.
type Orbits struct {
	names       []string
	times       []float64
	X           [][]float64                   // of each planet (times, 4), (q, v)
	early       int                           // rows of the first ten years, all that is learned from
	Learn       *train.Accelerations[float64] // of these, planet by planet
	Coordinates []model.Coordinate
	perBody     int // rows of learn for each planet
}

const (
	dayTU      = 0.01720209895 // Gauss's constant
	learnYears = 10
)

// second holds the weights of y₀, y_±1, y_±2, and of h ẏ_±1, h ẏ_±2 (odd),
// in h² ÿ₀ of the polynomial through five equidistant values and slopes.
var second = [5]float64{-5, 64. / 27, 7. / 54, -8. / 9, -1. / 36}

// Read reads the recording.
func Read() (*Orbits, error) {
	set, err := data.ReadFrom(strings.NewReader(examples.Planets), "planets.csv", data.Options{})
	if err != nil {
		return nil, err
	}
	return newOrbits(set), nil
}

// newOrbits finds the accelerations of the first ten years, and scales a model to them.
func newOrbits(set *data.Set) *Orbits {
	o := &Orbits{times: set.Trajectories[0].T, Learn: &train.Accelerations[float64]{Penalty: train.L2}}
	for o.times[o.early] < learnYears*365.25*dayTU {
		o.early++
	}
	o.perBody = o.early - 4
	for _, t := range set.Trajectories {
		var x []float64
		for n := range t.T {
			x = append(append(x, t.Q[2*n:2*n+2]...), t.V[2*n:2*n+2]...)
		}
		o.names, o.X = append(o.names, t.ID), append(o.X, x)
		o.observe(x)
	}
	o.describe(set.Coordinates)
	return o
}

// observe adds the rows of the first ten years to what is learned from, all planets
// with the same say: w = 1/s² with s the scale of a planet's accelerations.
func (o *Orbits) observe(x []float64) {
	h, l, square := o.times[1]-o.times[0], o.Learn, 0.0
	for n := 2; n < o.early-2; n++ {
		l.X = append(l.X, x[4*n:4*n+4]...)
		for i := range 2 {
			q, v := func(k int) float64 { return x[4*(n+k)+i] }, func(k int) float64 { return x[4*(n+k)+2+i] }
			a := second[0] * q(0)
			for k := 1; k <= 2; k++ {
				a += second[k]*(q(k)+q(-k)) + second[k+2]*h*(v(k)-v(-k))
			}
			l.A = append(l.A, a/(h*h))
		}
		a := l.A[len(l.A)-2:]
		square += (a[0]/x[4*n]*a[0]/x[4*n] + a[1]*a[1]) / 2
	}
	s := math.Sqrt(square / float64(o.perBody))
	for range o.perBody {
		l.Weight = append(l.Weight, 1/(s*s))
	}
	l.N += o.perBody
}

// describe scales the coordinates, the accelerations as they are weighted: φ is ignorable, and
// r and φ̇, which span more than threefold, are seen by their logarithms.
func (o *Orbits) describe(coordinates []data.Coordinate) {
	o.Coordinates = bench.Scaled(o.Learn, 0)
	for i, c := range coordinates {
		q, v := [2]float64{math.Inf(1), math.Inf(-1)}, [2]float64{math.Inf(1), math.Inf(-1)}
		for n := range o.Learn.N {
			x, y := o.Learn.X[4*n+i], o.Learn.X[4*n+2+i]
			q, v = [2]float64{min(q[0], x), max(q[1], x)}, [2]float64{min(v[0], y), max(v[1], y)}
		}
		k := &o.Coordinates[i]
		k.Name, k.Unit, k.Velocity, k.Cyclic = c.Name, c.Unit, c.Velocity, c.Name == "phi"
		k.Knee, k.SpeedKnee = model.Knee(q[0], q[1]), model.Knee(v[0], v[1])
	}
}

// apart returns what lies between the planets as predicted from their first states and as recorded, in AU along x and
// y, (rows, 2) of each planet for the first rows of the recording. A prediction that ends early stays where it was
// last.
func (o *Orbits) apart(ctx context.Context, field func(size int) ode.Batch, rows int) ([][]float64, error) {
	N := len(o.names)
	e, fails := make([][]float64, N), make([]error, N)
	ode.Together(N, 4, N, field, func(i int, f ode.Field) {
		res, err := ode.Solve(ctx, f, o.X[i][:4], o.times[:rows], ode.Options{Method: ode.Dop853, RTol: 1e-12,
			ATol: 1e-12, MaxSteps: 200_000})
		var b *ode.Failure
		if err != nil && !errors.As(err, &b) {
			fails[i] = err
			return
		}
		for n := range rows {
			a, b := res.X[4*min(n, res.N-1):], o.X[i][4*n:]
			e[i] = append(e[i], a[0]*math.Cos(a[1])-b[0]*math.Cos(b[1]), a[0]*math.Sin(a[1])-b[0]*math.Sin(b[1]))
		}
	})
	return e, errors.Join(fails...)
}

// rollout returns the distances in AU between the planets as predicted and as recorded.
func (o *Orbits) rollout(ctx context.Context, field func(size int) ode.Batch, rows int) ([][]float64, error) {
	e, err := o.apart(ctx, field, rows)
	errs := make([][]float64, len(e))
	for i, x := range e {
		for n := 0; n < len(x); n += 2 {
			errs[i] = append(errs[i], bench.Capped(math.Hypot(x[n], x[n+1])))
		}
	}
	return errs, err
}

// rms is the root mean square of each row.
func rms(errs [][]float64) (r []float64) {
	for _, e := range errs {
		sum := 0.0
		for _, x := range e {
			sum += x * x / float64(len(e))
		}
		r = append(r, math.Sqrt(sum))
	}
	return r
}

// gravity is the field of Kepler's law, r̈ = rφ̇² − GM/r², φ̈ = −2ṙφ̇/r.
func gravity(GM float64) func(size int) ode.Batch { return attraction([][]float64{{GM}}) }

// kepler is the one GM that serves all planets.
func (o *Orbits) kepler(ctx context.Context) (GM float64, err error) {
	theta, err := o.law(ctx, law{name: "kepler", title: "Kepler's law", numbers: 1})
	if err != nil {
		return 0, err
	}
	return theta[0][0], nil
}

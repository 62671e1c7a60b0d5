package paper

import (
	"context"
	"errors"
	"math"
	"strings"

	"lagrange/data"
	"lagrange/examples"
	"lagrange/model"
	"lagrange/ode"
	"lagrange/train"
)

// orbits are the recorded motions of the planets, examples/planets.csv: q = (r, φ) every two days for forty years.
type orbits struct {
	names   []string
	times   []float64
	X       [][]float64                   // of each planet (times, 4), (q, v)
	early   int                           // rows of the first ten years, all that is learned from
	learn   *train.Accelerations[float64] // of these, planet by planet
	scales  []float64                     // of each planet's accelerations, those of r in units of its mean distance
	spec    model.Spec
	perBody int // rows of learn for each planet
}

const (
	dayTU      = 0.01720209895 // Gauss's constant
	learnYears = 10
)

// second holds the weights of y₀, y_±1, y_±2, and of h ẏ_±1, h ẏ_±2 (odd), in h² ÿ₀ of the polynomial through five equidistant values and slopes.
var second = [5]float64{-5, 64. / 27, 7. / 54, -8. / 9, -1. / 36}

// planetOrbits reads the recording, finds the accelerations of the first ten years, and scales a model to them.
func planetOrbits() (*orbits, error) {
	set, err := data.ReadFrom(strings.NewReader(examples.Planets), "planets.csv", data.Options{})
	if err != nil {
		return nil, err
	}
	o := &orbits{times: set.Trajectories[0].T, learn: &train.Accelerations[float64]{Penalty: train.L2}}
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
	return o, nil
}

// observe adds the rows of the first ten years to what is learned from, all planets with the same say: w = 1/s² with s the scale of a planet's
// accelerations.
func (o *orbits) observe(x []float64) {
	h, l, square := o.times[1]-o.times[0], o.learn, 0.0
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
	o.scales = append(o.scales, s)
	for range o.perBody {
		l.Weight = append(l.Weight, 1/(s*s))
	}
	l.N += o.perBody
}

// describe sets the Spec: φ is ignorable, and r and φ̇, which span more than threefold, are seen by their logarithms.
func (o *orbits) describe(coordinates []data.Coordinate) {
	l := o.learn
	for i, c := range coordinates {
		k := model.Coordinate{Name: c.Name, Unit: c.Unit, Velocity: c.Velocity, Cyclic: c.Name == "phi"}
		least, slowest := math.Inf(1), math.Inf(1)
		var mean, q2, v2, a2 float64
		for n := range l.N {
			q, v, a := l.X[4*n+i], l.X[4*n+2+i], l.A[2*n+i]
			least, slowest = math.Min(least, q), math.Min(slowest, v)
			mean, q2, v2, a2 = mean+q, q2+q*q, v2+v*v, a2+a*a
		}
		N := float64(l.N)
		k.Mean = mean / N
		k.Scale, k.Speed, k.Accel = math.Sqrt(q2/N-k.Mean*k.Mean), math.Sqrt(v2/N), math.Sqrt(a2/N)
		if !k.Cyclic {
			k.Knee = least / 3
		}
		if slowest > 0 {
			k.SpeedKnee = slowest / 3
		}
		o.spec.Coordinates = append(o.spec.Coordinates, k)
	}
	// with weights 1/s² of each sample, the scale of a is that of the accelerations in units of s
	for i := range o.spec.Coordinates {
		sum := 0.0
		for n := range l.N {
			sum += l.A[2*n+i] * l.A[2*n+i] * l.Weight[n] / float64(l.N)
		}
		o.spec.Coordinates[i].Accel = math.Sqrt(sum)
	}
}

// rollout returns the root mean square over the forty years of the distance between the planets as predicted from their first states and
// as recorded, in AU, and the distances. A prediction that ends early stays where it was last.
func (o *orbits) rollout(ctx context.Context, field func(size int) ode.Batch) (rms []float64, errs [][]float64, err error) {
	N := len(o.names)
	rms, errs = make([]float64, N), make([][]float64, N)
	fails := make([]error, N)
	ode.Together(N, 4, N, field, func(i int, f ode.Field) {
		res, err := ode.Solve(ctx, f, o.X[i][:4], o.times, ode.Options{Method: ode.Dop853, RTol: 1e-12, ATol: 1e-12, MaxSteps: 1_000_000})
		var b *ode.Blowup
		if err != nil && !errors.As(err, &b) {
			fails[i] = err
			return
		}
		sum := 0.0
		for n := range o.times {
			a, b := res.X[4*min(n, res.N-1):], o.X[i][4*n:]
			d := math.Hypot(a[0]*math.Cos(a[1])-b[0]*math.Cos(b[1]), a[0]*math.Sin(a[1])-b[0]*math.Sin(b[1]))
			d = math.Min(d, hopeless)
			sum += d * d
			errs[i] = append(errs[i], d)
		}
		rms[i] = math.Sqrt(sum / float64(len(o.times)))
	})
	return rms, errs, errors.Join(fails...)
}

// kepler returns the field of Kepler's law r̈ = rφ̇² − GM/r², φ̈ = −2ṙφ̇/r, with GM fitted to the accelerations of the first ten years by least
// squares, all planets with the same say.
func (o *orbits) kepler() (GM float64, field func(size int) ode.Batch) {
	var xy, xx float64
	for n := range o.learn.N {
		r, w := o.learn.X[4*n], o.learn.X[4*n+3]
		pull, want, weight := 1/(r*r), r*w*w-o.learn.A[2*n], r*r*r*r
		xy, xx = xy+weight*pull*want, xx+weight*pull*pull
	}
	GM = xy / xx
	return GM, func(int) ode.Batch {
		return func(_ []int, _, x, dx []float64) {
			for k := 0; k < len(x); k += 4 {
				r, vr, w := x[k], x[k+2], x[k+3]
				dx[k], dx[k+1], dx[k+2], dx[k+3] = vr, w, r*w*w-GM/(r*r), -2*vr*w/r
			}
		}
	}
}

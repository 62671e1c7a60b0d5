package train

import (
	"fmt"
	"math"
	"slices"

	"lagrange/data"
	"lagrange/smooth"
)

// Measured are recorded motions as a likelihood sees them: what was observed at each row, with its noise, and the
// states that a smoother found behind it.
type Measured struct {
	D, M  int // coordinates and inputs
	Of    []Measurement
	Parts int // steps of the integrator from row to row, see Refine; 0: one
}

// Measurement is one of them, of n rows. Recordings may differ in length, rate and noise.
type Measurement struct {
	T     []float64 // (n)
	U     []float64 // inputs (n, m)
	Y     []float64 // observed positions, then velocities (n, 2d); NaN: that number was not observed
	Sigma []float64 // standard deviations of their noise (2d); 0: nothing was observed of that number
	Wide  []float64 // by how many times a number is noisier than its column (n, 2d); nil: times do not jitter
	White []float64 // W (2d, 2d): residuals of a row are W (x − y)/σ, of noise that columns have in common; nil: none
	X, SD []float64 // smoothed states and their standard deviations (n, 2d)
	Gap   []bool    // whether the step from each row to the next is a gap (n); nil: there is none
}

// NewMeasured puts a recording and its states, smoothed at its rows, side by side. Velocities that the smoother found
// to have a scale or a lag of their own are not counted as observed. The error names a coordinate that never moves.
func NewMeasured(recorded *data.Set, r *smooth.Recording) (*Measured, error) {
	d := recorded.D()
	if len(recorded.Trajectories) != len(r.Deviations) {
		panic("train: as many smoothed trajectories as recorded ones are wanted")
	}
	o := &Measured{D: d, M: recorded.M()}
	sigma := make([]float64, 2*d)
	for k, f := range r.Findings {
		if len(f.Noise) == 0 || !(f.Noise[0].Value > 0) {
			return nil, fmt.Errorf("%s never moves: leave that column out", f.Coordinate)
		}
		sigma[k] = f.Noise[0].Value
		if v := r.Set.Coordinates[k].Velocity; len(f.Noise) > 1 && f.Noise[1].Column == v && f.Scale == nil {
			sigma[d+k] = f.Noise[1].Value
		}
	}
	for i := range recorded.Trajectories {
		from, to, sd := &recorded.Trajectories[i], &r.Set.Trajectories[i], &r.Deviations[i]
		if to.Len() != from.Len() {
			panic("train: states smoothed at the rows of the recording are wanted")
		}
		gaps := from.Gaps()
		m := Measurement{T: from.T, U: from.U, Sigma: sigma, Gap: make([]bool, from.Len())}
		for n := range from.T {
			m.Gap[n] = n+1 < len(from.T) && gaps.Before(n+1)
			row := func(q, v []float64) []float64 {
				x := append([]float64(nil), q[n*d:(n+1)*d]...)
				if v == nil {
					for range d {
						x = append(x, math.NaN())
					}
					return x
				}
				return append(x, v[n*d:(n+1)*d]...)
			}
			m.Y = append(m.Y, row(from.Q, from.V)...)
			m.X = append(m.X, row(to.Q, to.V)...)
			m.SD = append(m.SD, row(sd.Q, sd.V)...)
		}
		m.widen(r, to)
		m.part(d)
		o.Of = append(o.Of, m)
	}
	return o, nil
}

// part makes a gap of rows of which positions were not measured, for so long that the smoother knows little of their
// velocities.
func (m *Measurement) part(d int) {
	for k := range d {
		var all []float64
		for at := d + k; at < len(m.SD); at += 2 * d {
			all = append(all, m.SD[at])
		}
		slices.Sort(all)
		limit := unknown * all[len(all)/2]
		for n := range m.T {
			if at := 2*d*n + k; math.IsNaN(m.Y[at]) && m.SD[at+d] > limit {
				m.Gap[max(0, n-1)], m.Gap[n] = true, true
			}
		}
	}
}

// unknown is how many times the usual deviation of velocities makes rows a gap that were not measured.
const unknown = 3

// widen sets by how many times the jitter τ of times makes numbers noisier than their columns: positions by
// √(1 + (τ v/σ)²), and velocities as much by accelerations.
func (m *Measurement) widen(r *smooth.Recording, states *data.Trajectory) {
	d := len(r.Findings)
	for k, f := range r.Findings {
		if f.Jitter == nil {
			continue
		}
		if m.Wide == nil {
			m.Wide = slices.Repeat([]float64{1}, 2*d*len(m.T))
		}
		for n := range m.T {
			for i, rate := range [2]float64{states.V[n*d+k], states.A[n*d+k]} {
				if j := i*d + k; m.Sigma[j] > 0 {
					m.Wide[2*d*n+j] = math.Hypot(1, f.Jitter.Value*rate/m.Sigma[j])
				}
			}
		}
	}
}

// numbers is how many were observed.
func (o *Measured) numbers() (n int) {
	for _, e := range o.Of {
		n += e.width() * len(e.T)
		for at, y := range e.Y {
			if e.Sigma[at%len(e.Sigma)] > 0 && math.IsNaN(y) {
				n--
			}
		}
	}
	return n
}

// Rows is how many there are of all motions.
func (o *Measured) Rows() (n int) {
	for _, e := range o.Of {
		n += len(e.T)
	}
	return n
}

// Some are the smoothed states (N, 2d) at one of so many rows of the motion, and the inputs there (N, m).
func (o *Measured) Some(every int) (x, u []float64) {
	k := 0
	for i := range o.Of {
		e := &o.Of[i]
		for n := range e.T {
			if k++; k%every == 0 {
				x, u = append(x, e.state(n)...), append(u, e.U[n*o.M:(n+1)*o.M]...)
			}
		}
	}
	return x, u
}

// width is how many numbers are observed at a row.
func (m *Measurement) width() (n int) {
	for _, s := range m.Sigma {
		if s > 0 {
			n++
		}
	}
	return n
}

// Blunt has the noise of each coordinate (d), and of its velocity, count as so many times what was found. The smoothed
// states are as much less certain, so that all that is weighed by the noise is weighed as before.
func (o *Measured) Blunt(by []float64) {
	for i := range o.Of {
		m := &o.Of[i]
		m.Sigma, m.SD = slices.Clone(m.Sigma), slices.Clone(m.SD)
		for j := range m.Sigma {
			m.Sigma[j] *= by[j%o.D]
		}
		for at := range m.SD {
			m.SD[at] *= by[at%o.D]
		}
		m.Wide = slices.Clone(m.Wide)
		for at := range m.Wide { // noise is either
			m.Wide[at] = max(1, m.Wide[at]/by[at%o.D])
		}
	}
}

// Segment is a part of a recording that a roll-out follows from a start of its own.
type Segment struct {
	Of          int  // the recording
	First, Last int  // its rows, the start's and the last one
	Chained     bool // whether another segment begins at the last row
}

// steps is how many a segment takes.
func (s Segment) steps() int { return s.Last - s.First }

// leastStretch is the shortest stretch without a gap that is of use: two steps say something of an acceleration.
const leastStretch = 2

// Segments halves the stretches of the recordings that have no gap until the parts are nearest to the given duration.
// No stretch of three rows is left out.
func (o *Measured) Segments(duration float64) (all []Segment) {
	for i := range o.Of {
		m := &o.Of[i]
		for first := 0; first < len(m.T); {
			last := first
			for last+1 < len(m.T) && (m.Gap == nil || !m.Gap[last]) {
				last++
			}
			if n := last - first; n >= leastStretch {
				K := 1
				for 2*K <= n/leastStretch && (m.T[last]-m.T[first])/float64(K) > math.Sqrt2*duration {
					K *= 2
				}
				for k := range K {
					all = append(all, Segment{i, first + n*k/K, first + n*(k+1)/K, k+1 < K})
				}
			}
			first = last + 1
		}
	}
	return all
}

// Longer joins segments two by two as far as they are chained. The starts x of those that go on are kept.
func (o *Measured) Longer(segments []Segment, x []float64) (joined []Segment, y []float64) {
	n := 2 * o.D
	for i := 0; i < len(segments); i++ {
		s := segments[i]
		y = append(y, x[i*n:(i+1)*n]...)
		if s.Chained {
			i++
			s.Last, s.Chained = segments[i].Last, segments[i].Chained
		}
		joined = append(joined, s)
	}
	return joined, y
}

// Smoothed are the smoothed states at the starts of segments (N, 2d).
func (o *Measured) Smoothed(segments []Segment) (x []float64) {
	for _, s := range segments {
		x = append(x, o.Of[s.Of].state(s.First)...)
	}
	return x
}

// state is the smoothed state of a row.
func (m *Measurement) state(row int) []float64 {
	n := len(m.Sigma)
	return m.X[row*n : (row+1)*n]
}

// certainty is 1/sd of number j of the smoothed state of a row. A deviation of 0 counts as rounding.
func (m *Measurement) certainty(row, j int) float64 {
	at := row*len(m.Sigma) + j
	return 1 / max(m.SD[at], 1e-9*(1+math.Abs(m.X[at])))
}

// sigma is the standard deviation of the noise of number j at a row.
func (m *Measurement) sigma(row, j int) float64 {
	if m.Wide == nil {
		return m.Sigma[j]
	}
	return m.Sigma[j] * m.Wide[row*len(m.Sigma)+j]
}

// residual is (x − y)/σ of number j at a row, or of W (x − y)/σ; it says whether that number was observed. One of an
// integration that has failed is worst.
func (m *Measurement) residual(row, j int, x []float64) (r float64, observed bool) {
	y, sigma := m.Y[row*len(m.Sigma):], m.sigma(row, j)
	if !(sigma > 0) || math.IsNaN(y[j]) {
		return 0, false
	}
	if !m.weighed(row) {
		r = (x[j] - y[j]) / sigma
	} else {
		r = m.unit(row, j, func(k int) float64 { return x[k] - y[k] })
	}
	if !(math.Abs(r) <= worst) {
		return math.Copysign(worst, r), true
	}
	return r, true
}

// worst is the residual, in units of noise, that counts no more when it grows: one lost segment says no more than that.
const worst = 1e3

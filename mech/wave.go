package mech

import (
	"fmt"
	"math"
	"math/cmplx"
	"math/rand/v2"

	"gonum.org/v1/gonum/dsp/fourier"
)

// Wave is the wave equation on a ring of N ≥ 3 sites, a distance H apart,
//
//	L = Σᵢ ½ H (φ̇ᵢ² − C² (φᵢ₊₁ − φᵢ)²/H²),   φ̈ᵢ = C² (φᵢ₊₁ − 2 φᵢ + φᵢ₋₁)/H².
//
// Its modes are e^(2πikj/N), of the frequencies ω = (2C/H) |sin πk/N|: the long ones run at speed C, the shorter ones
// behind.
type Wave struct {
	N    int
	C, H float64
}

// Dim is N.
func (w Wave) Dim() int { return w.N }

// Name implements System.
func (w Wave) Name() string { return fmt.Sprintf("wave-%d", w.N) }

// About implements System.
func (w Wave) About() About {
	b := About{
		Title:      fmt.Sprintf("Wave on a ring of %d sites", w.N),
		Lagrangian: "Σᵢ ½ H (φ̇ᵢ² − C² (φᵢ₊₁ − φᵢ)²/H²)",
		Parameters: []Parameter{
			{"C", "m/s", "speed of long waves", w.C}, {"H", "m", "distance of neighbours", w.H},
		},
		EnergyScale: w.C * w.C * math.Sqrt(math.Pi) / (2 * pulse * w.H), // of a pulse of Start, up to the grid
		Source: "the field of Cranmer et al. 2020, Lagrangian Neural Networks, without saying how it is " +
			"sampled there",
	}
	for i := range w.N {
		b.Coordinates = append(b.Coordinates, Coordinate{fmt.Sprint("phi", i+1), fmt.Sprint("phidot", i+1), "m", "m/s",
			false})
	}
	return b
}

// parts returns T and V.
func (w Wave) parts(q, v []float64) (T, V float64) {
	last := q[w.N-1]
	for i, φ := range q[:w.N] {
		s := w.C * (φ - last) / w.H
		T, V, last = T+w.H*v[i]*v[i]/2, V+w.H*s*s/2, φ
	}
	return T, V
}

// Lagrangian implements System.
func (w Wave) Lagrangian(q, v []float64) float64 { T, V := w.parts(q, v); return T - V }

// Energy implements System.
func (w Wave) Energy(q, v []float64) float64 { T, V := w.parts(q, v); return T + V }

// Momentum is H φ̇.
func (w Wave) Momentum(_, v, p []float64) {
	for i, v := range v[:w.N] {
		p[i] = w.H * v
	}
}

// Accel implements System.
func (w Wave) Accel(q, _, a []float64) {
	c, n := w.C*w.C/(w.H*w.H), w.N
	for i, φ := range q[:n] {
		a[i] = c * ((q[(i+1)%n] - φ) - (φ - q[(i+n-1)%n]))
	}
}

// Modes solves the equation exactly: each mode on its own, cos ωt and sin ωt. It serves one goroutine at a time.
type Modes struct {
	fft  *fourier.FFT
	ω    []float64
	p, r []complex128
}

// Modes returns the modes of the ring.
func (w Wave) Modes() *Modes {
	m := &Modes{fft: fourier.NewFFT(w.N), ω: make([]float64, w.N/2+1)}
	m.p, m.r = make([]complex128, len(m.ω)), make([]complex128, len(m.ω))
	for k := range m.ω {
		m.ω[k] = 2 * w.C / w.H * math.Sin(math.Pi*float64(k)/float64(w.N))
	}
	return m
}

// At writes the field q and its velocity v at the time t after q0, v0; it costs O(N log N) where N has small factors.
func (m *Modes) At(t float64, q0, v0, q, v []float64) {
	m.fft.Coefficients(m.p, q0)
	m.fft.Coefficients(m.r, v0)
	n := complex(float64(m.fft.Len()), 0)
	for k, ω := range m.ω {
		s, c := math.Sincos(ω * t)
		over := t // sin ωt / ω
		if ω > 0 {
			over = s / ω
		}
		p, r := m.p[k]/n, m.r[k]/n
		m.p[k], m.r[k] = complex(c, 0)*p+complex(over, 0)*r, complex(-ω*s, 0)*p+complex(c, 0)*r
	}
	m.fft.Sequence(q, m.p)
	m.fft.Sequence(v, m.r)
}

// pulse is the width σ of a pulse of Start, and half the least width in Sample, in sites.
const pulse = 5

// Pulse writes φ = exp(−(x − x0)²/2σ²), x = i H, with φ̇ = −C φ′: up to the grid it runs to the right as it is.
func (w Wave) Pulse(x0, σ float64, q, v []float64) {
	ring := float64(w.N) * w.H
	for i := range w.N {
		x := math.Remainder(float64(i)*w.H-x0, ring)
		q[i] = math.Exp(-x * x / (2 * σ * σ))
		v[i] = w.C * x / (σ * σ) * q[i]
	}
}

// Start draws where a pulse of the width of five sites is, and which way it runs.
func (w Wave) Start(r *rand.Rand, q, v []float64) {
	w.Pulse(r.Float64()*float64(w.N)*w.H, pulse*w.H, q, v)
	if r.IntN(2) == 0 {
		for i := range v[:w.N] {
			v[i] = -v[i]
		}
	}
}

// Sample draws a smooth field: Fourier series whose amplitudes fall as those of a pulse, e^(−(2πkσ/N)²/2), with random
// complex factors, those of φ̇ times ω, and a constant. Its width σ is drawn between 2.5 sites and a sixth of the ring,
// its size between 0 and 1.
func (w Wave) Sample(r *rand.Rand, q, v []float64) {
	n := float64(w.N)
	lo := math.Log(pulse / 2.)
	σ, m := math.Exp(lo+r.Float64()*max(0, math.Log(n/6)-lo)), w.Modes()
	sum := 1.0
	for k, ω := range m.ω {
		f := 2 * math.Pi * float64(k) * σ / n
		g := math.Exp(-f * f / 2)
		m.p[k] = complex(g, 0) * complex(r.NormFloat64(), r.NormFloat64())
		m.r[k] = complex(g*ω, 0) * complex(r.NormFloat64(), r.NormFloat64())
		sum += 4 * g * g
	}
	m.p[0], m.r[0] = complex(real(m.p[0]), 0), complex(real(m.r[0])+r.NormFloat64()*w.C/(σ*w.H), 0)
	scale := r.Float64() / math.Sqrt(sum)
	for k := range m.p {
		m.p[k], m.r[k] = complex(scale, 0)*m.p[k], complex(scale, 0)*m.r[k]
	}
	if w.N%2 == 0 { // the shortest mode is its own mirror image
		k := w.N / 2
		m.p[k], m.r[k] = complex(cmplx.Abs(m.p[k]), 0), complex(cmplx.Abs(m.r[k]), 0)
	}
	m.fft.Sequence(q[:w.N], m.p)
	m.fft.Sequence(v[:w.N], m.r)
}

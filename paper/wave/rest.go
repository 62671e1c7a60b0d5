package wave

import (
	"math"
	"math/rand/v2"

	"lagrange/train"
)

const (
	calmShare = 0.3  // of the states are near rest, where a model learns from these too
	faintest  = 3    // decades over which they are spread
	shrink    = 0.01 // of the weights of the inputs, each step
)

// calm draws the first of the states anew: the whole field lifted to a height, and on it noise from site to site of a
// size between ½ and ½ 10^−faintest, its speed too. Each counts by its own accelerations as before, so the smallest net
// force on a field at rest counts as much as large ones elsewhere.
func calm(r *rand.Rand, sites int, o *train.Accelerations[float64]) {
	w := ring(sites)
	d := w.N
	for i := range int(calmShare * float64(o.N)) {
		q, v := o.X[2*i*d:(2*i+1)*d], o.X[(2*i+1)*d:2*(i+1)*d]
		height, noise := r.NormFloat64()/2, math.Pow(10, -faintest*r.Float64())/2
		for j := range d {
			q[j] = height + noise*r.NormFloat64()
			v[j] = noise * r.NormFloat64() * w.C / w.H
		}
		a := o.A[i*d : (i+1)*d]
		w.Accel(q, v, a)
		o.Weight[i] = accelScale * accelScale / squares(a)
	}
}

// anneal takes a step of weight decay that spares the curvature of the units of one hidden layer. Of a unit
//
//	a σ(w·x + b) = a σ(b) + a σ′(b) w·x + ½ a σ″(b) (w·x)² + …,   w ← s w,  a ← a/s²
//
// keeps the second order and multiplies order n by sⁿ⁻². Steps of Gauss and
// Newton's repair what the data want otherwise. In many dimensions the units that
// fit a quadratic lie along a curved valley, and steps along it alone are short.
func anneal(θ []float64, in, hidden int) {
	const s = 1 - shrink
	for i := range in * hidden {
		θ[i] *= s
	}
	out := θ[(in+1)*hidden : (in+2)*hidden]
	for i := range out {
		out[i] /= s * s
	}
}

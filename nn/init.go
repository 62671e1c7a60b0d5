package nn

import (
	"math"
	"math/rand/v2"
)

// Init draws the parameters of a shape.
type Init func(s Shape, r *rand.Rand, theta []float64)

// Law is an Init that draws the weights of layer i, counted from 0, from a normal distribution with standard deviation
// σ(i); biases are 0.
func Law(sigma func(s Shape, i int) float64) Init {
	return func(s Shape, r *rand.Rand, theta []float64) {
		each(s, theta, func(l, _, _ int, w, b []float64) {
			normal(r, sigma(s, l), w)
			clear(b)
		})
	}
}

// PaperLaw is the law of Cranmer et al. 2020 (§3, "Initialization"), σ = 1/√n · {2.2 first layer; 0.58 i hidden layer
// i; n output}, where n is the number of hidden units. The first layer is i = 0, hidden layers are i = 1, 2, ….
func PaperLaw(s Shape, i int) float64 {
	n := float64(s.Sizes[1])
	switch i {
	case 0:
		return 2.2 / math.Sqrt(n)
	case s.Layers() - 1:
		return n / math.Sqrt(n)
	}
	return 0.58 * float64(i) / math.Sqrt(n)
}

// PaperInit draws by PaperLaw.
func PaperInit(s Shape, r *rand.Rand, theta []float64) { Law(PaperLaw)(s, r, theta) }

// PlainInit is for heads that bring a positive definite kinetic energy of their own: σ = 1.6/√in for every weight, 1/2
// for the biases of hidden layers, so that units differ in where they bend; the output layer is scaled by out, and 0
// leaves the head's own energy as the first Lagrangian.
func PlainInit(out float64) Init {
	return func(s Shape, r *rand.Rand, theta []float64) {
		each(s, theta, func(l, in, _ int, w, b []float64) {
			sigma := 1.6 / math.Sqrt(float64(in))
			if l == s.Layers()-1 {
				normal(r, out*sigma, w)
				clear(b)
				return
			}
			normal(r, sigma, w)
			normal(r, 0.5, b)
		})
	}
}

func each(s Shape, theta []float64, f func(l, in, out int, w, b []float64)) {
	at := 0
	for l := range s.Layers() {
		in, out := s.Sizes[l], s.Sizes[l+1]
		f(l, in, out, theta[at:at+in*out], theta[at+in*out:at+(in+1)*out])
		at += (in + 1) * out
	}
}

func normal(r *rand.Rand, sigma float64, w []float64) {
	for i := range w {
		w[i] = sigma * r.NormFloat64()
	}
}

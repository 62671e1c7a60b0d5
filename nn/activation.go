package nn

import (
	"fmt"
	"math"
	"strings"

	"lagrange/internal/vec"
)

// Activation is a scalar function with its first three derivatives.
type Activation struct {
	Name string
	// Jet returns f, f′, f″ and f‴ at z.
	Jet func(z float64) (f, f1, f2, f3 float64)
	// Kernel evaluates the same over a whole layer, where there is one; vec.None is always right.
	Kernel vec.Kernel
}

// Activations lists those known, by name: the paper's five and two that came later.
func Activations() []Activation {
	return []Activation{
		{"relu2", relu2, vec.Relu2}, {"relu3", relu3, vec.Relu3}, {"tanh", tanh, vec.Tanh},
		{"sigmoid", sigmoid, vec.Sigmoid},
		{"softplus", softplus, vec.Softplus}, {"swish", swish, vec.Swish}, {"gelu", gelu, vec.Gelu},
	}
}

// LookupActivation finds an activation by name; the error lists the names.
func LookupActivation(name string) (Activation, error) {
	var names []string
	for _, a := range Activations() {
		if a.Name == name {
			return a, nil
		}
		names = append(names, a.Name)
	}
	return Activation{}, fmt.Errorf("no activation %q; there are %s", name, strings.Join(names, ", "))
}

func relu2(z float64) (f, f1, f2, f3 float64) {
	if z <= 0 {
		return 0, 0, 0, 0
	}
	return z * z, 2 * z, 2, 0
}

func relu3(z float64) (f, f1, f2, f3 float64) {
	if z <= 0 {
		return 0, 0, 0, 0
	}
	return z * z * z, 3 * z * z, 6 * z, 6
}

func tanh(z float64) (f, f1, f2, f3 float64) {
	t := math.Tanh(z)
	d := 1 - t*t
	return t, d, -2 * t * d, d * (6*t*t - 2)
}

func sigmoid(z float64) (f, f1, f2, f3 float64) {
	_, s := exps(z)
	d := s * (1 - s)
	return s, d, d * (1 - 2*s), d * (1 - 6*d)
}

// softplus is log(1 + eᶻ); its derivatives are those of σ, one order up.
func softplus(z float64) (f, f1, f2, f3 float64) {
	e, s := exps(z)
	d := s * (1 - s)
	return max(z, 0) + math.Log1p(e), s, d, d * (1 - 2*s)
}

// swish is z σ(z) (Ramachandran et al. 2017): (zσ)⁽ⁿ⁾ = n σ⁽ⁿ⁻¹⁾ + z σ⁽ⁿ⁾.
func swish(z float64) (f, f1, f2, f3 float64) {
	s, s1, s2, s3 := sigmoid(z)
	if s == 0 || s1 == 0 { // saturated: z·0 is 0 for an infinite z too
		return max(z, 0), s, 0, 0
	}
	return z * s, s + z*s1, 2*s1 + z*s2, 3*s2 + z*s3
}

// gelu is z Φ(z) (Hendrycks & Gimpel 2016), with φ = Φ′ and φ′ = −zφ.
func gelu(z float64) (f, f1, f2, f3 float64) {
	Phi := math.Erfc(-z/math.Sqrt2) / 2
	phi := math.Exp(-z*z/2) / math.Sqrt(2*math.Pi)
	if phi == 0 {
		return max(z, 0), Phi, 0, 0
	}
	return z * Phi, Phi + z*phi, phi * (2 - z*z), phi * z * (z*z - 4)
}

// exps returns e^(−|z|) and σ(z) from one exponential.
func exps(z float64) (e, s float64) {
	e = math.Exp(-math.Abs(z))
	if z >= 0 {
		return e, 1 / (1 + e)
	}
	return e, e / (1 + e)
}

package fit

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"lagrange/internal/lin"
	"lagrange/model"
	"lagrange/train"
)

// Deciding says which recording, as long as this one and beside it, would tell a number that this one does not.
type Deciding struct {
	Of        string  `json:"of"`                  // as in Unidentified
	Recording string  `json:"recording,omitempty"` // "": none of those that were looked at
	SD        float64 `json:"sd,omitempty"`        // standard deviation of the number with both
}

// Decides writes which recordings would tell what is not identifiable; "" where all is.
func Decides(all []Deciding) string {
	var parts, recordings []string
	by := map[string][]string{}
	for _, d := range all {
		if by[d.Recording] == nil {
			recordings = append(recordings, d.Recording)
		}
		text := d.Of
		if d.Recording != "" {
			text += fmt.Sprintf(" (to ± %.1g)", d.SD)
		}
		by[d.Recording] = append(by[d.Recording], text)
	}
	for _, r := range recordings {
		if r == "" {
			parts = append(parts, "no kind of recording that was looked at: "+strings.Join(by[r], ", "))
			continue
		}
		parts = append(parts, r+": "+strings.Join(by[r], ", "))
	}
	return strings.Join(parts, "; ")
}

// roots are the rows of R, RᵀR = G⁻¹, of a symmetric G (P, P). The variance of directions of which G says nothing is as
// much as rounding lets it be. Parameters are measured by their own certainty, √G_ii.
func roots(P int, G []float64) []float64 {
	D, N := make([]float64, P), make([]float64, P*P)
	most := math.SmallestNonzeroFloat64 / epsilon / epsilon
	for i := range P {
		most = max(most, G[i*P+i])
	}
	for i := range D {
		D[i] = math.Sqrt(max(G[i*P+i], epsilon*most))
	}
	for i, y := range G {
		N[i] = y / (D[i/P] * D[i%P])
	}
	w, E, R := make([]float64, P), make([]float64, P*P), make([]float64, P*P)
	lin.Eigen(P, N, w, E)
	for k, y := range w {
		y = math.Sqrt(max(y, float64(P)*epsilon*w[P-1]))
		for i := range P {
			R[k*P+i] = E[i*P+k] / (y * D[i])
		}
	}
	return R
}

// epsilon is the rounding of a number.
const epsilon = 0x1p-52

// known is what a motion says of the parameters of a model, in their units.
type known struct {
	P    int
	unit []float64
	G, R []float64 // information, and the roots of its inverse (P, P)
	mass []float64 // the direction that is held (P); nil: none
}

// knownOf is that of a model that was shot.
func knownOf(x train.Identified) (k known) {
	k.unit = x.Model.Units(x.Model.Outer())
	k.P = len(k.unit)
	k.G = slices.Clone(x.Shot.Information)
	for i := range k.G {
		k.G[i] *= k.unit[i/k.P] * k.unit[i%k.P] / x.Shot.Foretold
	}
	k.mass = slices.Clone(x.Shot.Mass)
	for i := range k.mass {
		k.mass[i] *= k.unit[i]
	}
	k.R = k.with(0, nil)
	return k
}

// with are the roots beside so many times more information.
func (k known) with(times float64, more []float64) []float64 {
	G := slices.Clone(k.G)
	for i, y := range more {
		G[i] += times * y
	}
	for i, a := range k.mass {
		for j, b := range k.mass {
			G[i*k.P+j] += a * b
		}
	}
	return roots(k.P, G)
}

// covariance is G⁻¹ in the units of the parameters themselves.
func (k known) covariance() []float64 {
	C := make([]float64, k.P*k.P)
	for n := range k.P {
		for i, a := range k.R[n*k.P : (n+1)*k.P] {
			for j, b := range k.R[n*k.P : (n+1)*k.P] {
				C[i*k.P+j] += a * k.unit[i] * b * k.unit[j]
			}
		}
	}
	return C
}

// deviation is √(gᵀG⁻¹g) = |Rg|, with the roots R of G⁻¹.
func deviation(R, g []float64) float64 {
	sum, P := 0.0, len(g)
	for k := range P {
		y := 0.0
		for i, a := range g {
			y += R[k*P+i] * a
		}
		sum += y * y
	}
	return math.Sqrt(sum)
}

// deciding says of numbers with the slopes g which kind of recording would tell them best. What states say of the
// accelerations a, J = ∂a/∂b, stands for what a recording says,
//
//	G' = G + κ Σ JᵀJ/σ²,
//
// where κ is such that the states of the recording say as much as the recording does: the median over b. A kind counts
// as telling where the deviation comes down to a half at least.
func (f *problem) deciding(x train.Identified, k known, names []string, g [][]float64) (all []Deciding) {
	if len(names) == 0 {
		return nil
	}
	states, inputs := f.motion.learn.Some(max(1, f.motion.learn.Rows()/decidingStates))
	m := x.Model.Copy()
	m.OffBounds()
	now := f.tells(m, k.unit, states, inputs)
	var ratios []float64
	for i := range k.P {
		if G, J := k.G[i*k.P+i], now[i*k.P+i]; G > 0 && J > 0 {
			ratios = append(ratios, G/J)
		}
	}
	kappa := median(ratios)
	type like struct {
		name string
		R    []float64
	}
	likes := []like{{"four times as much of this kind", k.with(3, k.G)}}
	for _, kind := range Kinds(m.Spec, states) {
		xs, us := slices.Clone(states), slices.Clone(inputs)
		d, M := f.motion.learn.D, f.motion.learn.M
		for n := range len(xs) / (2 * d) {
			kind.State(n, xs[2*d*n:2*d*(n+1)], us[M*n:M*(n+1)])
		}
		likes = append(likes, like{kind.Name, k.with(kappa, f.tells(m, k.unit, xs, us))})
	}
	for i, name := range names {
		best := Deciding{Of: name}
		for least, l := deviation(k.R, g[i])/2, 0; l < len(likes); l++ {
			if sd := deviation(likes[l].R, g[i]); sd < least {
				least, best.Recording, best.SD = sd, likes[l].name, sd
			}
		}
		all = append(all, best)
	}
	return all
}

// decidingStates are looked at of each kind of recording.
const decidingStates = 300

// tells is Σ JᵀJ/σ² over states, with the slopes J of the accelerations in units of the parameters.
func (f *problem) tells(m *model.Model[float64], unit, states, inputs []float64) []float64 {
	d, M, of, tape := f.motion.learn.D, f.motion.learn.M, m.Outer(), m.Tape(1)
	P := len(of)
	G, row, theta := make([]float64, P*P), make([]float64, P), make([]float64, len(m.Theta))
	xdot, dx, du, lambda := make([]float64, 2*d), make([]float64, 2*d), make([]float64, M), make([]float64, 2*d)
	for n := range len(states) / (2 * d) {
		tape.Field(states[2*d*n:2*d*(n+1)], inputs[M*n:M*(n+1)], xdot)
		for i := range d {
			clear(lambda)
			clear(theta)
			lambda[d+i] = 1 / f.motion.learn.Of[0].Sigma[i]
			tape.VJP(lambda, theta, dx, du)
			for k, at := range of {
				row[k] = theta[at] * unit[k]
			}
			for k, a := range row {
				for l, b := range row {
					G[k*P+l] += a * b
				}
			}
		}
	}
	return G
}

package train

import (
	"math"
	"math/rand/v2"
	"testing"

	"lagrange/internal/lin"
	"lagrange/model"
)

// falling are motions of a pendulum with velocities, noise of which a part is the same in both columns of a row.
func falling(t *testing.T, common float64) (*Identification, *model.Model[float64]) {
	t.Helper()
	m, err := model.With(model.Spec{Family: "terms", Activation: "softplus",
		Coordinates: []model.Coordinate{{Name: "q", Velocity: "v", Period: 2 * math.Pi, Scale: 1, Speed: 2, Accel: 6}},
		Terms:       [][]model.Term{{{Function: model.Cos, Of: []int{1}}}, {{Function: model.One}}}}, []float64{2, 0.5})
	if err != nil {
		t.Fatal(err)
	}
	const sigma = 0.05
	o, truth := motions(m, 6, 81, sigma, 0.01, true, 3)
	r := rand.New(rand.NewPCG(7, 1))
	for i, all := range truth {
		for k := 0; k < len(all); k += 2 {
			n := r.NormFloat64()
			for j := range 2 {
				o.Of[i].Y[k+j] = all[k+j] + sigma*(math.Sqrt(common)*n+math.Sqrt(1-common)*r.NormFloat64())
			}
		}
	}
	return &Identification{Learn: &Measured{D: 1, Of: o.Of[:4]}, Held: &Measured{D: 1, Of: o.Of[4:]}, Swing: 3,
		Penalty: L2, Workers: 1}, m
}

// What both columns have in common of their noise drops out: the ratio of the coefficients is found a hundred times as
// well as from numbers that are weighed one by one, and its deviation is as much less; a part of the noise helps as far
// as it is common. Noise of its own in each column changes nothing.
func TestWhiten(t *testing.T) {
	for common, c := range map[float64]struct{ off, sd float64 }{0: {1, 1}, 0.9: {0.6, 0.6}, 1: {0.01, 0.01}} {
		o, m := falling(t, common)
		learn := o.Learn
		o.Held.Of[0].Y[20], o.Learn.Of[1].Y[41] = math.NaN(), math.NaN()
		x, err := o.Again(t.Context(), m, Identified{})
		if err != nil || x.Shot.at == nil {
			t.Fatal(x.Why, err)
		}
		y, least, err := o.Whiten(t.Context(), x)
		if err != nil {
			t.Fatal(err)
		}
		off := func(x Identified) float64 { return math.Abs(x.Model.Theta[0]/x.Model.Theta[1]/4 - 1) }
		sd := y.Shot.Deviations()[0] / x.Shot.Deviations()[0]
		if common == 0 && (least != 1 || y.Model != x.Model || o.Learn != learn) {
			t.Errorf("noise of its own is weighed by %g", least)
		}
		if math.Abs(sd-c.sd) > 0.3*c.sd+0.01 || off(y) > c.off*off(x) || y.Score > 1.1 || common > 0 && least > 0.2 {
			t.Errorf("%g in common: off by %g, then %g; deviation times %g, score %g, least %g", common, off(x), off(y),
				sd, y.Score, least)
		}
	}
}

// Where what is held out has noise of its own in each column, which what is learned from has in common, that would be
// weighed by what it is not: all is left as it was found.
func TestWhitenIsTakenBack(t *testing.T) {
	o, m := falling(t, 1)
	other, _ := falling(t, 0)
	o.Held = other.Held
	learn, held := o.Learn, o.Held
	x, err := o.Again(t.Context(), m, Identified{})
	if err != nil || x.Shot.at == nil || x.loss() > nearNoise {
		t.Fatal(x.Why, x.loss(), err)
	}
	y, least, err := o.Whiten(t.Context(), x)
	if err != nil {
		t.Fatal(err)
	}
	if least != 1 || y.Model != x.Model || y.Score != x.Score || o.Learn != learn || o.Held != held {
		t.Errorf("noise is weighed by %g, held-out motion is off by %g for %g", least, y.Score, x.Score)
	}
}

// The slopes of weighed residuals are their differences, and W C W = 1 but where C is less than noise counts as.
func TestWhitenedResiduals(t *testing.T) {
	C, E, w := []float64{1, 0.8, 0.8, 1.5}, make([]float64, 4), make([]float64, 2)
	lin.Eigen(2, []float64{1, 0.8, 0.8, 1.5}, w, E)
	W, root := powers(E, w, 0)
	for i := range 2 {
		for j := range 2 {
			one, square := 0.0, 0.0
			for k := range 2 {
				square += root[i*2+k] * root[k*2+j]
				for l := range 2 {
					one += W[i*2+k] * C[k*2+l] * W[l*2+j]
				}
			}
			want := float64(max(0, 1-max(i-j, j-i)))
			if math.Abs(one-want) > 1e-12 || math.Abs(square-C[i*2+j]) > 1e-12 {
				t.Errorf("element %d, %d of W C W is %g, of the square of the root %g", i, j, one, square)
			}
		}
	}
	if _, root := powers([]float64{1, 0, 0, 1}, []float64{1e-9, 1}, 1e-4); math.Abs(root[0]-0.01) > 1e-12 {
		t.Errorf("the floor is %g", root[0])
	}
	m := Measurement{Y: []float64{0.3, -0.1, 0.3, math.NaN()}, Sigma: []float64{0.1, 0.5}, White: W,
		Wide: []float64{1, 2, 1, 1}}
	if r, _ := m.residual(1, 0, []float64{0.4, 0}); math.Abs(r-1) > 1e-12 {
		t.Errorf("of a row that lacks a number the other one is off by %g", r)
	}
	x, to := []float64{0.4, 0.2}, make([]float64, 2)
	for j := range 2 {
		slopes, unit := m.slopes(0, j, []float64{1, 0, 0, 1}, to)
		for k := range x {
			moved := []float64{x[0], x[1]}
			moved[k] += 1e-3
			a, _ := m.residual(0, j, moved)
			b, seen := m.residual(0, j, x)
			if !seen || math.Abs((a-b)/1e-3-slopes[k]/unit) > 1e-9 {
				t.Errorf("the slope of residual %d along %d is %g, by differences %g", j, k, slopes[k]/unit, (a-b)/1e-3)
			}
		}
	}
}

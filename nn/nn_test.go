package nn_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"lagrange/nn"
	"lagrange/nn/parttest"
)

func TestActivationDerivatives(t *testing.T) {
	for _, a := range nn.Activations() {
		for z := -6.03; z < 6; z += 0.17 {
			const h = 1e-4
			_, f1, f2, f3 := a.Jet(z)
			p, p1, p2, _ := a.Jet(z + h)
			m, m1, m2, _ := a.Jet(z - h)
			for i, x := range [][2]float64{{f1, (p - m) / (2 * h)}, {f2, (p1 - m1) / (2 * h)},
				{f3, (p2 - m2) / (2 * h)}} {
				if math.Abs(x[0]-x[1]) > 1e-6*(1+math.Abs(x[0])) {
					t.Errorf("%s: derivative %d at %.2f: %v, want %v", a.Name, i+1, z, x[0], x[1])
				}
			}
		}
		for _, z := range []float64{-800, -40, 40, 800} { // far out: finite, and the same as its asymptote
			f, f1, f2, f3 := a.Jet(z)
			for _, x := range []float64{f, f1, f2, f3} {
				if math.IsNaN(x) || math.IsInf(x, 0) {
					t.Errorf("%s at %v: %v %v %v %v", a.Name, z, f, f1, f2, f3)
				}
			}
		}
	}
}

func TestMLPObeysTheFourRules(t *testing.T) {
	for _, a := range nn.Activations() {
		t.Run(a.Name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(11, 3))
			for _, sizes := range [][]int{{3, 2}, {4, 5, 1}, {2, 7, 6, 3}} {
				s := nn.Shape{Sizes: sizes, Activation: a}
				theta := make([]float64, s.Params())
				nn.PlainInit(1)(s, r, theta)
				x := make([]float64, 3*sizes[0])
				for i := range x {
					x[i] = r.NormFloat64()
				}
				parttest.Check(t, r, theta, x, func(theta []float64, batch, k int) nn.Part[float64] {
					return nn.New(s, theta, batch, k, nn.HyperDual)
				})
				parttest.CheckDual(t, r, theta, x, func(theta []float64, batch int) nn.Part[float64] {
					return nn.New(s, theta, batch, 0, nn.Dual)
				})
			}
		})
	}
}

// The standard deviations of the initialisation are the published ones.
func TestPaperInit(t *testing.T) {
	soft, err := nn.LookupActivation("softplus")
	if err != nil {
		t.Fatal(err)
	}
	s := nn.Shape{Sizes: []int{4, 200, 200, 200, 1}, Activation: soft}
	theta := make([]float64, s.Params())
	nn.PaperInit(s, rand.New(rand.NewPCG(1, 1)), theta)
	at := 0
	for l, want := range []float64{2.2 / math.Sqrt(200), 0.58 / math.Sqrt(200), 1.16 / math.Sqrt(200), math.Sqrt(200)} {
		n := s.Sizes[l] * s.Sizes[l+1]
		ss := 0.0
		for _, w := range theta[at : at+n] {
			ss += w * w
		}
		if got := math.Sqrt(ss / float64(n)); math.Abs(got/want-1) > 5/math.Sqrt(2*float64(n)) {
			t.Errorf("layer %d: σ = %v, want %v", l, got, want)
		}
		at += n + s.Sizes[l+1]
	}
}

func TestUnknownActivation(t *testing.T) {
	if _, err := nn.LookupActivation("step"); err == nil {
		t.Error("an unknown activation was found")
	}
}

package model

import (
	"math/rand/v2"
	"slices"
	"testing"

	"lagrange/nn"
	"lagrange/nn/parttest"
)

// The four rules hold for each part beside the net, and for their chain.
func TestParts(t *testing.T) {
	columns := []column{{kind: circle, w: 1.3}, {kind: dropped}, {kind: affine, mean: 0.4, scale: 1.7},
		{kind: affine, scale: 2.5}, {kind: logarithmic, mean: 1.5, knee: 0.3}}
	tanh, err := nn.LookupActivation("tanh")
	if err != nil {
		t.Fatal(err)
	}
	shape := nn.Shape{Sizes: []int{5, 5, 1}, Activation: tanh}
	type part = nn.Part[float64]
	for name, c := range map[string]struct {
		in, params int
		bind       func(theta []float64, batch, k, components int) part
	}{
		"squared feature": {1, 0, func(_ []float64, batch, _, _ int) part {
			return newFeatures[float64]([]column{{kind: squared, mean: 0.4, scale: 1.7}}, batch)
		}},
		"sum": {3, 4, func(theta []float64, _, _, _ int) part {
			return &sum[float64]{theta: theta, entries: []entry{{0, 1}, {-1, 0}, {2, 1}, {2, 0}}, in: 3, out: 2}
		}},
		"library": {6, 0, func(_ []float64, batch, k, components int) part {
			s := Spec{Coordinates: []Coordinate{{Period: 5}, {Mean: 0.4, Scale: 1.7}, {Period: 7}}}
			s.Terms = s.DefaultTerms()
			front, _ := newLibrary[float64](s, batch, k, components)
			return front
		}},
		"features": {5, 0, func(_ []float64, batch, _, _ int) part {
			return newFeatures[float64](columns, batch)
		}},
		"kinetic head": {5, 0, func(_ []float64, batch, _, _ int) part {
			return newKineticHead([]float64{1.5, 0.6}, 4, batch)
		}},
		"quadratic head": {8, 0, func(_ []float64, batch, k, _ int) part {
			return newQuadraticHead([]float64{1.5, 0.6}, 0.7, 4, batch, k)
		}},
		"scale head": {5, 0, func([]float64, int, int, int) part {
			return &scaleHead[float64]{scale: []float64{1.5, 0.6}, in: 5}
		}},
		"chain": {5, shape.Params(), func(theta []float64, batch, k, components int) part {
			return newChain[float64](newFeatures[float64](columns, batch), nn.New(shape, theta, batch, k, components),
				newKineticHead([]float64{1.5, 0.6}, 5, batch), batch, k, components)
		}},
		"features of combinations": {7, 0, func(_ []float64, batch, k, components int) part {
			s := Spec{Coordinates: make([]Coordinate, 3),
				Combinations: []Combination{{Of: []float64{-1, 1, 0}, Scale: 1}, {Of: []float64{0.5, -1, 2}, Scale: 1}}}
			return newFront[float64](s, append(columns, column{kind: affine, scale: 0.7}, column{kind: dropped}), batch,
				k, components)
		}},
	} {
		t.Run(name, func(t *testing.T) { follows(t, c.in, c.params, c.bind) })
	}
}

// The rules hold for formulas, alone and behind a library.
func TestFormulaParts(t *testing.T) {
	type part = nn.Part[float64]
	t.Run("alone", func(t *testing.T) {
		follows(t, 6, 0, func(_ []float64, batch, k, components int) part {
			s := Spec{Coordinates: []Coordinate{{Name: "a", Period: 5}, {Name: "x"}, {Name: "y"}}}
			var ts []Term
			for _, text := range []string{"1/sqrt(1+(x-y)^2)", "cos(2*a)*v_x^2/(3+v_y^2)", "exp(-x*y)+v_a", "x"} {
				ts = append(ts, Term{Function: Formula, Text: text, Size: 0.7})
			}
			return newExpressions[float64](s, ts, 6, batch, k, components)
		})
	})
	t.Run("behind a library", func(t *testing.T) {
		follows(t, 6, 0, func(_ []float64, batch, k, components int) part {
			s := Spec{Coordinates: []Coordinate{{Name: "a", Period: 5}, {Name: "x", Scale: 1.7},
				{Name: "b", Period: 7}}}
			s.Terms = s.DefaultTerms()
			s.Terms[0] = append(s.Terms[0], Term{Function: Formula, Text: "x*v_x^3", Size: 0.7})
			front, _ := newLibrary[float64](s, batch, k, components)
			return front
		})
	})
}

// follows checks the four rules of a part, and those of dual numbers.
func follows(t *testing.T, in, params int, bind func(theta []float64, batch, k, components int) nn.Part[float64]) {
	r := rand.New(rand.NewPCG(4, 4))
	theta, x := draws(r, params, 1), draws(r, 3*in, 1)
	parttest.Check(t, r, theta, x, func(theta []float64, batch, k int) nn.Part[float64] {
		return bind(theta, batch, k, nn.HyperDual)
	})
	parttest.CheckDual(t, r, theta, x, func(theta []float64, batch int) nn.Part[float64] {
		return bind(theta, batch, 0, nn.Dual)
	})
}

// Rows of a sum that go four together are those that go alone, to the last bit, however many are left over.
func TestSumOfFourRows(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 1))
	const in, out, K = 5, 3, 2
	l := &sum[float64]{entries: []entry{{0, 0}, {-1, 0}, {3, 0}, {4, 2}, {2, 2}, {-1, 1}, {1, 0}}, in: in, out: out}
	for range l.entries {
		l.theta = append(l.theta, r.NormFloat64())
	}
	for _, B := range []int{1, 3, 4, 7, 8} {
		x, y := nn.NewStreams[float64](B, K, in, 0), nn.NewStreams[float64](B, K, out, 0)
		for i := range x.Data {
			x.Data[i] = r.NormFloat64()
		}
		l.Forward(x, y)
		one, of := nn.NewStreams[float64](1, K, in, 0), nn.NewStreams[float64](1, K, out, 0)
		for b := range B {
			for k := range K + 1 {
				copy(one.Row(k, 0), x.Row(k, b))
			}
			l.Forward(one, of)
			for k := range K + 1 {
				if !slices.Equal(of.Row(k, 0), y.Row(k, b)) {
					t.Errorf("row %d of %d, block %d: %v, alone %v", b, B, k, y.Row(k, b), of.Row(k, 0))
				}
			}
		}
	}
}

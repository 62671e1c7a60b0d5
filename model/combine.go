package model

import (
	"fmt"

	"lagrange/internal/vec"
	"lagrange/nn"
)

// Combination is a linear combination Σ cᵢ qᵢ of coordinates.
type Combination struct {
	Of    []float64 `json:"of"`             // cᵢ of every coordinate
	Mean  float64   `json:"mean,omitempty"` // of the combination, subtracted
	Scale float64   `json:"scale"`          // of it
}

// checkCombinations reports what is wrong with the combinations of a Spec.
func (s Spec) checkCombinations() error {
	if len(s.Combinations) > MostColumns {
		return fmt.Errorf("%d combinations of coordinates: at most %d", len(s.Combinations), MostColumns)
	}
	for _, z := range s.Combinations {
		if len(z.Of) != s.D() || !vec.IsFinite(z.Mean) || !positive(z.Scale) {
			return fmt.Errorf("a combination of %d coordinates with the scale %g for a model of %d: it needs a "+
				"coefficient of each, and a positive and finite scale", len(z.Of), z.Scale, s.D())
		}
		for i, c := range z.Of {
			if k := s.Coordinates[i]; !vec.IsFinite(c) || c != 0 && (k.Period > 0 || k.Cyclic) {
				return fmt.Errorf("a combination takes %g of coordinate %q: coefficients are finite, and 0 for "+
					"angles and for coordinates on which nothing depends", c, k.Name)
			}
		}
	}
	return nil
}

// combine is the linear map (q, v, c) → (z, v, c), z = C q, in front of features of that; it implements nn.Part. Where
// C annihilates a displacement, such as that of all nodes alike by differences, nothing behind it depends on it: the
// momentum along it is conserved whatever θ is.
type combine[T nn.Float] struct {
	c        []T // (n, d)
	d, n, in int
	features *features[T]
	z, zbar  *nn.Streams[T]
}

// newFront returns the features of a Spec behind its combinations, if it has any.
func newFront[T nn.Float](s Spec, columns []column, batch, k, components int) nn.Part[T] {
	f := newFeatures[T](columns, batch)
	n := len(s.Combinations)
	if n == 0 {
		return f
	}
	m := &combine[T]{
		d: s.D(), n: n, in: len(columns) - n + s.D(), features: f,
		z:    nn.NewStreams[T](batch, k, len(columns), components),
		zbar: nn.NewAdjoint[T](batch, len(columns), components),
	}
	for _, z := range s.Combinations {
		for _, c := range z.Of {
			m.c = append(m.c, T(c))
		}
	}
	return m
}

func (m *combine[T]) In() int  { return m.in }
func (m *combine[T]) Out() int { return m.features.Out() }

// push sets the blocks lo … hi of (z, v, c).
func (m *combine[T]) push(x *nn.Streams[T], lo, hi int) {
	for k := lo; k <= hi; k++ {
		for b := range x.Batch {
			x, z := x.Row(k, b), m.z.Row(k, b)
			for j := range m.n {
				z[j] = dot(m.c[j*m.d:(j+1)*m.d], x[:m.d])
			}
			copy(z[m.n:], x[m.d:])
		}
	}
}

// pull sets the blocks lo … hi of x̄ = (Cᵀ z̄, v̄, c̄).
func (m *combine[T]) pull(xbar *nn.Streams[T], lo, hi int) {
	for k := lo; k <= hi; k++ {
		for b := range xbar.Batch {
			x, z := xbar.Row(k, b), m.zbar.Row(k, b)
			clear(x[:m.d])
			for j := range m.n {
				for i, c := range m.c[j*m.d : (j+1)*m.d] {
					x[i] += c * z[j]
				}
			}
			copy(x[m.d:], z[m.n:])
		}
	}
}

// Forward implements nn.Part.
func (m *combine[T]) Forward(x, y *nn.Streams[T]) {
	m.z.Resize(x.Batch)
	m.zbar.Resize(x.Batch)
	m.push(x, 0, x.K)
	m.features.Forward(m.z, y)
}

// Reverse implements nn.Part.
func (m *combine[T]) Reverse(ybar, xbar *nn.Streams[T], H []T, g nn.Gradient[T]) {
	m.features.Reverse(ybar, m.zbar, H, g)
	m.pull(xbar, 0, 0)
}

// Mixed implements nn.Part.
func (m *combine[T]) Mixed(d nn.Directions[T], x, y *nn.Streams[T]) {
	m.push(x, -x.Components, nn.S)
	m.features.Mixed(d, m.z, y)
}

// MixedReverse implements nn.Part.
func (m *combine[T]) MixedReverse(ybar, xbar *nn.Streams[T], g nn.Gradient[T]) {
	m.features.MixedReverse(ybar, m.zbar, g)
	m.pull(xbar, -xbar.Components, nn.S)
}

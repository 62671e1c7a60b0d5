package lagrange

import (
	"context"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"lagrange/fit"
	"lagrange/formula"
	"lagrange/model"
)

// Trust says where a model knows what it says.
type Trust struct {
	Parameters int `json:"parameters"`
	// Fixed is how many directions of the parameters the states fix: along one that is not, they may move by their own
	// root mean square, and accelerations change by less than the model is off by. It is −1 where it was not counted.
	Fixed int `json:"fixed"`
	// More is the kind of recording in place of half of the rows that has all fix most; nil: none fixes more
	More    *More     `json:"more,omitempty"`
	Covered []Covered `json:"covered"`
	Spread  *Spread   `json:"spread,omitempty"` // of an ensemble
}

// More is a kind of recording, and how many directions of the parameters are fixed where every other row is of it.
type More struct {
	Recording string `json:"recording"`
	Fixed     int    `json:"fixed"`
}

// Covered is the range of a coordinate or a velocity over the states, and what part of it has any.
type Covered struct {
	Name string  `json:"name"`
	Low  float64 `json:"low"`
	High float64 `json:"high"`
	Part float64 `json:"part"`
}

// Spread is the standard deviation of the accelerations of the members of an ensemble, relative to their size.
type Spread struct {
	Median float64   `json:"median"`
	Worst  float64   `json:"worst"`
	At     []float64 `json:"at"` // the state (2d) where it is worst
}

// Nature is what the conditions of Helmholtz say of a plain network, which has no Lagrangian built in.
type Nature struct {
	Network string `json:"network"` // by family
	formula.Conditions
}

// nature looks at the plain network: the model itself, or the one beside it; nil where there is none.
func (m *Model) nature(ctx context.Context, x, u []float64) (*Nature, error) {
	for _, k := range []*Model{m, m.Baseline} {
		if k == nil || model.FirstOrder(k.net.Tape(1)) {
			continue
		}
		if _, ok := model.As[model.Conserved[float64]](k.net.Tape(1)); ok {
			continue
		}
		tape, few := k.net.Tape(1), len(x)
		if d := m.D(); few > 2*d*mostConditions {
			few = 2 * d * mostConditions
		}
		c, err := formula.Helmholtz(ctx, k.net.Spec.Coordinates,
			func(x, xdot []float64) { tape.Field(x, u, xdot) }, formula.Thinned(x, 2*m.D(), few/(2*m.D())))
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			return nil, nil // too few states
		}
		return &Nature{k.net.Spec.Family, c}, nil
	}
	return nil, nil
}

const (
	mostConditions = 500 // states for the conditions of Helmholtz,
	mostProfile    = 600 // numbers of accelerations for the profile of the parameters,
	mostParameters = 20_000
	bins           = 20 // of a range
)

// trust looks at states x under inputs u, and under those that were recorded there, us, where accelerations are off by
// a part of their size.
func (m *Model) trust(x, u, us []float64, off float64) *Trust {
	t := &Trust{Parameters: len(m.net.Theta), Fixed: m.fixed(x, us, off, nil)}
	n := 2 * m.D()
	if t.Fixed >= 0 && t.Fixed < t.Parameters {
		t.More = m.more(x, us, off, t.Fixed)
	}
	for i := range n {
		c := m.net.Spec.Coordinates[i%m.D()]
		name := c.Name
		if i >= m.D() {
			name = c.Velocity
		}
		var all []float64
		for b := i; b < len(x); b += n {
			all = append(all, x[b])
		}
		t.Covered = append(t.Covered, covered(name, all))
	}
	if m.Ensemble != nil {
		t.Spread = m.worst(x, u)
	}
	return t
}

// covered is the range of numbers and the part of its bins that has any.
func covered(name string, all []float64) Covered {
	c := Covered{Name: name, Low: slices.Min(all), High: slices.Max(all)}
	var any [bins]bool
	for _, y := range all {
		any[min(bins-1, int(bins*(y-c.Low)/max(c.High-c.Low, math.SmallestNonzeroFloat64)))] = true
	}
	for _, y := range any {
		if y {
			c.Part += 1.0 / bins
		}
	}
	return c
}

// more is the kind of recording that fixes most beyond what is fixed.
func (m *Model) more(x, us []float64, off float64, fixed int) (best *More) {
	for _, kind := range fit.Kinds(m.net.Spec, x) {
		if n := m.fixed(x, us, off, kind.State); n > fixed {
			best, fixed = &More{kind.Name, n}, n
		}
	}
	return best
}

// fixed is Trust.Fixed: of the Jacobian J = ∂a/∂θ, in units of the accelerations' size A_i, singular values s with
// s |θ|/√P > √rows · off. Every other row is one that is changed, if that is asked for; A_i is that of the rows as they
// are.
func (m *Model) fixed(x, u []float64, off float64, change func(k int, x, u []float64)) int {
	d, f, P := m.D(), m.M(), len(m.net.Theta)
	most := max(1, mostProfile/d)
	x, u = formula.Thinned(x, 2*d, most), formula.Thinned(u, max(1, f), most)
	N := len(x) / (2 * d)
	if P > mostParameters {
		return -1
	}
	tape := m.net.Tape(1)
	xdot, dx, du, λ := make([]float64, 2*d), make([]float64, 2*d), make([]float64, m.M()), make([]float64, 2*d)
	size, J := make([]float64, d), mat.NewDense(N*d, P, nil)
	for n := range N {
		tape.Field(x[2*d*n:2*d*(n+1)], u[n*f:(n+1)*f], xdot)
		for i := range d {
			size[i] += xdot[d+i] * xdot[d+i] / float64(N)
		}
		if change != nil && n%2 == 1 {
			change(n, x[2*d*n:2*d*(n+1)], u[n*f:(n+1)*f])
			tape.Field(x[2*d*n:2*d*(n+1)], u[n*f:(n+1)*f], xdot)
		}
		for i := range d {
			clear(λ)
			λ[d+i] = 1
			tape.VJP(λ, J.RawRowView(n*d+i), dx, du)
		}
	}
	for r := range N * d {
		row := J.RawRowView(r)
		for k := range row {
			row[k] /= max(math.Sqrt(size[r%d]), math.SmallestNonzeroFloat64)
		}
	}
	unit := 0.0
	for _, y := range m.net.Theta {
		unit += y * y / float64(P)
	}
	return above(J, off*off*float64(N*d)/max(unit, math.SmallestNonzeroFloat64))
}

// above is how many eigenvalues of JᵀJ are above a bound, and rounding; −1 where they were not found.
func above(J *mat.Dense, bound float64) (count int) {
	G := &mat.Dense{}
	if rows, P := J.Dims(); P < rows {
		G.Mul(J.T(), J)
	} else {
		G.Mul(J, J.T())
	}
	K, _ := G.Dims()
	s := mat.NewSymDense(K, nil)
	for i := range K {
		for j := range i + 1 {
			s.SetSym(i, j, G.At(i, j))
		}
	}
	var e mat.EigenSym
	if !e.Factorize(s, false) {
		return -1
	}
	values := e.Values(nil) // ascending
	for _, w := range values {
		if w > bound && w > 1e-15*float64(K)*values[K-1] {
			count++
		}
	}
	return count
}

// worst is where the members of an ensemble differ.
func (m *Model) worst(x, u []float64) *Spread {
	d, s := m.D(), &Spread{}
	size := make([]float64, d)
	means := make([][]float64, 0, len(x)/(2*d))
	for n := 0; n < len(x); n += 2 * d {
		a := m.Accel(x[n:n+d], x[n+d:n+2*d], u)
		means = append(means, a)
		for i, y := range a {
			size[i] += y * y / float64(len(x)/(2*d))
		}
	}
	var all []float64
	for b, mean := range means {
		n, sum := 2*d*b, 0.0
		for _, k := range m.Ensemble.Members {
			for i, a := range k.Accel(x[n:n+d], x[n+d:n+2*d], u) {
				if size[i] > 0 {
					sum += (a - mean[i]) * (a - mean[i]) / size[i] / float64(d*len(m.Ensemble.Members))
				}
			}
		}
		if all = append(all, math.Sqrt(sum)); math.Sqrt(sum) > s.Worst {
			s.Worst, s.At = math.Sqrt(sum), x[n:n+2*d]
		}
	}
	slices.Sort(all)
	s.Median = all[len(all)/2]
	return s
}

// State writes a state with the names of the model.
func (m *Model) State(x []float64) (text string) {
	d := m.D()
	for i, y := range x {
		c := m.net.Spec.Coordinates[i%d]
		name := c.Name
		if i >= d {
			name = c.Velocity
		}
		if i > 0 {
			text += ", "
		}
		text += fmt.Sprintf("%s = %.3g", name, y)
	}
	return text
}

package lagrange

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/gonum/mat"

	"lagrange/model"
)

// Ratio is a number of a formula that the unit of L does not touch.
type Ratio struct {
	Name  string  `json:"name"` // such as "g/l of theta"
	Value float64 `json:"value"`
	SD    float64 `json:"sd,omitempty"`   // 0: not known
	Unit  string  `json:"unit,omitempty"` // "" of a number, or not known
	At    string  `json:"at,omitempty"`   // where it holds; "" everywhere
	// check is 0 if the ratio means what it says; sd is its deviation
	check, sd float64
}

// coefficients are those of a sum of terms, by the lists of its Spec.
type coefficients struct {
	s      model.Spec
	values [][]float64
}

func coefficientsOf(net *model.Model[float64]) coefficients {
	c, at := coefficients{s: net.Spec}, 0
	all := net.Coefficients()
	for _, ts := range net.Spec.Terms {
		var row []float64
		for range ts {
			row, at = append(row, all[at].Value), at+1
		}
		c.values = append(c.values, row)
	}
	return c
}

// mass is that of coordinate i, if it is constant.
func (c coefficients) mass(i int) (m float64, constant bool) {
	o := (i + 1) * (i + 2) / 2
	if ts := c.s.Terms[o]; len(ts) != 1 || ts[0].Function != model.One {
		return 0, false
	}
	return 2 * c.values[o][0], true // of ½ m v²
}

// own are the coefficients of the potential's terms in coordinate i alone, by function and number such as cos1,
// power-1; false if there are formulas of it among them.
func (c coefficients) own(i int) (of map[string]float64, all bool) {
	of = map[string]float64{}
	for k, t := range c.s.Terms[0] {
		depends := slices.ContainsFunc(t.Of, func(n int) bool { return n != 0 })
		alone := depends && t.Of[i] != 0 && !slices.ContainsFunc(slices.Concat(t.Of[:i], t.Of[i+1:]),
			func(n int) bool { return n != 0 })
		if alone {
			of[fmt.Sprint(t.Function, t.Of[i])] = c.values[0][k]
		} else if !depends {
			return nil, false
		}
	}
	return of, len(of) > 0
}

// ratios names what can be named.
func ratios(net *model.Model[float64]) (all []Ratio) {
	c := coefficientsOf(net)
	for i, q := range c.s.Coordinates {
		m, constant := c.mass(i)
		of, known := c.own(i)
		if !constant || !known {
			continue
		}
		only := func(names ...string) bool {
			for name := range of {
				if !slices.Contains(names, name) {
					return false
				}
			}
			return true
		}
		add := func(name string, value float64, unit model.Unit) {
			all = append(all, Ratio{Name: name + q.Name, Value: value, Unit: unit.String()})
		}
		switch k := 2 * math.Pi / q.Period; {
		case q.Period > 0 && only("cos1", "sin1"): // m q̈ = −A k sin(k q), with the angle k q: g/l = A k²/m
			add("g/l of ", math.Hypot(of["cos1"], of["sin1"])*k*k/m, c.s.UnitOf(i, -2, 2))
		case q.Period == 0 && only("power1", "power2") && of["power2"] < 0:
			add("k/m of ", -2*of["power2"]/m, c.s.UnitOf(i, -2, 2))
		case q.Period == 0 && only("power1"):
			add("uniform acceleration of ", of["power1"]/m, c.s.UnitOf(i, -1, 2))
		case q.Period == 0 && only("power-1"):
			add("k/m of 1/", of["power-1"]/m, c.s.UnitOf(i, 1, 2))
		}
	}
	return append(append(all, c.chain()...), falls(net)...)
}

// falls is the acceleration from rest of a coordinate alone whose L has a formula, such as 1/√(1 − v²), where it is the
// same everywhere; else what it differs by is no 0.
func falls(net *model.Model[float64]) []Ratio {
	s := net.Spec
	formula := slices.ContainsFunc(s.Terms[0], func(t model.Term) bool { return t.Function == model.Formula })
	free, _, err := net.Conservative(nil)
	if s.D() != 1 || s.Coordinates[0].Period > 0 || !formula || err != nil {
		return nil
	}
	c := s.Coordinates[0]
	a, _ := bends(free, []float64{c.Mean - c.Scale})
	b, _ := bends(free, []float64{c.Mean + c.Scale})
	return []Ratio{{Name: "uniform acceleration of " + c.Name + " at rest", Value: (a[0] + b[0]) / 2,
		Unit: s.UnitOf(0, -1, 2).String(), check: (b[0] - a[0]) / (math.Abs(a[0]) + math.Abs(b[0]))}}
}

// chain are the ratios of lengths and masses of pendulums that hang from one another, by their angles from the
// vertical. With μ_j the mass of j and of all below it, point masses have
//
//	M_jj = μ_j l_j²,   M_ij = μ_j l_i l_j cos(θ_i − θ_j),   V_j = −μ_j g l_j cos θ_j    (i above j),
//
// so g/l_i from M_ii and from M_ij agree; masses that are no points do not pass this check.
func (c coefficients) chain() (all []Ratio) {
	d := c.s.D()
	var μ []float64 // in units of the last
	for j := d - 1; j >= 0; j-- {
		m, constant := c.mass(j)
		V, known := c.own(j)
		if !constant || !known || len(V) != 1 || V["cos1"] == 0 {
			return nil
		}
		if j == d-1 {
			μ = []float64{1}
			continue
		}
		o := 1 + (j+1)*(j+2)/2 + j // element (j + 1, j)
		below, _ := c.mass(j + 1)
		if ts := c.s.Terms[o]; len(ts) != 1 || ts[0].Function != model.Cos || ts[0].Of[j]*ts[0].Of[j+1] != -1 {
			return nil
		}
		C, W := c.values[o][0], coefficient(c, j+1)
		a, b := c.s.Coordinates[j].Name, c.s.Coordinates[j+1].Name
		check := V["cos1"]*C/(m*W) - 1
		μ = append([]float64{μ[0] * m * below / (C * C)}, μ...)
		all = append(all, Ratio{Name: fmt.Sprintf("l of %s / l of %s", a, b), Value: C / below, check: check})
	}
	for j := range d - 1 {
		a, b := μ[j]-μ[j+1], μ[j+1]
		if j+2 < d {
			b -= μ[j+2]
		}
		all = append(all, Ratio{Name: fmt.Sprintf("m of %s / m of %s", c.s.Coordinates[j].Name,
			c.s.Coordinates[j+1].Name), Value: a / b, check: all[d-2-j].check})
	}
	return all
}

// coefficient is that of cos q_j.
func coefficient(c coefficients, j int) float64 {
	of, _ := c.own(j)
	return of["cos1"]
}

// sound says whether a ratio means what its name says: the check is 0 within two deviations, or nearly.
func (r Ratio) sound() bool {
	const near, wide = 1e-3, 0.1
	return math.Abs(r.Value) <= math.MaxFloat64 && math.Abs(r.check) <= max(near, 2*r.sd) && r.sd < wide
}

// rest is where a sum of terms without forces stays, beginning at the state of least potential; nil if it is not found.
func rest(net *model.Model[float64], x []float64) []float64 {
	d, tape, dx := net.Spec.D(), net.Tape(1), make([]float64, 2*net.Spec.D())
	mech, _ := model.As[model.Mechanics[float64]](tape)
	least, q := math.Inf(1), make([]float64, d)
	for n := 0; n < len(x); n += 2 * d {
		tape.Field(append(slices.Clone(x[n:n+d]), make([]float64, d)...), nil, dx)
		if V := -mech.Lagrangian(0); V < least {
			least = V
			copy(q, x[n:n+d])
		}
	}
	for range 30 {
		a, J := bends(net, q)
		var step mat.VecDense
		var svd mat.SVD
		if !svd.Factorize(J, mat.SVDThin) {
			return nil
		}
		rank := svd.Rank(1e-6)
		if rank == 0 {
			return nil
		}
		svd.SolveVecTo(&step, mat.NewVecDense(d, a), rank)
		far, left := 0.0, 0.0
		for i, c := range net.Spec.Coordinates {
			far = max(far, math.Abs(step.AtVec(i))/c.Scale)
			left = max(left, math.Abs(a[i])/c.Accel)
		}
		if !(far < 10) {
			return nil
		}
		if left < 1e-9 {
			return q
		}
		for i := range q {
			q[i] -= step.AtVec(i)
		}
	}
	return nil
}

// bends are a(q, 0) and ∂a/∂q by differences.
func bends(net *model.Model[float64], q []float64) (a []float64, J *mat.Dense) {
	d, tape := net.Spec.D(), net.Tape(1)
	at := func(i int, h float64) []float64 {
		x, dx := append(slices.Clone(q), make([]float64, d)...), make([]float64, 2*d)
		x[i] += h
		tape.Field(x, nil, dx)
		return dx[d:]
	}
	J = mat.NewDense(d, d, nil)
	for j, c := range net.Spec.Coordinates {
		h := 1e-5 * c.Scale
		up, down := at(j, h), at(j, -h)
		for i := range d {
			J.Set(i, j, (up[i]-down[i])/(2*h))
		}
	}
	return at(0, 0), J
}

// frequencies are those of small oscillations about where a sum of terms rests: with ∂a/∂q u = −ω² u they are ω/2π. Nil
// where it does not stay there.
func frequencies(net *model.Model[float64], q []float64) (all []float64) {
	_, J := bends(net, q)
	var e mat.Eigen
	if !e.Factorize(J, mat.EigenNone) {
		return nil
	}
	var squares []float64
	for _, w := range e.Values(nil) {
		squares = append(squares, -real(w))
	}
	slices.Sort(squares)
	largest := squares[len(squares)-1]
	const zero = 1e-5
	for _, y := range squares {
		switch {
		case !(largest > 0) || y < -zero*largest:
			return nil
		case y > zero*largest: // the others are moved without force
			all = append(all, math.Sqrt(y)/(2*math.Pi))
		}
	}
	return all
}

const mostNamed = 4 // coordinates

// oscillations are the natural frequencies as ratios; none where there is no rest.
func oscillations(net *model.Model[float64], x []float64) (all []Ratio) {
	free, _, err := net.Conservative(nil)
	if err != nil {
		return nil
	}
	q := rest(free, x)
	if q == nil {
		return nil
	}
	var where []string
	for i, c := range net.Spec.Coordinates {
		y := q[i]
		if c.Period > 0 {
			y = math.Remainder(y, c.Period)
		}
		if math.Abs(y) < 1e-6*c.Scale {
			y = 0
		}
		where = append(where, fmt.Sprintf("%s = %.4g", c.Name, y))
	}
	if len(where) > mostNamed {
		where = []string{"the place of rest"}
	}
	unit := model.Unit{}.Times(model.ParseUnit(cmp.Or(net.Spec.TimeUnit, "1")), -1)
	for k, f := range frequencies(free, q) {
		all = append(all, Ratio{Name: fmt.Sprintf("natural frequency %d", k+1), Value: f, Unit: unit.String(),
			At: strings.Join(where, ", ")})
	}
	return all
}

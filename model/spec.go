package model

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"lagrange/internal/vec"
	"lagrange/nn"
)

// Coordinate describes one generalised coordinate to a model: its names and units, and the scales that make the numbers
// a net sees of order one.
type Coordinate struct {
	Name     string  `json:"name"`
	Unit     string  `json:"unit,omitempty"`
	Velocity string  `json:"velocity"`         // name of the velocity
	Period   float64 `json:"period,omitempty"` // of an angle, in the units of q; 0 = not periodic
	Cyclic   bool    `json:"cyclic,omitempty"` // ignorable: left out of the features, so its momentum is conserved
	Mean     float64 `json:"mean,omitempty"`   // subtracted from q (not from an angle)
	Scale    float64 `json:"scale"`            // of q
	Speed    float64 `json:"speed"`            // of v
	Accel    float64 `json:"accel"`            // of a
	// Knee and SpeedKnee, if set, say that q (not an angle) or v spans orders of magnitude: beyond them the net sees
	// its logarithm.
	Knee      float64 `json:"knee,omitempty"`
	SpeedKnee float64 `json:"speed_knee,omitempty"`
}

// Input describes one known number u beside the state: a force, or a system parameter such as a mass, a length or a
// field strength, on which the Lagrangian depends but which does not change along a motion.
//
// Between its samples a force goes by a straight line, or is Held at the last one, as a command that a controller
// sends.
type Input struct {
	Name            string  `json:"name"`
	Unit            string  `json:"unit,omitempty"`
	SystemParameter bool    `json:"condition,omitempty"`
	Held            bool    `json:"held,omitempty"`
	Delay           float64 `json:"delay,omitempty"` // by which a force acts later than it is recorded
	Mean            float64 `json:"mean,omitempty"`  // subtracted from a system parameter
	Scale           float64 `json:"scale"`
}

// Nodes says how the coordinates of a graph belong to nodes, one node after the other, and what their local densities
// are (model/graph).
type Nodes struct {
	Size      int         `json:"size"`               // coordinates of each node
	Shape     string      `json:"shape"`              // see graph.Shapes
	Grid      []int       `json:"grid,omitempty"`     // of a grid: nodes along each axis, the first running fastest
	Ends      []string    `json:"ends,omitempty"`     // and how each axis ends, see graph.Boundary
	Edges     [][2]int    `json:"edges,omitempty"`    // of a network: the nodes they join
	OfNodes   *Attributes `json:"of_nodes,omitempty"` // of all nodes of a network, such as masses; nil: none
	OfEdges   *Attributes `json:"of_edges,omitempty"` // of all edges, such as stiffnesses; nil: none
	Densities []Spec      `json:"densities"`          // for each kind of term
}

// Attributes are numbers that belong to the parts of a graph and do not change.
type Attributes struct {
	Names []string    `json:"names"`
	Of    [][]float64 `json:"of"` // a row of so many for each part
}

// Friction says which dissipative forces a model has.
type Friction string

// The kinds of friction.
const (
	NoFriction Friction = "none"
	Viscous    Friction = "viscous"
	Coulomb    Friction = "coulomb"
	Both       Friction = "both" // viscous and dry
	// Stribeck is viscous and dry, and more of the latter near rest.
	Stribeck Friction = "stribeck"
	// AllFriction is viscous, dry, dry between angles, and the drag of air.
	AllFriction Friction = "all"
)

// Frictions lists the kinds of friction.
func Frictions() []Friction {
	return []Friction{NoFriction, Viscous, Coulomb, Both, Stribeck, AllFriction}
}

// Spec is what is fixed about a model: everything but its parameters. It is saved with it.
type Spec struct {
	Family      string       `json:"family"` // see Families
	Coordinates []Coordinate `json:"coordinates"`
	Inputs      []Input      `json:"inputs,omitempty"`
	// Combinations are what the net sees of q, instead of each coordinate by itself, such as differences of neighbours;
	// none: q.
	Combinations []Combination `json:"combinations,omitempty"`
	Nodes        *Nodes        `json:"sites,omitempty"` // of a graph alone
	// Terms are of the family "terms" alone: those of w, then those of N row by row up to its diagonal.
	Terms      [][]Term `json:"terms,omitempty"`
	Hidden     []int    `json:"hidden"`
	Activation string   `json:"activation"`
	Friction   Friction `json:"friction,omitempty"` // zero value: none
	// Absent are places among the parameters of the forces that are held at 0: no motion speaks for these forces.
	Absent []int `json:"absent,omitempty"`
	Head   Head  `json:"head,omitempty"` // of lnn and hnn; zero value: plain
	// Natural says of an lnn with the quadratic head that its net does not see v: L = ½ q̇ᵀM(q)q̇ − V(q).
	Natural   bool    `json:"natural,omitempty"`
	Kinetic   float64 `json:"kinetic"` // c of the head L = l + ½ Σ c (vᵢ/speedᵢ)²
	PaperInit bool    `json:"paper_init,omitempty"`
	TimeUnit  string  `json:"time_unit,omitempty"`
}

// Head says what a scalar is made of.
type Head string

// The heads: one output of the net and a kinetic energy of constant mass; or, beside that output, those of a mass
// matrix that depends on the state.
const (
	Plain     Head = "plain"
	Quadratic Head = "quadratic"
)

// Heads lists the heads.
func Heads() []Head { return []Head{Plain, Quadratic} }

// D is the number of degrees of freedom.
func (s Spec) D() int { return len(s.Coordinates) }

// M is the number of known inputs u, forces and system parameters together.
func (s Spec) M() int { return len(s.Inputs) }

// inputs returns the places in u of the forces, or of the system parameters.
func (s Spec) inputs(systemParams bool) (at []int) {
	for j, u := range s.Inputs {
		if u.SystemParameter == systemParams {
			at = append(at, j)
		}
	}
	return at
}

// MostColumns is how many coordinates, and inputs, a model other than a graph may have; mostSites are those of a graph,
// whose matrices are sparse. They bound a Spec that comes from a file, before anything of its size is allocated.
const MostColumns, mostSites = 256, 1 << 20

// Check reports what is wrong with a Spec and the way out.
func (s Spec) Check() error {
	f, err := lookup(s.Family)
	if err != nil {
		return err
	}
	if _, err := nn.LookupActivation(s.Activation); err != nil {
		return err
	}
	if s.Head != "" && !slices.Contains(Heads(), s.Head) {
		return fmt.Errorf("no head %q; there are %v", s.Head, Heads())
	}
	most := MostColumns
	if s.Nodes != nil {
		most = mostSites
	}
	if s.D() < 1 || s.D() > most || s.M() > most {
		return fmt.Errorf("%d coordinates and %d inputs: a model has at least one coordinate, at most %d of them and "+
			"as many inputs", s.D(), s.M(), most)
	}
	if s.Nodes != nil && f.Check == nil {
		return fmt.Errorf("a %s has no nodes", Title(s.Family))
	}
	if err := s.checkHidden(f); err != nil {
		return err
	}
	if s.Natural && (s.Family != "lnn" || s.Head != Quadratic) {
		return fmt.Errorf("a %s with the %s head is not natural: that is a %s with the quadratic head", f.Title,
			cmp.Or(s.Head, Plain), Title("lnn"))
	}
	if len(s.Terms) > 0 && !f.Netless {
		return fmt.Errorf("a %s has no terms", Title(s.Family))
	}
	if s.Friction != "" && !slices.Contains(Frictions(), s.Friction) {
		return fmt.Errorf("no friction %q; there are %v", s.Friction, Frictions())
	}
	for _, c := range s.Coordinates {
		if !positive(c.Scale, c.Speed, c.Accel) || !vec.IsFinite(c.Mean) || !vec.IsFinite(c.Period) || c.Period < 0 {
			return fmt.Errorf("coordinate %q: its scales have to be positive and finite", c.Name)
		}
		if !vec.IsFinite(c.Knee) || c.Knee < 0 || !vec.IsFinite(c.SpeedKnee) || c.SpeedKnee < 0 {
			return fmt.Errorf("coordinate %q: its knees have to be finite, and positive or 0 for none", c.Name)
		}
	}
	for _, u := range s.Inputs {
		if !positive(u.Scale) || !vec.IsFinite(u.Mean) || !vec.IsFinite(u.Delay) || u.SystemParameter && u.Delay != 0 {
			return fmt.Errorf("input %q: its scale has to be positive and finite, and forces alone have a delay",
				u.Name)
		}
	}
	if err := s.checkCombinations(); err != nil {
		return err
	}
	if f.Check != nil {
		if err := f.Check(s); err != nil {
			return err
		}
	}
	return s.checkAbsent()
}

// checkHidden reports what is wrong with the hidden layers.
func (s Spec) checkHidden(f Family) error {
	switch {
	case f.Netless && len(s.Hidden) > 0:
		return fmt.Errorf("hidden layers %v: a %s has none", s.Hidden, f.Title)
	case f.Netless:
		return nil
	case len(s.Hidden) == 0 || slices.Min(s.Hidden) < 1 || slices.Max(s.Hidden) > 1<<14 || len(s.Hidden) > 64:
		return fmt.Errorf("hidden layers %v: give 1 to 64 layers of 1 to 16384 units, like 64x2", s.Hidden)
	}
	return nil
}

func positive(xs ...float64) bool {
	for _, x := range xs {
		if !(x > 0) || !vec.IsFinite(x) {
			return false
		}
	}
	return true
}

// columns describes the state and its system parameters (q, v, c) to the features; with forces, (q, v, u). Combinations
// stand for q.
func (s Spec) columns(forces bool) []column {
	var cs []column
	for _, z := range s.Combinations {
		cs = append(cs, column{kind: affine, mean: z.Mean, scale: z.Scale})
	}
	for _, c := range s.Coordinates {
		switch {
		case len(s.Combinations) > 0:
		case c.Cyclic:
			cs = append(cs, column{kind: dropped})
		case c.Period > 0:
			cs = append(cs, column{kind: circle, w: 2 * pi / c.Period})
		case c.Knee > 0:
			cs = append(cs, column{kind: logarithmic, mean: c.Mean, knee: c.Knee})
		default:
			cs = append(cs, column{kind: affine, mean: c.Mean, scale: c.Scale})
		}
	}
	for _, c := range s.Coordinates {
		if c.SpeedKnee > 0 {
			cs = append(cs, column{kind: logarithmic, mean: c.Speed, knee: c.SpeedKnee})
		} else {
			cs = append(cs, column{kind: affine, scale: c.Speed})
		}
	}
	for _, u := range s.Inputs {
		if forces || u.SystemParameter {
			cs = append(cs, column{kind: affine, mean: u.Mean, scale: u.Scale})
		}
	}
	return cs
}

// shape is the net between columns and outputs.
func (s Spec) shape(columns []column, out int) nn.Shape {
	in := 0
	for _, c := range columns {
		in += c.width()
	}
	a, err := nn.LookupActivation(s.Activation)
	if err != nil {
		panic("model: " + err.Error())
	}
	return nn.Shape{Sizes: append(append([]int{in}, s.Hidden...), out), Activation: a}
}

// draw sets the first parameters of a net, by the law of the paper or, with its output layer scaled by out, the plain
// one.
func (s Spec) draw(shape nn.Shape, out float64, r *rand.Rand, theta []float64) {
	if s.PaperInit {
		nn.PaperInit(shape, r, theta)
	} else {
		nn.PlainInit(out)(shape, r, theta)
	}
}

// speeds returns the scales of v, and accels those of a.
func scales[T nn.Float](s Spec) (speed, accel []T) {
	for _, c := range s.Coordinates {
		speed, accel = append(speed, T(c.Speed)), append(accel, T(c.Accel))
	}
	return
}

// ParseHidden reads the sizes of hidden layers: "64x2" is two of 64, "64,32" one of each.
func ParseHidden(text string) ([]int, error) {
	bad := fmt.Errorf("hidden layers %q: write UNITSxLAYERS like 64x2, or a list like 64,32", text)
	var sizes []int
	for part := range strings.SplitSeq(text, ",") {
		n, times := 0, 1
		if k, err := fmt.Sscanf(part, "%dx%d", &n, &times); k == 0 || (err != nil && strings.Contains(part, "x")) {
			return nil, bad
		}
		if want := fmt.Sprintf("%dx%d", n, times); part != want && part != fmt.Sprint(n) || n < 1 || times < 1 ||
			times > 64 {
			return nil, bad
		}
		sizes = append(sizes, slices.Repeat([]int{n}, times)...)
	}
	return sizes, nil
}

package graph

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"lagrange/model"
	"lagrange/model/modeltest"
)

// nodeSpec is a Spec of n nodes of two coordinates, with what more is given to it before it is described.
func nodeSpec(n int, shape Shape, invariant bool, more ...func(s *model.Spec)) (model.Spec, error) {
	s := model.Spec{Family: Family, Hidden: []int{8}, Activation: "softplus", Kinetic: 3,
		Nodes: &model.Nodes{Size: 2, Shape: string(shape)}}
	if shape == NetworkShape {
		s.Nodes.Edges = [][2]int{{0, 1}, {2, 1}, {2, 0}}
	}
	for i := range n {
		for _, c := range planeSite {
			c.Name, c.Mean = fmt.Sprint(c.Name, i), float64(i)
			s.Coordinates = append(s.Coordinates, c)
		}
	}
	for _, f := range more {
		f(&s)
	}
	return Describe(s, invariant, normal(rand.New(rand.NewPCG(1, 6)), 50*s.D()))
}

// systemParams adds two numbers on which all densities of a Spec depend.
func systemParams(s *model.Spec) {
	s.Inputs = append(s.Inputs, model.Input{Name: "m", SystemParameter: true, Mean: 1, Scale: 0.5},
		model.Input{Name: "g", SystemParameter: true, Scale: 2})
}

// driven gives each of three nodes so many known forces, and friction all of them the same.
func driven(each int) func(s *model.Spec) {
	return func(s *model.Spec) {
		for i := range 3 * each {
			s.Inputs = append(s.Inputs, model.Input{Name: fmt.Sprint("F", i), Scale: 2 + float64(i%each)})
		}
	}
}

// Forces of nodes are all there: none can be absent.
func TestNothingIsAbsent(t *testing.T) {
	s, err := nodeSpec(3, ChainShape, false, driven(1))
	if err != nil {
		t.Fatal(err)
	}
	s.Absent = []int{0}
	if err := s.Check(); err == nil || !strings.Contains(err.Error(), "all there") {
		t.Errorf("a force is absent: %v", err)
	}
}

func friction(kind model.Friction) func(s *model.Spec) {
	return func(s *model.Spec) { s.Friction = kind }
}

// gridOf gives a Spec the axes of a grid, and attributed a network of three nodes its masses and stiffnesses.
func gridOf(sizes []int, ends ...string) func(s *model.Spec) {
	return func(s *model.Spec) { s.Nodes.Grid, s.Nodes.Ends = sizes, ends }
}

func attributed(s *model.Spec) {
	s.Nodes.OfNodes = &model.Attributes{Names: []string{"m", "e"}, Of: [][]float64{{1, 0.5}, {2, 0.5}, {1.5, 0.5}}}
	s.Nodes.OfEdges = &model.Attributes{Names: []string{"k"}, Of: [][]float64{{1}, {0.7}, {2}}}
}

// triangle makes a network with attributes of three nodes, whose densities do not have them.
func triangle(s *model.Spec) {
	s.Nodes.Shape, s.Nodes.Edges = string(NetworkShape), [][2]int{{0, 1}, {2, 1}, {2, 0}}
	attributed(s)
	d := s.Nodes.Densities[0]
	one, two := d, d
	one.Coordinates, two.Coordinates = d.Coordinates[:2], d.Coordinates[:4]
	s.Nodes.Densities = []model.Spec{one, two}
}

// Graphs are models of a family like the others, and pass what those pass.
func TestConformance(t *testing.T) {
	for _, shape := range []Shape{RingShape, ChainShape, ClampedShape, NetworkShape} {
		for _, invariant := range []bool{false, true} {
			conforms(t, fmt.Sprint(shape, invariant), 3, shape, invariant)
		}
		if testing.Short() && (shape == ChainShape || shape == ClampedShape) {
			continue
		}
		conforms(t, string(shape)+" under system parameters", 3, shape, shape == ChainShape, systemParams)
		conforms(t, string(shape)+" driven", 3, shape, shape == NetworkShape, driven(1), systemParams)
		conforms(t, string(shape)+" with friction", 3, shape, true, friction(model.Viscous))
		conforms(t, string(shape)+" driven, with friction", 3, shape, false, driven(2), friction(model.Both))
	}
	conforms(t, "grid", 6, GridShape, true, gridOf([]int{3, 2}, "periodic", "free"), friction(model.Viscous),
		systemParams)
	conforms(t, "quadratic head", 3, RingShape, true, func(s *model.Spec) { s.Head = model.Quadratic })
	conforms(t, "attributes", 3, NetworkShape, false, attributed)
	naturally(t, 4, RingShape, true, friction(model.Both))
	naturally(t, 3, NetworkShape, false, attributed)
	conforms(t, "attributes and all", 3, NetworkShape, true, attributed, driven(1), systemParams, friction(model.Both))
}

func conforms(t *testing.T, name string, n int, shape Shape, invariant bool, more ...func(s *model.Spec)) {
	t.Run(name, func(t *testing.T) {
		s, err := nodeSpec(n, shape, invariant, more...)
		if err != nil {
			t.Fatal(err)
		}
		modeltest.Check(t, s)
		text, err := json.Marshal(s)
		var back model.Spec
		if err != nil || json.Unmarshal(text, &back) != nil || back.Check() != nil {
			t.Errorf("read back: %v, %v", err, back.Check())
		}
	})
}

// naturally checks a graph whose densities are natural, ½ vᵀM(q)v − V(q).
func naturally(t *testing.T, n int, shape Shape, invariant bool, more ...func(s *model.Spec)) {
	t.Run("natural "+string(shape), func(t *testing.T) {
		s, err := nodeSpec(n, shape, invariant, append(more, func(s *model.Spec) { s.Head = model.Quadratic })...)
		if err != nil {
			t.Fatal(err)
		}
		for i := range s.Nodes.Densities {
			s.Nodes.Densities[i].Natural = true
		}
		modeltest.Check(t, s)
		m, err := model.New[float64](s, 1)
		if err != nil {
			t.Fatal(err)
		}
		first, shift := 0, 0
		for _, d := range s.Nodes.Densities { // the outputs of a net, and its constants, follow those before
			one, err := model.New[float64](d, 1)
			if err != nil {
				t.Fatal(err)
			}
			of, last := one.Linear(), 0
			for i, k := range one.Outputs(of) {
				if got := m.Outputs([]int{first + of[i]})[0]; got != shift+k {
					t.Fatalf("output %d of a density is %d of the graph, with %d before it", k, got, shift)
				}
				last = max(last, k)
			}
			first, shift = first+len(one.Theta), shift+last+1
		}
	})
}

// The scales of a density are those of all nodes together, and those of differences are measured: here of coordinates
// of unit variance with no mean, so √2.
func TestScales(t *testing.T) {
	s, err := nodeSpec(5, RingShape, true)
	if err != nil {
		t.Fatal(err)
	}
	d := s.Nodes.Densities[0]
	if c := d.Coordinates[2]; c.Mean != 2 || math.Abs(c.Scale-math.Sqrt(1.5*1.5+2)) > 1e-12 || c.Speed != 1.2 {
		t.Errorf("%+v", c)
	}
	for _, z := range d.Combinations {
		if math.Abs(z.Scale-math.Sqrt2) > 0.2 || math.Abs(z.Mean) > 0.2 || z.Scale == 1 {
			t.Errorf("%+v", z)
		}
	}
}

// Where neighbours move together, a density sees the node in the middle and how far the others are from it, each in its
// own scale; where they do not, it sees them all. A field of long waves is learned a thousand times better so.
func TestNeighboursThatMoveTogether(t *testing.T) {
	const n = 100
	var wave []float64
	for row := range 20 {
		for i := range n {
			wave = append(wave, 3+math.Sin(2*math.Pi*(float64(i)/n+float64(row)/20)))
		}
	}
	ring := func(q []float64) model.Spec {
		s := model.Spec{Family: Family, Hidden: []int{8}, Activation: "softplus", Kinetic: 3,
			Nodes: &model.Nodes{Size: 1, Shape: string(RingShape)}}
		for i := range n {
			s.Coordinates = append(s.Coordinates, model.Coordinate{Name: fmt.Sprint("q", i),
				Velocity: fmt.Sprint("v", i), Mean: 3, Scale: math.Sqrt(0.5), Speed: 1, Accel: 1})
		}
		return must(Describe(s, false, q)).Nodes.Densities[0]
	}
	d := ring(wave)
	if len(d.Combinations) != d.D() {
		t.Fatalf("%d combinations of %d coordinates", len(d.Combinations), d.D())
	}
	for i, z := range d.Combinations {
		mean, scale, sum := 0.0, math.Sqrt2*math.Sin(math.Pi/n), 0.0 // of the difference of two neighbours
		if i == 0 {
			mean, scale = 3, math.Sqrt(0.5)
		}
		for _, c := range z.Of {
			sum += c
		}
		if math.Abs(z.Mean-mean) > 1e-9 || math.Abs(z.Scale-scale) > 1e-9 || (sum == 1) != (i == 0) {
			t.Errorf("combination %d: %+v", i, z)
		}
	}
	if d := ring(normal(rand.New(rand.NewPCG(2, 6)), 50*n)); d.Combinations != nil {
		t.Errorf("of nodes that do not move together: %+v", d.Combinations)
	}
}

// A term of a box sees the nodes next to its own along three axes, and those beyond fixed ends see one.
func TestBox(t *testing.T) {
	s, err := nodeSpec(8, GridShape, true, gridOf([]int{2, 2, 2}, "clamped", "free", "free"))
	if err != nil {
		t.Fatal(err)
	}
	top := must(topology(s))
	if d := s.Nodes.Densities[0]; d.D() != 14 || len(d.Combinations) != 12 || top.Terms[0].Len() != 8+8 {
		t.Errorf("%d coordinates, %d differences, %d terms", d.D(), len(d.Combinations), top.Terms[0].Len())
	}
}

// Attributes have the scales of all nodes or edges; one that is the same everywhere is measured in its own unit.
func TestAttributeScales(t *testing.T) {
	s, err := nodeSpec(3, NetworkShape, false, attributed, systemParams)
	if err != nil {
		t.Fatal(err)
	}
	in := s.Nodes.Densities[0].Inputs
	if len(in) != 4 || in[0].Mean != 1.5 || math.Abs(in[0].Scale-math.Sqrt(0.5/3)) > 1e-12 || in[1].Mean != 0.5 ||
		in[1].Scale != 1 || in[2].Name != "m" {
		t.Errorf("%+v", in)
	}
}

// badNodes are what spoils the Spec of a ring, by what the error says.
var badNodes = map[string]func(s *model.Spec, k *model.Nodes){
	"how its coordinates": func(s *model.Spec, k *model.Nodes) { s.Nodes = nil },
	"do not belong":       func(s *model.Spec, k *model.Nodes) { k.Size = 4 },
	"0 coordinates each":  func(s *model.Spec, k *model.Nodes) { k.Size = 0 },
	"ring with 1 edges":   func(s *model.Spec, k *model.Nodes) { k.Edges = [][2]int{{0, 1}} },
	"nodes 8 and 1 of 3": func(s *model.Spec, k *model.Nodes) {
		k.Shape, k.Edges = string(NetworkShape), [][2]int{{7, 0}}
	},
	"two edges join": func(s *model.Spec, k *model.Nodes) {
		k.Shape, k.Edges = string(NetworkShape), [][2]int{{1, 0}, {0, 1}}
	},
	"9 coordinates each":   func(s *model.Spec, k *model.Nodes) { k.Size = 9 },
	"kinds of terms":       func(s *model.Spec, k *model.Nodes) { k.Densities = nil },
	"no topology":          func(s *model.Spec, k *model.Nodes) { k.Shape = "knot" },
	"its family is":        func(s *model.Spec, k *model.Nodes) { k.Densities[0].Family = "nn" },
	"network has no nodes": func(s *model.Spec, k *model.Nodes) { s.Family = "lnn" },
	"of 4 coordinates": func(s *model.Spec, k *model.Nodes) {
		k.Densities[0].Coordinates = k.Densities[0].Coordinates[:4]
	},
	"4 known forces on 3": func(s *model.Spec, k *model.Nodes) {
		driven(1)(s)
		s.Inputs = append(s.Inputs, s.Inputs[0])
	},
	"stands before a for": func(s *model.Spec, k *model.Nodes) {
		systemParams(s)
		driven(1)(s)
		k.Densities[0].Inputs = s.Inputs[:2]
	},
	"are not the same":         func(s *model.Spec, k *model.Nodes) { driven(1)(s); s.Inputs[2].Scale = 3 },
	"no friction \"mud\"":      func(s *model.Spec, k *model.Nodes) { s.Friction = "mud" },
	"on which nothing":         func(s *model.Spec, k *model.Nodes) { s.Coordinates[0].Cyclic = true },
	"with 0 system parameters": func(s *model.Spec, k *model.Nodes) { systemParams(s) },
	"ring has no axes":         func(s *model.Spec, k *model.Nodes) { gridOf([]int{3, 1}, "free", "free")(s) },
	"a ring with attribut":     func(s *model.Spec, k *model.Nodes) { attributed(s) },
	"it has 2 or 3 axes": func(s *model.Spec, k *model.Nodes) {
		k.Shape = string(GridShape)
		gridOf([]int{3}, "free")(s)
	},
	"the ends of 1": func(s *model.Spec, k *model.Nodes) {
		k.Shape = string(GridShape)
		gridOf([]int{3, 2}, "free")(s)
	},
	"ends \"open\" of an": func(s *model.Spec, k *model.Nodes) {
		k.Shape = string(GridShape)
		gridOf([]int{3, 2}, "open", "free")(s)
	},
	"1 nodes along an axi": func(s *model.Spec, k *model.Nodes) {
		k.Shape = string(GridShape)
		gridOf([]int{3, 1}, "free", "free")(s)
	},
	"[1048576 1048576 104": func(s *model.Spec, k *model.Nodes) {
		k.Shape = string(GridShape)
		gridOf([]int{1 << 20, 1 << 20, 1 << 20}, "free", "free", "free")(s)
	},
	"attributes [m e] of 2": func(s *model.Spec, k *model.Nodes) { triangle(s); k.OfNodes.Of = k.OfNodes.Of[:2] },
	"with the numbers [2]":  func(s *model.Spec, k *model.Nodes) { triangle(s); k.OfNodes.Of[1] = []float64{2} },
	"terms have 2 and 2":    func(s *model.Spec, k *model.Nodes) { triangle(s) },
	"scales have to be po":  func(s *model.Spec, k *model.Nodes) { k.Densities[0].Coordinates[0].Scale = -1 },
}

// What a file may hold and no graph is, is refused before anything is built of it.
func TestBadNodes(t *testing.T) {
	good, err := nodeSpec(3, RingShape, false)
	if err != nil {
		t.Fatal(err)
	}
	for want, spoil := range badNodes {
		text, _ := json.Marshal(good)
		var s model.Spec
		if err := json.Unmarshal(text, &s); err != nil {
			t.Fatal(err)
		}
		spoil(&s, s.Nodes)
		if err := s.Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
}

package lagrange

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"lagrange/model"
	"lagrange/model/graph"
)

// question is a state that a witness is asked about.
type question struct {
	Q []float64 `json:"q"`
	V []float64 `json:"v"`
	U []float64 `json:"u"`
	A []float64 `json:"a"`
}

// answer is what a network says of it; nil: nothing.
type answer struct {
	Xdot     []float64 `json:"xdot"`
	Energy   *float64  `json:"energy"`
	Momentum []float64 `json:"momentum"`
	Force    []float64 `json:"force"` // that brings the accelerations a
}

// asked is a file and what is asked of the networks in it.
type asked struct {
	Path   string     `json:"path"`
	States []question `json:"states"`
	name   string
	model  *Model
}

// nets are the networks of a file in their order.
func (k asked) nets() (ms []*Model) {
	for m := k.model; m != nil; m = m.Baseline {
		ms = append(ms, m)
	}
	return append(ms, k.model.Members()[1:]...)
}

// answered is what the program says.
func answered(m *Model, k question) (r answer) {
	m = m.Members()[0]
	m.at(k.Q, k.V, k.U, func(s *state) { r.Xdot = append(r.Xdot, s.xdot...) })
	if E, ok := m.Energy(k.Q, k.V, k.U); ok {
		r.Energy = &E
	}
	r.Momentum, _ = m.Momentum(k.Q, k.V, k.U)
	r.Force, _ = m.Force(k.Q, k.V, k.A, k.U)
	return r
}

// python runs a script on questions and returns the answers: of each file, of each network, of each state.
func python(t *testing.T, ks []asked, args ...string) (out [][][]answer) {
	t.Helper()
	in, err := json.Marshal(ks)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "python3", append([]string{"-B"}, args...)...) // -B leaves nothing behind
	var stdout, stderr bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(in), &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s", err, stderr.String())
	}
	if err := json.Unmarshal(stdout.Bytes(), &out); err != nil {
		t.Fatalf("%v\n%.300s", err, stdout.String())
	}
	return out
}

// agree holds what a witness says of the models against what the program says, and returns how many numbers it held.
func agree(t *testing.T, ks []asked, answers [][][]answer) (held int) {
	t.Helper()
	worst := 0.0
	defer func() { t.Logf("%d numbers, up to %.1e apart", held, worst) }()
	if len(answers) != len(ks) {
		t.Fatalf("answers on %d files of %d", len(answers), len(ks))
	}
	for i, k := range ks {
		ms := k.nets()
		if len(answers[i]) != len(ms) {
			t.Errorf("%s: %d networks, the witness found %d", k.name, len(ms), len(answers[i]))
			continue
		}
		for j, m := range ms {
			for n, s := range k.States {
				want, got := answers[i][j][n], answered(m, s)
				for what, x := range map[string][2][]float64{
					"ẋ": {got.Xdot, want.Xdot}, "p": {got.Momentum, want.Momentum}, "Q": {got.Force, want.Force},
					"E": {number(got.Energy), number(want.Energy)},
				} {
					if x[1] == nil {
						continue
					}
					held += len(x[1])
					err := apart(x[0], x[1])
					if worst = math.Max(worst, err); !(err < 1e-10) {
						t.Errorf("%s, network %d, state %d: %s = %v, the witness says %v: %.1e apart",
							k.name, j, n, what, x[0], x[1], err)
					}
				}
			}
		}
	}
	return held
}

func number(x *float64) []float64 {
	if x == nil {
		return nil
	}
	return []float64{*x}
}

// apart is the largest difference of two vectors, relative to the largest number in the second.
func apart(x, y []float64) float64 {
	if len(x) != len(y) {
		return math.Inf(1)
	}
	miss, size := 0.0, 0.0
	for i := range y {
		miss, size = math.Max(miss, math.Abs(x[i]-y[i])), math.Max(size, math.Abs(y[i]))
	}
	return miss / size
}

// witnessed are small models of every family, saved and read again: all kinds of coordinates, heads, forces, friction
// and conditions.
func witnessed(t *testing.T) (ks []asked) {
	angle := model.Coordinate{Name: "phi", Velocity: "w", Period: 2 * math.Pi, Scale: 1, Speed: 2.5, Accel: 6}
	degrees := model.Coordinate{Name: "deg", Velocity: "degs", Period: 360, Scale: 57, Speed: 90, Accel: 200}
	place := model.Coordinate{Name: "x", Velocity: "v", Mean: 0.3, Scale: 1.7, Speed: 3.5, Accel: 4}
	cyclic := model.Coordinate{Name: "y", Velocity: "vy", Cyclic: true, Scale: 2, Speed: 1.2, Accel: 3}
	wide := model.Coordinate{Name: "r", Velocity: "vr", Mean: 1.5, Scale: 1, Speed: 2, Accel: 5}
	wide.Knee, wide.SpeedKnee = 0.3, 0.5
	force, other := model.Input{Name: "F", Scale: 1.5}, model.Input{Name: "G", Scale: 20}
	mass := model.Input{Name: "m", SystemParameter: true, Mean: 2, Scale: 0.4}
	apartBy := []model.Combination{{Of: []float64{1, -1}, Mean: 0.2, Scale: 0.8}}
	type cs = []model.Coordinate
	type us = []model.Input
	for i, s := range []model.Spec{
		{Family: "lnn", Coordinates: cs{angle, place}, Activation: "softplus"},
		{Family: "lnn", Coordinates: cs{place, wide}, Activation: "gelu", Friction: model.Viscous},
		{Family: "lnn", Coordinates: cs{place, wide}, Activation: "swish", Friction: model.Coulomb,
			Combinations: apartBy},
		{
			Family: "lnn", Coordinates: cs{degrees, cyclic, place}, Inputs: us{force, mass}, Activation: "tanh",
			Friction: model.Both, Head: model.Quadratic,
		},
		{
			Family: "lnn", Coordinates: cs{place, wide}, Inputs: us{force, mass, other},
			Activation: "sigmoid", Head: model.Quadratic,
		},
		{Family: "lnn", Coordinates: cs{angle}, Activation: "relu3", Head: model.Plain},
		{
			Family: "lnn", Coordinates: cs{angle, place, wide}, Inputs: us{force, mass}, Activation: "softplus",
			Head: model.Quadratic, Natural: true, Friction: model.Both,
		},
		{Family: "delan", Coordinates: cs{angle, place}, Activation: "softplus"},
		{
			Family: "delan", Coordinates: cs{cyclic, wide, degrees}, Inputs: us{mass, force},
			Activation: "tanh", Friction: model.Both,
		},
		{
			Family: "delan", Coordinates: cs{angle, place}, Inputs: us{force, other},
			Activation: "swish", Friction: model.Viscous,
		},
		{Family: "hnn", Coordinates: cs{angle, place}, Activation: "softplus"},
		{
			Family: "hnn", Coordinates: cs{wide, cyclic}, Inputs: us{force, mass}, Activation: "softplus",
			Friction: model.Both, Head: model.Quadratic,
		},
		{Family: "hnn", Coordinates: cs{cyclic}, Activation: "tanh", Friction: model.Coulomb},
		{
			Family: "terms", Coordinates: cs{angle, place, degrees, cyclic}, Inputs: us{force, other},
			Activation: "softplus", Friction: model.Both,
		},
		{Family: "nn", Coordinates: cs{angle, place, cyclic}, Inputs: us{force, mass}, Activation: "relu2"},
		{Family: "node", Coordinates: cs{wide, degrees}, Activation: "softplus"},
	} {
		if s.Hidden, s.Kinetic = []int{6, 5}, 2; s.Family == "terms" {
			s.Hidden, s.Terms = nil, s.DefaultTerms()
		}
		ks = append(ks, asking(t, fmt.Sprintf("%s %d", s.Family, i), s, uint64(i)))
	}
	return append(ks, together(t))
}

// drawn is a network whose parameters are away from where they begin.
func drawn(t *testing.T, s model.Spec, seed uint64) *Model {
	t.Helper()
	net, err := model.New[float64](s, seed)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(seed, 12))
	for i := range net.Theta {
		net.Theta[i] += 0.15 * r.NormFloat64()
	}
	return &Model{net: net}
}

// asking is a network of a Spec in a file, with questions.
func asking(t *testing.T, name string, s model.Spec, seed uint64) asked {
	t.Helper()
	return kept(t, name, drawn(t, s, seed))
}

func kept(t *testing.T, name string, m *Model) asked {
	t.Helper()
	k := asked{Path: filepath.Join(t.TempDir(), "m.lagrange"), name: name}
	if err := m.Save(k.Path); err != nil {
		t.Fatal(err)
	}
	var err error
	if k.model, err = Load(k.Path); err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(uint64(len(name)), 5))
	for range 5 {
		k.States = append(k.States, posed(r, m.net.Spec))
	}
	return k
}

// posed draws a question about a model of a Spec.
func posed(r *rand.Rand, of model.Spec) (s question) {
	for _, c := range of.Coordinates {
		q := c.Mean + c.Scale*r.NormFloat64()
		if c.Knee > 0 {
			q = math.Abs(q)
		}
		s.Q, s.V, s.A = append(s.Q, q), append(s.V, c.Speed*r.NormFloat64()), append(s.A, c.Accel*r.NormFloat64())
	}
	for _, u := range of.Inputs {
		s.U = append(s.U, u.Mean+u.Scale*r.NormFloat64())
	}
	return s
}

// together is a file of three networks of an ensemble and a baseline beside them.
func together(t *testing.T) asked {
	t.Helper()
	s := model.Spec{
		Family: "lnn", Coordinates: []model.Coordinate{{Name: "x", Velocity: "v", Scale: 1, Speed: 2, Accel: 3}},
		Hidden: []int{4}, Activation: "softplus", Kinetic: 1, Head: model.Quadratic,
	}
	m := drawn(t, s, 1)
	m.Ensemble = &Ensemble{Members: []*Model{drawn(t, s, 1), drawn(t, s, 2), drawn(t, s, 4)}}
	s.Family, s.Head = "nn", ""
	m.Baseline = drawn(t, s, 3)
	return kept(t, "ensemble with a baseline", m)
}

// graphs are sums of local densities on lattices and networks, of so many sites.
func graphs(t *testing.T) (ks []asked) {
	masses := &model.Attributes{Names: []string{"m"}, Of: [][]float64{{1}, {2}, {0.5}, {1.5}}}
	springs := &model.Attributes{Names: []string{"k"}, Of: [][]float64{{1}, {3}, {2}}}
	edges := [][2]int{{0, 1}, {2, 1}, {1, 3}}
	for i, g := range []struct {
		sites    model.Nodes
		n        int
		relative bool
		spec     model.Spec // what else is said
	}{
		{sites: model.Nodes{Shape: string(graph.RingShape)}, n: 5, relative: true},
		{
			sites: model.Nodes{Shape: string(graph.ChainShape)}, n: 3,
			spec: model.Spec{Friction: model.Both, Inputs: []model.Input{
				{Name: "F1", Scale: 1.5}, {Name: "F2", Scale: 1.5}, {Name: "F3", Scale: 1.5},
				{Name: "c", SystemParameter: true, Mean: 1, Scale: 0.5},
			}},
		},
		{
			sites: model.Nodes{Size: 2, Shape: string(graph.ClampedShape)}, n: 3,
			spec: model.Spec{Head: model.Quadratic, Friction: model.Viscous},
		},
		{
			sites: model.Nodes{Shape: string(graph.GridShape), Grid: []int{3, 2}, Ends: []string{"periodic", "free"}},
			n:     6,
		},
		{
			sites: model.Nodes{Shape: string(graph.GridShape), Grid: []int{2, 3}, Ends: []string{"clamped",
				"periodic"}},
			n: 6,
		},
		{
			sites: model.Nodes{Shape: string(graph.NetworkShape), Edges: edges, OfNodes: masses, OfEdges: springs},
			n:     4,
			spec:  model.Spec{Inputs: []model.Input{{Name: "c", SystemParameter: true, Mean: 1, Scale: 0.5}}},
		},
	} {
		s := g.spec
		s.Family, s.Hidden, s.Activation, s.Kinetic, s.Nodes = graph.Family, []int{5}, "softplus", 2, &g.sites
		s.Nodes.Size = max(1, s.Nodes.Size)
		for k := range g.n * s.Nodes.Size {
			c := model.Coordinate{Name: fmt.Sprint("x", k), Mean: 0.1, Scale: 1.3, Speed: 2, Accel: 3}
			s.Coordinates = append(s.Coordinates, c)
		}
		r, q := rand.New(rand.NewPCG(1, 1)), []float64(nil)
		for range 40 * s.D() {
			q = append(q, r.NormFloat64())
		}
		s, err := graph.Describe(s, g.relative, q)
		if err != nil {
			t.Fatal(err)
		}
		ks = append(ks, asking(t, fmt.Sprintf("graph, %s %d", g.sites.Shape, i), s, uint64(20+i)))
	}
	return ks
}

// A second evaluator, written in another language from the formulas and the format of the file, agrees on the
// accelerations, energies, momenta and forces of every family.
func TestWitness(t *testing.T) {
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip("no python3 to run the witness")
	}
	ks := append(witnessed(t), graphs(t)...)
	for _, family := range model.Families() {
		if !slices.ContainsFunc(ks, func(k asked) bool { return k.model.net.Spec.Family == family }) {
			t.Errorf("nobody asks the witness about a %s", family)
		}
	}
	if held := agree(t, ks, python(t, ks, filepath.Join("testdata", "witness.py"))); held < 1000 {
		t.Errorf("only %d numbers were held against the witness", held)
	}
}

// The witness beside the project, by automatic differentiation in JAX, agrees as well; it knows no graphs.
func TestSharedWitness(t *testing.T) {
	folder := filepath.Join("..", "shared", "bench")
	if testing.Short() {
		t.Skip("a quarter of a minute of compiling")
	}
	const there = "import sys; sys.path.append(sys.argv[1]); import witness"
	if err := exec.CommandContext(t.Context(), "python3", "-B", "-c", there, folder).Run(); err != nil {
		t.Skip("no python3 with JAX, or no witness in " + folder)
	}
	const script = `
import json, sys
sys.path.append(sys.argv[1])
import witness
out = []
for k in json.load(sys.stdin):
    nets = []
    for m in witness.models(k["path"])[2]:
        mechanical = m.fam in ("lnn", "delan")
        def says(q, v, u, a):
            return (m.field(q, v, u), m.energy(q, v, u) if mechanical or m.fam == "hnn" else None,
                    m.force(q, v, a, u)[0] if mechanical and not m.fi else None)
        ask = witness.jax.jit(says)
        nets.append([])
        for s in k["states"]:
            words = ask(*(witness.jnp.array(s[x] or []) for x in "qvua"))
            nets[-1].append({x: None if y is None else y.tolist() for x, y in zip(("xdot", "energy", "force"), words)})
    out.append(nets)
json.dump(out, sys.stdout)
`
	ks := witnessed(t)
	if held := agree(t, ks, python(t, ks, "-c", strings.TrimSpace(script), folder)); held < 300 {
		t.Errorf("only %d numbers were held against the witness", held)
	}
}

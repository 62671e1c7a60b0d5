package optimisers

import (
	"fmt"
	"math/rand/v2"

	"lagrange/experiment/bench"
	"lagrange/mech"
	"lagrange/model"
	"lagrange/paper/pendulum"
	"lagrange/paper/planets"
	"lagrange/paper/relativity"
	"lagrange/paper/wave"
	"lagrange/train"
)

// race is a network with its initial parameters, what it learns and the fresh states at which it is measured.
type race struct {
	name, title  string
	net          *model.Model[float64]
	learn, valid train.Objective[float64]
	adam         *train.Settings // of Adam; nil: those of most
	batch        int             // of Gauss–Newton; 0: by its equations
	unit         float64         // loss of an error as large as the accelerations
	square       bool            // the loss is that of squares
	large        bool
}

// allRaces makes all networks, with the parameters as they are drawn.
func allRaces(seed uint64) (ks []*race, err error) {
	system := mech.Chain(2)
	learn, valid := bench.Sample(system, rand.New(rand.NewPCG(seed, 1)), 100_000),
		bench.Sample(system, rand.New(rand.NewPCG(seed, 2)), 1024)
	learn.Penalty, valid.Penalty = train.L1, train.L1
	for _, c := range []struct {
		bench.Network
		large bool
	}{
		{bench.Network{Name: "double pendulum, lnn", Family: "lnn", Head: model.Quadratic, Hidden: []int{20, 20}},
			false},
		{bench.Network{Name: "double pendulum, nn", Family: "nn", Hidden: []int{24, 24, 24}}, false},
		{bench.Network{Name: "double pendulum, large lnn", Family: "lnn", Head: model.Quadratic,
			Hidden: []int{96, 96}}, true},
	} {
		title := "Double pendulum, " + c.As(c.Family)
		k := &race{name: c.Name, title: title, valid: valid, unit: 2, large: c.large}
		if err := k.begin(pendulum.Spec(system, learn, c.Network), learn, seed); err != nil {
			return nil, err
		}
		ks = append(ks, k)
	}
	for _, make := range []func(uint64) (*race, error){particleRace, ringRace, chainRace, planetRace} {
		k, err := make(seed)
		if err != nil {
			return nil, err
		}
		ks = append(ks, k)
	}
	return ks, nil
}

// begin draws the network; a Lagrangian learns with the positive-definiteness penalty.
func (k *race) begin(spec model.Spec, o *train.Accelerations[float64], seed uint64) (err error) {
	if k.net, err = model.New[float64](spec, seed); err == nil {
		k.learn = train.KeepPositiveDefinite(k.net, o, train.InitialGuess{})
	}
	return err
}

// particleRace is the relativistic particle and a Hamiltonian; a Lagrangian
// needs a warm-up of its own there, without which no method leaves q̈ = 0.
func particleRace(seed uint64) (*race, error) {
	m, fresh := relativity.Models[1], relativity.Draw(seed, 2, 1024)
	net, err := model.New[float64](m.Spec(), seed)
	if err != nil {
		return nil, err
	}
	// the loss is in units of Unit; as an error it is in those of no acceleration
	return &race{
		name: "relativistic particle, hnn", title: "Relativistic particle, " + m.As("hnn"), net: net,
		learn: relativity.Draw(seed, 1, 100_000).Objective(m, net), valid: fresh.Objective(m, nil),
		unit: fresh.Nothing() / relativity.Unit,
		adam: &train.Settings{Batch: adamBatch, Rate: 3e-3, Workers: 1},
	}, nil
}

// ringRace is the wave equation on a small ring: rough fields, in which all that acts is of a size.
func ringRace(seed uint64) (*race, error) {
	g, err := wave.Models[1].Density(wave.Learned, seed)
	if err != nil {
		return nil, err
	}
	draw := func(stream uint64, n int) *train.Accelerations[float64] {
		return wave.Kind{Rough: 1}.Fields(rand.New(rand.NewPCG(seed, stream)), wave.Learned, n)
	}
	return &race{
		name: "wave ring, graph", title: fmt.Sprintf("Ring of %d sites, one density of %v", wave.Learned, wave.Hidden),
		net: g.Model(), unit: 1, square: true,
		learn: draw(1, 1000), valid: draw(2, 50), adam: &train.Settings{Batch: 8, Rate: 1e-2, Clip: -1, Workers: 1},
		batch: 64,
	}, nil
}

// chainRace is the chain of two with accelerations by five-point formulas.
func chainRace(seed uint64) (*race, error) {
	t, err := bench.ChainTask(2, seed)
	if err != nil {
		return nil, err
	}
	c := bench.Named(t, "lnn")
	title := "Chain of two, " + c.Title()
	k := &race{name: "chain of two, lnn", title: title, valid: t.Objective(&t.Valid, c), unit: 2}
	return k, k.begin(t.Spec(c), t.Objective(&t.Learn, c).(*train.Accelerations[float64]), seed)
}

// planetRace is the accelerations of the planets: of every five rows four are learned.
func planetRace(seed uint64) (*race, error) {
	o, err := planets.Read()
	if err != nil {
		return nil, err
	}
	var parts [2]train.Accelerations[float64]
	for i := range o.Learn.N {
		p := &parts[0]
		if i%5 == 2 {
			p = &parts[1]
		}
		p.X, p.A = append(p.X, o.Learn.X[4*i:4*i+4]...), append(p.A, o.Learn.A[2*i:2*i+2]...)
		p.Weight, p.N, p.Penalty = append(p.Weight, o.Learn.Weight[i]), p.N+1, o.Learn.Penalty
	}
	n := planets.Models[0].Network
	title := "Planets, " + n.As("lnn")
	k := &race{name: "planets, lnn", title: title, valid: &parts[1], unit: 2, square: true}
	return k, k.begin(n.Spec(1, o.Coordinates), &parts[0], seed)
}

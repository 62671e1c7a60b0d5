package lagrange_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"lagrange"
	"lagrange/data"
	"lagrange/model"
	"lagrange/model/graph"
)

// blurred is a recording of the positions alone, with noise of σ.
func blurred(set *data.Set, sigma float64) *data.Set {
	out, r := bare(set), rand.New(rand.NewPCG(4, 4))
	for i := range out.Trajectories {
		q := append([]float64(nil), out.Trajectories[i].Q...)
		for k := range q {
			q[k] += sigma * r.NormFloat64()
		}
		out.Trajectories[i].Q = q
	}
	return out
}

// A graph learns from noisy positions alone what all sites share: motion that it has not seen, of a ring as long and of
// a longer one, it predicts about as well as the noise, where constant velocity is off by a hundred times as much.
func TestGraphPositions(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes seconds")
	}
	const sigma = 0.01
	few, many := beads(5, 14, ringOf(5)), beads(12, 3, ringOf(12))
	m, err := lagrange.Fit(t.Context(), blurred(few, sigma), lagrange.Settings{Seed: 1, Workers: 1, Model: graph.Family,
		Graph: lagrange.Graph{Shape: graph.RingShape, TranslationInvariant: true}, Friction: model.NoFriction,
		Hidden: []int{16}})
	if err != nil {
		t.Fatal(err)
	}
	if m.Record.Objective != lagrange.Motion || m.Record.Doubt != "" || !(m.Record.Validation < 1.5) {
		t.Errorf("objective %s, held-out motion at %v, doubt %q", m.Record.Objective, m.Record.Validation,
			m.Record.Doubt)
	}
	longer, err := m.On(many)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range []struct {
		m   *lagrange.Model
		set *data.Set
	}{{m, few}, {longer, many}} {
		e, err := k.m.Evaluate(t.Context(), k.set, 1.5)
		if err != nil {
			t.Fatal(err)
		}
		ours, still := rms(e.Models[graph.Family].RMSEQ), rms(e.Models["constant_velocity"].RMSEQ)
		t.Logf("%d sites: %.3g of the noise, constant velocity %.3g", k.m.D(), ours/sigma, still/sigma)
		if !(ours < 3*sigma && still > 50*sigma) {
			t.Errorf("%d sites: off by %.3g of the noise, constant velocity by %.3g", k.m.D(), ours/sigma, still/sigma)
		}
	}
}

func rms(x []float64) float64 { return math.Sqrt(squares(x) / float64(len(x))) }

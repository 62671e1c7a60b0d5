// Package relativity has the second experiment of the paper: a relativistic particle in a uniform field.
package relativity

import (
	"context"
	"fmt"
	"time"

	"lagrange/experiment"
	"lagrange/experiment/bench"
	"lagrange/model"
	"lagrange/train"
)

const (
	states      = 400_000 // states to learn from
	freshStates = 50_000  // and to measure with
)

// Experiment compares networks with each other and with the least error that their kind can have.
var Experiment = experiment.Experiment{
	Name: "relativity", Title: "Relativistic particle in a uniform field",
	About: `learn L or H of a relativistic particle in a field g, which is an input, from
exact accelerations, and measure the L1 error weighted by 1 + (1 − v²)^(−1/2) over
fresh states. A Hamiltonian network with p := q̇ and a structured Lagrangian cannot
learn it: the least error they can have is computed. The time of --budget is training
time, shared by the models.`,
	Full: 9 * time.Minute, Quick: 85 * time.Second,
	Run: reproduce,
}

// Model is a model of the experiment, with the recipe found best for it.
type Model struct {
	bench.Network
	title     string
	published float64 // 0: none
	// of Adam; 0: Gauss–Newton, whose steps fit their samples too closely where no model of the kind is right
	rate                float64
	kinetic             float64
	scale, speed, accel float64 // of q, of what stands beside it, and of that one's derivative
	shrunk              float64 // q is divided by it and nothing else is: 10 in the published Hamiltonian, else 1
	share               float64 // of the training time
	// Adam on unweighted accelerations comes first: under the weights
	// q̈ = 0 is not far from the best near it, and M grows everywhere
	warm bool
	// samples are drawn as often as their weights say, and count alike: a few of a batch would have most of its say
	drawn bool
}

// Models are the networks, each with the recipe found best for it.
var Models = []Model{
	{Network: bench.Network{Name: "lnn", Family: "lnn", Head: model.Quadratic, Hidden: []int{24, 24}},
		title: "Lagrangian network", published: 7.86e-4, kinetic: 1, scale: 10, speed: 1, accel: Unit, shrunk: 1,
		share: 0.6, warm: true},
	{Network: bench.Network{Name: "hnn-canonical", Family: "hnn", Hidden: []int{24, 24}, Canonical: true},
		title: "Hamiltonian network, p = ∂L/∂q̇", published: 2.40e-4, scale: 10, speed: 10, accel: 30, shrunk: 1,
		share: 0.24, drawn: true},
	{Network: bench.Network{Name: "hnn-velocity", Family: "hnn", Hidden: []int{64, 64}},
		title: "Hamiltonian network, p := q̇", rate: 3e-3, kinetic: 0.1, scale: 10, speed: 1, accel: 1, shrunk: 1,
		share: 0.03},
	{Network: bench.Network{Name: "hnn-published", Family: "hnn", Hidden: []int{64, 64}},
		title: "the same as published, q/10 for q", published: 0.41, rate: 3e-3, kinetic: 1, scale: 1, speed: 1,
		accel: 1, shrunk: 10, share: 0.03},
	{Network: bench.Network{Name: "delan", Family: "delan", Hidden: []int{64, 64}},
		title: "structured Lagrangian", rate: 3e-3, kinetic: 1, scale: 10, speed: 1, accel: Unit, shrunk: 1,
		share: 0.05},
	{Network: bench.Network{Name: "baseline", Family: "nn", Hidden: []int{24, 24}},
		title: "plain network", scale: 10, speed: 1, accel: Unit, shrunk: 1, share: 0.05},
}

// Spec is the shape of the model.
func (m Model) Spec() model.Spec {
	spec := m.Network.Spec(m.kinetic, []model.Coordinate{{Name: "q", Velocity: "v", Scale: m.scale, Speed: m.speed,
		Accel: m.accel}})
	spec.Inputs = []model.Input{{Name: "g", SystemParameter: true, Scale: 10}}
	return spec
}

// Score is what is measured of one model. Loss is the published one, the mean of w (|q̇ − q̇*|
// + |q̈ − q̈*|) over the mean of w = 1 + (1 − v²)^(−1/2); Velocity and Accel are its two parts.
type Score struct {
	Loss     float64 `json:"loss"`
	Velocity float64 `json:"velocity"`
	Accel    float64 `json:"accel"`
	// mean of the losses of batches of 512, as published; a mean of quotients is a little larger
	Batches    float64 `json:"batches"`
	Published  float64 `json:"published,omitempty"`
	Floor      float64 `json:"floor,omitempty"` // the least any such model can have; 0: it can be exact
	Steps      int     `json:"steps"`
	Parameters int     `json:"parameters"`
	Seconds    float64 `json:"seconds"` // of training
	Skipped    int     `json:"nonfinite_skipped"`
}

// Report is the result of the experiment.
type Report struct {
	Seed    uint64           `json:"seed"`
	Seconds float64          `json:"seconds"`
	Nothing float64          `json:"nothing"` // the loss of q̇ = v, q̈ = 0
	Models  map[string]Score `json:"models"`
}

func reproduce(ctx context.Context, s experiment.Settings) (experiment.Result, error) {
	begin := time.Now()
	if s.Budget == 0 {
		if s.Budget = 8 * time.Minute; s.Quick {
			s.Budget = 70 * time.Second
		}
	}
	run, r := newRun(s.Seed), Report{Seed: s.Seed, Models: map[string]Score{}}
	figures := newFigures(run.fresh)
	structured, _, _ := structuredFloor(4000)
	floors := map[string]float64{"hnn-velocity": hamiltonianFloor(10, 4000), "hnn-published": hamiltonianFloor(1, 4000),
		"delan": structured}
	for _, m := range Models {
		score, net, curve, err := run.model(ctx, s, m)
		if err != nil {
			return experiment.Result{}, err
		}
		score.Floor = floors[m.Name]
		r.Models[m.Name] = score
		figures.add(ctx, m, net, curve)
	}
	r.Nothing, r.Seconds = run.fresh.Nothing(), time.Since(begin).Seconds()
	return experiment.Result{
		Numbers: r, Tables: []experiment.Table{tableOf(r)}, Notes: notesOf(r, s),
		Figures: figures.all(),
	}, nil
}

// run are the states of a run: to learn from, to choose by, and to measure with.
type run struct{ learn, valid, fresh *States }

func newRun(seed uint64) run {
	return run{Draw(seed, 1, states), Draw(seed, 2, 4096), Draw(seed, 3, freshStates)}
}

// model trains one model and measures it.
func (r run) model(ctx context.Context, s experiment.Settings, m Model) (Score, *model.Model[float64], []train.Point,
	error) {
	begin := time.Now()
	net, fitted, history, err := trainModel(ctx, s, m, r.learn, r.valid)
	if err != nil {
		return Score{}, nil, nil, err
	}
	score := r.fresh.measure(m, net)
	score.Published, score.Seconds = m.published, time.Since(begin).Seconds()
	score.Steps, score.Parameters, score.Skipped = fitted.Steps, fitted.Parameters, fitted.NonFiniteSkipped
	return score, net, history, nil
}

// trainModel trains one model on its share of the time.
func trainModel(ctx context.Context, s experiment.Settings, m Model, learn, valid *States) (net *model.Model[float64],
	fitted bench.Fitted, history []train.Point, err error) {
	if net, err = model.New[float64](m.Spec(), s.Seed); err != nil {
		return nil, fitted, nil, err
	}
	set := train.Settings{Method: train.GaussNewton, Steps: s.Steps, Seed: s.Seed}
	if m.rate > 0 {
		// a batch this small is not worth sharing
		set = train.Settings{Steps: s.Steps, Batch: 64, Rate: m.rate, Seed: s.Seed, Workers: 1}
	}
	budget := time.Duration(m.share * float64(s.Budget))
	if m.warm {
		begin := time.Now()
		if err := learn.warm(ctx, s, m, net, valid); err != nil {
			return nil, fitted, nil, err
		}
		budget = max(budget/2, budget-time.Since(begin))
	}
	if m.drawn {
		learn = learn.drawn()
	}
	fitted, history, err = bench.Training[float64]{Name: m.Name, Learn: learn.Objective(m, net),
		Valid: valid.Objective(m, nil),
		Set:   set, Budget: budget, On: s.On}.Run(ctx, net)
	return net, fitted, history, err
}

// warmSteps are those of Adam before the weights count.
const warmSteps = 4000

// warm trains on the accelerations without their weights.
func (p *States) warm(ctx context.Context, s experiment.Settings, m Model, net *model.Model[float64],
	valid *States) error {
	set := train.Settings{Steps: warmSteps, Batch: 256, Rate: 5e-3, Seed: s.Seed}
	if s.Steps > 0 { // they cost a tenth of the others
		set.Steps = min(warmSteps, 3*s.Steps)
	}
	learn, check := p.accelerations(m, false), valid.accelerations(m, false)
	learn.Penalty, check.Penalty = train.Huber, train.Huber
	_, _, err := bench.Training[float64]{Name: m.Name + ", warm-up",
		Learn: train.KeepPositiveDefinite(net, learn, train.InitialGuess{}), Valid: check, Set: set,
		On: s.On}.Run(ctx, net)
	return err
}

func tableOf(r Report) experiment.Table {
	t := experiment.Table{
		Title: "Weighted L1 error, relativistic particle",
		Columns: []string{"model", "loss", "published", "least possible", "of q̇", "of q̈", "steps", "parameters",
			"seconds"},
	}
	number := func(x float64) string {
		if x == 0 {
			return "–"
		}
		return fmt.Sprintf("%.3g", x)
	}
	for _, m := range Models {
		x := r.Models[m.Name]
		least := number(x.Floor)
		if x.Floor == 0 {
			least = "0"
		}
		t.Rows = append(t.Rows, []string{
			m.As(m.title), number(x.Loss), number(x.Published), least,
			number(x.Velocity), number(x.Accel),
			fmt.Sprint(x.Steps), fmt.Sprint(x.Parameters), fmt.Sprintf("%.0f", x.Seconds),
		})
	}
	t.Rows = append(t.Rows, []string{"q̈ = 0", number(r.Nothing), "–", "–", "–", number(r.Nothing), "–", "0", "–"})
	return t
}

func notesOf(r Report, s experiment.Settings) (notes []string) {
	if s.Quick {
		notes = append(notes, fmt.Sprintf("Quick: %.0f s of training for all six models; the full run trains "+
			"for 8 minutes.", s.Budget.Seconds()))
	}
	for _, m := range Models {
		x := r.Models[m.Name]
		switch {
		case m.published == 0:
		case x.Loss <= m.published:
			notes = append(notes, fmt.Sprintf("%s: %.3g, at or below the published %.3g.", m.title, x.Loss,
				m.published))
		default:
			notes = append(notes, fmt.Sprintf("%s: %.3g, %.1f times the published %.3g.", m.title, x.Loss,
				x.Loss/m.published, m.published))
		}
	}
	if l, b := r.Models["lnn"], r.Models["baseline"]; b.Loss < l.Loss {
		notes = append(notes, fmt.Sprintf("The plain network beats the Lagrangian network: %.3g after %.0f s "+
			"against %.3g after %.0f s.", b.Loss, b.Seconds, l.Loss, l.Seconds))
	}
	v, p, d := r.Models["hnn-velocity"], r.Models["hnn-published"], r.Models["delan"]
	return append(notes,
		fmt.Sprintf("A Hamiltonian with p := q̇ has a field without divergence, ∂q̇/∂q + ∂q̈/∂v = 0, and the true "+
			"one has g a′(v) ≠ 0. No such model can have a loss below %.4f (here %.4f); q̇ = v with q̈ = 0 has "+
			"%.4f, so there is almost nothing to gain.", v.Floor, v.Loss, r.Nothing),
		fmt.Sprintf("The published run divides q by 10 inside H and does not divide q̇ by it: its field is that of "+
			"q ~ U(−1, 1), for which the bound is %.4f; it was published with 0.41 and is here at %.4f.", p.Floor,
			p.Loss),
		fmt.Sprintf("The acceleration of ½ M(q; g) v² − V(q; g) is α + β v² at each q and g, whatever M and V are. "+
			"The best such fit leaves %.4f; trained, it has %.4f.", d.Floor, d.Loss),
		"The bounds are computed, not learned: the first two as the maximum of the dual problem, whose solution is "+
			"a distance function (on a grid of 4000 speeds, converged to five digits), the third as an L1 fit "+
			"of two numbers.",
		fmt.Sprintf("The Lagrangian network is the hardest to train: most of the weight lies where q̈ ≈ 0 and M "+
			"grows beyond 10⁹. Its loss has the positive-definiteness penalty, and %d steps of Adam "+
			"without the weights come first; without these two, or with a plain head, it stays at q̈ = 0 "+
			"from most seeds.", warmSteps),
		"The published losses are those of training batches drawn fresh, 300,000 steps of 512 samples with "+
			"4×500 units.",
	)
}

package lagrange

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"slices"
	"sync"
	"time"

	"lagrange/data"
	"lagrange/eval"
	"lagrange/model"
	"lagrange/model/graph"
	"lagrange/train"
)

// Settings says what to fit and how. Zero values stand for the documented defaults.
type Settings struct {
	Model      string         // one of model.Families; default "lnn"
	Hidden     []int          // default 20x2, 12x2 below 20,000 rows, 8x2 below 2000; for Adam 32x2 on windows (16x2 below 5000 rows), 64x2 on accelerations; 160 or 60 after a convex start on windows
	Head       model.Head     // of an lnn, hnn or graph; default quadratic for the first two, for Adam and graphs plain; after a convex start on windows the better one
	Activation string         // default softplus
	Friction   model.Friction // default none
	Cyclic     []string       // coordinates on which nothing depends
	Graph      Graph          // of the model "graph"
	Loss       string         // "huber" (default), "l1" or "l2"
	Objective  string         // see Objectives; default accelerations where they are recorded, else windows
	Horizon    float64        // of held-out windows, in the recording's time unit; default 25 steps
	Window     int            // steps of a training window; default those of Horizon, at most 32
	Steps      int            // training steps; or
	Budget     time.Duration  // training time, turned into Steps; default 60 s when both are zero
	Method     string         // one of train.Methods; default Gauss–Newton on accelerations and after a convex start on windows, else Adam; see README, "Measured"
	Batch      int            // samples a step; default ten residuals for each parameter, for Adam 128 rows, or 1024 rows in windows
	Rate       float64        // of Adam; default 1e-2 on accelerations, 5e-3 on windows
	Seed       uint64
	Ensemble   int            // networks from the seeds Seed, Seed+1, …, which share Budget and Workers; see Model.Others
	Workers    int            // default all cores
	Options    data.Options   // how the recording was read, so that others are read the same way
	Checkpoint string         // file to go on from after an interruption; "" = none
	Resume     bool           // go on from Checkpoint if it is there
	Every      time.Duration  // between checkpoints; default 5 s
	On         func(Progress) // told after every step how far it is
}

// Progress is how far training has come.
type Progress struct {
	Model         string
	Step, Steps   int        // of all members of an ensemble, with those given up
	Loss, Valid   float64    // of this step; of the last validation (NaN before the first)
	Mass          *eval.Mass // the mass matrix at the last validation, over a sample of the states; nil before, and without a Lagrangian
	Restarts      int        // trainings given up before this one
	Elapsed, Left time.Duration
}

// Fit learns a model of a recording. Held-out data is chosen by whole trajectories, or by blocks of time as long as the
// horizon (data.Set.Split); the parameters are those of the best validation. With recorded accelerations it learns from
// them, else by predicting windows of motion, which is what a Neural ODE always does. A Hamiltonian network takes velocities
// for momenta; where the columns of v hold true momenta, it has to learn from windows.
//
// On windows, where nothing is said of net and method, a Lagrangian network is tried with a convex start from estimated accelerations, and of a clean
// recording with learning from these as from recorded ones. If either is good, Gauss and Newton's method goes on from it for a third of the steps, and
// for the rest on arcs of the motion as long as the model follows them, if held-out ones get better (Record.Stages). A training that a third of its steps shows to be
// hopeless is given up for another seed, see Record.Restarts. When ctx ends first, the error is ctx's,
// the checkpoint is written, and a later call with Resume goes on bit for bit.
func Fit(ctx context.Context, set *data.Set, s Settings) (*Model, error) {
	f, err := newFitting(ctx, set, s)
	if err != nil {
		return nil, err
	}
	if s.Ensemble > 1 {
		return f.ensemble(ctx)
	}
	return f.network(ctx, f.s, nil)
}

// fitting is what all networks that learn from one recording have in common.
type fitting struct {
	set     *data.Set
	split   data.Split
	s       Settings // complete
	spec    model.Spec
	penalty train.Penalty
	print   string
	sample  *data.Set // states of training at which mass matrices are looked at
	once    sync.Mutex
	began   began
	null    float64 // validation loss of a model that predicts no acceleration; infinite where that has no meaning
}

func newFitting(ctx context.Context, set *data.Set, s Settings) (f *fitting, err error) {
	if s.Objective, err = s.objective(set); err != nil {
		return nil, err
	}
	asked := s
	s = s.defaults(set)
	if s.Steps < 0 || s.Window < 1 || s.Batch < 0 || s.Workers < 0 || s.Ensemble < 0 || s.Budget < 0 || s.Every < 0 || !(s.Rate >= 0) || math.IsInf(s.Rate, 0) {
		return nil, fmt.Errorf("settings out of range: steps %d, window %d, batch %d, workers %d, budget %v, rate %v; leave at zero what should have its default", s.Steps, s.Window, s.Batch, s.Workers, s.Budget, s.Rate)
	}
	f = &fitting{set: set, s: s}
	if f.split, err = set.Split(s.Horizon); err != nil {
		return nil, err
	}
	if f.penalty, err = train.LookupPenalty(s.Loss); err != nil {
		return nil, err
	}
	if f.spec, err = specOf(set, f.split.Train, s); err != nil {
		return nil, err
	}
	f.print = Fingerprint(set)
	f.sample = thinned(f.split.Train)
	f.null = math.NaN()
	if s.Objective == Windows && s.Model == "lnn" && asked.Method != train.Adam && asked.Hidden == nil && asked.Head == "" {
		err = f.choose(ctx, asked)
	}
	return f, err
}

// mostNewton is the number of weights up to which Gauss–Newton is the default: beyond, its equations take longer to solve than they save.
const mostNewton = 6000

// shape chooses the method, and the net for it. Gauss–Newton is for accelerations: on the noise of short recordings it was seen to end at
// predictions twice to three times as far off as Adam, which stops earlier on the way. A graph of many sites has long equations: up to so many coordinates
// as a convex start takes it was seen to end closer than Adam in a minute.
//
// Its nets are as wide as the rows bear: of 300 to 1000 rows of three systems one of 8x2 made the fraction of the error of one of 20x2, and of 10,000
// of the triple pendulum one of 12x2 learned from seeds from which one of 20x2 did not (lagrange reproduce small-data, seeds).
func (s *Settings) shape(set *data.Set) {
	if s.Method == "" {
		weights := 0
		for i := 1; i < len(s.Hidden); i++ {
			weights += s.Hidden[i-1] * s.Hidden[i]
		}
		s.Method = train.Adam
		if s.Objective == Accelerations && weights <= mostNewton && (s.Model != graph.Family || set.D() <= train.MostCoordinates) {
			s.Method = train.GaussNewton
		}
	}
	if s.Head == "" && (s.Model == "lnn" || s.Model == "hnn") {
		s.Head = model.Plain
		if s.Method == train.GaussNewton {
			s.Head = model.Quadratic
		}
	}
	if s.Hidden == nil && s.Method == train.GaussNewton {
		switch rows := set.Rows() * s.sites(set.D()); {
		case rows < 2000:
			s.Hidden = []int{8, 8}
		case rows < 20_000:
			s.Hidden = []int{12, 12}
		default:
			s.Hidden = []int{20, 20}
		}
	}
}

// sites is how many a graph of d coordinates has, each of which is learned from; others are one.
func (s *Settings) sites(d int) int {
	if s.Model != graph.Family {
		return 1
	}
	return d / max(1, s.Graph.Site)
}

// adam fills in what Adam needs.
func (s *Settings) adam(set *data.Set) {
	batch, rate, hidden := max(16, 1024/s.Window), 5e-3, []int{32, 32}
	if set.Rows() < 5000 {
		hidden = []int{16, 16}
	}
	if s.Objective != Windows {
		batch, rate, hidden = 128, 1e-2, []int{64, 64}
	}
	if s.Batch == 0 {
		s.Batch = batch
	}
	if s.Rate == 0 {
		s.Rate = rate
	}
	if s.Hidden == nil {
		s.Hidden = hidden
	}
}

// enough is how many residuals a step of Gauss–Newton takes for each parameter where records have noise.
const enough = 10

func (s Settings) defaults(set *data.Set) Settings {
	set0 := func(x *int, v int) {
		if *x == 0 {
			*x = v
		}
	}
	if s.Model == "" {
		s.Model = "lnn"
	}
	if s.Activation == "" {
		s.Activation = "softplus"
	}
	if s.Loss == "" {
		s.Loss = "huber"
	}
	if s.Horizon == 0 {
		s.Horizon = 25 * set.TypicalStep()
	}
	set0(&s.Window, min(32, max(1, int(math.Round(s.Horizon/set.TypicalStep())))))
	s.shape(set)
	if s.Method == train.Adam {
		s.adam(set)
	}
	if s.Steps == 0 && s.Budget == 0 {
		s.Budget = time.Minute
	}
	if s.Every == 0 {
		s.Every = 5 * time.Second
	}
	return s
}

// specOf describes the model: coordinates as recorded, scales from the training data.
func specOf(set, learn *data.Set, s Settings) (model.Spec, error) {
	spec := model.Spec{Family: s.Model, Hidden: s.Hidden, Activation: s.Activation, Friction: s.Friction, Head: s.Head, Kinetic: 1, TimeUnit: set.TimeUnit()}
	if s.Model == "nn" || s.Model == "node" {
		spec.Friction = "" // the plain network sees v and needs no part for it
	}
	sc := learn.Scales()
	for i, c := range set.Coordinates {
		k := model.Coordinate{
			Name: c.Name, Unit: c.Unit, Velocity: c.Velocity, Period: c.Period, Cyclic: slices.Contains(s.Cyclic, c.Name),
			Mean: sc.Mean[i], Scale: sc.Q[i], Speed: sc.V[i], Accel: sc.A[i],
		}
		if c.Period > 0 {
			k.Mean, k.Scale = 0, c.Period/(2*math.Pi)
		} else if k.Cyclic {
			k.Scale = k.Speed * s.Horizon // how far it goes: where it is means nothing
		}
		spec.Coordinates = append(spec.Coordinates, k)
	}
	for j, u := range set.Inputs {
		spec.Inputs = append(spec.Inputs, model.Input{Name: u, Scale: sc.U[j], Mean: sc.UMean[j], Condition: j >= len(set.Forces())})
	}
	for _, name := range s.Cyclic {
		if !slices.ContainsFunc(set.Coordinates, func(c data.Coordinate) bool { return c.Name == name }) {
			return spec, fmt.Errorf("no coordinate %q to be cyclic; there are %v", name, names(set))
		}
	}
	return sited(spec, learn, s.Graph)
}

func names(set *data.Set) (n []string) {
	for _, c := range set.Coordinates {
		n = append(n, c.Name)
	}
	return
}

// columns says where the quantities of a set stood, so that another recording is read the same way. Which column tells
// trajectories apart is left to the header of that one, unless it was said how.
func columns(set *data.Set, read data.Options) data.Options {
	forces := set.Forces()
	o := data.Options{Time: set.Time, Trajectory: read.Trajectory, U: append([]string{}, forces...), Conditions: set.Inputs[len(forces):], Angles: []string{}, Differentiate: read.Differentiate}
	for _, c := range set.Coordinates {
		o.Q = append(o.Q, c.Name)
		if !read.Differentiate {
			o.V = append(o.V, c.Velocity)
		}
		if c.Period > 0 {
			o.Angles = append(o.Angles, c.Name)
		}
	}
	return o
}

// Fingerprint identifies the numbers of a recording: times, states, accelerations and forces.
func Fingerprint(set *data.Set) string {
	h := sha256.New()
	for _, t := range set.Trajectories {
		for _, x := range [][]float64{t.T, t.Q, t.V, t.A, t.U} {
			binary.Write(h, binary.LittleEndian, int64(len(x))) // to memory: cannot fail
			binary.Write(h, binary.LittleEndian, x)
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

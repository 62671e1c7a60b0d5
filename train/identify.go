package train

import (
	"cmp"
	"context"
	"math"
	"slices"

	"lagrange/internal/par"
	"lagrange/model"
)

// Identification finds models of motion that was measured with noise, or without velocities: a weak initialisation,
// then shooting. Half-lengths, ridges and whatever else there is a choice of are selected by stretches of motion held
// out, predicted from starts that are fitted to them (Measured.Starts). Durations are in units of the fastest swing.
type Identification struct {
	Learn, Held *Measured
	Swing       float64      // period of the fastest part of the motion
	Penalty     Penalty      // L2, or Student where there are outliers
	Iterations  int          // of shooting for each length of segments; default 6
	Seed        uint64       // of the states beside the data at which mass matrices are held up
	Workers     int          // cores; default all
	On          func(Length) // told after each length of shooting; nil: nobody listens
}

// Durations in units of the fastest swing, and what else the path goes by. Measured on a double pendulum whose fastest
// swing takes 0.8 s: with σ = 0.01 half-lengths of 0.12, 0.24, 0.4, 0.6, 0.9 s leave 10, 3.3, 3.3, 4.4, 6.1 % of the
// acceleration.
var (
	weakHalves = []float64{0.075, 0.15, 0.3, 0.5}
	weakRidges = []float64{1e-9, 1e-7, 1e-5, 1e-3}
)

const (
	heldSwings  = 1.25 // of a stretch held out
	firstSwings = 0.6  // of the first segments
	shootRidge  = 10   // of shooting, towards the weak solution
	shootRounds = 6
	noWorse     = 1.02 // times a score: what that may grow by for what long segments say, or for a smaller library
	// modelError is a mean loss in σ² beyond which nothing is shot: roll-outs do not find the motion. Real pendulums
	// are off by 4 to 30 where no term and no net knows their friction, and shooting halves their errors a second
	// ahead (lagrange reproduce recorded).
	modelError = 300
	farOff     = 0.03 // of the scales: less is near enough in any case, however little noise there is
)

// Identified is a model that was found.
type Identified struct {
	Model   *model.Model[float64]
	Half    float64   // T of the weak form, and
	Ridge   float64   // ρ
	Weak    float64   // score of held-out motion after it: 1 is down to the noise,
	Score   float64   // and in the end
	Log     []float64 // logarithms of the losses of the stretches held out
	Lengths []Length  // of shooting
	Shot    Shot
}

// score scores a model by all stretches held out, and sets Log and Score.
func (o *Identification) score(ctx context.Context, team *par.Team, x *Identified) error {
	s, err := o.Held.Starts(ctx, x.Model, team, o.Held.Segments(heldSwings*o.Swing), nil, o.Penalty)
	if err != nil {
		return err
	}
	x.Log, x.Score = s.logarithms(), s.Score()
	return nil
}

// Tied says whether the losses x of held-out stretches are no worse than the best by more than one standard error of
// their mean difference, stretch by stretch.
func Tied(x, best []float64) bool {
	mean, square, n := 0.0, 0.0, float64(len(x))
	for i := range x {
		d := x[i] - best[i]
		mean, square = mean+d/n, square+d*d/n
	}
	return mean <= math.Sqrt(max(0, square-mean*mean)/n)
}

// Weak gives a model the weak initialisation whose half-length and ridge serve held-out motion best: of those that are
// no worse by more than a standard error the one with the largest ridge, and the best of these. Model is nil where
// none had a positive definite mass matrix, or there is no weak form. m is as it was.
func (o *Identification) Weak(ctx context.Context, m *model.Model[float64]) (Identified, error) {
	team := par.NewTeam(o.workers())
	defer team.Close()
	var all []Identified
	for _, half := range weakHalves {
		for _, ridge := range weakRidges {
			x := Identified{Model: m.Copy(), Half: half * o.Swing, Ridge: ridge}
			g, err := WeakInitialisation(ctx, x.Model, o.Learn,
				WeakOptions{Half: x.Half, Ridge: ridge, Workers: o.workers()})
			if err != nil {
				return Identified{}, err
			}
			if !g.Done {
				continue
			}
			if err = o.score(ctx, team, &x); err != nil {
				return Identified{}, err
			}
			x.Weak = x.Score
			all = append(all, x)
		}
	}
	if len(all) == 0 {
		return Identified{}, nil
	}
	best := slices.MinFunc(all, byScore)
	kept := best
	for _, x := range all {
		if Tied(x.Log, best.Log) && (x.Ridge > kept.Ridge || x.Ridge == kept.Ridge && x.Score < kept.Score) {
			kept = x
		}
	}
	return kept, nil
}

func byScore(a, b Identified) int { return cmp.Compare(a.Score, b.Score) }

func (o *Identification) workers() int {
	if o.Workers == 0 {
		return par.Workers()
	}
	return o.Workers
}

// Score is a model as it is, with its score.
func (o *Identification) Score(ctx context.Context, m *model.Model[float64]) (x Identified, err error) {
	team := par.NewTeam(o.workers())
	defer team.Close()
	x.Model = m
	err = o.score(ctx, team, &x)
	x.Weak = x.Score
	return x, err
}

// Shoot has shooting go on from a weak initialisation, if that is near enough and held-out motion is predicted no
// worse: what long segments say is more than what few stretches held out can tell.
func (o *Identification) Shoot(ctx context.Context, x Identified) (Identified, error) {
	if x.Score > o.mostError(x.Model) {
		return x, nil
	}
	y := x
	y.Model = x.Model.Copy()
	of := y.Model.Outer()
	if len(y.Model.Linear()) == 0 { // there is no output layer to hold to
		of = nil
		for i := range y.Model.Theta {
			of = append(of, i)
		}
	}
	s := &Shooting{Model: y.Model, Measured: o.Learn, Held: o.Held, Of: of, Unit: y.Model.Units(of), Ridge: shootRidge,
		Penalty: o.Penalty, PositiveDefinite: o.Learn.Around(y.Model, o.Seed), Duration: firstSwings * o.Swing,
		Iterations: o.Iterations, Workers: o.workers(), On: o.On}
	if s.Iterations == 0 {
		s.Iterations = shootRounds
	}
	shot, err := s.Run(ctx)
	if err != nil {
		return x, err
	}
	team := par.NewTeam(o.workers())
	defer team.Close()
	if err = o.score(ctx, team, &y); err != nil {
		return x, err
	}
	y.Shot, y.Lengths = shot, shot.Lengths
	if y.Score > noWorse*x.Score && !Tied(y.Log, x.Log) {
		return x, nil
	}
	return y, nil
}

// mostError is the score beyond which nothing is shot.
func (o *Identification) mostError(m *model.Model[float64]) float64 {
	near := 0.0
	for k, c := range m.Spec.Coordinates {
		r := farOff * c.Scale / o.Learn.Of[0].Sigma[k]
		near += r * r / float64(o.Learn.D)
	}
	return max(modelError, near)
}

// Likelier says by how much, in units of −2 log likelihood, y fits better what x fits too: models with as many
// parameters, which differ in something that is none. Where one has not been shot with it is that of motion held out,
// and 0 where they have not followed segments of one length.
func (x Identified) Likelier(y Identified, o *Identification) float64 {
	n := min(len(x.Lengths), len(y.Lengths))
	switch {
	case n == 0:
		return (x.Score - y.Score) * o.Held.numbers()
	case x.Lengths[n-1].Segments != y.Lengths[n-1].Segments:
		return 0
	}
	return (x.Lengths[n-1].Loss - y.Lengths[n-1].Loss) * o.Learn.numbers()
}

// numbers counts what was observed.
func (o *Measured) numbers() (n float64) {
	for _, e := range o.Of {
		for _, s := range e.Sigma {
			if s > 0 {
				n += float64(len(e.T))
			}
		}
	}
	return n
}

// Longest is the duration of the longest segments that were kept; 0 without shooting.
func (x Identified) Longest() (longest float64) {
	for _, l := range x.Lengths {
		if l.Kept {
			longest = l.Duration
		}
	}
	return longest
}

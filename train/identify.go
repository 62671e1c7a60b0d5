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
	Horizon     float64      // for how long predictions are wanted, at most; 0: as long as they may be
	Penalty     Penalty      // L2, or Student where there are outliers
	Iterations  int          // of shooting for each length of segments; default 6
	Seed        uint64       // of the states beside the data at which mass matrices are held up
	Workers     int          // cores; default all
	On          func(Length) // told after each length of shooting; nil: nobody listens
	Memory      *Memory      // to go on from; nil: none
	Over        func() bool  // whether time is over: what was found so far is returned; nil: it never is

	chosen map[weakQuestion]Identified // of Weak, by what was asked
	rival  rival                       // of Against
}

// Durations in units of the fastest swing, and what else the path goes by. Measured on a double pendulum whose fastest
// swing takes 0.8 s: with σ = 0.01 half-lengths of 0.12, 0.24, 0.4, 0.6, 0.9 s leave 10, 3.3, 3.3, 4.4, 6.1 % of the
// acceleration.
var (
	weakHalves = []float64{0.075, 0.15, 0.3, 0.5}
	weakRidges = []float64{1e-9, 1e-7, 1e-5, 1e-3}
)

// HeldSwings are the fastest swings in a stretch of motion that is held out.
const HeldSwings = 1.25

const (
	firstSwings = 0.6 // of the first segments
	shootRidge  = 10  // of shooting, towards the weak solution
	shootRounds = 6
	noWorse     = 1.02 // times a score: what that may grow by for what long segments say, or for a smaller library
	// modelError is a mean loss in σ² beyond which nothing is shot: roll-outs do not find the motion. Real pendulums
	// are off by 4 to 30 where no term and no net knows their friction, and shooting halves their errors a second
	// ahead (lagrange reproduce recorded).
	modelError = 300
	// lostLoss is a mean loss beyond which a few lost segments rule it. A pendulum that people push left 8 and, with
	// the friction that it has, 195, where the geometric mean fell from 3.6 to 3.4.
	lostLoss = 7
	farOff   = 0.03 // of the scales: less is near enough in any case, however little noise there is
)

// Identified is a model that was found.
type Identified struct {
	Model *model.Model[float64]
	Half  float64   // T of the weak form, and
	Ridge float64   // ρ
	Weak  float64   // score of held-out motion after it: 1 is down to the noise,
	Score float64   // and in the end
	Log   []float64 // logarithms of the losses of the stretches that select
	// Optimism is by how much these logarithms are too low for stretches that were learned from; nil: of none
	Optimism []float64
	Lengths  []Length // of shooting
	Shot     Shot
	Why      string // there is no model
	// of the motion that selects
	Residuals Residuals
}

// Tied says whether the losses x of held-out stretches are no worse than the best by more than one standard error of
// their mean difference, stretch by stretch, of those that there are of both.
func Tied(x, best []float64) bool {
	mean, variance, n := apart(x, best)
	return mean <= math.Sqrt(variance/n)
}

// apart are mean and variance of the differences x − y, of the n stretches that there are of both.
func apart(x, y []float64) (mean, variance, n float64) {
	square := 0.0
	n = float64(min(len(x), len(y)))
	for i := range int(n) {
		d := x[i] - y[i]
		mean, square = mean+d/n, square+d*d/n
	}
	return mean, max(0, square-mean*mean), n
}

// Clearly says whether stretches with the logarithms x of losses are predicted better than with y by more than chance:
// by more than two standard errors of the mean difference, of those that there are of both. A few stretches may differ
// by the same, so that their standard error is taken for lone by their number at least.
func Clearly(x, y []float64) bool {
	const lone = 0.5
	mean, variance, n := apart(y, x)
	return mean > 2*math.Sqrt(variance/n+lone*lone/(n*n))
}

// within is so many of the fastest swings, within the horizon.
func (o *Identification) within(swings float64) float64 {
	if o.Horizon > 0 {
		return min(o.Horizon, swings*o.Swing)
	}
	return swings * o.Swing
}

func byScore(a, b Identified) int { return cmp.Compare(a.Score, b.Score) }

func (o *Identification) over() bool { return o.Over != nil && o.Over() }

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
	if x.Score > o.mostError(x.Model) || o.over() {
		return x, nil
	}
	y, err := o.shoot(ctx, x, nil)
	if err != nil {
		return x, err
	}
	if y.Score > noWorse*x.Score && !Tied(y.Log, x.Log) {
		x.Lengths = y.Lengths
		for i := range x.Lengths {
			x.Lengths[i].After, x.Lengths[i].Kept = x.Lengths[i].Before, false
		}
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

// Again is a model much like one that has shot, from whose starts it goes on; without any, after a weak initialisation.
func (o *Identification) Again(ctx context.Context, m *model.Model[float64], was Identified) (Identified, error) {
	if was.Shot.at == nil {
		x, err := o.Weak(ctx, m)
		if err == nil && x.Model != nil {
			x, err = o.Shoot(ctx, x)
		}
		return x, err
	}
	y := was
	y.Model = m
	y, err := o.shoot(ctx, y, was.Shot.at)
	if err == nil {
		shorter := slices.DeleteFunc(slices.Clone(was.Lengths), func(l Length) bool {
			return l.Segments <= y.Lengths[0].Segments
		})
		y.Lengths = append(shorter, y.Lengths...)
	}
	return y, err
}

// All learns from the selection set as well, with the segments that x has come to, so that nothing that may be learned
// from is left. Its score stays that of x, which has not seen what was held out. Where x leaves more than the noise,
// more data do not make it better: of a real pendulum with a motor 0.014 rad a quarter of a second ahead became 0.019.
// There, and where the two are not followed together, x is left.
func (o *Identification) All(ctx context.Context, x Identified) (Identified, error) {
	if x.Shot.at == nil || x.Score > nearNoise || o.over() {
		return x, nil
	}
	at, n := *x.Shot.at, len(o.Learn.Of)
	all := *o.Learn
	all.Of = slices.Concat(o.Learn.Of, o.Held.Of)
	held := at.held // that which selects begins with what is held out
	if i := slices.IndexFunc(held, func(a Segment) bool { return a.Of >= len(o.Held.Of) }); i >= 0 {
		held = held[:i]
	}
	at.segments, at.x = slices.Clone(at.segments), slices.Concat(at.x, at.heldX[:len(held)*2*o.Learn.D])
	for _, a := range held {
		a.Of += n
		at.segments = append(at.segments, a)
	}
	y := x
	y.Model = x.Model.Copy()
	s := o.shooting(y.Model, &at)
	s.Measured, s.Held = &all, nil
	shot, err := s.Run(ctx)
	if err != nil || shot.Lengths[0].Loss > followedLoss*x.loss() {
		return x, err
	}
	y.Shot = shot
	return y, nil
}

// Moved are the parameters that shooting moves: the output layer, or all where there is none.
func Moved(m *model.Model[float64]) (of []int) {
	if len(m.Linear()) > 0 {
		return m.Outer()
	}
	for i := range m.Theta {
		of = append(of, i)
	}
	return of
}

// shooting is what a model is shot with.
func (o *Identification) shooting(m *model.Model[float64], from *division) *Shooting {
	of, alike := Moved(m), []int(nil)
	if groups := m.Outputs(of); len(m.Linear()) > 0 && slices.ContainsFunc(groups, func(g int) bool { return g >= 0 }) {
		alike = groups
	}
	learn, held := *o.Learn, *o.selection(m) // whose steps of the integrator are those of a length
	return &Shooting{Model: m, Measured: &learn, Held: &held, Of: of, Unit: m.Units(of), Ridge: shootRidge,
		Alike: alike, Penalty: o.Penalty, PositiveDefinite: o.Learn.Around(m, o.Seed),
		Duration: o.within(firstSwings), Longest: o.Horizon, Iterations: cmp.Or(o.Iterations, shootRounds),
		Workers: o.workers(), On: o.On, over: o.over, memory: o.Memory,
		from: from, rival: o.rival}
}

// shoot is x after shooting.
func (o *Identification) shoot(ctx context.Context, x Identified, from *division) (Identified, error) {
	x.Model = x.Model.Copy()
	s := o.shooting(x.Model, from)
	shot, err := s.Run(ctx)
	if err != nil {
		return x, err
	}
	o.Learn.Parts = max(o.Learn.Parts, s.Measured.Parts) // all are judged with the most that any of them took
	o.Held.Parts = max(o.Held.Parts, s.Held.Parts)
	team := par.NewTeam(o.workers())
	defer team.Close()
	x.Shot, x.Lengths = shot, shot.Lengths
	return x, o.score(ctx, team, &x)
}

// Likelier says by how much, in units of −2 log likelihood, y fits better what x fits too, with the longest segments
// that both have tried; it is 0 where there are none, and that of the motion held out where one has not been shot with.
// Where both leave more than the noise, what the better one leaves counts as noise; where that is far more, a few lost
// segments rule the mean loss, and the geometric mean takes its place: over segments, if by that the two differ beyond
// chance, else over the stretches that select.
func (x Identified) Likelier(y Identified, o *Identification) float64 {
	for _, a := range slices.Backward(x.Lengths) {
		for _, b := range y.Lengths {
			if a.Segments == b.Segments {
				return x.likelier(y, a, b, float64(o.Learn.numbers()))
			}
		}
	}
	if len(x.Lengths) == 0 || len(y.Lengths) == 0 {
		return (x.Score - y.Score) * float64(o.Held.numbers())
	}
	return 0
}

// likelier is Likelier of the lengths a and b with the same segments, and so many numbers.
func (x Identified) likelier(y Identified, a, b Length, numbers float64) float64 {
	if min(a.Loss, b.Loss) > lostLoss {
		if more, _, _ := apart(a.Logs, b.Logs); Clearly(a.Logs, b.Logs) || Clearly(b.Logs, a.Logs) {
			return more * numbers
		}
		return math.Log(x.Score/y.Score) * numbers
	}
	return (a.Loss - b.Loss) * numbers / max(1, min(a.Loss, b.Loss))
}

// loss is the mean one of what was learned from with the longest segments that were kept; 1 without shooting.
func (x Identified) loss() float64 {
	loss := 1.0
	for _, l := range x.Lengths {
		if l.Kept {
			loss = l.Loss
		}
	}
	return loss
}

// Longest is the duration of the longest segments that were followed; 0 without shooting.
func (x Identified) Longest() (longest float64) {
	for _, l := range x.Lengths {
		if l.Followed {
			longest = l.Duration
		}
	}
	return longest
}

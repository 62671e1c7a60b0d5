package train

import (
	"context"
	"math"
	"slices"

	"lagrange/internal/par"
	"lagrange/model"
)

// Shooting fits parameters b to measured motion by multiple shooting [Bock1983]: unknown are b and the state x_s at
// which each segment s begins. Of residuals (x(t; x_s, b) − y)/σ, jumps (end of s − x_{s+1})/(0.1 sd), a ridge (b −
// b₀)/unit and the positive-definiteness penalty it minimises Σ ρ(r) + Σ jump² + ridge Σ (…)² + penalty by steps of
// Levenberg and Marquardt, from which the starts are eliminated (see eliminator):
//
//	(G + λ diag G) δb = g,   δx = R⁻¹ (Qᵀr − QᵀJ_b δb).
//
// b₀ is b where a length begins; weights of a net have a prior in place of the ridge (see prior). Segments begin short,
// so that a roll-out finds the motion however wrong the model, and are joined two by two, since what long ones say of b
// is sharper by far. Each length is kept unless motion held out is predicted worse over that length.
type Shooting struct {
	Model            *model.Model[float64] // its Theta is what is fitted
	Measured         *Measured             // what is learned from
	Held             *Measured             // the selection set; nil: every step of the one length is kept
	Of               []int                 // places in θ of b
	Unit             []float64             // of each b, for the ridge: see model.Units
	Ridge            float64               // weight of (b − b₀)²/unit²
	Alike            []int                 // group of each b that has a prior in place of the ridge, else −1; nil: none
	Penalty          Penalty               // ρ; L2, or Student where there are outliers
	PositiveDefinite *PositiveDefinite[float64]
	Duration         float64 // of the first segments
	Longest          float64 // of segments; 0: as long as the recordings
	Iterations       int     // for each length
	Workers          int
	On               func(Length) // after each length; nil: nobody listens
	over             func() bool  // whether time is over; nil: it never is
	memory           *Memory      // of the lengths that were done before; nil: none
	from             *division    // to go on from, in place of segments of Duration; nil: none
	rival            rival
}

// division is where the recordings are cut into segments, and the states these begin at (N, 2d).
type division struct {
	segments []Segment
	x        []float64
	held     []Segment // of the selection set
	heldX    []float64
}

// Length is what shooting with segments of one length has brought.
type Length struct {
	Duration   float64 // of the longest segment
	Segments   int
	Parts      int       // steps of the integrator from row to row
	Iterations int       // steps taken
	Loss       float64   // mean ρ of what was learned from; 1 is down to the noise
	Logs       []float64 // logarithms of the mean ρ of the segments: a few that are lost do not rule their mean
	// score of held-out motion over segments of that length, of what was there and of the best step
	Before, After float64
	Kept          bool // the best step; else there was none that is better
	Followed      bool // see followedLoss
}

// Shot is the outcome.
type Shot struct {
	Lengths []Length
	// Covariance is that of b (P, P): G⁻¹ where it ended, times what is left over where that is more than the noise.
	Covariance []float64
	// Information is what the motion alone says of b (P, P), without ridge and penalty; Mass is ∂ log tr M/∂b in units
	// of what that may vary by (nil: nothing is scaled), which the motion does not tell. Of models without a net alone.
	Information, Mass []float64
	// Foretold is by how many times the variance of b is larger than these say, for residuals foretell one another
	// (shooter.foretold): 1 or more, and 1 of models with a net.
	Foretold float64
	at       *division // of the longest length that was kept
}

// Spread is the covariance of b of residuals as they are: Covariance times Foretold.
func (s Shot) Spread() []float64 {
	C := slices.Clone(s.Covariance)
	for i := range C {
		C[i] *= s.Foretold
	}
	return C
}

// Deviations are the standard deviations of b.
func (s Shot) Deviations() (sd []float64) {
	C := s.Spread()
	P := int(math.Round(math.Sqrt(float64(len(C)))))
	for i := range P {
		sd = append(sd, math.Sqrt(C[i*P+i]))
	}
	return sd
}

const (
	jumpAllowed   = 0.1  // smoother's deviations from the end of a segment to the next start
	shootingPrior = 30   // smoother's deviations that make one of the prior of the starts
	firstLambda   = 1e-5 // λ of a length
	freeLambda    = 1e-7 // λ at which a step without a gain is the last
	// the same of weights that have a prior, from the second length on: units are much alike, so that what their
	// sums tell is hardly damped long before the weights themselves move
	laterLambda, believedLambda = 1e-8, 1e-11
	shootingTries               = 10 // of ever larger λ, until no step is taken
	patient                     = 3  // steps without a better score until a length ends
	// times the least mean loss of all lengths: a length beyond it is the last, not followed
	followedLoss      = 2
	heldRounds        = 10   // of the starts of held-out motion: those of long segments begin far off
	shootingTolerance = 1e-5 // part of the cost, and 0.1 of χ², below which a gain is none
)

// shooter is a shooting under way.
type shooter struct {
	*Shooting
	division
	team                         *par.Team
	b0                           []float64
	chunks                       [][]int
	costs, spread, trialSpread   []float64 // of each segment
	counts                       []int
	reduced                      []reduced
	chains                       [][2]int
	shots                        []*shot
	G, trial, F, D, db, dx, tryX []float64
	lambda                       float64
	prior                        *prior    // nil: none
	axes                         *axes     // of the weights; nil: none
	c                            []float64 // b along them
	excess                       float64   // what numbers are off by, squared, in units of noise; at least 1
}

// Run shoots. θ is that of the best length when it returns. An error is that of ctx, and then θ is as good as it had
// become.
func (s *Shooting) Run(ctx context.Context) (shot Shot, err error) {
	team := par.NewTeam(max(1, s.Workers))
	defer team.Close()
	run := &shooter{Shooting: s, team: team}
	if run.division, err = s.divided(ctx, team); err != nil {
		return shot, err
	}
	least := math.Inf(1)
	run.begins(run.principal())
	for {
		l, err := run.remembered(ctx)
		if err != nil {
			return shot, err
		}
		shot.Lengths = append(shot.Lengths, l)
		if s.On != nil {
			s.On(l)
		}
		least = min(least, l.Loss)
		shot.Lengths[len(shot.Lengths)-1].Followed = l.Loss <= followedLoss*least
		if l.Kept || shot.at == nil {
			at := run.division
			shot.at = &at
		}
		chained := slices.ContainsFunc(run.segments, func(a Segment) bool { return a.Chained })
		if !chained || s.Held == nil || s.late() || l.Loss > followedLoss*least || s.rival.outdoes(l) ||
			s.Longest > 0 && l.Duration > s.Longest/math.Sqrt2 {
			break
		}
		run.segments, run.x = s.Measured.Longer(run.segments, run.x)
		run.held, run.heldX = s.Held.Longer(run.held, run.heldX)
	}
	run.division = *shot.at
	run.prepare()
	shot.Covariance, shot.Foretold = run.covariance(), 1
	if model.FamilyOf(s.Model.Spec.Family).Netless {
		shot.Foretold = run.foretold()
		shot.Information, shot.Mass = run.information(), run.meanMass()
	}
	return shot, nil
}

func (s *Shooting) late() bool { return s.over != nil && s.over() }

// divided is the division to begin with.
func (s *Shooting) divided(ctx context.Context, team *par.Team) (d division, err error) {
	if s.from != nil {
		d = *s.from
		d.x = slices.Clone(d.x)
		return d, nil
	}
	d.segments, d.held = s.Measured.Segments(s.Duration), s.Held.Segments(s.Duration)
	first, err := s.Measured.Starts(ctx, s.Model, team, d.segments, nil, s.Penalty)
	d.x, d.heldX = first.X, s.Held.Smoothed(d.held)
	return d, err
}

// begins has a shooter solve for coordinates along the axes of the weights.
func (s *shooter) begins(along *axes) {
	s.axes, s.c = nil, s.b()
	along.turn(s.c, make([]float64, len(s.c)))
	s.axes = along
}

// b are the parameters that are fitted, along the axes of the weights where there are axes.
func (s *shooter) b() (b []float64) {
	if s.axes != nil {
		return slices.Clone(s.c)
	}
	for _, at := range s.Of {
		b = append(b, s.Model.Theta[at])
	}
	return b
}

// set sets them.
func (s *shooter) set(b []float64) {
	if s.axes != nil {
		copy(s.c, b)
		b = slices.Clone(b)
		s.axes.back(b, make([]float64, len(b)))
	}
	for k, at := range s.Of {
		s.Model.Theta[at] = b[k]
	}
}

// prepare makes the memory for segments of a new length.
func (s *shooter) prepare() {
	s.excess = max(1, s.excess)
	n, P, N := 2*s.Measured.D, len(s.Of), len(s.segments)
	s.chunks = s.Measured.chunks(s.segments)
	s.costs, s.spread, s.trialSpread, s.counts = make([]float64, N), make([]float64, N), make([]float64, N),
		make([]int, N)
	s.reduced, s.chains, s.shots = make([]reduced, N), nil, nil
	for i, a := range s.segments {
		r := &s.reduced[i]
		r.own, r.left = make([]float64, n*(n+P+1)), make([]float64, n*(2*n+P+1))
		if a.Chained {
			r.jump, r.next = make([]float64, n*(n+P+1)), make([]float64, n)
		}
		if i == 0 || !s.segments[i-1].Chained {
			s.chains = append(s.chains, [2]int{i, i})
		}
		s.chains[len(s.chains)-1][1] = i + 1
	}
	for range s.team.Workers() {
		s.shots = append(s.shots, newShot(s))
	}
	s.G, s.trial, s.F = make([]float64, (P+1)*(P+1)), make([]float64, (P+1)*(P+1)), make([]float64, P*P)
	s.D, s.db, s.dx, s.tryX = make([]float64, P), make([]float64, P), make([]float64, N*n), make([]float64, N*n)
	s.lambda = firstLambda
	if s.prior != nil {
		s.lambda = laterLambda
	}
}

// score fits the starts of held-out motion with segments of the present length. Where nothing is held out nothing is
// worse.
func (s *shooter) score(ctx context.Context) (Starts, error) {
	if s.Held == nil {
		return Starts{}, nil
	}
	return s.Held.fitStarts(ctx, s.Model, s.team, s.held, s.heldX, s.Penalty, heldRounds)
}

// length fits with segments of one length.
//
// Where a model is off by more than the noise, its errors are what counts as noise: jumps may be as much larger, and
// ridge and penalty weigh as much more.
func (s *shooter) length(ctx context.Context) (l Length, err error) {
	s.Measured.Refine(s.Model, s.team, s.segments, s.x)
	if s.Held != nil {
		s.Held.Parts = s.Measured.Parts
	}
	s.prepare()
	s.b0 = s.b()
	s.believe()
	held, err := s.score(ctx)
	if err != nil {
		return l, err
	}
	l = Length{Segments: len(s.segments), Parts: s.Measured.Parts,
		Before: held.Score(), After: held.Score(), Duration: s.duration()}
	cost, err := s.begin(ctx)
	if err != nil {
		return l, err
	}
	l.Loss, l.Logs = s.loss(), s.logarithms()
	best, bestX := s.b(), slices.Clone(s.x)
	patience, free := s.ends()
	for wait := 0; l.Iterations < s.Iterations && !s.late() && (wait < patience || s.Held == nil); {
		s.form()
		cost += s.learnPrior()
		next, taken := s.step(cost)
		if !taken || ctx.Err() != nil {
			break
		}
		gain := cost - next
		cost, l.Loss, l.Logs = next, s.loss(), s.logarithms()
		l.Iterations++
		now, err := s.score(ctx)
		if err != nil {
			break
		}
		wait++
		if now.Score() < held.Score() {
			wait = 0
		}
		if wait == 0 || !now.Worse(held, s.Penalty) {
			l.After, l.Kept = now.Score(), true
			copy(best, s.b())
			copy(bestX, s.x)
		}
		if wait == 0 {
			held = now
		}
		if gain < 0.1+shootingTolerance*cost {
			if s.lambda <= free {
				break
			}
			s.lambda /= 100 // what hardly matters does not move at all with a large one
		}
	}
	s.heldX = held.X
	s.set(best)
	s.x = bestX
	return l, ctx.Err()
}

// ends says what ends a length: so many steps without a better score, or one without a gain at so small a λ. What
// stretches held out tell is less than the prior of weights does, so that with one a length takes all its steps.
func (s *shooter) ends() (patience int, lambda float64) {
	if s.prior != nil {
		return s.Iterations, believedLambda
	}
	return patient, freeLambda
}

// begin returns the cost of the first step. Starts that have to serve longer segments than they were fitted to, or
// other steps of the integrator, may be better fitted one by one, whatever the jumps: of chaotic motion much is left of
// little.
func (s *shooter) begin(ctx context.Context) (float64, error) {
	fitted, err := s.Measured.fitStarts(ctx, s.Model, s.team, s.segments, s.x, s.Penalty, heldRounds)
	if err != nil {
		return 0, err
	}
	s.excess = max(1, fitted.Score())
	cost := s.cost(s.x)
	if now := s.cost(fitted.X); now < cost {
		s.x, cost = fitted.X, now
	} else {
		cost = s.cost(s.x)
	}
	copy(s.spread, s.trialSpread)
	return cost, nil
}

// duration is that of the longest segment.
func (s *shooter) duration() (most float64) {
	for _, a := range s.segments {
		t := s.Measured.Of[a.Of].T
		most = max(most, t[a.Last]-t[a.First])
	}
	return most
}

// loss is the mean loss of all numbers at the last cost.
func (s *shooter) loss() float64 {
	sum, count := 0.0, 0
	for i, c := range s.costs {
		sum += c
		count += s.counts[i]
	}
	return sum / float64(max(1, count))
}

// logarithms are those of the losses of segments at the last cost.
func (s *shooter) logarithms() []float64 {
	var of Starts
	for i, c := range s.costs {
		of.Loss = append(of.Loss, c/float64(max(1, s.counts[i])))
	}
	return of.logarithms()
}

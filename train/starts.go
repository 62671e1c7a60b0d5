package train

import (
	"context"
	"math"
	"slices"

	"lagrange/internal/lin"
	"lagrange/internal/par"
	"lagrange/internal/vec"
	"lagrange/model"
)

// Starts are the states that segments begin at, fitted to what was observed of them with the model held, and what is
// left.
type Starts struct {
	X    []float64 // (N, 2d)
	Loss []float64 // mean ρ of the residuals of each segment, in units of noise (N): 1 is down to the noise
	// Residuals are those of each segment, row by row what was observed.
	Residuals [][]float64
}

// Score is the geometric mean of the losses: with it a model is judged on held-out motion, and a segment that is lost
// counts as one.
func (s Starts) Score() float64 { return geometric(s.logarithms()) }

// geometric is the geometric mean of numbers with these logarithms.
func geometric(logs []float64) float64 {
	sum := 0.0
	for _, l := range logs {
		sum += l
	}
	return math.Exp(sum / float64(len(logs)))
}

// logarithms are those of the losses.
func (s Starts) logarithms() []float64 {
	log := make([]float64, len(s.Loss))
	for i, l := range s.Loss {
		log[i] = math.Log(l + 1e-12)
	}
	return log
}

// Worse says whether a score is higher than that of better by more than chance lets it be: by more than the standard
// error of the difference of the mean logarithms, over segments and numbers that both follow.
func (s Starts) Worse(better Starts, p Penalty) bool {
	sum, variance := 0.0, 0.0
	for i, l := range s.Loss {
		sum += math.Log((l + 1e-12) / (better.Loss[i] + 1e-12))
		squares := 0.0
		for k, r := range s.Residuals[i] {
			a, _ := p.Of(r)
			b, _ := p.Of(better.Residuals[i][k])
			squares += (a - b) * (a - b)
		}
		mean := (l+better.Loss[i])/2*float64(len(s.Residuals[i])) + 1e-12
		variance += squares / (mean * mean)
	}
	return sum > math.Sqrt(variance)
}

const (
	startRounds = 3    // Gauss–Newton's, on each start
	startPrior  = 3    // smoother's deviations that make one of the prior
	startDamp   = 1e-6 // first λ
	// judgedRounds are those where a model is judged by what is left. With three, a stretch of a double pendulum with
	// σ = 0.1 from the states of a smoother was not there yet, and a model that fits what was learned from better by
	// χ² = 38, with 8 terms fewer, was held to be worse, 1.05 for 0.94 (lagrange reproduce explain).
	judgedRounds = 10
	// startTolerance is the gain, of χ², after which a start stays.
	startTolerance = 0.01
	leastLacking   = 1. / 32 // see startNormal.there; not tuned
)

// Starts fits the starts of segments: with x₀ of each alone, by Gauss–Newton with Levenberg's damping,
//
//	min Σ ρ((x(t; x₀) − y)/σ) + |(x₀ − x̂)/(3 sd)|²,   (JᵀJ + λ diag JᵀJ) δ = Jᵀr,
//
// x̂ and sd the smoothed state and its deviations. It begins at the states from (N, 2d), or the smoothed ones if nil.
// The error is that of ctx.
func (o *Measured) Starts(ctx context.Context, m *model.Model[float64], team *par.Team, segments []Segment,
	from []float64, p Penalty) (Starts, error) {
	if from == nil {
		from = o.Smoothed(segments)
	}
	return o.fitStarts(ctx, m, team, segments, from, p, startRounds)
}

// judged is Starts with rounds enough to judge a model by what is left.
func (o *Measured) judged(ctx context.Context, m *model.Model[float64], team *par.Team, segments []Segment,
	p Penalty) (Starts, error) {
	return o.fitStarts(ctx, m, team, segments, o.Smoothed(segments), p, judgedRounds)
}

// fitStarts is Starts of so many rounds.
func (o *Measured) fitStarts(ctx context.Context, m *model.Model[float64], team *par.Team, segments []Segment,
	from []float64, p Penalty, rounds int) (Starts, error) {
	n, chunks := 2*o.D, o.chunks(segments)
	s := Starts{X: append([]float64(nil), from...), Loss: make([]float64, len(segments)),
		Residuals: make([][]float64, len(segments))}
	fits := make([]*startFit, team.Workers())
	inTurn(team, chunks, func(w int, chunk []int) {
		if ctx.Err() != nil {
			return
		}
		if fits[w] == nil {
			fits[w] = &startFit{roller: o.newRoller(m, segments, chunks), p: p, segments: segments,
				work: lin.NewWork[float64](n)}
			for range model.Chunk {
				fits[w].all = append(fits[w].all, newStartNormal(n))
			}
		}
		fits[w].fit(chunk, s, rounds)
	})
	return s, ctx.Err()
}

// startFit fits the starts of a chunk on one core.
type startFit struct {
	*roller
	p        Penalty
	segments []Segment     // all
	all      []startNormal // of a chunk
	of       []*startNormal
	chunk    []int // places of the segments that are loaded, those of of
	work     *lin.Work[float64]
}

// startNormal are the normal equations of one start.
type startNormal struct {
	at           int       // place of its segment
	G, g         []float64 // JᵀJ, Jᵀr
	A, F, c, d   []float64 // of what is solved, A δ = c, A, its factor, c, δ
	unit, was    []float64 // of the numbers of a step, and the start before it
	sum, prior   float64   // Σ ρ of what was observed, and the rest of the cost
	r            []float64 // of what was observed
	spread       float64   // see spread
	best, lambda float64   // the cost before the step
	promised     float64   // by how much the equations say that it falls
	moved, done  bool      // whether the equations are those of a start before; whether it stays
}

func newStartNormal(n int) startNormal {
	vector := func() []float64 { return make([]float64, n) }
	return startNormal{G: make([]float64, n*n), A: make([]float64, n*n), F: make([]float64, n*n), g: vector(),
		c: vector(), d: vector(), unit: vector(), was: vector()}
}

// fit fits the starts of a chunk. A round costs those that do not yet stay a roll-out, and those that the last one has
// moved one with derivatives.
func (f *startFit) fit(chunk []int, s Starts, rounds int) {
	var open, moved []*startNormal
	for b, i := range chunk {
		e := &f.all[b]
		e.at, e.lambda, e.moved, e.done = i, startDamp, true, false
		open = append(open, e)
	}
	f.costs(open, s)
	for _, e := range open {
		e.keep(s)
	}
	for range rounds {
		open = slices.DeleteFunc(open, func(e *startNormal) bool { return e.done })
		if len(open) == 0 {
			break
		}
		moved = slices.DeleteFunc(append(moved[:0], open...), func(e *startNormal) bool { return !e.moved })
		f.form(moved, s)
		for _, e := range open {
			e.step(s.X[e.at*f.n:(e.at+1)*f.n], f.work)
		}
		f.costs(open, s)
		for _, e := range open {
			gain := e.best - e.sum - e.prior
			if e.moved = gain > 0; e.moved {
				e.keep(s)
				e.lambda /= 5
			} else {
				e.lambda *= 20
				copy(s.X[e.at*f.n:], e.was)
			}
			e.done = math.Abs(gain) < startTolerance*max(1, s.Loss[e.at]) || e.there(gain, s.Loss[e.at])
		}
	}
}

// there says whether a step has left next to nothing to gain. Equations that lack a part S of the curvature H promise
// γ = gᵀH⁻¹g in place of γ − ½ δᵀSδ, and leave κ²γ with κ that part beside H: what the gain tells of it, and no less
// than leastLacking, for S may be small along δ alone.
func (e *startNormal) there(gain, loss float64) bool {
	kappa := max(leastLacking, 2*math.Abs(gain-e.promised)/e.promised)
	return gain > 0 && kappa*kappa*e.promised < startTolerance*max(1, loss)
}

// keep takes what was found at the last costs for the best of its segment.
func (e *startNormal) keep(s Starts) {
	e.best = e.sum + e.prior
	s.Loss[e.at] = e.sum / float64(max(1, len(e.r)))
	s.Residuals[e.at] = append(s.Residuals[e.at][:0], e.r...)
	e.spread = spread(e.r)
}

// follow loads the segments of these starts.
func (f *startFit) follow(of []*startNormal) {
	same := len(of) == len(f.of)
	for b, e := range of {
		same = same && e.at == f.chunk[b]
	}
	f.of = append(f.of[:0], of...)
	if same {
		return
	}
	f.chunk = f.chunk[:0]
	for _, e := range of {
		f.chunk = append(f.chunk, e.at)
	}
	f.load(f.segments, f.chunk)
}

// costs follows the segments of starts and adds up what these cost.
func (f *startFit) costs(of []*startNormal, s Starts) {
	f.follow(of)
	for _, e := range of {
		e.sum, e.prior, e.r = 0, 0, e.r[:0]
		for j, x := range s.X[e.at*f.n : (e.at+1)*f.n] {
			r := f.off(f.segments[e.at], j, x)
			e.prior += r * r
		}
	}
	f.run(s.X, f.chunk, func(b, row int, x []float64) {
		e, from := f.of[b], &f.o.Of[f.segments[f.chunk[b]].Of]
		for j := range x {
			if r, observed := from.residual(row, j, x); observed {
				rho, _ := f.p.Of(r)
				e.sum += rho
				e.r = append(e.r, r)
			}
		}
	})
}

// off is how far number j of a start is from the smoothed one, in units of the prior.
func (f *startFit) off(s Segment, j int, x float64) float64 {
	from := &f.o.Of[s.Of]
	return (x - from.state(s.First)[j]) * from.certainty(s.First, j) / startPrior
}

// form sets the normal equations of starts.
func (f *startFit) form(of []*startNormal, s Starts) {
	n := f.n
	if len(of) == 0 {
		return
	}
	f.follow(of)
	for _, e := range of {
		at := f.segments[e.at]
		from := &f.o.Of[at.Of]
		clear(e.G)
		for j, x := range s.X[e.at*n : (e.at+1)*n] {
			w := from.certainty(at.First, j) / startPrior
			e.G[j*n+j], e.g[j] = w*w, w*f.off(at, j, x)
		}
	}
	slopes := make([]float64, n)
	f.vary(s.X, f.chunk, nil, func(b, row int, x, S []float64) {
		e, from := f.of[b], &f.o.Of[f.segments[f.chunk[b]].Of]
		for j := range n {
			r, observed := from.residual(row, j, x)
			if !observed || !(math.Abs(r) < worst) {
				continue
			}
			if a, unit := from.slopes(row, j, S, slopes); vec.Finite(a) {
				e.add(r, curvature(f.p, r/e.spread), a, unit)
			}
		}
	})
}

// add adds a residual of weight c whose slopes are a/σ.
func (e *startNormal) add(r, c float64, a []float64, sigma float64) {
	n := len(a)
	for i, x := range a {
		x *= c / sigma
		e.g[i] += x * r
		for j, y := range a[:i+1] {
			e.G[i*n+j] += x * y / sigma
		}
	}
}

// step moves x by the step of the damping λ. The equations are those of a start in units that make their diagonal 1.
func (e *startNormal) step(x []float64, work *lin.Work[float64]) {
	n := len(x)
	copy(e.was, x)
	for i := range n {
		e.unit[i] = 1 / math.Sqrt(e.G[i*n+i])
		e.c[i] = e.unit[i] * e.g[i]
		for j := range i {
			e.A[i*n+j] = e.G[i*n+j] * e.unit[i] * e.unit[j]
			e.A[j*n+i] = e.A[i*n+j]
		}
		e.A[i*n+i] = 1 + e.lambda
	}
	kind := work.Factor(n, e.A, e.F)
	lin.Solve(n, kind, e.F, e.c, e.d)
	e.promised = 0
	if vec.Finite(e.d) {
		for i, d := range e.d {
			x[i] -= e.unit[i] * d
			e.promised += d * (e.c[i] + e.lambda*d)
		}
	}
}

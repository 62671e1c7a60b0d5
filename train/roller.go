package train

import (
	"math"
	"slices"

	"lagrange/internal/par"
	"lagrange/model"
	"lagrange/ode"
)

// roller follows chunks of segments on one core. Segments of a chunk that are shorter than its longest one go on with
// steps of no length.
type roller struct {
	o        *Measured
	n, P     int
	tape     model.Tape[float64]
	roll     *model.Rollout[float64]
	spec     model.Spec
	parts    int // steps from row to row
	x, h, u  []float64
	segments []Segment // of the chunk
	steps    int       // of its longest, from row to row
}

// chunks are places of segments, those of similar length together, at most so many that their states stay within
// mostStates numbers.
func (o *Measured) chunks(segments []Segment) (all [][]int) {
	order := make([]int, len(segments))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return segments[b].steps() - segments[a].steps() })
	for len(order) > 0 {
		most := mostStates / (2 * o.D * (segments[order[0]].steps()*max(1, o.Parts) + 1))
		n := min(max(1, min(most, model.Chunk)), len(order))
		all, order = append(all, order[:n]), order[n:]
	}
	return all
}

// mostStates is how many numbers of states a chunk of segments has at most, if it has more than one: 8 MB.
const mostStates = 1 << 20

// newRoller returns one for any of the chunks.
func (o *Measured) newRoller(m *model.Model[float64], segments []Segment, chunks [][]int) *roller {
	batch, steps, states := 0, 0, 0
	for _, c := range chunks {
		k := segments[c[0]].steps() * max(1, o.Parts)
		batch, steps, states = max(batch, len(c)), max(steps, k), max(states, len(c)*(k+1))
	}
	r := &roller{o: o, n: 2 * o.D, P: len(m.Theta), tape: m.Tape(batch), spec: m.Spec, parts: max(1, o.Parts)}
	r.roll = model.NewRollout(m.Spec, r.tape, ode.RK4.Tableau, batch, steps)
	r.x, r.h, r.u = make([]float64, batch*r.n), make([]float64, states), make([]float64, states*o.M)
	return r
}

// load takes the segments of a chunk.
func (r *roller) load(segments []Segment, chunk []int) {
	r.segments = r.segments[:0]
	for _, i := range chunk {
		r.segments = append(r.segments, segments[i])
	}
	r.steps = segments[chunk[0]].steps()
	for b, s := range r.segments {
		from := &r.o.Of[s.Of]
		for k := range r.steps*r.parts + 1 {
			r.step(k, b, len(chunk), from, s)
		}
	}
}

// step sets length and inputs of step k of sample b of B.
func (r *roller) step(k, b, B int, from *Measurement, s Segment) {
	m, at, part := r.o.M, s.First+k/r.parts, k%r.parts
	length := 0.0
	if at < s.Last {
		length = (from.T[at+1] - from.T[at]) / float64(r.parts)
	} else {
		at, part = s.Last, 0
	}
	if k < r.steps*r.parts {
		r.h[k*B+b] = length
	}
	u := r.u[(k*B+b)*m : (k*B+b+1)*m]
	if copy(u, from.U[at*m:]); part > 0 && m > 0 {
		r.spec.Between(float64(part)/float64(r.parts), from.U[at*m:(at+1)*m], from.U[(at+1)*m:(at+2)*m], u)
	}
}

// run follows the segments from the states at their places in x, and calls see with each state that it goes through,
// the rows of each segment in their order: those of sample b are at first, first + 1, … of its recording.
func (r *roller) run(x []float64, chunk []int, see func(b, row int, x []float64)) {
	n := r.n
	r.roll.Run(r.begin(x, chunk))
	for k := range r.steps + 1 {
		r.rows(k, func(b, row int) { see(b, row, r.roll.State(k * r.parts)[b*n:(b+1)*n]) })
	}
}

// begin is what a roll-out of the chunk begins with: the states at its places in x, the steps and the inputs.
func (r *roller) begin(x []float64, chunk []int) (first, h, u []float64) {
	B, n, steps := len(chunk), r.n, r.steps*r.parts
	for b, i := range chunk {
		copy(r.x[b*n:(b+1)*n], x[i*n:])
	}
	return r.x[:B*n], r.h[:steps*B], r.u[:(steps+1)*B*r.o.M]
}

// rows visits the samples that have a row k steps from the first.
func (r *roller) rows(k int, see func(b, row int)) {
	for b, s := range r.segments {
		if s.First+k <= s.Last {
			see(b, s.First+k)
		}
	}
}

// vary is run that calls see with the derivatives S (n, n + len(of)) of each state with respect to the start and to the
// parameters at the given places, too.
func (r *roller) vary(x []float64, chunk, of []int, see func(b, row int, x, S []float64)) {
	n, W := r.n, r.n+len(of)
	r.roll.Begin(r.begin(x, chunk))
	first := make([]float64, n*W)
	for i := range n {
		first[i*W+i] = 1
	}
	r.rows(0, func(b, row int) { see(b, row, r.roll.State(0)[b*n:(b+1)*n], first) })
	r.roll.StartSensitivities(func(k int, S []float64) {
		if k%r.parts != 0 {
			return
		}
		x := r.roll.State(k)
		r.rows(k/r.parts, func(b, row int) { see(b, row, x[b*n:(b+1)*n], S[b*n*W:(b+1)*n*W]) })
	}, r.P, of)
}

// inTurn gives the chunks to the members of a team in turn, so that each has as much of every length, and in an order
// that depends on their number alone.
func inTurn(team *par.Team, chunks [][]int, f func(w int, chunk []int)) {
	team.InTurn(len(chunks), func(w, c int) { f(w, chunks[c]) })
}

// curvature is the weight c with which c r² is as steep at r as ρ: what makes a least-squares step serve any penalty.
func curvature(p Penalty, r float64) float64 {
	r = max(math.Abs(r), 1e-6)
	_, slope := p.Of(r)
	return slope / (2 * r)
}

// spread is the standard deviation of residuals that the median of |r| says, at least 1. While a start is far off, all
// its residuals are large, and what a penalty takes for outliers is in units of these. It leaves |r| in order in r.
func spread(r []float64) float64 {
	if len(r) == 0 {
		return 1
	}
	for i := range r {
		r[i] = math.Abs(r[i])
	}
	slices.Sort(r)
	return max(1, r[len(r)/2]/0.6745)
}

// Student is the penalty of noise with heavy tails, −2 log of Student's density with four degrees of freedom: about r²
// for the noise itself, and outliers hardly count, however far they are. Its residuals are in units of the noise.
var Student = Penalty{"student", func(r float64) (rho, slope float64) {
	const nu = 4
	return (nu + 1) * math.Log1p(r*r/nu), (nu + 1) * 2 * r / (nu + r*r)
}}

package smooth

import "math"

// block is how many steps are kept to go back by; of others only where they began, so that memory does not grow with
// what a step keeps.
const block = 256

// far is the longest step, in units of 1/ω, that is taken at once: F of a longer one would lose digits on the way back.
const far = 10

// row is an instant: a row of a series, a time wanted, both or neither.
type row struct {
	t          float64
	from, into int // the row of the series and the place among the times wanted; −1 where there is none
}

// rows merges the times of a series and those wanted, in order, and parts long steps.
func (f *Fit) rows(s *Series, times []float64) (rows []row) {
	rows = make([]row, 0, len(s.T)+len(times))
	add := func(r row) {
		if n := len(rows); n > 0 && r.t == rows[n-1].t && (r.from < 0 || rows[n-1].from < 0) {
			last := &rows[n-1]
			last.from, last.into = max(last.from, r.from), max(last.into, r.into)
			return
		}
		if n := len(rows); n > 0 {
			t := rows[n-1].t
			parts := min(math.Ceil((r.t-t)*f.Cutoff/far), 1000)
			for i := 1.; i < parts; i++ {
				rows = append(rows, row{t + (r.t-t)*i/parts, -1, -1})
			}
		}
		rows = append(rows, r)
	}
	if times == nil {
		for i, t := range s.T {
			add(row{t, i, i})
		}
		return rows
	}
	i := 0
	for k, t := range times {
		for ; i < len(s.T) && s.T[i] <= t; i++ {
			add(row{s.T[i], i, -1})
		}
		add(row{t, -1, k})
	}
	for ; i < len(s.T); i++ {
		add(row{s.T[i], i, -1})
	}
	return rows
}

// States estimates the motion of a series at the given times, which advance, or, if nil, at its own. The series needs
// as many positions as the order of the fit. Times before, between and after its rows are served, with the deviations
// that this leaves.
func (f *Fit) States(s Series, times []float64) States {
	check([]Series{s, {T: times}})
	out := times
	if times == nil {
		out = s.T
	}
	n := len(out)
	x := States{T: out, Q: make([]float64, n), V: make([]float64, n), A: make([]float64, n), SdQ: make([]float64, n),
		SdV: make([]float64, n), SdA: make([]float64, n)}
	if measured(s.Q) < f.Order {
		panic("smooth: a series needs as many positions as the order of the fit")
	}
	if f.Rest {
		at := new(reader).start(&s, 0)
		for i := range x.Q {
			x.Q[i] = at
		}
		return x
	}
	if f.Jitter.Value > 0 && s.rates[0] == nil {
		s = f.rated(s)
	}
	p := pass{fit: f, series: &s, rows: f.rows(&s, times), filter: newFilter(f.Order, f.Cutoff*f.Step),
		reader: f.reader()}
	p.origin = p.reader.start(&s, 0)
	p.run(&x)
	return x
}

// reader is that of the noise found.
func (f *Fit) reader() *reader {
	l := &likelihood{step: f.Step}
	p := point{beta: math.Log(f.Cutoff * f.Step)}
	unit := 1.0
	for k, c := range [3]Noise{f.Q, f.V, f.A} {
		l.use[k] = c.Value > 0
		if l.use[k] {
			p.gamma[k] = math.Log(c.Value * unit / f.Q.Value)
		}
		unit *= f.Step
	}
	if f.Scale.Value > 0 {
		p.scale, p.lag = math.Log(f.Scale.Value), f.Lag.Value/f.Step
	}
	if f.Jitter.Value > 0 {
		l.speed, p.jitter = f.rates[0], math.Log(f.Jitter.Value/f.Q.Value)
	}
	return newReader(f.Order, l, p)
}

// pass is the way forth and back over the rows of a series.
type pass struct {
	fit    *Fit
	series *Series
	rows   []row
	filter *filter
	reader *reader
	origin float64
}

// enter goes to row i and takes in what was measured there.
func (p *pass) enter(i int, k *kept) {
	if i > 0 {
		p.filter.predict((p.rows[i].t-p.rows[i-1].t)*p.fit.Cutoff, k)
	}
	if from := p.rows[i].from; from >= 0 {
		p.reader.read(p.filter, p.series, from, p.origin)
	}
}

// run fills in the states.
func (p *pass) run(out *States) {
	type known struct {
		R matrix
		z vector
	}
	n := len(p.rows)
	begins := make([]known, 0, n/block+1) // what is known after row b·block
	for i := range n {
		p.enter(i, nil)
		if i%block == 0 {
			begins = append(begins, known{p.filter.R, p.filter.z})
		}
	}
	x, P := p.filter.state()
	steps := make([]kept, block)
	for b := len(begins) - 1; b >= 0; b-- {
		p.filter.R, p.filter.z = begins[b].R, begins[b].z
		lo, hi := b*block, min((b+1)*block, n-1) // the steps lo → lo+1, … hi−1 → hi
		for i := lo; i < hi; i++ {
			p.enter(i+1, &steps[i-lo])
		}
		if hi == n-1 {
			p.write(out, hi, &x, &P)
		}
		for i := hi - 1; i >= lo; i-- {
			p.filter.back(&steps[i-lo], &x, &P)
			p.write(out, i, &x, &P)
		}
	}
}

// write puts the state of row i among those wanted.
func (p *pass) write(out *States, i int, x *vector, P *matrix) {
	k := p.rows[i].into
	if k < 0 {
		return
	}
	w, s := p.fit.Cutoff, p.fit.Q.Value
	out.Q[k], out.V[k], out.A[k] = p.origin+x[0], w*x[1], w*w*x[2]
	out.SdQ[k], out.SdV[k], out.SdA[k] = s*math.Sqrt(P[0][0]), s*w*math.Sqrt(P[1][1]), s*w*w*math.Sqrt(P[2][2])
}

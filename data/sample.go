package data

import (
	"math"
	"slices"
)

// sampleRows is how many rows decide what a header leaves open.
const sampleRows = 1000

// sample are the first rows of a table by columns; what is no number is NaN.
type sample struct {
	of    [][]float64
	times []int // how many cells of each column are dates with a time of day, or times of day
}

// begun is a source whose first rows have been looked at.
type begun struct {
	source
	rows []seenRow
	at   int   // of the current row, from 1
	head int   // line of the header
	err  error // behind the last of rows; nil while there are more
}

type seenRow struct {
	line    int
	numbers []float64
	wrong   []error
	texts   []string
	blank   []error
}

// firstRows looks at the first rows of a source, and gives the source back as it was.
func firstRows(src source, columns int) (source, *sample) {
	b := &begun{source: src, head: src.line()}
	s := &sample{of: make([][]float64, columns), times: make([]int, columns)}
	for len(b.rows) < sampleRows {
		if b.err = src.next(); b.err != nil {
			break
		}
		r := seenRow{line: src.line(), numbers: make([]float64, columns), wrong: make([]error, columns),
			texts: make([]string, columns), blank: make([]error, columns)}
		for j := range columns {
			r.numbers[j], r.wrong[j] = src.number(j)
			r.texts[j], r.blank[j] = src.text(j)
			x := r.numbers[j]
			if r.wrong[j] != nil {
				x = math.NaN()
				if _, day := date(r.texts[j]); !day && isTime(r.texts[j]) {
					s.times[j]++
				}
			}
			s.of[j] = append(s.of[j], x)
		}
		b.rows = append(b.rows, r)
	}
	return b, s
}

func (b *begun) next() error {
	if b.at < len(b.rows) {
		b.at++
		return nil
	}
	if b.at = len(b.rows) + 1; b.err != nil {
		return b.err
	}
	return b.source.next()
}

// seen is the current row if it is one of the first.
func (b *begun) seen() *seenRow {
	if b.at == 0 || b.at > len(b.rows) {
		return nil
	}
	return &b.rows[b.at-1]
}

func (b *begun) line() int {
	if b.at == 0 {
		return b.head
	}
	if r := b.seen(); r != nil {
		return r.line
	}
	return b.source.line()
}

func (b *begun) number(j int) (float64, error) {
	if r := b.seen(); r != nil {
		return r.numbers[j], r.wrong[j]
	}
	return b.source.number(j)
}

func (b *begun) text(j int) (string, error) {
	if r := b.seen(); r != nil {
		return r.texts[j], r.blank[j]
	}
	return b.source.text(j)
}

// numeric says whether a column holds numbers in nearly all rows.
func (s *sample) numeric(j int) bool {
	n := 0
	for _, x := range s.of[j] {
		if !math.IsNaN(x) {
			n++
		}
	}
	return n > 0 && 10*n >= 9*len(s.of[j])
}

// clocks says whether a column holds times of day, with a date or without, in nearly all rows.
func (s *sample) clocks(j int) bool {
	return s.times[j] > 0 && 10*s.times[j] >= 9*len(s.of[j])
}

// advances says whether a column grows from each row to the next.
func (s *sample) advances(j int) bool {
	for n := 1; n < len(s.of[j]); n++ {
		if !(s.of[j][n] > s.of[j][n-1]) {
			return false
		}
	}
	return len(s.of[j]) >= minRows
}

// evenly says whether a column that grows does so by about the same from row to row.
func (s *sample) evenly(j int) bool {
	by := steps(nil, s.of[j])
	return slices.Max(by) < 1.5*median(by)
}

// constant says whether a column has one number throughout.
func (s *sample) constant(j int) bool {
	return !slices.ContainsFunc(s.of[j], func(x float64) bool { return !(x == s.of[j][0]) })
}

// seldom says whether a column changes in less than one row of twenty, as what is set does.
func (s *sample) seldom(j int) bool {
	n := 0
	for i := 1; i < len(s.of[j]); i++ {
		if s.of[j][i] != s.of[j][i-1] {
			n++
		}
	}
	return 20*n < len(s.of[j])
}

// restless says whether a column has another number in each row than in the one before, as what tells motions apart
// never has.
func (s *sample) restless(j int) bool {
	for n := 1; n < len(s.of[j]); n++ {
		if s.of[j][n] == s.of[j][n-1] {
			return false
		}
	}
	return len(s.of[j]) > 1
}

// counts says whether a column only counts rows.
func (s *sample) counts(j int) bool {
	for n := 2; n < len(s.of[j]); n++ {
		if s.of[j][n]-s.of[j][n-1] != s.of[j][1]-s.of[j][0] {
			return false
		}
	}
	return len(s.of[j]) > 2
}

// steady says whether a column changes only where the time goes back, as what differs from run to run does.
func (s *sample) steady(j, time int) bool {
	if time < 0 {
		return s.constant(j)
	}
	for n := 1; n < len(s.of[j]); n++ {
		if s.of[j][n] != s.of[j][n-1] && s.of[time][n] > s.of[time][n-1] {
			return false
		}
	}
	return len(s.of[j]) > 0
}

// slope compares the way Δq that column q goes with ∫v dt by column v: the correlation of the two, and the ratio of
// ∫v dt to Δq by least squares, over spans of a row, or of eight where numbers are coarse, whichever agrees better.
// Rows where time goes back, where numbers lack, and jumps of q are left out.
func (s *sample) slope(q, v, time int) (agree, ratio float64) {
	at := func(j int) func(i int) float64 { return func(i int) float64 { return s.of[j][i] } }
	t := func(i int) float64 { return float64(i) }
	if time >= 0 {
		t = at(time)
	}
	for _, span := range []int{1, 8} {
		var w ways
		w.over(len(s.of[q]), span, t, at(q), at(v), func(i int) bool {
			return !(t(i) > t(i-1)) || math.IsNaN(s.of[v][i]+s.of[v][i-1]) || math.IsNaN(s.of[q][i]-s.of[q][i-1])
		})
		if c := w.compare(true); len(w.q) >= 5 && c.correlation() > agree {
			agree, ratio = c.correlation(), c.qi/c.qq
		}
	}
	return agree, ratio
}

// same says how nearly column b is column a: the correlation if one unit of one is about a unit of the other, else 0.
func (s *sample) same(a, b int) float64 {
	var x, y moments
	xy, n := 0.0, 0.0
	for i := range s.of[a] {
		if p, q := s.of[a][i], s.of[b][i]; !math.IsNaN(p) && !math.IsNaN(q) {
			x.add(p)
			y.add(q)
			xy, n = xy+p*q, n+1
		}
	}
	if n < 5 || !(x.std() > 0 && y.std() > 0) {
		return 0
	}
	if math.Abs(x.std()/y.std()-1) > 0.1 {
		return 0
	}
	return (xy/n - x.mean*y.mean) / (x.std() * y.std())
}

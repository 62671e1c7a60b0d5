package sweep

import (
	"cmp"
	"encoding/csv"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"
)

// Row is a point in the table of results, with what came of it at the highest rung that it has reached.
type Row struct {
	Point  int       `json:"point"`
	At     Point     `json:"parameters"`
	Rung   int       `json:"rung,omitempty"`
	Steps  int       `json:"steps,omitempty"`  // with halving
	Median *float64  `json:"median"`           // of the measure over seeds; nil: none
	Least  *float64  `json:"least,omitempty"`  // of the seeds that have one
	Most   *float64  `json:"most,omitempty"`   //
	Values []float64 `json:"values,omitempty"` // by seed, of those that have one
	Failed int       `json:"failed,omitempty"` // seeds without
}

// Rows are the points that have all results of a rung, by their number.
func (s *Sweep) Rows() (rows []Row) {
	for i := range s.points {
		if rung := s.reached(i); rung >= 0 {
			rows = append(rows, s.row(i, rung))
		}
	}
	return rows
}

// row is that of a point that has all results of a rung.
func (s *Sweep) row(i, rung int) Row {
	r := Row{Point: i, At: s.points[i].At, Rung: rung}
	if s.File.Halving != nil {
		r.Steps = s.File.Halving.total(rung)
	}
	for seed := 1; seed <= s.File.Seeds; seed++ {
		if x := s.results[s.File.trialID(i, seed, rung)]; x.Failed() {
			r.Failed++
		} else {
			r.Values = append(r.Values, *x.Value)
		}
	}
	if len(r.Values) > 0 {
		least, most := slices.Min(r.Values), slices.Max(r.Values)
		r.Least, r.Most = &least, &most
	}
	if m := s.loss(i, rung); !math.IsInf(m, 0) {
		if s.File.Goal == "max" {
			m = -m
		}
		r.Median = &m
	}
	return r
}

// Best are the rows that have a measure, the best first: those of the highest rung, then by their median. The
// experiments of a page do not compete.
func (s *Sweep) Best() []Row {
	if s.File.Page() {
		return nil
	}
	rows := slices.DeleteFunc(s.Rows(), func(r Row) bool { return r.Median == nil })
	slices.SortStableFunc(rows, s.compare)
	return rows
}

// compare puts the better of two rows with a measure first.
func (s *Sweep) compare(a, b Row) int {
	sign := 1.0
	if s.File.Goal == "max" {
		sign = -1
	}
	return cmp.Or(cmp.Compare(b.Rung, a.Rung), cmp.Compare(sign**a.Median, sign**b.Median))
}

// Leader is the first of Best, which is kept as results come: of a sweep under way it is asked for at each of them.
func (s *Sweep) Leader() (r Row, ok bool) {
	if s.leader == nil || s.File.Page() {
		return r, false
	}
	return *s.leader, true
}

// lead has a point that has one more result lead, if it is the best.
func (s *Sweep) lead(point int) {
	rung := s.reached(point)
	if rung < 0 {
		return
	}
	r, first := s.row(point, rung), s.leader
	switch {
	case r.Median == nil && first != nil && first.Point == point: // it failed on the rung that it went on to
		s.leader = nil
		if all := s.Best(); len(all) > 0 {
			s.leader = &all[0]
		}
	case r.Median == nil:
	case first == nil || cmp.Or(s.compare(r, *first), cmp.Compare(r.Point, first.Point)) <= 0:
		s.leader = &r
	}
}

// Names are those of the parameters.
func (s *Sweep) Names() []string { return slices.Sorted(maps.Keys(s.File.Space)) }

// WriteCSV writes the table of results: one line for each trial, points in their order. It is a function of the sweep
// file alone where trials are: when they ran, where and for how long is not in it.
func (s *Sweep) WriteCSV(w io.Writer) error {
	c := csv.NewWriter(w)
	names := s.Names()
	head := append([]string{"point"}, names...)
	if s.File.Halving != nil {
		head = append(head, "rung", "steps")
	}
	if err := c.Write(append(head, "seed", "measure", "error")); err != nil {
		return err
	}
	for _, e := range s.entries() {
		if err := c.Write(s.line(e)); err != nil {
			return err
		}
	}
	c.Flush()
	return c.Error()
}

func (s *Sweep) line(e entry) []string {
	line := []string{strconv.Itoa(e.point)}
	for _, name := range s.Names() {
		line = append(line, s.points[e.point].At[name])
	}
	if h := s.File.Halving; h != nil {
		line = append(line, strconv.Itoa(e.rung), strconv.Itoa(h.total(e.rung)))
	}
	value := ""
	if v := e.result.Value; v != nil {
		value = strconv.FormatFloat(*v, 'g', -1, 64)
	}
	return append(line, strconv.Itoa(e.seed), value, e.result.why())
}

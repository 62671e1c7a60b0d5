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
	for i, p := range s.points {
		rung := s.reached(i)
		if rung < 0 {
			continue
		}
		r := Row{Point: i, At: p.At, Rung: rung}
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
		rows = append(rows, r)
	}
	return rows
}

// Best are the rows that have a measure, the best first: those of the highest rung, then by their median. The
// experiments of a page do not compete.
func (s *Sweep) Best() []Row {
	if s.File.Page() {
		return nil
	}
	rows := slices.DeleteFunc(s.Rows(), func(r Row) bool { return r.Median == nil })
	sign := 1.0
	if s.File.Goal == "max" {
		sign = -1
	}
	slices.SortStableFunc(rows, func(a, b Row) int {
		return cmp.Or(cmp.Compare(b.Rung, a.Rung), cmp.Compare(sign**a.Median, sign**b.Median))
	})
	return rows
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

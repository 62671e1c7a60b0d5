package sweep

import (
	"io"
	"math"
	"slices"
	"strconv"

	"lagrange/data/array"
)

// entry is a trial that has ended, with its place.
type entry struct {
	point, rung, seed int
	result            Result
}

// entries are the trials that have ended: points in their order, then rungs, then seeds.
func (s *Sweep) entries() (all []entry) {
	for i := range s.points {
		for rung := range s.File.rungs() {
			for seed := 1; seed <= s.File.Seeds; seed++ {
				if r, ok := s.results[s.File.trialID(i, seed, rung)]; ok {
					all = append(all, entry{i, rung, seed, r})
				}
			}
		}
	}
	return all
}

// WriteParquet writes the table of results as WriteCSV does. A parameter whose values are all numbers is a column of
// numbers, NaN where it does not count.
func (s *Sweep) WriteParquet(w io.Writer) error {
	all := s.entries()
	whole := func(name string, of func(entry) int) array.Array {
		a := array.Array{Name: name, Shape: []int{len(all)}, Int: make([]int64, len(all))}
		for i, e := range all {
			a.Int[i] = int64(of(e))
		}
		return a
	}
	columns := []array.Array{whole("point", func(e entry) int { return e.point })}
	for _, name := range s.Names() {
		columns = append(columns, s.column(name, all))
	}
	if h := s.File.Halving; h != nil {
		columns = append(columns, whole("rung", func(e entry) int { return e.rung }),
			whole("steps", func(e entry) int { return h.total(e.rung) }))
	}
	measure := array.Array{Name: "measure", Shape: []int{len(all)}, Float: make([]float64, len(all))}
	failure := array.Array{Name: "error", Shape: []int{len(all)}, Text: make([]string, len(all))}
	for i, e := range all {
		measure.Float[i] = math.NaN()
		if e.result.Value != nil {
			measure.Float[i] = *e.result.Value
		}
		failure.Text[i] = e.result.why()
	}
	return array.WriteParquet(w, append(columns, whole("seed", func(e entry) int { return e.seed }), measure, failure))
}

// column has the values of a parameter.
func (s *Sweep) column(name string, all []entry) array.Array {
	a := array.Array{Name: name, Shape: []int{len(all)}}
	for _, e := range all {
		text, ok := s.points[e.point].At[name]
		x, err := strconv.ParseFloat(text, 64)
		if !ok {
			x = math.NaN()
		} else if err != nil {
			a.Float = nil
			break
		}
		a.Float = append(a.Float, x)
	}
	if a.Float == nil {
		a.Text = make([]string, len(all))
		for i, e := range all {
			a.Text[i] = s.points[e.point].At[name]
		}
	}
	return a
}

// why says why a trial has no measure; "": it has one.
func (r Result) why() string {
	if n := len(r.Errors); r.Value == nil && n > 0 {
		return r.Errors[n-1]
	}
	return ""
}

// Importance is by how much of the spread of the points' places a parameter alone accounts, in [0, 1]: ε² of Kelley
// (1935), the part of the variance that lies between groups of equal value, less what chance puts there. Places, from
// best to worst, are taken in place of measures, whose spread is that of the worst. A range makes five groups.
type Importance struct {
	Name string  `json:"parameter"`
	Part float64 `json:"part"`
}

// Importances are those of all parameters, the largest first. Points of the first rung are compared.
func (s *Sweep) Importances() (all []Importance) {
	var points []int
	var losses []float64
	for i := range s.points {
		if s.reached(i) >= 0 {
			points, losses = append(points, i), append(losses, s.loss(i, 0))
		}
	}
	if len(points) < leastPoints {
		return nil
	}
	places := ranks(losses)
	for k, p := range s.File.parameters() {
		groups := map[int][]float64{}
		for j, i := range points {
			if p.counts(s.points[i].At) {
				n := len(p.Choices)
				if n == 0 {
					n = gridSteps
				}
				g := min(int(s.points[i].X[k]*float64(n)), n-1)
				groups[g] = append(groups[g], places[j])
			}
		}
		all = append(all, Importance{p.Name, between(groups)})
	}
	slices.SortStableFunc(all, func(a, b Importance) int {
		switch {
		case a.Part > b.Part:
			return -1
		case a.Part < b.Part:
			return 1
		}
		return 0
	})
	return all
}

// leastPoints is from how many points on importance says something.
const leastPoints = 8

// ranks are the places of numbers, ties in the middle.
func ranks(xs []float64) []float64 {
	sorted := slices.Sorted(slices.Values(xs))
	r := make([]float64, len(xs))
	for i, x := range xs {
		lo, _ := slices.BinarySearch(sorted, x)
		hi := lo
		for hi < len(sorted) && sorted[hi] == x {
			hi++
		}
		r[i] = float64(lo+hi-1) / 2
	}
	return r
}

// between is ε² = (SSb − (k−1) MSw)/SSt of k groups, not below 0.
func between(groups map[int][]float64) float64 {
	n, k, sum, squares, inner := 0.0, float64(len(groups)), 0.0, 0.0, 0.0
	for _, g := range groups {
		mean := 0.0
		for _, x := range g {
			n++
			sum += x
			squares += x * x
			mean += x / float64(len(g))
		}
		for _, x := range g {
			inner += (x - mean) * (x - mean)
		}
	}
	total := squares - sum*sum/n
	if n <= k || total <= 0 {
		return 0
	}
	return max(0, (total-inner-(k-1)*inner/(n-k))/total)
}

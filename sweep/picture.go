package sweep

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"lagrange/plot"
)

// Figure draws the measure against each parameter: all trials, and the median of each point. Where the measure is
// positive its axis is logarithmic.
func (s *Sweep) Figure() plot.Figure {
	log := true
	all := s.entries()
	for _, e := range all {
		log = log && (e.result.Value == nil || *e.result.Value > 0)
	}
	f := plot.Figure{Title: s.ID, Columns: 2}
	for _, p := range s.File.parameters() {
		panel := plot.Panel{YLabel: s.File.Measure, XLabel: p.label(), LogY: log, LogX: len(p.Log) > 0}
		trials, medians := plot.Series{Name: "a trial", Style: plot.Points}, plot.Series{Name: "median of a point",
			Style: plot.Points}
		for _, e := range all {
			if x, ok := p.place(s.points[e.point].At); ok && e.result.Value != nil && e.rung == s.reached(e.point) {
				trials.X, trials.Y = append(trials.X, x), append(trials.Y, *e.result.Value)
			}
		}
		for _, r := range s.Rows() {
			if x, ok := p.place(r.At); ok && r.Median != nil {
				medians.X, medians.Y = append(medians.X, x), append(medians.Y, *r.Median)
			}
		}
		panel.Series = append(panel.Series, trials, medians)
		f.Panels = append(f.Panels, panel)
	}
	return f
}

// place is where a value stands on an axis: a number where it is, of choices the first one at 1.
func (p *Parameter) place(at Point) (float64, bool) {
	text, ok := at[p.Name]
	if !ok {
		return math.NaN(), false
	}
	for i, v := range p.values() {
		if v == text {
			return float64(i + 1), true
		}
	}
	x, err := strconv.ParseFloat(text, 64)
	return x, err == nil
}

// label names an axis, and the choices on it.
func (p *Parameter) label() string {
	if len(p.Choices) == 0 {
		return p.Name
	}
	var parts []string
	for i, v := range p.values() {
		parts = append(parts, fmt.Sprintf("%d %s", i+1, v))
	}
	return p.Name + ": " + strings.Join(parts, ", ")
}

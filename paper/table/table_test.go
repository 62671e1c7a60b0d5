package table

import (
	"strings"
	"testing"

	"lagrange/experiment"
)

// Only the relativistic particle is beyond a quadratic Lagrangian, and a table ticks what is below its limit.
func TestPropertyTable(t *testing.T) {
	var numbers [][]float64
	for _, p := range rows {
		numbers = append(numbers, []float64{p.limit / 2, p.limit * 2, 0, p.limit, 1e6})
	}
	r := Report{Properties: map[string]map[string]Finding{}}
	table, figure := r.fill(numbers)
	for i, row := range table.Rows {
		for j, tick := range []bool{true, false, true, false, false} {
			if strings.HasPrefix(row[3+j], "✓") != tick || r.Properties[rows[i].name][models[j][0]].Tick != tick {
				t.Errorf("%v, model %d", row, j)
			}
		}
	}
	if len(figure.Panels) != 5 || len(r.notes(experiment.Settings{})) < 3 {
		t.Error("figure or notes")
	}
	if err := figure.Encode(new(strings.Builder), "svg"); err != nil {
		t.Error(err)
	}
}

package train

import (
	"math"
	"testing"

	"lagrange/internal/par"
)

// Steps between rows go through the forces between them, held or not, as rows in between would; and they become as many
// as the noise asks for.
func TestRefine(t *testing.T) {
	for _, held := range []bool{false, true} {
		m := drivenModel(t, "lnn")
		m.Spec.Inputs[0].Held = held
		o, _ := motions(m, 2, 31, 1e-9, 0.05, false, 3)
		fine := &Measured{D: o.D, M: o.M}
		const parts = 4
		for _, e := range o.Of {
			f := Measurement{Sigma: e.Sigma}
			for k := range 30*parts + 1 {
				row, c := k/parts, float64(k%parts)/parts
				next := min(row+1, 30)
				f.T = append(f.T, e.T[row]+c*(e.T[next]-e.T[row]))
				f.X = append(f.X, e.state(row)...)
				if held {
					f.U = append(f.U, e.U[row])
				} else {
					f.U = append(f.U, (1-c)*e.U[row]+c*e.U[next])
				}
			}
			fine.Of = append(fine.Of, f)
		}
		team := par.NewTeam(1)
		s := []Segment{{0, 3, 17, false}, {1, 10, 30, false}}
		x := o.Smoothed(s)
		o.Parts = parts
		got := o.paths(m, team, s, x)
		want := fine.paths(m, team, []Segment{{0, 12, 68, false}, {1, 40, 120, false}}, x)
		for i, path := range got {
			for k, y := range path {
				if w := want[i][k/o.D*parts*o.D+k%o.D]; math.Abs(y-w) > 1e-9*(1+math.Abs(w)) {
					t.Fatalf("held %v, segment %d, number %d: %v; by rows in between %v", held, i, k, y, w)
				}
			}
		}
		o.Parts = 0
		if o.Refine(m, team, s, x); o.Parts < 4 {
			t.Errorf("%d steps from row to row where the noise is a billionth", o.Parts)
		}
		for i := range o.Of {
			o.Of[i].Sigma = []float64{0.1, 0.1, 0, 0}
		}
		o.Parts = 0
		if o.Refine(m, team, s, x); o.Parts != 1 {
			t.Errorf("%d steps from row to row where the noise is a tenth", o.Parts)
		}
		team.Close()
	}
}

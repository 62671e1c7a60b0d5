package train

import (
	"math"
	"testing"

	"lagrange/internal/par"
	"lagrange/model"
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
		o.Parts = 8
		if o.Refine(m, team, s, x); o.Parts < 4 {
			t.Errorf("%d steps from row to row where the noise is a billionth", o.Parts)
		}
		for i := range o.Of {
			o.Of[i].Sigma = []float64{0.1, 0.1, 0, 0}
		}
		o.Parts = 8
		if o.Refine(m, team, s, x); o.Parts != 1 {
			t.Errorf("%d steps from row to row where the noise is a tenth", o.Parts)
		}
		team.Close()
	}
}

// Each length of shooting has steps of its own, however many others took; models are judged with the most.
func TestStepsOfALength(t *testing.T) {
	o, spec := swinging(t, 1e-5)
	spec.Terms = [][]model.Term{{{Function: model.Cos, Of: []int{1}}}, {{Function: model.One}}}
	m, err := model.New[float64](spec, 1)
	if err != nil {
		t.Fatal(err)
	}
	x, err := o.Again(t.Context(), m, Identified{})
	if err != nil || len(x.Lengths) == 0 {
		t.Fatal(len(x.Lengths), err)
	}
	first, last := x.Lengths[0].Parts, x.Lengths[len(x.Lengths)-1].Parts
	if first < 2 || last < first || o.Learn.Parts != last || o.Held.Parts != last {
		t.Errorf("%d steps, then %d; models are judged with %d and %d", first, last, o.Learn.Parts, o.Held.Parts)
	}
	most := 2 * last
	o.Learn.Parts, o.Held.Parts = most, most
	if x, err = o.Again(t.Context(), m, Identified{}); err != nil || x.Lengths[0].Parts != first {
		t.Errorf("%d steps where %d were enough, %v", x.Lengths[0].Parts, first, err)
	}
	if o.Learn.Parts != most || o.Held.Parts != most {
		t.Errorf("models are judged with %d steps after %d", o.Held.Parts, most)
	}
}

package train

import (
	"math"
	"testing"

	"lagrange/model"
)

// gradientLoop is a run of Adam on three cores with batches of which the last chunk has samples for one core only.
func gradientLoop(t *testing.T, family string, hidden ...int) *Loop[float64] {
	t.Helper()
	l := newLoop(t, 100)
	l.Train = pendulum(600, 1)
	spec := l.Model.Spec
	spec.Family, spec.Hidden = family, hidden
	m, err := model.New[float64](spec, 3)
	if err != nil {
		t.Fatal(err)
	}
	l.Model, l.State = m, NewState(m)
	l.Settings.Workers, l.Settings.Batch = 3, 3*model.Chunk+1
	return l
}

// Found row by row, a gradient is what it is as a sum of copies, and each core touches all of its own parameters.
func TestRowwise(t *testing.T) {
	for _, family := range []string{"lnn", "nn", "hnn"} {
		t.Run(family, func(t *testing.T) {
			l := gradientLoop(t, family, 9, 20)
			if err := l.prepare(); err != nil {
				t.Fatal(err)
			}
			defer l.release()
			r, ok := newRowwise(l)
			if !ok {
				t.Fatal("not all parameters are those of layers")
			}
			for range 2 {
				l.draw()
				want, square := newCopies(l).find()
				losses := total(l.losses)
				got, sum := r.find()
				if diff := math.Abs(total(l.losses) - losses); diff > 1e-12*losses || losses == 0 {
					t.Errorf("a loss of %g, %g by copies", total(l.losses), losses)
				}
				if diff := math.Abs(sum - square); diff > 1e-12*square || square == 0 {
					t.Errorf("a square of %g, %g by copies", sum, square)
				}
				for i, x := range want {
					if diff := math.Abs(got[i] - x); !(diff <= 1e-12*math.Sqrt(square)) {
						t.Fatalf("∂/∂θ_%d is %g, %g by copies", i, got[i], x)
					}
				}
			}
			visited := make([]int, len(l.Model.Theta))
			for w := range l.Settings.Workers {
				r.spans(w, func(lo, hi int) {
					for i := lo; i < hi; i++ {
						visited[i]++
					}
				})
			}
			for i, n := range visited {
				if n != 1 {
					t.Fatalf("parameter %d belongs to %d cores", i, n)
				}
			}
		})
	}
}

// Rows are shared where they are many, where there are cores to share them, and where one sweep finds them all.
func TestRowwiseWhere(t *testing.T) {
	wide := []int{320, 320}
	friction := func(l *Loop[float64]) {
		spec := l.Model.Spec
		spec.Friction = "viscous"
		m, err := model.New[float64](spec, 3)
		if err != nil {
			t.Fatal(err)
		}
		l.Model, l.State = m, NewState(m)
	}
	bent := func(l *Loop[float64]) { l.Train = KeepPositiveDefinite(l.Model, l.Train, InitialGuess{}) }
	for _, c := range []struct {
		name   string
		hidden []int
		change func(l *Loop[float64])
		want   bool
	}{
		{"wide", wide, func(*Loop[float64]) {}, true},
		{"narrow", []int{300, 300}, func(*Loop[float64]) {}, false},
		{"one core", wide, func(l *Loop[float64]) { l.Settings.Workers = 1 }, false},
		{"friction", wide, friction, false},
		{"mass matrices", wide, bent, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := gradientLoop(t, "lnn", c.hidden...)
			c.change(l)
			if err := l.prepare(); err != nil {
				t.Fatal(err)
			}
			defer l.release()
			if _, got := newGradient(l).(*rowwise[float64]); got != c.want {
				t.Errorf("by rows: %t", got)
			}
		})
	}
}

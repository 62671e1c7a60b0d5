package sweep

import (
	"fmt"
	"math"
	"testing"
)

// cube is a file with k ranges from 0 to 1.
func cube(t *testing.T, sampler string, k, points, batch int, seed uint64) *File {
	text := fmt.Sprintf("run = \"train\"\nmeasure = \"x\"\nsampler = %q\npoints = %d\nbatch = %d\nseed = %d\n", sampler,
		points, batch, seed)
	for i := range k {
		text += fmt.Sprintf("[space.x%02d]\nrange = [0, 1]\n", i)
	}
	return parsed(t, text)
}

// TestSobolStrata holds the sequence against its law: 2ᵐ points in a row, from a multiple of 2ᵐ on, have one in each of
// 2ᵐ equal parts of every axis; and in the first two axes one in each rectangle of area 2⁻ᵐ.
func TestSobolStrata(t *testing.T) {
	const k, m = 21, 6
	s, err := newSobol(cube(t, "sobol", k, 1, 1, 5))
	if err != nil {
		t.Fatal(err)
	}
	for _, first := range []int{0, 1 << m, 5 << m} {
		ds := s.Next(first, 1<<m, nil)
		for axis := range k {
			met := map[int]bool{}
			for _, d := range ds {
				met[int(d.X[axis]*(1<<m))] = true
			}
			if len(met) != 1<<m {
				t.Errorf("axis %d, from %d: %d parts of %d have a point", axis, first, len(met), 1<<m)
			}
		}
		for a := range m + 1 {
			met := map[[2]int]bool{}
			for _, d := range ds {
				met[[2]int{int(d.X[0] * float64(int(1)<<a)), int(d.X[1] * float64(int(1)<<(m-a)))}] = true
			}
			if len(met) != 1<<m {
				t.Errorf("rectangles 2^-%d × 2^-%d, from %d: %d of %d have a point", a, m-a, first, len(met), 1<<m)
			}
		}
	}
}

// TestGrid counts combinations: those that differ only in a parameter that does not count are one.
func TestGrid(t *testing.T) {
	f := parsed(t, `run = "train"
measure = "x"
sampler = "grid"
[space.a]
choices = [1, 2, 3]
[space.b]
range = [0, 1]
steps = 4
when = {a = ["1", "2"]}
`)
	if f.Points != 9 { // 2·4 with b, one without
		t.Errorf("%d points, want 9", f.Points)
	}
	s, _ := newGrid(f)
	met := map[string]bool{}
	for _, d := range s.Next(0, 9, nil) {
		met[fmt.Sprint(f.point(d.X).Args())] = true
	}
	for _, want := range []string{"[--a=1 --b=0]", "[--a=2 --b=1]", "[--a=3]", "[--a=1 --b=0.333333]"} {
		if !met[want] {
			t.Errorf("%s is missing in %v", want, met)
		}
	}
}

// bowl is ‖x − 0.7‖² + a step for x₀ > 0.9.
func bowl(x []float64) (sum float64) {
	for _, v := range x {
		sum += (v - 0.7) * (v - 0.7)
	}
	return sum
}

// search plays a sampler on a function, and gives the best value of all points.
func search(t *testing.T, f *File) float64 {
	s, err := samplers[f.Sampler](f)
	if err != nil {
		t.Fatal(err)
	}
	var seen []Seen
	best := math.Inf(1)
	for n := 0; n < f.Points; n += f.Batch {
		ds := s.Next(n, min(f.Batch, f.Points-n), seen)
		if again := s.Next(n, min(f.Batch, f.Points-n), seen); fmt.Sprint(again) != fmt.Sprint(ds) {
			t.Fatalf("%s decides differently the second time", f.Sampler)
		}
		for _, d := range ds {
			loss := bowl(d.X)
			if len(seen)%7 == 3 {
				loss = math.Inf(1) // one in seven fails
			}
			best = min(best, loss)
			seen = append(seen, Seen{d.X, loss, f.point(d.X)})
		}
	}
	return best
}

// TestSearch compares samplers that learn with one that does not, on a bowl in four dimensions of which one point in
// seven fails: the median over seeds of the best point.
func TestSearch(t *testing.T) {
	best := func(sampler string, points int) float64 {
		var all []float64
		for seed := range uint64(9) {
			all = append(all, search(t, cube(t, sampler, 4, points, 8, seed)))
		}
		return median(all)
	}
	if random, tpe := best("random", 80), best("tpe", 80); tpe > random/3 {
		t.Errorf("best of 80 points: random %.3g, tpe %.3g", random, tpe)
	}
	if random, cma := best("random", 400), best("cma-es", 400); cma > random/30 {
		t.Errorf("best of 400 points: random %.3g, cma-es %.3g", random, cma)
	}
}

// TestTPEConditions draws from a space in which the good half has a parameter of its own.
func TestTPEConditions(t *testing.T) {
	f := parsed(t, `run = "train"
measure = "x"
sampler = "tpe"
points = 60
batch = 4
[space.kind]
choices = ["flat", "deep"]
[space.width]
range = [0, 1]
when = {kind = ["deep"]}
`)
	s := tpe{f}
	var seen []Seen
	deep := 0
	for n := 0; n < f.Points; n += f.Batch {
		for _, d := range s.Next(n, f.Batch, seen) {
			p := f.point(d.X)
			loss := 1.0
			if p["kind"] == "deep" {
				loss = math.Abs(d.X[1] - 0.25) // kind, then width, which depends on it
				if n >= f.Points/2 {
					deep++
				}
			} else if p["width"] != "" {
				t.Fatalf("%v has a width", p)
			}
			seen = append(seen, Seen{d.X, loss, p})
		}
	}
	if deep < 24 {
		t.Errorf("%d of the last 30 points are of the better kind", deep)
	}
}

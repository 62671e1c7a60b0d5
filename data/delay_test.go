package data

import (
	"math"
	"testing"
)

// A straight line is that line later; what is held brings as much momentum as it does later; and nothing is delayed
// twice.
func TestDelayed(t *testing.T) {
	s := &Set{Coordinates: []Coordinate{{Name: "q"}}, Inputs: []string{"a", "b"}}
	w := Trajectory{}
	x := 0.0
	for n := range 40 {
		w.T, w.Q = append(w.T, x), append(w.Q, 0)
		w.U = append(w.U, 3*x, float64(n%5))
		x += 0.01 + 0.002*float64(n%3)
	}
	s.Trajectories = []Trajectory{w}
	const by = 0.017
	d := s.Delayed([]float64{by, by}, []bool{false, true})
	got := d.Trajectories[0]
	step := func(x float64) float64 { // b as it is held
		k := 0
		for k+1 < len(w.T) && w.T[k+1] <= x {
			k++
		}
		return w.U[2*k+1]
	}
	for n := 3; n+1 < len(w.T); n++ {
		if want := 3 * (w.T[n] - by); math.Abs(got.U[2*n]-want) > 1e-12 {
			t.Fatalf("row %d: %v, want %v", n, got.U[2*n], want)
		}
		const parts = 20000
		mean, h := 0.0, (w.T[n+1]-w.T[n])/parts
		for k := range parts {
			mean += step(w.T[n]+(float64(k)+0.5)*h-by) / parts
		}
		if math.Abs(got.U[2*n+1]-mean) > 1e-3 {
			t.Fatalf("row %d: %v, the mean is %v", n, got.U[2*n+1], mean)
		}
	}
	if again := d.Delayed([]float64{by, by}, []bool{false, true}); again != d {
		t.Error("delayed twice")
	}
	if w.U[2] != s.Trajectories[0].U[2] || s.Delays != nil {
		t.Error("the recording has changed")
	}
}

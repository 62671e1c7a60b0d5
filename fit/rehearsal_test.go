package fit

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"lagrange/data"
	"lagrange/model"
	"lagrange/train"
)

// A rehearsal has no checkpoint of its own: beside that of the steps that follow it is gone through as before it.
func TestRehearsalBesideCheckpoint(t *testing.T) {
	set := &data.Set{Coordinates: []data.Coordinate{{Name: "x", Velocity: "v"}}}
	for i := range 10 {
		tr := data.Trajectory{}
		for n := range 40 { // ẍ = −x, of several sizes
			x, a := float64(n)/10, 1+float64(i)/10
			tr.T, tr.Q, tr.V = append(tr.T, x), append(tr.Q, a*math.Sin(x)), append(tr.V, a*math.Cos(x))
		}
		set.Trajectories = append(set.Trajectories, tr)
	}
	s := Options{Method: train.GaussNewton, Hidden: []int{3, 3}, Steps: 1, Seed: 1, Workers: 1,
		Checkpoint: filepath.Join(t.TempDir(), "checkpoint"), Resume: true}
	f, err := newProblem(t.Context(), set, s)
	if err != nil {
		t.Fatal(err)
	}
	l, v, err := f.windows()
	if err != nil {
		t.Fatal(err)
	}
	var thetas [][]float64
	for range 2 {
		net, err := model.New[float64](f.spec, 1)
		if err != nil {
			t.Fatal(err)
		}
		o, held := f.estimated(0), f.estimated(1)
		if o.Weight == nil {
			t.Fatal("not clean")
		}
		start, err := f.rehearse(t.Context(), net, o, held, f.s, joint(l, v, selectionWindows))
		if err != nil || !start.Done || !(start.After < start.Before/100) {
			t.Fatalf("%+v, %v", start, err)
		}
		thetas = append(thetas, net.Theta)
		if err := os.WriteFile(s.Checkpoint, nil, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if !slices.Equal(thetas[0], thetas[1]) {
		t.Error("beside a checkpoint another start is made")
	}
}

package lagrange_test

import (
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"lagrange"
	"lagrange/data"
	"lagrange/model"
	"lagrange/model/graph"
	"lagrange/train"
)

// The parts that data.Set.Split documents: unit j = 0, 1, 2, … goes to the first where j mod 3 = 2, to the second where
// j mod 9 = 4, else to the third.
const (
	tested = iota
	judged
	learned
)

// parts says of every row of a recording which parts hold it, by the words of data.Set.Split and not by its code: whole
// trajectories from nine on, else blocks of so many steps, each of which shares a row with the next. The trajectories
// have whole numbers of blocks.
func parts(set *data.Set, block int) (of [][][3]bool) {
	part := func(j int) int {
		switch {
		case j%3 == 2:
			return tested
		case j%9 == 4:
			return judged
		}
		return learned
	}
	j := 0
	for i, t := range set.Trajectories {
		rows := make([][3]bool, t.Len())
		if len(set.Trajectories) >= 9 {
			for n := range rows {
				rows[n][part(i)] = true
			}
		} else {
			for lo := 0; lo+block < t.Len(); lo, j = lo+block, j+1 {
				for n := lo; n <= lo+block; n++ {
					rows[n][part(j)] = true
				}
			}
		}
		of = append(of, rows)
	}
	return of
}

// only says of a row that just this part holds it.
func only(part int) func(by [3]bool) bool {
	return func(by [3]bool) bool {
		var want [3]bool
		want[part] = true
		return by == want
	}
}

// poisoned is a copy of a recording in which the states, accelerations and inputs of some rows are x, and how many rows
// that were.
func poisoned(set *data.Set, block int, which func(by [3]bool) bool, x float64) (*data.Set, int) {
	out, rows := *set, 0
	out.Trajectories = slices.Clone(set.Trajectories)
	of := parts(set, block)
	for i := range out.Trajectories {
		t := &out.Trajectories[i]
		t.Q, t.V, t.A, t.U = slices.Clone(t.Q), slices.Clone(t.V), slices.Clone(t.A), slices.Clone(t.U)
		for n := range t.T {
			if !which(of[i][n]) {
				continue
			}
			rows++
			for _, y := range [][]float64{t.Q, t.V, t.A, t.U} {
				for k := len(y) / t.Len(); k > 0; k-- {
					y[(n+1)*len(y)/t.Len()-k] = x
				}
			}
		}
	}
	return &out, rows
}

// poisons are a number that spoils whatever it enters, and one that a comparison does not lose.
var poisons = []float64{math.NaN(), 4711}

// learning is a training on so many trajectories of so many blocks.
type learning struct {
	set   *data.Set
	block int // steps
	s     lagrange.Settings
}

func (l learning) fit(t *testing.T, set *data.Set) *lagrange.Model {
	l.s.Horizon = float64(l.block) * (l.set.Trajectories[0].T[1] - l.set.Trajectories[0].T[0])
	return fit(t, set, l.s)
}

// memory is all that a training leaves, but for the time it took and what it says of its recording.
type memory struct {
	Spec        model.Spec
	Theta       []uint64
	Record      lagrange.Record
	Calibration *lagrange.Calibration
}

func remembered(m *lagrange.Model) (all []memory) {
	for _, k := range m.Members() {
		r := memory{Spec: k.Spec(), Record: k.Record}
		if m.Ensemble != nil {
			r.Calibration = m.Ensemble.Calibration
		}
		r.Record.Run, r.Record.Data, r.Record.Seconds = "", "", 0
		r.Record.Plan = nil // it tells what was found in all of the recording; what was decided shows in the rest
		for _, x := range k.Theta() {
			r.Theta = append(r.Theta, math.Float64bits(x))
		}
		all = append(all, r)
	}
	return all
}

// blind says that nothing of the test part of a recording reaches a training on it, to a bit, and that what it is
// validated with does. It returns the stages of the training.
func (l learning) blind(t *testing.T) (stages []lagrange.Stage) {
	t.Helper()
	clean := remembered(l.fit(t, l.set))
	for _, x := range poisons {
		set, rows := poisoned(l.set, l.block, only(tested), x)
		if rows < l.set.Rows()/5 {
			t.Fatalf("only %d of %d rows are those to test with", rows, l.set.Rows())
		}
		for i, got := range remembered(l.fit(t, set)) {
			want := clean[i]
			switch {
			case !slices.Equal(got.Theta, want.Theta):
				t.Errorf("network %d learned from the test part, where %g stood", i, x)
			case !reflect.DeepEqual(got, want):
				t.Errorf("with %g in the test part network %d ends as\n%+v\ninstead of\n%+v", x, i, got, want)
			}
		}
	}
	set, _ := poisoned(l.set, l.block, only(judged), 4711)
	for i, got := range remembered(l.fit(t, set)) {
		if got.Record.Validation == clean[i].Record.Validation {
			t.Errorf("network %d is not validated with what is held out for that", i)
		}
	}
	return clean[0].Record.Stages
}

// runaway is nine motions x = c e^(t/2), which end seven times as far as they began.
func runaway() *data.Set {
	set := &data.Set{Time: "t", Coordinates: []data.Coordinate{{Name: "x", Velocity: "v"}}}
	for i := range 9 {
		var t data.Trajectory
		for n := range 41 {
			x := (1 + float64(i)/9) * math.Exp(float64(n)/20)
			t.T, t.Q, t.V = append(t.T, float64(n)/10), append(t.Q, x), append(t.V, x/2)
		}
		set.Trajectories = append(set.Trajectories, t)
	}
	return set
}

// tiny is a net that learns little, by Adam.
func tiny(family string) lagrange.Settings {
	s := quick()
	s.Model, s.Hidden, s.Steps = family, []int{6}, 6
	return s
}

// Nothing of the test part reaches parameters, scales, validation or the calibration of an ensemble, by any objective,
// whether it is held out as whole trajectories or as blocks.
func TestTestPartIsUnseen(t *testing.T) {
	ensemble, windows := tiny("lnn"), tiny("lnn")
	ensemble.Ensemble, windows.Objective = 2, lagrange.Windows
	settings := map[string]lagrange.Settings{
		"accelerations": tiny("lnn"),
		"ensemble":      ensemble,
		"momenta":       tiny("hnn"),
		"plain":         tiny("nn"),
		"windows":       windows,
		"ode":           tiny("node"),
		"newton":        {Hidden: []int{6}, Method: train.GaussNewton, Steps: 3, Seed: 5, Workers: 2},
	}
	for name, s := range settings {
		t.Run(name, func(t *testing.T) {
			for _, trajectories := range []int{3, 12} {
				learning{recording("pendulum", trajectories, 60, true, 0.05), 5, s}.blind(t)
			}
		})
	}
	t.Run("arcs", func(t *testing.T) {
		if testing.Short() {
			t.Skip("some seconds of Gauss–Newton")
		}
		s := lagrange.Settings{
			Hidden: []int{12}, Objective: lagrange.Windows, Method: train.GaussNewton, Steps: 3, Seed: 5, Workers: 2,
		}
		for _, trajectories := range []int{6, 9} { // of 13 blocks: the third of six begins with one to test with
			stages := learning{recording("pendulum", trajectories, 65, false, 0.05), 5, s}.blind(t)
			if len(stages) != 2 || stages[0].Name != "convex initialisation" || stages[1].Name != "long roll-outs" {
				t.Errorf("%d trajectories were learned by the stages %v", trajectories, stages)
			}
		}
	})
	t.Run("defaults", func(t *testing.T) {
		if testing.Short() {
			t.Skip("wide nets")
		}
		l := learning{runaway(), 5, lagrange.Settings{Steps: 1, Seed: 5, Workers: 2}}
		l.blind(t)
		if k := l.fit(t, l.set).Spec().Coordinates[0]; !(k.Knee > 0 && k.SpeedKnee > 0) {
			t.Errorf("no logarithms, which would depend on the range of the recording: %+v", k)
		}
	})
	t.Run("torque", func(t *testing.T) {
		s := tiny("delan")
		s.Objective = lagrange.Torque
		learning{arm(), 5, s}.blind(t)
	})
	t.Run("graph", func(t *testing.T) {
		s := tiny(graph.Family)
		s.Graph = lagrange.Graph{Shape: graph.RingShape, TranslationInvariant: true}
		learning{beads(4, 12, ringOf(4)), 5, s}.blind(t)
	})
}

// What is measured on the recording that a model was trained on, and drawn of it, knows nothing but the test part.
func TestOnlyTestPartIsMeasured(t *testing.T) {
	for _, trajectories := range []int{3, 12} {
		s := tiny("lnn")
		s.Ensemble = 2
		l := learning{recording("pendulum", trajectories, 60, true, 0.05), 5, s}
		m := l.fit(t, l.set)
		l.s = tiny("nn")
		m.Baseline = l.fit(t, l.set)
		want, drawn := measured(t, m, l.set)
		if !want.HeldOut || want.Windows < 10 || len(want.Models) != 4 || want.Ensemble.Accel == nil ||
			want.EnergyDrift == nil {
			t.Fatalf("not everything was measured: %+v", want)
		}
		for _, x := range poisons {
			set, rows := poisoned(l.set, l.block, func(by [3]bool) bool { return !by[tested] }, x)
			if rows < l.set.Rows()/3 {
				t.Fatalf("only %d of %d rows are not those to test with", rows, l.set.Rows())
			}
			m.Record.Data = set.Fingerprint()
			if got, picture := measured(t, m, set); !reflect.DeepEqual(got, want) || picture != drawn {
				t.Errorf("with %g in the other parts %d trajectories are measured as\n%+v\ninstead of\n%+v",
					x, trajectories, got, want)
			}
		}
	}
}

// measured is what Evaluate says of a model, and what Picture draws.
func measured(t *testing.T, m *lagrange.Model, set *data.Set) (lagrange.Evaluation, string) {
	t.Helper()
	e, err := m.Evaluate(t.Context(), set, 0)
	if err != nil {
		t.Fatal(err)
	}
	f, err := m.Picture(t.Context(), set)
	if err != nil {
		t.Fatal(err)
	}
	var svg strings.Builder
	if err := f.Encode(&svg, "svg"); err != nil {
		t.Fatal(err)
	}
	return e, svg.String()
}

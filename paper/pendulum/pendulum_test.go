package pendulum

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"image/png"
	"io"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"lagrange/experiment"
	"lagrange/experiment/bench"
	"lagrange/mech"
	"lagrange/plot"
)

// The experiment, barely trained: its files are whole, its numbers finite and, from the same seed, the same.
func TestDoublePendulum(t *testing.T) {
	if testing.Short() {
		t.Skip("120 roll-outs to t = 100 take seconds")
	}
	folder := filepath.Join(t.TempDir(), "run", "1")
	seen := map[string]int{}
	s := experiment.Settings{Steps: 20, Seed: 7, Folder: folder,
		On: func(p experiment.Progress) { seen[p.Model] = p.Step }}
	result, err := Experiment.Reproduce(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	r := result.Numbers.(Report)
	if len(r.Models) != 2 || seen["lnn"] != 20 || seen["baseline"] != 20 {
		t.Errorf("models %v, steps %v", r.Models, seen)
	}
	for name, m := range r.Models {
		for _, x := range []float64{m.AccelL1, m.AccelL1Median, m.EnergyErrorMean, m.EnergyErrorMedian,
			m.EnergyErrorMax, m.RolloutError, m.Seconds} {
			if !(x > 0) || x-x != 0 {
				t.Errorf("%s: %+v", name, m)
				break
			}
		}
		if m.Steps != 20 || m.Samples < 20*500 || m.Parameters == 0 || m.EnergyErrorMedian > m.EnergyErrorMax ||
			m.EnergyErrorMean > m.EnergyErrorMax {
			t.Errorf("%s: %+v", name, m)
		}
	}
	files(t, folder, r)
	s.Folder, s.Models = "", []string{"lnn"} // one of them again, alone
	again, err := Experiment.Reproduce(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	if a, b := timeless(r).Models["lnn"], timeless(again.Numbers.(Report)).Models["lnn"]; a != b {
		t.Errorf("the same seed gives %+v, then %+v", a, b)
	}
}

// timeless is a report without what the clock says.
func timeless(r Report) Report {
	models := map[string]Score{}
	for name, m := range r.Models {
		m.Seconds = 0
		models[name] = m
	}
	r.Seconds, r.Models = 0, models
	return r
}

// files reads back what was written.
func files(t *testing.T, folder string, r Report) {
	t.Helper()
	read := func(name string) *os.File {
		f, err := os.Open(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { f.Close() })
		return f
	}
	var back Report
	if err := json.NewDecoder(read("report.json")).Decode(&back); err != nil || !reflect.DeepEqual(back, r) {
		t.Errorf("report.json: %+v, %v", back, err)
	}
	var figures map[string]plot.Figure
	if err := json.NewDecoder(read("figure.json")).Decode(&figures); err != nil {
		t.Error(err)
	}
	for _, f := range figures {
		for i, series := range []int{3, 3, 3, 2, 2, 2} { // the true motion and the models'; the models
			if len(f.Panels) != 6 || len(f.Panels[i].Series) != series {
				t.Fatalf("panels %+v", f.Panels)
			}
		}
	}
	if len(figures) != 1 {
		t.Errorf("%d figures", len(figures))
	}
	if m, err := png.Decode(read("double-pendulum.png")); err != nil || m.Bounds().Dx() < 100 {
		t.Error("png: ", err)
	}
	for d, words := xml.NewDecoder(read("double-pendulum.svg")), 0; ; words++ {
		if _, err := d.Token(); err == io.EOF && words > 100 {
			break
		} else if err != nil {
			t.Fatal("svg: ", words, err)
		}
	}
}

// A run that is cancelled is an error, and leaves no numbers that look like a result.
func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	folder := t.TempDir()
	_, err := Experiment.Reproduce(ctx, experiment.Settings{Steps: 60, Folder: folder,
		On: func(experiment.Progress) { cancel() }})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(folder, "*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// A model that is done is taken up as it was by a run of the same settings and seed, and by no other.
func TestDoublePendulumKeeps(t *testing.T) {
	s := experiment.Settings{Steps: 40, Seed: 5, Folder: t.TempDir()}
	open := func() *experiment.Store[partKey, part] {
		store, err := experiment.OpenStore(s.Folder, experiment.PartsFile, part.key)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { store.Close() })
		return store
	}
	fresh := func(s experiment.Settings, seed uint64) *Run {
		return &Run{settings: s, seed: seed, System: mech.Chain(2), figures: &figures{}}
	}
	f := &figures{energy: []plot.Series{{Name: "lnn", X: []float64{0, 1, 2}, Y: []float64{1e-17, math.NaN(), 1. / 3}}}}
	done := part{fresh(s, 5).part(Models[0]), Score{AccelL1: 0.1, ValidTime: 1. / 3,
		Fitted: bench.Fitted{Steps: 40, Seconds: 2}},
		experiment.Unbroken(f.figure())}
	if err := open().Add(done); err != nil {
		t.Fatal(err)
	}
	again, store := fresh(s, 5), open()
	r, err := again.all(t.Context(), Models[:1], store)
	if err != nil || r.Models["lnn"] != done.Score {
		t.Fatalf("%+v, %v", r, err)
	}
	if !reflect.DeepEqual(again.figures.figure(), experiment.Unbroken(f.figure())) {
		t.Errorf("%+v", again.figures)
	}
	longer, named := s, s
	longer.Steps++
	named.Models = []string{"lnn"}
	for what, k := range map[string]partKey{"other settings": fresh(longer, 5).part(Models[0]),
		"other models": fresh(named, 5).part(Models[0]),
		"another seed": fresh(s, 6).part(Models[0]), "another model": again.part(Models[1])} {
		if _, ok := store.Get(k); ok {
			t.Errorf("%s: taken up", what)
		}
	}
}

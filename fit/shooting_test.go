package fit

import (
	"context"
	"math"
	"reflect"
	"testing"
	"time"

	"lagrange/data"
)

// A budget that was asked for ends shooting, with a model and a word about it; one that nobody asked for does not.
func TestBudgetEndsShooting(t *testing.T) {
	set := swings(9, 120, false, 0.01)
	for i := range set.Trajectories {
		set.Trajectories[i].V = nil
	}
	learn := func(unasked bool) Record {
		r, err := Train(context.Background(), set, Options{Model: "terms", Budget: time.Nanosecond, Unasked: unasked})
		if err != nil {
			t.Fatal(err)
		}
		return r.Networks[0].Record
	}
	short, whole := learn(false), learn(true)
	if l := short.Plan.Line("budget"); l.Choice != "spent" || short.Steps != 0 || len(short.Stages) != 1 ||
		math.IsNaN(short.Validation) {
		t.Errorf("in no time %d steps were taken, validation %v: %+v", short.Steps, short.Validation, l)
	}
	if l := whole.Plan.Line("budget"); l.Choice != "" || whole.Steps == 0 || !(whole.Validation < 1.5) {
		t.Errorf("in all the time that it takes, %d steps, validation %v: %+v", whole.Steps, whole.Validation, l)
	}
}

// A model from positions alone goes on with another recording: its terms stay, and its coefficients come from both.
func TestShootingGoesOn(t *testing.T) {
	first, second := swings(9, 120, false, 0.01), swings(18, 240, false, 0.01)
	for _, set := range []*data.Set{first, second} {
		for i := range set.Trajectories {
			set.Trajectories[i].V = nil
		}
	}
	a, err := Train(context.Background(), first, Options{Model: "terms"})
	if err != nil {
		t.Fatal(err)
	}
	b, err := Train(context.Background(), second, Options{From: a.Networks})
	if err != nil {
		t.Fatal(err)
	}
	was, now := a.Networks[0], b.Networks[0]
	if !reflect.DeepEqual(was.Net.Spec, now.Net.Spec) || len(now.Record.Before) != 1 || now.Record.Steps == 0 {
		t.Errorf("after %d steps the model is %+v, before it was %+v", now.Record.Steps, now.Net.Spec, was.Net.Spec)
	}
	if !(now.Record.Validation < 1.3) {
		t.Errorf("held-out motion is off by %v", now.Record.Validation)
	}
	if v := was.Net.Theta[0]; now.Net.Theta[0] == v {
		t.Errorf("a coefficient stayed %v", v)
	}
}

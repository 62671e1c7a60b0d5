package fit

import (
	"context"
	"math"
	"testing"
	"time"
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
	if l := short.Plan.Line("budget"); l.Choice != "spent" || short.Steps != 0 || math.IsNaN(short.Validation) {
		t.Errorf("in no time %d steps were taken, validation %v: %+v", short.Steps, short.Validation, l)
	}
	if l := whole.Plan.Line("budget"); l.Choice != "" || whole.Steps == 0 || !(whole.Validation < 1.5) {
		t.Errorf("in all the time that it takes, %d steps, validation %v: %+v", whole.Steps, whole.Validation, l)
	}
}

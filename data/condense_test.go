package data

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// Many findings of a kind are told in one line, the worst of them, with the number of the others; few are told one by
// one.
func TestCondensed(t *testing.T) {
	var all []Finding
	for i := range 9 {
		all = append(all, Finding{Kind: KindUnits, Column: fmt.Sprint("v", i), Says: fmt.Sprintf("v%d is off", i),
			Serious: i == 4})
		if i < mostAlike {
			all = append(all, Finding{Kind: KindLag, Column: fmt.Sprint("v", i)})
		}
	}
	few := condensed(all)
	if len(few) != 1+mostAlike || few[0].Column != "v4" || !few[0].Serious ||
		few[0].Says != "v4 is off, and so it is with 8 more: v1, v2, v3, …" {
		t.Errorf("%+v", few)
	}
}

// A name that says angle makes none of a coordinate in metres; without a unit, in counts or in one that is not known it
// does.
func TestMayTurn(t *testing.T) {
	for unit, period := range map[string]bool{"": true, "[counts]": true, "[°]": true, "[-]": true, "[m]": false,
		"[mm]": false, "[N]": false} {
		text := "t [s],phi " + unit + ",phidot\n0,0,1\n0.1,0.1,1\n0.2,0.2,1\n"
		set, err := ReadFrom(strings.NewReader(text), "a.csv", Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got := slices.ContainsFunc(set.Coordinates, func(c Coordinate) bool { return c.Period > 0 }); got != period {
			t.Errorf("phi %s: an angle: %v, want %v", unit, got, period)
		}
	}
}

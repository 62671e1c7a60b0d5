package data_test

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lagrange/data"
)

// A standard deviation is taken for nothing else, whatever it is of.
func TestDeviationsAreIgnored(t *testing.T) {
	set, err := data.ReadFrom(strings.NewReader(""+
		"t,x,x_dot,x_ddot,sd_x,sd_x_dot,sd_x_vel,sd_x_acc,sd_x_pos,sd_x_force\n"+
		"0,1,2,3,4,5,6,7,8,9\n1,2,3,4,5,6,7,8,9,9\n2,3,5,4,5,6,7,8,9,9\n"), "s.csv", data.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if set.D() != 1 || set.M() != 0 || !set.HasAccelerations() {
		t.Fatalf("%+v", set.Columns)
	}
	for _, c := range set.Columns[4:] {
		if c.Role != data.RoleIgnored {
			t.Errorf("%s is taken for %s: %s", c.Name, c.Role, c.Why)
		}
	}
}

// Files of positions alone are read together, and a coordinate that goes round without a unit is no trouble.
func TestFilesOfPositions(t *testing.T) {
	folder := t.TempDir()
	var paths []string
	for _, name := range []string{"a.csv", "b.csv"} {
		var b strings.Builder
		fmt.Fprintln(&b, "t,q")
		for i := range 50 {
			fmt.Fprintf(&b, "%g,%g\n", float64(i)/10, float64(i)/5+math.Sin(float64(i)))
		}
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(b.String()), 0o666); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	if _, err := data.Read(paths, data.Options{}); err == nil {
		t.Error("positions alone are read where velocities are wanted")
	}
	set, err := data.Read(paths, data.Options{Positions: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range set.Trajectories {
		if w.Len() != 50 || w.V != nil {
			t.Errorf("%d rows, velocities %v", w.Len(), w.V)
		}
	}
}

// A place such as x needs a velocity beside it to be a coordinate, but in a recording that has none.
func TestPlacesWithoutVelocities(t *testing.T) {
	for header, want := range map[string]string{
		"t,x [m],theta [rad],force [N],note": "x theta", "t,theta,omega,x,y,r1": "theta", "t,X,y,u": "X y",
	} {
		rows, n := header, strings.Count(header, ",")+1
		for i := range 12 {
			rows += "\n" + strings.TrimSuffix(strings.Repeat(fmt.Sprintf("%d,", i), n), ",")
		}
		set, err := data.ReadFrom(strings.NewReader(rows), "m.csv", data.Options{Positions: true})
		if err != nil {
			t.Fatal(header, err)
		}
		var got []string
		for _, c := range set.Coordinates {
			got = append(got, c.Name)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: coordinates %v, not %s", header, got, want)
		}
	}
}

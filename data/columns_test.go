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

// table is a recording with the given header whose columns all change; the column named like a trajectory is text.
func table(header string) string {
	b := &strings.Builder{}
	fmt.Fprintln(b, header)
	for n := range 5 {
		for j, h := range strings.Split(header, ",") {
			if j > 0 {
				b.WriteByte(',')
			}
			if strings.HasPrefix(strings.ToLower(h), "tr") || strings.HasPrefix(h, "epi") {
				b.WriteString("one")
				continue
			}
			fmt.Fprint(b, float64(n*n+n)/10+float64(j))
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// roles writes a set as "time; trajectory; q v a, …; u …; angles".
func roles(s *data.Set) string {
	var q, angles []string
	for _, c := range s.Coordinates {
		q = append(q, strings.TrimSpace(c.Name+" "+c.Velocity+" "+c.Acceleration))
		if c.Period != 0 {
			angles = append(angles, fmt.Sprintf("%s/%.4g", c.Name, c.Period))
		}
	}
	return strings.Join([]string{s.Time, s.TrajectoryColumn, strings.Join(q, ", "), strings.Join(s.Inputs, " "),
		strings.Join(angles, " ")}, "; ")
}

func TestHeaders(t *testing.T) {
	for _, c := range []struct {
		header string
		o      data.Options
		want   string
	}{
		{"t,q,v", data.Options{}, "t; ; q v; ; "},
		{"time,position,velocity,torque", data.Options{}, "time; ; position velocity; torque; "},
		{"t,r,phi,v_r,v_phi", data.Options{}, "t; ; r v_r, phi v_phi; ; phi/6.283"},
		{"trial,t,q,qd,qdd,u", data.Options{}, "t; trial; q qd qdd; u; "},
		{"Time,Theta1,Theta2,Omega2,Omega1,Tau1", data.Options{},
			"Time; ; Theta1 Omega1, Theta2 Omega2; Tau1; Theta1/6.283 Theta2/6.283"},
		{"t,angle,acc,velocity", data.Options{}, "t; ; angle velocity acc; ; angle/6.283"},
		{"t,angle,voltage,velocity", data.Options{}, "t; ; angle velocity; ; angle/6.283"},
		{"t,q1,q2,qd1,qd2,qdd1,qdd2", data.Options{}, "t; ; q1 qd1 qdd1, q2 qd2 qdd2; ; "},
		{"t,q1,q2,qdot1,qdot2,qddot2,qddot1", data.Options{}, "t; ; q1 qdot1 qddot1, q2 qdot2 qddot2; ; "},
		{"t,theta,thetadot,theta_ddot", data.Options{}, "t; ; theta thetadot theta_ddot; ; theta/6.283"},
		{"t,x,y,vx,vy,ax,ay", data.Options{}, "t; ; x vx ax, y vy ay; ; "},
		{"t,x,dx,ddx", data.Options{}, "t; ; x dx ddx; ; "},
		{"t,q,v,v_dot", data.Options{}, "t; ; q v v_dot; ; "},
		{"t,x,x_dot,dt", data.Options{}, "t; ; x x_dot; ; "},
		{"t,a,b,va,vb", data.Options{}, "t; ; a va, b vb; ; "},
		{"t,q,v,a,da", data.Options{}, "t; ; q v a; ; "},
		{"t,position,vel,tau,force", data.Options{}, "t; ; position vel; tau force; "},
		{"episode,time,pos,omega", data.Options{}, "time; episode; pos omega; ; "},
		{"trajectory,t,theta [deg],omega (deg/s)", data.Options{}, "t; trajectory; theta omega; ; theta/360"},
		{"t,q [rad],v", data.Options{}, "t; ; q v; ; q/6.283"},
		{"t,j1_pos,j2_pos,j2_vel,j1_vel,j1_torque", data.Options{}, "t; ; j1_pos j1_vel, j2_pos j2_vel; j1_torque; "},
		{"time_s,t,q,v", data.Options{}, "t; ; q v; ; "},
		{"t,q1,q2,va,vb", data.Options{}, "t; ; q1 va, q2 vb; ; "},
		{"t,q1,q2,v1,v2,a1", data.Options{}, "t; ; q1 v1, q2 v2; ; "},
		{"t,position,velocity", data.Options{Angles: []string{"position"}}, "t; ; position velocity; ; position/6.283"},
		{"t,theta,omega", data.Options{Angles: []string{}}, "t; ; theta omega; ; "},
		{"t,x [m],theta [rad],v [m/s],omega [rad/s]", data.Options{}, "t; ; x v, theta omega; ; theta/6.283"},
		{"t,theta,pos,vel,omega", data.Options{}, "t; ; theta omega, pos vel; ; theta/6.283"},
		{"s,left,right,x,y,push", data.Options{Time: "s", Q: []string{"right", "left"}, V: []string{"y", "x"},
			U: []string{"push"}}, "s; ; right y, left x; push; "},
		{"t,theta1,theta2,omega1,omega2", data.Options{Q: []string{"theta2"}}, "t; ; theta2 omega2; ; theta2/6.283"},
		{"t,theta1,theta2,omega1,omega2", data.Options{V: []string{"omega2"}}, "t; ; theta2 omega2; ; theta2/6.283"},
		{"t,q,v,u", data.Options{U: []string{}}, "t; ; q v; ; "},
		{"t,q,v,a", data.Options{A: []string{}}, "t; ; q v; ; "},
		{"t,q,u", data.Options{Differentiate: true}, "t; ; q v_q; u; "},
		{"t,q,v", data.Options{Differentiate: true}, "t; ; q v_q; ; "},
		{"track,t,q,v", data.Options{Trajectory: "track"}, "t; track; q v; ; "},
	} {
		s, err := data.ReadFrom(strings.NewReader(table(c.header)), "motion.csv", c.o)
		if err != nil {
			t.Errorf("%s: %v", c.header, err)
			continue
		}
		if got := roles(s); got != c.want {
			t.Errorf("%s %+v:\n got %s\nwant %s", c.header, c.o, got, c.want)
		}
		for _, col := range s.Columns {
			if col.Why == "" || col.Role == "" {
				t.Errorf("%s: column %q has role %q for no reason", c.header, col.Name, col.Role)
			}
		}
	}
}

// A velocity that no coordinate is named for is that of a column without a telling name whose slope it is.
func TestPlaceBesideVelocity(t *testing.T) {
	b := &strings.Builder{}
	fmt.Fprintln(b, "t,other,x,theta,omega,v,theta_acc,x_acc")
	for n := range 200 {
		t := float64(n) / 50
		fmt.Fprintln(b, strings.Trim(fmt.Sprintf("%.9v", []float64{t, math.Cos(9 * t), math.Sin(t), math.Cos(2 * t),
			-2 * math.Sin(2*t), math.Cos(t), -4 * math.Cos(2*t), -math.Sin(t)}), "[]"))
	}
	text := strings.ReplaceAll(b.String(), " ", ",")
	s, err := data.ReadFrom(strings.NewReader(text), "motion.csv", data.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got := roles(s); got != "t; ; x v x_acc, theta omega theta_acc; ; theta/6.283" {
		t.Error(got)
	}
}

// A filtered velocity has the coordinate of the measured one, and takes no other column for its own.
func TestFilteredVelocityHasItsCoordinate(t *testing.T) {
	b := &strings.Builder{}
	fmt.Fprintln(b, "t,pos,again,vel,vel_filt")
	for n := range 200 {
		t := float64(n) / 50
		fmt.Fprintf(b, "%.9g,%.9g,%.9g,%.9g,%.9g\n", t, math.Sin(t), 2+math.Sin(t), math.Cos(t), 1.01*math.Cos(t))
	}
	s, err := data.ReadFrom(strings.NewReader(b.String()), "motion.csv", data.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got := roles(s); got != "t; ; pos vel; ; " {
		t.Error(got)
	}
}

// The numbers must come from the columns that the roles name.
func TestCells(t *testing.T) {
	text := "\ufeff# note;u;\"v [rad/s]\"; t ;q [rad]\nfirst;4;3;0;2\r\nx,y;14;13;1;12\n\"last\";\"24\"; 23;2;22\n"
	s, err := data.ReadFrom(strings.NewReader(text), "motion.csv", data.Options{Angles: []string{}})
	if err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprintln(s.Trajectories[0].T, s.Trajectories[0].Q, s.Trajectories[0].V, s.Trajectories[0].U,
		s.Columns[0].Name, s.Columns[2].Unit)
	if want := "[0 1 2] [2 12 22] [3 13 23] [4 14 24] note rad/s\n"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if want := `[motion.csv: columns are separated by semicolons motion.csv: column "note" is ignored: not ` +
		`recognised]`; fmt.Sprint(s.Notes) != want {
		t.Errorf("notes %s", s.Notes)
	}
}

// Forces come before system parameters. A system parameter is no actuator, which would want friction, and is called by
// its name when nothing tells its effect.
func TestSystemParameters(t *testing.T) {
	const text = "t,x,v,m,u,k\n0,0,1,2,1,5\n" +
		"0.1,0.1,0.9,2,2,5\n0.2,0.18,0.7,2,0,5\n0.3,0.24,0.4,2,1,5\n0.4,0.27,0.2,2,3,5\n"
	path := filepath.Join(t.TempDir(), "a.csv")
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		u              []string
		inputs, forces string
		actuated       bool
	}{{[]string{"u"}, "u m k", "u", true}, {[]string{}, "m k", "", false}} {
		s, err := data.Read([]string{path}, data.Options{Q: []string{"x"}, V: []string{"v"}, U: c.u,
			SystemParameters: []string{"m", "k"}})
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(s.Inputs, " "); got != c.inputs || strings.Join(s.Forces(), " ") != c.forces ||
			s.SystemParameters != 2 {
			t.Errorf("inputs %q, forces %v", got, s.Forces())
		}
		if notes := strings.Join(s.Notes, "\n"); !strings.Contains(notes, "system parameter k is always 5") ||
			strings.Contains(notes, "force k") {
			t.Errorf("notes %q", notes)
		}
		if advice := strings.Join(data.Inspect(s).Try, "\n"); strings.Contains(advice, "--friction") != c.actuated {
			t.Errorf("advice %q", advice)
		}
	}
}

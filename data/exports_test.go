package data_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"lagrange/data"
)

// instant is a row of two oscillators: the time, and q, v and p, w.
type instant struct {
	n             int
	t, q, v, p, w float64
}

// at is the time of an instant in a layout.
func (x instant) at(layout string) string {
	return time.Date(2025, 5, 8, 10, 0, 0, int(math.Round(x.t*1e9)), time.UTC).Format(layout)
}

// comma writes a number with so many decimals as German programs do, with points between thousands.
func comma(x float64, decimals int) string {
	s := fmt.Sprintf("%.*f", decimals, math.Abs(x))
	whole, fraction, _ := strings.Cut(s, ".")
	for at := len(whole) - 3; at > 0; at -= 3 {
		whole = whole[:at] + "." + whole[at:]
	}
	return map[bool]string{true: "-", false: ""}[x < 0] + whole + "," + fraction
}

// exports are files as instruments and programs write them: what stands before the rows, a row, and what is read: the
// roles of the columns, the unit of q (what 1 of it is in the file), and a part of a note.
var exports = []struct {
	name, head string
	row        func(x instant) string
	roles      string
	unit       float64
	note       string
	o          data.Options
}{
	{"phone", `"Time (s)","Angle (°)","Angular velocity (rad/s)"` + "\n", func(x instant) string {
		return fmt.Sprintf("%.9E,%.9E,%.9E", x.t, x.q*180/math.Pi, x.v)
	}, "Time; ; Angle Angular velocity; ; Angle/360", 180 / math.Pi, "converted from rad/s to °/s", data.Options{}},
	{"phone, German", `"Zeit (s)";"Auslenkung (m)";"Geschwindigkeit (m/s)"` + "\n", func(x instant) string {
		return strings.ReplaceAll(fmt.Sprintf("%.9E;%.9E;%.9E", x.t, x.q, x.v), ".", ",")
	}, "Zeit; ; Auslenkung Geschwindigkeit; ; ", 1, "semicolons", data.Options{}},
	{"laboratory interface, one run", `"Time (s) Run #1","Position (m) Run #1","Velocity (m/s) Run #1"` + "\n",
		func(x instant) string { return fmt.Sprintf("%.3f,%.6f,%.6f", x.t, x.q, x.v) },
		"Time Run #1; ; Position Run #1 Velocity Run #1; ; ", 1, "", data.Options{}},
	{"laboratory interface, runs", `"Time (s) Run #1","Position (m) Run #1","Velocity (m/s) Run #1",` +
		`"Time (s) Run #2","Position (m) Run #2","Velocity (m/s) Run #2"` + "\n", func(x instant) string {
		if x.n >= 150 {
			return fmt.Sprintf("%.3f,%.6f,%.6f,,,", x.t, x.q, x.v)
		}
		return fmt.Sprintf("%.3f,%.6f,%.6f,%.3f,%.6f,%.6f", x.t, x.q, x.v, x.t, x.p, x.w)
	}, "Time; run; Position Velocity; ; ", 1, "2 runs that stand side by side are read one after the other",
		data.Options{}},
	{"laboratory interface, one run of two by name", `"Time (s) Run #1","Position (m) Run #1",` +
		`"Velocity (m/s) Run #1","Time (s) Run #2","Position (m) Run #2","Velocity (m/s) Run #2"` + "\n",
		func(x instant) string {
			return fmt.Sprintf("%.3f,%.6f,%.6f,%.3f,%.6f,%.6f", x.t, x.q, x.v, x.t, x.p, x.w)
		}, "Time Run #1; ; Position Run #1 Velocity Run #1; ; ", 1, "", data.Options{Time: "Time Run #1",
			Q: []string{"Position Run #1"}, V: []string{"Velocity Run #1"}}},
	{"laboratory interface, a shared time", "Time (s),Run 1: Position (m),Run 1: Velocity (m/s),Run 2: Position (m)," +
		"Run 2: Velocity (m/s)\n", func(x instant) string {
		return fmt.Sprintf("%.3f,%.6f,%.6f,%.6f,%.6f", x.t, x.q, x.v, x.p, x.w)
	}, "Time; run; Position Velocity; ; ", 1, "side by side", data.Options{}},
	{"laboratory interface, a column that one run has", "Time (s),Run 1: Position (m),Run 1: Velocity (m/s)," +
		"Run 2: Position (m),Run 2: Velocity (m/s),Run 2: Light (lx)\n", func(x instant) string {
		return fmt.Sprintf("%.3f,%.6f,%.6f,%.6f,%.6f,7", x.t, x.q, x.v, x.p, x.w)
	}, "Time; run; Position Velocity; ; ", 1, "1 column left out, which not all have", data.Options{}},
	{"laboratory interface, runs in a row above", "Run #1,Run #1,Run #1,Run #2,Run #2,Run #2\n" +
		"Time (s),Position (m),Velocity (m/s),Time (s),Position (m),Velocity (m/s)\n", func(x instant) string {
		return fmt.Sprintf("%.3f,%.6f,%.6f,%.3f,%.6f,%.6f", x.t, x.q, x.v, x.t, x.p, x.w)
	}, "Time; run; Position Velocity; ; ", 1, "the header has 2 rows", data.Options{}},
	{"data set", "Data Set 1:Time(s),Data Set 1:Position(m),Data Set 1:Velocity(m/s)\n", func(x instant) string {
		return fmt.Sprintf("%.3f,%.6f,%.6f", x.t, x.q, x.v)
	}, "Data Set 1:Time; ; Data Set 1:Position Data Set 1:Velocity; ; ", 1, "", data.Options{}},
	{"video analysis", "mass_A\nt\tx\tv_{x}\n", func(x instant) string {
		return fmt.Sprintf("%.3E\t%.6E\t%.6E", x.t, x.q, x.v)
	}, "t; ; x v_{x}; ; ", 1, "the header stands below", data.Options{}},
	{"formulas", "$t$,$\\theta$,$\\dot{\\theta}$\n", func(x instant) string {
		return fmt.Sprintf("%.3f,%.6f,%.6f", x.t, x.q, x.v)
	}, `$t$; ; $\theta$ $\dot{\theta}$; ; $\theta$/6.283`, 1, "", data.Options{}},
	{"motion capture", "Format Version,1.23,Take Name,Take 1\n\n,Type,Body,Body,Body,Body\n,Name,Bob,Bob,Bob,Bob\n" +
		",,Rotation,Rotation,Position,Position\nFrame,Time (Seconds),X,Y,X,Y\n", func(x instant) string {
		return fmt.Sprintf("%d,%.3f,%.6f,%.6f,%.6f,%.6f", x.n, x.t, x.p, x.w, x.q, x.v)
	}, "Time; ; Position X, Position Y; ; ", 1, "the header has 2 rows",
		data.Options{Q: []string{"Position X", "Position Y"}, Positions: true}},
	{"motion capture, units below", "Trajectories\n100\n,,Bob:M1,,Bob:M2,\nFrame,Sub Frame,X,Y,X,Y\n,,mm,mm,mm,mm\n",
		func(x instant) string {
			return fmt.Sprintf("%d,0,%.6f,%.6f,%.6f,%.6f", x.n, x.q, x.v, x.p, x.w)
		}, "t; ; Bob:M1 X, Bob:M1 Y, Bob:M2 X, Bob:M2 Y; ; ", 1, "Frame counts steps of 0.01 s",
		data.Options{Positions: true, Step: 0.01}},
	{"groups of columns", "time,joint 1,,joint 2,\n,angle,speed,angle,speed\ns,rad,rad/s,rad,rad/s\n",
		func(x instant) string { return fmt.Sprintf("%.3f,%.6f,%.6f,%.6f,%.6f", x.t, x.q, x.v, x.p, x.w) },
		"time; ; joint 1 angle joint 1 speed, joint 2 angle joint 2 speed; ; joint 1 angle/6.283 joint 2 angle/6.283",
		1, "the header has 2 rows", data.Options{}},
	{"measurement file", "Writer_Version\t2\nSeparator\tTab\n***End_of_Header***\t\nChannels\t2\t\t\n" +
		"X_Dimension\tTime\tTime\t\nX0\t0.0\t0.0\t\nDelta_X\t0.01\t0.01\t\n***End_of_Header***\t\t\t\n" +
		"X_Value\tPosition\tVelocity\tComment\n", func(x instant) string {
		return fmt.Sprintf("%.3f\t%.6f\t%.6f\t", x.t, x.q, x.v)
	}, "X_Value; ; Position Velocity; ; ", 1, "X_Value is taken for the time", data.Options{}},
	{"table of durations", "Time,pos,vel\n", func(x instant) string {
		return fmt.Sprintf("%g sec,%.6f,%.6f", math.Round(x.t*100)/100, x.q, x.v)
	}, "Time; ; pos vel; ; ", 1, "", data.Options{}},
	{"table without names", "Var1,Var2,Var3\n", func(x instant) string {
		return fmt.Sprintf("%.3f,%.6f,%.6f", x.t, x.q, x.v)
	}, "Var1; ; Var2 Var3; ; ", 1, "Var1 is taken for the time", data.Options{}},
	{"topics", "__time,/joint_states/position[0],/joint_states/velocity[0],/joint_states/position[1]," +
		"/joint_states/velocity[1]\n", func(x instant) string {
		return fmt.Sprintf("%.9f,%.6f,%.6f,%.6f,%.6f", 1.7e9+x.t, x.q, x.v, x.p, x.w)
	}, "__time; ; /joint_states/position[0] /joint_states/velocity[0], /joint_states/position[1] " +
		"/joint_states/velocity[1]; ; ", 1, "seconds since 1970", data.Options{}},
	{"stamp in two columns", "header.stamp.sec,header.stamp.nanosec,position_0,velocity_0\n", func(x instant) string {
		return fmt.Sprintf("%d,%d,%.6f,%.6f", 1700000000+x.n/100, x.n%100*10_000_000, x.q, x.v)
	}, "header.stamp.sec; ; position_0 velocity_0; ; ", 1, "the nanoseconds of header.stamp.sec", data.Options{}},
	{"stamp of a simulation, nanoseconds first",
		"header.stamp.nanosec,header.stamp.sec,position,velocity\n", func(x instant) string {
			return fmt.Sprintf("%d,%d,%.6f,%.6f", x.n%100*10_000_000, 7+x.n/100, x.q, x.v)
		}, "header.stamp.sec; ; position velocity; ; ", 1, "counted from the first row, 7.000000000", data.Options{}},
	{"lists in cells", "time,name,position,velocity\n", func(x instant) string {
		return fmt.Sprintf(`%.3f,"['a', 'b']","[%.6f, %.6f]","(%.6f %.6f)"`, x.t, x.q, x.p, x.v, x.w)
	}, "time; ; position1 velocity1, position2 velocity2; ; ", 1, "cells hold lists of numbers", data.Options{}},
	{"plotter", "", func(x instant) string {
		return fmt.Sprintf("Time:%d,Position:%.6f,Velocity:%.6f", x.n*10, x.q, x.v)
	}, "Time; ; Position Velocity; ; ", 1, "each number stands behind its name", data.Options{}},
	{"plotter with units", "", func(x instant) string {
		return fmt.Sprintf("t = %d ms  pos = %.6f m  vel = %.6f m/s", x.n*10, x.q, x.v)
	}, "t; ; pos vel; ; ", 1, "t is converted from ms to s", data.Options{}},
	{"monitor", "10:00:00.000 -> t_ms,pos,vel\n", func(x instant) string {
		return fmt.Sprintf("%s -> %d,%.6f,%.6f", x.at("15:04:05.000"), x.n*10, x.q, x.v)
	}, "t_ms; ; pos vel; ; ", 1, "lines begin with the time at which they came", data.Options{}},
	{"monitor without a time", "10:00:00.000 -> pos,vel\n", func(x instant) string {
		return fmt.Sprintf("%s -> %.6f,%.6f", x.at("15:04:05.000"), x.q, x.v)
	}, "received; ; pos vel; ; ", 1, "received holds times of day", data.Options{}},
	{"monitor without a header", "", func(x instant) string {
		return fmt.Sprintf("%s -> %d\t%.6f\t%.6f", x.at("15:04:05.000"), x.n*10, x.q, x.v)
	}, "t; ; q v; ; ", 1, "lines begin with", data.Options{Columns: []string{"_", "t", "q", "v"}}},
	{"units in cells", "t,pos,vel\n", func(x instant) string {
		return fmt.Sprintf("%d ms,%.6f m,%.6fm/s", x.n*10, x.q, x.v)
	}, "t; ; pos vel; ; ", 1, "t is converted from ms to s: velocities are per s", data.Options{}},
	{"spreadsheet, German", "Datum;Uhrzeit;Weg [mm];Geschw. [mm/s]\n", func(x instant) string {
		return x.at("02.01.2006;15:04:05.000") + ";" + comma(x.q*1e4, 3) + ";" + comma(x.v*1e4, 3)
	}, "Uhrzeit; ; Weg Geschw.; ; ", 1e4, "the first row, 08.05.2025 10:00:00.000", data.Options{}},
	{"spreadsheet, thousands", "Time,Position,Velocity\n", func(x instant) string {
		dots := func(x float64) string {
			return strings.NewReplacer(",", ".", ".", ",").Replace(comma(x, 3))
		}
		return fmt.Sprintf(`%.3f,"%s","%s"`, x.t, dots(x.q*1e4), dots(x.v*1e4))
	}, "Time; ; Position Velocity; ; ", 1e4, "", data.Options{}},
	{"spreadsheet, days", "Datum;x;v\n", func(x instant) string {
		return comma(x.t/86400, 10)[1:] + ";" + comma(x.q, 6) + ";" + comma(x.v, 6)
	}, "Datum; ; x v; ; ", 1, "counts days", data.Options{}},
	{"in words", "Zeit in s;Auslenkung in cm;Geschwindigkeit in cm/s\n", func(x instant) string {
		return comma(x.t, 3) + ";" + comma(x.q, 6) + ";" + comma(x.v, 6)
	}, "Zeit; ; Auslenkung Geschwindigkeit; ; ", 1, "", data.Options{}},
	{"dates", "datetime,x,v\n", func(x instant) string {
		return fmt.Sprintf("%s,%.6f,%.6f", x.at("2006-01-02T15:04:05.000Z"), x.q, x.v)
	}, "datetime; ; x v; ; ", 1, "datetime holds dates", data.Options{}},
	{"a date by another name", "created_at,x,v\n", func(x instant) string {
		return fmt.Sprintf("%s,%.6f,%.6f", x.at("2006-01-02 15:04:05.000"), x.q, x.v)
	}, "created_at; ; x v; ; ", 1, "created_at holds dates", data.Options{}},
	{"an epoch by another name", "ts,x,v\n", func(x instant) string {
		return fmt.Sprintf("%d,%.6f,%.6f", 1700000000000+10*x.n, x.q, x.v)
	}, "ts; ; x v; ; ", 1, "milliseconds since 1970", data.Options{}},
	{"bars", "t | x | v\n", func(x instant) string { return fmt.Sprintf("%.3f | %.6f | %.6f", x.t, x.q, x.v) },
		"t; ; x v; ; ", 1, "vertical bars", data.Options{}},
	{"controller", "t actual_q_0 actual_qd_0 target_q_0\n", func(x instant) string {
		return fmt.Sprintf("%.3f %.6f %.6f %.6f", x.t, x.q, x.v, x.p)
	}, "t; ; actual_q_0 actual_qd_0; ; ", 1, "what should be by its name", data.Options{}},
	{"simulator", "time,qpos[0],qpos[1],qvel[0],qvel[1],ctrl[0]\n", func(x instant) string {
		return fmt.Sprintf("%.3f,%.6f,%.6f,%.6f,%.6f,%.6f", x.t, x.q, x.p, x.v, x.w, x.p)
	}, "time; ; qpos[0] qvel[0], qpos[1] qvel[1]; ctrl[0]; ", 1, "", data.Options{}},
	{"simulator of environments", "episode,step,obs_0,obs_1,obs_2,obs_3,action\n", func(x instant) string {
		return fmt.Sprintf("1,%d,%.6f,%.6f,%.6f,%.6f,%d", x.n, x.q, x.v, x.p, x.w, x.n%2)
	}, "step; episode; obs_0 obs_1, obs_2 obs_3; action; ", 1, "a step of step is taken for 0.01 s", data.Options{}},
	{"inertial unit", "timestamp_ms,roll,pitch,gx,gy,ax,ay\n", func(x instant) string {
		return fmt.Sprintf("%d,%.6f,%.6f,%.6f,%.6f,%.6f,%.6f", 10*x.n, x.q, x.p, x.v, x.w, math.Sin(20*x.t), 0.98)
	}, "timestamp_ms; ; roll gx, pitch gy; ; roll/6.283 pitch/6.283", 1, "ax is not the slope of gx", data.Options{}},
	{"positions and accelerations of a body", "t,roll,pitch,ax,ay\n", func(x instant) string {
		return fmt.Sprintf("%.3f,%.6f,%.6f,%.6f,%.6f", x.t, x.q, x.p, x.p, x.q)
	}, "t; ; roll, pitch; ; roll/6.283 pitch/6.283", 1, "ax is not the slope of the velocity of roll",
		data.Options{Positions: true}},
	{"commanded and measured", "t,q,q_des,qd,qd_des,tau_des,tau\n", func(x instant) string {
		return fmt.Sprintf("%.3f,%.6f,%.6f,%.6f,%.6f,%.6f,%.6f", x.t, x.q, x.q, x.v, x.v, x.p, x.p)
	}, "t; ; q qd; tau; ", 1, "tau is taken; --u names others", data.Options{}},
	{"sums at the end", "t,q,v\n", func(x instant) string {
		return fmt.Sprintf("%.3f,%.6f,%.6f", x.t, x.q, x.v) +
			map[bool]string{true: "\nMean,0.1,0.2\nStd dev,1,2\n2,#DIV/0!,#VALUE!"}[x.n == 199]
	}, "t; ; q v; ; ", 1, "2 rows are left out: a word instead of a time", data.Options{}},
	{"a slope without a name of an angle kept within a turn", "t,angle,left\n", func(x instant) string {
		return fmt.Sprintf("%.3f,%.6f,%.6f", x.t, math.Remainder(x.q+9*x.t, 2*math.Pi), x.v+9)
	}, "t; ; angle left; ; angle/6.283", 0, "unwrapped", data.Options{}},
	{"Italian", "tempo (s);posizione (m);velocità (m/s)\n", func(x instant) string {
		return comma(x.t, 3) + ";" + comma(x.q, 6) + ";" + comma(x.v, 6)
	}, "tempo; ; posizione velocità; ; ", 1, "", data.Options{}},
	{"Chinese", "时间(s),角度(rad),角速度(rad/s)\n", func(x instant) string {
		return fmt.Sprintf("%.3f,%.6f,%.6f", x.t, x.q, x.v)
	}, "时间; ; 角度 角速度; ; 角度/6.283", 1, "", data.Options{}},
}

// Files of instruments and programs are read as they are: roles, times in seconds, numbers.
func TestExports(t *testing.T) {
	for _, c := range exports {
		b, want := &strings.Builder{}, []instant{}
		b.WriteString(c.head)
		for n := range 200 {
			at := 0.01 * float64(n)
			x := instant{n, at, 0.2 + math.Sin(3*at), 3 * math.Cos(3*at), 0.4 * math.Cos(4*at), -1.6 * math.Sin(4*at)}
			want = append(want, x)
			b.WriteString(c.row(x) + "\n")
		}
		if c.name == "spreadsheet, days" { // 46000 and a fraction
			text := strings.NewReplacer("\n,", "\n46000,").Replace(b.String())
			b.Reset()
			b.WriteString(text)
		}
		s, err := data.ReadFrom(strings.NewReader(b.String()), "m.csv", c.o)
		if err != nil {
			t.Errorf("%s: %v\n%s", c.name, err, b.String()[:200])
			continue
		}
		if got := roles(s); got != c.roles {
			t.Errorf("%s:\n got %s\nwant %s\n%v", c.name, got, c.roles, s.Columns)
			continue
		}
		if notes := strings.Join(s.Notes, "\n"); !strings.Contains(notes, c.note) {
			t.Errorf("%s: no %q in the notes:\n%s", c.name, c.note, notes)
		}
		d, tr := s.D(), s.Trajectories[0]
		if tr.Len() != len(want) {
			t.Errorf("%s: %d rows", c.name, tr.Len())
			continue
		}
		for n, x := range want {
			if c.unit == 0 {
				break // the roles are all
			}
			if len(s.Trajectories) > 1 && n < s.Trajectories[1].Len() && math.Abs(s.Trajectories[1].Q[n*d]-x.p) > 1e-5 {
				t.Errorf("%s: row %d of run 2 is read as q %v, not %v", c.name, n, s.Trajectories[1].Q[n*d], x.p)
				break
			}
			if math.Abs(tr.T[n]-tr.T[0]-x.t) > 1e-4 || math.Abs(tr.Q[n*d]/c.unit-x.q) > 1e-5 ||
				tr.V != nil && math.Abs(tr.V[n*d]/c.unit-x.v) > 1e-5 {
				t.Errorf("%s: row %d is read as t %v, q %v, not %v, %v", c.name, n, tr.T[n], tr.Q[n*d], x.t, c.unit*x.q)
				break
			}
		}
	}
}

// Angles in degrees without a unit, kept within a turn, are unwrapped where no velocity says what is true, too.
func TestDegreesWithoutVelocities(t *testing.T) {
	var b strings.Builder
	b.WriteString("t,heading\n")
	for n := range 300 {
		at := float64(n)
		fmt.Fprintf(&b, "%.2f,%.4f\n", 0.01*at, math.Mod(200+4*at+20*math.Sin(0.05*at), 360))
	}
	s, err := data.ReadFrom(strings.NewReader(b.String()), "a.csv", data.Options{Positions: true})
	if err != nil || s.Coordinates[0].Period != 360 {
		t.Fatalf("%v, %v", err, s)
	}
	q := s.Trajectories[0].Q
	for n := 1; n < len(q); n++ {
		if by := q[n] - q[n-1]; by < 2.9 || by > 5.1 {
			t.Fatalf("a step of %v in row %d", by, n)
		}
	}
}

// Sines and cosines are no angles: the error says what to write.
func TestSines(t *testing.T) {
	_, err := data.ReadFrom(strings.NewReader("t,cos_theta,sin_theta,theta_dot\n0,1,0,0\n1,1,0,0\n2,1,0,0\n"), "a.csv",
		data.Options{})
	if want := "of the angle behind cos_theta, sin_theta write the angle itself"; err == nil ||
		!strings.Contains(err.Error(), want) {
		t.Errorf("%v", err)
	}
}

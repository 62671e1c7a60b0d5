package data_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"lagrange/data"
)

// swing is a recording of oscillators, one for each coordinate, at steps of 0.01 s; columns say what stands where: t, a
// number of the coordinate with q, v, a or p (momentum), u, n (a number of the row), or c (a constant).
func swing(header string, columns []string, change func(column string, x float64) float64) string {
	b := &strings.Builder{}
	fmt.Fprintln(b, header)
	for n := range 300 {
		t := 0.01 * float64(n)
		for j, c := range columns {
			k := 1.0
			if len(c) > 1 {
				k = float64(c[1] - '0')
			}
			w := 2 + k
			x := map[byte]float64{'t': t, 'q': math.Sin(w*t) / k, 'v': w * math.Cos(w*t) / k,
				'a': -w * w * math.Sin(w*t) / k,
				'p': 3 * w * math.Cos(w*t) / k, 'u': math.Cos(7 * t), 'n': float64(n), 'c': 2}[c[0]]
			if change != nil {
				x = change(c, x)
			}
			fmt.Fprintf(b, "%s%.10g", map[bool]string{true: ",", false: ""}[j > 0], x)
		}
		fmt.Fprintln(b)
	}
	return b.String()
}

// headersOfPeople are headers as people write them, and what each is understood as (see roles).
var headersOfPeople = []struct{ header, columns, want string }{
	{"t,x,v", "t q v", "t; ; x v; ; "},
	{"t(s),x(m),v(m/s)", "t q v", "t; ; x v; ; "},
	{"x1,x2,v1,v2,time", "q1 q2 v1 v2 t", "time; ; x1 v1, x2 v2; ; "},
	{"t,x1,v1,x2,v2", "t q1 v1 q2 v2", "t; ; x1 v1, x2 v2; ; "},
	{"t,theta1,theta2,w1,w2", "t q1 q2 v1 v2", "t; ; theta1 w1, theta2 w2; ; theta1/6.283 theta2/6.283"},
	{"t,th1,w1", "t q1 v1", "t; ; th1 w1; ; th1/6.283"},
	{"time,position,speed", "t q v", "time; ; position speed; ; "},
	{"t,cart_x,cart_vx", "t q v", "t; ; cart_x cart_vx; ; "},
	{"t,theta,theta_d", "t q v", "t; ; theta theta_d; ; theta/6.283"},
	{"t,theta,theta_d,theta_dd", "t q v a", "t; ; theta theta_d theta_dd; ; theta/6.283"},
	{"t,theta,dtheta_dt", "t q v", "t; ; theta dtheta_dt; ; theta/6.283"},
	{"t,theta,dtheta/dt", "t q v", "t; ; theta dtheta/dt; ; theta/6.283"},
	{"t,theta,dtheta_dt,d2theta_dt2", "t q v a", "t; ; theta dtheta_dt d2theta_dt2; ; theta/6.283"},
	{"t,theta,thetadot", "t q v", "t; ; theta thetadot; ; theta/6.283"},
	{"t,theta,thetaDot,thetaDDot", "t q v a", "t; ; theta thetaDot thetaDDot; ; theta/6.283"},
	{"t,θ,ω", "t q v", "t; ; θ ω; ; θ/6.283"},
	{"t,θ₁,θ₂,ω₁,ω₂", "t q1 q2 v1 v2", "t; ; θ₁ ω₁, θ₂ ω₂; ; θ₁/6.283 θ₂/6.283"},
	{"t,x,ẋ", "t q v", "t; ; x ẋ; ; "},
	{"t,φ,φ\u0307", "t q v", "t; ; φ φ\u0307; ; φ/6.283"},
	{"Time/s,Angle/rad,AngVel/rad/s", "t q v", "Time; ; Angle AngVel; ; Angle/6.283"},
	{"Time/s,Angle/°,Angular velocity/°/s", "t q v", "Time; ; Angle Angular velocity; ; Angle/360"},
	{"t_ms,x,v", "t q v", "t_ms; ; x v; ; "},
	{"elapsed_s,angle,rate_of_angle", "t q v", "elapsed_s; ; angle rate_of_angle; ; angle/6.283"},
	{"%time,field.position0,field.velocity0", "t q v", "time; ; field.position0 field.velocity0; ; "},
	{"t,theta,omega,alpha", "t q v a", "t; ; theta omega alpha; ; theta/6.283"},
	{"t,alpha,alpha_dot", "t q v", "t; ; alpha alpha_dot; ; "},
	{"t,x,v,acc", "t q v a", "t; ; x v acc; ; "},
	{"t,q,qd,qdd", "t q v a", "t; ; q qd qdd; ; "},
	{"t,q,dq,ddq", "t q v a", "t; ; q dq ddq; ; "},
	{"time,angular position,angular velocity,angular acceleration", "t q v a",
		"time; ; angular position angular velocity angular acceleration; ; angular position/6.283"},
	{"time,pole_angle,pole_angular_velocity,force", "t q v u",
		"time; ; pole_angle pole_angular_velocity; force; pole_angle/6.283"},
	{"t,enc_angle_deg,enc_speed_deg_s", "t q v", "t; ; enc_angle_deg enc_speed_deg_s; ; enc_angle_deg/360"},
	{"t,theta1_deg,omega1_deg_s", "t q1 v1", "t; ; theta1_deg omega1_deg_s; ; theta1_deg/360"},
	{"t,pos_mm,vel_mm_s", "t q v", "t; ; pos_mm vel_mm_s; ; "},
	{"Zeit [s],Winkel [°],Winkelgeschwindigkeit [°/s]", "t q v", "Zeit; ; Winkel Winkelgeschwindigkeit; ; " +
		"Winkel/360"},
	{"timestamp,joint_1,joint_1_vel", "t q1 v1", "timestamp; ; joint_1 joint_1_vel; ; "},
	{"t,position1,position2,effort1,velocity2,velocity1", "t q1 q2 u v2 v1",
		"t; ; position1 velocity1, position2 velocity2; effort1; "},
	{"t,shoulder,elbow,ds,de", "t q1 q2 v1 v2", "t; ; shoulder ds, elbow de; ; "}, // by their slopes alone
	{"t,angle,left,gain", "t q v c", "t; ; angle left; ; angle/6.283"},            // a slope without a name
	{"t,q1,q2,va,vb", "t q1 q2 v2 v1", "t; ; q1 vb, q2 va; ; "},                   // the slope, not the order
	{"t,x,v,x_ref", "t q v q1", "t; ; x v; ; "},
	{"t,q_meas,q_filt,v_meas,v_filt,tau_cmd,tau_meas", "t q q v v u u", "t; ; q_meas v_meas; tau_meas; "},
	{"t,theta_raw,theta_filt,omega", "t q q v", "t; ; theta_raw omega; ; theta_raw/6.283"},
	{"t,x,v_raw,v_filt", "t q v v", "t; ; x v_raw; ; "},
	{"t,x_kalman,x,v", "t q1 q v", "t; ; x v; ; "},
	{"step,angle,vel", "n q v", "step; ; angle vel; ; angle/6.283"},
	{"millis,angle_deg,rate_deg_s", "t q v", "millis; ; angle_deg rate_deg_s; ; angle_deg/360"},
	{"t,enc_counts,enc_counts_s,drive_nm", "t q v u", "t; ; enc_counts enc_counts_s; drive_nm; "},
	{"t,drum [m],drum rate [m/s],length [m]", "t q v c", "t; ; drum drum rate; ; "},
	{"run,t,x,v", "c t q v", "t; run; x v; ; "},
	{"episode_index,timestamp,pos,vel", "c t q v", "timestamp; episode_index; pos vel; ; "},
}

func TestHeadersOfPeople(t *testing.T) {
	for _, c := range headersOfPeople {
		s, err := data.ReadFrom(strings.NewReader(swing(c.header, strings.Fields(c.columns), nil)), "m.csv",
			data.Options{})
		if err != nil {
			t.Errorf("%s: %v", c.header, err)
		} else if got := roles(s); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s\n%v", c.header, got, c.want, s.Columns)
		}
	}
}

// Momenta are no velocities, and what is left out is asked about with the flag that would take it.
func TestAsks(t *testing.T) {
	_, err := data.ReadFrom(strings.NewReader(swing("t,q,p", []string{"t", "q", "p"}, nil)), "m.csv", data.Options{})
	if err == nil || !strings.Contains(err.Error(), "p is a momentum by its name, not a velocity: --v p takes it as "+
		"p of a "+
		"Hamiltonian network") {
		t.Errorf("momenta: %v", err)
	}
	s, err := data.ReadFrom(strings.NewReader(swing("t,q,p", []string{"t", "q", "p"}, nil)), "m.csv",
		data.Options{Positions: true})
	if err != nil || s.Trajectories[0].V != nil || !strings.Contains(strings.Join(s.Notes, "\n"),
		"a momentum by its name") {
		t.Errorf("momenta beside positions: %v, %v", err, s)
	}
	s, err = data.ReadFrom(strings.NewReader(swing("t,q,v,voltage", []string{"t", "q", "v", "u"}, nil)), "m.csv",
		data.Options{})
	if err != nil || !strings.Contains(strings.Join(s.Notes, "\n"), "--u voltage would take it for a known force") {
		t.Errorf("%v, %v", err, s.Notes)
	}
}

// timeUnits are headers with the units of people, factors of time and velocity in the file, and what is made of them.
var timeUnits = []struct {
	header, note, unit string
	o                  data.Options
	time, speed        float64 // factors in the file
}{
	{"t_ms,q,v", "t_ms is converted from ms to s: velocities are per s", "s", data.Options{}, 1e3, 1},
	{"t [ms],q,v [1/s]", "", "s", data.Options{}, 1e3, 1},
	{"t [µs],theta [rad],omega [rad/s]", "converted from us to s", "s", data.Options{}, 1e6, 1},
	{"t,q,v", "converted from ms to s: whole numbers", "s", data.Options{}, 1e3, 1},
	{"stamp,q,v", "converted from ns to s: whole numbers", "s", data.Options{}, 1e9, 1},
	{"t,q,v", "converted from ms to s", "s", data.Options{Units: []string{"t=ms"}}, 1e3, 1},
	{"t [min],q,v [m/min]", "", "min", data.Options{}, 1. / 60, 60},
	{"t_ms,q,v [1/ms]", "", "ms", data.Options{}, 1e3, 1e-3},
	{"frame,q,v", "a step of frame is taken for 0.01 s", "s", data.Options{}, 100, 1},
	{"frame,q,v", "the time is in frames", "frames", data.Options{}, 100, 0.01},
	{"t,theta [deg],omega [rad/s]", "omega is converted from rad/s to deg/s", "", data.Options{}, 1, math.Pi / 180},
	{"t,theta_rad,omega_rpm", "omega_rpm is converted from rpm to rad/s", "", data.Options{}, 1, 30 / math.Pi},
	{"t,q,v", "", "", data.Options{}, 1, 1},
}

// Times and velocities in the units of people: what is read goes by the second, and says so.
func TestTimeUnits(t *testing.T) {
	for _, c := range timeUnits {
		text := swing(c.header, []string{"t", "q", "v"}, func(col string, x float64) float64 {
			if col == "t" {
				return math.Round(x*c.time*1e6) / 1e6
			} else if col == "v" {
				return x * c.speed
			}
			return x
		})
		s, err := data.ReadFrom(strings.NewReader(text), "m.csv", c.o)
		if err != nil {
			t.Errorf("%s: %v", c.header, err)
			continue
		}
		notes := strings.Join(s.Notes, "\n")
		if !strings.Contains(notes, c.note) || c.note == "" && strings.Contains(notes, "converted from ms") &&
			c.unit == "ms" {
			t.Errorf("%s: notes %q, want %q", c.header, notes, c.note)
		}
		if a := data.Inspect(s).Agree[0]; math.Abs(a.Ratio-1) > 0.01 {
			t.Errorf("%s: ratio %v", c.header, a.Ratio)
		}
		if s.TimeUnit() != c.unit {
			t.Errorf("%s: the time is in %q, want %q", c.header, s.TimeUnit(), c.unit)
		}
		// what is written, and another recording read the same way, say the same
		b := &strings.Builder{}
		if err := s.WriteCSV(b); err != nil {
			t.Fatal(err)
		}
		for name, text := range map[string]string{"written": b.String(), "another": text} {
			again, err := data.ReadFrom(strings.NewReader(text), "m.csv", s.Layout(c.o))
			if err != nil {
				t.Errorf("%s, %s: %v", c.header, name, err)
			} else if x, y := again.Trajectories[0], s.Trajectories[0]; math.Abs(x.T[250]-y.T[250]) > 1e-9*y.T[250] ||
				math.Abs(x.V[250]-y.V[250]) > 1e-9 || again.TimeUnit() != s.TimeUnit() {
				t.Errorf("%s, %s: t %v, %v; v %v, %v; %s", c.header, name, x.T[250], y.T[250], x.V[250], y.V[250],
					again.TimeUnit())
			}
		}
	}
}

// Units at the end of names and behind signs, and names that only look like them.
func TestUnitsOfNames(t *testing.T) {
	for header, want := range map[string]string{
		"t_ms,x_m,v_ms": "ms m m/s", "t_s,x_mm,x_vel_mm_s": "s mm mm/s", "time (s),theta_deg,omega_deg_per_s": "s " +
			"deg deg/s",
		"t,theta_rad,omega_rpm": " rad rpm", "t,theta,theta_d": "  ", "t,q_1,v_1": "  ",
		"t,pos_counts,vel_counts_s": " counts counts/s",
		"t/min,x/m,v/(m/min)":       "min m m/min", "\"t, s\",\"q, rad\",\"v, rad/s\"": "s rad rad/s",
		"t [TU],q [AU],v [AU/TU]":    "TU AU AU/TU",
		"Time_us,Angle_deg,gyro_dps": "us deg dps", "t,x [m],v [m s^-1]": " m m s^-1",
	} {
		s, err := data.ReadFrom(strings.NewReader(swing(header, []string{"t", "q", "v"}, nil)), "m.csv",
			data.Options{Positions: true, V: []string{}})
		if err != nil {
			t.Errorf("%s: %v", header, err)
			continue
		}
		var units []string
		for _, c := range s.Columns {
			units = append(units, c.Unit)
		}
		if got := strings.Join(units, " "); got != want {
			t.Errorf("%s: units %q, want %q", header, got, want)
		}
	}
}

package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"lagrange/fit"
)

var updateCases = flag.Bool("update-cases", false, "write the table of cases in doc/measured.md")

// aCase is a recording in the style of those that people have trouble with, what is done with it, and what has to come
// out. A word that is the name of a file of the case stands for it; results stand in the table of doc/measured.md.
type aCase struct {
	name, command string
	code          int
	want          []string                  // patterns that the output has to match
	shows         string                    // a pattern whose first group is shown in the table
	holds         func(o caseOutput) error  // nil: nothing else
	says          func(o caseOutput) string // what is shown instead of shows
}

// caseOutput is what a command has printed; of train --json, taken apart.
type caseOutput struct {
	text string
	eval struct {
		Models map[string]struct {
			Q []float64 `json:"rmse_q"`
		} `json:"models"`
		Accelerations map[string][]float64 `json:"accelerations"`
		Torques       map[string][]float64 `json:"torques"`
		Findings      []struct {
			Kind, Says, Do string
		} `json:"findings"`
	}
}

// over is the error of the model over that of another prediction, the largest of the coordinates.
func over(errs map[string][]float64, other string) (worst float64) {
	family := ""
	for name := range errs {
		if name != other && name != fit.BaselineModel {
			family = name
		}
	}
	if family == "" {
		return math.Inf(1)
	}
	for k, e := range errs[family] {
		worst = max(worst, e/errs[other][k])
	}
	return worst
}

// windows are the errors of positions.
func (o caseOutput) windows() map[string][]float64 {
	m := map[string][]float64{}
	for name, s := range o.eval.Models {
		m[name] = s.Q
	}
	return m
}

// below holds the error of the model to a share of that of another prediction.
func below(of func(o caseOutput) map[string][]float64, other string, share float64) (func(o caseOutput) error,
	func(o caseOutput) string) {
	return func(o caseOutput) error {
			if x := over(of(o), other); !(x < share) {
				return fmt.Errorf("%.3g times the error of %s, want below %g", x, other, share)
			}
			return nil
		}, func(o caseOutput) string {
			return fmt.Sprintf("error %.2g of %s", over(of(o), other), strings.ReplaceAll(other, "_", " "))
		}
}

func windowsOf(o caseOutput) map[string][]float64       { return o.windows() }
func accelerationsOf(o caseOutput) map[string][]float64 { return o.eval.Accelerations }
func torquesOf(o caseOutput) map[string][]float64       { return o.eval.Torques }

// trained is a case that trains, with --json, and holds the error to a share.
func trained(name, command string, of func(o caseOutput) map[string][]float64, other string, share float64,
	want ...string) aCase {
	c := aCase{name: name, command: command, want: want}
	c.holds, c.says = below(of, other, share)
	return c
}

var cases = []aCase{
	{name: "01-slash-units", command: "inspect run.csv", want: []string{`Time +s +time`, `Angle +rad +q`,
		`AngVel +rad/s +v`,
		`6.28319 a turn`}, shows: `(AngVel lags behind the slope of Angle by 0.5\d* time steps, as backward ` +
		`differences do)`},
	{name: "02-positions-only", command: "inspect data.csv --differentiate", want: []string{`angle +q +by its name`},
		shows: `(angle goes in steps of 0.005\d*)`},
	{name: "04-measured-and-filtered", command: "inspect trajectory.csv", want: []string{`pos_meas1 +q `,
		`pos_meas2 +q `,
		`pos_filt1 +ignored`, `tau_meas1 +u `, `tau_con1 +ignored`}, shows: `(column "pos_filt1" is ignored: nearly ` +
		`the same as pos_meas1)`},
	{name: "06-rosbag-csv", command: "inspect joint_states.csv", want: []string{`field.position1 +q`,
		`field.velocity1 +v`}, shows: `(time holds nanoseconds since 1970 and is read as seconds)`},
	{name: "07-decimal-comma", command: "inspect messung.csv", want: []string{`Winkel +° +q`, `360 a turn`},
		shows: `(800 rows in 1 trajectory)`},
	{name: "09-tracker-export", command: "inspect tracker.txt", want: []string{`298 rows`, `x +q +vx is named after`},
		shows: `(2 rows are left out: empty cell in column "vx" \(the first: line 3\))`},
	{name: "10-deg-in-name", command: "inspect runs.csv", want: []string{`theta1_deg +deg +q`, `omega2_deg_s +deg/s +v`,
		`3 trajectories`, `360 a turn`}, shows: `(the time begins anew 2 times, first on line 702: 3 trajectories)`},
	{name: "12-wrapped-pole-angle", command: "inspect cartpole.csv", want: []string{`pole_velocity .*goes with ` +
		`pole_angle`,
		`6.28319 a turn`, `pole_angle +pole_velocity +0.0\d+ %`}, shows: `(pole_angle unwrapped at 4 jumps)`},
	trained("12-wrapped-pole-angle", "train cartpole.csv -o m.lagrange --model terms --steps 10 --no-baseline",
		windowsOf, "constant_velocity", 0.01),
	{name: "14-time-ms-velocity-per-s", command: "inspect enc.csv --angles Position:4096", want: []string{
		`Position +Velocity +0.\d+ % +(1|0.999\d*)`, `4096 a turn`}, shows: `(Time_ms is converted from ms to s: ` +
		`velocities are per s)`},
	{name: "15-dropped-frames", command: "inspect a.csv", want: []string{`1460 rows`, `%  3`},
		shows: `(40 rows are left out: empty cell in column "theta" \(the first: line 402\))`},
	{name: "15-dropped-frames", command: "inspect b.csv", want: []string{`1459 rows`, `%  3`},
		shows: `(41 rows are left out: NaN is no number in column "omega" \(the first: line 2\))`},
	{name: "17-header-twice", command: "inspect a.csv", want: []string{`300 rows`, `t_ms is converted from ms to s`},
		shows: `(1 line is left out: the header again \(line 2\))`},
	{name: "17-header-twice", command: "inspect b.csv",
		shows: `(the last line \(line 302\) is left out: it breaks off)`},
	{name: "19-clock-times", command: "inspect a.csv", want: []string{`4.99 `},
		shows: `(timestamp holds dates and is read as seconds from the first row)`},
	{name: "19-clock-times", command: "inspect b.csv",
		shows: `(time_recorded holds times of day and is read as seconds from the first row, 2025-05-08 21:07:49)`},
	{name: "19-clock-times", command: "inspect c.csv", want: []string{`4.99 `},
		shows: `(time holds times of day and is read as seconds from the first row)`},
	{name: "20-damped-default", command: "inspect damped.csv", shows: `(--friction viscous, or both\s+energy is lost)`},
	trained("20-damped-default", "train damped.csv -o m.lagrange --friction viscous --steps 60", windowsOf,
		"constant_velocity", 0.01, `"windows"`),
	trained("22-parameters-in-columns", "train sweep.csv -o m.lagrange --parameters mass,length --friction viscous "+
		"--steps 60",
		accelerationsOf, "no_acceleration", 0.1, `angular_position +q`, `run +trajectory`,
		`conditions that nothing was learned from, 2 of 8: mass 0.5, length 0.8; mass 1, length 1.2`),
	{name: "22-parameters-in-columns", command: "rollout m.lagrange --q 0.3 --duration 1", code: exitUsage,
		shows: `(the model depends on mass, length: give them by --u mass,length)`},
	{name: "22-parameters-in-columns", command: "rollout m.lagrange --q 0.3 --u 1,1 --duration 0.02 --dt 0.01",
		holds: falls(-9.81*math.Sin(0.3), 0.1), says: func(o caseOutput) string {
			return fmt.Sprintf("θ̈ = %.3g at 0.3 rad, length 1; truth %.3g", falling(o), -9.81*math.Sin(0.3))
		}},
	{name: "23-runs-side-by-side", command: "inspect t.csv", want: []string{`x1 +q +v1 goes with it`},
		shows: `(if they are runs side by side, write them below one another)`},
	{name: "24-different-lengths-with-control", command: "inspect run0.csv run1.csv run2.csv run3.csv run4.csv",
		want: []string{`tau +u`}, shows: `(1240 rows in 5 trajectories)`},
	trained("25-independent-states", "train states.csv -o m.lagrange --angles q1,q2 --steps 60", accelerationsOf,
		"no_acceleration", 0.1, `rows are states on their own`),
	{name: "25-independent-states", command: "rollout m.lagrange --from states.csv", code: exitFailure,
		shows: `(holds states on their own, and no motion to follow)`},
	trained("25-independent-states", "train states-theta.csv -o m.lagrange --steps 60", accelerationsOf,
		"no_acceleration", 0.1, `rows do not follow from one another`),
	trained("27-metres-and-hours", "train sat.csv -o m.lagrange --steps 10", windowsOf, "constant_velocity", 0.01),
	trained("29-thirty-rows", "train p.csv -o m.lagrange --steps 60", windowsOf, "constant_velocity", 0.1,
		`30 rows are few`),
	{name: "30-concatenated-motions", command: "inspect arm.csv", want: []string{`12 trajectories`},
		shows: `(trajectory "arm" is split into 12: q1 jumps where qd1 does not explain it)`},
	trained("30-concatenated-motions",
		"train arm.csv -o m.lagrange --model delan --objective torque --friction both --steps 500 --no-baseline",
		torquesOf, "spread", 0.25),
	{name: "31-gym-episodes-no-time", command: "inspect episodes.csv", want: []string{`episode +trajectory`,
		`step +s +time`,
		`pole_angular_velocity .*goes with pole_angle`, `action +u`}, shows: `(a step of step is taken for 0.02 s)`},
	trained("31-gym-episodes-no-time", "train episodes.csv -o m.lagrange --steps 300 --no-baseline", windowsOf,
		"constant_velocity", 0.6, `held from row to row`),
	{name: "32-binary-files", command: "inspect b.mat", code: exitFailure,
		shows: `(MATLAB \(.mat, level 5\): the header is damaged: save it again, or write its arrays as .npz)`},
	{name: "32-binary-files", command: "inspect c.pkl", code: exitFailure,
		shows: `(pickle: it can run any program and is not read: write its arrays with numpy.savez)`},
	{name: "32-binary-files", command: "inspect d.parquet", code: exitFailure,
		shows: `(Parquet: the file is damaged: write or download it again, or write its columns as CSV)`},
	{name: "34-space-separated", command: "inspect 4_18_1.dat", want: []string{`angle +q`, `angle_velocity +v`,
		`motor_acc +ignored`}, shows: `(columns are separated by runs of spaces)`},
	trained("36-video-pixels", "train track.csv -o m.lagrange --time frame --q y --differentiate", windowsOf,
		"constant_velocity", 0.01, `the time is in frames`),
	{name: "38-no-header", command: "inspect 1.txt", code: exitFailure,
		shows: `(name the 4 columns, with _ for one to leave out, such as --columns t,q,v,u)`},
	{name: "38-no-header", command: "inspect 1.txt --columns t,x,_,F --differentiate", want: []string{`F +u`},
		shows: `(column "x_target"|velocities of x are estimated)`},
	{name: "40-force-with-offset", command: "inspect cp.csv", want: []string{`cart_x +q +cart_vx is named after it`,
		`angle +q`,
		`force +u`}, shows: `(--friction both\s+if the joints rub)`},
}

// falling is the acceleration in the first row of a roll-out that begins at rest, by the velocity in the second.
func falling(o caseOutput) float64 {
	rows, err := csv.NewReader(strings.NewReader(o.text)).ReadAll()
	if err != nil || len(rows) < 3 {
		return math.NaN()
	}
	at := map[string]float64{}
	for j, name := range rows[0] {
		at[name], _ = strconv.ParseFloat(rows[2][j], 64)
	}
	return at["angular_velocity"] / at["time"]
}

func falls(want, part float64) func(o caseOutput) error {
	return func(o caseOutput) error {
		if got := falling(o); !(math.Abs(got/want-1) < part) {
			return fmt.Errorf("acceleration %v, want %v\n%s", got, want, o.text)
		}
		return nil
	}
}

// Recordings as people have them end as their READMEs say.
func TestCases(t *testing.T) {
	folder, err := filepath.Abs("../../../shared/cases")
	if _, no := os.Stat(folder); err != nil || no != nil {
		t.Skip("no recordings of cases beside the repository")
	}
	if testing.Short() {
		t.Skip("trains for a minute")
	}
	home, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	table := &strings.Builder{}
	table.WriteString("| case | command | result |\n|---|---|---|\n")
	for _, c := range cases {
		out, errs := &bytes.Buffer{}, &bytes.Buffer{}
		args := strings.Fields(c.command)
		for i, a := range args {
			if path := filepath.Join(folder, c.name, a); i > 0 && strings.Contains(a, ".") && !strings.HasSuffix(a,
				".lagrange") {
				if _, err := os.Stat(path); err == nil {
					args[i] = path
				}
			}
		}
		if args[0] == "train" {
			args = append(args, "--json", "--force")
		}
		code := run(args, strings.NewReader(""), out, errs)
		o := caseOutput{text: out.String() + errs.String()}
		if code != c.code {
			t.Errorf("%s: %s: exit code %d\n%s", c.name, c.command, code, o.text)
			continue
		}
		if args[0] == "train" {
			if err := json.Unmarshal(out.Bytes(), &o.eval); err != nil {
				t.Fatal(err)
			}
		}
		fmt.Fprintf(table, "| %s | `%s` | %s |\n", c.name, c.command, c.check(t, o))
	}
	if *updateCases {
		writeCases(t, home, table.String())
	}
}

// check holds a case to what it has to be, and gives the result for the table.
func (c aCase) check(t *testing.T, o caseOutput) string {
	for _, w := range c.want {
		if !regexp.MustCompile(w).MatchString(o.text) {
			t.Errorf("%s: %s: no %q in\n%s", c.name, c.command, w, o.text)
		}
	}
	if c.holds != nil {
		if err := c.holds(o); err != nil {
			t.Errorf("%s: %s: %v", c.name, c.command, err)
		}
	}
	if c.says != nil {
		return c.says(o)
	}
	folded := strings.Join(strings.Fields(o.text), " ") // lines may be broken anywhere
	m := regexp.MustCompile(c.shows).FindStringSubmatch(folded)
	if m == nil {
		t.Errorf("%s: %s: no %q in\n%s", c.name, c.command, c.shows, o.text)
		return ""
	}
	return strings.Join(strings.Fields(m[1]), " ")
}

// writeCases puts the table into doc/measured.md.
func writeCases(t *testing.T, home, table string) {
	path := filepath.Join(home, "doc", "measured.md")
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	const begin, end = "<!-- cases: written by go test ./cmd/lagrange -run Cases -update-cases -->\n",
		"<!-- end of cases -->"
	head, rest, ok := strings.Cut(string(page), begin)
	_, tail, also := strings.Cut(rest, end)
	if !ok || !also {
		t.Fatalf("%s has no place for the cases", path)
	}
	if err := os.WriteFile(path, []byte(head+begin+table+end+tail), 0o644); err != nil {
		t.Fatal(err)
	}
}

package fit

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"lagrange/data"
	"lagrange/model"
	"lagrange/train"
)

// swings are motions x = a cos t of several sizes, with noise of so many parts of their size.
func swings(trajectories, rows int, accelerations bool, noise float64) *data.Set {
	set, r := &data.Set{Coordinates: []data.Coordinate{{Name: "x", Velocity: "v"}}}, rand.New(rand.NewPCG(1, 2))
	for i := range trajectories {
		tr := data.Trajectory{}
		for n := range rows {
			a, t := 1+float64(i)/float64(trajectories), float64(n)/20
			x, v := a*math.Cos(t)+noise*r.NormFloat64(), -a*math.Sin(t)+noise*r.NormFloat64()
			tr.T, tr.Q, tr.V = append(tr.T, t), append(tr.Q, x), append(tr.V, v)
			if accelerations {
				tr.A = append(tr.A, -a*math.Cos(t))
			}
		}
		set.Trajectories = append(set.Trajectories, tr)
	}
	return set
}

// joints is a motion of n coordinates.
func joints(rows, n int) *data.Set {
	one := swings(1, rows, true, 0).Trajectories[0]
	set, tr := &data.Set{}, data.Trajectory{T: one.T}
	for range n {
		set.Coordinates = append(set.Coordinates, data.Coordinate{Period: 2 * math.Pi})
	}
	for i := range rows {
		for range n {
			tr.Q, tr.V, tr.A = append(tr.Q, one.Q[i]), append(tr.V, one.V[i]), append(tr.A, one.A[i])
		}
	}
	set.Trajectories = []data.Trajectory{tr}
	return set
}

// driven are swings by a force of so many values.
func driven(levels int) *data.Set {
	set := swings(10, 40, false, 0)
	set.Inputs = []string{"u"}
	for i := range set.Trajectories {
		for n := range set.Trajectories[i].T {
			set.Trajectories[i].U = append(set.Trajectories[i].U, float64(n*n%levels))
		}
	}
	return set
}

// What is decided follows the recording, and what was asked for has the word, and says so.
func TestDecisions(t *testing.T) {
	few, many := swings(10, 40, true, 0), swings(50, 500, true, 0)
	arm, broad, gauss := joints(40, 30), Options{Hidden: []int{20, 20}}, Options{Method: train.GaussNewton}
	decides(t, map[string]decided{
		"accelerations":     {few, Options{}, "objective", Accelerations, "recorded"},
		"none":              {swings(10, 40, false, 0), Options{}, "objective", Windows, "no accelerations"},
		"windows asked for": {few, Options{Objective: Windows}, "objective", Windows, AskedFor},
		"node":              {few, Options{Model: "node"}, "objective", Windows, "nothing else"},
		"few rows":          {few, Options{}, "net", "8x2 softplus, quadratic head", "400 rows"},
		"many rows":         {many, Options{}, "net", "20x2 softplus, quadratic head", "25000 rows"},
		"few rows, windows": {few, Options{Objective: Windows}, "net", "16x2 softplus, plain head", "400 rows"},
		"net asked for":     {many, Options{Hidden: []int{5, 3}}, "net", "5,3 softplus, quadratic head", AskedFor},
		"no head":           {many, Options{Model: "nn"}, "head", "", ""},
		"method":            {joints(40, 4), Options{}, "method", train.GaussNewton, "least-squares"},
		"many coordinates":  {arm, broad, "method", train.Adam, "6000 parameters"},
		"many outputs":      {arm, Options{}, "method", train.Adam, "3000 parameters"},
		"wide, few coordinates": {few, Options{Hidden: []int{64, 64}}, "head", string(model.Quadratic),
			"depends on the state"},
		"fewer coordinates": {joints(40, 14), Options{}, "net", "8x2 softplus, quadratic head", "40 rows"},
		"six coordinates":   {joints(40, 6), broad, "head", string(model.Quadratic), "depends on the state"},
		"seven coordinates": {joints(40, 7), broad, "head", string(model.Quadratic), "positions alone"},
		"six, batch":        {joints(40, 6), broad, "batch", "10 residuals for each parameter", "noise"},
		"seven, batch":      {joints(40, 7), broad, "batch", "2.5 residuals for each parameter", "average"},
		"seven, narrow": {joints(40, 7), Options{}, "batch",
			"10 residuals for each parameter", "noise"},
		"method asked for": {few, Options{Method: train.Adam}, "method", train.Adam, AskedFor},
		"batch of Adam":    {few, Options{Method: train.Adam}, "batch", "128 samples", ""},
		"batch asked for":  {few, Options{Batch: 7}, "batch", "7 samples", AskedFor},
		"no rate":          {few, Options{}, "rate", "", ""},
		"rate":             {few, Options{Model: "node"}, "rate", "0.005", Windows},
		"steps":            {few, Options{Steps: 9}, "steps", "9", AskedFor},
		"budget":           {few, Options{}, "steps", "as many as fit into 1m0s", "default"},
		"windows": {few, Options{Objective: Windows}, "windows", "25 rows to learn from, 1.25 held out",
			"25 typical"},
		"long horizon": {few, Options{Objective: Windows, Horizon: 10}, "windows",
			"32 rows to learn from, 10 held out", AskedFor},
		"no roll-outs":        {few, Options{}, "roll-outs", "", ""},
		"a switch":            {driven(2), Options{}, "forces", "held from row to row", "few values: u"},
		"a switch, lines":     {driven(2), Options{Held: []string{}}, "forces", "", ""},
		"a motor":             {driven(37), Options{}, "forces", "", ""},
		"loss":                {few, Options{}, "loss", "huber", "wrong rows"},
		"guess of Adam":       {few, Options{Method: train.Adam}, "initial guess", "as drawn", ""},
		"guess by least":      {few, gauss, "initial guess", "convex initialisation", "2 %"},
		"guess without a law": {few, Options{Model: "nn"}, "initial guess", "steps of Adam", "10 %"},
	})
}

// Steps on small batches are for nets of few coordinates and not too many parameters, and have defaults of their own.
func TestDecisionsOnKaczmarz(t *testing.T) {
	few, large, asked := swings(10, 40, true, 0), Options{Hidden: []int{80, 80}}, Options{Method: train.Kaczmarz}
	windows := Options{Method: train.Kaczmarz, Objective: Windows}
	decides(t, map[string]decided{
		"one coordinate":    {few, Options{}, "method", train.Kaczmarz, "3 coordinates"},
		"three coordinates": {joints(40, 3), Options{}, "method", train.Kaczmarz, "3 coordinates"},
		"three, large":      {joints(40, 3), large, "method", train.Kaczmarz, "3 coordinates"},
		"four coordinates":  {joints(40, 4), large, "method", train.Adam, "6000 parameters"},
		"plain network":     {few, Options{Model: "nn"}, "method", train.Kaczmarz, "3 coordinates"},
		"terms":             {few, Options{Model: "terms"}, "method", train.GaussNewton, "least-squares"},
		"one wide layer":    {few, Options{Hidden: []int{2000}}, "method", train.Kaczmarz, "3 coordinates"},
		"many weights":      {few, Options{Hidden: []int{200, 200, 200}}, "method", train.Kaczmarz, "3 coordinates"},
		"too many":          {few, Options{Hidden: []int{300, 300, 300}}, "method", train.Adam, "6000 parameters"},
		"batch":             {few, asked, "batch", "some hundred residuals", "keeps"},
		"no rate":           {few, asked, "rate", "", ""},
		"rate":              {few, Options{Method: train.Kaczmarz, Rate: 0.2}, "rate", "0.2", AskedFor},
		"head":              {few, asked, "head", string(model.Quadratic), "depends"},
		"net":               {few, asked, "net", "8x2 softplus, quadratic head", "400 rows"},
		"guess":             {few, asked, "initial guess", "steps of Adam", "10 %"},
		"guess, windows":    {few, windows, "initial guess", "as drawn", train.Kaczmarz},
	})
}

// decided is what the plan says of a recording where so much is asked for, and a word of its reason.
type decided struct {
	set                *data.Set
	asked              Options
	what, want, reason string
}

func decides(t *testing.T, cases map[string]decided) {
	t.Helper()
	for name, c := range cases {
		_, plan, err := decide(c.set, Recording{}, c.asked, c.asked)
		if l := plan.Line(c.what); err != nil || l.Choice != c.want || !strings.Contains(l.Reason, c.reason) {
			t.Errorf("%s: %+v, %v; want %q for %q", name, l, err, c.want, c.reason)
		}
	}
}

// The net of many coordinates sees positions alone where Gauss–Newton learns accelerations by the quadratic head.
func TestNatural(t *testing.T) {
	for name, c := range map[string]struct {
		coordinates int
		asked       Options
		want        bool
	}{
		"seven": {7, Options{}, true}, "six": {6, Options{}, false},
		"plain": {7, Options{Head: model.Plain}, false}, "Adam": {7, Options{Method: train.Adam}, false},
		"narrow":  {7, Options{Hidden: []int{8, 8}}, false},
		"windows": {7, Options{Objective: Windows, Method: train.GaussNewton, Head: model.Quadratic}, false},
	} {
		if c.asked.Hidden == nil {
			c.asked.Hidden = []int{20, 20}
		}
		set := joints(40, c.coordinates)
		o, _, err := decide(set, Recording{}, c.asked, c.asked)
		if err != nil {
			t.Fatal(name, err)
		}
		if spec, err := specOf(set, set, o); err != nil || spec.Natural != c.want {
			t.Errorf("%s: natural %v, %v", name, spec.Natural, err)
		}
	}
}

// Forces of few values are held, unless it was said how forces go.
func TestHeldSwitch(t *testing.T) {
	set := swings(10, 40, false, 0)
	set.Inputs = []string{"u"}
	for i := range set.Trajectories {
		for n := range set.Trajectories[i].T {
			set.Trajectories[i].U = append(set.Trajectories[i].U, float64(n%2))
		}
	}
	for _, asked := range [][]string{nil, {}} {
		o, _, err := decide(set, Recording{}, Options{Held: asked}, Options{Held: asked})
		if err != nil || slices.Equal(o.Held, []string{"u"}) != (asked == nil) {
			t.Errorf("asked for %#v: %v is held; %v", asked, o.Held, err)
		}
	}
}

// A plan is told before the first step, is the one in the record, and is what was done.
func TestPlan(t *testing.T) {
	for name, c := range map[string]struct {
		noise                 float64
		method, asked, family string
	}{
		"clean":            {0, train.GaussNewton, "", "terms"},
		"clean, a network": {0, train.GaussNewton, DefaultModel, DefaultModel},
		"noisy":            {0.5, train.Adam, "", DefaultModel},
	} {
		var told []Plan
		o := Options{Model: c.asked, Steps: 1, Objective: Windows, Horizon: 0.5, Workers: 1}
		o.Planned = func(p Plan) { told = append(told, p) }
		o.On = func(Progress) {
			if len(told) != 1 {
				t.Errorf("%s: %d plans before the first step", name, len(told))
			}
		}
		r, err := Train(t.Context(), swings(12, 30, false, c.noise), o)
		if err != nil {
			t.Fatal(err)
		}
		record, spec := r.Networks[0].Record, r.Networks[0].Net.Spec
		if len(told) == 0 || record.Plan == nil || !slices.Equal(told[0].Lines, record.Plan.Lines) {
			t.Fatalf("%s: told %+v, recorded %+v", name, told, record.Plan)
		}
		net := shown(spec.Hidden) + " " + spec.Activation + ", " + string(spec.Head) + " head"
		if c.family == "terms" {
			net = "none"
		}
		if m := told[0].Line("method").Choice; m != c.method || m != record.Method ||
			told[0].Line("net").Choice != net {
			t.Errorf("%s: %+v, and done was %s by %s", name, told[0].Lines, net, record.Method)
		}
		f := told[0].Recording
		if f.Rows != 360 || f.Trajectories != 12 || f.Gaps != 0 || !f.Velocities || f.Accelerations {
			t.Errorf("%s: %+v", name, f)
		}
		for _, n := range f.Noise {
			if !(n.Low <= c.noise+1e-10 && c.noise <= 1.1*n.High && n.High < 2*c.noise+1e-5) {
				t.Errorf("%s: noise %g of %s, found %+v", name, c.noise, n.Column, n.Noise)
			}
		}
		if len(f.Noise) != 2 || model.FamilyOf(spec.Family).Name != c.family {
			t.Errorf("%s: %d columns with noise, %s", name, len(f.Noise), spec.Family)
		}
	}
}

// Gaps and estimated velocities are found.
func TestFindings(t *testing.T) {
	set := swings(3, 40, false, 0)
	set.Columns = []data.Column{{Name: "t", Unit: "s", Role: data.RoleTime}, {Name: "v", Role: data.RoleV,
		Why: "estimated from x"}}
	set.Time = "t"
	for n := 20; n < 40; n++ {
		set.Trajectories[1].T[n] += 1
	}
	f, err := find(t.Context(), set, set, noiseRows)
	if err != nil || f.Gaps != 1 || f.Velocities || f.TimeUnit != "s" || len(f.Noise) != 1 {
		t.Errorf("%+v, %v", f, err)
	}
	if text := f.String(); !strings.Contains(text, "1 gap,") || !strings.Contains(text, "velocities estimated") ||
		!strings.Contains(text, "no known forces") {
		t.Error(text)
	}
}

// The plan names the other method only where it will be tried.
func TestPlanOfRivals(t *testing.T) {
	set := recorded(t, "pendulum", 0)
	for _, c := range []struct {
		o    Options
		want bool
	}{
		{Options{Model: "lnn", Steps: rivalSteps}, true},
		{Options{Model: "lnn", Steps: rivalSteps - 1}, false},
		{Options{Model: "lnn", Steps: rivalSteps, Hidden: []int{60, 60}}, false},
	} {
		f, err := newProblem(t.Context(), set, c.o)
		if err != nil {
			t.Fatal(err)
		}
		l := f.plan.Line("method")
		if l.Choice != train.Kaczmarz || strings.Contains(l.Reason, train.GaussNewton) != c.want {
			t.Errorf("%+v: %+v", c.o, l)
		}
	}
}

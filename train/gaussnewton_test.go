package train

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"

	"lagrange/internal/vec"
	"lagrange/model"
)

// The rows of every objective are the derivatives of its residuals, and Pull is their product with an adjoint.
func TestRows(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 1))
	batch := []int{3, 0, 4}
	for _, family := range []string{"lnn", "delan", "nn", "hnn"} {
		for name, o := range map[string]Objective[float64]{
			"accelerations": &Accelerations[float64]{X: normal(r, 20), U: normal(r, 5), A: normal(r, 10), N: 5,
				Penalty: L2, Weight: []float64{1, 2, 3, 4, 5}},
			"windows": windows(r, 5, 3, L2),
		} {
			t.Run(family+" "+name, func(t *testing.T) { checkRows(t, drivenModel(t, family), o, batch) })
		}
	}
}

// checkRows holds the rows of an objective against central differences.
func checkRows(t *testing.T, m *model.Model[float64], o Objective[float64], batch []int) {
	t.Helper()
	p := o.Pass(m, 4)
	n, P := p.Width()*len(batch), len(m.Theta)
	res, c, J, sum := make([]float64, n), make([]float64, n), make([]float64, n*P), make([]float64, P)
	p.Residuals(batch, res, c)
	p.Rows(J)
	y := normal(rand.New(rand.NewPCG(8, 7)), n)
	p.Residuals(batch, res, c)
	p.Pull(y, sum)
	var got, want []float64
	for i, was := range m.Theta {
		f := func(h float64) []float64 { m.Theta[i] = was + h; p.Residuals(batch, res, c); return slices.Clone(res) }
		const h = 1e-4
		a, b, x, z := f(2*h), f(-2*h), f(h), f(-h)
		m.Theta[i] = was
		s := 0.0
		for k := range n {
			coarse, fine := (a[k]-b[k])/(4*h), (x[k]-z[k])/(2*h)
			want, got = append(want, fine+(fine-coarse)/3), append(got, J[k*P+i])
			s += y[k] * J[k*P+i]
		}
		if math.Abs(s-sum[i]) > 1e-9*(1+math.Abs(s)) {
			t.Fatalf("Pull of parameter %d: %v, by the rows %v", i, sum[i], s)
		}
	}
	top := 0.0
	for _, w := range want {
		top = max(top, math.Abs(w))
	}
	for i, w := range want {
		if math.Abs(got[i]-w) > 1e-6*top {
			t.Fatalf("element %d: %v, differences say %v (largest %v)", i, got[i], w, top)
		}
	}
}

// gaussNewtonLoop is a run of the method on few samples.
func gaussNewtonLoop(t *testing.T, equations string, batch int) *Loop[float64] {
	l := newLoop(t, 12)
	l.Settings.Method, l.Settings.Equations, l.Settings.Batch = GaussNewton, equations, batch
	return l
}

// The two forms of the equations have one solution.
func TestEquationsAgree(t *testing.T) {
	for _, p := range []Penalty{L1, L2, Huber} {
		var want []float64
		for _, form := range []string{Normal, Kernel} {
			l := gaussNewtonLoop(t, form, 16)
			l.Train.(*Accelerations[float64]).Penalty = p
			if err := l.prepare(); err != nil {
				t.Fatal(err)
			}
			g := l.stepper.(*gaussNewtonSteps)
			g.draw()
			g.linearise()
			g.weigh()
			g.equations.form()
			ok := g.equations.solve(1e-1)
			l.release()
			if !ok {
				t.Fatalf("%s: not solved", form)
			}
			if want == nil {
				want = slices.Clone(g.d)
				continue
			}
			miss := 0.0
			for i, d := range g.d {
				miss += (d - want[i]) * (d - want[i])
			}
			if rel := math.Sqrt(miss) / vec.Norm(want); rel > 1e-8 {
				t.Errorf("%s, %s: the step is %.1e off that of the normal equations", p.Name, form, rel)
			}
		}
	}
}

// The form follows from the sizes; a net too large for JᵀCJ has batches that there is room for the rows of.
func TestEquationsPlan(t *testing.T) {
	for _, c := range []struct {
		P, W, N int
		form    string
		batch   int
	}{
		{600, 2, 1 << 20, Normal, 768}, {600, 2, 200, Kernel, 200}, {6001, 3, 1 << 20, Kernel, mostRows / (6001 * 3)},
		{1 << 30, 3, 10, Kernel, 1},
	} {
		var s Settings
		if err := s.plan(c.P, c.W, c.N); err != nil || s.Equations != c.form || s.Batch != c.batch {
			t.Errorf("%+v: %s of %d samples, %v", c, s.Equations, s.Batch, err)
		}
	}
	if err := (&Settings{Equations: "free"}).plan(10, 1, 10); err == nil {
		t.Error("a form that is none is taken")
	}
}

// The rows of a batch that has no room for them come block by block, and make the same equations; a sample that is not
// finite has no row.
func TestBlocksOfRows(t *testing.T) {
	step := func(block int) []float64 {
		l := chainLoop(2, 4, model.Quadratic, 2)
		l.Settings.Equations, l.Settings.Batch = Normal, 100
		if err := l.prepare(); err != nil {
			t.Fatal(err)
		}
		defer l.release()
		g := l.stepper.(*gaussNewtonSteps)
		e := g.equations.(*normalEquations)
		if block < e.block {
			e.block, g.found = block, nil
		}
		g.draw()
		l.Train.(*Accelerations[float64]).X[4*l.batch[70]] = math.Inf(1)
		g.linearise()
		g.weigh()
		e.form()
		if !e.solve(1e-2) {
			t.Fatal("not solved")
		}
		return g.d
	}
	want := step(100)
	for _, block := range []int{32, 64} {
		for i, d := range step(block) {
			if math.Abs(d-want[i]) > 1e-9*vec.Norm(want) {
				t.Fatalf("blocks of %d: %d is %v, at once %v", block, i, d, want[i])
			}
		}
	}
}

// Steps of either form, and those on small batches, are the same again to the last bit, whichever core takes which
// samples, and with one core, too.
func TestGaussNewtonRepeats(t *testing.T) {
	steps := func(form string, workers int) []float64 {
		l := gaussNewtonLoop(t, form, 160)
		if l.Settings.Workers = workers; form == Kaczmarz {
			l.Settings.Method, l.Settings.Equations, l.Settings.Rate = Kaczmarz, "", 0
		}
		if err := l.prepare(); err != nil {
			t.Fatal(err)
		}
		defer l.release()
		for range 3 {
			l.stepper.step()
		}
		return slices.Clone(l.Model.Theta)
	}
	for _, form := range []string{Normal, Kernel, Kaczmarz} {
		want := steps(form, 2)
		for range 20 {
			if got := steps(form, 2); !slices.Equal(got, want) {
				t.Fatalf("%s: two cores come to other bits", form)
			}
		}
		if !slices.Equal(steps(form, 1), want) {
			t.Errorf("%s: one core comes to other bits than two", form)
		}
	}
}

// With either form a pendulum is learned from 600 states in 40 steps better than by Adam in a hundred times as many.
func TestGaussNewtonLearns(t *testing.T) {
	adam := newLoop(t, 4000)
	adam.Train = pendulum(600, 1)
	adam.Settings.Validate = 100
	limit := run(t, adam).BestLoss
	for _, k := range []struct {
		form  string
		batch int
	}{{Normal, 300}, {Kernel, 80}} {
		l := gaussNewtonLoop(t, k.form, k.batch)
		l.Train = pendulum(600, 1)
		l.Settings.Steps = 40
		s := run(t, l)
		t.Logf("%s: %.2e, Adam %.2e; λ %.0e, %d trials taken back", k.form, s.BestLoss, limit, s.Damping, s.Rejected)
		if !(s.BestLoss < limit) || s.Skipped > 0 {
			t.Errorf("%s: %v, Adam %v", k.form, s.BestLoss, limit)
		}
	}
}

// Some records that are grossly wrong do not spoil what L1 learns, and spoil what L2 does.
func TestRobust(t *testing.T) {
	loss := map[string]float64{}
	for _, p := range []Penalty{L1, L2} {
		l := gaussNewtonLoop(t, "", 0)
		l.Settings.Steps = 40
		o := pendulum(400, 1)
		o.Penalty = p
		for i := 0; i < o.N; i += 20 {
			o.A[i] += 50
		}
		l.Train = o
		loss[p.Name] = run(t, l).BestLoss
	}
	t.Logf("validation by L1 %.2e, by L2 %.2e", loss["l1"], loss["l2"])
	if !(loss["l1"] < loss["l2"]/100) {
		t.Error("L1 is not robust")
	}
}

// A record that is not finite has no say, and the rest is learned.
func TestGaussNewtonNonFinite(t *testing.T) {
	for name, spoil := range map[string]func(o *Accelerations[float64]){
		"acceleration": func(o *Accelerations[float64]) { o.A[17] = math.NaN() },
		"velocity":     func(o *Accelerations[float64]) { o.X[35] = math.Inf(1) },
	} {
		for _, form := range []string{Normal, Kernel} {
			l := gaussNewtonLoop(t, form, 64)
			spoil(l.Train.(*Accelerations[float64]))
			s := run(t, l)
			if !vec.Finite(s.Theta) || !(s.BestLoss < 1e-3) {
				t.Errorf("%s, %s: validation %v", name, form, s.BestLoss)
			}
		}
	}
}

// An interrupted run goes on bit for bit.
func TestGaussNewtonResumes(t *testing.T) {
	checkResumes(t, func() *Loop[float64] { return gaussNewtonLoop(t, "", 16) })
}

// checkResumes holds a run of twelve steps, interrupted after seven, against one that was not.
func checkResumes(t *testing.T, begin func() *Loop[float64]) {
	t.Helper()
	whole, l := run(t, begin()), begin()
	stop := fmt.Errorf("stop")
	l.Clock = func(s *State[float64], _ float64) error {
		if s.Step == 7 {
			return stop
		}
		return nil
	}
	if err := l.Run(context.Background()); err != stop {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "c")
	if err := SaveCheckpoint(path, nil, l.Model.Spec, l.Settings, l.State); err != nil {
		t.Fatal(err)
	}
	again := begin()
	var err error
	if again.State, again.Settings, err = LoadCheckpoint(path, nil, again.Model); err != nil {
		t.Fatal(err)
	}
	if s := run(t, again); !slices.Equal(s.Theta, whole.Theta) || s.Damping != whole.Damping ||
		s.Rejected != whole.Rejected {
		t.Error("the resumed run differs")
	}
}

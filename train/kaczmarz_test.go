package train

import (
	"math"
	"slices"
	"testing"

	"lagrange/internal/vec"
	"lagrange/model"
)

// kaczmarzLoop is a run of the method on batches of 16 of few samples.
func kaczmarzLoop(t *testing.T, steps int) *Loop[float64] {
	l := newLoop(t, steps)
	l.Settings.Method, l.Settings.Rate = Kaczmarz, 0
	return l
}

// prepared are the steps of a run that is to be released when the test ends.
func prepared(t *testing.T, l *Loop[float64]) *kaczmarzSteps {
	t.Helper()
	if err := l.prepare(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.release)
	return l.stepper.(*kaczmarzSteps)
}

// held is row i of J of a run that has them in memory.
func held(e *kaczmarzSteps, i int) []float64 { return e.rows.(*heldRows).row(i) }

// A step is where |√C (Jφ − r)|² + λ |φ − μφ₋|²_D has no slope,
//
//	JᵀC (Jφ − r) + λD (φ − μφ₋) = 0,
//
// θ moves by its share h, and the loss of the batch falls, whatever the penalty; D is a mean of diagonals of JᵀCJ.
func TestKaczmarzStep(t *testing.T) {
	for _, p := range []Penalty{L1, L2, Huber} {
		l := kaczmarzLoop(t, 100)
		l.Train.(*Accelerations[float64]).Penalty = p
		e := prepared(t, l)
		mean := make([]float64, e.P)
		for range 60 {
			was, theta := *l.State, slices.Clone(l.State.Theta)
			before := slices.Clone(was.M)
			e.step()
			slope, size, share := make([]float64, e.P), 0.0, max(recent, 1/float64(was.Updates+1))
			diagonal := make([]float64, e.P)
			for i, c := range e.c {
				left := dot(held(e, i), l.State.M) - e.r[i]
				for j, x := range held(e, i) {
					slope[j] += c * x * left
					size = max(size, math.Abs(c*x*e.r[i]))
					diagonal[j] += c * x * x
				}
			}
			for j, d := range e.D {
				mean[j] += share * (diagonal[j] - mean[j])
				slope[j] += was.Damping * e.mean * d * (l.State.M[j] - momentum*before[j])
				h := 0.5 * oneCycle(float64(l.State.Step)/100)
				if moved := theta[j] - l.State.Theta[j]; math.Abs(moved-h*l.State.M[j]) > 1e-12 {
					t.Fatalf("%s: parameter %d moves by %v, not %v", p.Name, j, moved, h*l.State.M[j])
				}
			}
			if l.State.Rejected > was.Rejected {
				continue
			}
			if vec.Norm(slope) > 1e-7*size {
				t.Fatalf("%s, step %d: the slope is %v beside %v", p.Name, l.State.Step, vec.Norm(slope), size)
			}
			if !(e.cost(e.next) < e.cost(e.r)) {
				t.Fatalf("%s, step %d: the loss of the batch has not fallen", p.Name, l.State.Step)
			}
			for j, m := range mean {
				if math.Abs(l.State.S[j]-m) > 1e-12*vec.Norm(mean) {
					t.Fatalf("%s: the mean of %d is %v, not %v", p.Name, j, l.State.S[j], m)
				}
			}
		}
	}
}

// A step after which the loss of its batch has not fallen is taken back, and made anew with more damping; where none
// does, θ and what the next step begins with stay as they are.
func TestKaczmarzTakesBack(t *testing.T) {
	l := kaczmarzLoop(t, 20)
	e := prepared(t, l)
	e.step()
	was, theta, phi := *l.State, slices.Clone(l.State.Theta), slices.Clone(l.State.M)
	l.Settings.Rate = -1 // uphill
	e.step()
	st := l.State
	if !slices.Equal(st.Theta, theta) || !slices.Equal(st.M, phi) || st.Updates != was.Updates {
		t.Error("a step uphill was kept")
	}
	if st.Rejected != was.Rejected+tries || !(st.Damping > was.Damping) {
		t.Errorf("%d trials taken back, damping %v after %v", st.Rejected-was.Rejected, st.Damping, was.Damping)
	}
	l.Settings.Rate = 0.5
	if e.step(); st.Updates != was.Updates+1 {
		t.Error("and no step is made after it")
	}
}

// A pendulum is learned from 600 states better than by Adam in ten times as many steps on as many states.
func TestKaczmarzLearns(t *testing.T) {
	adam, l := newLoop(t, 2000), kaczmarzLoop(t, 200)
	adam.Train, l.Train = pendulum(600, 1), pendulum(600, 1)
	adam.Settings.Validate, l.Settings.Validate = 100, 10
	limit, s := run(t, adam).BestLoss, run(t, l)
	t.Logf("%.2e, Adam %.2e; λ %.0e, %d trials taken back", s.BestLoss, limit, s.Damping, s.Rejected)
	if !(s.BestLoss < limit/3) || s.Skipped > 0 {
		t.Errorf("%v, Adam %v", s.BestLoss, limit)
	}
}

// A record that is not finite has no say, and the rest is learned.
func TestKaczmarzNonFinite(t *testing.T) {
	l := kaczmarzLoop(t, 200)
	o := pendulum(600, 1)
	l.Train = o
	for i := 17; i < o.N; i += 100 {
		o.A[i], o.X[2*i+101] = math.NaN(), math.Inf(1)
	}
	if s := run(t, l); !vec.Finite(s.Theta) || !(s.BestLoss < 1e-6) || s.Skipped > 0 {
		t.Errorf("validation %v, %d steps skipped", s.BestLoss, s.Skipped)
	}
}

// Rows that are not finite do not reach the metric of the steps that follow.
func TestKaczmarzMetric(t *testing.T) {
	l := kaczmarzLoop(t, 20)
	e := prepared(t, l)
	e.step()
	was := slices.Clone(l.State.S)
	held(e, 1)[3] = math.Inf(1)
	if e.metric() || !slices.Equal(l.State.S, was) {
		t.Error("they do")
	}
}

// An interrupted run goes on bit for bit.
func TestKaczmarzResumes(t *testing.T) {
	checkResumes(t, func() *Loop[float64] { return kaczmarzLoop(t, 12) })
}

// A batch has the samples of 256 residuals, or those that there is room for the rows of.
func TestKaczmarzBatch(t *testing.T) {
	l := kaczmarzLoop(t, 1)
	l.Settings, l.Train = l.Settings.Defaults(), pendulum(600, 1)
	plan := func() int {
		l.Settings.Batch = 0
		if err := (kaczmarz{}).plan(l); err != nil {
			t.Fatal(err)
		}
		return l.Settings.Batch
	}
	if b := plan(); b != 256 {
		t.Errorf("a batch of %d", b)
	}
	wide := func(friction model.Friction) {
		spec := l.Model.Spec
		spec.Hidden, spec.Friction = []int{600, 600}, friction
		var err error
		if l.Model, err = model.New[float64](spec, 1); err != nil {
			t.Fatal(err)
		}
	}
	if wide(""); plan() != 256 {
		t.Errorf("a batch of %d where rows are not formed", l.Settings.Batch)
	}
	wide(model.Viscous) // a parameter that is none of a layer
	if b, P := plan(), len(l.Model.Theta); b*P > mostRows || (b+1)*P <= mostRows {
		t.Errorf("a batch of %d with %d parameters", b, P)
	}
	l.Settings.Schedule = "none"
	if err := (kaczmarz{}).plan(l); err == nil {
		t.Error("an unknown schedule is taken")
	}
}

// λ falls where the linear model is right, grows where it is far off, and stays within its bounds.
func TestKaczmarzDamping(t *testing.T) {
	for _, c := range []struct{ lambda, ratio, want float64 }{
		{0.01, 0.1, 0.01 * 1.1}, {0.01, 0.5, 0.01}, {0.01, 1, 0.01 / 1.1}, {1, 0.1, 1}, {1e-7, 1, 1e-7},
	} {
		if got := eased(c.lambda, c.ratio); math.Abs(got-c.want) > 1e-15 {
			t.Errorf("%v after %v is %v, not %v", c.lambda, c.ratio, got, c.want)
		}
	}
}

package train

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"lagrange/internal/lin"
	"lagrange/internal/par"
	"lagrange/internal/vec"
	"lagrange/model"
	"lagrange/ode"
)

// readied returns a shooting before its first step, with segments of a duration and starts off the true ones.
func readied(t *testing.T, s *Shooting) *shooter {
	t.Helper()
	team := par.NewTeam(s.Workers)
	t.Cleanup(team.Close)
	run := &shooter{Shooting: s, team: team, excess: 2.5}
	run.segments = s.Measured.Segments(s.Duration)
	run.b0, run.x = run.b(), s.Measured.Smoothed(run.segments)
	run.prepare()
	run.cost(run.x)
	copy(run.spread, run.trialSpread)
	return run
}

// residuals are all of a shooting at parameters b and starts x, one after another, by a roll-out of each segment alone.
// Residuals of what was measured come first; weights are those of least squares.
func (s *shooter) residuals(b, x []float64) (measured, others []float64) {
	s.set(b)
	n, m := 2*s.Measured.D, s.Measured.M
	for i, a := range s.segments {
		e, K := s.Measured.Of[a.Of], a.Last-a.First
		var h []float64
		for k := a.First; k < a.Last; k++ {
			h = append(h, e.T[k+1]-e.T[k])
		}
		roll := model.NewRollout(s.Model.Spec, s.Model.Tape(1), ode.RK4.Tableau, 1, K)
		roll.Run(x[i*n:(i+1)*n], h, e.U[a.First*m:(a.Last+1)*m])
		for k := range K + 1 {
			at, row := roll.State(k), a.First+k
			for j := range n {
				switch {
				case k == K && a.Chained:
					others = append(others, (at[j]-x[(i+1)*n+j])/(0.1*math.Sqrt(s.excess)*e.SD[row*n+j]))
				case e.Sigma[j] > 0 && !math.IsNaN(e.Y[row*n+j]):
					wide := 1.0
					if e.Wide != nil {
						wide = e.Wide[row*n+j]
					}
					measured = append(measured, (at[j]-e.Y[row*n+j])/(e.Sigma[j]*wide))
				}
			}
		}
		for j := range n {
			others = append(others, (x[i*n+j]-e.X[a.First*n+j])/(30*e.SD[a.First*n+j]))
		}
	}
	off := 0.0
	for k, b := range b {
		r := math.Sqrt(s.Ridge*s.excess) * (b - s.b0[k]) / s.Unit[k]
		if s.Alike != nil {
			if g := s.Alike[k]; g >= 0 {
				r = math.Sqrt(s.excess*s.prior.precision[g]) * b
			}
			off += s.prior.mass[k] * (b - s.prior.b0[k])
		}
		others = append(others, r)
	}
	others = append(others, off)
	N := s.PositiveDefinite.Len()
	r, c := make([]float64, N), make([]float64, N)
	s.PositiveDefinite.Pass(s.Model, N).Residuals(upTo(N), r, c)
	for _, r := range r {
		others = append(others, math.Sqrt(positiveDefiniteWeight*s.excess)*r)
	}
	return measured, others
}

// The step with the starts eliminated is that of the equations of everything, dense and by differences.
func TestShootingStepIsThatOfDenseEquations(t *testing.T) {
	for _, p := range []Penalty{L2, Student} {
		for _, prior := range []bool{false, true} {
			t.Run(fmt.Sprint(p.Name, " prior ", prior), func(t *testing.T) { stepIsThatOfDenseEquations(t, p, prior) })
		}
	}
}

func stepIsThatOfDenseEquations(t *testing.T, p Penalty, prior bool) {
	m := drivenModel(t, "lnn")
	o, _ := motions(m, 3, 14, 0.01, 0.03, false, 9)
	o.Of[1].Y[8] += 1 // an outlier, and what was not observed
	o.Of[2].Y[12] = math.NaN()
	of := m.Outer()
	around := o.Around(m, 1)
	around.Floor *= 20 // the mean mass: half of them are below
	var alike []int
	if prior {
		alike = m.Outputs(of)
	}
	s := readied(t, &Shooting{Model: m, Measured: o, Of: of, Unit: m.Units(of), Ridge: 10, Penalty: p,
		PositiveDefinite: around, Duration: 0.15, Workers: 2, Alike: alike})
	s.believe()
	b := s.b()
	for i := range b { // off b₀ and the smoothed states, so that ridge and prior pull
		b[i] *= 1.01
	}
	for i := range s.x {
		s.x[i] += 0.02 * math.Sin(float64(i))
	}
	x := slices.Clone(s.x)
	s.set(b)
	cost := s.cost(s.x)
	copy(s.spread, s.trialSpread)
	s.lambda = 0.3
	s.form()
	if !s.solve() {
		t.Fatal("no solution")
	}
	n := 2 * o.D
	for _, c := range s.chains {
		s.shots[0].back(s.reduced[c[0]:c[1]], s.db, s.dx[c[0]*n:c[1]*n])
	}
	db, dx, said := s.dense(b, x)
	if math.Abs(cost-said) > 1e-9*said {
		t.Errorf("cost %v; want %v", cost, said)
	}
	near(t, "step of a parameter", s.db, db, 2e-6)
	near(t, "step of a start", s.dx, dx, 2e-6)
}

// near holds numbers against others, to a tolerance in units of the largest.
func near(t *testing.T, what string, got, want []float64, tolerance float64) {
	t.Helper()
	top := 0.0
	for _, w := range want {
		top = max(top, math.Abs(w))
	}
	for i, w := range want {
		if !(math.Abs(got[i]-w) <= tolerance*top) {
			t.Fatalf("%s: number %d is %v, not %v (largest %v)", what, i, got[i], w, top)
		}
	}
}

// dense is the step of the equations of b and all starts at once, and the cost.
func (s *shooter) dense(b, x []float64) (db, dx []float64, cost float64) {
	measured, others := s.residuals(b, x)
	P, N := len(b), len(b)+len(x)
	weight := make([]float64, 0, len(measured)+len(others))
	at := 0
	for i := range s.segments {
		count := s.counts[i]
		for _, r := range measured[at : at+count] {
			weight = append(weight, curvature(s.Penalty, r/s.spread[i]))
			rho, _ := s.Penalty.Of(r)
			cost += rho
		}
		at += count
	}
	for _, r := range others {
		weight = append(weight, 1)
		cost += r * r
	}
	J := s.slopes(b, x)
	r := append(measured, others...)
	H, g := make([]float64, N*N), make([]float64, N)
	for i := range N {
		for k, c := range weight {
			g[i] += c * J[i][k] * r[k]
		}
		for j := range N {
			for k, c := range weight {
				H[i*N+j] += c * J[i][k] * J[j][k]
			}
		}
	}
	for i := P; i < N; i++ {
		H[i*N+i] *= 1 + s.lambda
	}
	for p, d := range metric(P, N, H) {
		H[p*N+p] += s.lambda * d
	}
	F, step := make([]float64, N*N), make([]float64, N)
	kind := lin.NewWork[float64](N).Factor(N, H, F)
	lin.Solve(N, kind, F, g, step)
	return step[:P], step[P:], cost
}

// slopes are the derivatives of all residuals by differences, a column for each unknown.
func (s *shooter) slopes(b, x []float64) (J [][]float64) {
	P, y := len(b), append(slices.Clone(b), x...)
	slope := func(i int, h float64) []float64 {
		z := slices.Clone(y)
		z[i] += h
		a, o := s.residuals(z[:P], z[P:])
		return append(a, o...)
	}
	for i := range y {
		const h = 1e-4
		a, c, d, e := slope(i, h), slope(i, -h), slope(i, 2*h), slope(i, -2*h)
		for k := range a {
			fine, coarse := (a[k]-c[k])/(2*h), (d[k]-e[k])/(4*h)
			a[k] = fine + (fine-coarse)/3
		}
		J = append(J, a)
	}
	s.set(b)
	return J
}

// metric is the diagonal of the equations of b with the starts eliminated, one column after another.
func metric(P, N int, H []float64) []float64 {
	X := N - P
	xx, f := make([]float64, X*X), make([]float64, X*X)
	for i := range X {
		copy(xx[i*X:(i+1)*X], H[(P+i)*N+P:(P+i+1)*N])
	}
	kind := lin.NewWork[float64](X).Factor(X, xx, f)
	D, z := make([]float64, P), make([]float64, X)
	for p := range P {
		c := H[p*N+P : (p+1)*N]
		lin.Solve(X, kind, f, c, z)
		D[p] = H[p*N+p]
		for i := range c {
			D[p] -= c[i] * z[i]
		}
	}
	raise(D)
	return D
}

// dampedPendulum is M q̈ = −k sin q − c q̇ as a sum of terms, with what b its coefficients k, M and √c are.
func dampedPendulum(t *testing.T) *model.Model[float64] {
	t.Helper()
	m, err := model.New[float64](model.Spec{
		Family: "terms", Activation: "softplus", Friction: model.Viscous,
		Coordinates: []model.Coordinate{{Name: "q", Period: 2 * math.Pi, Scale: 1, Speed: 1, Accel: 1}},
		Terms:       [][]model.Term{{{Function: model.Cos, Of: []int{1}}}, {{Function: model.One}}},
	}, 1)
	if err != nil {
		t.Fatal(err)
	}
	copy(m.Theta, []float64{9, 1, 0.45}) // k/M = 9, c/M = 0.2
	return m
}

// From noisy positions alone, and parameters off by a tenth, whole recordings give those of the true system to within
// their deviations, which are as large as said: the statistical limit. So they do with one number of a hundred fifty
// deviations off, and the deviations are hardly larger.
func TestShootingFindsADampedPendulum(t *testing.T) {
	friction := func(p Penalty, outliers float64, seeds uint64) (width float64) {
		sum, most, count := 0.0, 0.0, 0.0
		for seed := range seeds {
			m := dampedPendulum(t)
			truth := slices.Clone(m.Theta)
			o, _ := motions(m, 4, 121, 0.01, 0.05, false, 20+seed)
			r := rand.New(rand.NewPCG(seed, 1))
			for _, e := range o.Of {
				for i := range e.Y {
					if r.Float64() < outliers {
						e.Y[i] += 0.5
					}
				}
			}
			copy(m.Theta, []float64{9.9, 1, 0.4})
			sd := shoot(t, m, o, p).Deviations()
			of := func(theta []float64) []float64 {
				return []float64{theta[0] / theta[1], theta[2] * theta[2] / theta[1]}
			}
			value, want := of(m.Theta), of(truth)
			for i, d := range []float64{sd[0] / m.Theta[1], 2 * m.Theta[2] * sd[2] / m.Theta[1]} {
				z := (value[i] - want[i]) / d
				sum, most, count, width = sum+z*z, max(most, math.Abs(z)), count+1, d
			}
			t.Logf("%s, %v outliers: k/M %.4f, true %.4f; c/M %.5f ± %.5f, true %.5f", p.Name, outliers,
				value[0], want[0], value[1], width, want[1])
		}
		if rms := math.Sqrt(sum / count); rms < 0.5 || rms > 1.4 || most > 3.5 {
			t.Errorf("%s, %v outliers: errors are %v of their deviations, the largest %v", p.Name, outliers, rms, most)
		}
		return width // of the last seed
	}
	if clean, robust := friction(L2, 0, 6), friction(Student, 0.01, 6); robust > 1.3*clean {
		t.Errorf("friction ± %v without outliers, ± %v with them", clean, robust)
	}
}

// shoot learns all of a model from all motions but the last, which judges.
func shoot(t *testing.T, m *model.Model[float64], o *Measured, p Penalty) Shot {
	t.Helper()
	of, last := m.Outer(), len(o.Of)-1
	s := &Shooting{Model: m, Measured: &Measured{D: o.D, M: o.M, Of: o.Of[:last]},
		Held: &Measured{D: o.D, M: o.M, Of: o.Of[last:]}, Of: of, Unit: m.Units(of), Ridge: 1e-3,
		Penalty: p, Duration: 0.5, Iterations: 6, Workers: 1}
	shot, err := s.Run(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return shot
}

// The same with the same number of workers gives the same bits.
func TestShootingRepeats(t *testing.T) {
	theta := func() []float64 {
		m := drivenModel(t, "lnn")
		o, _ := motions(m, 4, 41, 0.01, 0.03, false, 9)
		of := m.Outer()
		for _, at := range of {
			m.Theta[at] *= 1.02
		}
		s := &Shooting{Model: m, Measured: &Measured{D: o.D, M: o.M, Of: o.Of[:3]},
			Held: &Measured{D: o.D, M: o.M, Of: o.Of[3:]}, Of: of, Unit: m.Units(of), Ridge: 1,
			Penalty: L2, Duration: 0.3, Iterations: 2, Workers: 2}
		shot, err := s.Run(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range shot.Lengths {
			t.Logf("%+v", l)
		}
		return m.Theta
	}
	if a, b := theta(), theta(); !slices.Equal(a, b) {
		t.Error("twice the same, and not the same bits")
	}
}

// Without time left a shooting ends at once, with the parameters that it found.
func TestShootingIsStopped(t *testing.T) {
	m := dampedPendulum(t)
	o, _ := motions(m, 3, 61, 0.01, 0.05, false, 1)
	ctx, stop := context.WithCancel(context.Background())
	of := m.Outer()
	s := &Shooting{Model: m, Measured: o, Held: o, Of: of, Unit: m.Units(of), Ridge: 1, Penalty: L2,
		Duration: 0.5, Iterations: 6, Workers: 1, On: func(Length) { stop() }}
	shot, err := s.Run(ctx)
	if err == nil || len(shot.Lengths) != 1 {
		t.Errorf("%d lengths after the stop, error %v", len(shot.Lengths), err)
	}
	if !vec.Finite(m.Theta) {
		t.Errorf("parameters %v", m.Theta)
	}
}

// BenchmarkShooting measures a step on 20 recordings of 500 rows, 64 output weights of a network of two coordinates:
// rows and their elimination, and the cost of a trial.
func BenchmarkShooting(b *testing.B) {
	spec := model.Spec{Family: "lnn", Hidden: []int{15}, Activation: "softplus", Head: model.Quadratic, Kinetic: 3,
		Coordinates: []model.Coordinate{{Period: 2 * math.Pi, Scale: 1, Speed: 2, Accel: 5},
			{Period: 2 * math.Pi, Scale: 0.7, Speed: 3, Accel: 4}}}
	m, err := model.New[float64](spec, 1)
	if err != nil {
		b.Fatal(err)
	}
	o, _ := motions(m, 20, 501, 0.01, 0.03, false, 9)
	of, team := m.Outer(), par.NewTeam(1)
	defer team.Close()
	s := &shooter{Shooting: &Shooting{Model: m, Measured: o, Of: of, Unit: m.Units(of), Ridge: 1, Penalty: L2},
		team: team}
	s.segments = o.Segments(1)
	s.b0, s.x = s.b(), o.Smoothed(s.segments)
	s.prepare()
	cost := s.cost(s.x)
	for b.Loop() {
		s.form()
		s.step(cost)
	}
}

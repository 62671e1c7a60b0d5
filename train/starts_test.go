package train

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"lagrange/internal/par"
	"lagrange/model"
)

// starts fits the starts of all segments of a duration with two workers.
func starts(t *testing.T, o *Measured, m *model.Model[float64], duration float64, p Penalty) ([]Segment, Starts) {
	t.Helper()
	team := par.NewTeam(2)
	defer team.Close()
	segments := o.Segments(duration)
	s, err := o.Starts(context.Background(), m, team, segments, nil, p)
	if err != nil {
		t.Fatal(err)
	}
	return segments, s
}

// With the true model, what is left of N observed numbers is χ² of N − 2d degrees of freedom, and the starts are those
// of the motion to within what least squares allow.
func TestStartsReachTheNoise(t *testing.T) {
	for _, velocities := range []bool{false, true} {
		m := drivenModel(t, "lnn")
		const sigma = 1e-3
		o, truth := motions(m, 6, 81, sigma, 0.05, velocities, 3)
		segments, s := starts(t, o, m, 0.7, L2)
		sum, free, off, n := 0.0, 0.0, 0.0, 2*o.D
		for i, a := range segments {
			N := float64((a.steps() + 1) * o.D)
			if velocities {
				N *= 2
			}
			sum += s.Loss[i] * N
			free += N - float64(n)
			for j := range o.D {
				off += math.Pow((s.X[i*n+j]-truth[a.Of][a.First*n+j])/sigma, 2) / float64(len(segments)*o.D)
			}
		}
		if d := (sum - free) / math.Sqrt(2*free); math.Abs(d) > 4 {
			t.Errorf("velocities %v: Σr² = %v of %v degrees of freedom: %.1f deviations", velocities, sum, free, d)
		}
		if off > 1 || off < 0.01 {
			t.Errorf("velocities %v: the starts are %v of the noise off", velocities, off)
		}
		if score := s.Score(); score > 1 || score < 0.5 {
			t.Errorf("score %v", score)
		}
	}
}

// A model is judged by starts that stay: of pendulums that fall from near upright, and smoothed states that are three
// tenths off, three rounds leave stretches lost under the true model, which comes down to the noise.
func TestJudgedByStartsThatStay(t *testing.T) {
	m, err := model.With(model.Spec{Family: "terms", Activation: "softplus",
		Coordinates: []model.Coordinate{{Name: "q", Period: 2 * math.Pi, Scale: 1, Speed: 1, Accel: 1}},
		Terms:       [][]model.Term{{{Function: model.Cos, Of: []int{1}}}, {{Function: model.One}}}},
		[]float64{-10, 0.5})
	if err != nil {
		t.Fatal(err)
	}
	o, _ := motions(m, 6, 81, 0.05, 0.3, false, 3)
	const T = 1.5
	if _, s := starts(t, o, m, T, L2); s.Score() < 2 {
		t.Fatalf("%d rounds leave %g: this recording tells nothing of more", startRounds, s.Score())
	}
	x, err := (&Identification{Learn: o, Held: o, Swing: T / HeldSwings, Penalty: L2, Workers: 2}).Score(t.Context(), m)
	if err != nil || len(x.Log) != 12 || !(x.Score < 1) {
		t.Errorf("%d stretches leave %g, %v", len(x.Log), x.Score, err)
	}
}

// One number of a hundred fifty deviations off moves robust starts by little, and those of least squares by much.
func TestStartsWithOutliers(t *testing.T) {
	m := drivenModel(t, "lnn")
	const sigma = 1e-3
	o, truth := motions(m, 6, 161, sigma, 0.05, false, 4)
	off := func(p Penalty) (sum float64) {
		segments, s := starts(t, o, m, 0.7, p)
		n := 2 * o.D
		for i, a := range segments {
			for j := range o.D {
				sum += math.Pow((s.X[i*n+j]-truth[a.Of][a.First*n+j])/sigma, 2) / float64(len(segments)*o.D)
			}
		}
		return math.Sqrt(sum)
	}
	clean := off(L2)
	r := rand.New(rand.NewPCG(6, 6))
	for k := range o.Of {
		for i := range o.Of[k].Y {
			if r.Float64() < 0.01 {
				o.Of[k].Y[i] += 50 * sigma * float64(2*r.IntN(2)-1)
			}
		}
	}
	plain, robust := off(L2), off(Student)
	t.Logf("off by %.3f σ; with outliers %.3f by least squares, %.3f with Student's penalty", clean, plain, robust)
	if robust > 1.5*clean || plain < 3*clean {
		t.Errorf("without outliers %v σ; with them %v by least squares, %v robust", clean, plain, robust)
	}
}

// A number of workers gives the same bits again, and segments do not know of one another.
func TestStartsRepeat(t *testing.T) {
	m := drivenModel(t, "lnn")
	o, _ := motions(m, 3, 61, 1e-3, 0.05, false, 5)
	segments, a := starts(t, o, m, 0.4, L2)
	_, b := starts(t, o, m, 0.4, L2)
	if !slices.Equal(a.X, b.X) || !slices.Equal(a.Loss, b.Loss) {
		t.Error("twice the same, and not the same bits")
	}
	team := par.NewTeam(1)
	defer team.Close()
	one, err := o.Starts(context.Background(), m, team, segments[4:5], nil, L2)
	if err != nil {
		t.Fatal(err)
	}
	if d := math.Abs(one.Loss[0] - a.Loss[4]); d > 1e-9*a.Loss[4] {
		t.Errorf("alone the loss of a segment is %v, with others %v", one.Loss[0], a.Loss[4])
	}
}

// Student's slope is that of its ρ, and noise weighs about as much as with squares.
func TestStudent(t *testing.T) {
	const h = 1e-6
	for _, r := range []float64{-50, -1, -1e-3, 0, 0.3, 2, 1e3} {
		_, slope := Student.Of(r)
		a, _ := Student.Of(r + h)
		b, _ := Student.Of(r - h)
		if d := (a - b) / (2 * h); math.Abs(d-slope) > 1e-6*(1+math.Abs(d)) {
			t.Errorf("slope at %v: %v, by differences %v", r, slope, d)
		}
	}
	mean := 0.0
	for i := range 2000 { // of normal deviates, by their quantiles
		rho, _ := Student.Of(math.Sqrt2 * math.Erfinv((2*float64(i)+1)/2000-1))
		mean += rho / 2000
	}
	if mean < 0.8 || mean > 1.2 {
		t.Errorf("mean ρ of noise %v", mean)
	}
}

// Where the integration fails a segment is lost, and the score is a number.
func TestStartsOfALostModel(t *testing.T) {
	m := drivenModel(t, "lnn")
	o, _ := motions(m, 2, 41, 1e-3, 0.05, false, 5)
	for i := range m.Theta {
		m.Theta[i] = math.NaN()
	}
	_, s := starts(t, o, m, 0.4, L2)
	if score := s.Score(); !(score > 1e5 && score <= worst*worst*1.001) {
		t.Errorf("score %v", score)
	}
}

// A model that is off is worse than the true one, and the true one is not worse than it. Of two that differ by much
// less than the noise shows, one is called worse by chance alone: as often as a deviate is beyond one, about a third of
// the time.
func TestWorse(t *testing.T) {
	m := drivenModel(t, "lnn")
	chance, count := 0, 12
	for seed := range uint64(count) {
		o, _ := motions(m, 4, 41, 0.01, 0.05, false, seed)
		fitted := func(factor float64) Starts {
			c := m.Copy()
			for i := range c.Theta {
				c.Theta[i] *= factor
			}
			_, s := starts(t, o, c, 1.5, L2)
			return s
		}
		exact, near, off := fitted(1), fitted(1.0005), fitted(1.1)
		if !off.Worse(exact, L2) || exact.Worse(off, L2) {
			t.Errorf("seed %d: a model that is off by a tenth is not seen to be worse", seed)
		}
		if near.Worse(exact, L2) || exact.Worse(near, L2) {
			chance++
		}
	}
	if chance > 8 {
		t.Errorf("of %d models next to the true one %d differ by more than chance", count, chance)
	}
}

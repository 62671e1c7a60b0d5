package train

import (
	"math"
	"math/rand/v2"
	"testing"

	"lagrange/internal/par"
	"lagrange/model"
)

// correlatedNoise is that of positions in the tests below.
const correlatedNoise = 0.02

// correlated are recordings of a pendulum, of which four are learned from, with noise whose correlation is rho^l over l
// rows.
func correlated(t *testing.T, rho float64, seed uint64) (m *model.Model[float64], o *Identification) {
	t.Helper()
	m, err := model.With(model.Spec{Family: "terms", Activation: "softplus",
		Coordinates: []model.Coordinate{{Name: "q", Velocity: "v", Period: 2 * math.Pi, Scale: 1, Speed: 2, Accel: 6}},
		Terms:       [][]model.Term{{{Function: model.Cos, Of: []int{1}}}, {{Function: model.One}}}}, []float64{2, 0.5})
	if err != nil {
		t.Fatal(err)
	}
	all, truth := motions(m, 5, 161, correlatedNoise, 0.01, false, 3)
	r := rand.New(rand.NewPCG(seed, 8))
	for i, x := range truth {
		e := r.NormFloat64()
		for k := 0; k < len(x); k += 2 {
			all.Of[i].Y[k] = x[k] + correlatedNoise*e
			e = rho*e + math.Sqrt(1-rho*rho)*r.NormFloat64()
		}
	}
	return m, &Identification{Learn: &Measured{D: 1, Of: all.Of[:4]}, Held: &Measured{D: 1, Of: all.Of[4:]},
		Swing: 3, Penalty: L2, Workers: 1}
}

// Deviations are those by which what is learned from many recordings differs, of noise of which each number foretells
// the next one as of noise of which none does.
func TestForetold(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes seconds")
	}
	const recordings = 25
	for _, rho := range []float64{0, 0.8} {
		z, plain, white := 0.0, 0.0, 0
		for seed := range uint64(recordings) {
			m, o := correlated(t, rho, seed)
			x, err := o.shoot(t.Context(), Identified{Model: m.Copy()}, nil)
			if err != nil {
				t.Fatal(err)
			}
			off := x.Model.Theta[0]/x.Model.Theta[1]/4 - 1
			sd := x.Shot.Deviations()[0] / x.Model.Theta[0]
			z += off * off / (sd * sd) / recordings
			plain += off * off / (sd * sd) * x.Shot.Foretold / recordings
			if x.Shot.Foretold == 1 {
				white++
			}
			if seed == 0 {
				sameInHalfTheNoise(t, m, o, x.Shot.Foretold)
			}
		}
		t.Logf("%g: the mean square of z is %.2f, and %.2f as if no residual foretold another; %d are white", rho, z,
			plain, white)
		if !(z > 0.4 && z < 2.2) || rho == 0 && white < recordings*4/5 || rho > 0 && plain < 3*z {
			t.Errorf("%g: the mean square of z is %g, and %g as if no residual foretold another; %d are white", rho, z,
				plain, white)
		}
	}
}

// sameInHalfTheNoise: a noise that is told wrong is the same for variances with and without what residuals foretell.
func sameInHalfTheNoise(t *testing.T, m *model.Model[float64], o *Identification, want float64) {
	t.Helper()
	for i := range o.Learn.Of {
		o.Learn.Of[i].Sigma = []float64{correlatedNoise / 2, 0}
	}
	x, err := o.shoot(t.Context(), Identified{Model: m.Copy()}, nil)
	if err != nil || math.Abs(x.Shot.Foretold/want-1) > 0.01 {
		t.Errorf("variances are %g times as large, and %g times with half the noise: %v", want, x.Shot.Foretold, err)
	}
}

// The slopes of rows whose noise is white have the covariance that they say: E Σ g gᵀ is the information A of what is
// learned, where starts go along; of starts that stay it would be more.
func TestScores(t *testing.T) {
	ratio, recordings := 0.0, 10
	for seed := range uint64(recordings) {
		m, o := correlated(t, 0, seed)
		x, err := o.shoot(t.Context(), Identified{Model: m.Copy()}, nil)
		if err != nil {
			t.Fatal(err)
		}
		team := par.NewTeam(1)
		s := &shooter{Shooting: o.shooting(x.Model, nil), team: team, division: *x.Shot.at}
		s.prepare()
		s.b0 = s.b()
		s.cost(s.x)
		copy(s.spread, s.trialSpread)
		P, A := len(s.Of), s.observed()
		S := make([]float64, P*P)
		rows, _, _ := s.scores()
		for _, all := range rows {
			hac(all, P, 0, S)
		}
		ratio += traceOver(P, A, S) / traceOver(P, A, A) / s.loss() / float64(recordings)
		team.Close()
	}
	t.Logf("Σ g gᵀ is %.3f of what it should be", ratio)
	if math.Abs(ratio-1) > 0.1 {
		t.Errorf("Σ g gᵀ is %g of the information", ratio)
	}
}

// The sum over windows of rows is that over pairs of them.
func TestSumOverLags(t *testing.T) {
	const P, n = 3, 17
	r := rand.New(rand.NewPCG(1, 7))
	g := normal(r, n*P)
	for _, lags := range []int{0, 1, 5, n - 1, n + 3} {
		got, want := make([]float64, P*P), make([]float64, P*P)
		hac(g, P, lags, got)
		for a := range n {
			for b := range n {
				w := 1 - math.Abs(float64(a-b))/float64(lags+1)
				for i := range P {
					for j := range P {
						want[i*P+j] += max(0, w) * g[a*P+i] * g[b*P+j]
					}
				}
			}
		}
		for i, y := range want {
			if math.Abs(got[i]-y) > 1e-12*n*(1+math.Abs(y)) {
				t.Errorf("%d lags: %v, not %v", lags, got, want)
				break
			}
		}
	}
}

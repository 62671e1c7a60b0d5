package smooth

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

// dense is the Gaussian process itself, in 300 bits: m-fold integrated white noise of density κ that begins at from, on
// a polynomial of degree m − 1 about whose coefficients nothing is known. It shares nothing with the filter.
type dense struct {
	m     int
	kappa float64
	from  float64
	at    []place // what is measured, and then what is wanted
	noise []float64
	y     []float64
}

// place is a derivative of the motion at a time.
type place struct {
	t     float64
	order int
}

func real(x float64) *big.Float { return new(big.Float).SetPrec(300).SetFloat64(x) }

func factorial(n int) float64 { return math.Gamma(float64(n + 1)) }

// power is x^n.
func power(x *big.Float, n int) *big.Float {
	p := real(1)
	for range n {
		p.Mul(p, x)
	}
	return p
}

// covariance of derivatives a and b at s ≤ t since the start: κ ∫₀ˢ w^(m−1−a)/(m−1−a)! (w + t − s)^(m−1−b)/(m−1−b)! dw.
func (d *dense) covariance(x, y place) *big.Float {
	if x.t > y.t {
		x, y = y, x
	}
	p, q := d.m-1-x.order, d.m-1-y.order
	s := new(big.Float).Sub(real(x.t), real(d.from))
	gap := new(big.Float).Sub(real(y.t), real(x.t))
	sum := real(0)
	for j := 0; j <= q; j++ { // (w + gap)^q = Σ C(q, j) w^j gap^(q−j)
		term := power(s, p+j+1)
		term.Quo(term, real(float64(p+j+1)))
		term.Mul(term, power(gap, q-j))
		term.Mul(term, real(factorial(q)/factorial(j)/factorial(q-j)))
		sum.Add(sum, term)
	}
	sum.Mul(sum, real(d.kappa))
	return sum.Quo(sum, real(factorial(p)*factorial(q)))
}

// basis is the derivative of (t − from)^i/i!.
func (d *dense) basis(x place, i int) *big.Float {
	if i < x.order {
		return real(0)
	}
	p := power(new(big.Float).Sub(real(x.t), real(d.from)), i-x.order)
	return p.Quo(p, real(factorial(i-x.order)))
}

// solve measures the first n places, eliminates them and the polynomial from
//
//	| C    X   y  K  |
//	| Xᵀ   0   0  x* |
//	| yᵀ   0   0  0  |
//	| Kᵀ   x*ᵀ 0  K* |
//
// and finds in what is left −RSS, minus the means and the covariances of the other places.
func (d *dense) solve(n int) (rss, logDet float64, mean, variance []float64) {
	k := len(d.at) - len(d.y) // wanted
	size := n + d.m + 1 + k
	A := make([][]*big.Float, size)
	for i := range A {
		A[i] = make([]*big.Float, size)
		for j := range A[i] {
			A[i][j] = real(0)
		}
	}
	set := func(i, j int, x *big.Float) { A[i][j], A[j][i] = x, new(big.Float).Copy(x) }
	index := func(i int) int { // of a place
		if i < n {
			return i
		}
		return n + d.m + 1 + i - len(d.y)
	}
	var used []int
	for i := range d.at {
		if i < n || i >= len(d.y) {
			used = append(used, i)
		}
	}
	for _, i := range used {
		for _, j := range used {
			if j <= i {
				set(index(i), index(j), d.covariance(d.at[i], d.at[j]))
			}
		}
		for b := range d.m {
			set(index(i), n+b, d.basis(d.at[i], b))
		}
		if i < n {
			A[i][i].Add(A[i][i], real(d.noise[i]*d.noise[i]))
			set(i, n+d.m, real(d.y[i]))
		}
	}
	for p := range n + d.m {
		x, _ := A[p][p].Float64()
		logDet += math.Log(math.Abs(x))
		for i := p + 1; i < size; i++ {
			f := new(big.Float).Quo(A[i][p], A[p][p])
			for j := i; j < size; j++ {
				set(i, j, A[i][j].Sub(A[i][j], new(big.Float).Mul(f, A[p][j])))
			}
		}
	}
	at := func(i, j int) float64 { x, _ := A[i][j].Float64(); return x }
	for i := range k {
		j := n + d.m + 1 + i
		mean = append(mean, -at(n+d.m, j))
		variance = append(variance, at(j, j))
	}
	return -at(n+d.m, n+d.m), logDet, mean, variance
}

// ragged is a series of n rows with irregular times, one gap, and numbers that are missing.
func ragged(r *rand.Rand, n int) Series {
	s := Series{T: make([]float64, n), Q: make([]float64, n), V: make([]float64, n), A: make([]float64, n)}
	t := 3.0
	for i := range n {
		t += 0.02 + 0.1*r.Float64()
		if i == n/2 {
			t += 1
		}
		s.T[i], s.Q[i] = t, 5+math.Sin(2*t)+0.1*r.NormFloat64()
		s.V[i], s.A[i] = 2*math.Cos(2*t)+0.3*r.NormFloat64(), -4*math.Sin(2*t)+r.NormFloat64()
		if i%7 == 3 {
			s.Q[i] = math.NaN()
		}
		if i%3 != 0 {
			s.V[i] = math.NaN()
		}
		if i%4 != 1 {
			s.A[i] = math.NaN()
		}
	}
	return s
}

// witness is the dense process of a fit and a series, with the states at the given times wanted. Its measurements go
// row by row.
func witness(f *Fit, s Series, times []float64) *dense {
	d := &dense{m: f.Order, kappa: f.Q.Value * f.Q.Value * math.Pow(f.Cutoff, float64(2*f.Order)) * f.Step,
		from: s.T[0]}
	for i, t := range s.T {
		for k, y := range [][]float64{s.Q, s.V, s.A} {
			if !math.IsNaN(y[i]) {
				d.at, d.y, d.noise = append(d.at, place{t, k}), append(d.y, y[i]), append(d.noise,
					[]float64{f.Q.Value, f.V.Value, f.A.Value}[k])
			}
		}
	}
	for _, t := range times {
		for k := range 3 {
			d.at = append(d.at, place{t, k})
		}
	}
	return d
}

// States and deviations are those of the Gaussian process, at rows, between them, in a gap and outside.
func TestStatesAreThoseOfTheProcess(t *testing.T) {
	for _, m := range orders {
		for _, cutoff := range []float64{0.3, 5, 100} {
			t.Run(fmt.Sprint(m, cutoff), func(t *testing.T) {
				s := ragged(rand.New(rand.NewPCG(1, uint64(m))), 24)
				f := &Fit{Order: m, Cutoff: cutoff, Step: 0.07, Q: Noise{Value: 0.1}, V: Noise{Value: 0.3},
					A: Noise{Value: 1}}
				times := []float64{s.T[0], s.T[0] + 0.5, s.T[11] + 0.4, s.T[20], s.T[23], s.T[23] + 0.2}
				x := f.States(s, times)
				_, _, mean, variance := witness(f, s, times).solve(len(witness(f, s, times).y))
				for i := range times {
					for k, c := range [3][2]float64{{x.Q[i], x.SdQ[i]}, {x.V[i], x.SdV[i]}, {x.A[i], x.SdA[i]}} {
						sd := math.Sqrt(variance[3*i+k])
						if math.Abs(c[0]-mean[3*i+k]) > 1e-8*(sd+math.Abs(mean[3*i+k])) || math.Abs(c[1]-sd) > 1e-8*sd {
							t.Errorf("derivative %d at %.3g: %.12g ± %.12g, want %.12g ± %.12g", k, times[i], c[0],
								c[1], mean[3*i+k], sd)
						}
					}
				}
			})
		}
	}
}

// The likelihood is that of the process: of all rows, less that of the first ones alone, at the best scale.
func TestLikelihoodIsThatOfTheProcess(t *testing.T) {
	s := ragged(rand.New(rand.NewPCG(2, 1)), 30)
	l, err := newLikelihood([]Series{s})
	if err != nil {
		t.Fatal(err)
	}
	l.ctx, l.use = t.Context(), l.with
	l.choose(1000)
	for _, m := range l.orders {
		p := point{beta: math.Log(5 * l.step), gamma: [3]float64{1: math.Log(3 * l.step),
			2: math.Log(10 * l.step * l.step)}}
		got := l.at(m, p)
		f := &Fit{Order: m, Cutoff: 5, Step: l.step, Q: Noise{Value: 1}, V: Noise{Value: 3}, A: Noise{Value: 10}}
		d := witness(f, s, nil)
		n, seen := 0, 0 // measurements until as many positions as the highest order were seen, with all of that row
		for ; seen < l.orders[len(l.orders)-1] || d.at[n].t == d.at[n-1].t; n++ {
			if d.at[n].order == 0 {
				seen++
			}
		}
		for i := range d.y {
			if d.at[i].order == 0 {
				d.y[i] -= s.Q[0] // the polynomial takes it up; digits do not
			}
		}
		rss, logDet, _, _ := d.solve(len(d.y))
		first, logFirst, _, _ := d.solve(n)
		D := float64(len(d.y) - n)
		want := value{D*math.Log((rss-first)/D) + logDet - logFirst, math.Sqrt((rss - first) / D)}
		logs := 0.0 // the program counts velocities by the step, not by the unit of time
		for _, a := range d.at[n:] {
			logs += 2 * float64(a.order) * math.Log(l.step)
		}
		if off := got.minus2 - want.minus2 - logs; math.Abs(off) > 1e-7 || math.Abs(got.sigma/want.sigma-1) > 1e-8 {
			t.Errorf("order %d: σ %.12g and −2 log p off by %.3g, want %.12g", m, got.sigma, off, want.sigma)
		}
	}
}

package vec

import (
	"math"
	"math/rand/v2"
	"testing"

	"lagrange/internal/isa"
)

// lengths are those at which an unrolled or a vector loop goes wrong.
var lengths = []int{0, 1, 2, 3, 5, 7, 8, 9, 15, 16, 17, 31, 33, 63, 65, 127}

const guard = -77 // stands behind every output

// operands draws n arrays of the given length, each with a guard behind its end.
func operands[T Float](r *rand.Rand, n, length int) [][]T {
	xs := make([][]T, n)
	for k := range xs {
		xs[k] = make([]T, length+1)
		for i := range length {
			xs[k][i] = T(r.NormFloat64())
		}
		xs[k][length] = guard
		xs[k] = xs[k][:length]
	}
	return xs
}

// near compares a sweep with the same formula in float64, where each term of it is of the order of one to a few tens.
func near[T Float](t *testing.T, name string, got []T, want func(i int) float64) {
	t.Helper()
	tol := 1e-14
	if any(T(0)) == any(float32(0)) {
		tol = 1e-5
	}
	for i, x := range got {
		if w := want(i); !(math.Abs(float64(x)-w) <= tol*(10+math.Abs(w))) {
			t.Fatalf("%s of %d: element %d = %v, want %v", name, len(got), i, x, w)
		}
	}
	if end := got[:len(got)+1][len(got)]; end != guard {
		t.Fatalf("%s of %d wrote %v beyond its end", name, len(got), end)
	}
}

func TestSweeps(t *testing.T) {
	onEachTier(t, func(t *testing.T) {
		t.Run("float32", sweeps[float32])
		t.Run("float64", sweeps[float64])
	})
}

func sweeps[T Float](t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, n := range lengths {
		x := operands[T](r, 14, n)
		f := func(k, i int) float64 { return float64(x[k][i]) }
		y := operands[T](r, 1, n)[0]

		h := operands[T](r, 3, n)
		Mixed(x[0], x[1], x[2], x[3], x[4], h[0], h[1], h[2])
		near(t, "Mixed h_s", h[0], func(i int) float64 { return f(0, i) * f(2, i) })
		near(t, "Mixed h_t", h[1], func(i int) float64 { return f(0, i) * f(3, i) })
		near(t, "Mixed h_st", h[2], func(i int) float64 { return f(0, i)*f(4, i) + f(1, i)*f(2, i)*f(3, i) })

		was := append([]T(nil), y...)
		Add(x[0], y)
		near(t, "Add", y, func(i int) float64 { return float64(was[i]) + f(0, i) })

		e := operands[T](r, 1, n)[0]
		DualReverse(x[0], x[1], x[2], x[3], x[4], e)
		near(t, "DualReverse", e, func(i int) float64 { return f(0, i)*f(4, i) + f(1, i)*f(3, i)*f(2, i) })

		d := operands[T](r, 4, n)
		value := append([]T(nil), d[0]...)
		MixedReverse(Jet[T]{x[0], x[1], x[2]}, Duals[T]{nil, x[3], x[4], x[5]}, Duals[T]{x[6], x[7], x[8], x[9]},
			Duals[T]{d[0], d[1], d[2], d[3]})
		near(t, "MixedReverse δ", d[0], func(i int) float64 { return float64(value[i]) })
		near(t, "MixedReverse δ_s", d[1], func(i int) float64 { return f(0, i)*f(7, i) + f(1, i)*f(6, i)*f(3, i) })
		near(t, "MixedReverse δ_t", d[2], func(i int) float64 { return f(0, i)*f(8, i) + f(1, i)*f(6, i)*f(4, i) })
		near(t, "MixedReverse δ_st", d[3], func(i int) float64 {
			return f(0, i)*f(9, i) + f(1, i)*(f(7, i)*f(4, i)+f(8, i)*f(3, i)) +
				f(6, i)*(f(2, i)*f(3, i)*f(4, i)+f(1, i)*f(5, i))
		})
	}
}

// The sweeps over rows leave what stands between the rows alone.
func TestRows(t *testing.T) {
	onEachTier(t, func(t *testing.T) {
		t.Run("float32", rows[float32])
		t.Run("float64", rows[float64])
	})
}

func rows[T Float](t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, n := range lengths[1:] {
		const B, gap = 3, 2
		ld := n + gap
		b := operands[T](r, 1, n)[0]
		y := operands[T](r, 1, B*ld)[0]
		was := append([]T(nil), y...)
		AddRows(B, n, ld, b, y)
		near(t, "AddRows", y, func(i int) float64 {
			if i%ld >= n {
				return float64(was[i])
			}
			return float64(was[i]) + float64(b[i%ld])
		})

		s := append([]T(nil), b...)
		SumRows(B, n, ld, y, b)
		near(t, "SumRows", b, func(i int) float64 {
			sum := float64(s[i])
			for k := range B {
				sum += float64(y[k*ld+i])
			}
			return sum
		})
	}
}

// Blocks of rows: tangents scaled, combined and curved, against the sums written out.
func TestBlocks(t *testing.T) {
	onEachTier(t, func(t *testing.T) {
		t.Run("float32", blocks[float32])
		t.Run("float64", blocks[float64])
	})
}

func blocks[T Float](t *testing.T) {
	const B = 3
	r := rand.New(rand.NewPCG(1, 3))
	for _, n := range lengths[1:] {
		for _, K := range []int{1, 2, 3, 4, 6, 7, 17} {
			ld := n + 3
			step := B*ld + 5
			x, y := operands[T](r, 1, K*step)[0], operands[T](r, 1, K*step)[0]
			a, s, u := operands[T](r, 2, B*ld), operands[T](r, 1, B*ld)[0], operands[T](r, 1, B*ld)[0]
			c, H := operands[T](r, 2, B*K), operands[T](r, 1, B*K*K)[0]
			f := a[0]
			was, before, wasH := append([]T(nil), y...), append([]T(nil), s...), append([]T(nil), H...)

			Scale(f, K, step, x, y)
			near(t, "Scale", y, func(i int) float64 {
				if i%step >= len(f) {
					return float64(was[i])
				}
				return float64(f[i%step]) * float64(x[i])
			})

			Directions(B, K, n, ld, c[0], c[1], x, step, s, u)
			for part, y := range [][]T{s, u} {
				near(t, "Directions", y, func(i int) float64 {
					if i%ld >= n && part == 0 {
						return float64(before[i])
					} else if i%ld >= n {
						return float64(y[i])
					}
					sum := 0.0
					for k := range K {
						sum += float64(c[part][i/ld*K+k]) * float64(x[k*step+i])
					}
					return sum
				})
			}

			Curvature(B, K, n, ld, f, a[1], x, step, H)
			near(t, "Curvature", H, func(h int) float64 {
				b, i, k := h/(K*K), h/K%K, h%K
				sum := float64(wasH[h])
				for j := range n {
					if at := b*ld + j; i <= k {
						sum += float64(f[at]) * float64(a[1][at]) * float64(x[i*step+at]) * float64(x[k*step+at])
					}
				}
				return sum
			})
		}
	}
}

// kingmaBa is Algorithm 1 of Kingma & Ba 2015 for one parameter, line by line, in float64.
type kingmaBa struct{ theta, m, v float64 }

func (p *kingmaBa) step(t int, alpha, beta1, beta2, eps, g float64) {
	p.m = beta1*p.m + (1-beta1)*g
	p.v = beta2*p.v + (1-beta2)*g*g
	mhat := p.m / (1 - math.Pow(beta1, float64(t)))
	vhat := p.v / (1 - math.Pow(beta2, float64(t)))
	p.theta -= alpha * mhat / (math.Sqrt(vhat) + eps)
}

func TestAdam(t *testing.T) {
	onEachTier(t, func(t *testing.T) {
		t.Run("float32", func(t *testing.T) { adam[float32](t, 2e-5) })
		t.Run("float64", func(t *testing.T) { adam[float64](t, 1e-13) })
	})
}

// An ε as large as the gradients shows that it stands outside the root, next to the corrected second moment.
func adam[T Float](t *testing.T, tol float64) {
	const n, rate, c = 17, 0.01, 0.25
	for _, eps := range []float64{1e-8, 0.3} {
		r := rand.New(rand.NewPCG(1, 4))
		theta, m, s := operands[T](r, 1, n)[0], make([]T, n), make([]T, n)
		want := make([]kingmaBa, n)
		for i := range want {
			want[i].theta = float64(theta[i])
		}
		for i := 1; i <= 50; i++ {
			g := operands[T](r, 1, n)[0]
			Adam(i, rate, 0.9, 0.999, eps, c, g, theta, m, s)
			for j := range want {
				want[j].step(i, rate, 0.9, 0.999, eps, c*float64(g[j]))
				if w := want[j].theta; math.Abs(float64(theta[j])-w) > tol {
					t.Fatalf("ε = %v, step %d: θ[%d] = %v, want %v", eps, i, j, theta[j], w)
				}
			}
		}
	}
}

// One step of the kernels beside the twin's, within the bounds that Adam's comment states.
func TestAdamTwin(t *testing.T) {
	onEachTier(t, func(t *testing.T) {
		t.Run("float32", adamTwin[float32])
		t.Run("float64", adamTwin[float64])
	})
}

func adamTwin[T Float](t *testing.T) {
	const i, n, rate, beta1, beta2, delta, c = 7, 5000, 0.01, 0.9, 0.999, 1e-8, 0.3
	r := rand.New(rand.NewPCG(1, 5))
	g, x, y := operands[T](r, 1, n)[0], operands[T](r, 3, n), make([][]T, 3)
	for k := range g {
		x[2][k] *= x[2][k]
	}
	for k := range x {
		y[k] = append([]T(nil), x[k]...)
	}
	was := append([]T(nil), x[1]...)
	Adam(i, rate, beta1, beta2, delta, c, g, x[0], x[1], x[2])
	use(t, isa.Generic)
	Adam(i, rate, beta1, beta2, delta, c, g, y[0], y[1], y[2])
	eps := epsilon[T]()
	for k := range g {
		terms := math.Abs(beta1*float64(was[k])) + math.Abs((1-beta1)*c*float64(g[k]))
		s := float64(y[2][k])
		root := math.Sqrt(1 - math.Pow(beta2, i))
		step := rate * root / (1 - math.Pow(beta1, i)) / (math.Sqrt(s) + delta*root) * terms
		for p, bound := range [3]float64{eps*math.Abs(float64(y[0][k])) + 6*eps*step, eps * terms, 2 * eps * s} {
			if d := math.Abs(float64(x[p][k]) - float64(y[p][k])); d > bound {
				t.Fatalf("array %d of θ, m, s: %v, twin %v, at most %v apart", p, x[p][k], y[p][k], bound)
			}
		}
	}
}

func TestFinite(t *testing.T) {
	onEachTier(t, func(t *testing.T) {
		t.Run("float32", func(t *testing.T) { finite(t, math.MaxFloat32, float32(math.Inf(1))) })
		t.Run("float64", func(t *testing.T) { finite(t, math.MaxFloat64, math.Inf(1)) })
	})
}

// One element anywhere that is not finite is found; the largest numbers are finite although their sum is not.
func finite[T Float](t *testing.T, most, inf T) {
	for _, n := range lengths {
		x := make([]T, n)
		for i := range x {
			x[i] = most
		}
		if !Finite(x) {
			t.Fatalf("%d numbers of %v are taken for not finite", n, most)
		}
		for i := range x {
			for _, bad := range []T{inf, -inf, inf - inf} {
				x[i] = bad
				if Finite(x) {
					t.Fatalf("%v at %d of %d is taken for finite", bad, i, n)
				}
			}
			x[i] = most
		}
	}
}

// Norm is summed in float64: the square of an element may be beyond float32.
func TestNorm(t *testing.T) {
	if x := Norm([]float32{3e30, 0, -4e30}); math.Abs(x-5e30) > 1e24 {
		t.Errorf("|(3, 0, −4)|·1e30 = %v", x)
	}
	if x := Norm[float64](nil); x != 0 {
		t.Errorf("the norm of nothing is %v", x)
	}
}

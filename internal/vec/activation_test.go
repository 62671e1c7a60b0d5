package vec

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"lagrange/internal/isa"
)

func (k Kernel) String() string {
	return [last]string{"none", "softplus", "tanh", "sigmoid", "swish", "relu2", "relu3", "gelu"}[k]
}

// A bound says how far f, f′, f″, f‴ are from the truth: at most by ε times a factor times the value or, where a scale
// is given, times that.
type bound struct{ factor, scale [4]float64 }

// bounds are those in the comment of Kernel. The scales are the greatest magnitudes.
var bounds = [last]bound{
	Softplus: {factor: [4]float64{2, 2, 3, 4}},
	Tanh:     {[4]float64{2, 3, 5, 4}, [4]float64{3: 2}},
	Sigmoid:  {[4]float64{2, 3, 4, 4}, [4]float64{3: 1. / 8}},
	Swish:    {[4]float64{3, 2, 3, 5}, [4]float64{1: 1.1, 2: 0.5, 3: 0.308}},
	Relu2:    {factor: [4]float64{1, 0, 0, 0}},
	Relu3:    {factor: [4]float64{2, 2, 1, 0}},
	Gelu:     {[4]float64{6, 2, 3, 3}, [4]float64{1: 1.13, 2: 0.8, 3: 0.75}},
}

// worst holds the greatest errors found, in units of the bound's scale.
type worst [4]float64

// check compares a jet at z with the truth w. A power of z times the smallest number is granted to what is made from
// numbers so small that they have lost digits.
func (b bound) check(t *testing.T, at *worst, k Kernel, p int, z, got, err, w, eps, smallest float64) {
	scale := max(math.Abs(w), b.scale[p])
	lost := smallest * (2 + math.Abs(z*z*z))
	if e := (err - lost) / (eps * scale); e > at[p] {
		at[p] = e
	}
	if !(err <= b.factor[p]*eps*scale+lost) {
		t.Fatalf("%v: derivative %d at %v = %v, want %v: off by %.2f ε", k, p, z, got, w, err/(eps*scale))
	}
}

// Over the whole range of float32, densely where the functions live and at random bit patterns, against float64.
func TestActivations32(t *testing.T) {
	var zs []float32
	step := 0.0007
	if testing.Short() {
		step *= 10
	}
	for z := -120.0; z < 120; z += step {
		zs = append(zs, float32(z))
	}
	for r := rand.New(rand.NewPCG(1, 9)); len(zs)%400000 != 0; {
		if z := math.Float32frombits(r.Uint32()); z-z == 0 {
			zs = append(zs, z)
		}
	}
	onEachTier(t, func(t *testing.T) {
		for k := Softplus; k < last; k++ {
			var at worst
			for n, jet := range sweeps4(k, zs) {
				z := float64(zs[n])
				f, f1, f2, f3 := jets[k](z)
				for p, w := range [4]float64{f, f1, f2, f3} {
					got := float64(jet[p])
					if w > math.MaxFloat32 && math.IsInf(got, 1) {
						continue
					}
					bounds[k].check(t, &at, k, p, z, got, math.Abs(got-w), w, 0x1p-23, math.SmallestNonzeroFloat32)
				}
			}
			t.Logf("%v: %.2f ε", k, at)
		}
	})
}

// sweeps4 returns the jets at zs.
func sweeps4[T Float](k Kernel, zs []T) [][4]T {
	n := len(zs)
	f := make([]T, 4*n)
	Sweep(k, jets[k], zs, f[:n], Jet[T]{f[n : 2*n], f[2*n : 3*n], f[3*n:]})
	js := make([][4]T, n)
	for i := range js {
		js[i] = [4]T{f[i], f[n+i], f[2*n+i], f[3*n+i]}
	}
	return js
}

// Against 180 bits. The scalar jets are held to what math's functions allow, where a rounding of z before
// it is squared counts z² times.
func TestActivations64(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 10))
	count := 2000
	if testing.Short() {
		count /= 10
	}
	for k := Softplus; k < last; k++ {
		if k == Relu2 || k == Relu3 {
			continue // nothing there that TestActivations32 does not see
		}
		zs := make([]float64, count)
		for i := range zs {
			switch z := 2*r.Float64() - 1; i % 4 {
			case 0:
				zs[i] = 8 * z
			case 1:
				zs[i] = 40 * z
			case 2:
				zs[i] = math.Ldexp(z, -r.IntN(1074))
			case 3:
				zs[i] = 760 * z
			}
		}
		want := make([][4]num, len(zs))
		for i, z := range zs {
			want[i] = exact(k, z)
		}
		onEachTier(t, func(t *testing.T) {
			var at worst
			for n, jet := range sweeps4(k, zs) {
				for p, got := range jet {
					err, w := exactly(got).sub(want[n][p]).near(), want[n][p].near()
					b := bounds[k]
					if of[float64]().activation[k] == nil {
						b.factor[p] = 8 + zs[n]*zs[n]
					}
					b.check(t, &at, k, p, zs[n], got, math.Abs(err), w, 0x1p-52, math.SmallestNonzeroFloat64)
				}
			}
			t.Logf("%v: %.2f ε", k, at)
		})
	}
}

// At the ends of the range a kernel has the limits of the scalar jet: infinities where it has them, NaN only where it
// has.
func TestLimits(t *testing.T) {
	onEachTier(t, func(t *testing.T) {
		t.Run("float32", func(t *testing.T) { limits[float32](t, math.MaxFloat32, math.SmallestNonzeroFloat32) })
		t.Run("float64", func(t *testing.T) { limits[float64](t, math.MaxFloat64, math.SmallestNonzeroFloat64) })
	})
}

func limits[T Float](t *testing.T, most, least float64) {
	var zs []T
	for _, z := range []float64{0, least, 1e-30, 1, 3, 1e10, 1e30, most, math.Inf(1)} {
		zs = append(zs, T(z), T(-z))
	}
	zs = append(zs, T(math.NaN()), T(math.Copysign(0, -1)))
	for k := Softplus; k < last; k++ {
		for i, jet := range sweeps4(k, zs) {
			f, f1, f2, f3 := jets[k](float64(zs[i]))
			for p, w := range [4]float64{f, f1, f2, f3} {
				got, w := float64(jet[p]), float64(T(w))
				same := got == w || math.IsNaN(got) && math.IsNaN(w) ||
					math.Abs(got-w) <= 8*epsilon[T]()*max(math.Abs(w), bounds[k].scale[p])+2*least
				if !same {
					t.Errorf("%v: derivative %d at %v = %v, want %v", k, p, zs[i], got, w)
				}
			}
		}
	}
}

// AVX-512 and AVX2 differ in how they scale by powers of two and in nothing else: their bits are the same. So a model
// trained on one kind of processor sees the same activations on the other. A partial vector gives what a whole one
// does.
func TestActivationsAgree(t *testing.T) {
	if isa.Best < isa.AVX2 {
		t.Skip("no kernels here")
	}
	r := rand.New(rand.NewPCG(1, 11))
	zs := make([]float32, 1<<12)
	zd := make([]float64, len(zs))
	for i := range zs {
		zs[i], zd[i] = float32(30*r.NormFloat64()), 100*r.NormFloat64()
	}
	for k := Softplus; k < last; k++ {
		var want [2]string
		for level := isa.AVX2; level <= isa.Best; level++ {
			use(t, level)
			for i, s := range []string{fmt.Sprintf("%x", sweeps4(k, zs)), fmt.Sprintf("%x", sweeps4(k, zd))} {
				if want[i] == "" {
					want[i] = s
				} else if want[i] != s {
					t.Errorf("%v: float%d: %v and AVX2 differ", k, 32<<i, level)
				}
			}
			for n := range 40 {
				whole := sweeps4(k, zs)[:n]
				if got := sweeps4(k, zs[:n]); fmt.Sprint(got) != fmt.Sprint(whole) {
					t.Errorf("%v of %d: %v, in a longer sweep %v", k, n, got, whole)
				}
			}
		}
	}
}

package vec

// Kernel names an activation that has kernels of its own.
type Kernel uint8

// The activations. The errors of the kernels, measured against float64 for float32 and against 180 bits for float64,
// are at most ε (2⁻²³ or 2⁻⁵²) times the value times
//
//	          f    f′   f″   f‴
//	softplus  2    2    3    4
//	tanh      2    3    5    4·2
//	sigmoid   2    3    4    4·⅛
//	swish     3    2·s  3·s  5·s     s = 1.1, 0.5, 0.308
//	gelu      6    2·s  3·s  3·s     s = 1.13, 0.8, 0.75
//	relu2     1    0    0    0
//	relu3     2    2    1    0
//
// where a second factor is the greatest magnitude of a derivative that passes through zero, and stands in place of the
// value. Below the smallest normal numbers, (2 + |z|³) times the smallest number comes on top. At infinities and huge
// numbers the limits are right, NaN gives NaN, and AVX-512 and AVX2 give the same bits.
const (
	None     Kernel = iota // none: the scalar jet serves
	Softplus               // log(1 + eᶻ)
	Tanh                   // tanh z
	Sigmoid                // σ(z) = 1/(1 + e⁻ᶻ)
	Swish                  // z σ(z)
	Relu2                  // max(z, 0)²
	Relu3                  // max(z, 0)³
	Gelu                   // z Φ(z)
	last
)

// Sweep evaluates an activation and its first three derivatives over the pre-activations z of a layer: h = f(z) and
// j = f′, f″, f‴. jet is the same function of one number; it serves where there is no kernel. h may be z.
func Sweep[T Float](k Kernel, jet func(z float64) (f, f1, f2, f3 float64), z, h []T, j Jet[T]) {
	h, f1, f2, f3 := h[:len(z)], j.F1[:len(z)], j.F2[:len(z)], j.F3[:len(z)]
	if call := of[T]().activation[k]; call != nil {
		call(ptr(z), ptr(h), ptr(f1), ptr(f2), ptr(f3), len(z))
		return
	}
	for i, x := range z {
		f, g, gg, ggg := jet(float64(x))
		h[i], f1[i], f2[i], f3[i] = T(f), T(g), T(gg), T(ggg)
	}
}

package plot

import (
	"math"
	"strconv"
	"strings"
)

// A tick is a place on an axis; without a label it is a small one.
type tick struct {
	at    float64
	label string
}

// linearTicks puts about want labelled ticks into [lo, hi], at multiples of 1, 2
// or 5 times a power of ten.
func linearTicks(lo, hi float64, want int) (ticks []tick) {
	m, e := niceStep((hi - lo) / float64(want))
	at := func(i, m, e int) float64 { // i m 10ᵉ, rounded once if e < 0
		if e < 0 {
			return float64(i*m) / math.Pow10(-e)
		}
		return float64(i*m) * math.Pow10(e)
	}
	step := at(1, m, e)
	label := labels(max(math.Abs(lo), math.Abs(hi)), e)
	for i := int(math.Ceil(lo / step)); float64(i)*step <= hi; i++ {
		ticks = append(ticks, tick{at(i, m, e), label(at(i, m, e))})
	}
	fine, fe := 1, e // between labels: the next finer step of the form 1, 2, 5
	switch m {
	case 1:
		fine, fe = 2, e-1
	case 2:
		fine, fe = 5, e-1
	}
	each := int(math.Round(step / at(1, fine, fe)))
	for i := int(math.Ceil(lo / at(1, fine, fe))); at(i, fine, fe) <= hi; i++ {
		if i%each != 0 {
			ticks = append(ticks, tick{at: at(i, fine, fe)})
		}
	}
	return ticks
}

// niceStep returns the smallest m 10ᵉ ≥ s with m = 1, 2 or 5.
func niceStep(s float64) (m, e int) {
	e = int(math.Floor(math.Log10(s)))
	switch f := s / math.Pow10(e); {
	case f <= 1:
		return 1, e
	case f <= 2:
		return 2, e
	case f <= 5:
		return 5, e
	}
	return 1, e + 1
}

// labels returns the way to write multiples of 10ᵉ up to largest, all with the
// same number of decimals, as 0.025 or 2.5×10⁻⁵.
func labels(largest float64, e int) func(float64) string {
	k := 0
	if largest >= 1e5 || largest < 1e-2 {
		k = int(math.Floor(math.Log10(largest)))
	}
	return func(x float64) string {
		if x == 0 {
			return "0"
		}
		s := strings.Replace(strconv.FormatFloat(x/math.Pow10(k), 'f', max(0, k-e), 64), "-", "−", 1)
		if k != 0 {
			s += "×10" + super(k)
		}
		return s
	}
}

// logTicks labels about want powers of ten in [lo, hi], 0 < lo, or, where there
// are fewer than three, also their multiples by 2 and 5.
func logTicks(lo, hi float64, want int) (ticks []tick) {
	if hi/lo < 10 {
		return linearTicks(lo, hi, want)
	}
	first, last := int(math.Ceil(math.Log10(lo))), int(math.Floor(math.Log10(hi)))
	powers := last - first + 1
	every := max(1, (powers+want-1)/want)
	for e := first - 1; e <= last; e++ {
		for m := 1; m <= 9; m++ {
			x := float64(m) * math.Pow10(e)
			if x < lo || x > hi || (m > 1 && every > 1) {
				continue
			}
			t := tick{at: x}
			switch {
			case m == 1 && powers >= 3 && mod(e, every) == 0:
				t.label = "10" + super(e)
			case powers < 3 && (m == 1 || m == 2 || m == 5):
				t.label = labels(x, e)(x)
			}
			ticks = append(ticks, t)
		}
	}
	return ticks
}

func mod(a, n int) int { return ((a % n) + n) % n }

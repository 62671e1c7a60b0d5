package peak

import "testing"

// A processor that multiplies and adds is faster than one operation in ten nanoseconds and slower than a thousand a
// picosecond; half the width is half the numbers a vector, hence never faster.
func TestRate(t *testing.T) {
	f32, f64, right := 0.0, 0.0, false
	for range 20 { // a rate that other work has slowed down is found again
		f32, f64 = max(f32, Rate[float32](1)), max(f64, Rate[float64](1))
		if right = f64 > 0.1 && f32 > 0.8*f64 && f32 < 1e4; right {
			break
		}
	}
	t.Logf("one core: f32 %.0f, f64 %.0f GFLOP/s", f32, f64)
	if !right {
		t.Errorf("f32 %g, f64 %g GFLOP/s", f32, f64)
	}
}

package peak

import "testing"

// A processor that multiplies and adds is faster than one operation in ten nanoseconds and slower than a thousand a
// picosecond; half the width is half the numbers a vector, hence never faster.
func TestRate(t *testing.T) {
	f32, f64 := Rate[float32](1), Rate[float64](1)
	t.Logf("one core: f32 %.0f, f64 %.0f GFLOP/s", f32, f64)
	if !(f64 > 0.1 && f32 > 0.8*f64 && f32 < 1e4) {
		t.Errorf("f32 %g, f64 %g GFLOP/s", f32, f64)
	}
}

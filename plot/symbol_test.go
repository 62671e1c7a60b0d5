package plot

import "testing"

// Names become what papers write, and words stay.
func TestSymbol(t *testing.T) {
	for name, want := range map[string]string{"theta1": "θ₁", "theta_12": "θ₁₂", "x": "x", "Omega": "Ω", "q10": "q₁₀",
		"φ2": "φ₂", "x_a": "x_a", "shoulder": "shoulder", "arm 2": "arm 2",
		"pitch1": "pitch1", "": "", "_1": "_1", "1": "1",
		"theta1x": "theta1x"} {
		if got := Symbol(name); got != want {
			t.Errorf("%q is written %q, want %q", name, got, want)
		}
	}
	for _, c := range [][3]string{{"theta1", "omega1", "θ̇₁"}, {"theta1", "v_theta1", "θ̇₁"}, {"x", "v", "x\u0307"},
		{"shoulder", "omega1", "ω₁"}, {"shoulder", "v_shoulder", "v_shoulder"}} {
		if got := Rate(c[0], c[1]); got != c[2] {
			t.Errorf("the velocity %s of %s is written %+q, want %+q", c[1], c[0], got, c[2])
		}
	}
	for _, c := range [][3]string{{"θ₁", "rad", "θ₁ (rad)"}, {"a", "m/s^2", "a (m/s²)"},
		{"p", "kg m^2 s^-1", "p (kg m² s⁻¹)"},
		{"E", "", "E"}, {"c", "s^-10", "c (s⁻¹⁰)"}} {
		if got := Label(c[0], c[1]); got != c[2] {
			t.Errorf("%s in %s is %q, want %q", c[0], c[1], got, c[2])
		}
	}
}

package plot

import (
	"bytes"
	"image/color"
	"image/png"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// sample is a figure like those of a training run: recorded dots under two
// predictions, two noisy learning curves, an energy error that starts at zero.
func sample(n int) Figure {
	rng := rand.New(rand.NewPCG(1, 1))
	series := func(name string, style Style, f func(t float64) float64) Series {
		s := Series{Name: name, Style: style}
		for i := range n {
			t := 10 * float64(i) / float64(n)
			s.X, s.Y = append(s.X, t), append(s.Y, f(t))
		}
		return s
	}
	wave := func(w float64) func(float64) float64 { return func(t float64) float64 { return math.Cos(w * t) } }
	noise := func(p float64) func(float64) float64 {
		return func(t float64) float64 { return math.Pow(t+0.1, -p) * math.Exp(rng.NormFloat64()/4) }
	}
	return Figure{Title: "Double pendulum", Columns: 2, Panels: []Panel{
		{Title: "held-out window", XLabel: "time (s)", YLabel: "q̇₁ (rad s⁻¹)", Series: []Series{
			series("recorded", Points, wave(3)), series("LNN", Line, wave(3.01)), series("NN", Line, wave(3.2))}},
		{XLabel: "step", YLabel: "loss", LogX: true, LogY: true, Series: []Series{
			series("LNN", Line, noise(0.5)), series("NN", Line, noise(0.3))}},
		{XLabel: "time (s)", YLabel: "|ΔE| / E", LogY: true, Series: []Series{
			series("LNN", Line, func(t float64) float64 { return 1e-6 * t })}},
	}}
}

func encode(t *testing.T, f Figure, format string) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := f.Encode(&b, format); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestSameFigureSameBytes(t *testing.T) {
	for _, format := range []string{"svg", "png"} {
		if !bytes.Equal(encode(t, sample(300), format), encode(t, sample(300), format)) {
			t.Errorf("%s differs from run to run", format)
		}
	}
}

// The picture has the size asked for, and all three series leave ink of their own
// colour.
func TestInk(t *testing.T) {
	img, err := png.Decode(bytes.NewReader(encode(t, sample(300), "png")))
	if err != nil {
		t.Fatal(err)
	}
	if w := img.Bounds().Dx(); math.Abs(float64(w)-2*12/2.54*dotsPerInch) > 1 {
		t.Errorf("the picture is %d pixels wide", w)
	}
	ink := map[color.Color]int{}
	for y := range img.Bounds().Dy() {
		for x := range img.Bounds().Dx() {
			ink[img.At(x, y)]++
		}
	}
	for _, c := range []color.Color{palette[0], palette[1], marks[0].color} {
		if n := ink[color.RGBAModel.Convert(c)]; n < 200 {
			t.Errorf("%d pixels of colour %v", n, c)
		}
	}
}

func TestLongSeriesStaySmall(t *testing.T) {
	n := 1_000_000
	if testing.Short() {
		n = 100_000
	}
	rng := rand.New(rand.NewPCG(2, 2))
	s := Series{X: make([]float64, n), Y: make([]float64, n)}
	for i := range s.X {
		s.X[i], s.Y[i] = float64(i), rng.NormFloat64()
	}
	line := encode(t, Figure{Panels: []Panel{{Series: []Series{s}}}}, "svg")
	if len(line) > 100_000 {
		t.Errorf("a line of %d points takes %d bytes", n, len(line))
	}
	for i := range s.Y {
		s.Y[i] = math.Sin(s.X[i] * 20 / float64(n))
	}
	s.Style = Points
	dots := encode(t, Figure{Panels: []Panel{{Series: []Series{s}}}}, "svg")
	if len(dots) > 300_000 {
		t.Errorf("a curve of %d dots takes %d bytes", n, len(dots))
	}
}

func TestGaps(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	s := Series{X: []float64{0, 1, 2, 3, 4, 5, nan, 7}, Y: []float64{1, 2, nan, 4, 5, inf, 6, -1}}
	lengths := func(p Panel) (n []int) {
		for _, piece := range p.shown(s) {
			n = append(n, len(piece))
		}
		return n
	}
	for _, c := range []struct {
		p    Panel
		want []int
	}{
		{Panel{}, []int{2, 2, 1}},
		{Panel{LogX: true}, []int{1, 2, 1}},
		{Panel{LogY: true}, []int{2, 2}},
	} {
		if got := lengths(c.p); !equal(got, c.want) {
			t.Errorf("log %v %v: pieces of %v points, want %v", c.p.LogX, c.p.LogY, got, c.want)
		}
	}
	// Two pieces of a line are two moves of one path, and the lone point is a dot.
	svg := string(encode(t, Figure{Panels: []Panel{{Series: []Series{s}}}}, "svg"))
	stroke := regexp.MustCompile(`d="([^"]*)" style="fill:none;stroke:#0072B2`).FindStringSubmatch(svg)
	if stroke == nil || strings.Count(stroke[1], "M") != 2 || strings.Count(stroke[1], "L") != 2 {
		t.Errorf("line with a gap drawn as %q", stroke)
	}
	if !strings.Contains(svg, `style="fill:#0072B2"`) {
		t.Error("the lone point is not drawn")
	}
}

func equal(a, b []int) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

func TestOneNameOneLook(t *testing.T) {
	keys := sample(3).keys()
	if len(keys) != 3 {
		t.Fatalf("%d keys for three names", len(keys))
	}
	var many Panel
	for i := range 30 {
		many.Series = append(many.Series, Series{Name: string(rune('A' + i))})
	}
	type seen struct {
		c color.Color
		d int
	}
	looks := map[seen]string{}
	for i, k := range (Figure{Panels: []Panel{many}}).keys() {
		s := seen{k.stroke.Color, len(k.stroke.Dashes)*100 + int(10*k.stroke.Width)}
		if other, taken := looks[s]; taken {
			t.Errorf("series %d and %q look the same", i, other)
		}
		looks[s] = k.name
	}
}

// Many curves of one name are drawn thinner than a few.
func TestManyCurvesAreThin(t *testing.T) {
	width := func(n int) float64 {
		var p Panel
		for i := range n {
			p.Series = append(p.Series, Series{Name: "learned", X: []float64{0, 1}, Y: []float64{0, float64(i)}})
		}
		svg := encode(t, Figure{Panels: []Panel{p}}, "svg")
		found := regexp.MustCompile(`stroke:#0072B2[^"]*stroke-width:([0-9.]+)`).FindAllSubmatch(svg, -1)
		if len(found) != n+1 {
			t.Fatalf("%d lines, want that of the legend and %d curves", len(found), n)
		}
		w, err := strconv.ParseFloat(string(found[n][1]), 64)
		if err != nil {
			t.Fatal(err)
		}
		return w
	}
	if few, many := width(3), width(4); !(many < 0.7*few) {
		t.Errorf("three curves are %g wide, four %g", few, many)
	}
}

func TestSave(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "f.jpg")
	err := sample(3).Save(path)
	if err == nil || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), ".svg, .pdf or .png") {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("a refused picture left a file")
	}
	for _, name := range []string{"f.svg", "f.PNG", "f.pdf"} {
		if err := sample(3).Save(filepath.Join(folder, name)); err != nil {
			t.Error(err)
		}
	}
}

// Values that ruin an axis must not ruin the program.
func TestHardValues(t *testing.T) {
	hard := []float64{
		0, math.Copysign(0, -1), 1e-310, 5e-324, 1e-199, 1e199, -1e199, 1e308, math.NaN(), math.Inf(-1),
		1, 1 + 1e-15, -3,
	}
	for _, a := range hard {
		for _, b := range hard {
			for k := range 4 {
				p := Panel{LogX: k&1 > 0, LogY: k&2 > 0, Series: []Series{
					{X: []float64{a, b}, Y: []float64{b, a}}, {X: []float64{b}, Y: []float64{a}, Style: Points}}}
				f := Figure{Panels: []Panel{p}}
				var out bytes.Buffer
				if err := f.Encode(&out, "svg"); err != nil {
					t.Fatal(err)
				}
				if s := out.String(); strings.Contains(s, "NaN") || strings.Contains(s, "Inf") {
					t.Fatalf("a = %g, b = %g, logs %d: NaN or Inf in the drawing", a, b, k)
				}
			}
		}
	}
	if err := (Figure{Panels: []Panel{{}}}).Encode(io.Discard, "png"); err != nil {
		t.Error(err)
	}
}

func TestMisusePanics(t *testing.T) {
	for name, f := range map[string]Figure{
		"no panels": {},
		"lengths":   {Panels: []Panel{{Series: []Series{{X: []float64{1}}}}}},
	} {
		func() {
			defer func() {
				if s, ok := recover().(string); !ok || !strings.HasPrefix(s, "plot: ") {
					t.Errorf("%s: no panic of ours", name)
				}
			}()
			_ = f.Encode(io.Discard, "svg")
		}()
	}
}

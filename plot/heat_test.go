package plot

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"image/color"
	"image/png"
	"io"
	"math"
	"reflect"
	"regexp"
	"strings"
	"testing"
)

// travelling is a map of a pulse that runs to the right, with a row that is not finite.
func travelling(columns, rows int) *Map {
	m := &Map{X: [2]float64{0, 1}, Y: [2]float64{0, 2}, Columns: columns, Label: "φ"}
	for r := range rows {
		for c := range columns {
			x := math.Remainder((float64(c)+0.5)/float64(columns)-(float64(r)+0.5)/float64(rows)*0.7-0.2, 1)
			m.Z = append(m.Z, math.Exp(-x*x/0.005)-0.5*math.Exp(-(x-0.2)*(x-0.2)/0.005))
		}
	}
	return m
}

func heat() Figure {
	return Figure{Title: "Wave", Columns: 2, Panels: []Panel{
		{Title: "true", XLabel: "x", YLabel: "t", Map: travelling(100, 160)},
		{Title: "difference", XLabel: "x", YLabel: "t", Map: travelling(7, 5),
			Series: []Series{{Name: "path", X: []float64{0.2, 0.9}, Y: []float64{0, 2}}}},
	}}
}

// Black is −Limit, white +Limit, zero the grey in between; the first row is the lowest; what is beyond is cut off, and
// what is not finite is neither.
func TestShades(t *testing.T) {
	m := &Map{X: [2]float64{0, 3}, Y: [2]float64{0, 2}, Columns: 3, Z: Levels{-2, 0, 2, -9, 9, math.NaN()}, Limit: 2}
	img := m.raster(300, 200)
	for _, c := range []struct {
		x, y int
		want uint8
	}{{50, 150, 0}, {150, 150, 128}, {250, 150, 255}, {50, 50, 0}, {150, 50, 255}} {
		if got := img.GrayAt(c.x, c.y).Y; got != c.want {
			t.Errorf("grey %d at %d, %d; want %d", got, c.x, c.y, c.want)
		}
	}
	seen := map[uint8]int{}
	for x := 200; x < 300; x++ {
		seen[img.GrayAt(x, 50).Y]++
	}
	if seen[0] < 10 || seen[255] < 10 || len(seen) != 2 {
		t.Errorf("a cell that is not finite has the greys %v", seen)
	}
	// Fewer pixels than cells: means, so that nothing falls between.
	fine := &Map{X: [2]float64{0, 1}, Y: [2]float64{0, 1}, Columns: 100, Z: make(Levels, 100*100)}
	for i := range fine.Z {
		fine.Z[i] = float64(1 - 2*((i+i/100)%2))
	}
	for _, g := range fine.raster(50, 50).Pix {
		if g != 128 {
			t.Fatalf("a chessboard of −1 and 1 has the mean grey %d", g)
		}
	}
}

// Both formats carry the same raster, in a frame it fills.
func TestHeatFormats(t *testing.T) {
	svg := encode(t, heat(), "svg")
	for d := xml.NewDecoder(bytes.NewReader(svg)); ; {
		if _, err := d.Token(); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	image := regexp.MustCompile(`preserveAspectRatio="none"[^>]*href="data:image/png;base64,([^"]*)"`)
	found := image.FindAllSubmatch(svg, -1)
	if len(found) != 4 { // two maps and their bars
		t.Fatalf("%d images in the SVG", len(found))
	}
	text, err := base64.StdEncoding.DecodeString(string(found[0][1]))
	if err != nil {
		t.Fatal(err)
	}
	inside, err := png.Decode(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	whole, err := png.Decode(bytes.NewReader(encode(t, heat(), "png")))
	if err != nil {
		t.Fatal(err)
	}
	grey := func(m interface{ At(x, y int) color.Color }, x, y int) uint8 {
		return color.GrayModel.Convert(m.At(x, y)).(color.Gray).Y
	}
	// the frame of the first panel begins where the white of the margin ends on the middle line
	b, x := inside.Bounds(), 0
	for y := whole.Bounds().Dy() / 2; grey(whole, x, y) > 100 || grey(whole, x, y+3) > 100; {
		x++
	}
	same := 0
	for dx := 5; dx < b.Dx()-5; dx++ {
		if d := int(grey(whole, x+dx, 300)) - int(grey(whole, x+dx, 301)); d < -40 || d > 40 {
			t.Fatalf("the picture is not smooth along t at %d", dx)
		}
		if g := grey(whole, x+dx, 300); g > 200 {
			same++
		}
	}
	if same == 0 || same > b.Dx()/2 {
		t.Errorf("%d of %d pixels of a line are bright; a pulse is narrow", same, b.Dx())
	}
}

func TestMapJSON(t *testing.T) {
	f := heat()
	f.Panels[1].Map.Z[3] = math.NaN()
	f.Panels[1].Map.Z[4] = math.Inf(1)
	text, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	var back Figure
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	if z := back.Panels[1].Map.Z; !math.IsNaN(z[3]) || !math.IsNaN(z[4]) {
		t.Errorf("not finite: %v", z[3:5])
	}
	for _, g := range []Figure{f, back} {
		g.Panels[1].Map.Z[3], g.Panels[1].Map.Z[4] = 0, 0
	}
	if !reflect.DeepEqual(f, back) {
		t.Errorf("%+v became %+v", f, back)
	}
	for _, bad := range []string{
		`{"X":[0,1],"Y":[0,1],"Columns":2,"Z":"1 2 3"}`, `{"X":[0,1],"Y":[0,1],"Columns":0,"Z":""}`,
		`{"X":[1,1],"Y":[0,1],"Columns":1,"Z":"1"}`, `{"X":[0,1],"Y":[0,1],"Columns":1,"Z":"1","Limit":-1}`,
		`{"X":[0,1],"Y":[0,1],"Columns":1,"Z":"x"}`, `{"X":[0,1],"Y":[0,1],"Columns":1,"Z":[1]}`,
	} {
		if err := json.Unmarshal([]byte(bad), new(Map)); err == nil {
			t.Errorf("%s is no map", bad)
		}
	}
}

// Values that ruin a scale must not ruin the program.
func TestHardMaps(t *testing.T) {
	for _, z := range []float64{0, math.NaN(), math.Inf(1), 5e-324, 1e308, -1e199} {
		m := &Map{X: [2]float64{0, 1}, Y: [2]float64{-1e-3, 1e9}, Columns: 1, Z: Levels{z, 0, z}}
		svg := string(encode(t, Figure{Panels: []Panel{{Map: m}}}, "svg"))
		if strings.Contains(svg, "NaN") || strings.Contains(svg, "Inf") {
			t.Errorf("z = %g: NaN or Inf in the drawing", z)
		}
	}
	defer func() {
		if s, ok := recover().(string); !ok || !strings.HasPrefix(s, "plot: ") {
			t.Errorf("a map without rows: no panic of ours")
		}
	}()
	m := &Map{X: [2]float64{0, 1}, Y: [2]float64{0, 1}, Columns: 2, Z: Levels{1}}
	_ = (Figure{Panels: []Panel{{Map: m}}}).Encode(io.Discard, "svg")
}

package plot

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"os/exec"
	"regexp"
	"testing"
	"time"
)

// A PDF has the size of the figure in points, the same bytes at any time, and no font, as its letters are areas.
func TestPDF(t *testing.T) {
	f := Figure{Title: "Learned θ̇₁", Width: 8.4, Height: 6, Panels: []Panel{{XLabel: "t (s)", YLabel: "q̈ (rad s⁻²)",
		Series: []Series{{X: []float64{0, 1, 2}, Y: []float64{-1, 1, 0}}}}}}
	var a, b bytes.Buffer
	if err := f.Encode(&a, "pdf"); err != nil {
		t.Fatal(err)
	}
	time.Sleep(1100 * time.Millisecond) // dates have seconds
	if err := f.Encode(&b, "pdf"); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Error("the same figure has other bytes a second later")
	}
	if !bytes.HasPrefix(a.Bytes(), []byte("%PDF-")) || bytes.Contains(a.Bytes(), []byte("/FontFile")) {
		t.Errorf("begins with %q, or has a font", a.Bytes()[:8])
	}
	// 8.4 cm are 238.11 points
	if box := regexp.MustCompile(`/MediaBox \[0 0 238\.11 \d`); !box.Match(a.Bytes()) {
		t.Errorf("its page: %s", regexp.MustCompile(`/MediaBox[^\n]*`).Find(a.Bytes()))
	}
}

// Another program reads a PDF as it reads the PNG of the figure: a map that is dark below and bright above.
func TestPDFMap(t *testing.T) {
	reader, err := exec.LookPath("pdftoppm")
	if err != nil {
		t.Skip("pdftoppm is not there")
	}
	m := &Map{X: [2]float64{0, 1}, Y: [2]float64{0, 1}, Columns: 1, Z: Levels{-1, 1}, Limit: 1}
	f := Figure{Width: 6, Height: 6, Panels: []Panel{{Map: m}}}
	var pdf, direct bytes.Buffer
	for format, w := range map[string]*bytes.Buffer{"pdf": &pdf, "png": &direct} {
		if err := f.Encode(w, format); err != nil {
			t.Fatal(err)
		}
	}
	read := exec.Command(reader, "-png", "-r", fmt.Sprint(dotsPerInch), "-")
	read.Stdin = &pdf
	text, err := read.Output()
	if err != nil {
		t.Fatal(err)
	}
	a, err := png.Decode(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	b, err := png.Decode(&direct)
	if err != nil {
		t.Fatal(err)
	}
	grey := func(m image.Image, share float64) int {
		r, _, _, _ := m.At(m.Bounds().Dx()/2, int(share*float64(m.Bounds().Dy()))).RGBA()
		return int(r >> 8)
	}
	for _, at := range []float64{0.2, 0.75} {
		if x, y := grey(a, at), grey(b, at); max(x-y, y-x) > 3 {
			t.Errorf("at %.2f of the height the PDF is %d, the PNG %d", at, x, y)
		}
	}
	if grey(a, 0.2) <= grey(a, 0.75) {
		t.Errorf("it is not brighter above: %d, %d", grey(a, 0.2), grey(a, 0.75))
	}
}

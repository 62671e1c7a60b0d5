package plot

import (
	"bytes"
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

package lagrange

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lagrange/export"
)

// Every model is written by every target, and tells of itself what the model tells.
func TestExport(t *testing.T) {
	for _, k := range append(witnessed(t), graphs(t)...) {
		s, err := k.model.Source()
		if err != nil {
			t.Fatal(k.name, err)
		}
		for _, target := range export.Targets() {
			files, err := target.Write(s, export.Options{Name: "m"})
			if err != nil {
				t.Fatal(k.name, target.Name, err)
			}
			for _, f := range files {
				path := filepath.Join(t.TempDir(), f.Name)
				if err := os.WriteFile(path, f.Text, 0o600); err != nil {
					t.Fatal(err)
				}
				var i Info
				if ok, err := export.About(path, &i); !ok || err != nil || i.Fingerprint != k.model.Fingerprint() {
					t.Errorf("%s, %s: %v, %v, fingerprint %q", k.name, f.Name, ok, err, i.Fingerprint)
				}
			}
		}
	}
	ring := graphs(t)[0].model // of five sites
	for _, n := range []int{8, 40} {
		m, err := ring.OnSites(n)
		if err != nil {
			t.Fatal(err)
		}
		s, err := m.Source()
		if err != nil {
			t.Fatal(err)
		}
		switch _, err := export.C(s, export.Options{Name: "m"}); {
		case n == 8 && (err != nil || len(s.Members[0].Densities) != 8 || s.Spec.Coordinates[7].Name != "x7"):
			t.Errorf("%d sites: %v, %+v", n, err, s.Spec.Coordinates)
		case n == 40 && (err == nil || !strings.Contains(err.Error(), "40 coordinates is too large")):
			t.Errorf("%d sites: %v", n, err)
		}
	}
	_, err := witnessed(t)[0].model.OnSites(4)
	if err == nil || !strings.Contains(err.Error(), "cannot be taken to other") {
		t.Error(err)
	}
	var i Info
	if ok, err := export.About(witnessed(t)[0].Path, &i); ok || err != nil {
		t.Errorf("a model is an export: %v, %v", ok, err)
	}
}

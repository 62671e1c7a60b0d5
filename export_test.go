package lagrange

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lagrange/export"
)

// Whatever can be exported is written by every target, and tells of itself what the model tells; a graph is refused
// with the families that can be.
func TestExport(t *testing.T) {
	for _, k := range append(witnessed(t), graphs(t)...) {
		s, err := k.model.Source()
		if k.model.net.Spec.Nodes != nil {
			if err == nil || !strings.Contains(err.Error(), "lnn, delan, terms, nn, hnn, node") {
				t.Errorf("%s: %v", k.name, err)
			}
			continue
		}
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
	var i Info
	if ok, err := export.About(witnessed(t)[0].Path, &i); ok || err != nil {
		t.Errorf("a model is an export: %v, %v", ok, err)
	}
}

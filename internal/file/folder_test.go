package file

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A folder is written whole or not at all, and never in the place of anything.
func TestWriteFolder(t *testing.T) {
	root := t.TempDir()
	path := filepath.Join(root, "out")
	files := map[string][]byte{"a.c": []byte("one"), "a.h": []byte("two")}
	if err := WriteFolder(path, files); err != nil {
		t.Fatal(err)
	}
	for name, want := range files {
		if got, err := os.ReadFile(filepath.Join(path, name)); err != nil || string(got) != string(want) {
			t.Errorf("%s holds %q, %v", name, got, err)
		}
	}
	if err := WriteFolder(path, files); err == nil || !strings.Contains(err.Error(), "exists, and is a folder") {
		t.Errorf("a folder that exists: %v", err)
	}
	err := WriteFolder(filepath.Join(path, "a.c"), files)
	if err == nil || !strings.Contains(err.Error(), "is a file") {
		t.Errorf("a file that exists: %v", err)
	}
	if err := WriteFolder(filepath.Join(root, "no", "out"), files); err == nil ||
		!strings.Contains(err.Error(), "create it first") {
		t.Errorf("no folder above: %v", err)
	}
	if left, _ := os.ReadDir(root); len(left) != 1 {
		t.Errorf("%d things left, want the folder alone", len(left))
	}
}

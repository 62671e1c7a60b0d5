package experiment

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

type storedKey struct {
	Run  Run
	Name string
}

type stored struct {
	storedKey
	X Floats
}

func (s stored) key() storedKey { return s.storedKey }

func openStored(t *testing.T, folder string) *Store[storedKey, stored] {
	t.Helper()
	s, err := OpenStore(folder, PartsFile, stored.key)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// A part that was made once is made no more, by whoever opens the store next; a part of another run or another name is;
// one whose making fails is not there. When all is done nothing is left.
func TestStore(t *testing.T) {
	for _, folder := range []string{t.TempDir(), ""} {
		made := 0
		x := Floats{math.NaN(), math.Inf(-1), math.Copysign(0, -1), 1. / 3, math.MaxFloat64, 5e-324}
		once := func(s *Store[storedKey, stored], k storedKey, fail error) {
			t.Helper()
			v, err := s.Once(k, func() (stored, error) { made++; return stored{k, x}, fail })
			same := slices.EqualFunc(v.X, x,
				func(a, b float64) bool { return math.Float64bits(a) == math.Float64bits(b) })
			if !errors.Is(err, fail) || v.storedKey != k || !same {
				t.Errorf("%+v, %v", v, err)
			}
		}
		expect := func(n int) {
			t.Helper()
			if made != n {
				t.Errorf("%d parts made, want %d", made, n)
			}
		}
		run := Run{Name: "one", Code: Code{Commit: "a"}, Seed: 3, Budget: 0.1}
		s, k := openStored(t, folder), storedKey{run, "part"}
		once(s, k, errors.New("out of luck"))
		expect(1)
		if folder != "" {
			if left, _ := os.ReadDir(folder); len(left) > 0 {
				t.Errorf("a store without parts has left %v", left)
			}
		}
		once(s, k, nil)
		once(s, k, nil)
		expect(2)
		if folder == "" {
			continue
		}
		s.Close()
		s = openStored(t, folder)
		once(s, k, nil)
		expect(2)
		once(s, storedKey{run, "another"}, nil)
		run.Code.Commit = "b"
		once(s, storedKey{run, "part"}, nil)
		expect(4)
		s.Remove()
		if left, _ := os.ReadDir(folder); len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
		once(openStored(t, folder), k, nil)
		expect(5)
	}
}

// A last line that a crash has torn is left out, and what follows stands on a line of its own.
func TestStoreTorn(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, PartsFile)
	s := openStored(t, folder)
	for _, name := range []string{"a", "b"} {
		if err := s.Add(stored{storedKey: storedKey{Name: name}}); err != nil {
			t.Fatal(err)
		}
	}
	s.Close()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, cut := range []int{1, 20} { // the end of the line, and more
		if err := os.WriteFile(path, text[:len(text)-cut], 0o666); err != nil {
			t.Fatal(err)
		}
		s := openStored(t, folder)
		if _, ok := s.Get(storedKey{Name: "b"}); ok {
			t.Error("a torn part is there")
		}
		if err := s.Add(stored{storedKey: storedKey{Name: "c"}}); err != nil {
			t.Fatal(err)
		}
		s.Close()
		s = openStored(t, folder)
		for name, want := range map[string]bool{"a": true, "b": false, "c": true} {
			if _, ok := s.Get(storedKey{Name: name}); ok != want {
				t.Errorf("%q is there: %t", name, ok)
			}
		}
	}
	if err := os.WriteFile(path, []byte("nonsense\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, ok := openStored(t, folder).Get(storedKey{}); ok {
		t.Error("nonsense is a part")
	}
	if left, _ := os.ReadFile(path); strings.Contains(string(left), "nonsense") {
		t.Error("nonsense stays")
	}
}

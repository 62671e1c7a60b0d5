package file

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// sample holds the values that a careless reader or writer changes: both zeros,
// subnormals, infinities, and not-a-numbers that differ only in their payload.
func sample() Container {
	bits := []uint64{0, 1 << 63, 1, 0x7ff0000000000000, 0xfff0000000000000,
		0x7ff8000000000001, 0x7ff0000000000001, 0xfff8dead00000000, math.Float64bits(math.Pi)}
	c := Container{Kind: "model", Version: 2, Header: json.RawMessage(`{"d":2,"name":"Pendel ü"}`)}
	for _, b := range bits {
		c.Floats = append(c.Floats, math.Float64frombits(b))
	}
	return c
}

func encode(t testing.TB, c Container) []byte {
	t.Helper()
	var b bytes.Buffer
	n, err := c.WriteTo(&b)
	if err != nil || n != int64(b.Len()) {
		t.Fatalf("WriteTo: n = %d of %d, err = %v", n, b.Len(), err)
	}
	return b.Bytes()
}

func bits(x []float64) []uint64 {
	b := make([]uint64, len(x))
	for i := range x {
		b[i] = math.Float64bits(x[i])
	}
	return b
}

func TestRoundTrip(t *testing.T) {
	long := sample()
	rng := rand.New(rand.NewPCG(1, 2))
	for range 10000 { // more than one piece
		long.Floats = append(long.Floats, math.Float64frombits(rng.Uint64()))
	}
	none := sample()
	none.Floats = nil
	for _, c := range []Container{sample(), long, none} {
		path := filepath.Join(t.TempDir(), "m.lagrange")
		if err := c.Save(path); err != nil {
			t.Fatal(err)
		}
		got, err := Load(path, "model", 2)
		if err != nil {
			t.Fatal(err)
		}
		if got.Kind != c.Kind || got.Version != c.Version || !bytes.Equal(got.Header, c.Header) {
			t.Errorf("got %s %d %s", got.Kind, got.Version, got.Header)
		}
		if diff := cmp.Diff(bits(c.Floats), bits(got.Floats)); diff != "" {
			t.Errorf("floats changed:\n%s", diff)
		}
	}
}

func TestFirstLine(t *testing.T) {
	line, _, _ := bytes.Cut(encode(t, sample()), []byte("\n"))
	if string(line) != "lagrange model 2" {
		t.Errorf("first line %q", line)
	}
}

// Every truncation and every flip of any bit of any byte must be noticed.
func TestDamage(t *testing.T) {
	whole := encode(t, sample())
	for n := range whole {
		_, err := Decode(bytes.NewReader(whole[:n]), "m", "model", 2)
		if err == nil || !strings.Contains(err.Error(), "truncated") {
			t.Errorf("first %d of %d bytes: %v", n, len(whole), err)
		}
	}
	for i := range whole {
		for mask := 1; mask < 256; mask++ {
			hurt := bytes.Clone(whole)
			hurt[i] ^= byte(mask)
			if c, err := Decode(bytes.NewReader(hurt), "m", "model", 2); err == nil {
				t.Errorf("byte %d ^ %#x: no error, got %+v", i, mask, c)
			}
		}
	}
}

// A few bytes that claim to be terabytes must not cost memory.
func TestHugeClaim(t *testing.T) {
	whole := encode(t, sample())
	at := bytes.IndexByte(whole, '\n') + 1
	for _, claim := range []uint64{1 << 40, 1 << 61, math.MaxUint64} {
		for _, field := range []int{at, at + 8} {
			hurt := bytes.Clone(whole)
			binary.LittleEndian.PutUint64(hurt[field:], claim)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := Decode(bytes.NewReader(hurt), "m", "model", 2)
			runtime.ReadMemStats(&after)
			if err == nil || !strings.Contains(err.Error(), "truncated") {
				t.Errorf("claim %d: %v", claim, err)
			}
			if grown := after.TotalAlloc - before.TotalAlloc; grown > 1<<20 {
				t.Errorf("claim %d: allocated %d bytes", claim, grown)
			}
		}
	}
}

func TestErrorsSayTheWayOut(t *testing.T) {
	other, newer := sample(), sample()
	other.Kind, newer.Version = "checkpoint", 7
	sum := encode(t, sample())
	sum[len(sum)-40] ^= 1 // in the last float
	for _, c := range []struct {
		data []byte
		want string
	}{
		{encode(t, other), "f: this is a checkpoint, not a model; give the file whose first line is"},
		{encode(t, newer), "f: written by a newer version (format 7; this program reads up to 2): update lagrange"},
		{[]byte("time,q,v\n0,1,2\n"), "f: not a Lagrange file"},
		{[]byte("lagrangian mechanics\n"), "f: not a Lagrange file"},
		{[]byte("lagrange " + strings.Repeat("x", 200)), "f: not a Lagrange file"},
		{[]byte("lagrange model 02\n"), `f: damaged: its format number is "02"`},
		{nil, "f: truncated: the file is empty"},
		{append(encode(t, sample()), "\n\n"...), "f: damaged: 2 bytes too many"},
		{sum, "f: damaged: the checksum does not match"},
	} {
		_, err := Decode(bytes.NewReader(c.data), "f", "model", 2)
		if err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("got  %v\nwant %s…", err, c.want)
		}
	}
	if _, err := Load(filepath.Join(t.TempDir(), "none"), "model", 1); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("missing file: %v", err)
	}
}

func text(s string) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := io.WriteString(w, s)
		return err
	}
}

// only fails unless folder holds exactly name with this content.
func only(t *testing.T, folder, name, content string) {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil || len(entries) != 1 || entries[0].Name() != name {
		t.Errorf("folder holds %v (%v), want %s alone", entries, err, name)
	}
	if b, err := os.ReadFile(filepath.Join(folder, name)); err != nil || string(b) != content {
		t.Errorf("%s holds %q (%v), want %q", name, b, err, content)
	}
}

func TestFailedFillChangesNothing(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "out.csv")
	if err := Write(path, text("old")); err != nil {
		t.Fatal(err)
	}
	broken := errors.New("sensor unplugged")
	err := Write(path, func(w io.Writer) error {
		_, _ = w.Write(make([]byte, 1<<20)) // past every buffer
		return broken
	})
	if !errors.Is(err, broken) || !strings.Contains(err.Error(), path) {
		t.Errorf("error %v", err)
	}
	only(t, folder, "out.csv", "old")

	func() {
		defer func() { _ = recover() }()
		_ = Write(path, func(io.Writer) error { panic("boom") })
	}()
	only(t, folder, "out.csv", "old")

	if err := Write(path, text("new")); err != nil {
		t.Fatal(err)
	}
	only(t, folder, "out.csv", "new")
}

func TestWriteKeepsModeAndLink(t *testing.T) {
	folder, elsewhere := t.TempDir(), t.TempDir()
	real, link := filepath.Join(folder, "real"), filepath.Join(elsewhere, "link")
	if err := os.WriteFile(real, []byte("old"), 0o640); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(real, link); err != nil {
		t.Skip(err)
	}
	if err := Write(link, text("new")); err != nil {
		t.Fatal(err)
	}
	only(t, folder, "real", "new")
	info, err := os.Lstat(real)
	if err != nil || info.Mode() != 0o640 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link was replaced: %v, %v", info, err)
	}
}

func TestUnwritable(t *testing.T) {
	folder := t.TempDir()
	plain := filepath.Join(folder, "plain")
	if err := os.WriteFile(plain, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	cases := map[string]string{
		folder:                              "it is a folder",
		filepath.Join(folder, "no", "file"): "does not exist; create it first",
		filepath.Join(plain, "file"):        "not a directory",
	}
	locked := filepath.Join(t.TempDir(), "locked")
	if err := os.Mkdir(locked, 0o500); err != nil {
		t.Fatal(err)
	}
	if os.Geteuid() != 0 { // root may write anywhere
		cases[filepath.Join(locked, "file")] = "no permission to write in " + locked
	}
	for path, want := range cases {
		err := Write(path, text("x"))
		if err == nil || !strings.Contains(err.Error(), want) ||
			!strings.HasPrefix(err.Error(), "cannot write "+path+":") {
			t.Errorf("got  %v\nwant %q", err, want)
		}
		if err != nil && strings.Contains(err.Error(), ".tmp") {
			t.Errorf("the error names the temporary file: %v", err)
		}
	}
	only(t, folder, "plain", "")
}

func TestDeviceIsNotReplaced(t *testing.T) {
	if _, err := os.Stat(os.DevNull); err != nil {
		t.Skip(err)
	}
	if err := Write(os.DevNull, text("x")); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(os.DevNull); err != nil || info.Mode().IsRegular() {
		t.Errorf("%s became %v (%v)", os.DevNull, info.Mode(), err)
	}
}

// What Decode accepts is exactly what WriteTo writes.
func FuzzDecode(f *testing.F) {
	whole := encode(f, sample())
	f.Add(whole)
	f.Add(whole[:len(whole)/2])
	f.Add([]byte("lagrange model 1\n"))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := Decode(bytes.NewReader(data), "f", "model", 2)
		if err != nil {
			return
		}
		if again := encode(t, c); !bytes.Equal(again, data) {
			t.Errorf("accepted %q, which is written as %q", data, again)
		}
	})
}

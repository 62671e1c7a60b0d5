package lagrange

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"runtime/metrics"
	"slices"
	"strings"
	"testing"

	"lagrange/control"
	"lagrange/eval"
	"lagrange/internal/file"
	"lagrange/model"
	"lagrange/model/graph"
)

// small is the header of a model of one angle and one force, and how many parameters it has.
func small(t testing.TB, change func(*model.Spec)) (header, int) {
	spec := model.Spec{
		Family: "lnn", Hidden: []int{2}, Activation: "softplus", Kinetic: 1, Friction: model.Both, TimeUnit: "s",
		Coordinates: []model.Coordinate{{Name: "q", Velocity: "v", Period: 2 * math.Pi, Scale: 1, Speed: 2, Accel: 3}},
		Inputs:      []model.Input{{Name: "u", Scale: 1}},
	}
	change(&spec)
	n, err := model.Params(spec)
	if err != nil {
		t.Fatal(err)
	}
	return header{Spec: spec, Record: Record{Seed: math.MaxUint64, Horizon: 0.1}}, n
}

// container is what Save writes for these headers; the numbers are 0.1, 0.2, …
func container(t testing.TB, n int, hs ...header) file.Container {
	h, err := json.Marshal(hs)
	if err != nil {
		t.Fatal(err)
	}
	c := file.Container{Kind: "model", Version: control.Version, Header: h, Floats: make([]float64, n)}
	for i := range c.Floats {
		c.Floats[i] = float64(i+1) / 10
	}
	return c
}

// allocated is how many bytes the program has taken from the heap since it began.
func allocated() uint64 {
	s := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(s)
	return s[0].Value.Uint64()
}

// saved is the file of a model.
func saved(t *testing.T, m *Model) []byte {
	path := filepath.Join(t.TempDir(), "model")
	if err := m.Save(path); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// stored are the models of a file in its order.
func stored(m *Model) (all []*Model) {
	for p := m; p != nil; p = p.Baseline {
		all = append(all, p)
	}
	return append(all, m.Members()[1:]...)
}

// bits are the bytes of numbers.
func bits(xs []float64) (b []byte) {
	for _, x := range xs {
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(x))
	}
	return b
}

// FuzzLoad holds what stands inside the checksum against the decoder: no header and no numbers make it panic, or take
// more memory than a multiple of what it was given. What it takes is a model that can be evaluated; it keeps every bit
// of the numbers, and from then on its file is always the same.
func FuzzLoad(f *testing.F) {
	h, n := small(f, func(*model.Spec) {})
	b, k := small(f, func(s *model.Spec) { s.Family, s.Friction = "nn", "" })
	calibrated, other := h, h
	motion := eval.Calibration{Factor: 2, Floor: []float64{1, 3}}
	other.Member, calibrated.Calibration = true, &Calibration{Motion: motion}
	line, j := small(f, func(s *model.Spec) { s.Coordinates[0].Period, s.Inputs = 0, nil })
	ring, i := small(f, func(s *model.Spec) {
		s.Family, s.Friction, s.Inputs, s.Coordinates = graph.Family, "", nil, slices.Repeat(s.Coordinates, 3)
		s.Nodes = &model.Nodes{Size: 1, Shape: string(graph.RingShape)}
		var err error
		if *s, err = graph.Describe(*s, false, nil); err != nil {
			f.Fatal(err)
		}
	})
	for _, c := range []file.Container{
		container(f, i, ring), container(f, n, h), container(f, n+k, h, b), container(f, 2*n+k, calibrated, b, other),
		container(f, j, line), container(f, n-1, h), container(f, n+1, h), container(f, 0),
	} {
		f.Add([]byte(c.Header), bits(c.Floats))
	}
	f.Fuzz(func(t *testing.T, header, floats []byte) {
		c := file.Container{Kind: "model", Version: control.Version, Header: header}
		for ; len(floats) >= 8; floats = floats[8:] {
			c.Floats = append(c.Floats, math.Float64frombits(binary.LittleEndian.Uint64(floats)))
		}
		before := allocated()
		m, err := decode(c)
		if took, most := allocated()-before, uint64(1<<20+1000*(len(header)+8*len(c.Floats))); took > most {
			t.Fatalf("%d bytes of header and %d numbers took %d bytes", len(header), len(c.Floats), took)
		}
		if err != nil {
			return
		}
		var all []float64
		for _, p := range stored(m) {
			all = append(all, p.net.Theta...)
			p.Accel(make([]float64, m.D()), make([]float64, m.D()), make([]float64, m.M()))
		}
		m.Predict(make([]float64, m.D()), make([]float64, m.D()), nil)
		for i, x := range c.Floats {
			if math.Float64bits(all[i]) != math.Float64bits(x) {
				t.Fatalf("number %d: %v became %v", i, x, all[i])
			}
		}
		once := saved(t, m)
		again, err := file.Decode(bytes.NewReader(once), "model", "model", control.Version)
		if err != nil {
			t.Fatal(err)
		}
		if m, err = decode(again); err != nil {
			t.Fatalf("does not load what it saved: %v", err)
		}
		if twice := saved(t, m); !bytes.Equal(once, twice) {
			t.Fatalf("saved %q, then %q", once, twice)
		}
	})
}

// Files that promise more than they hold, or models that do not belong together, are refused, and nothing is made for
// them.
func TestRefused(t *testing.T) {
	h, n := small(t, func(*model.Spec) {})
	b, k := small(t, func(s *model.Spec) { s.Family, s.Friction = "nn", "" })
	two, l := small(t, func(s *model.Spec) { s.Family, s.Coordinates = "nn", append(s.Coordinates, s.Coordinates[0]) })
	with := func(hidden ...int) header {
		g := h
		g.Spec.Hidden = hidden
		return g
	}
	member, stranger, calibrated := h, b, h
	member.Member, stranger.Member, calibrated.Calibration = true, true,
		&Calibration{Motion: eval.Calibration{Factor: 2, Floor: []float64{1}}}
	deep := make([]int, 64)
	for i := range deep {
		deep[i] = 1 << 14
	}
	for name, c := range map[string]struct {
		file.Container
		says string
	}{
		"wide":            {container(t, n, with(1<<14, 1<<14)), "too few"},
		"deep":            {container(t, n, with(deep...)), "too few"},
		"wider":           {container(t, n, with(math.MaxInt, math.MaxInt)), "1 to 16384"},
		"deeper":          {container(t, n, with(append(deep, 1)...)), "1 to 64 layers"},
		"negative":        {container(t, n, with(-1)), "1 to 16384"},
		"short":           {container(t, n-1, h), "too few"},
		"long":            {container(t, n+1, h), "1 numbers more"},
		"empty":           {container(t, n), "its header"},
		"three":           {container(t, n+2*k, h, b, b), "its header"},
		"no first":        {container(t, n, member), "its header"},
		"lone law":        {container(t, n, calibrated), "its header"},
		"other member":    {container(t, n+k, h, stranger), "its header"},
		"short law":       {container(t, 2*n, calibrated, member), "its header"},
		"other baseline":  {container(t, n+l, h, two), "its header"},
		"no model at all": {file.Container{Header: []byte(`{"spec":1}`)}, "its header"},
	} {
		before := allocated()
		if m, err := decode(c.Container); m != nil || err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: want %q, got %v", name, c.says, err)
		}
		if took := allocated() - before; took > 1<<20 {
			t.Errorf("%s: refusing it took %d bytes", name, took)
		}
	}
	if m, err := decode(container(t, n+k, h, b)); err != nil || m.Baseline == nil {
		t.Errorf("a model and its baseline: %v", err)
	}
}

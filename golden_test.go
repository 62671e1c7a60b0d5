package lagrange_test

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"lagrange"
	"lagrange/data"
	"lagrange/internal/isa"
	"lagrange/model"
	"lagrange/model/graph"
	"lagrange/train"
)

var renew = flag.Bool("golden", false,
	"write the fingerprints of the short runs anew: a change of them wants a reason in its commit")

// golden is a short run whose parameters are to be the same bits after code was moved.
type golden struct {
	set *data.Set
	s   lagrange.Settings
}

// goldens are of all families, methods and stages, of ensembles, graphs and trainings that go on.
func goldens() map[string]golden {
	accelerated, swings := recording("double-pendulum", 10, 30, true, 0.05), recording("pendulum", 6, 100, false, 0.05)
	single := recording("pendulum", 12, 30, true, 0.05)
	brief := lagrange.Settings{Steps: 6, Seed: 1, Workers: 2}
	with := func(change func(*lagrange.Settings)) lagrange.Settings { s := brief; change(&s); return s }
	newton := func(s *lagrange.Settings) { s.Method = train.GaussNewton }
	adam := with(func(s *lagrange.Settings) { s.Method, s.Hidden, s.Batch = train.Adam, []int{8}, 16 })
	of := func(family string) lagrange.Settings { s := adam; s.Model = family; return s }
	ring := with(func(s *lagrange.Settings) {
		s.Model, s.Hidden, s.Graph = graph.Family, []int{8}, lagrange.Graph{Shape: graph.RingShape,
			TranslationInvariant: true}
	})
	return map[string]golden{
		"lnn: warm-up, Gauss–Newton": {accelerated, with(func(s *lagrange.Settings) { newton(s); s.Model = "lnn" })},
		"lnn: warm-up, Kaczmarz":     {accelerated, with(func(s *lagrange.Settings) { s.Model = "lnn" })},
		"lnn: convex start, windows, long arcs": {swings, with(func(s *lagrange.Settings) {
			s.Model, s.Horizon, s.Steps = "lnn", 0.5, 9
		})},
		"lnn: noisy windows": {noisy(recording("pendulum", 6, 100, false, 0.05), 0.3),
			with(func(s *lagrange.Settings) { s.Horizon, s.Objective = 0.5, lagrange.Windows })},
		"lnn: plain head, friction, forces": {driven(), with(func(s *lagrange.Settings) {
			s.Head,
				s.Friction = model.Plain, model.Both
		})},
		"lnn: given up twice": {single, unlucky()},
		"lnn: ignorable": {recording("kepler", 9, 30, true, 0.05),
			with(func(s *lagrange.Settings) { newton(s); s.Model, s.Cyclic = "lnn", []string{"phi"} })},
		"hnn": {accelerated, of("hnn")},
		"hnn: Gauss–Newton": {single, with(func(s *lagrange.Settings) {
			newton(s)
			s.Model, s.Hidden = "hnn", []int{6}
		})},
		"delan": {accelerated, of("delan")},
		"nn: Gauss–Newton": {single, with(func(s *lagrange.Settings) {
			newton(s)
			s.Model, s.Hidden = "nn", []int{6}
		})},
		"node":                {swings, of("node")},
		"graph: Gauss–Newton": {beads(6, 12, ringOf(6)), ring},
		"graph: Adam": {beads(6, 12, ringOf(6)),
			with(func(s *lagrange.Settings) { *s = ring; s.Method = train.Adam })},
		"ensemble": {accelerated,
			with(func(s *lagrange.Settings) { *s = adam; s.Ensemble = 3 })},
		"conditions": {springs(true), adam},
	}
}

// interrupted are those of the short runs that are stopped half way, too: they go through all stages.
var interrupted = []string{"lnn: convex start, windows, long arcs", "lnn: given up twice", "lnn: warm-up, Kaczmarz",
	"nn: Gauss–Newton", "ensemble", "conditions"}

// fingerprint is that of the parameters of all networks of a model.
func fingerprint(m *lagrange.Model) string {
	h := sha256.New()
	for _, k := range m.Members() {
		binary.Write(h, binary.LittleEndian, k.Theta()) // to memory: cannot fail
	}
	return hex.EncodeToString(h.Sum(nil))[:16]
}

// Short runs of everything end at the bits that they ended at before, on a processor of the same instruction set; and,
// of those that stop half way, after going on from there.
func TestGolden(t *testing.T) {
	if testing.Short() {
		t.Skip("seconds of training")
	}
	path := filepath.Join("testdata", "golden.json")
	was := map[string]map[string]string{}
	if text, err := os.ReadFile(path); err == nil {
		if err := json.Unmarshal(text, &was); err != nil {
			t.Fatal(err)
		}
	}
	level := isa.Best.String()
	want, now := was[level], map[string]string{}
	for name, g := range goldens() {
		begin := time.Now()
		m := fit(t, g.set, g.s)
		t.Logf("%s: %.1f s", name, time.Since(begin).Seconds())
		if now[name] = fingerprint(m); now[name] != want[name] && want != nil && !*renew {
			t.Errorf("%s ends elsewhere: %s, and was %s", name, now[name], want[name])
		}
		if !slices.Contains(interrupted, name) {
			continue
		}
		halved := g.s
		halved.Checkpoint, halved.Resume = filepath.Join(t.TempDir(), "c"), true
		ctx, cancel := context.WithCancel(t.Context())
		halved.On = func(p lagrange.Progress) {
			if 2*p.Step >= p.Steps {
				cancel()
			}
		}
		_, err := lagrange.Fit(ctx, g.set, halved)
		if cancel(); err == nil {
			t.Errorf("%s: not interrupted", name)
		}
		halved.On = nil
		if got := fingerprint(fit(t, g.set, halved)); got != now[name] {
			t.Errorf("%s: interrupted half way it ends elsewhere: %s, not %s", name, got, now[name])
		}
	}
	switch {
	case *renew:
		was[level] = now
		text, err := json.MarshalIndent(was, "", "\t")
		if err == nil {
			err = os.WriteFile(path, fmt.Appendf(text, "\n"), 0o666)
		}
		if err != nil {
			t.Fatal(err)
		}
	case want == nil:
		t.Logf("no fingerprints for %s processors", level)
	}
}

package sweep

import (
	"bytes"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"strings"
	"testing"
)

// value is a measure that depends on the trial's arguments alone.
func value(args []string) float64 {
	h := fnv.New32()
	fmt.Fprint(h, args)
	return float64(h.Sum32()%1000) / 1000
}

// played runs a sweep by hand: trials end in an order drawn from a seed, one in nine without a measure.
func played(t *testing.T, text string, order uint64) *Sweep {
	t.Helper()
	s, err := New(parsed(t, text), "v1", nil)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(s.Points()); s.waits() && n != s.File.Batch {
		t.Fatalf("%d points were decided before any result, of batches of %d", n, s.File.Batch)
	}
	r := rand.New(rand.NewPCG(order, 1))
	open := s.Due()
	met := map[string]bool{}
	for len(open) > 0 {
		i := r.IntN(len(open))
		trial := open[i]
		open = append(open[:i], open[i+1:]...)
		if met[trial.ID] {
			t.Fatalf("%s was due twice", trial.ID)
		}
		met[trial.ID] = true
		v := value(trial.Args)
		result := Result{ID: trial.ID, Value: &v}
		if int(v*1000)%9 == 0 {
			result = Result{ID: trial.ID, Errors: []string{"no"}}
		}
		if !s.Add(result) || s.Add(result) {
			t.Fatalf("%s: a result counts once", trial.ID)
		}
		best, leader := s.Best(), []Row{}
		if r, ok := s.Leader(); ok {
			leader = append(leader, r)
		}
		if rowsOf(leader) != rowsOf(append([]Row{}, best[:min(1, len(best))]...)) {
			t.Fatalf("%s leads, and the best is %s", rowsOf(leader), rowsOf(best))
		}
		open = append(open, s.Due()...)
	}
	if !s.Over() {
		t.Fatal("nothing is due, and it is not over")
	}
	return s
}

// rowsOf writes rows with their numbers.
func rowsOf(rows []Row) string {
	text, err := json.Marshal(rows)
	if err != nil {
		panic(err)
	}
	return string(text)
}

func csvOf(t *testing.T, s *Sweep) string {
	var b bytes.Buffer
	if err := s.WriteCSV(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestOrder has trials end in many orders: what is decided and the table are the same to the byte, for all samplers,
// with and without halving.
func TestOrder(t *testing.T) {
	for _, sampler := range []string{"random", "sobol", "grid", "tpe", "cma-es"} {
		for _, more := range []string{"", "[halving]\nsteps = 10\nrungs = 3\n"} {
			text := strings.NewReplacer(`"random"`, fmt.Sprintf("%q", sampler), "points = 6", "points = 30",
				"batch = 2", "batch = 5").Replace(valid) + more
			first := played(t, text, 1)
			for order := range uint64(5) {
				s := played(t, text, order+2)
				if csvOf(t, s) != csvOf(t, first) || fmt.Sprint(s.Points()) != fmt.Sprint(first.Points()) {
					t.Fatalf("%s%s: another order gives another table", sampler, more)
				}
			}
			if ended, _, decided := first.Ended(); ended != decided {
				t.Errorf("%s: %d ended of %d", sampler, ended, decided)
			}
		}
	}
}

// TestHalving counts trials and steps: of ten points four go on, and two of these, each from its own model and with
// the steps that are missing; who goes on has the smaller medians.
func TestHalving(t *testing.T) {
	text := strings.NewReplacer("points = 6", "points = 10", "batch = 2", "batch = 10").Replace(valid) +
		"[halving]\nsteps = 10\nrungs = 3\n"
	s, err := New(parsed(t, text), "v1", nil)
	if err != nil {
		t.Fatal(err)
	}
	if s.Trials() != 2*(10+4+2) {
		t.Errorf("%d trials", s.Trials())
	}
	for rung, want := range []int{10, 4, 2} {
		due := s.Due()
		if len(due) != 2*want {
			t.Fatalf("rung %d: %d trials are due, want %d", rung, len(due), 2*want)
		}
		for _, trial := range due {
			if want := []int{10, 20, 60}[rung]; trial.Args[len(trial.Args)-1] != fmt.Sprintf("--steps=%d", want) {
				t.Errorf("%s: %v", trial.ID, trial.Args)
			}
			if from := fmt.Sprintf("p%d-s%d-r%d", trial.Point, trial.Seed, rung-1); rung > 0 && trial.From != from {
				t.Errorf("%s goes on from %s", trial.ID, trial.From)
			}
			if trial.Point >= want {
				t.Errorf("point %d goes on", trial.Point)
			}
			v := float64(trial.Point)
			s.Add(Result{ID: trial.ID, Value: &v})
		}
	}
	if best := s.Best(); best[0].Point != 0 || best[0].Steps != 90 {
		t.Errorf("best %+v", best[0])
	}
}

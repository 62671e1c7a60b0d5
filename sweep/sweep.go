package sweep

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Sweep is a sweep under way: what was decided, what came of it, and what is due next. All of it follows from the file
// and the results, whatever their order.
type Sweep struct {
	File    *File
	ID      string
	Program string // version
	History bool   // how trainings went is kept on the board, as the file ID/history of each trial

	args       []string          // of the file, with recordings by their names on the board
	files      map[string]string // recordings: name among args, name as an object
	recordings map[string]string // name as an object, path here
	simulated  []byte

	sampler Sampler
	points  []Decided
	batches []*batch
	waiting int // trials without a result
	results map[string]Result
	leader  *Row // the best point so far; nil: none has a measure
	due     []Trial
}

// Decided is a point and why it was taken.
type Decided struct {
	At  Point     `json:"point"`
	X   []float64 `json:"x"`
	Why string    `json:"why"`
}

// batch are points first, first+1, … of one decision; alive are those on the rung that is under way.
type batch struct {
	first, count int
	alive        []int
	rung         int
	waiting      map[string]bool // trials without a result
	over         bool
}

// Simulated is the name of the recording that a sweep file has simulated.
const Simulated = "simulated.csv"

// New begins a sweep by a version of the program. Recordings among the arguments are read, for their fingerprints;
// simulate gives the one that the file has simulated.
func New(f *File, program string, simulate func(args []string) ([]byte, error)) (*Sweep, error) {
	s := &Sweep{File: f, Program: program, results: map[string]Result{}}
	var err error
	if s.sampler, err = samplers[f.Sampler](f); err != nil {
		return nil, f.wrong("sampler", "%v", err)
	}
	if len(f.Simulate) > 0 {
		if s.simulated, err = simulate(f.Simulate); err != nil {
			return nil, f.wrong("simulate", "simulate: %v", err)
		}
	}
	if err := s.locate(); err != nil {
		return nil, err
	}
	sum := sha256.New()
	fmt.Fprintf(sum, "%s\n%s\n%q\n", f.Text, program, s.args)
	for _, name := range s.args {
		fmt.Fprintln(sum, s.files[name])
	}
	base := strings.TrimSuffix(filepath.Base(f.Path), filepath.Ext(f.Path))
	base = regexp.MustCompile(`[^A-Za-z0-9]+`).ReplaceAllString(base, "-")
	s.ID = fmt.Sprintf("%.20s-%s", strings.Trim(base, "-"), hex.EncodeToString(sum.Sum(nil))[:10])
	s.advance()
	return s, nil
}

// locate finds the recordings among the arguments: whatever is a file beside the sweep file. On the board they go by
// their contents, and in a trial by their last name.
func (s *Sweep) locate() error {
	s.files, s.recordings = map[string]string{}, map[string]string{}
	for _, arg := range s.File.Args {
		if arg == Simulated && s.simulated != nil {
			s.files[arg] = objectOf(s.simulated)
			s.args = append(s.args, arg)
			continue
		}
		path := arg
		if !filepath.IsAbs(path) {
			path = filepath.Join(s.File.Folder(), arg)
		}
		if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
			s.args = append(s.args, arg)
			continue
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return s.File.wrong("args", "%v", err)
		}
		name, object := filepath.Base(arg), objectOf(text)
		if have, ok := s.files[name]; ok && have != object {
			return s.File.wrong("args", "two recordings have the name %s: give them different names", name)
		}
		s.files[name], s.recordings[object] = object, path
		s.args = append(s.args, name)
	}
	return nil
}

// objectOf names a recording by its contents.
func objectOf(text []byte) string {
	sum := sha256.Sum256(text)
	return "recording-" + hex.EncodeToString(sum[:])
}

// waits says whether the decisions of a batch need the results of those before.
func (s *Sweep) waits() bool { return s.File.Sampler == "tpe" || s.File.Sampler == "cma-es" }

// ahead is how many trials may wait at a time of a sampler that needs no results.
const ahead = 20_000

// advance decides what can be decided.
func (s *Sweep) advance() {
	for len(s.points) < s.File.Points {
		if n := len(s.batches); n > 0 && s.waits() && !s.batches[n-1].over {
			return
		}
		if s.waiting >= ahead {
			return
		}
		n := len(s.points)
		count := min(s.File.Batch, s.File.Points-n)
		b := &batch{first: n, count: count}
		for i, d := range s.sampler.Next(n, count, s.seen()) {
			s.points = append(s.points, Decided{s.File.point(d.X), d.X, d.Why})
			b.alive = append(b.alive, n+i)
		}
		s.batches = append(s.batches, b)
		s.begin(b)
	}
}

// begin makes the trials of a batch's rung due.
func (s *Sweep) begin(b *batch) {
	b.waiting = map[string]bool{}
	for _, i := range b.alive {
		for seed := 1; seed <= s.File.Seeds; seed++ {
			t := s.trial(i, seed, b.rung)
			s.due = append(s.due, t)
			b.waiting[t.ID] = true
			s.waiting++
		}
	}
}

// Due are the trials that are to be posted, each once: those that are decided and have no result.
func (s *Sweep) Due() []Trial {
	due := slices.DeleteFunc(s.due, func(t Trial) bool { _, ended := s.results[t.ID]; return ended })
	for i := range due {
		due[i].History = s.History
	}
	s.due = nil
	return due
}

// Over says whether every trial has ended.
func (s *Sweep) Over() bool {
	return len(s.points) == s.File.Points && !slices.ContainsFunc(s.batches, func(b *batch) bool { return !b.over })
}

// Add takes a result, and says whether it is news.
func (s *Sweep) Add(r Result) bool {
	var point int
	if n, err := fmt.Sscanf(r.ID, "p%d-", &point); n != 1 || err != nil || point/s.File.Batch >= len(s.batches) {
		return false
	}
	b := s.batches[point/s.File.Batch]
	if !b.waiting[r.ID] {
		return false
	}
	s.results[r.ID] = r
	delete(b.waiting, r.ID)
	s.waiting--
	s.lead(point)
	if len(b.waiting) == 0 {
		s.ended(b)
	}
	return true
}

// ended goes on with a batch whose rung has ended.
func (s *Sweep) ended(b *batch) {
	if b.over = s.File.last(b.rung); !b.over {
		slices.SortStableFunc(b.alive, func(i, j int) int { return cmp.Compare(s.loss(i, b.rung), s.loss(j, b.rung)) })
		b.alive = b.alive[:s.File.Halving.survivors(len(b.alive))]
		b.alive = slices.DeleteFunc(b.alive, func(i int) bool { return math.IsInf(s.loss(i, b.rung), 1) })
		slices.Sort(b.alive)
		if b.over = len(b.alive) == 0; !b.over {
			b.rung++
			s.begin(b)
		}
	}
	s.advance()
}

// loss is that of a point on a rung: the median over its seeds, +Inf where half of them failed.
func (s *Sweep) loss(point, rung int) float64 {
	var xs []float64
	for seed := 1; seed <= s.File.Seeds; seed++ {
		xs = append(xs, s.results[s.File.trialID(point, seed, rung)].loss(s.File.Goal))
	}
	return median(xs)
}

func median(xs []float64) float64 {
	xs = slices.Sorted(slices.Values(xs))
	n := len(xs)
	if n%2 == 1 {
		return xs[n/2]
	}
	return (xs[n/2-1] + xs[n/2]) / 2
}

// reached is the highest rung on which a point has all its results; −1: none.
func (s *Sweep) reached(point int) int {
	for r := s.File.rungs() - 1; r >= 0; r-- {
		all := true
		for seed := 1; seed <= s.File.Seeds && all; seed++ {
			_, all = s.results[s.File.trialID(point, seed, r)]
		}
		if all {
			return r
		}
	}
	return -1
}

// seen are the points of the batches that are over, in their order. Of halving a sampler sees their places: whoever
// came further is better, and on the same rung whoever has the smaller loss.
func (s *Sweep) seen() (all []Seen) {
	if !s.waits() {
		return nil
	}
	for _, b := range s.batches {
		for i := b.first; i < b.first+b.count; i++ {
			all = append(all, Seen{s.points[i].X, s.loss(i, max(0, s.reached(i))), s.points[i].At})
		}
	}
	if s.File.Halving == nil {
		return all
	}
	order := make([]int, len(all))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int {
		return cmp.Or(cmp.Compare(s.reached(j), s.reached(i)), cmp.Compare(all[i].Loss, all[j].Loss))
	})
	for place, i := range order {
		all[i].Loss = float64(place)
	}
	return all
}

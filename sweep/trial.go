package sweep

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Trial is one run of the program: all that a worker needs to know.
type Trial struct {
	Sweep   string            `json:"sweep"` // ID of the sweep
	ID      string            `json:"id"`    // p12-s3, and -r1 of a rung: unique in the sweep
	Point   int               `json:"point"`
	Seed    int               `json:"seed"`
	Rung    int               `json:"rung,omitempty"`
	Run     string            `json:"run"`
	Args    []string          `json:"args"`
	From    string            `json:"from,omitempty"` // trial whose model it goes on from
	Files   map[string]string `json:"files"`          // recordings: name among Args, name as an object
	Measure string            `json:"measure"`
	History bool              `json:"history,omitempty"` // how the training went is kept, too
	Cores   int               `json:"cores"`
	Limit   Span              `json:"limit,omitempty"`
	Program string            `json:"program"` // version of the program that decided it
}

// trialID names a trial.
func (f *File) trialID(point, seed, rung int) string {
	id := fmt.Sprintf("p%d-s%d", point, seed)
	if f.Halving != nil {
		id += fmt.Sprintf("-r%d", rung)
	}
	return id
}

// trial is that of a point, a seed and a rung.
func (s *Sweep) trial(point, seed, rung int) Trial {
	f := s.File
	t := Trial{Sweep: s.ID, ID: f.trialID(point, seed, rung), Point: point, Seed: seed, Rung: rung, Run: f.Run,
		Files: s.files, Measure: f.Measure, Cores: f.Cores, Limit: f.Limit, Program: s.Program}
	t.Args = append(append(t.Args, s.args...), s.points[point].At.Args()...)
	t.Args = append(t.Args, "--seed="+strconv.Itoa(seed))
	if h := f.Halving; h != nil {
		t.Args = append(t.Args, "--steps="+strconv.Itoa(h.steps(rung)))
		if rung > 0 {
			t.From = f.trialID(point, seed, rung-1)
		}
	}
	return t
}

// Result is how a trial ended.
type Result struct {
	ID      string          `json:"id"`
	Value   *float64        `json:"value"` // the measure; nil where there is none
	Numbers json.RawMessage `json:"numbers,omitempty"`
	Errors  []string        `json:"errors,omitempty"` // of its tries; where Value is nil the last is why
	Seconds float64         `json:"seconds"`          // of the try that ended it
	Worker  string          `json:"worker"`
	Tries   int             `json:"tries"` // how often it was begun
}

// Failed says whether the trial has no measure.
func (r Result) Failed() bool { return r.Value == nil }

// loss is the measure after the goal: less is better.
func (r Result) loss(goal string) float64 {
	switch {
	case r.Value == nil || math.IsNaN(*r.Value):
		return math.Inf(1)
	case goal == "max":
		return -*r.Value
	}
	return *r.Value
}

// Measured takes the number at a path, such as models.lnn.rmse_q.0, out of what --json printed. The mean is taken of a
// list of numbers.
func Measured(numbers []byte, path string) (float64, error) {
	var v any
	if err := json.Unmarshal(numbers, &v); err != nil {
		return 0, fmt.Errorf("what it printed is no JSON: %w", err)
	}
	seen := ""
	for _, key := range strings.Split(path, ".") {
		var next any
		ok := false
		switch x := v.(type) {
		case map[string]any:
			next, ok = x[key]
		case []any:
			i, err := strconv.Atoi(key)
			if ok = err == nil && i >= 0 && i < len(x); ok {
				next = x[i]
			}
		}
		if !ok {
			return 0, fmt.Errorf("measure %s: no %s in %s", path, key, keys(v, seen))
		}
		v, seen = next, strings.TrimPrefix(seen+"."+key, ".")
	}
	switch x := v.(type) {
	case float64:
		return x, nil
	case []any:
		sum := 0.0
		for _, e := range x {
			y, ok := e.(float64)
			if !ok {
				return 0, fmt.Errorf("measure %s: a list of what are no numbers", path)
			}
			sum += y
		}
		if len(x) > 0 {
			return sum / float64(len(x)), nil
		}
	}
	return 0, fmt.Errorf("measure %s is no number, but %s", path, keys(v, seen))
}

// keys says what can be asked for at a place of what was printed.
func keys(v any, at string) string {
	if at == "" {
		at = "the output"
	}
	switch x := v.(type) {
	case map[string]any:
		names := make([]string, 0, len(x))
		for k := range x {
			names = append(names, k)
		}
		slices.Sort(names)
		return at + ", which has " + strings.Join(names, ", ")
	case []any:
		return fmt.Sprintf("%s, a list of %d", at, len(x))
	case nil:
		return at + ", which is null"
	}
	return fmt.Sprintf("%s, which is %v", at, v)
}

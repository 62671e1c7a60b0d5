package view

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"lagrange"
	"lagrange/model"
)

// Training is a training under way: it keeps the history beside the model, and what a page shows is made of the lines
// of that history. Its methods may be called from several goroutines.
type Training struct {
	mu    sync.Mutex
	title string
	kept  io.Writer     // the history
	lines []HistoryLine // in it
	more  chan struct{} // closed when there is more to see
	phase string
	says  string
	plan  []Fact
	noise []Fact
	shown bool
}

// The phases of a training.
const (
	Preparing = "preparing"
	Running   = "training"
	Ended     = "ended"
	Failed    = "failed" // or interrupted
)

// NewTraining begins one whose history goes on with kept, where these lines stand already.
func NewTraining(title string, kept io.Writer, before []HistoryLine) *Training {
	return &Training{title: title, kept: kept, lines: before, more: make(chan struct{}), phase: Preparing,
		says: "The recording is looked through."}
}

// change does something and tells those who look.
func (t *Training) change(does func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	does()
	close(t.more)
	t.more = make(chan struct{})
}

// Prepares says what goes before the first step, and how much of it is done.
func (t *Training) Prepares(what string, done, all int) {
	t.change(func() {
		t.phase, t.says = Preparing, fmt.Sprintf("Before the first step: %s, %d of %d.", what, done, all)
	})
}

// Planned says how it is to be learned from the recording.
func (t *Training) Planned(p lagrange.Plan) {
	t.change(func() {
		t.plan, t.noise = nil, nil
		for _, l := range p.Lines {
			if !l.Detail {
				t.plan = append(t.plan, Fact{l.What, l.Choice})
			}
		}
		for _, n := range p.Recording.Noise {
			t.noise = append(t.noise, Fact{"noise of " + label(n.Column, n.Unit),
				fmt.Sprintf("%.2g (%.2g to %.2g)", n.Value, n.Low, n.High)})
		}
	})
}

// Add adds a line to the history. That nobody can keep it does not end a training.
func (t *Training) Add(l HistoryLine) {
	t.change(func() {
		t.phase, t.says = Running, ""
		t.lines = append(t.lines, l)
		_ = json.NewEncoder(t.kept).Encode(l)
	})
}

// End says how it ended, and whether the page of the model is now where its own was.
func (t *Training) End(phase, says string, shown bool) {
	t.change(func() { t.phase, t.says, t.shown = phase, says, shown })
}

// Lines are those of the history so far.
func (t *Training) Lines() []HistoryLine {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.lines)
}

// Followed is what a page shows of a training.
type Followed struct {
	Title string  `json:"title"`
	Phase string  `json:"phase"`
	Says  string  `json:"says,omitempty"`
	Shown bool    `json:"shown,omitempty"` // the page of the model is where this one was
	Done  float64 `json:"done"`            // share of the steps of the network under way
	Facts []Fact  `json:"facts"`
	Plan  []Fact  `json:"plan"`
	Plots []Plot  `json:"plots"`
}

// Now is what there is to see, and a channel that is closed when there is more.
func (t *Training) Now() (f Followed, more <-chan struct{}) {
	t.mu.Lock()
	lines := t.lines[:len(t.lines):len(t.lines)] // lines are added, and never changed
	f = Followed{Title: t.title, Phase: t.phase, Says: t.says, Shown: t.shown, Plan: t.plan, Facts: []Fact{}}
	noise, more := t.noise, t.more
	t.mu.Unlock()
	if n := len(lines); n > 0 {
		f.Facts = factsOf(lines)
		f.Done = float64(lines[n-1].Step) / float64(max(1, lines[n-1].Steps))
	}
	f.Facts = append(f.Facts, noise...)
	f.Plots = Histories([]Run{{Lines: lines}})
	return f, more
}

// factsOf are the numbers of the last line, and how fast steps are made.
func factsOf(lines []HistoryLine) (all []Fact) {
	l := lines[len(lines)-1]
	add := func(name, format string, args ...any) { all = append(all, Fact{name, fmt.Sprintf(format, args...)}) }
	add("network", "%s", model.Title(l.Model))
	if l.Steps > l.Step {
		add("step", "%d of %d", l.Step, l.Steps)
		add("time left", "%s", duration(l.Left))
	} else {
		add("step", "%d", l.Step)
	}
	if r := rate(lines); r > 0 {
		add("steps a second", "%.3g", r)
	}
	add("time used", "%s", duration(l.Elapsed))
	number := func(name string, x *float64) {
		if x != nil {
			add(name, "%.3g", *x)
		}
	}
	if l.Stage != "" {
		add("stage", "%s", l.Stage)
	}
	number("loss", l.Loss)
	number("validation loss", l.Valid)
	if l.Mass != nil {
		add("mass matrix", "%s", strings.TrimPrefix(Masses(*l.Mass), "mass matrix "))
	}
	if l.Restarts > 0 {
		add("given up", "%d, each followed by another seed", l.Restarts)
	}
	return all
}

// rate is how many steps a second the network under way made of late, over some lines; 0: not known yet.
func rate(lines []HistoryLine) float64 {
	const most = 30
	n := len(lines) - 1
	first := n
	for n-first < most && first > 0 && lines[first-1].Model == lines[n].Model &&
		lines[first-1].Elapsed < lines[first].Elapsed && lines[first-1].Step <= lines[first].Step {
		first--
	}
	a, b := lines[first], lines[n]
	if b.Elapsed <= a.Elapsed {
		return 0
	}
	return float64(b.Step-a.Step) / (b.Elapsed - a.Elapsed)
}

func duration(seconds float64) string {
	return time.Duration(seconds * float64(time.Second)).Round(time.Second).String()
}

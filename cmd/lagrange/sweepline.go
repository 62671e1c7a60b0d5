//go:build !nosweep

package main

import (
	"fmt"
	"io"
	"sync"
	"time"

	"lagrange/sweep"
)

// sweepLine shows how a sweep goes: a live line in a terminal, a plain one for each trial elsewhere.
type sweepLine struct {
	mu      sync.Mutex
	w       io.Writer
	p       *progress
	s       *sweep.Sweep
	begin   time.Time
	all     int // trials
	ended   int
	failed  int
	before  int // trials that had ended when this process began
	running int
	best    string
}

func newSweepLine(w io.Writer, s *sweep.Sweep) *sweepLine {
	ended, failed, _ := s.Ended()
	return &sweepLine{w: w, p: newProgress(w, ""), s: s, begin: time.Now(), all: s.Trials(), ended: ended,
		failed: failed, before: ended}
}

// event is told by the workers of this process.
func (l *sweepLine) event(e sweep.Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case e.Note != "":
		l.p.close()
		fmt.Fprintf(l.w, "%s: %s\n", e.Trial.ID, e.Note)
	case e.Result != nil:
		l.running--
	default:
		l.running++
	}
	l.show()
}

// result is told by the sweep.
func (l *sweepLine) result(r *sweep.Result) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if r == nil {
		l.show()
		return
	}
	l.ended++
	if r.Failed() {
		l.failed++
		l.p.close()
		fmt.Fprintf(l.w, "%s failed: %s\n", r.ID, r.Errors[len(r.Errors)-1])
	}
	if best, ok := l.s.Leader(); ok {
		l.best = fmt.Sprintf("best %.4g at point %d", *best.Median, best.Point)
	}
	switch {
	case l.p.width != nil || r.Failed():
	case l.s.File.Page():
		fmt.Fprintf(l.w, "%d/%d  %s\n", l.ended, l.all, l.s.Experiment(*r))
	default:
		fmt.Fprintf(l.w, "%d/%d  %s %.6g  %s\n", l.ended, l.all, r.ID, *r.Value, l.best)
	}
	l.show()
}

// show draws the live line.
func (l *sweepLine) show() {
	if l.p.width == nil {
		return
	}
	parts := []string{fmt.Sprintf("trials %d/%d", l.ended, l.all)}
	if l.running > 0 {
		parts = append(parts, fmt.Sprintf("%d running", l.running))
	}
	if done := l.ended - l.before; done > 0 {
		left := time.Since(l.begin) / time.Duration(done) * time.Duration(l.all-l.ended)
		parts = append(parts, "left "+left.Round(time.Second).String())
	}
	if l.failed > 0 {
		parts = append(parts, fmt.Sprintf("%d failed", l.failed))
	}
	if l.best != "" {
		parts = append(parts, l.best)
	}
	l.p.begun = true
	fmt.Fprint(l.w, "\r", fitted(parts, l.p.width()-1))
}

func (l *sweepLine) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.p.close()
}

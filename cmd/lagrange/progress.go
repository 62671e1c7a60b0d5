package main

import (
	"fmt"
	"io"
	"math"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"lagrange"
)

// progress shows how training goes: a live line in a terminal, a plain one now and then elsewhere.
type progress struct {
	w     io.Writer
	title string
	bar   *progressbar.ProgressBar
	live  bool
	last  time.Time
	given int // trainings given up
}

func newProgress(w io.Writer, title string) *progress {
	f, ok := w.(*os.File)
	return &progress{w: w, title: title, live: ok && term.IsTerminal(int(f.Fd())), last: time.Now()}
}

func (p *progress) step(s lagrange.Progress) {
	if s.Restarts != p.given {
		p.close()
		p.bar, p.given = nil, s.Restarts
		fmt.Fprintf(p.w, "%s  given up; another seed\n", p.title)
	}
	wait := 100 * time.Millisecond
	if !p.live {
		wait = 5 * time.Second
	}
	if time.Since(p.last) < wait && s.Step < s.Steps {
		return
	}
	p.last = time.Now()
	valid := "–"
	if !math.IsNaN(s.Valid) {
		valid = fmt.Sprintf("%.3g", s.Valid)
	}
	text := fmt.Sprintf("%s  loss %.3g  validation %s", p.title, s.Loss, valid)
	if s.Mass != nil {
		text += fmt.Sprintf("  M ≥ %.2g, condition %.2g", s.Mass.MinEigenvalue, s.Mass.MaxCondition)
	}
	if !p.live {
		fmt.Fprintf(p.w, "%s  step %d/%d  left %s\n", text, s.Step, s.Steps, s.Left.Round(time.Second))
		return
	}
	if p.bar == nil {
		p.bar = progressbar.NewOptions(s.Steps, progressbar.OptionSetWriter(p.w), progressbar.OptionShowCount(),
			progressbar.OptionSetPredictTime(true), progressbar.OptionFullWidth(), progressbar.OptionSetRenderBlankState(true))
	}
	p.bar.Describe(text)
	p.bar.Set(s.Step) // to a terminal: nothing to be done about an error
}

func (p *progress) close() {
	if p.bar != nil {
		p.bar.Exit()
		fmt.Fprintln(p.w)
	}
}

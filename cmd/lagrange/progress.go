package main

import (
	"fmt"
	"io"
	"math"
	"os"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/term"

	"lagrange"
	"lagrange/model"
	"lagrange/view"
)

// progress shows how training goes: a live line in a terminal, a plain one now and then elsewhere.
type progress struct {
	w     io.Writer
	title string
	width func() int // of the terminal, asked for each time since people resize it; nil: w is none
	begun bool       // the live line is there
	last  time.Time
	given int // trainings given up
}

func newProgress(w io.Writer, title string) *progress {
	p := &progress{w: w, title: title, last: time.Now()}
	if f, ok := terminal(w); ok {
		p.width = func() int {
			width, _, err := term.GetSize(int(f.Fd()))
			if err != nil || width <= 0 {
				return 80
			}
			return width
		}
	}
	return p
}

// terminal is the terminal that a stream leads to, where it does.
func terminal(stream any) (f *os.File, ok bool) {
	f, ok = stream.(*os.File)
	return f, ok && term.IsTerminal(int(f.Fd()))
}

// How training may be told.
const inText, inJSON = "text", "json"

var progresses = []string{inText, inJSON}

// inLines hands on progress in lines, and the last of each network: ten a second at most, and of a training of more
// than some minutes a thousandth of its time apart, so that a line of it is as good as any.
func inLines(take func(view.HistoryLine)) func(lagrange.Progress) {
	var last time.Time
	return func(s lagrange.Progress) {
		if time.Since(last) < max(100*time.Millisecond, s.Elapsed/1000) && s.Step < s.Steps {
			return
		}
		last = time.Now()
		take(view.LineOf(s))
	}
}

// shown shows one network after the other. done ends it.
func shown(w io.Writer) (step func(lagrange.Progress), done func()) {
	p, of := newProgress(w, ""), ""
	return func(s lagrange.Progress) {
		if s.Model != of {
			p.close()
			p, of = newProgress(w, model.Title(s.Model)), s.Model
		}
		p.step(s)
	}, func() { p.close() }
}

func (p *progress) step(s lagrange.Progress) {
	if s.Restarts != p.given {
		p.close()
		p.given = s.Restarts
		fmt.Fprintf(p.w, "%s  given up; another seed\n", p.title)
	}
	if !p.due() && s.Step < s.Steps {
		return
	}
	// what matters most comes first, for a narrow terminal has room for no more
	parts := []string{p.title, fmt.Sprintf("step %d/%d", s.Step, s.Steps), "left " + s.Left.Round(time.Second).String(),
		strings.TrimSpace(fmt.Sprintf("%s loss %.3g", s.Stage, s.Loss))}
	if !math.IsNaN(s.Valid) {
		parts = append(parts, fmt.Sprintf("validation %.3g", s.Valid))
	}
	if s.Mass != nil {
		parts = append(parts, view.Masses(*s.Mass))
	}
	p.show(parts)
}

// due says whether it is time for another line.
func (p *progress) due() bool {
	wait := 100 * time.Millisecond
	if p.width == nil {
		wait = 5 * time.Second
	}
	return time.Since(p.last) >= wait
}

// show writes a line, or writes over the live one.
func (p *progress) show(parts []string) {
	p.last = time.Now()
	if p.width == nil {
		fmt.Fprintln(p.w, strings.Join(parts, "  "))
		return
	}
	p.begun = true
	fmt.Fprint(p.w, "\r", fitted(parts, p.width()-1)) // the last column stays free: some terminals wrap behind it
}

// fitted joins the first parts that a line of width letters has room for, the first one shortened if need be, and fills
// the line with blanks.
func fitted(parts []string, width int) string {
	width = max(width, 0)
	line := []rune(parts[0])
	line = line[:min(len(line), width)]
	for _, part := range parts[1:] {
		if len(line)+2+utf8.RuneCountInString(part) > width {
			break
		}
		line = append(line, []rune("  "+part)...)
	}
	return string(line) + strings.Repeat(" ", width-len(line))
}

// preparing shows what goes before the first step, where that takes more than a second: in a terminal as it goes on,
// elsewhere when it begins and now and then.
func preparing(w io.Writer) (show func(what string, done, all int), done func()) {
	p, of, begin := newProgress(w, ""), "", time.Now()
	return func(what string, done, all int) {
		if time.Since(begin) < time.Second || what == of && !p.due() {
			return
		}
		of = what
		p.show([]string{what, fmt.Sprintf("%d/%d", done, all)})
	}, p.close
}

// close ends the live line, if it is there.
func (p *progress) close() {
	if p.begun {
		fmt.Fprintln(p.w)
		p.begun = false
	}
}

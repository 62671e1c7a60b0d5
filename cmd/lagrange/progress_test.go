package main

import (
	"bytes"
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"lagrange"
	"lagrange/eval"
	"lagrange/view"
)

// screen is what a terminal of a width shows of a text, and how many lines it has begun: a letter behind the last
// column goes to the next.
func screen(text string, width int) (lines []string) {
	line, at := []rune{}, 0
	flush := func() { lines, line, at = append(lines, strings.TrimRight(string(line), " ")), nil, 0 }
	for _, r := range text {
		switch {
		case r == '\r':
			at = 0
			continue
		case r == '\n':
			flush()
			continue
		case at == width:
			flush()
		}
		line = append(line[:at:at], append([]rune{r}, line[min(at+1, len(line)):]...)...)
		at++
	}
	return append(lines, strings.TrimRight(string(line), " "))
}

// However wide the terminal, and whenever it is resized, all refreshes are one line on which nothing of an earlier one
// is left, with as much as it has room for, the steps before the loss.
func TestProgressLine(t *testing.T) {
	long := lagrange.Progress{Model: "lnn", Stage: "windows", Step: 600, Steps: 1000, Loss: 1.23456e-5,
		Valid: 2.34567e-5, Left: time.Minute,
		Mass: &eval.Mass{MinEigenvalue: 0.00123, MaxCondition: 123456}}
	short := long
	short.Mass, short.Valid, short.Loss, short.Step = nil, math.NaN(), 1, 7
	for _, width := range []int{1, 2, 20, 40, 80, 200} {
		var b bytes.Buffer
		p := &progress{w: &b, title: "Lagrangian network", width: func() int { return width }}
		for _, s := range []lagrange.Progress{short, long, long, short} {
			p.last = time.Time{}
			p.step(s)
		}
		lines := screen(b.String(), width)
		want := "Lagrangian network  step 7/1000  left 1m0s  windows loss 1"
		if width < 60 {
			want = "Lagrangian network  step 7/1000"
		}
		if width < 30 {
			want = "Lagrangian network"[:min(18, width-1)]
		}
		if !slices.Equal(lines, []string{want}) {
			t.Errorf("width %d shows %q, want %q", width, lines, want)
		}
		p.close()
		if lines := screen(b.String(), width); len(lines) != 2 || lines[1] != "" {
			t.Errorf("width %d: in the end %q", width, lines)
		}
		if width == 200 {
			want := "Lagrangian network  step 600/1000  left 1m0s  windows loss 1.23e-05  validation 2.35e-05  " +
				"mass matrix positive definite, smallest eigenvalue 0.0012"
			if text := strings.Split(b.String(), "\r")[2]; strings.TrimRight(text, " ") != want {
				t.Errorf("all of it: %q", text)
			}
		}
	}
	var b bytes.Buffer
	width := 80
	p := &progress{w: &b, title: "Lagrangian network", width: func() int { return width }}
	p.step(long)
	at := b.Len()
	width, p.last = 40, time.Time{}
	if p.step(long); len(screen(b.String()[at:], 40)) != 1 {
		t.Errorf("after the terminal was made narrower: %q", b.String())
	}
}

// Elsewhere than in a terminal there is a whole line now and then.
func TestProgressElsewhere(t *testing.T) {
	var b bytes.Buffer
	p := newProgress(&b, "m")
	s := lagrange.Progress{Step: 1, Steps: 2, Loss: 1, Valid: 2, Left: time.Second}
	p.step(s) // too soon after the start
	s.Step, s.Left = 2, 0
	p.step(s)
	p.close()
	if b.String() != "m  step 2/2  left 0s  loss 1  validation 2\n" {
		t.Errorf("%q", b.String())
	}
}

// Programs read a JSON object a line, without what is no number; lines that follow at once are left out, but not the
// last.
func TestProgressInLines(t *testing.T) {
	var b bytes.Buffer
	step := inLines(func(l view.HistoryLine) { _ = json.NewEncoder(&b).Encode(l) })
	for n := range 5 {
		step(lagrange.Progress{Model: "lnn", Stage: "windows", Step: n, Steps: 4, Loss: math.Inf(1),
			Valid: math.NaN(), Restarts: 1, Elapsed: 1500 * time.Millisecond, Left: time.Second,
			Mass: &eval.Mass{MinEigenvalue: 2}})
	}
	lines := strings.Split(b.String(), "\n")
	if len(lines) != 3 || lines[2] != "" {
		t.Fatalf("%q", lines)
	}
	var got view.HistoryLine
	if err := json.Unmarshal([]byte(lines[1]), &got); err != nil {
		t.Fatal(err)
	}
	if got.Model != "lnn" || got.Stage != "windows" || got.Step != 4 || got.Steps != 4 || got.Loss != nil ||
		got.Valid != nil || got.Restarts != 1 || got.Elapsed != 1.5 || got.Left != 1 || got.Mass.MinEigenvalue != 2 {
		t.Errorf("%s", lines[1])
	}
}

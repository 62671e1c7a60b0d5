package main

import (
	"strings"
	"testing"
	"time"
)

func TestClock(t *testing.T) {
	for d, want := range map[time.Duration]string{
		90 * time.Second: "1m30s", 2 * time.Minute: "2m", 10 * time.Second: "10s", time.Hour: "1h",
		10*time.Minute + 1: "10m", 90 * time.Minute: "1h30m", 0: "0s",
	} {
		if got := clock(d); got != want {
			t.Errorf("%v: %s, want %s", d, got, want)
		}
	}
}

// Wrapping changes nothing but white space, and no line is too long unless it is a single word.
func TestWrap(t *testing.T) {
	text := "Über  alle\nGipfeln ist Ruh, in allen Wipfeln spürest du kaumeinenHauch"
	for width := 1; width < 80; width++ {
		got := wrap(text, width, "\n")
		if strings.Join(strings.Fields(got), " ") != strings.Join(strings.Fields(text), " ") {
			t.Errorf("%d: %q", width, got)
		}
		for line := range strings.SplitSeq(got, "\n") {
			if len([]rune(line)) > width && strings.Contains(line, " ") {
				t.Errorf("%d: %q is too long", width, line)
			}
		}
	}
	if got := wrap("a bc d", 4, "|"); got != "a bc|d" {
		t.Error(got)
	}
}

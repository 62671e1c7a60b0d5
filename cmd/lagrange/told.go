package main

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// told prints a line of a report, wrapped to 80 columns.
func told(w io.Writer, what, text string) {
	fmt.Fprintf(w, "%-13s %s\n", what, wrap(text, 66, "\n              "))
}

// wrap breaks text between words so that lines are at most width letters long, where words allow.
func wrap(text string, width int, newline string) string {
	var b strings.Builder
	at := 0
	for i, word := range strings.Fields(text) {
		n := utf8.RuneCountInString(word)
		switch {
		case i == 0:
		case at+1+n > width:
			b.WriteString(newline)
			at = 0
		default:
			b.WriteString(" ")
			at++
		}
		b.WriteString(word)
		at += n
	}
	return b.String()
}

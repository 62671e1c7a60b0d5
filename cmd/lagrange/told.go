package main

import (
	"fmt"
	"io"

	"lagrange/data"
)

// told prints a line of a report, wrapped to 80 columns.
func told(w io.Writer, what, text string) {
	fmt.Fprintf(w, "%-13s %s\n", what, wrap(text, 66, "\n              "))
}

// wrap breaks text between words, as reports do.
var wrap = data.Wrap

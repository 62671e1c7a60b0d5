package file

import (
	"io"
	"os"
	"regexp"
)

// KindOf says what kind of Container the file at path begins like: "model", "checkpoint". It is "" for any other file,
// and for one that cannot be read.
func KindOf(path string) string {
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	head, err := io.ReadAll(io.LimitReader(f, maxLine))
	if err != nil {
		return ""
	}
	line, _, err := firstLine(head)
	if err != nil {
		return ""
	}
	return line.kind
}

var unfinished = regexp.MustCompile(`^\.(.+)\.[0-9a-f]{8}\.tmp$`)

// Unfinished says of which file the one of this name is what Write had not finished when the power failed; "" if it is
// none.
func Unfinished(name string) string {
	if m := unfinished.FindStringSubmatch(name); m != nil {
		return m[1]
	}
	return ""
}

package file

import (
	"io"
	"os"
)

// KindOf says what kind of Container the file at path begins like: "model", "checkpoint". It is "" for any other file, and
// for one that cannot be read.
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

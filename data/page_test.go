package data

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the tables of doc/recordings.md from the code")

// wordsTable shows the words and letters that say what a column is.
func wordsTable() string {
	b := &strings.Builder{}
	b.WriteString("| taken for | words in a name | letters, with a number or a name behind |\n|---|---|---|\n")
	for _, role := range []struct{ role, title string }{{RoleTime, "time"}, {roleIndex, "number of a frame or step"},
		{RoleTrajectory, "trajectory"}, {RoleQ, "coordinate"}, {RoleV, "velocity"}, {RoleA, "acceleration"},
		{RoleU, "known force"}, {roleMomentum, "momentum, not read"}} {
		words, short := []string{}, []string{}
		for _, k := range keywords {
			for w := range strings.FieldsSeq(k.words) {
				switch {
				case k.role == role.role && k.angle:
					words = append(words, "*"+w+"*")
				case k.role == role.role:
					words = append(words, w)
				}
			}
		}
		for _, l := range letters {
			switch {
			case l.role == role.role && l.angle:
				short = append(short, "*"+l.word+"*")
			case l.role == role.role:
				short = append(short, l.word)
			}
		}
		fmt.Fprintf(b, "| %s | %s | %s |\n", role.title, strings.Join(words, ", "), strings.Join(short, ", "))
	}
	return b.String()
}

// unitsTable shows the units that are understood.
func unitsTable() string {
	b := &strings.Builder{}
	b.WriteString("| quantity | written as | in the first of them | a turn |\n|---|---|---|---|\n")
	for _, u := range units {
		factor, turn := "not known", ""
		if u.factor != 0 {
			factor = fmt.Sprintf("%.6g", u.factor)
		}
		if u.period != 0 {
			turn = fmt.Sprintf("%.6g", u.period)
		}
		fmt.Fprintf(b, "| %s | %s | %s | %s |\n", u.quantity, strings.ReplaceAll(u.names, "|", ", "), factor, turn)
	}
	return b.String()
}

// The page of recordings shows the tables that the code goes by.
func TestPageOfRecordings(t *testing.T) {
	const path = "../doc/recordings.md"
	read, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	page := string(read)
	for _, part := range []struct{ name, text string }{{"words", wordsTable()}, {"units", unitsTable()}} {
		begin := "<!-- " + part.name + ": written by go test ./data -run Page -update -->\n"
		end := "<!-- end of " + part.name + " -->"
		head, rest, ok := strings.Cut(page, begin)
		old, tail, also := strings.Cut(rest, end)
		switch {
		case !ok || !also:
			t.Fatalf("%s has no part %s", path, part.name)
		case *update:
			page = head + begin + part.text + end + tail
		case old != part.text:
			t.Errorf("%s is not as the code has it: go test ./data -run Page -update", path)
		}
	}
	if *update {
		if err := os.WriteFile(path, []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

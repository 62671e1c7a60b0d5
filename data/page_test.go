package data

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the tables of doc/recordings.md")

// tables are those of doc/recordings.md, made of the tables that the code uses.
func tables() map[string]string {
	code := func(words []string) string { return "`" + strings.Join(words, "` · `") + "`" }
	page := map[string]string{}
	for _, sep := range []byte(tried) {
		page["separators"] += "- " + separators[sep] + "\n"
	}
	page["missing"] = "a blank cell"
	for words := range slices.Chunk(missingWords, 10) {
		page["missing"] += " ·\n" + code(words)
	}
	page["missing"] += "\n"
	page["files"] = "| file | what is read |\n|---|---|\n"
	for _, f := range formats {
		page["files"] += "| " + f.name + " | " + f.holds + strings.ReplaceAll(f.way, "|", "\\|") + " |\n"
	}
	page["times"] = "| written as | for example |\n|---|---|\n"
	for _, s := range stamps {
		page["times"] += "| date and time of day | `" + s.example + "` |\n"
	}
	for _, d := range dates {
		page["times"] += "| date in a column of its own, beside a time of day | `" + d.example + "` |\n"
	}
	page["times"] += "| time of day | `21:07:49.010` · `9:07:49 PM` · `07:49.5` (minutes, seconds) |\n"
	for _, e := range epochs {
		page["times"] += fmt.Sprintf("| %s since 1970 | `%d` |\n", e.name, 1498567200*(second/e.nanoseconds))
	}
	page["steps"] = "| names of columns that count steps |\n|---|\n| " +
		code(append(indexWords(), stepWords...)) + " |\n"
	page["words"], page["units"] = wordsTable(), unitsTable()
	for name, text := range page {
		page[name] = "\n" + text + "\n"
	}
	return page
}

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

// indexWords are those of keywords that count steps.
func indexWords() (words []string) {
	for _, k := range keywords {
		if k.role == roleIndex {
			words = append(words, strings.Fields(k.words)...)
		}
	}
	return words
}

// What the page says is understood is what the code understands. -update writes it.
func TestPage(t *testing.T) {
	const path = "../doc/recordings.md"
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	page, seen := tables(), map[string]bool{}
	got := regexp.MustCompile(`(?s)<!-- (\w+) -->\n(.*?)<!-- end -->`).ReplaceAllStringFunc(string(text),
		func(block string) string {
			name, _, _ := strings.Cut(strings.TrimPrefix(block, "<!-- "), " -->")
			table, known := page[name]
			if seen[name] = true; !known {
				return block // of another test
			}
			return "<!-- " + name + " -->\n" + table + "<!-- end -->"
		})
	for name := range page {
		if !seen[name] {
			t.Errorf("%s has no place for the table of %s", path, name)
		}
	}
	if got == string(text) {
		return
	}
	if !*update {
		t.Fatalf("%s is not what the code understands: run go test ./data -run TestPage -update", path)
	}
	if err := os.WriteFile(path, []byte(got), 0o666); err != nil {
		t.Fatal(err)
	}
}

// Every example of the page is understood.
func TestPageExamples(t *testing.T) {
	for _, s := range stamps {
		example, _, _ := strings.Cut(s.example, " (")
		if _, layout, ok := instant(example, ""); !ok || layout != s.layout {
			t.Errorf("%s is read by %q, not %q", example, layout, s.layout)
		}
	}
	for _, d := range dates {
		example, _, _ := strings.Cut(d.example, " (")
		if _, ok := date(example); !ok {
			t.Errorf("%s is not understood", example)
		}
	}
	for _, w := range missingWords {
		if !isMissing([]byte(strings.ToUpper(w))) {
			t.Errorf("%q is not missing", w)
		}
	}
	if slices.ContainsFunc(formats, func(f format) bool { return (f.read == nil) != (f.way != "") }) {
		t.Error("a format is neither read nor has it a way out")
	}
}

package experiment

import (
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"lagrange/internal/file"
)

// Page writes the page of results again, from what the experiments
// have left in the folder. code is that of the program.
func Page(folder string, experiments []Experiment, code Code) error {
	return page(folder, experiments, nil, code)
}

// page writes the page of results: of what is finished now, and of what other runs have left.
func page(folder string, experiments []Experiment, now []Finished, code Code) error {
	if folder == "" {
		return nil
	}
	var all []Finished
	for _, e := range experiments {
		i := slices.IndexFunc(now, func(f Finished) bool { return f.Run.Name == e.Name })
		if i >= 0 {
			all = append(all, now[i])
		} else if f, ok := finished(Folder(folder, e.Name)); ok {
			all = append(all, f)
		}
	}
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return err
	}
	return file.Write(filepath.Join(folder, "results.md"), func(w io.Writer) error {
		_, err := io.WriteString(w, markdown(experiments, all, code))
		return err
	})
}

// markdown is the page: what each experiment has found beside
// what was published, with its pictures and how to repeat it.
func markdown(experiments []Experiment, all []Finished, code Code) string {
	var b strings.Builder
	b.WriteString("# Results\n\nWhat `lagrange reproduce all` has found, beside what was published; losses stand " +
		"beside wins. This page is generated; the code that wrote it: " + code.String() + ".\n")
	overview := Table{Columns: []string{"experiment", "command", "time", "machine", "code"}}
	of := make([]Experiment, len(all))
	for i, f := range all {
		of[i] = experiments[slices.IndexFunc(experiments, func(e Experiment) bool { return e.Name == f.Run.Name })]
		title := fmt.Sprintf("[%s](#%s)", of[i].Title, anchor(of[i].Title))
		overview.Rows = append(overview.Rows, []string{title, "`" + f.Run.command() + "`", f.clock(), f.Machine,
			f.Run.Code.String()})
	}
	overview.markdown(&b)
	if n := len(experiments) - len(all); n > 0 {
		fmt.Fprintf(&b, "\n%d experiments have not run yet.\n", n)
	}
	for i, f := range all {
		f.markdown(&b, of[i], code)
	}
	return b.String()
}

// anchor is the name under which a heading is linked to.
func anchor(title string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case unicode.IsLetter(r) || unicode.IsDigit(r) || r == '-':
			return unicode.ToLower(r)
		}
		return -1
	}, title)
}

func (f Finished) clock() string {
	text := time.Duration(f.Seconds * float64(time.Second)).Round(time.Second).String()
	switch {
	case f.Run.Code == Code{}:
		return text + " since the last interruption"
	case f.Stops == 1:
		return text + ", interrupted once"
	case f.Stops > 1:
		return fmt.Sprintf("%s, interrupted %d times", text, f.Stops)
	}
	return text
}

func (f Finished) markdown(b *strings.Builder, e Experiment, page Code) {
	fmt.Fprintf(b, "\n## %s\n\n%s\n\n", e.Title, sentence(e.About))
	if f.Err != nil {
		fmt.Fprintf(b, "**Failed:** %v\n\nRepeat it by `%s`.\n", f.Err, f.Run.command())
		return
	}
	fmt.Fprintf(b, "`%s`: seed %d, %s on %s. ", f.Run.command(), f.Run.Seed, f.clock(), f.Machine)
	b.WriteString(f.Run.Code.origin(page))
	if f.Run.Quick {
		b.WriteString(" This is the quick run.")
	}
	b.WriteString("\n")
	for _, t := range f.Tables {
		if t.Title != "" {
			fmt.Fprintf(b, "\n**%s**\n", t.Title)
		}
		t.markdown(b)
	}
	if len(f.Notes) > 0 {
		b.WriteString("\n")
	}
	for _, n := range f.Notes {
		fmt.Fprintf(b, "- %s\n", strings.ReplaceAll(n, "\n", " "))
	}
	for _, name := range f.Figures {
		fmt.Fprintf(b, "\n![%s](%s)\n", name, path.Join("results", f.Run.Name, name+".png"))
	}
}

// markdown writes the table.
func (t Table) markdown(b *strings.Builder) {
	row := func(cells []string) {
		b.WriteString("|")
		for i := range t.Columns {
			cell := ""
			if i < len(cells) {
				cell = strings.ReplaceAll(strings.ReplaceAll(cells[i], "|", `\|`), "\n", " ")
			}
			b.WriteString(" " + cell + " |")
		}
		b.WriteString("\n")
	}
	b.WriteString("\n")
	row(t.Columns)
	row(slices.Repeat([]string{"---"}, len(t.Columns)))
	for _, r := range t.Rows {
		row(r)
	}
}

// sentence makes one of the words of About.
func sentence(about string) string {
	text := strings.Join(strings.Fields(about), " ")
	r, n := utf8.DecodeRuneInString(text)
	if n == 0 {
		return ""
	}
	return string(unicode.ToUpper(r)) + text[n:]
}

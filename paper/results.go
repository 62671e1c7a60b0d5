package paper

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"lagrange/internal/file"
)

// Finished is an experiment that has run, as result.json in its folder keeps it for the page.
type Finished struct {
	Run     Run      `json:"run"`
	Seconds float64  `json:"seconds"` // the clock's, since the last interruption
	Machine string   `json:"machine"`
	Tables  []Table  `json:"tables"`
	Figures []string `json:"figures"`
	Notes   []string `json:"notes"`

	Numbers json.RawMessage `json:"-"` // report.json
	Err     error           `json:"-"` // why there is nothing but it
}

// Run identifies a run: one that has it all in common with another need not be repeated.
type Run struct {
	Name    string  `json:"name"`
	Version string  `json:"version"`
	Seed    uint64  `json:"seed"`
	Quick   bool    `json:"quick"`
	Steps   int     `json:"steps"`
	Budget  float64 `json:"budget"` // seconds
	Models  string  `json:"models,omitempty"`
	Recipe  string  `json:"recipe,omitempty"`
	Seeds   int     `json:"seeds,omitempty"`
}

func (s Settings) run(name string) Run {
	r := Run{Name: name, Version: s.Version, Seed: s.Seed, Quick: s.Quick, Steps: s.Steps, Budget: s.Budget.Seconds()}
	if name == DoublePendulum { // the others have none of these
		r.Models, r.Recipe, r.Seeds = strings.Join(s.Models, ","), s.Recipe, s.Seeds
	}
	return r
}

// command is how to repeat the run.
func (r Run) command() string {
	c := "lagrange reproduce " + r.Name
	if r.Quick {
		c += " --quick"
	}
	if r.Steps > 0 {
		c += fmt.Sprint(" --steps ", r.Steps)
	} else if r.Budget > 0 {
		c += fmt.Sprint(" --budget ", time.Duration(r.Budget*float64(time.Second)))
	}
	for _, flag := range [][2]string{{"models", r.Models}, {"recipe", r.Recipe}} {
		if flag[1] != "" {
			c += " --" + flag[0] + " " + flag[1]
		}
	}
	if r.Seeds > 1 {
		c += fmt.Sprint(" --seeds ", r.Seeds)
	}
	return fmt.Sprint(c, " --seed ", r.Seed)
}

// Folder is where an experiment of a run of all leaves its files; the page of results stands beside the folder "results".
func Folder(folder, name string) string { return filepath.Join(folder, "results", name) }

// Reports reads the reports of the experiments that All has left in a folder, by name.
func Reports(folder string) map[string]json.RawMessage {
	reports := map[string]json.RawMessage{}
	for _, name := range Names() {
		if text, err := os.ReadFile(filepath.Join(Folder(folder, name), "report.json")); err == nil && json.Valid(text) {
			reports[name] = text
		}
	}
	return reports
}

// Done finds the experiments that All need not repeat. Those that are made of others always are, which costs nothing.
func Done(experiments []Experiment, s Settings) map[string]Finished {
	done := map[string]Finished{}
	for _, e := range experiments {
		if e.Derived || s.Folder == "" {
			continue
		}
		if f, ok := finished(Folder(s.Folder, e.Name)); ok && f.Run == s.run(e.Name) {
			done[e.Name] = f
		}
	}
	return done
}

// finished reads back what an experiment has left, if that is all there.
func finished(folder string) (f Finished, ok bool) {
	text, err := os.ReadFile(filepath.Join(folder, "result.json"))
	if err != nil || json.Unmarshal(text, &f) != nil {
		return f, false
	}
	if f.Numbers, err = os.ReadFile(filepath.Join(folder, "report.json")); err != nil || !json.Valid(f.Numbers) {
		return f, false
	}
	for _, name := range f.Figures {
		if _, err := os.Stat(filepath.Join(folder, name+".png")); err != nil {
			return f, false
		}
	}
	return f, true
}

// All runs experiments one after the other, but for those that a run with the same settings has finished in s.Folder, and
// after each writes the page results.md there. One that fails does not keep the others from running; the error tells
// all failures. An interrupted run goes on with the same call, and Settings.Only leaves experiments out that have not run. before hears which experiment starts, and returns its On.
func All(ctx context.Context, experiments []Experiment, s Settings, before func(e Experiment) func(Progress)) ([]Finished, error) {
	var all []Finished
	var fails []error
	done := Done(experiments, s)
	s.Others = map[string]json.RawMessage{}
	for _, e := range experiments {
		f, ok := done[e.Name]
		if s.leavesOut(e.Name) {
			if f, ok = finished(Folder(s.Folder, e.Name)); !ok {
				continue
			}
		}
		if !ok {
			if before != nil {
				s.On = before(e)
			}
			if f = e.finish(ctx, s); f.Err != nil {
				if ctx.Err() != nil {
					return all, f.Err
				}
				fails = append(fails, fmt.Errorf("%s: %w", e.Name, f.Err))
			}
		}
		if all = append(all, f); f.Err == nil {
			s.Others[e.Name] = f.Numbers
		}
		if err := page(s.Folder, experiments, all); err != nil {
			return all, err
		}
	}
	return all, errors.Join(fails...)
}

// leavesOut says whether an experiment may not run.
func (s Settings) leavesOut(name string) bool {
	return len(s.Only) > 0 && !slices.Contains(s.Only, name)
}

// Left is about how long a run of All takes on two cores, as far as it is known, and how many experiments it need not repeat.
func Left(experiments []Experiment, s Settings) (left time.Duration, done int) {
	have := Done(experiments, s)
	for _, e := range experiments {
		if _, ok := have[e.Name]; ok {
			done++
		} else if !s.leavesOut(e.Name) {
			left += e.Takes(s)
		}
	}
	return left, done
}

// finish runs an experiment and notes in its folder that it is done, last of all.
func (e Experiment) finish(ctx context.Context, s Settings) Finished {
	f := Finished{Run: s.run(e.Name), Machine: machine()}
	root := s.Folder
	if root != "" {
		s.Folder = Folder(root, e.Name)
	}
	begin := time.Now()
	r, err := e.Reproduce(ctx, s)
	if err == nil {
		f.Numbers, err = json.Marshal(r.Numbers)
	}
	f.Seconds, f.Tables, f.Figures, f.Notes = time.Since(begin).Seconds(), r.Tables, slices.Sorted(maps.Keys(r.Figures)), r.Notes
	if err == nil && root != "" {
		err = writeJSON(filepath.Join(s.Folder, "result.json"), f)
	}
	f.Err = err
	return f
}

// machine says on what a run runs.
func machine() string {
	cores := "1 core"
	if n := runtime.GOMAXPROCS(0); n > 1 {
		cores = fmt.Sprint(n, " cores")
	}
	return fmt.Sprintf("%s/%s, %s", runtime.GOOS, runtime.GOARCH, cores)
}

// page writes the page of results.
func page(folder string, experiments []Experiment, all []Finished) error {
	if folder == "" {
		return nil
	}
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return err
	}
	return file.Write(filepath.Join(folder, "results.md"), func(w io.Writer) error {
		_, err := io.WriteString(w, markdown(experiments, all))
		return err
	})
}

// markdown is the page: what each experiment has found beside what was published, with its pictures and how to repeat it.
func markdown(experiments []Experiment, all []Finished) string {
	var b strings.Builder
	b.WriteString("# Results\n\nWhat `lagrange reproduce all` has found, beside what was published; losses stand beside wins. This page is generated.\n")
	overview := Table{Columns: []string{"experiment", "command", "time", "machine", "version"}}
	of := make([]Experiment, len(all))
	for i, f := range all {
		of[i] = experiments[slices.IndexFunc(experiments, func(e Experiment) bool { return e.Name == f.Run.Name })]
		title := fmt.Sprintf("[%s](#%s)", of[i].Title, anchor(of[i].Title))
		overview.Rows = append(overview.Rows, []string{title, "`" + f.Run.command() + "`", f.clock(), f.Machine, f.Run.Version})
	}
	overview.markdown(&b)
	if n := len(experiments) - len(all); n > 0 {
		fmt.Fprintf(&b, "\n%d experiments have not run yet.\n", n)
	}
	for i, f := range all {
		f.markdown(&b, of[i])
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
	return time.Duration(f.Seconds * float64(time.Second)).Round(time.Second).String()
}

func (f Finished) markdown(b *strings.Builder, e Experiment) {
	fmt.Fprintf(b, "\n## %s\n\n%s\n\n", e.Title, sentence(e.About))
	if f.Err != nil {
		fmt.Fprintf(b, "**Failed:** %v\n\nRepeat it by `%s`.\n", f.Err, f.Run.command())
		return
	}
	fmt.Fprintf(b, "`%s`: seed %d, %s on %s.", f.Run.command(), f.Run.Seed, f.clock(), f.Machine)
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

// Package page shows a view.Scene: as a page that a server on this machine answers, and as one file that has everything
// in it.
//
// What is drawn is in assets, plain modules without a build: words.js has what all of them use, link.js is the state of
// the page in its address, source.js asks the server or what is frozen in the file, mechanism.js draws what moves,
// film.js makes a film of it, mass.js draws the mass matrix, plots.js draws curves with uPlot, theme.js is dark or
// light, and main.js puts them together; training.js is the page of a training under way.
package page

import (
	"bytes"
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"regexp"
	"strings"

	"lagrange/view"
)

//go:embed assets
var assets embed.FS

// modules are in the order in which one asks for the other.
var modules = []string{"words.js", "link.js", "source.js", "colours.js", "theme.js", "mechanism.js", "film.js",
	"mass.js", "plots.js", "main.js"}

// asset is a file of the page; that it is missing is an error of the program.
func asset(name string) []byte {
	text, err := assets.ReadFile("assets/" + name)
	if err != nil {
		panic("page: " + err.Error())
	}
	return text
}

var layout = template.Must(template.New("page").Parse(string(asset("page.html"))))

// content is what the template asks for.
type content struct {
	About  view.About
	Frozen *Frozen // nil: a server answers
	// of a page in one file: its style and its scripts
	Style         template.CSS
	Plots, Script template.JS
}

// Frozen is all that a page in one file shows.
type Frozen struct {
	Recordings []view.Plot    `json:"recordings"`
	Motions    []view.Motion  `json:"motions"` // of the first trajectories, or of the start of a model
	Verdicts   []view.Verdict `json:"verdicts"`
	Plots      []view.Plot    `json:"plots"`

	Explained  []view.Explained `json:"explained,omitempty"`
	Histories  []view.Plot      `json:"histories,omitempty"`
	Comparison *view.Comparison `json:"comparison,omitempty"`
}

// mostFrozen are the trajectories whose motions go into one file.
const mostFrozen = 6

// Freeze computes everything that a page in one file shows.
func Freeze(ctx context.Context, s *view.Scene) (f *Frozen, err error) {
	f = &Frozen{}
	a := s.About()
	for i := range min(mostFrozen, len(a.Trajectories)) {
		m, err := s.Follow(ctx, i, a.Trajectories[i].From, 0)
		if err != nil {
			return nil, err
		}
		r, err := s.Recording(i)
		if err != nil {
			return nil, err
		}
		f.Motions, f.Recordings = append(f.Motions, m), append(f.Recordings, r)
	}
	if len(a.Trajectories) == 0 {
		m, err := s.From(ctx, a.Start, a.Span)
		if err != nil {
			return nil, err
		}
		f.Motions = append(f.Motions, m)
	}
	if f.Verdicts, err = s.Verdicts(ctx); err != nil {
		return nil, err
	}
	if f.Plots, err = s.Plots(ctx); err != nil {
		return nil, err
	}
	if f.Explained, err = s.Explained(ctx); err != nil {
		return nil, err
	}
	f.Histories = s.Histories()
	f.Comparison, err = s.Comparison(ctx)
	return f, err
}

// WriteReport writes a page in one file, which asks for nothing from elsewhere.
func WriteReport(w io.Writer, s *view.Scene, f *Frozen) error {
	script := "const modules = {};\n"
	for _, name := range modules {
		script += inlined(name)
	}
	return layout.Execute(w, content{About: s.About(), Frozen: f,
		Style:  template.CSS(append(asset("uplot/uPlot.min.css"), asset("page.css")...)), // #nosec G203 of this package
		Plots:  template.JS(asset("uplot/uPlot.iife.min.js")),                            // #nosec G203
		Script: template.JS(script)})                                                     // #nosec G203
}

var (
	imports = regexp.MustCompile(`(?m)^import (\{.*\}) from "\./(.*)";$`)
	exports = regexp.MustCompile(`(?m)^export ((?:async )?(?:function|const|class) (\w+))`)
)

// inlined is a module as a part of one script: a function, so that its names are its own, whose value is what it
// exports.
func inlined(name string) string {
	text := asset(name)
	var names []string
	for _, m := range exports.FindAllSubmatch(text, -1) {
		names = append(names, string(m[2]))
	}
	text = imports.ReplaceAll(text, []byte(`const $1 = modules["$2"];`))
	text = exports.ReplaceAll(text, []byte("$1"))
	return fmt.Sprintf("modules[%q] = (() => {\n%s\nreturn {%s};\n})();\n", name, text, strings.Join(names, ", "))
}

// written is JSON, or the error that kept it from being made.
func written(x any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	err := e.Encode(x)
	return b.Bytes(), err
}

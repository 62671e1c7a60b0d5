package experiment

import (
	"encoding/json"
	"io"
	"path/filepath"
	"slices"

	"lagrange/internal/file"
	"lagrange/internal/vec"
	"lagrange/plot"
)

// save writes report.json, figure.json (the figures as data, for `lagrange plot`) and each figure as SVG and PNG.
func save(folder string, r any, figures map[string]plot.Figure) error {
	if err := writeJSON(filepath.Join(folder, "report.json"), r); err != nil {
		return err
	}
	drawn := map[string]plot.Figure{}
	for name, f := range figures {
		drawn[name] = Unbroken(f)
		for _, format := range []string{".svg", ".png"} {
			if err := drawn[name].Save(filepath.Join(folder, name+format)); err != nil {
				return err
			}
		}
	}
	return writeJSON(filepath.Join(folder, "figure.json"), drawn)
}

// writeJSON writes x into a file, indented.
func writeJSON(path string, x any) error {
	return file.Write(path, func(w io.Writer) error {
		e := json.NewEncoder(w)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		return e.Encode(x)
	})
}

// Unbroken cuts series at points that are not finite, which JSON
// has no words for: the pieces have one name, and so one look.
func Unbroken(f plot.Figure) plot.Figure {
	panels := slices.Clone(f.Panels)
	for i, p := range panels {
		var pieces []plot.Series
		for _, s := range p.Series {
			from := 0
			for k := range len(s.X) + 1 {
				if k < len(s.X) && vec.IsFinite(s.X[k]) && vec.IsFinite(s.Y[k]) {
					continue
				}
				if k > from || len(s.X) == 0 {
					piece := s
					piece.X, piece.Y = s.X[from:k], s.Y[from:k]
					pieces = append(pieces, piece)
				}
				from = k + 1
			}
		}
		panels[i].Series = pieces
	}
	f.Panels = panels
	return f
}

package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"lagrange/internal/file"
	"lagrange/plot"
	"lagrange/view"
)

// modelFigures are those of --figure for a model and a recording.
var modelFigures = []string{"phase", "energy", "residuals", "friction", "horizon", "mass"}

// figureOf is a figure of files: of models with a recording, or of motion.
func figureOf(cmd *cobra.Command, files []string, o viewFlags, name string, trajectories int) (f plot.Figure,
	err error) {
	if name == historyFigure {
		return drawHistory(files)
	}
	isModel := func(path string) bool { return file.KindOf(path) == "model" }
	switch {
	case !slices.ContainsFunc(files, isModel) && name != "":
		return f, usagef("--figure is for the folder of a run, or for a model and a recording; %s is neither", files[0])
	case !slices.ContainsFunc(files, isModel):
		return drawMotion(cmd, files, o.columns.options(), trajectories)
	case len(files) < 2 || isModel(files[0]) && isModel(files[1]):
		return f, usagef("%s is a model: name a recording beside it", files[0])
	}
	s, err := o.scene(cmd, files)
	if err != nil {
		return f, err
	}
	return drawModel(cmd.Context(), s, name)
}

// drawModel draws what serve shows of models and the first trajectory of a recording.
func drawModel(ctx context.Context, s *view.Scene, name string) (f plot.Figure, err error) {
	switch {
	case !slices.Contains(modelFigures, name):
		return f, usagef("--figure %s: of a model and a recording there are %s", name, strings.Join(modelFigures, ", "))
	case name == "phase" || name == "energy":
		m, err := s.Follow(ctx, 0, 0, 0)
		if err != nil {
			return f, err
		}
		if name == "phase" {
			return phases(s, m), nil
		}
		return energyOf(s, m)
	}
	plots, err := s.Plots(ctx)
	if err != nil {
		return f, err
	}
	for _, p := range plots {
		if p.Name == name {
			return plot.Figure{Panels: []plot.Panel{panelOf(p)}}, nil
		}
	}
	return f, fmt.Errorf("--figure %s: nothing of these files to draw there: they have to be a model with a "+
		"Lagrangian and a recording of its system", name)
}

// panelOf is a plot of the page as a panel; what is one of many points becomes marks.
func panelOf(p view.Plot) plot.Panel {
	out := plot.Panel{XLabel: p.X, YLabel: p.Y, LogX: p.LogX, LogY: p.Log}
	for _, s := range p.Series {
		k := plot.Series{Name: s.Name, X: s.X, Y: s.Y}
		if p.Points && !s.Dash {
			k.Style = plot.Points
		}
		out.Series = append(out.Series, k)
	}
	return out
}

// phases are the phase portraits of a motion: predictions by the states between the rows, so that curves are smooth,
// and what was recorded as points.
func phases(s *view.Scene, m view.Motion) plot.Figure {
	f := plot.Figure{Columns: 2, Width: 8.4, Height: 7}
	for k, c := range s.About().Coordinates[:min(len(m.Start.Q), maxShown)] {
		p := plot.Panel{XLabel: c.Label, YLabel: c.Velocity}
		paths := slices.Clone(m.Paths) // what was recorded lies below, models above
		order := []string{view.Recorded, view.Baseline, view.True, view.Learned}
		slices.SortStableFunc(paths, func(a, b view.Path) int {
			return slices.Index(order, a.Kind) - slices.Index(order, b.Kind)
		})
		for _, path := range paths {
			if k >= len(path.V) {
				continue
			}
			x := plot.Series{Name: path.Name, X: path.Q[k], Y: path.V[k]}
			if path.Kind == view.Recorded {
				x.Style = plot.Points
			}
			p.Series = append(p.Series, x)
		}
		f.Panels = append(f.Panels, p)
	}
	return f
}

// energyOf is the learned energy along each path of a motion.
func energyOf(s *view.Scene, m view.Motion) (f plot.Figure, err error) {
	p := plot.Panel{XLabel: s.About().Time, YLabel: "learned energy"}
	for _, path := range m.Paths {
		if len(path.Energy) > 0 {
			p.Series = append(p.Series, plot.Series{Name: path.Name, X: path.T, Y: path.Energy})
		}
	}
	if p.Series == nil {
		return f, fmt.Errorf("--figure energy: the model has no energy")
	}
	return plot.Figure{Panels: []plot.Panel{p}}, nil
}

// wide is a figure of a width on paper, such as 84mm, with as many columns as have room there, and panels of the shape
// they had; empty: as it is.
func wide(f plot.Figure, width string) (plot.Figure, error) {
	if width == "" {
		return f, nil
	}
	number, unit := strings.TrimRight(width, "cm"), 1.0
	if strings.HasSuffix(width, "mm") {
		unit = 0.1
	}
	x, err := strconv.ParseFloat(number, 64)
	const least, most = 4.0, 100.0 // cm
	if err != nil || number == width || !(x*unit >= least && x*unit <= most) {
		return f, usagef("--width %s: want a width from 40mm to 100cm, such as 84mm", width)
	}
	shape := 7.0 / 12
	if f.Width > 0 && f.Height > 0 {
		shape = f.Height / f.Width
	}
	f.Columns = max(1, min(f.Columns, len(f.Panels), int(x*unit/least)))
	f.Width = x * unit / float64(f.Columns)
	f.Height = max(least, f.Width*shape)
	return f, nil
}

package main

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"lagrange/internal/file"
	"lagrange/plot"
	"lagrange/view"
)

// modelFigures are those of --figure for a model and a recording.
var modelFigures = []string{"phase", "energy", "residuals", "friction", "horizon", "mass", "ellipses"}

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
	n := len(s.About().Trajectories)
	if name == "phase" || name == "energy" {
		n = howMany(cmd, trajectories, manyDrawn, n)
	}
	return drawModel(cmd.Context(), s, name, n)
}

// drawModel draws what serve shows of models and a recording; of motions the first n trajectories.
func drawModel(ctx context.Context, s *view.Scene, name string, n int) (f plot.Figure, err error) {
	switch {
	case !slices.Contains(modelFigures, name):
		return f, usagef("--figure %s: of a model and a recording there are %s", name, strings.Join(modelFigures, ", "))
	case name == "phase" || name == "energy":
		paths, err := followed(ctx, s, n)
		if err != nil {
			return f, err
		}
		if name == "phase" {
			return phases(s, paths), nil
		}
		return energyOf(s, paths)
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

// followed are the paths of the first n trajectories by their kind: what was recorded lies below, what is true above.
// The baseline is drawn of one trajectory alone: of several it would hide the others.
func followed(ctx context.Context, s *view.Scene, n int) (paths []view.Path, err error) {
	for i, t := range s.About().Trajectories[:n] {
		m, err := s.Follow(ctx, i, t.From, 0)
		if err != nil {
			return nil, err
		}
		paths = append(paths, m.Paths...)
	}
	if n > 1 {
		paths = slices.DeleteFunc(paths, func(p view.Path) bool { return p.Kind == view.Baseline })
	}
	order := []string{view.Recorded, view.Learned, view.True, view.Baseline}
	slices.SortStableFunc(paths, func(a, b view.Path) int {
		return slices.Index(order, a.Kind) - slices.Index(order, b.Kind)
	})
	return paths, nil
}

// inPaper writes a label of the page as papers do: theta1 [rad] is θ₁ (rad).
func inPaper(label string) string {
	name, unit, _ := strings.Cut(label, " [")
	return plot.Label(plot.Symbol(name), strings.TrimSuffix(unit, "]"))
}

// panelOf is a plot of the page as a panel; what is one of many points becomes marks.
func panelOf(p view.Plot) plot.Panel {
	out := plot.Panel{XLabel: inPaper(p.X), YLabel: inPaper(p.Y), LogX: p.LogX, LogY: p.Log}
	for _, s := range p.Series {
		k := plot.Series{Name: plot.Symbol(s.Name), X: s.X, Y: s.Y}
		if p.Points && !s.Dash {
			k.Style = plot.Points
		}
		out.Series = append(out.Series, k)
	}
	return out
}

// phases are the phase portraits of paths: predictions by the states between the rows, so that curves are smooth, and
// what was recorded as points.
func phases(s *view.Scene, paths []view.Path) plot.Figure {
	about := s.About()
	f := plot.Figure{Columns: min(2, (about.D+1)/2), Width: 10, Height: 6.5}
	for k, c := range about.Coordinates[:min(about.D, maxShown)] {
		_, unit, _ := strings.Cut(c.Velocity, " [")
		p := plot.Panel{XLabel: inPaper(c.Label),
			YLabel: plot.Label(plot.Rate(c.Name, c.VelocityName), strings.TrimSuffix(unit, "]"))}
		for _, path := range paths {
			if k >= len(path.V) {
				continue
			}
			x := plot.Series{Name: path.Name, X: path.Q[k], Y: path.V[k]}
			if c.Period > 0 {
				x.X, x.Y = withinTurn(x.X, x.Y, c.Period)
			}
			if path.Kind == view.Recorded {
				x.Style = plot.Points
			}
			p.Series = append(p.Series, x)
		}
		f.Panels = append(f.Panels, p)
	}
	return f
}

// withinTurn is a curve over an angle within half a turn to either side of 0. It is broken where it goes round.
func withinTurn(q, v []float64, period float64) (x, y []float64) {
	for i := range q {
		at := math.Remainder(q[i], period)
		if i > 0 && math.Abs(at-x[len(x)-1]) > period/2 {
			x, y = append(x, math.NaN()), append(y, math.NaN())
		}
		x, y = append(x, at), append(y, v[i])
	}
	return x, y
}

// energyOf is by how much the learned energy changes along paths: E − E₀, so that those of all trajectories begin at 0.
func energyOf(s *view.Scene, paths []view.Path) (f plot.Figure, err error) {
	p := plot.Panel{XLabel: inPaper(s.About().Time), YLabel: "learned E − E₀"}
	for _, path := range paths {
		if len(path.Energy) == 0 {
			continue
		}
		x := plot.Series{Name: path.Name, X: path.T, Y: make([]float64, len(path.Energy))}
		for i, E := range path.Energy {
			x.Y[i] = E - path.Energy[0]
		}
		if path.Kind == view.Recorded {
			x.Style = plot.Points
		}
		p.Series = append(p.Series, x)
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
	f = narrowed(f, max(1, int(x*unit/least)))
	f.Width = x * unit / float64(f.Columns)
	f.Height = max(least, f.Width*shape)
	return f, nil
}

// narrowed is a figure of at most n columns. Where its rows have no room, and it has as many that they can stand beside
// each other, they become columns, so that what belongs together stays in line.
func narrowed(f plot.Figure, n int) plot.Figure {
	C := max(1, f.Columns)
	f.Columns = min(C, n, len(f.Panels))
	rows := len(f.Panels) / C
	if f.Columns >= C || len(f.Panels)%C != 0 || rows%f.Columns != 0 {
		return f
	}
	var turned []plot.Panel
	for first := 0; first < rows; first += f.Columns {
		for c := range C {
			for r := range f.Columns {
				turned = append(turned, f.Panels[(first+r)*C+c])
			}
		}
	}
	f.Panels = turned
	return f
}

package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"lagrange/data"
	"lagrange/plot"
)

// figureFile is where a run leaves its pictures as data: a JSON object of plot.Figure by name.
const figureFile = "figure.json"

// historyFigure is the name of the figure of how models were trained.
const historyFigure = "history"

// maxShown bounds the coordinates drawn, a row of panels each.
const maxShown = 8

// fewDrawn are the trajectories of a motion that are drawn unless asked, each with a look of its own, and manyDrawn
// those of phase portraits and energies, where all of one kind look the same.
const fewDrawn, manyDrawn = 3, 12

const plotLong = `Plot draws, for every coordinate, the coordinate and its velocity against time and the phase
portrait; of more than eight coordinates the first eight (choose others with --q and --v). Columns
with the names of letters are written as papers do: theta1 is θ₁, and its velocity θ̇₁.
Given two files, the recorded motion and a predicted one, it draws them together. The columns
sd_… that rollout writes of an ensemble, and smooth, become a band of two to either side.

Given a model and a recording, it draws the figure named by --figure: phase (portraits), energy,
residuals (accelerations that are left over), friction (those against speed), horizon (error against
time), mass (eigenvalues of the mass matrix) or ellipses (the mass matrix of two coordinates).

Given models and --figure history, it draws how they were trained: the losses and the smallest
eigenvalue of the mass matrix that train keeps beside each model, in MODEL.history.jsonl.

Given the folder of a run, it draws the figures of the run: the one named by --figure, or all
of them, each into a file of its own when there are several (PICTURE-NAME.svg).`

func plotCommand() *cobra.Command {
	var (
		look         viewFlags
		path, figure string
		width        string
		trajectories int
	)
	cmd := &cobra.Command{
		Use:   "plot PATH.csv [PREDICTED.csv] | MODEL RECORDING | MODEL… | RUN-FOLDER",
		Short: "Draw motion, or the figures of a run, as SVG, PDF or PNG",
		Long:  plotLong,
		Example: `  lagrange plot dp.csv -o dp.svg
  lagrange plot dp.csv -o dp.pdf
  lagrange plot dp.csv predicted.csv --trajectories 1 -o compare.png
  lagrange plot dp.lagrange dp.csv --figure phase --width 84mm -o phase.pdf
  lagrange plot dp.lagrange --figure history -o history.svg
  lagrange plot doc/results/wave -o picture.svg --figure wave-softplus`,
		Args: func(cmd *cobra.Command, args []string) error {
			if figure == historyFigure {
				return need("MODEL…")(cmd, args)
			}
			return cobra.MatchAll(need("PATH.csv…"), cobra.MaximumNArgs(2))(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := drawable(path); err != nil {
				return err
			}
			if cmd.Flags().Changed("trajectories") && trajectories < 1 {
				return usagef("--trajectories %d: want at least 1", trajectories)
			}
			if info, err := os.Stat(args[0]); err == nil && info.IsDir() {
				if len(args) > 1 {
					return usagef("unexpected argument %q after a folder", args[1])
				}
				return drawRun(args[0], figure, path, width)
			}
			if err := spare(path, args...); err != nil {
				return err
			}
			f, err := figureOf(cmd, args, look, figure, trajectories)
			if err != nil {
				return err
			}
			if f, err = wide(f, width); err != nil {
				return err
			}
			return f.Save(path)
		},
	}
	look.columns.add(cmd)
	look.columns.addStep(cmd)
	f := cmd.Flags()
	f.StringVarP(&path, "output", "o", "", "`picture` to write, .svg, .pdf or .png")
	f.IntVar(&trajectories, "trajectories", 0, fmt.Sprintf("how many to draw, from the first (default %d, of phase "+
		"and energy %d)", fewDrawn, manyDrawn))
	f.StringVar(&width, "width", "", "`width` of the picture on paper, such as 84mm")
	f.StringVar(&figure, "figure", "", "which figure of a run, or of a model and a recording, by `name`")
	return cmd
}

// drawable says what is wrong with the name of a picture.
func drawable(path string) error {
	switch ext := strings.ToLower(filepath.Ext(path)); {
	case path == "":
		return usagef("where to draw? give -o with a name that ends in .svg, .pdf or .png")
	case ext == "" || !slices.Contains(plot.Formats(), ext[1:]):
		return usagef("-o %s: choose a name that ends in .svg, .pdf or .png", path)
	}
	return nil
}

// howMany is how many trajectories of so many are drawn where n are asked for, 0: as many as usual; a note says how
// many there are where some are left out.
func howMany(cmd *cobra.Command, n, usual, of int) int {
	if n == 0 && usual < of {
		note(cmd, "the first %d of %d trajectories are drawn: --trajectories %d draws all", usual, of, of)
	}
	return min(cmp.Or(n, usual), of)
}

// drawMotion makes a figure of the first n trajectories of one recording, or of two with the same coordinates.
func drawMotion(cmd *cobra.Command, paths []string, o data.Options, n int) (f plot.Figure, err error) {
	sets := make([]*data.Set, len(paths))
	for i, p := range paths {
		if sets[i], err = readDeviations(cmd, p, o); err != nil {
			return f, err
		}
		if a, b := coordinates(sets[0]), coordinates(sets[i]); !slices.Equal(a, b) {
			return f, fmt.Errorf("%s has the coordinates %s, but %s has %s: they cannot be drawn together", p,
				strings.Join(b, ", "),
				paths[0], strings.Join(a, ", "))
		}
	}
	f = plot.Figure{Columns: 3, Width: 10, Height: 6}
	n = howMany(cmd, n, fewDrawn, len(sets[0].Trajectories))
	time := plot.Label(plot.Symbol(sets[0].Time), sets[0].TimeUnit())
	for k, c := range sets[0].Coordinates[:min(sets[0].D(), maxShown)] {
		q := plot.Label(plot.Symbol(c.Name), c.Unit)
		v := plot.Label(plot.Rate(c.Name, c.Velocity), velocityUnit(sets[0], c))
		panels := [3]plot.Panel{{XLabel: time, YLabel: q}, {XLabel: time, YLabel: v}, {XLabel: q, YLabel: v}}
		for i := range n {
			for j, s := range sets {
				if i >= len(s.Trajectories) {
					continue
				}
				t := &s.Trajectories[i]
				q, v := column(t.Q, s.D(), k), column(t.V, s.D(), k)
				panels[0].Series = append(panels[0].Series, band(s, t, c.Name, q)...)
				panels[1].Series = append(panels[1].Series, band(s, t, c.Velocity, v)...)
				for p, xy := range [3][2][]float64{{t.T, q}, {t.T, v}, {q, v}} {
					panels[p].Series = append(panels[p].Series, plot.Series{Name: seriesName(sets, i, j), X: xy[0],
						Y: xy[1]})
				}
			}
		}
		f.Panels = append(f.Panels, panels[:]...)
	}
	return f, nil
}

// deviationPrefixes are those of columns of standard deviations: the one of today, and that of older files.
var deviationPrefixes = []string{deviationPrefix, "spread_"}

// readDeviations reads a recording, and with it the columns of standard deviations that rollout and smooth write.
func readDeviations(cmd *cobra.Command, path string, o data.Options) (*data.Set, error) {
	again := func(o data.Options) (*data.Set, error) { return data.Read([]string{path}, o) }
	if path == "-" {
		file, err := io.ReadAll(cmd.InOrStdin())
		if err != nil {
			return nil, err
		}
		again = func(o data.Options) (*data.Set, error) {
			return data.ReadFrom(bytes.NewReader(file), standardInput,
				o)
		}
	}
	set, err := again(o)
	if err != nil || o.U != nil {
		return set, err
	}
	for _, c := range set.Columns {
		for _, prefix := range deviationPrefixes {
			if strings.HasPrefix(c.Name, prefix) && c.Role == data.RoleIgnored {
				o.U = append(o.U, c.Name)
			}
		}
	}
	if o.U == nil {
		return set, nil
	}
	return again(o)
}

// band is the area of two standard deviations to either side of x, where the recording has a column for it.
func band(s *data.Set, t *data.Trajectory, name string, x []float64) []plot.Series {
	j := deviation(s, name)
	if j < 0 {
		return nil
	}
	low, high := slices.Clone(x), slices.Clone(x)
	for n, w := range column(t.U, s.M(), j) {
		low[n] -= 2 * w
		high[n] += 2 * w
	}
	return []plot.Series{plot.Band("± 2 standard deviations", t.T, low, high)}
}

// deviation is the place among the inputs of the standard deviation of a quantity; −1 where there is none.
func deviation(s *data.Set, name string) int {
	return slices.IndexFunc(s.Inputs, func(u string) bool {
		return slices.ContainsFunc(deviationPrefixes, func(prefix string) bool { return u == prefix+name })
	})
}

// seriesName tells trajectory i of set j apart from the others, with as few words as needed.
func seriesName(sets []*data.Set, i, j int) string {
	var words []string
	if len(sets[0].Trajectories) > 1 {
		words = append(words, sets[0].Trajectories[i].ID)
	}
	if len(sets) > 1 {
		words = append(words, [2]string{"recorded", "predicted"}[j])
	}
	if s := sets[j]; deviation(s, s.Coordinates[0].Name) >= 0 {
		words = append(words, "mean")
	}
	return strings.Join(words, " ")
}

func coordinates(s *data.Set) (names []string) {
	for _, c := range s.Coordinates {
		names = append(names, c.Name)
	}
	return names
}

// velocityUnit is the unit that the file gives the velocity of c.
func velocityUnit(s *data.Set, c data.Coordinate) string {
	for _, col := range s.Columns {
		if col.Role == data.RoleV && col.Name == c.Velocity {
			return col.Unit
		}
	}
	return ""
}

// column is column k of x, (n, d).
func column(x []float64, d, k int) []float64 {
	y := make([]float64, 0, len(x)/d)
	for ; k < len(x); k += d {
		y = append(y, x[k])
	}
	return y
}

// drawRun draws the figures that a run left in its folder.
func drawRun(folder, name, path, width string) error {
	source := filepath.Join(folder, figureFile)
	figures, err := readFigures(source)
	if err != nil {
		return err
	}
	names := slices.Sorted(maps.Keys(figures))
	if name != "" {
		if !slices.Contains(names, name) {
			return usagef("--figure %s: %s has %s", name, source, strings.Join(names, ", "))
		}
		names = []string{name}
	}
	for _, n := range names {
		to := path
		if len(names) > 1 {
			ext := filepath.Ext(path)
			to = strings.TrimSuffix(path, ext) + "-" + n + ext
		}
		f, err := wide(figures[n], width)
		if err != nil {
			return err
		}
		if err := f.Save(to); err != nil {
			return err
		}
	}
	return nil
}

// readFigures reads and checks the figures of a run.
func readFigures(source string) (map[string]plot.Figure, error) {
	text, err := os.ReadFile(source)
	if os.IsNotExist(err) {
		return nil, fmt.Errorf("%s: no such file: the folder is not that of a run, which \"lagrange reproduce -o\" "+
			"writes", source)
	} else if err != nil {
		return nil, err
	}
	var figures map[string]plot.Figure
	if err := json.Unmarshal(text, &figures); err != nil {
		return nil, fmt.Errorf("%s: not the figures of a run: %w", source, err)
	}
	if len(figures) == 0 {
		return nil, fmt.Errorf("%s: no figures", source)
	}
	for name, f := range figures {
		if name == "" || name != filepath.Base(name) {
			return nil, fmt.Errorf("%s: figure %q: a name cannot be part of a file name", source, name)
		}
		if len(f.Panels) == 0 {
			return nil, fmt.Errorf("%s: figure %q has no panels", source, name)
		}
		for _, p := range f.Panels {
			for _, s := range p.Series {
				if len(s.X) != len(s.Y) {
					return nil, fmt.Errorf("%s: figure %q, series %q: %d x for %d y", source, name, s.Name, len(s.X),
						len(s.Y))
				}
			}
		}
	}
	return figures, nil
}

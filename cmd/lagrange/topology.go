package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"lagrange"
	"lagrange/data"
	"lagrange/model"
	"lagrange/model/graph"
)

// graphFlags say how the coordinates of a recording are the nodes of a graph.
type graphFlags struct {
	topology, nodesPath string
	graph               lagrange.Graph
	edges, nodes        *table // nil: none
}

func (f *graphFlags) add(cmd *cobra.Command) {
	fl := cmd.Flags()
	fl.StringVar(&f.topology, "topology", "",
		"of --model graph: ring, chain (free ends), clamped (a chain whose ends are held at 0), grid:8x6 (rows of 8 "+
			"nodes; free ends, or with :periodic, :clamped or, by axis, :periodic,free behind it), or a CSV `file` "+
			"of edges, a line for each: two coordinates of the nodes it joins, then its attributes")
	fl.StringVar(&f.nodesPath, "nodes", "",
		"of a file of edges: a CSV `file` of attributes of the nodes, such as masses, a line for each: a coordinate, "+
			"then numbers")
	fl.IntVar(&f.graph.Site, "node-size", 1, "of --model graph: coordinates of each node, which stand together")
	renamed(cmd, "site", "node-size")
	fl.BoolVar(&f.graph.TranslationInvariant, "translation-invariant", false,
		"of --model graph: only how far neighbours are apart matters, not where they are")
	renamed(cmd, "relative", "translation-invariant")
}

// read returns what the flags say; family is the one that is to be trained.
func (f *graphFlags) read(cmd *cobra.Command, family string) (lagrange.Graph, error) {
	g := f.graph
	if !model.FamilyOf(family).Nodes {
		for _, name := range []string{"topology", "nodes", "node-size", "translation-invariant"} {
			if cmd.Flags().Changed(name) {
				return g, usagef("--%s is for --model graph", name)
			}
		}
		return lagrange.Graph{}, nil
	}
	if f.topology == "" {
		return g, usagef("--model %s needs --topology ring, chain, clamped, grid:8x6 or a file of edges", family)
	}
	if g.Site < 1 {
		return g, usagef("--node-size has to be at least 1")
	}
	var err error
	renamedEnds(cmd, f.topology)
	g.Shape = graph.ShapeOf(f.topology)
	switch axes, isGrid := strings.CutPrefix(f.topology, string(graph.GridShape)+":"); {
	case isGrid:
		g.Shape = graph.GridShape
		if g.Grid, g.Ends, err = parseGrid(axes); err != nil {
			return g, usagef("--topology %s: %v", f.topology, err)
		}
	case !slices.Contains([]graph.Shape{graph.RingShape, graph.ChainShape, graph.ClampedShape}, g.Shape):
		g.Shape = graph.NetworkShape
		_, missing := os.Stat(f.topology)
		if errors.Is(missing, os.ErrNotExist) && !strings.ContainsAny(f.topology, "./") {
			return g, usagef("no topology %q: it is ring, chain, clamped, grid:8x6 or a file of edges, and there is "+
				"no such file", f.topology)
		}
		f.edges, err = readTable(f.topology, 2)
	}
	switch {
	case err != nil || f.nodesPath == "":
		return g, err
	case f.edges == nil:
		return g, usagef("--nodes is for a --topology that is a file of edges")
	}
	f.nodes, err = readTable(f.nodesPath, 1)
	return g, err
}

// renamedEnds says how ends that are held are called now, where their old name was given.
func renamedEnds(cmd *cobra.Command, topology string) {
	_, ends, grid := strings.Cut(topology, ":")
	_, how, _ := strings.Cut(ends, ":")
	if topology == "fixed" || grid && slices.Contains(strings.Split(how, ","), "fixed") {
		note(cmd, "fixed ends are called clamped now")
	}
}

// parseAxes reads the nodes along the axes of a grid, 8x6.
func parseAxes(text string) (sizes []int, err error) {
	for part := range strings.SplitSeq(text, "x") {
		n, err := strconv.Atoi(part)
		if err != nil || n < 2 {
			return nil, fmt.Errorf("%q: write the nodes along each axis, at least 2, like 8x6", text)
		}
		sizes = append(sizes, n)
	}
	return sizes, nil
}

// parseGrid reads the axes of a grid and their ends, 8x6 or 8x6:periodic,free.
func parseGrid(text string) (sizes []int, ends []graph.Boundary, err error) {
	axes, how, given := strings.Cut(text, ":")
	if !given {
		how = graph.Free.String()
	}
	if sizes, err = parseAxes(axes); err != nil {
		return nil, nil, err
	}
	for name := range strings.SplitSeq(how, ",") {
		b, err := graph.LookupBoundary(name)
		if err != nil {
			return nil, nil, err
		}
		ends = append(ends, b)
	}
	if len(ends) == 1 {
		ends = slices.Repeat(ends, len(sizes))
	}
	if len(sizes) < 2 || len(sizes) > 3 || len(ends) != len(sizes) {
		return nil, nil, fmt.Errorf("the ends of %d axes for %d: a grid has 2 or 3 of them; a single one is a ring, "+
			"a chain or clamped", len(ends), len(sizes))
	}
	return sizes, ends, nil
}

// resolve completes what read returned by the tables, whose names are coordinates of the recording.
func (f *graphFlags) resolve(g *lagrange.Graph, set *data.Set) error {
	if f.edges == nil {
		return nil
	}
	if set.D()%g.Site != 0 {
		return fmt.Errorf("%d coordinates do not make nodes of %d: give another --node-size", set.D(), g.Site)
	}
	joined := map[[2]int]int{}
	for _, row := range f.edges.rows {
		var ends [2]int
		for k, name := range row.names {
			c := slices.IndexFunc(set.Coordinates, func(c data.Coordinate) bool { return c.Name == name })
			if c < 0 {
				return f.edges.wrong(row.line, "there is no coordinate %q: name those of the recording", name)
			}
			ends[k] = c / g.Site
		}
		if ends[0] == ends[1] {
			return f.edges.wrong(row.line, "%s and %s are of one node: an edge joins two", row.names[0], row.names[1])
		}
		slices.Sort(ends[:])
		if before, ok := joined[ends]; ok {
			return f.edges.wrong(row.line, "the edge of line %d again: it counts in both directions, so leave one out",
				before)
		}
		joined[ends] = row.line
		g.Edges = append(g.Edges, [2]string(row.names))
	}
	g.OfEdges = f.edges.attributes()
	if f.nodes == nil {
		return nil
	}
	return f.resolveNodes(g, set)
}

// resolveNodes brings the table of nodes into their order.
func (f *graphFlags) resolveNodes(g *lagrange.Graph, set *data.Set) error {
	t := *f.nodes
	t.rows = make([]entry, set.D()/g.Site)
	for _, row := range f.nodes.rows {
		c := slices.IndexFunc(set.Coordinates, func(c data.Coordinate) bool { return c.Name == row.names[0] })
		if c < 0 {
			return t.wrong(row.line, "there is no coordinate %q: name those of the recording", row.names[0])
		}
		at := &t.rows[c/g.Site]
		if at.line > 0 {
			return t.wrong(row.line, "the node of line %d again: leave one out", at.line)
		}
		*at = row
	}
	for i, row := range t.rows {
		if row.line == 0 {
			return fmt.Errorf("%s: no line for the node of coordinate %q: every node has attributes", t.path,
				set.Coordinates[i*g.Site].Name)
		}
	}
	if g.OfNodes = t.attributes(); g.OfNodes == nil {
		return fmt.Errorf("%s: no attributes: write numbers behind the coordinates, or leave out --nodes", t.path)
	}
	return nil
}

// sitesFlag takes a graph to the sites of a recording: those it has or, of a grid, so many along each axis.
type sitesFlag struct {
	given bool
	text  string
	axes  []int
}

// recorded is what --sites alone stands for.
const recorded = "recorded"

func (f *sitesFlag) add(cmd *cobra.Command) {
	cmd.Flags().Var(f, "sites",
		"run a ring or a chain on all the sites of the recording, however many it was trained on; a grid on those "+
			"along its `axes`, --sites=12x10")
	cmd.Flags().Lookup("sites").NoOptDefVal = recorded
}

// Set reads the flag (pflag.Value).
func (f *sitesFlag) Set(text string) (err error) {
	f.given, f.text = true, text
	if text != recorded {
		f.axes, err = parseAxes(text)
	}
	return err
}

// String is the flag as given (pflag.Value).
func (f *sitesFlag) String() string { return f.text }

// Type names the kind of value in the help (pflag.Value).
func (f *sitesFlag) Type() string { return "axes" }

// onRecording reads a recording for a graph whose coordinates are those that the header, or o, says.
func onRecording(m *lagrange.Model, axes []int, paths []string, o data.Options) (*lagrange.Model, *data.Set, error) {
	own := m.Options()
	o.Time, o.Trajectory, o.Differentiate = cmp.Or(o.Time, own.Time), cmp.Or(o.Trajectory, own.Trajectory),
		o.Differentiate || own.Differentiate
	if o.U == nil && len(own.U) == 0 {
		o.U = []string{}
	}
	if o.SystemParameters == nil {
		o.SystemParameters = own.SystemParameters
	}
	if o.Angles == nil && len(own.Angles) == 0 {
		o.Angles = []string{}
	}
	o.Positions = true // velocities, if there are any, are read
	set, err := data.Read(paths, o)
	if err != nil {
		return nil, nil, err
	}
	m, err = m.On(set, axes...)
	return m, set, err
}

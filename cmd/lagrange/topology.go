package main

import (
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"lagrange"
	"lagrange/data"
	"lagrange/model/graph"
)

// graphFlags say how the coordinates of a recording are the sites of a graph.
type graphFlags struct {
	topology string
	graph    lagrange.Graph
}

func (f *graphFlags) add(cmd *cobra.Command) {
	fl := cmd.Flags()
	fl.StringVar(&f.topology, "topology", "", "of --model graph: ring, chain (free ends), fixed (ends held at 0), or a CSV `file` of edges, a line for each: two coordinates of the sites it joins")
	fl.IntVar(&f.graph.Site, "site", 1, "of --model graph: coordinates of each site, which stand together")
	fl.BoolVar(&f.graph.Relative, "relative", false, "of --model graph: only how far neighbours are apart matters, not where they are")
}

// read returns what the flags say; model is the family that is to be trained.
func (f *graphFlags) read(cmd *cobra.Command, model string) (lagrange.Graph, error) {
	g := f.graph
	if model != graph.Family {
		for _, name := range []string{"topology", "site", "relative"} {
			if cmd.Flags().Changed(name) {
				return g, usagef("--%s is for --model %s", name, graph.Family)
			}
		}
		return lagrange.Graph{}, nil
	}
	if f.topology == "" {
		return g, usagef("--model %s needs --topology ring, chain, fixed or a file of edges", graph.Family)
	}
	if g.Site < 1 {
		return g, usagef("--site has to be at least 1")
	}
	if s := graph.Shape(f.topology); s != graph.NetworkShape && slices.Contains(graph.Shapes(), s) {
		g.Shape = s
		return g, nil
	}
	var err error
	g.Shape = graph.NetworkShape
	g.Edges, err = readEdges(f.topology)
	return g, err
}

// onSites is the flag by which a graph is taken to the sites of a recording.
func onSites(cmd *cobra.Command, flag *bool) {
	cmd.Flags().BoolVar(flag, "sites", false, "run a ring or a chain on all the sites of the recording, however many it was trained on")
}

// onRecording reads a recording for a graph whose coordinates are those that the header, or o, says.
func onRecording(m *lagrange.Model, paths []string, o data.Options) (*lagrange.Model, *data.Set, error) {
	own := m.Options()
	o.Time, o.Trajectory, o.Differentiate = cmp.Or(o.Time, own.Time), cmp.Or(o.Trajectory, own.Trajectory), o.Differentiate || own.Differentiate
	if o.U == nil && len(own.U) == 0 {
		o.U = []string{}
	}
	if o.Conditions == nil {
		o.Conditions = own.Conditions
	}
	if o.Angles == nil && len(own.Angles) == 0 {
		o.Angles = []string{}
	}
	set, err := data.Read(paths, o)
	if err != nil {
		return nil, nil, err
	}
	m, err = m.On(set)
	return m, set, err
}

// readEdges reads a CSV file of two names in each line; empty lines, and what follows a #, are left out.
func readEdges(path string) (edges [][2]string, err error) {
	f, err := os.Open(path)
	if err != nil {
		switch {
		case errors.Is(err, os.ErrNotExist) && !strings.ContainsAny(path, "./"):
			return nil, usagef("no topology %q: it is ring, chain, fixed or a file of edges, and there is no such file", path)
		case errors.Is(err, os.ErrNotExist):
			return nil, fmt.Errorf("%s: no such file", path)
		}
		return nil, err
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comment, r.TrimLeadingSpace, r.FieldsPerRecord = '#', true, -1
	for {
		row, err := r.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		if len(row) != 2 {
			line, _ := r.FieldPos(0)
			return nil, fmt.Errorf("%s:%d: %s: an edge is two coordinates, with a comma between them", path, line, strings.Join(row, ","))
		}
		edges = append(edges, [2]string{strings.TrimSpace(row[0]), strings.TrimSpace(row[1])})
	}
	if edges == nil {
		return nil, fmt.Errorf("%s: no edges: write a line with two coordinates for each", path)
	}
	return edges, nil
}

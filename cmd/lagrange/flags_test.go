package main

import (
	"io"
	"reflect"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"lagrange/data"
)

func TestSpan(t *testing.T) {
	for _, c := range []struct {
		text, unit string
		want       float64
	}{
		{"1s", "", 1}, {"2m", "s", 120}, {"500ms", "s", 0.5}, {"500ms", "ms", 500}, {"36h", "day", 1.5},
		{"1us", "µs", 1},
		{"1m", "min", 1}, {"3", "furlongs", 3}, {"1e-3", "", 1e-3},
	} {
		var s span
		if err := s.Set(c.text); err != nil {
			t.Errorf("%s: %v", c.text, err)
		} else if got, err := s.in(c.unit); err != nil || got != c.want {
			t.Errorf("%s in %q: %v, %v; want %v", c.text, c.unit, got, err, c.want)
		}
	}
	for _, text := range []string{"", "0", "-1", "-1s", "nan", "inf", "1parsec", "s"} {
		if err := new(span).Set(text); err == nil {
			t.Errorf("%q is taken", text)
		}
	}
	if _, err := (&span{n: 1, timed: true, text: "1s"}).in("furlong"); err == nil {
		t.Error("a second in furlongs")
	}
}

func TestColumnFlags(t *testing.T) {
	for line, want := range map[string]data.Options{
		"":                           {},
		"--q a,b --v c,d":            {Q: []string{"a", "b"}, V: []string{"c", "d"}},
		"--u= --a= --angles=":        {U: []string{}, A: []string{}, Angles: []string{}},
		"--time s --trajectory id":   {Time: "s", Trajectory: "id"},
		"--differentiate --angles a": {Differentiate: true, Angles: []string{"a"}},
	} {
		var c columnFlags
		cmd := &cobra.Command{Run: func(*cobra.Command, []string) {}}
		c.add(cmd)
		if err := cmd.ParseFlags(strings.Fields(line)); err != nil {
			t.Fatal(err)
		}
		if got := c.options(); !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %#v, want %#v", line, got, want)
		}
	}
}

// Every command says what it is for, at length and by example, and every flag what it means.
func TestHelp(t *testing.T) {
	var visit func(c *cobra.Command)
	visit = func(c *cobra.Command) {
		if c.Name() == "completion" {
			return // the words are cobra's
		}
		if c.Short == "" || c.Long == "" || !strings.Contains(c.Example, "  lagrange ") {
			t.Errorf("%s: lacks a summary, a description or an example", c.CommandPath())
		}
		c.Flags().VisitAll(func(f *pflag.Flag) {
			if f.Usage == "" {
				t.Errorf("%s --%s: no word on its meaning", c.CommandPath(), f.Name)
			}
		})
		for _, sub := range c.Commands() {
			visit(sub)
		}
	}
	visit(rootCommand())
}

// The flags and arguments in the examples exist.
func TestExamples(t *testing.T) {
	var visit func(c *cobra.Command)
	visit = func(c *cobra.Command) {
		for line := range strings.Lines(c.Example) {
			line, _, _ = strings.Cut(line, "|")
			line, _, _ = strings.Cut(line, "#")
			words := strings.Fields(line)
			if len(words) < 2 {
				continue
			}
			root := rootCommand()
			root.SetOut(io.Discard)
			named, rest, err := root.Find(words[1:])
			if err == nil {
				err = named.ParseFlags(rest)
			}
			if err == nil {
				err = named.ValidateArgs(named.Flags().Args())
			}
			if err != nil {
				t.Errorf("%s: %v", strings.TrimSpace(line), err)
			}
		}
		for _, sub := range c.Commands() {
			if sub.Name() != "completion" {
				visit(sub)
			}
		}
	}
	visit(rootCommand())
}

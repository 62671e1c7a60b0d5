package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"lagrange/data"
	"lagrange/fit"
	"lagrange/model"
	"lagrange/nn"
	"lagrange/train"
)

// A flagGroup is flags that stand together in the help of a command.
type flagGroup struct{ title, names string }

// trainGroups are the flags of train in the order in which one thinks of them.
var trainGroups = []flagGroup{
	{"What to learn from", "q v a u parameters time dt trajectory units angles differentiate columns strict " +
		"objective horizon test"},
	{"The model", "model head term hidden activation friction cyclic held delay ensemble topology nodes " +
		"node-size translation-invariant"},
	{"Training", "budget steps steps-of method loss window rate seed no-baseline from resume checkpoint-every"},
	{"Output", "output force json progress watch open listen help"},
}

// worded gives train its help and what a shell completes.
func worded(cmd *cobra.Command) {
	grouped(cmd, trainGroups)
	completed(cmd)
}

// grouped shows the flags of a command by groups, in lines of at most 80 columns.
func grouped(cmd *cobra.Command, groups []flagGroup) {
	cmd.SetUsageFunc(func(c *cobra.Command) error {
		out := c.OutOrStderr()
		fmt.Fprintf(out, "Usage:\n  %s\n\nExamples:\n%s\n", c.UseLine(), c.Example)
		for _, g := range groups {
			flags := pflag.NewFlagSet(g.title, pflag.ContinueOnError)
			for name := range strings.FieldsSeq(g.names) {
				flags.AddFlag(c.Flags().Lookup(name))
			}
			fmt.Fprintf(out, "\n%s:\n%s", g.title, flags.FlagUsagesWrapped(80))
		}
		return nil
	})
}

// completed lets a shell complete the words of the flags of train, and the names of columns from the recordings named
// before them.
func completed(cmd *cobra.Command) {
	words := map[string][]string{
		"model": model.Families(), "method": train.Methods(), "objective": fit.Objectives(), "loss": train.Penalties(),
	}
	for _, x := range fit.Frictions() {
		words["friction"] = append(words["friction"], string(x))
	}
	for _, x := range model.Heads() {
		words["head"] = append(words["head"], string(x))
	}
	words["activation"], words["progress"] = activations(), progresses
	for name, list := range words {
		complete(cmd, name, cobra.FixedCompletions(list, cobra.ShellCompDirectiveNoFileComp))
	}
	for _, name := range []string{"q", "v", "a", "u", "angles", "cyclic", "held", "parameters", "time", "trajectory"} {
		complete(cmd, name, columnsOf)
	}
}

// activations lists their names.
func activations() (names []string) {
	for _, a := range nn.Activations() {
		names = append(names, a.Name)
	}
	return names
}

func complete(cmd *cobra.Command, flag string, by cobra.CompletionFunc) {
	if err := cmd.RegisterFlagCompletionFunc(flag, by); err != nil {
		panic("lagrange: " + err.Error()) // no such flag
	}
}

// columnsOf completes a list of columns, a comma between them, by those of the recordings.
func columnsOf(_ *cobra.Command, recordings []string, text string) (words []string, _ cobra.ShellCompDirective) {
	before := text[:strings.LastIndex(text, ",")+1]
	for _, path := range recordings {
		names, _ := data.Names(path) // a file that cannot be read has no columns to offer
		for _, name := range names {
			if word := before + name; strings.HasPrefix(word, text) && !slices.Contains(words, word) {
				words = append(words, word)
			}
		}
	}
	return words, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
}

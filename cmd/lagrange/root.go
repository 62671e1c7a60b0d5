package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
)

// Exit codes.
const (
	exitOK = iota
	exitFailure
	exitUsage
)

// usageError is a command line that cannot be understood; the program ends with exitUsage.
type usageError struct{ error }

// Unwrap gives what is wrong with it.
func (e usageError) Unwrap() error { return e.error }

// usagef makes a usageError.
func usagef(format string, a ...any) error { return usageError{fmt.Errorf(format, a...)} }

// run is the program: arguments in, exit code out. An error is printed once, on errw.
func run(args []string, in io.Reader, out, errw io.Writer) int {
	ctx, stop := signalContext()
	defer stop()
	root := rootCommand()
	root.SetArgs(args)
	root.SetIn(in)
	root.SetOut(out)
	root.SetErr(errw)
	cmd, err := root.ExecuteContextC(ctx)
	var usage usageError
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &usage):
		fmt.Fprintf(errw, "lagrange: %v (see %s --help)\n", err, cmd.CommandPath())
		return exitUsage
	case errors.Is(err, context.Canceled) && ctx.Err() != nil:
		fmt.Fprintf(errw, "lagrange: %s\n", interrupted(err))
	default:
		fmt.Fprintf(errw, "lagrange: %v\n", err)
	}
	return exitFailure
}

// interrupted says in one line what an interruption has left: of many things that it has ended, each only once.
func interrupted(err error) string {
	said := []string{}
	for line := range strings.Lines(err.Error()) {
		line = strings.ReplaceAll(line, ": "+context.Canceled.Error(), "")
		line = strings.Trim(strings.ReplaceAll(line, context.Canceled.Error(), ""), " ;\n")
		if line != "" && !slices.Contains(said, line) {
			said = append(said, line)
		}
	}
	return strings.Join(append([]string{"interrupted"}, strings.Join(said, "; "))[:min(2, 1+len(said))], ": ")
}

// signalContext is cancelled by the first SIGINT or SIGTERM; the second one ends the program at once.
func signalContext() (context.Context, context.CancelFunc) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	return ctx, stop
}

func rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "lagrange",
		Short: "Learn the Lagrangian of a mechanical system from motion data, and use it",
		Long: `Lagrange learns the Lagrangian of a mechanical system from recordings of its motion
and uses it: simulate, predict, explain, compare.

Exit codes: 0 success, 1 failure, 2 a command line that cannot be understood.`,
		Example: `  lagrange reproduce double-pendulum --budget 1m
  lagrange simulate double-pendulum --trajectories 20 -o dp.csv
  lagrange inspect dp.csv
  lagrange train dp.csv -o dp.lagrange
  lagrange rollout dp.lagrange --q 1.5,0 --v 0,0 --duration 100 -o path.csv
  lagrange plot path.csv -o path.svg`,
		Args:          unknown,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		SilenceErrors: true,
		SilenceUsage:  true,

		SuggestionsMinimumDistance: 2,

		Version: version(),
	}
	root.SetVersionTemplate(versionLine())
	root.AddCommand(systemsCommand(), simulateCommand(), inspectCommand(), smoothCommand(), trainCommand(),
		evalCommand(), compareCommand(), infoCommand(), explainCommand(), rolloutCommand(), forceCommand(),
		linearizeCommand(), exportCommand(),
		plotCommand(), serveCommand(), reportCommand(), reproduceCommand(), versionCommand())
	root.AddCommand(sweepCommands()...)
	root.SetHelpCommand(helpCommand())
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	root.SetFlagErrorFunc(flagError)
	strict(root)
	return root
}

// flagError is what is wrong with a flag of c. Behind the name of a command that there is not, it is the name that is
// wrong.
func flagError(c *cobra.Command, err error) error {
	if words := c.Flags().Args(); c.HasSubCommands() && len(words) > 0 {
		err = unknown(c, words)
	}
	return usageError{err}
}

// strict makes a usage error of every wrong number of arguments below c, and of a wrong word after a command that only
// groups others.
func strict(c *cobra.Command) {
	if !c.Runnable() {
		c.Args, c.RunE = unknown, func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
	}
	if check := c.Args; check != nil {
		c.Args = func(cmd *cobra.Command, args []string) error {
			if err := check(cmd, args); err != nil {
				return usageError{err}
			}
			return nil
		}
	}
	for _, sub := range c.Commands() {
		strict(sub)
	}
}

// unknown refuses any argument of a command that only groups others, and names those that resemble it.
func unknown(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	meant := ""
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		meant = "; did you mean " + strings.Join(near, ", ") + "?"
	}
	return fmt.Errorf("unknown command %q%s", args[0], meant)
}

// helpCommand is help that knows when it is asked for something there is not.
func helpCommand() *cobra.Command {
	named := func(help *cobra.Command, words []string) (*cobra.Command, error) {
		c, rest, err := help.Root().Find(words)
		if err == nil {
			err = unknown(c, rest)
		}
		return c, err
	}
	help := &cobra.Command{
		Use:     "help [COMMAND]",
		Short:   "Show what a command does and which flags it has",
		Long:    "Help shows what a command does and which flags it has.",
		Example: "  lagrange help simulate",
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := named(cmd, args)
			if err != nil {
				return usageError{err}
			}
			c.InitDefaultHelpFlag()
			return c.Help()
		},
	}
	help.SetFlagErrorFunc(func(c *cobra.Command, flag error) error {
		_, err := named(c, c.Flags().Args())
		return usageError{cmp.Or(err, flag)}
	})
	return help
}

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the version of the program and how it was built",
		Long:    "Version prints the version of the program, the commit when known, the Go release and the platform.",
		Example: "  lagrange version",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := io.WriteString(cmd.OutOrStdout(), versionLine())
			return err
		},
	}
}

func versionLine() string {
	return fmt.Sprintf("lagrange %s (%s) %s %s/%s\n", version(), ownCode(), runtime.Version(), runtime.GOOS,
		runtime.GOARCH)
}

// version is the version of the module the program was built from, as the Go command stamps it.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}
